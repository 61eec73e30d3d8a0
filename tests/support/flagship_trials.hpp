// SPDX-License-Identifier: BSL-1.0
// tests/support/flagship_trials.hpp — one flagship on every target, awkward sizes, layouts and logits.
#pragma once

#include "support/catch.hpp"
#include "support/differentiable.hpp"
#include "support/targets.hpp"
#include "support/trial.hpp"

namespace trial {

inline std::vector<std::pair<std::string, double>> usual_scalars() {
  return {{"e", 0.1}, {"gamma", 2}, {"z", 1e-3}, {"pw", 3}, {"delta", 1}, {"T", 2}};
}

/// Error allowed, in units of the epsilon of the type, of the largest entry.
inline constexpr double tolerance = 40;

template <auto Formula, loom::derive::derivative_request Gradients, class T,
          loom::call::storages Memory = loom::call::storages{}>
void check(const settings& s, const std::string& what) {
  for (const outcome& o : run<Formula, Gradients, T, Memory>(s)) {
    INFO(what << ": " << o.output << ", logits " << name(s.logits) << ", layout " << static_cast<int>(s.layout) << ", "
              << (s.extents.empty() ? 1 : s.extents[0]) << " x " << (s.extents.size() > 1 ? s.extents[1] : 1)
              << ", target " << loom::name(loom::current_target()));
    CHECK(o.finite_alike);
    CHECK(o.allocations == 0);
    CHECK(o.error / std::numeric_limits<T>::epsilon() <= tolerance);
  }
}

/// A flagship over all targets, sizes and logits; layouts over a few.
template <class T, bool Gradient, loom::call::storages Memory = loom::call::storages{}, auto Formula>
void flagship(loom::loss_function<Formula>, const std::string& what) {
  constexpr const loom::ir::graph& g = loom::compiler::source<Formula>::written.program;
  constexpr loom::derive::input_set wanted = Gradient ? differentiable<Formula>() : 0;
  const std::ptrdiff_t sizes[][2] = {{1, 1},  {17, 1}, {1, 10}, {15, 10}, {16, 10}, {33, 10},  {31, 15},
                                     {5, 16}, {6, 17}, {9, 64}, {9, 113}, {9, 161}, {3, 1000}, {2, 4099}};
  for (loom::target t : targets()) {
    const loom::limit_target limit(t);
    for (const auto& size : sizes) {
      settings s;
      for (int a = 0; a < g.axes.size(); ++a)
        s.extents.push_back(g.axes.size() == 1 ? size[0] * size[1] : g.axes[a].name == "C" ? size[1] : size[0]);
      s.scalars = usual_scalars();
      s.some_ignored = what == "weighted_cross_entropy";
      for (regime r : {regime::normal, regime::wide, regime::offset, regime::tiny, regime::equal, regime::masked}) {
        s.logits = r;
        s.seed = static_cast<unsigned>(size[0] * 100 + size[1]);
        // The difference of two log-probabilities of 1e4 keeps the digits of 1e4.
        s.condition = what == "distillation" ? (r == regime::wide || r == regime::offset ? 1e4 : 10) : 1;
        s.saturated = what == "distillation" && r == regime::wide;
        s.layout = memory::contiguous;
        check<Formula, wanted, T, Memory>(s, what);
        if (r != regime::normal || size[1] > 161) continue;
        for (memory m : {memory::padded_rows, memory::every_third, memory::transposed}) {
          s.layout = m;
          check<Formula, wanted, T, Memory>(s, what);
        }
      }
    }
  }
}

}  // namespace trial
