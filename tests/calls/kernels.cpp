// SPDX-License-Identifier: BSL-1.0
// tests/calls/kernels.cpp — the loops of every flagship, for a look at their instructions.
#include <boost/hana/for_each.hpp>

#include "loom/collection/flagships.hpp"

namespace {

/// Every tensor but the weights of the classes, whose gradient sums over rows.
template <auto Formula>
constexpr loom::input_set differentiable() {
  constexpr const loom::graph& g = loom::source<Formula>::written.program;
  loom::input_set s = 0;
  for (int i = 0; i < g.inputs.size(); ++i)
    if (g.inputs[i].code == loom::op::tensor && g.inputs[i].name != "w") s |= 1u << i;
  return s;
}

template <auto Formula>
double loops_of(loom::loss_function<Formula>, const loom::exec::bound* inputs, const loom::exec::bound* outputs) {
  using loom::exec::run;
  return run<loom::compiled<Formula, differentiable<Formula>()>, float>(loom::source<Formula>::labels, inputs, outputs) +
         run<loom::compiled<Formula, differentiable<Formula>()>, double>(loom::source<Formula>::labels, inputs, outputs);
}

}  // namespace

double every_loop(const loom::exec::bound* inputs, const loom::exec::bound* outputs) {
  double sum = 0;
  loom::hana::for_each(loom::collection::flagships, [&](auto named) { sum += loops_of(loom::hana::second(named), inputs, outputs); });
  return sum;
}
