# SPDX-License-Identifier: BSL-1.0
# tests/budget/check.cmake: SOURCE must compile under an eighth of the compiler's own limit of constexpr work.
# The limits count steps, not seconds: the same on every machine.
cmake_minimum_required(VERSION 3.25)
include(${COMPILE})

if(compiler_id MATCHES "Clang")
  set(limit -fconstexpr-steps=131072)
else()
  set(limit -fconstexpr-ops-limit=4194304)
endif()
loom_compile(result output ${limit} ${SOURCE})
if(NOT result EQUAL 0)
  message(NOTICE "${output}")
  message(FATAL_ERROR "does not compile with ${limit}")
endif()
