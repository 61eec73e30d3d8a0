// SPDX-License-Identifier: BSL-1.0
// tests/calls/kernels.cpp — the loops of every flagship, for a look at their instructions.
#include <boost/hana/for_each.hpp>

#include "../support/differentiable.hpp"
#include "loom/collection/collection.hpp"

namespace {

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
  return sum;
}
