# SPDX-License-Identifier: BSL-1.0
# tests/tables/check.cmake: FILE is what PROGRAM prints of the tables WHICH (src/compile_tables.cpp).
cmake_minimum_required(VERSION 3.25)

execute_process(COMMAND ${PROGRAM} ${WHICH} OUTPUT_VARIABLE printed RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${PROGRAM} ${WHICH} failed")
endif()
file(READ ${FILE} compiled)
if(NOT printed STREQUAL compiled)
  message(FATAL_ERROR "${FILE} is not what the tables say now: ./run tables")
endif()
