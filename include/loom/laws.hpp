// SPDX-License-Identifier: BSL-1.0
// laws.hpp — for tests: whether the rewrite rules of a user keep the laws that Loom's own keep, and whether the slopes that a formula
// declares are the derivatives of its values.
#pragma once

#include "loom/base/config.hpp"

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "loom/compile.hpp"
#include "loom/ir/interpret.hpp"
#include "loom/ir/print.hpp"
#include "loom/lang/lower.hpp"
#include "loom/rewrite/instances.hpp"
#include "loom/rules.hpp"

namespace loom::inline LOOM_ABI {

namespace detail {

/// One rule against the laws, on every choice of inputs that its variables can stand for.
class law_check {
 public:
  law_check(const rewrite::rule_table& table, int row, int points)
      : table_(table), rule_(table.rows[row]), points_(points), random_(20240801u + static_cast<unsigned>(row)) {}

  /// What is wrong, in one sentence; empty if nothing is.
  std::string run() {
    if (const std::string what = unbound(); !what.empty())
      return said("its right side has " + what + ", which its left side has not");
    const std::vector<rewrite::samples::instance> all = rewrite::samples::instances(rule_);
    if (all.empty()) return said("nothing that its guard allows is described by its left side");
    bool applied = false;
    for (const rewrite::samples::instance& made : all) {
      if (const std::string wrong = about(made); !wrong.empty()) return said(wrong);
      applied = applied || applies(made);
    }
    if (!applied)
      return said("it is never applied: in canonical form its left side is " + canonical_text(all.front()) + ", with " +
                  all.front().text);
    return {};
  }

 private:
  const rewrite::rule_table& table_;
  const rewrite::rule& rule_;
  int points_;
  std::mt19937_64 random_;

  std::string said(const std::string& what) const { return "rule \"" + std::string(rule_.name) + "\": " + what; }

  std::string unbound() const {
    const unsigned fresh = rewrite::samples::names_of(rule_.rhs) & ~rewrite::samples::names_of(rule_.lhs);
    for (unsigned i = 0; i <= rewrite::terms::max_variables; ++i)
      if (((fresh >> i) & 1u) != 0) return std::string(1, "abcdmk"[i]);
    return {};
  }

  static ir::graph with_output(const rewrite::samples::instance& made, ir::value_id v) {
    ir::graph g = made.program;
    g.outputs.push_back({ir::derivative_kind::value, -1, v});
    return g;
  }
  std::string canonical_text(const rewrite::samples::instance& made) const {
    const ir::graph g = compiler::stage::canonicalize(with_output(made, made.left));
    return ir::formula_text(g, g.outputs[0].id);
  }
  bool applies(const rewrite::samples::instance& made) const {
    const ir::graph canonical = compiler::stage::canonicalize(with_output(made, made.left));
    return rewrite::rewritten(canonical, table_).trace.contains(rule_.name);
  }

  std::string about(const rewrite::samples::instance& made) {
    const ir::node &left = made.program[made.left], &right = made.program[made.right];
    if (left.type != right.type) return "its sides are of different kinds, a number, a label or a mask";
    if (!ir::includes(left.axes, right.axes)) return "its right side has more axes than its left side: " + made.text;
    const ir::graph rewritten = rewrite::rewritten(with_output(made, made.left), table_);
    if (rewritten.too_large && rewritten.overflow.of == ir::capacity::own_rules)
      return "it does not stop, alone or with the other rules, the last of them \"" +
             std::string(rewritten.overflow.rule) + "\"";
    if (rewritten.too_large) return "what it makes grows without end";
    for (int i = 0; i < points_; ++i)
      if (const std::string wrong = at_a_point(made, i % 4); !wrong.empty()) return wrong;
    return {};
  }

  double number(int domain) {
    const double u = static_cast<double>(random_() >> 11) * 0x1p-53;
    switch (domain) {
      case 0: return -3 + 6 * u;
      case 1: return 0.0625 + 4 * u;
      case 2: return 0.03125 + 0.9375 * u;
      default: return -20 + 40 * u;
    }
  }
  /// Both sides in double, where the left is a number. A rule is not false because one side rounds: entries differ by more than
  /// 1e-6 of the largest value on the way.
  std::string at_a_point(const rewrite::samples::instance& made, int domain) {
    const std::vector<std::ptrdiff_t> extents = {2, 3};
    std::vector<ir::dense<double>> inputs;
    std::string where;
    for (const ir::input_info& in : made.program.inputs) {
      ir::dense<double> data{ir::as_set(in.axes), {}};
      std::size_t size = 1;
      for (int axis : in.axes) size *= static_cast<std::size_t>(extents[static_cast<std::size_t>(axis)]);
      for (std::size_t i = 0; i < size; ++i)
        data.entries.push_back(in.code == ir::op::index  ? static_cast<double>(random_() % 3)
                               : in.code == ir::op::mask ? static_cast<double>(random_() % 2)
                                                         : number(domain));
      where += (where.empty() ? "" : ", ") + std::string(in.name) + " = " + list(data.entries);
      inputs.push_back(data);
    }
    const ir::interpreter<double> values(made.program, extents, inputs);
    double largest = 0;
    for (int id = 0; id < made.program.size(); ++id)
      for (double v : values.broadcast(id, made.program[id].axes))
        if (std::isfinite(v)) largest = std::max(largest, std::fabs(v));
    const ir::axis_set axes = made.program[made.left].axes;
    const std::vector<double> left = values.broadcast(made.left, axes), right = values.broadcast(made.right, axes);
    for (std::size_t i = 0; i < left.size(); ++i)
      if (std::isfinite(left[i]) && !(std::fabs(left[i] - right[i]) <= 1e-6 * largest))
        return "it is false: its left side is " + text(left[i]) + ", its right side " + text(right[i]) + ", where " +
               where;
    return {};
  }
  static std::string text(double v) { return ir::number_text(v); }
  static std::string list(const std::vector<double>& entries) {
    std::string s;
    for (double v : entries) s += (s.empty() ? "" : " ") + text(v);
    return entries.size() == 1 ? s : "[" + s + "]";
  }
};

/// The slopes of a graph against central differences: what a slope is by becomes an input of its own, and is moved.
class slope_check {
 public:
  slope_check(const ir::graph& g, int points) : g_(g), points_(points) {}

  std::vector<std::string> run() {
    std::vector<std::string> broken;
    for (int id = 0; id < g_.size(); ++id)
      if (g_[id].code == ir::op::with_slope)
        if (const std::string wrong = about(id); !wrong.empty())
          broken.push_back("in " + ir::formula_text(g_, id) + ", the slope by " +
                           ir::formula_text(g_, g_[id].operand[2]) + " " + wrong);
    return broken;
  }

 private:
  using data = std::vector<ir::dense<double>>;
  const ir::graph& g_;
  int points_;
  std::mt19937_64 random_{20240801u};

  double unit() { return static_cast<double>(random_() >> 11) * 0x1p-53; }
  double number(const ir::number_domain& d) {
    const bool low = d.low > -__builtin_huge_val(), high = d.high < __builtin_huge_val();
    if (low && high) return d.low + (d.high - d.low) * (0.03125 + 0.9375 * unit());
    return low ? d.low + 0.0625 + 4 * unit() : high ? d.high - 0.0625 - 4 * unit() : -3 + 6 * unit();
  }
  data point(const std::vector<std::ptrdiff_t>& extents) {
    data all;
    for (const ir::input_info& in : g_.inputs) {
      ir::dense<double> one{ir::as_set(in.axes), {}};
      std::size_t size = 1;
      std::ptrdiff_t least = 2;
      for (int axis : in.axes) size *= static_cast<std::size_t>(extents[static_cast<std::size_t>(axis)]);
      for (const std::ptrdiff_t e : extents) least = std::min(least, e);
      for (std::size_t i = 0; i < size; ++i)
        one.entries.push_back(in.code == ir::op::index
                                  ? static_cast<double>(random_() % static_cast<std::uint64_t>(least))
                              : in.code == ir::op::mask ? static_cast<double>(random_() % 2)
                                                        : number(in.domain));
      all.push_back(one);
    }
    return all;
  }

  std::string about(int id) {
    const ir::value_id slope = g_[id].operand[1], by = g_[id].operand[2];
    int value = g_[id].operand[0];  // below the other slopes
    while (g_[value].code == ir::op::with_slope) value = g_[value].operand[0];
    const ir::axis_set axes = g_[value].axes;
    std::vector<std::ptrdiff_t> extents;
    for (const ir::axis_info& a : g_.axes)
      extents.push_back(a.extent != 0 ? a.extent
                        : a.follows() ? -1
                                      : 2 + static_cast<std::ptrdiff_t>(extents.size() % 2));
    std::int64_t wanted = 0;
    if (ir::follow_extents(g_.axes, extents, wanted) >= 0)
      return "cannot be checked: an axis would have too few entries";
    ir::graph moved = g_;
    ir::input_info in{"u", ir::op::tensor, {}};
    for (int a = 0; a < g_.axes.size(); ++a)
      if (ir::has(g_[by].axes, a)) in.axes.push_back(static_cast<std::int8_t>(a));
    if (!moved.inputs.try_push(in)) return "cannot be checked: the formula has as many inputs as there may be";
    moved.nodes[by] = {ir::op::tensor,
                       ir::kind::number,
                       g_[by].axes,
                       {ir::no_value, ir::no_value, ir::no_value},
                       static_cast<std::uint64_t>(moved.inputs.size() - 1)};
    bool some = false;
    for (int k = 0; k < points_; ++k) {
      const data inputs = point(extents);
      const ir::interpreter<double> here(g_, extents, inputs);
      std::vector<double> step;  // of each entry its own: no entry of a value may move by another of u
      for (const double u : here[by])
        step.push_back(0x1p-17 * std::fmax(1, std::fabs(u)) * (unit() < 0.5 ? -1 : 1) * (0.5 + 0.5 * unit()));
      const auto with_u = [&](double from, double by_steps, int of) {
        data there = inputs;
        there.push_back({g_[by].axes, {}});
        for (std::size_t i = 0; i < step.size(); ++i)
          there.back().entries.push_back(from * here[by][i] + by_steps * step[i]);
        return ir::interpreter<double>(moved, extents, there).broadcast(of, axes);
      };
      const std::vector<double> above = with_u(1, 1, value), below = with_u(1, -1, value), by_step = with_u(0, 1, by),
                                s = here.broadcast(slope, axes), u = here.broadcast(by, axes);
      for (std::size_t i = 0; i < s.size(); ++i) {
        const double want = (above[i] - below[i]) / (2 * by_step[i]);
        if (!std::isfinite(want)) continue;
        some = true;
        if (!(std::fabs(s[i] - want) <= 1e-6 * (1 + std::fabs(want)) + 1e-13 * std::fabs(above[i] / by_step[i])))
          return "is " + ir::number_text(s[i]) + ", and the value's is about " + ir::number_text(want) + ", at " +
                 ir::number_text(u[i]);
      }
    }
    return some ? "" : "cannot be checked: its value is infinite or NaN at every point";
  }
};

}  // namespace detail

/// What is wrong with the slopes of a formula that are meant to be the derivatives of its values; nothing if nothing is:
///
///     CHECK(loom::broken_slopes(custom(value, slope(u) = s)).empty());
///
/// A sentence for each slope(u) = s in it that differs from the central difference of its value, u moved and all else held, at `points`
/// random points of the domains that the inputs declare. A slope that is none by intention, as of round(u), is told as well.
template <lang::formula F>
std::vector<std::string> broken_slopes(const F& f, int points = 40) {
  return detail::slope_check(lang::lower(f).program, points).run();
}

/// What is wrong with rules, a sentence for each that breaks a law; nothing if none does:
///
///     CHECK(loom::broken_laws(mine::rules).empty());
///
/// The right side binds nothing new, has no axes that the left side has not, and is of the same kind; the rule is applied to its own
/// left side in canonical form; rewriting stops; and both sides agree wherever the left is a number, at `points` random points for every
/// choice of inputs.
inline std::vector<std::string> broken_laws(const rules& table, int points = 40) {
  std::vector<std::string> broken;
  for (int row = 0; row < table.rows.size(); ++row)
    if (std::string wrong = detail::law_check(table, row, points).run(); !wrong.empty())
      broken.push_back(std::move(wrong));
  return broken;
}

}  // namespace loom
