// SPDX-License-Identifier: BSL-1.0
// ir/print.hpp — graph -> text: one line per value, or one formula.
// Layer 1 (ir).
#pragma once

#include <charconv>
#include <string>

#include "loom/ir/graph.hpp"

namespace loom::inline LOOM_ABI::ir {

/// A number as a person would write it: the shortest digits that read back as the same double.
inline std::string number_text(double v) {
  if (v != v) return "nan";
  if (v == __builtin_huge_val()) return "inf";
  if (v == -__builtin_huge_val()) return "-inf";
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, v);
  return std::string(buffer, end.ptr);
}

inline std::string axes_text(const graph& g, axis_set axes) {
  std::string s;
  for (int a = 0; a < g.axes.size(); ++a)
    if (has(axes, a)) s += std::string(s.empty() ? "" : ",") + std::string(g.axes[a].name);
  return s;
}

inline std::string input_text(const graph& g, int slot) {
  const std::string name(g.inputs[slot].name);
  return g.inputs[slot].origin == input_origin::direction ? std::string("direction(") + name + ")" : name;
}
inline std::string output_text(const graph& g, const output_info& o) {
  return o.is_value() ? std::string("value")
                      : std::string(o.symbol()) + "(" + std::string(g.inputs[o.input].name) + ")";
}

/// A value, its operands as operand(k) spells them: sum(v3, C).
template <class Operand>
std::string value_text(const graph& g, const node& n, const Operand& operand) {
  if (n.code == op::constant) return number_text(n.constant_value());
  if (is_input(n.code)) return input_text(g, static_cast<int>(n.bits));
  std::string s = std::string(info(n.code).name) + "(";
  for (int k = 0; k < arity(n.code); ++k) s += std::string(k > 0 ? ", " : "") + operand(k);
  const family f = info(n.code).kind;
  if (f == family::reduction || f == family::row || f == family::indexing || n.code == op::extent)
    s += std::string(arity(n.code) > 0 ? ", " : "") + axes_text(g, n.over());
  return s + ")";
}
/// The same, its operands by their numbers.
inline std::string value_text(const graph& g, int id) {
  return value_text(g, g[id], [&](int k) { return std::string("v") + std::to_string(g[id].operand[k]); });
}

namespace detail {

class formula_printer {
 public:
  explicit formula_printer(const graph& g) : g_(g) {}

  std::string print(int id, int outer = 0) const {
    const node& n = g_[id];
    const auto arg = [&](int i, int level = 0) { return print(n.operand[i], level); };
    const auto infix = [&](const char* symbol, int level, int right) {
      return wrapped(arg(0, level) + " " + symbol + " " + arg(1, right), level < outer);
    };
    switch (n.code) {
      case op::constant: return wrapped(number_text(n.constant_value()), n.constant_value() < 0 && outer > 0);
      case op::neg: return wrapped(std::string("-") + arg(0, 5), outer > 3);
      case op::add: return infix("+", 3, 3);
      case op::sub: return infix("-", 3, 4);
      case op::mul: return infix("*", 4, 5);
      case op::div: return infix("/", 4, 5);
      case op::eq: return infix("==", 2, 3);
      case op::ne: return infix("!=", 2, 3);
      case op::lt: return infix("<", 2, 3);
      case op::le: return infix("<=", 2, 3);
      case op::gt: return infix(">", 2, 3);
      case op::ge: return infix(">=", 2, 3);
      case op::logical_and: return infix("&&", 1, 1);
      case op::logical_or: return infix("||", 1, 1);
      case op::logical_not: return std::string("!") + arg(0, 5);
      default: break;
    }
    return value_text(g_, n, [&](int i) { return arg(i); });
  }

 private:
  const graph& g_;
  static std::string wrapped(const std::string& s, bool parentheses) {
    return parentheses ? std::string("(") + s + ")" : s;
  }
};

}  // namespace detail

/// Value `id` of a graph as one formula, in the notation it was written in.
inline std::string formula_text(const graph& g, int id) { return detail::formula_printer(g).print(id); }

/// A graph, one value a line: v4[N] = sum(v3, C).
inline std::string listing(const graph& g) {
  std::string s;
  for (int i = 0; i < g.size(); ++i) {
    const node& n = g[i];
    s += std::string("v") + std::to_string(i) + (n.axes == 0 ? "" : std::string("[") + axes_text(g, n.axes) + "]") +
         " = " + value_text(g, i) + "\n";
  }
  for (const output_info& o : g.outputs) s += output_text(g, o) + " = v" + std::to_string(o.id) + "\n";
  return s;
}

}  // namespace loom::ir
