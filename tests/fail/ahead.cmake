# SPDX-License-Identifier: BSL-1.0
# tests/fail/ahead.cmake: compiles loom.hpp once for all programs that must not compile, of which it would be most of the work. FOLDER
# comes first among the folders of headers.
include(${COMPILE})
list(REMOVE_ITEM compile -fsyntax-only)
file(MAKE_DIRECTORY ${FOLDER}/loom)
execute_process(COMMAND ${compile} -w -x c++-header ${INCLUDE}/loom/loom.hpp -o ${FOLDER}/loom/loom.hpp.gch
                COMMAND_ERROR_IS_FATAL ANY)
