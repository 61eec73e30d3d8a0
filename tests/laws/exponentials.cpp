// SPDX-License-Identifier: BSL-1.0
// The algebra of exponentials on random formulas: sums, products, quotients, powers, masks and gathers of exponentials, with weights
// that may be 0. What it makes is the same number in 80 digits, and finite in binary32 where the number is.
#include "loom/compile.hpp"

#include <algorithm>

#include "loom/ir/print.hpp"
#include "support/catch.hpp"
#include "support/numbers.hpp"
#include "support/points.hpp"
#include "support/rule_instances.hpp"

namespace {

using namespace loom;
using namespace loom::layers;
using namespace loom::test;

enum slot { x, y, v, w, t, m, k };

/// Positive sums of exponentials, and what observes them.
class maker {
 public:
  explicit maker(points& random) : random_(random), b_(inputs()) {}

  graph make(int depth) {
    const value_id observed = observer(depth);
    graph g = b_.result;
    for (int axis : {axis_n, axis_c})
      if (has(g[observed].axes, axis)) g.result_axes.push_back(static_cast<std::int8_t>(axis));
    g.outputs.push_back({derivative_kind::value, -1, observed, 0, g.result_axes});
    return compact(g);
  }

 private:
  points& random_;
  builder b_;

  static graph inputs() {
    const axis_set n = only(axis_n), both = n | only(axis_c);
    graph g = two_axes();
    add_input(g, "x", op::tensor, both);
    add_input(g, "y", op::tensor, both);
    add_input(g, "v", op::tensor, n);
    add_input(g, "w", op::tensor, both);
    add_input(g, "t", op::index, n);
    add_input(g, "m", op::mask, both);
    add_input(g, "k", op::mask, n);
    g.inputs[w].domain.low = 0;
    return g;
  }

  value_id exponent() {
    switch (random_.below(6)) {
      case 0: return b_.input(v);
      case 1: return b_.input(y);
      case 2: return b_.unary(op::neg, b_.input(x));
      case 3: return b_.binary(op::sub, b_.input(x), b_.input(v));
      default: return b_.input(x);
    }
  }
  value_id mask() { return b_.input(random_.once_in(2) ? m : k); }
  bool has_row(value_id a) const { return has(b_[a].axes, axis_c); }

  /// Not below 0, and 0 only where a weight or a mask makes it so.
  value_id sum(int depth) {
    if (depth <= 0) return b_.unary(op::exp, exponent());
    const value_id a = sum(depth - 1);
    switch (random_.below(14)) {
      case 0:
      case 1: return b_.binary(op::add, a, sum(depth - 1));
      case 2: return b_.binary(op::mul, a, sum(depth - 2));
      case 3: return b_.binary(op::mul, b_.input(w), a);
      case 4: return b_.where(mask(), a, b_.constant(0));
      case 5:
      case 6: return has_row(a) ? b_.reduce(op::sum, a, only(axis_c)) : a;
      case 7: return b_.binary(op::add, b_.constant(1), a);
      case 8: return b_.binary(op::div, a, b_.constant(2));
      case 9: return b_.binary(op::div, a, b_.extent(only(axis_c)));
      case 10: return has_row(a) ? b_.make(op::gather, a, b_.input(t), no_value, only(axis_c)) : a;
      case 11: return b_.unary(random_.once_in(2) ? op::sqrt : op::square, a);
      case 12: return b_.unary(random_.once_in(2) ? op::cosh : op::sigmoid, exponent());
      default: return has_row(a) ? b_.binary(op::div, a, b_.reduce(op::sum, a, only(axis_c))) : a;
    }
  }

  value_id observer(int depth) {
    const value_id a = sum(depth);
    switch (random_.below(6)) {
      case 0: return b_.binary(op::div, a, sum(depth - 1));
      case 1: return b_.binary(op::div, a, b_.binary(op::add, a, sum(depth - 1)));
      case 2: return b_.unary(op::log, b_.binary(op::div, a, sum(depth - 1)));
      case 3: return b_.unary(op::log1p, a);
      default: return b_.unary(op::log, a);
    }
  }
};

point data(const graph& g, points& random, double size) {
  point p = data_for(g, random, test::domain::any, {3, 4});
  for (std::size_t s : {x, y, v})
    for (double& e : p.inputs[s].entries) e = static_cast<float>(size * random.uniform(-1, 1));
  for (double& e : p.inputs[w].entries) e = random.once_in(4) ? 0 : random.number(test::domain::positive);
  return p;
}

/// Whether a graph has a logarithm that was taken of a number, and rounded to a double.
bool has_rounded_constants(const graph& g) {
  for (const node& n : g.nodes)
    if (n.code == op::constant && n.constant_value() - n.constant_value() == 0 &&
        static_cast<double>(static_cast<float>(n.constant_value())) != n.constant_value())
      return true;
  return false;
}

TEST_CASE("the algebra of exponentials changes no number, and loses none to the range of float", "[laws]") {
  int changed = 0, compared = 0, kept = 0, lost = 0, were_lost = 0;
  for (int number = 0; number < 3000; ++number) {
    points random(static_cast<std::uint64_t>(100 + number));
    const graph written = maker(random).make(1 + number % 5);
    const graph combined = stage::combine(written);
    CAPTURE(number, formula_text(written, written.outputs[0].id), formula_text(combined, combined.outputs[0].id));
    changed += !same_program(written, combined);
    const graph stable = in_form(compiler::form::stable, written).program;
    CHECK(!stable.too_large);
    const bool rounded_constants = has_rounded_constants(combined);
    const axis_set axes = written[written.outputs[0].id].axes;
    for (const double size : {2.0, 60.0, 300.0}) {
      const point p = data(written, random, size);
      const std::vector<real> want = value_at<real>(written, p, written.outputs[0].id, axes);
      const std::vector<real> got = value_at<real>(combined, p, combined.outputs[0].id, axes);
      const std::vector<single> rounded = value_at<single>(stable, p, stable.outputs[0].id, axes);
      const std::vector<single> spelled = value_at<single>(written, p, written.outputs[0].id, axes);
      for (std::size_t i = 0; i < want.size(); ++i) {
        if (is_nan(want[i])) continue;  // 0 / 0
        ++compared;
        CAPTURE(size, i, want[i].str(30), got[i].str(30));
        if (is_finite(want[i]))
          CHECK(magnitude(real(got[i] - want[i])) <=
                (rounded_constants ? 1e-14 * (1 + magnitude(want[i])) : 1e-40 * magnitude(want[i]) + 1e-60));
        else CHECK(got[i] == want[i]);
        if (!is_finite(want[i]) || magnitude(want[i]) > 1e37) continue;
        const auto is_number = [](single s) { return s.v - s.v == 0; };
        CAPTURE(rounded[i].v, formula_text(stable, stable.outputs[0].id));
        kept += is_number(rounded[i]);
        lost += !is_number(rounded[i]);
        were_lost += !is_number(spelled[i]);
        CHECK((is_number(rounded[i]) || !is_number(spelled[i])));
      }
    }
  }
  CAPTURE(changed, compared, kept, lost, were_lost);
  CHECK(changed > 2000);
  CHECK(kept > 70000);
  CHECK(were_lost > 15000);
  CHECK(lost < 2000);  // more terms than a reading holds, or a weight that may be 0 beside 1
}

TEST_CASE("the algebra of exponentials changes no gradient", "[laws]") {
  const derivative_request wanted(1u << x | 1u << y | 1u << v | 1u << w, 0, 0, 0, true);
  int compared = 0;
  for (int number = 0; number < 1000; ++number) {
    points random(static_cast<std::uint64_t>(50000 + number));
    const graph written = maker(random).make(1 + number % 4);
    const graph spelled = stage::canonicalize(stage::differentiate(stage::canonicalize(written), wanted).program);
    const graph combined = in_form(compiler::form::stable_gradients, written, wanted).program;
    CAPTURE(number, formula_text(written, written.outputs[0].id), formula_text(combined, combined.outputs[0].id));
    CHECK((!spelled.too_large && !combined.too_large));
    if (spelled.too_large || combined.too_large) continue;
    const bool rounded_constants = has_rounded_constants(combined);
    point p = data(written, random, 2);
    const axis_set axes = written[written.outputs[0].id].axes;
    dense<double> seed{axes, {}};
    for (std::size_t i = 0; i < test::size_of(axes, p.extents); ++i)
      seed.entries.push_back(random.number(test::domain::any));
    p.inputs.push_back(seed);
    for (int k = 0; k < spelled.outputs.size(); ++k) {
      const axis_set over =
          spelled.outputs[k].is_value() ? axes : as_set(written.inputs[spelled.outputs[k].input].axes);
      const std::vector<real> want = value_at<real>(spelled, p, spelled.outputs[k].id, over);
      const std::vector<real> got = value_at<real>(combined, p, combined.outputs[k].id, over);
      for (std::size_t i = 0; i < want.size(); ++i) {
        if (!is_finite(want[i])) continue;  // 0 / 0, or a slope at 0
        ++compared;
        CAPTURE(k, i, want[i].str(30), got[i].str(30));
        CHECK(magnitude(real(got[i] - want[i])) <= (rounded_constants ? 1e-13 : 1e-40) * (1 + magnitude(want[i])));
      }
    }
  }
  CHECK(compared > 20000);
}

}  // namespace
