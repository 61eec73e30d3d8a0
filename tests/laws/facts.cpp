// SPDX-License-Identifier: BSL-1.0
// What is claimed of a value holds for what is computed: every value of thousands of random formulas, in every form and in both
// types. Seeds are fixed.
#include "loom/rewrite/facts.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "loom/compile.hpp"
#include "loom/ir/print.hpp"
#include "support/catch.hpp"
#include "support/numbers.hpp"
#include "support/random_formula.hpp"

namespace {

using namespace loom;
using namespace loom::layers;
using namespace loom::test;

constexpr double infinity = numeric::infinity;

/// Numbers that meet the ends of domains: zeros, ties, -inf, numbers near the ends of the range of float.
double hard_number(points& random) {
  constexpr double hard[] = {0, -0.0, 1, -1, 0.5, 1e-30, -1e-30, 1e-45, 3e38, -3e38, 88, -104, 709, 17, -infinity};
  return random.once_in(2) ? static_cast<float>(hard[random.below(15)]) : random.number(test::domain::any);
}

/// The entries of a value, by the row along some axes that they are in.
template <class N>
std::map<std::size_t, std::vector<double>> rows(const std::vector<N>& entries, axis_set of, axis_set along,
                                                const std::vector<std::ptrdiff_t>& extents) {
  std::map<std::size_t, std::vector<double>> r;
  for (std::size_t p = 0; p < entries.size(); ++p) {
    std::size_t rest = p, key = 0;
    for (int a = max_axes - 1; a >= 0; --a) {
      if (!has(of, a)) continue;
      const auto extent = static_cast<std::size_t>(extents[static_cast<std::size_t>(a)]);
      if (!has(along, a)) key = key * 64 + rest % extent;
      rest /= extent;
    }
    r[key].push_back(static_cast<double>(entries[p]));
  }
  return r;
}

struct tally {
  int bounded = 0, peaks = 0, units = 0, not_zero = 0;
};

/// Holds every value of a graph to its fact; what an entry of +inf or a NaN goes into is let pass.
template <class N>
void check_all(const graph& g, const point& p, tally& seen) {
  const interpreter<N> values(g, p.extents, p.as<N>());
  known_graph known(g);
  std::vector<bool> spoilt(static_cast<std::size_t>(g.size()));
  for (int i = 0; i < g.size(); ++i) {
    bool tainted = false;
    for (value_id o : g[i].operand) tainted |= o != no_value && spoilt[static_cast<std::size_t>(o)];
    const fact& f = known.of(static_cast<value_id>(i));
    bool has_nan = false;
    for (const N& e : values[i]) {
      const auto v = static_cast<double>(e);
      has_nan |= v != v;
      tainted |= v != v || v == infinity;
    }
    bool operands_spoilt = false;
    for (value_id o : g[i].operand) operands_spoilt |= o != no_value && spoilt[static_cast<std::size_t>(o)];
    spoilt[static_cast<std::size_t>(i)] = tainted;
    if (operands_spoilt) continue;
    CAPTURE(i, std::string(info(g[i].code).name), f.low, f.high, f.zero, f.nan, f.whole);
    bool inside = !has_nan || f.nan;
    for (const N& e : values[i]) {
      const auto v = static_cast<double>(e);
      if (v != v) continue;
      inside &= v >= f.low && v <= f.high && (v != 0 || f.zero) &&
                (!f.whole || v == std::floor(v) || std::fabs(v) == infinity);
    }
    if (!inside) {
      std::string text;
      for (const N& e : values[i]) text += std::to_string(static_cast<double>(e)) + " ";
      CAPTURE(formula_text(g, static_cast<value_id>(i)), text);
      CHECK(inside);
    }
    seen.bounded += f.low > -infinity || f.high < infinity;
    seen.not_zero += !f.zero;
    if (has_nan) continue;
    if (f.peak != 0)
      for (const auto& [key, row] : rows(values[i], g[i].axes, f.peak, p.extents)) {
        const double top = *std::max_element(row.begin(), row.end());
        if (top == -infinity) continue;  // a row without a finite entry
        ++seen.peaks;
        CHECK(top == f.high);
      }
    if (f.unit != 0)
      for (const auto& [key, row] : rows(values[i], g[i].axes, f.unit, p.extents)) {
        double sum = 0;
        for (double v : row) sum += v;
        ++seen.units;
        CHECK((sum > 0.999 && sum < 1.001));
      }
  }
}

/// Operands of every kind of fact: anything, shifted rows, shares, what is not negative, what is not positive, whole numbers.
std::vector<value_id> operands(builder& b) {
  const axis_set c = only(axis_c);
  const value_id x = b.input(0), v = b.input(1), t = b.input(2);
  const value_id shifted = b.binary(op::sub, x, b.reduce(op::reduce_max, x, c)), e = b.unary(op::exp, shifted);
  return {x,
          v,
          shifted,
          e,
          b.binary(op::div, e, b.reduce(op::sum, e, c)),
          b.reduce(op::softmax, x, c),
          b.unary(op::square, x),
          b.unary(op::neg, b.unary(op::abs, x)),
          b.unary(op::sigmoid, v),
          b.make(op::onehot, t, no_value, no_value, c),
          b.extent(c),
          b.constant(0.3),
          b.constant(-2)};
}

TEST_CASE("what each op makes of what is known holds for what is computed", "[laws]") {
  graph inputs = two_axes();
  add_input(inputs, "x", op::tensor, only(axis_n) | only(axis_c));
  add_input(inputs, "v", op::tensor, only(axis_n));
  add_input(inputs, "t", op::index, only(axis_n));
  tally seen;
  points random(9);
  for (int k = 0; k < op_count; ++k) {
    const op code = static_cast<op>(k);
    const family f = info(code).kind;
    builder b(inputs);
    const std::vector<value_id> all = operands(b);
    for (const value_id one : all) {
      const bool row = has(b[one].axes, axis_c);
      if (f == family::unary) b.unary(code, one);
      if ((f == family::reduction && !reduction(code).of_masks) || f == family::row)
        if (row) b.reduce(code, one, only(axis_c));
      if (f == family::binary)
        for (const value_id other : all) b.binary(code, one, other);
      if (code == op::gather && row) b.make(op::gather, one, b.input(2), no_value, only(axis_c));
    }
    CAPTURE(std::string(info(code).name));
    for (int draw = 0; draw < 20; ++draw) {
      point p = data_for(inputs, random, test::domain::any, {3, 4});
      for (std::size_t slot : {0u, 1u})
        for (double& e : p.inputs[slot].entries)
          e = draw % 2 == 0 ? hard_number(random) : random.number(test::domain::wide);
      check_all<double>(b.view(), p, seen);
      check_all<single>(b.view(), p, seen);
    }
  }
  CHECK(seen.peaks > 1000);
  CHECK(seen.units > 1000);
}

TEST_CASE("what is known of a value holds for what is computed", "[laws]") {
  tally seen;
  for (int number = 0; number < 1500; ++number) {
    points random(static_cast<std::uint64_t>(7000 + number));
    const along where = number % 3 == 0 ? along::any : along::columns;
    const graph written = formula_maker(random, where).make(2 + number % 6);
    if (written.too_large) continue;
    derivative_request wanted;
    wanted.gradients = 1u << formula_maker::x;
    CAPTURE(number);
    for (int draw = 0; draw < 3; ++draw) {
      point p = data_for_formula(written, random, 3, 4);
      if (draw > 0)
        for (std::size_t slot : {formula_maker::x, formula_maker::y, formula_maker::w, formula_maker::v})
          for (double& v : p.inputs[slot].entries)
            v = draw == 1 ? hard_number(random) : random.number(test::domain::wide);
      for (const compiler::form f : {compiler::form::written, compiler::form::stable, compiler::form::simple}) {
        const graph g = in_form(f, written, wanted).program;
        if (g.too_large) continue;
        CAPTURE(static_cast<int>(f), draw);
        check_all<double>(g, p, seen);
        check_all<single>(g, p, seen);
      }
    }
  }
  CHECK(seen.bounded > 100000);
  CHECK(seen.peaks > 1000);
  CHECK(seen.units > 1000);
  CHECK(seen.not_zero > 10000);
}

}  // namespace
