# SPDX-License-Identifier: BSL-1.0
# tests/fail/check.cmake: SOURCE must not compile, and the compiler's words must be few and name the cause.
#   // expect: <regex of CMake>      first line: what the output must contain
#   // lines: <= <n>                 second line: the most lines the compiler may print, everything counted
#   // flags: <options>              optional: of the compilation that must fail
#   // compiler: Clang               optional: the only one that can say it
# AHEAD: where ahead.cmake has compiled loom.hpp; programs with flags do not get it.
# A typo would make a program fail for the wrong reason, so with -DLOOM_FIXED the same file must compile.
cmake_minimum_required(VERSION 3.25)
include(${COMPILE})

file(READ ${SOURCE} text)
if(NOT text MATCHES "^(// SPDX[^\n]*\n)?// expect: ([^\n]+)\n// lines: <= ([0-9]+)\n(// flags: ([^\n]+)\n)?(// compiler: ([^\n]+)\n)?")
  message(FATAL_ERROR "${SOURCE} does not begin with '// expect: <regex>' and '// lines: <= <n>'")
endif()
set(expect "${CMAKE_MATCH_2}")
set(limit ${CMAKE_MATCH_3})
set(only "${CMAKE_MATCH_7}")
separate_arguments(flags UNIX_COMMAND "${CMAKE_MATCH_5}")
if(only AND NOT compiler_id MATCHES "${only}")
  message(NOTICE "${only} alone can say it")
  return()
endif()
if(NOT text MATCHES "LOOM_FIXED")
  message(FATAL_ERROR "${SOURCE} does not say, under #ifdef LOOM_FIXED, how it would be right")
endif()

set(ahead FALSE)
if(NOT flags AND text MATCHES "#include <loom/loom.hpp>" AND NOT text MATCHES "#define [^\n]*\n(.*\n)?#include <loom/")
  set(ahead TRUE)
  if(compiler_id MATCHES "Clang")
    list(INSERT compile 1 -include-pch ${AHEAD}/loom/loom.hpp.gch)
  else()
    list(INSERT compile 1 -I${AHEAD})
  endif()
endif()

loom_compile(result output -DLOOM_FIXED ${SOURCE})
if(NOT result EQUAL 0)
  message(NOTICE "${output}")
  message(FATAL_ERROR "does not compile with LOOM_FIXED either")
endif()

loom_compile(result output ${flags} ${SOURCE})
string(REGEX MATCHALL "\n" lines "${output}")
list(LENGTH lines lines)
if(ahead AND compiler_id STREQUAL "GNU")
  math(EXPR lines "${lines} + 1") # it does not say which file includes loom.hpp
endif()
# Both compilers quote source lines, in which the words of a message may stand that is not given.
string(REGEX REPLACE "\n *[0-9]* \\|[^\n]*" "" said "\n${output}")
message(NOTICE "${output}")
if(result EQUAL 0)
  message(FATAL_ERROR "compiles, but must not")
elseif(NOT said MATCHES "${expect}")
  message(FATAL_ERROR "fails, but does not say: ${expect}")
elseif(lines GREATER limit)
  message(FATAL_ERROR "says it in ${lines} lines; at most ${limit} are allowed")
endif()
message(NOTICE "${lines} lines of at most ${limit}")
