// SPDX-License-Identifier: BSL-1.0
// tests/support/catch.hpp — the one place that includes Catch2.
// Tests keep to what its versions 2 and 3 share: TEST_CASE SECTION CHECK REQUIRE TEMPLATE_TEST_CASE GENERATE.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif

/// Checked twice: by the compiler, which proves that it is a constant, and at run time, where a debugger can step in.
/// As in CHECK, `a && b` needs its own parentheses.
#define LOOM_CHECK(...)         \
  do {                          \
    static_assert(__VA_ARGS__); \
    CHECK(__VA_ARGS__);         \
  } while (false)
