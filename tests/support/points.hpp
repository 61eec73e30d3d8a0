// SPDX-License-Identifier: BSL-1.0
// tests/support/points.hpp — data for the interpreter: random numbers of a domain, and one call's inputs in any number type.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "loom/ir/interpret.hpp"
#include "loom/ir/rebuild.hpp"
#include "support/layers.hpp"

namespace loom::test {
using namespace layers;

enum class domain { any, positive, negative, unit, wide };

/// Random numbers; each is a binary32, so that every number type starts from the same point.
class points {
 public:
  explicit points(std::uint64_t seed) : random_(seed) {}

  double uniform(double low, double high) { return static_cast<float>(low + (high - low) * fraction()); }
  double number(domain d) {
    switch (d) {
      case domain::positive: return uniform(0.0625, 4);
      case domain::negative: return -uniform(0.0625, 4);
      case domain::unit: return uniform(0.03125, 0.96875);
      case domain::wide: return uniform(-60, 60);
      default: return uniform(-3, 3);
    }
  }
  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  bool once_in(int n) { return below(n) == 0; }
  std::mt19937_64& engine() { return random_; }

 private:
  std::mt19937_64 random_;
  double fraction() { return static_cast<double>(random_() >> 11) * 0x1p-53; }  // the same on every standard library
};

/// A random operand of an elementwise op, away from the ends of its domain: where it is smooth.
inline double operand_of(op code, int which, points& random) {
  const interval& domain = which == 0 ? info(code).domain_a : info(code).domain_b;
  const bool bounded_below = domain.low > -numeric::infinity, bounded_above = domain.high < numeric::infinity;
  constexpr double margin = 0.0625, width = 8;
  const double low = bounded_below ? domain.low + margin : bounded_above ? domain.high - width : -width / 2;
  return random.uniform(low, bounded_above ? domain.high - margin : bounded_below ? domain.low + width : width / 2);
}

/// The inputs of one call: extents of the axes, and data by slot.
struct point {
  std::vector<std::ptrdiff_t> extents;
  std::vector<dense<double>> inputs;

  template <class N>
  std::vector<dense<N>> as() const {
    std::vector<dense<N>> r;
    for (const dense<double>& d : inputs) {
      dense<N> e{d.axes, {}};
      for (double v : d.entries) e.entries.push_back(N(v));
      r.push_back(e);
    }
    return r;
  }
};

inline std::size_t size_of(axis_set axes, const std::vector<std::ptrdiff_t>& extents) {
  std::size_t n = 1;
  for (int a = 0; a < max_axes; ++a)
    if (has(axes, a)) n *= static_cast<std::size_t>(extents[static_cast<std::size_t>(a)]);
  return n;
}

/// The inputs of a graph that are numbers.
inline std::uint32_t numbers_of(const graph& g) {
  std::uint32_t s = 0;
  for (int i = 0; i < g.inputs.size(); ++i)
    if (g.inputs[i].code == op::tensor || g.inputs[i].code == op::scalar) s |= 1u << i;
  return s;
}

/// The inputs of a graph in its order; an axis has as many entries as the data of a vector along it, else one.
inline point point_of(const graph& g, const std::vector<std::vector<double>>& data) {
  point p{std::vector<std::ptrdiff_t>(static_cast<std::size_t>(g.axes.size()), 1), {}};
  for (int s = 0; s < g.inputs.size(); ++s) {
    const std::vector<double>& entries = data[static_cast<std::size_t>(s)];
    if (g.inputs[s].axes.size() == 1)
      p.extents[static_cast<std::size_t>(g.inputs[s].axes[0])] = static_cast<std::ptrdiff_t>(entries.size());
    p.inputs.push_back({as_set(g.inputs[s].axes), entries});
  }
  return p;
}

/// A value of g at a point, spread over axes, in the number type N.
template <class N>
std::vector<N> value_at(const graph& g, const point& p, int id, axis_set over) {
  return interpreter<N>(g, p.extents, p.as<N>()).broadcast(id, over);
}

/// Whether two graphs over the same inputs compute the same outputs by the same ops: values are numbered by interning
/// both in one builder.
inline bool same_program(const graph& a, const graph& b) {
  builder both(a);
  const auto interned = [&](const graph& g) {
    const value_images image =
        rebuild_values(g, both, [&](op code, value_id x, value_id y, value_id z, std::uint64_t bits) {
          return both.make(code, x, y, z, bits);
        });
    std::vector<value_id> out;
    for (const output_info& o : g.outputs) out.push_back(image[o.id]);
    return out;
  };
  return interned(a) == interned(b);
}

}  // namespace loom::test
