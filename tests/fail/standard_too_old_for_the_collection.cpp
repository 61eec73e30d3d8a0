// SPDX-License-Identifier: BSL-1.0
// expect: Loom needs C\+\+20: compile with -std=c\+\+20
// lines: <= 10
// flags: -std=c++11
#include <loom/code.hpp>  // -DLOOM_FIXED is compiled as C++20
#include <loom/collection/collection.hpp>
