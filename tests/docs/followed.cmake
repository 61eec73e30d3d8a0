# SPDX-License-Identifier: BSL-1.0
# tests/docs/followed.cmake: the pages whose commands are run, in the order in which they are read; the last ones with the program loom.
set(WITH_PROGRAM docs/how-to/use-the-program.md docs/reference/command-line.md)
set(FOLLOWED README.md docs/tutorial.md docs/how-to/install.md ${WITH_PROGRAM})
