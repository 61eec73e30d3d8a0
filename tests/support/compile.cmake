# SPDX-License-Identifier: BSL-1.0
# tests/support/compile.cmake: the command line of a compiler, for scripts that judge what it says.
# Included by the compile-<config>.cmake that the build writes; sets `compile`, to be followed by options and a source.
separate_arguments(flags UNIX_COMMAND "${flags}")
list(REMOVE_DUPLICATES include_dirs)
list(REMOVE_ITEM include_dirs ${implicit_include_dirs})
list(TRANSFORM include_dirs PREPEND -I)
list(TRANSFORM definitions PREPEND -D)
set(compile ${compiler} ${flags} -std=c++20 ${definitions} ${include_dirs} -fsyntax-only -fdiagnostics-color=never)
set(ENV{LC_ALL} C) # messages in English, quotes in ASCII

# loom_compile(<result> <output> options... source): the compiler's exit code, and all it says.
function(loom_compile result output)
  execute_process(COMMAND ${compile} ${ARGN} RESULT_VARIABLE code OUTPUT_VARIABLE text ERROR_VARIABLE text)
  set(${result} "${code}" PARENT_SCOPE)
  set(${output} "${text}" PARENT_SCOPE)
endfunction()
