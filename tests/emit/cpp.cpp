// SPDX-License-Identifier: BSL-1.0
// tests/emit/cpp.cpp — printed C++ is compiled, without a warning, and computes what the interpreter computes.
#include "loom/emit/cpp.hpp"

#include "emit/comparison.hpp"
#include "emit/shared_object.hpp"
#include "support/catch.hpp"

using trial::regime;

TEST_CASE("printed flagships compute what the interpreter computes") {
  printed::check(printed::cpp, printed::flagships(true), {regime::normal, regime::masked});
}

TEST_CASE("printed second derivatives of the collection compute what the interpreter computes") {
  printed::check(printed::cpp, printed::second_derivatives());
}

TEST_CASE("printed code of every shape of loop computes what the interpreter computes") {
  printed::check(printed::cpp, printed::every_loop());
}

TEST_CASE("printed code with a workspace computes what the interpreter computes") {
  printed::check(printed::cpp, printed::with_a_workspace(), {regime::normal, regime::masked});
  printed::check(printed::cpp, printed::with_labels_that_sum());
  printed::check(printed::cpp, printed::at_places());
  printed::check(printed::cpp, printed::at_places(), {regime::normal}, {.strided = true});
}

TEST_CASE("printed code has every function of the language") {
  printed::check(printed::cpp, printed::every_function());
}

TEST_CASE("printed code avoids the words of C++, and names no parameter that it does not read") {
  printed::check(printed::cpp, printed::odd_names());
  printed::check(printed::cpp, printed::unread_inputs());
}

TEST_CASE("strided data, pointers that overlap nothing and lanes change no result") {
  for (const auto& subjects : {printed::collection(true), printed::every_loop(), printed::with_a_workspace()}) {
    printed::check(printed::cpp, subjects, {regime::normal, regime::masked}, {.strided = true});
    printed::check(printed::cpp, subjects, {regime::normal}, {.restricted = true});
    printed::check(printed::with_flags(printed::cpp, printed::for_lanes), subjects, {regime::normal, regime::masked},
                   {.simd = true});
  }
}

TEST_CASE("printed code adds to what the buffers hold") {
  for (const auto& subjects : {printed::flagships(false), printed::every_loop(), printed::with_a_workspace()})
    printed::check(printed::cpp, printed::adding(subjects));
  printed::check(printed::with_flags(printed::cpp, printed::for_lanes), printed::adding(printed::flagships(false)),
                 {regime::normal}, {.strided = true, .simd = true});
}

TEST_CASE("a C++ parameter that is not read has no name") {
  const std::string head = loom::emit::cpp.open(
      {"f", true, {{"std::ptrdiff_t", "N"}, {"const float*", "x", false}, {"float*", "d_x", true, true}}});
  CHECK(head == "double f(std::ptrdiff_t N, const float* /* x */, float* d_x) {\n");
  CHECK(loom::emit::cpp.open({"f", false, {{"float*", "d_x", true, true, true}}}) ==
        "void f(float* __restrict d_x) {\n");
}
