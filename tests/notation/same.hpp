// SPDX-License-Identifier: BSL-1.0
// tests/notation/same.hpp — whether two graphs say the same, however their values, axes and inputs are numbered; the first
// may have inputs that it does not use.
#pragma once

#include <map>

#include <string>

#include "loom/ir/graph.hpp"
#include "loom/ir/print.hpp"
#include "support/layers.hpp"

namespace loom::test {
using namespace layers;

class comparison {
 public:
  comparison(const graph& a, const graph& b) : a_(a), b_(b) {}

  bool same() {
    if (a_.outputs.size() != b_.outputs.size()) return false;
    for (const input_info& in : b_.inputs)
      if (!in.is_place() && !declares(in)) return false;
    for (int k = 0; k < a_.outputs.size(); ++k)
      if (!same(a_.outputs[k].id, b_.outputs[k].id)) return false;
    return true;
  }

 private:
  const graph& a_;
  const graph& b_;
  std::map<std::pair<int, int>, bool> known_;

  static std::string axes_of(const graph& g, axis_set s) {
    std::map<std::string, std::int64_t> names;
    for (int k = 0; k < g.axes.size(); ++k)
      if (has(s, k)) names[std::string(g.axes[k].name)] = g.axes[k].extent;
    std::string text;
    for (const auto& [name, extent] : names) text += name + "=" + std::to_string(extent) + " ";
    return text;
  }
  /// An input, and where it is read.
  static std::string read_of(const graph& g, int slot) { return loom::ir::input_text(g, slot); }
  static std::string order_of(const graph& g, const input_info& in) {
    std::string text;
    for (const int k : in.axes) text += std::string(g.axes[k].name) + " ";
    return text;
  }
  /// The axes of a chain, each in its role.
  static std::string axes_in_text(const graph& g, const node& n) {
    return loom::ir::value_text(g, n, [](int) { return std::string(); });
  }
  /// Whether a has this input of b.
  bool declares(const input_info& in) const {
    for (const input_info& other : a_.inputs)
      if (other.name == in.name)
        return other.code == in.code && other.domain == in.domain && order_of(a_, other) == order_of(b_, in);
    return false;
  }

  bool same(int i, int k) {
    const auto [at, fresh] = known_.emplace(std::pair(i, k), false);
    if (fresh) {
      const bool r = compare(a_[i], b_[k]);
      known_[{i, k}] = r;
      return r;
    }
    return at->second;
  }
  bool compare(const node& m, const node& n) {
    if (m.code != n.code || axes_of(a_, m.axes) != axes_of(b_, n.axes)) return false;
    if (is_input(m.code)) return read_of(a_, static_cast<int>(m.bits)) == read_of(b_, static_cast<int>(n.bits));
    if (m.code == op::constant) return m.bits == n.bits;
    if (axes_of(a_, m.over()) != axes_of(b_, n.over())) return false;
    if (is_running(m.code) && m.order() != n.order()) return false;
    if (is_chain(m.code) && axes_in_text(a_, m) != axes_in_text(b_, n)) return false;
    const auto operands = [&](int first, int second) {
      const int order[] = {first, second, 2};
      for (int k = 0; k < arity(m.code); ++k)
        if (!same(m.operand[k], n.operand[order[k]])) return false;
      return true;
    };
    return operands(0, 1) || (info(m.code).commutative && operands(1, 0));
  }
};

inline bool same(const graph& a, const graph& b) { return comparison(a, b).same(); }

}  // namespace loom::test
