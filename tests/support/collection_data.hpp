// SPDX-License-Identifier: BSL-1.0
// tests/support/collection_data.hpp — data that means something to each loss of the collection: labels on the axis they point
// along, masked tokens with any label, log-probabilities near those of the policy.
#pragma once

#include "support/flagship_trials.hpp"
#include "support/points.hpp"

namespace collected {

using loom::test::point;

inline double usual_scalar(std::string_view name) {
  for (const auto& [key, value] : trial::usual_scalars())
    if (key == name) return value;
  if (name == "smooth") return 0.5;
  if (name == "margin") return 0.25;
  if (name == "scale") return 16;
  if (name == "beta" || name == "eps") return 0.125;
  return 1;
}

/// The extents of a formula's axes by what they count: rows, rows within rows, entries of a row, and the last axis of an image.
struct extents {
  std::ptrdiff_t rows, inner, entries, width;
  std::vector<std::ptrdiff_t> of(const loom::ir::graph& g) const {
    std::vector<std::ptrdiff_t> e;
    for (int a = 0; a < loom::ir::max_axes; ++a) {
      const std::string_view name = a < g.axes.size() ? g.axes[a].name : "";
      e.push_back(name == "N" || name == "B"                  ? rows
                  : name == "M" || name == "T" || name == "H" ? inner
                  : name == "C" || name == "V" || name == "D" ? entries
                  : name == "W"                               ? width
                                                              : 1);
    }
    return e;
  }
};

/// The log-probability of the token that each label names, of logits x[B,T,V] and labels t[B,T]; -1 for other labels.
inline std::vector<double> log_probabilities(const std::vector<double>& x, const std::vector<double>& t) {
  const std::size_t words = x.size() / t.size();
  std::vector<double> l;
  for (std::size_t row = 0; row < t.size(); ++row) {
    const double* logits = x.data() + row * words;
    const double largest = *std::max_element(logits, logits + words);
    double sum = 0;
    for (std::size_t k = 0; k < words; ++k) sum += std::exp(logits[k] - largest);
    const bool known = t[row] >= 0 && t[row] < static_cast<double>(words);
    l.push_back(known ? logits[static_cast<std::size_t>(t[row])] - largest - std::log(sum) : -1);
  }
  return l;
}

/// A number as a tensor stored like that holds it.
inline double held(loom::storage s, double v) {
  if (s == loom::storage::own) return v;
  return static_cast<double>(s == loom::storage::bf16 ? loom::numeric::loaded(loom::numeric::stored<loom::bf16>(v))
                                                      : loom::numeric::loaded(loom::numeric::stored<loom::f16>(v)));
}

/// Whether a formula ignores the label -100.
inline bool ignores(const loom::ir::label_use& use, std::int64_t label) {
  for (const loom::ir::label_clause& c : use.ignored_if)
    if (c.mask < 0 && c.holds(label)) return true;
  return false;
}

/// Data for a formula as written; numbers are of a size, and each is a binary32, or what a tensor of 16 bits holds.
inline point data_for(const loom::ir::graph& g, const loom::ir::label_use_list& uses, const extents& size,
                      double largest, std::uint64_t seed, loom::call::storages memory = {}) {
  loom::test::points random(seed);
  point p{size.of(g), {}};
  const auto slot_of = [&](std::string_view name) {
    for (int i = 0; i < g.inputs.size(); ++i)
      if (g.inputs[i].name == name) return i;
    return -1;
  };
  for (int i = 0; i < g.inputs.size(); ++i) {
    const loom::ir::input_info& info = g.inputs[i];
    const loom::ir::label_use* use = nullptr;
    for (const loom::ir::label_use& u : uses)
      if (u.input == i) use = &u;
    loom::ir::dense<double> d{loom::ir::as_set(info.axes), {}};
    const bool feature =
        info.name == "a" && info.axes.size() == 2;  // of a pair: its products with another have the size
    for (std::size_t n = loom::test::size_of(d.axes, p.extents); n > 0; --n) {
      double v = random.uniform(-largest, largest);
      if (use != nullptr) v = random.below(static_cast<int>(p.extents[static_cast<std::size_t>(use->axis)]));
      else if (info.code == loom::ir::op::index) v = random.below(3) - 1;
      else if (info.code == loom::ir::op::mask) v = random.once_in(3) ? 0 : 1;
      else if (info.code == loom::ir::op::scalar) v = usual_scalar(info.name);
      else if (info.name == "y") v = random.uniform(0, 1);
      else if (info.name == "v" || info.name == "w") v = random.uniform(0.25, 2);
      else if (feature || info.name == "A") v = random.uniform(-1, 1);
      if (use != nullptr && ignores(*use, -100) && random.once_in(4)) v = -100;
      d.entries.push_back(info.code == loom::ir::op::tensor ? held(memory.input(i), v) : v);
    }
    p.inputs.push_back(d);
  }
  if (const int m = slot_of("m"); m >= 0)  // a label that is masked may be anything
    for (std::size_t n = 0; n < p.inputs[static_cast<std::size_t>(m)].entries.size(); ++n)
      if (p.inputs[static_cast<std::size_t>(m)].entries[n] == 0)
        p.inputs[static_cast<std::size_t>(slot_of("t"))].entries[n] = random.once_in(2) ? -7 : 1 << 20;
  const std::string_view policies[][3] = {{"old", "x", "t"}, {"ref", "x", "t"}, {"rc", "xc", "tc"}, {"rr", "xr", "tr"}};
  for (const auto& [name, logits, labels] : policies) {
    if (slot_of(name) < 0) continue;
    const auto& x = p.inputs[static_cast<std::size_t>(slot_of(logits))].entries;
    const auto& t = p.inputs[static_cast<std::size_t>(slot_of(labels))].entries;
    std::size_t n = 0;
    for (double l : log_probabilities(x, t))
      p.inputs[static_cast<std::size_t>(slot_of(name))].entries[n++] =
          held(memory.input(slot_of(name)), static_cast<float>(l + random.uniform(-0.3, 0.3)));
  }
  return p;
}

}  // namespace collected
