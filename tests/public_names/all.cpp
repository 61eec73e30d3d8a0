// SPDX-License-Identifier: BSL-1.0
// tests/public_names/all.cpp — every public header; the compiler completes the name at the marked place.
#include <loom/code.hpp>
#include <loom/collection/collection.hpp>
#include <loom/laws.hpp>
#include <loom/loom.hpp>
#include <loom/rules.hpp>
#if __has_include(<oneapi/tbb/task_arena.h>)
#include <loom/threads.hpp>
#endif
// clang-format off
void here() {
  loom::
}
