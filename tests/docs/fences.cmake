# SPDX-License-Identifier: BSL-1.0
# tests/docs/fences.cmake: the code fences of a page, one after another, for the checks of the documentation.

# next_fence(<text>): cuts the first fence with a language off the text of a variable. Sets `language` (empty: no more), `words` (what
# follows it on its line), and `quoted` (its lines, each with its end).
function(next_fence variable)
  set(rest "\n${${variable}}")
  set(language "")
  set(words "")
  set(quoted "")
  if(rest MATCHES "\n```([a-z0-9+]+)[ ]*([^\n]*)\n")
    set(language "${CMAKE_MATCH_1}")
    set(words "${CMAKE_MATCH_2}")
    string(FIND "${rest}" "${CMAKE_MATCH_0}" first)
    string(LENGTH "${CMAKE_MATCH_0}" length)
    math(EXPR first "${first} + ${length} - 1") # keep the newline, so that the end is found in an empty fence too
    string(SUBSTRING "${rest}" ${first} -1 rest)
    string(FIND "${rest}" "\n```" length)
    if(length LESS 0)
      message(FATAL_ERROR "a fence of ${language} ${words} has no end")
    endif()
    string(SUBSTRING "${rest}" 0 ${length} quoted)
    string(SUBSTRING "${rest}" ${length} -1 rest)
    string(SUBSTRING "${rest}" 4 -1 rest)
    string(SUBSTRING "${quoted}\n" 1 -1 quoted)
    set(${variable} "${rest}" PARENT_SCOPE)
  endif()
  set(language "${language}" PARENT_SCOPE)
  set(words "${words}" PARENT_SCOPE)
  set(quoted "${quoted}" PARENT_SCOPE)
endfunction()

# has_word(<words> <pattern>): whether one of the words is like the pattern; sets `matched` to it, `found` to its first part.
function(has_word words pattern)
  set(matched "" PARENT_SCOPE)
  set(found "" PARENT_SCOPE)
  if(" ${words} " MATCHES " (${pattern}) ")
    set(matched "${CMAKE_MATCH_1}" PARENT_SCOPE)
    set(found "${CMAKE_MATCH_2}" PARENT_SCOPE)
  endif()
endfunction()
