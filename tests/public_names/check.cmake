# SPDX-License-Identifier: BSL-1.0
# tests/public_names/check.cmake: loom:: holds the names of names.txt and no others. clang knows them: it is asked to complete `loom::`.
#   CLANG the compiler, INCLUDE the include folders, FOLDER this one
cmake_minimum_required(VERSION 3.25)

set(source ${FOLDER}/all.cpp)
file(READ ${source} text)
string(REGEX REPLACE "\n  loom::\n.*" "" before "${text}")
string(REGEX MATCHALL "\n" line "${before}")
list(LENGTH line line)
math(EXPR line "${line} + 2")
list(TRANSFORM INCLUDE PREPEND -I)
execute_process(COMMAND ${CLANG} -std=c++20 ${INCLUDE} -fsyntax-only -Xclang -code-completion-at=${source}:${line}:9 ${source}
                OUTPUT_VARIABLE said ERROR_VARIABLE errors RESULT_VARIABLE result)
string(REGEX MATCHALL "COMPLETION: [A-Za-z_0-9]+" found "${said}")
list(TRANSFORM found REPLACE "COMPLETION: " "")
list(FILTER found EXCLUDE REGEX "^v[0-9]+_[0-9]+_[0-9]+") # the inline namespace of the version
list(REMOVE_DUPLICATES found)
list(SORT found)
list(LENGTH found count)
if(count LESS 50)
  message(FATAL_ERROR "clang did not complete loom:: (${result})\n${errors}")
endif()

file(STRINGS ${FOLDER}/names.txt lines REGEX "^[^#]")
list(JOIN lines " " names)
separate_arguments(names)
list(SORT names)

set(missing ${names})
list(REMOVE_ITEM missing ${found})
if(missing STREQUAL "thread_pool" AND NOT said MATCHES "thread_pool") # without oneTBB there is none
  set(missing)
endif()
set(new ${found})
list(REMOVE_ITEM new ${names})
if(missing OR new)
  message(FATAL_ERROR "not in names.txt: ${new}\nin names.txt, but not in loom: ${missing}")
endif()
message(NOTICE "${count} names")
