# SPDX-License-Identifier: BSL-1.0
# tests/instantiate/check.cmake: an object file that calls a declared loss has none of its loops, and asks for them by the name
# that the user is told.
cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND ${NM} -C ${OBJECTS} OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[^\n]+" symbols "${symbols}")
set(asked 0)
foreach(symbol IN LISTS symbols)
  if(symbol MATCHES "_rows::rows<|run_sweep<|layout_builder")
    message(FATAL_ERROR "a file that only calls has ${symbol}")
  endif()
  if(symbol MATCHES " U .* loom::(v[0-9a-z_]+::)?run::run<")
    math(EXPR asked "${asked} + 1")
  endif()
endforeach()
if(NOT asked EQUAL 3)
  message(FATAL_ERROR "three programs are declared and called, ${asked} are asked for")
endif()
