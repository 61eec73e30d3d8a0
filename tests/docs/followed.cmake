# SPDX-License-Identifier: BSL-1.0
# tests/docs/followed.cmake: the pages whose commands are run, in the order in which they are read.
set(FOLLOWED README.md docs/tutorial.md docs/how-to/install.md docs/how-to/use-the-program.md docs/reference/command-line.md)
