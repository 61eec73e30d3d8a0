// SPDX-License-Identifier: BSL-1.0
// tests/calls/kernels.cpp — the loops of every flagship, for a look at their instructions.
#include <boost/hana/for_each.hpp>

#include "../support/differentiable.hpp"
#include "loom/collection/flagships.hpp"

namespace {

template <auto Formula>
double loops_of(loom::loss_function<Formula>, const loom::exec::bound* inputs, const loom::exec::bound* outputs) {
  using loom::exec::run;
  return run<loom::compiled<Formula, trial::differentiable<Formula>()>, float>(loom::source<Formula>::labels, inputs, outputs) +
         run<loom::compiled<Formula, trial::differentiable<Formula>()>, double>(loom::source<Formula>::labels, inputs, outputs);
}

}  // namespace

double every_loop(const loom::exec::bound* inputs, const loom::exec::bound* outputs) {
  double sum = 0;
  loom::hana::for_each(loom::collection::flagships, [&](auto named) { sum += loops_of(loom::hana::second(named), inputs, outputs); });
  return sum;
}
