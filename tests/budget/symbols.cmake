# SPDX-License-Identifier: BSL-1.0
# tests/budget/symbols.cmake: no symbol of an object file is longer than LIMIT characters, mangled: a formula is spelled out in the
# name of each of its loops, and a debugger, a profiler and a linker read them all.
cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND ${NM} -P ${OBJECTS} OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[^\n]+" symbols "${symbols}")
set(longest 0)
foreach(symbol IN LISTS symbols)
  string(REGEX REPLACE " .*" "" symbol "${symbol}")
  string(LENGTH "${symbol}" length)
  if(length GREATER longest)
    set(longest ${length})
    set(which ${symbol})
  endif()
endforeach()
message(NOTICE "${longest} characters of at most ${LIMIT}: ${which}")
if(longest GREATER LIMIT)
  message(FATAL_ERROR "a symbol of ${longest} characters")
endif()
