// SPDX-License-Identifier: BSL-1.0
// tests/emit/stages.cpp — formulas with running values and chains of states, printed as functions of stages: compiled by themselves without
// a warning, beside the interpreter.
#include "emit/comparison.hpp"
#include "emit/shared_object.hpp"
#include "loom/emit/c99.hpp"
#include "loom/emit/cpp.hpp"
#include "loom/emit/gpu.hpp"
#include "loom/loom.hpp"
#include "support/catch.hpp"

using trial::regime;

namespace {

/// But those whose sums leave the digits of float: the entries of a chain are hundreds.
constexpr std::initializer_list<regime> every_regime = {regime::normal, regime::tiny, regime::equal, regime::masked};

}  // namespace

TEST_CASE("C++ of programs in stages computes what the interpreter computes") {
  printed::check(printed::with_flags(printed::cpp, "-pedantic"), printed::in_stages(), every_regime);
}
TEST_CASE("C99 of programs in stages computes what the interpreter computes") {
  printed::check(printed::c99, printed::in_stages(), every_regime);
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

TEST_CASE("what would be kept beyond the data has no code") {
  using namespace loom;
  constexpr auto scores = sum(tensor<"p[N,D]"> * tensor<"q[M,D]">, axis<"D">);
  constexpr auto formula = sum(square(cumsum(scores, axis<"M">)));
  const printed::subject s = printed::compiled("scores", compiler::source<formula>::written.program, {1});
  CHECK(s.schedule.problem == schedule::unplanned::running);
  const std::string code = s.code(loom::emit::c99, loom::emit::element::f32);
  CHECK(code.starts_with("// This formula has no code: "));
  CHECK(code.find("double scores") == code.npos);
  CHECK(s.explain().find("None: a running value") != std::string::npos);
}
TEST_CASE("products beside running values are printed as sums") {
  for (const printed::subject& s : printed::in_stages())
    CHECK((s.explain().find("Products of matrices are sums") != std::string::npos) == (s.name == "running_products"));
}
