# SPDX-License-Identifier: BSL-1.0
# tests/install/check.cmake: installs BUILD into an empty folder, then configures, builds and runs a project that knows
# nothing but find_package(loom).
cmake_minimum_required(VERSION 3.25)
file(REMOVE_RECURSE ${WORK})
foreach(step IN ITEMS install configure build run)
  if(step STREQUAL install)
    set(command ${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix --component loom --config ${CONFIG})
  elseif(step STREQUAL configure)
    set(command ${CMAKE_COMMAND} -S ${CONSUMER} -B ${WORK}/build -G ${GENERATOR} -DCMAKE_PREFIX_PATH=${WORK}/prefix
                -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_CXX_FLAGS=${FLAGS})
  elseif(step STREQUAL build)
    set(command ${CMAKE_COMMAND} --build ${WORK}/build --config Debug)
  else()
    set(command ${CMAKE_CTEST_COMMAND} --test-dir ${WORK}/build --output-on-failure --no-tests=error -C Debug)
  endif()
  execute_process(COMMAND ${command} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  message(NOTICE "${output}")
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${step} failed")
  endif()
endforeach()
