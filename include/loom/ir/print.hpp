// SPDX-License-Identifier: BSL-1.0
// ir/print.hpp — graph -> text: one line per value, or one formula.
// Layer 1 (ir).
#pragma once

#include <charconv>
#include <string>

#include "loom/ir/graph.hpp"
#include "loom/ir/place_text.hpp"

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

/// An axis as a formula names it: one of the name of an input is written out.
inline std::string axis_text(const graph& g, int axis) {
  std::string name(g.axes[axis].name);
  for (const input_info& in : g.inputs)
    if (in.name == name) return "axis<\"" + name + "\">";
  return name;
}
/// An axis as it is declared: "Q", or "Q = 2 * N + M - 1", if its extent follows from others.
inline std::string axis_declaration(const graph& g, int axis) {
  const axis_info& of = g.axes[axis];
  std::string s;
  const auto add = [&](std::int64_t times, const std::string& factor) {
    if (times == 0) return;
    s += times < 0 ? (s.empty() ? "-" : " - ") : (s.empty() ? "" : " + ");
    const std::int64_t n = times < 0 ? -times : times;
    s += factor.empty() ? std::to_string(n) : n == 1 ? factor : std::to_string(n) + " * " + factor;
  };
  for (int a = 0; a < g.axes.size(); ++a) add(of.from.of(a), std::string(g.axes[a].name));
  if (of.follows()) add(of.from.more, "");
  bool of_an_input = false;  // which says how many
  for (const input_info& in : g.inputs)
    for (int a : in.axes) of_an_input = of_an_input || a == axis;
  if (!of.follows() && !of_an_input) add(of.extent, "");
  return std::string(of.name) + (s.empty() ? "" : " = " + s);
}
inline std::string axis_arguments(const graph& g, axis_set axes) {
  std::string s;
  for (int a = 0; a < g.axes.size(); ++a)
    if (has(axes, a)) s += (s.empty() ? "" : ",") + axis_text(g, a);
  return s;
}

/// A string that takes texts and numbers by <<.
struct string_writer {
  std::string text;
  string_writer& operator<<(const std::string& more) {
    text += more;
    return *this;
  }
  string_writer& operator<<(text_view more) { return *this << std::string(more); }
  string_writer& operator<<(std::int64_t number) {
    text += std::to_string(number);
    return *this;
  }
};

/// " + 2", " - 1", or nothing.
inline std::string offset_text(std::int32_t offset) {
  string_writer s;
  write_offset(s, offset);
  return s.text;
}

/// An input: x, direction(x), or where it is read, z(N = M).
inline std::string input_text(const graph& g, int slot) {
  const input_info& in = g.inputs[slot];
  if (in.is_place()) {
    string_writer s{input_text(g, in.of)};
    write_place(s, g, in, [&](int axis) { return axis_text(g, axis); });
    return s.text;
  }
  const std::string name(in.name);
  return in.origin == input_origin::direction ? std::string("direction(") + name + ")" : name;
}
inline std::string output_text(const graph& g, const output_info& o) {
  return o.is_value() ? std::string("value")
                      : std::string(o.symbol()) + "(" + std::string(g.inputs[o.input].name) + ")";
}

/// Where a kept value is read: "T = T + K - 1".
inline std::string elsewhere_text(const graph& g, const node& n) {
  string_writer s{axis_text(g, first_axis(n.over())) + " = "};
  write_axes(s, n.read_at(), [&](int axis) { return axis_text(g, axis); });
  write_offset(s, n.read_at().entry);
  return s.text;
}

/// A value, its operands as operand(k) spells them: sum(v3, C).
template <class Operand>
std::string value_text(const graph& g, const node& n, const Operand& operand) {
  if (n.code == op::constant) return number_text(n.constant_value());
  if (is_input(n.code)) return input_text(g, static_cast<int>(n.bits));
  if (n.code == op::position) return axis_text(g, first_axis(n.over())) + offset_text(n.offset());
  if (n.code == op::with_slope)
    return std::string("custom(") + operand(0) + ", slope(" + operand(2) + ") = " + operand(1) + ")";
  if (n.code == op::elsewhere) return operand(0) + "(" + elsewhere_text(g, n) + ")";
  if (n.code == op::permuted) return operand(0) + "(" + axis_text(g, first_axis(n.over())) + " = " + operand(1) + ")";
  std::string s = std::string(info(n.code).name) + "(";
  for (int k = 0; k < arity(n.code); ++k) s += std::string(k > 0 ? ", " : "") + operand(k);
  const family f = info(n.code).kind;
  // Along no axes: a row function of a single number.
  if ((f == family::reduction || f == family::row || f == family::indexing || f == family::running ||
       n.code == op::extent || n.code == op::last) &&
      n.over() != 0)
    s += std::string(arity(n.code) > 0 ? ", " : "") + axis_arguments(g, n.over());
  if (f == family::chain) {
    const chain_axes c = n.chain();
    s += ", " + axis_text(g, c.along) + ", " + axis_text(g, c.to) + " = " +
         (c.band ? axis_text(g, c.to) + " - " : std::string()) + axis_text(g, c.from) +
         (c.best && arity(n.code) > 2 ? ", best" : "");
  }
  if (f == family::running)
    s += std::string(n.order().reverse ? ", reverse" : "") + (n.order().exclusive ? ", exclusive" : "");
  return s + ")";
}
/// The same, its operands by their numbers.
inline std::string value_text(const graph& g, int id) {
  return value_text(g, g[id], [&](int k) { return std::string("v") + std::to_string(g[id].operand[k]); });
}

namespace detail {

/// A number that C++ takes for a real one: -1.0.
inline std::string real_text(double v) {
  std::string s = number_text(v);
  return s.find_first_not_of("-0123456789") == s.npos ? s + ".0" : s;
}

class formula_printer {
 public:
  explicit formula_printer(const graph& g) : g_(g) {}

  std::string print(int id, int outer = 0) {
    if (++printed_ > most_printed) return "...";
    const node& n = g_[id];
    const auto arg = [&](int i, int level = 0) { return print(n.operand[i], level); };
    // Two integers would be computed as integers.
    const bool of_numbers = arity(n.code) == 2 && is_number(n.operand[0]) && is_number(n.operand[1]);
    const auto infix = [&](const char* symbol, int level, int right) {
      if (of_numbers)
        return wrapped(real_text(g_[n.operand[0]].constant_value()) + " " + symbol + " " +
                           wrapped(real_text(g_[n.operand[1]].constant_value()), g_[n.operand[1]].constant_value() < 0),
                       level < outer);
      // a + (b + c) as b + c + a, which is the same.
      const bool swapped =
          info(n.code).commutative && g_[n.operand[1]].code == n.code && g_[n.operand[0]].code != n.code;
      std::string left = arg(swapped ? 1 : 0, level);
      left += std::string(" ") + symbol + " ";
      return wrapped(left + arg(swapped ? 0 : 1, right), level < outer);
    };
    switch (n.code) {
      case op::constant: {
        const double v = n.constant_value();
        const bool negative_zero = v == 0 && std::bit_cast<std::uint64_t>(v) != 0;
        const bool beyond_integers = v >= 0x1p53 || v <= -0x1p53;
        return wrapped(negative_zero || beyond_integers ? real_text(v) : number_text(v),
                       (v < 0 || negative_zero) && outer > 0);
      }
      case op::neg: return wrapped(std::string("-") + arg(0, 5), outer > 3);
      case op::add: return infix("+", 3, 4);
      case op::sub: return infix("-", 3, 4);
      case op::mul: return infix("*", 4, 5);
      case op::div:
        if (is_mean(n))
          return std::string("mean(") + print(g_[n.operand[0]].operand[0]) + ", " +
                 axis_arguments(g_, g_[n.operand[0]].over()) + ")";
        return infix("/", 4, 5);
      case op::eq: return infix("==", 2, 3);
      case op::ne: return infix("!=", 2, 3);
      case op::lt: return infix("<", 2, 3);
      case op::le: return infix("<=", 2, 3);
      case op::gt: return infix(">", 2, 3);
      case op::ge: return infix(">=", 2, 3);
      case op::logical_and: return infix("&&", 1, 2);
      case op::logical_or: return infix("||", 0, 1);
      case op::logical_not: return std::string("!") + arg(0, 5);
      case op::with_slope: return custom(id);
      case op::order: return std::string("number(") + index_text(n) + ")";
      case op::last: return "last" + offset_text(n.offset());  // of the axis it is compared with
      case op::elsewhere: return arg(0, 6) + "(" + elsewhere_text(g_, n) + ")";
      case op::permuted:
      case op::unpermuted: {  // the order of an order is the way back
        const std::string axis = axis_text(g_, first_axis(n.over()));
        return arg(0, 6) + "(" + axis + " = " +
               (n.code == op::permuted ? index_text(g_[n.operand[1]]) : "order(" + arg(1) + ", " + axis + ")") + ")";
      }
      default: break;
    }
    // max(x, -1) would be the largest along the last axis.
    const bool axis_or_number = n.code == op::max || n.code == op::min;
    return value_text(g_, n, [&](int i) {
      const node& o = g_[n.operand[i]];
      return axis_or_number && o.code == op::constant && o.constant_value() < 0 ? real_text(o.constant_value())
                                                                                : arg(i);
    });
  }

 private:
  const graph& g_;
  // What many values share is printed at each; past this there is no reader.
  static constexpr int most_printed = 2000;
  int printed_ = 0;

  /// An order where an index is meant.
  std::string index_text(const node& n) {
    return value_text(g_, n, [&](int i) { return print(n.operand[i]); });
  }

  /// A value with all its slopes, the first of which is the innermost.
  std::string custom(int id) {
    std::string slopes;
    for (; g_[id].code == op::with_slope; id = g_[id].operand[0]) {
      const std::string of = print(g_[id].operand[2]);
      slopes = std::string(", slope(") + of + ") = " + print(g_[id].operand[1]) + slopes;
    }
    return std::string("custom(") + print(g_[id].code == op::stop_gradient ? g_[id].operand[0] : id) + slopes + ")";
  }

  bool is_number(int id) const { return g_[id].code == op::constant; }
  /// mean(e, C), as lowering wrote it.
  bool is_mean(const node& n) const {
    const node& sum = g_[n.operand[0]];
    const node& count = g_[n.operand[1]];
    return sum.code == op::sum && count.code == op::extent && sum.over() == count.over();
  }
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
         std::string(" = ") + value_text(g, i) + "\n";
  }
  for (const output_info& o : g.outputs) s += output_text(g, o) + " = v" + std::to_string(o.id) + "\n";
  return s;
}

}  // namespace loom::ir
