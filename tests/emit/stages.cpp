// SPDX-License-Identifier: BSL-1.0
// tests/emit/stages.cpp — formulas with running values and chains of states, printed as functions of stages: compiled by themselves without
// a warning, beside the interpreter.
#include "emit/comparison.hpp"
#include "emit/shared_object.hpp"
#include "loom/emit/c99.hpp"
#include "loom/emit/cpp.hpp"
#include "loom/emit/gpu.hpp"
#include "support/catch.hpp"

using trial::regime;

TEST_CASE("C++ of programs in stages computes what the interpreter computes") {
  printed::check(printed::with_flags(printed::cpp, "-pedantic"), printed::in_stages());
}
TEST_CASE("C99 of programs in stages computes what the interpreter computes") {
  printed::check(printed::c99, printed::in_stages());
}
TEST_CASE("stages of strided data that are added to their buffers compute the same") {
  printed::check(printed::with_flags(printed::c99, printed::for_lanes), printed::adding(printed::in_stages()),
                 {regime::normal}, {.strided = true, .restricted = true, .simd = true});
}
TEST_CASE("kernels of a program in stages are refused") {
  const printed::subject s = printed::in_stages()[0];
  CHECK(s.code(loom::emit::cuda, loom::emit::element::f32) ==
        "// This formula has a running value or a chain of states: it has no code for a GPU yet.\n");
}
