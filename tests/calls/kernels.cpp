// SPDX-License-Identifier: BSL-1.0
// tests/calls/kernels.cpp — the loops of every flagship, and of neighbours in maps, for a look at their instructions.
#include <boost/hana/for_each.hpp>

#include "../support/differentiable.hpp"
#include "loom/collection/collection.hpp"

namespace {

constexpr auto x = loom::tensor<"x[B,C,H,W]">;
constexpr auto w = loom::tensor<"w[B,H,W]">;
constexpr auto H = loom::axis<"H">;
constexpr auto W = loom::axis<"W">;
constexpr auto variation = loom::loss<sum(w*(square(x - x(H = H - 1)) + abs(x - x(W = W - 1))))>;

template <auto Formula>
double loops_of(loom::loss_function<Formula>, const loom::call::operands& bound) {
  using loom::run::run;
  using program = loom::compiler::compiled<Formula, trial::differentiable<Formula>()>;
  return run<program, float>(bound) + run<program, double>(bound);
}

}  // namespace

double every_loop(const loom::call::operands& bound) {
  double sum = 0;
  loom::hana::for_each(loom::collection::flagships,
                       [&](auto named) { sum += loops_of(loom::hana::second(named), bound); });
  return sum + loops_of(variation, bound);
}
