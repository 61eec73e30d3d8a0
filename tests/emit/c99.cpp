// SPDX-License-Identifier: BSL-1.0
// tests/emit/c99.cpp — printed C99 is compiled, without a warning, and computes what the interpreter computes.
#include "loom/emit/c99.hpp"

#include "emit/comparison.hpp"
#include "emit/shared_object.hpp"
#include "support/catch.hpp"

using trial::regime;

TEST_CASE("every loss of the collection, printed as C99, computes what the interpreter computes") {
  printed::check(printed::c99, printed::collection(true));
}

TEST_CASE("second derivatives of the collection, printed as C99, compute what the interpreter computes") {
  printed::check(printed::c99, printed::second_derivatives());
}

TEST_CASE("C99 of every shape of loop computes what the interpreter computes") {
  printed::check(printed::c99, printed::every_loop());
}

TEST_CASE("C99 with a workspace computes what the interpreter computes") {
  printed::check(printed::c99, printed::with_a_workspace(), {regime::normal, regime::masked});
  printed::check(printed::c99, printed::with_labels_that_sum());
  printed::check(printed::c99, printed::at_places());
  printed::check(printed::c99, printed::at_places(), {regime::normal}, {.strided = true});
}

TEST_CASE("C99 has every function of the language") { printed::check(printed::c99, printed::every_function()); }

TEST_CASE("C99 avoids the words of C, and reads every parameter or says that it does not") {
  printed::check(printed::c99, printed::odd_names());
  printed::check(printed::c99, printed::unread_inputs());
}

TEST_CASE("strided data, pointers that overlap nothing and lanes change no result in C99") {
  for (const auto& subjects : {printed::collection(false), printed::every_loop(), printed::with_a_workspace()})
    printed::check(printed::with_flags(printed::c99, printed::for_lanes), subjects, {regime::normal, regime::masked},
                   {.strided = true, .restricted = true, .simd = true});
}

TEST_CASE("a C99 function has a prototype, names its parameters and lets no buffer overlap another one") {
  using loom::emit::c99;
  CHECK(c99.open({"f", true, {{"ptrdiff_t", "N"}, {"const float*", "x", false}, {"float*", "d_x", true, true}}}) ==
        "double f(ptrdiff_t N, const float* x, float* restrict d_x) {\n  (void)x;\n");
  CHECK(c99.open({"f", false, {}}) == "void f(void) {\n");
  CHECK(c99.open({"f", false, {{"const float*", "x", true, false, true}}}) == "void f(const float* restrict x) {\n");
}
