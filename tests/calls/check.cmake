# SPDX-License-Identifier: BSL-1.0
# tests/calls/check.cmake: in OBJECTS, the functions that match FUNCTIONS (awk regex, demangled) call nothing but what
# matches ALLOWED: the copies of strided data, tiles and labels of rows, which contiguous entries of a row never reach.
# A call in an innermost loop costs more than the loop: it spills every vector register.
cmake_minimum_required(VERSION 3.25)
cmake_path(GET CMAKE_CURRENT_LIST_FILE PARENT_PATH here)
set(ENV{FUNCTIONS} "${FUNCTIONS}")
set(ENV{ALLOWED} "${ALLOWED}")
execute_process(
  COMMAND ${OBJDUMP} -drC --no-show-raw-insn ${OBJECTS}
  COMMAND awk -f ${here}/calls.awk
  RESULTS_VARIABLE results OUTPUT_VARIABLE output ERROR_VARIABLE output)
message(NOTICE "${output}")
if(NOT results STREQUAL "0;0")
  message(FATAL_ERROR "a function that matches ${FUNCTIONS} calls another, or none matches")
endif()
