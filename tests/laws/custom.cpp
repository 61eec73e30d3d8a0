// SPDX-License-Identifier: BSL-1.0
// Thousands of random formulas in which every third op has its derivative declared, as custom(value, slope(u) = s) would: values and
// gradients are those of the formula, through all stages.
#include "loom/ir/print.hpp"
#include "loom/ir/verify.hpp"
#include "support/catch.hpp"
#include "support/differences.hpp"
#include "support/layers.hpp"
#include "support/random_formula.hpp"

namespace {

using namespace loom;

using namespace loom::layers;
using namespace loom::test;

/// The same formula; of a random third of its ops of numbers the operands are named in slopes, which the table of adjoints has.
graph with_slopes(const graph& g, points& random, int& declared) {
  builder b(g);
  return rebuild(g, b, [&](op code, value_id x, value_id y, value_id z, std::uint64_t bits) {
    const value_id value = b.make(code, x, y, z, bits);
    const family f = info(code).kind;
    const adjoint_row& row = adjoint(code);
    if ((f != family::unary && f != family::binary) || !row.defined || !random.once_in(3)) return value;
    value_id r = b.unary(op::stop_gradient, value);
    const value_id one = b.constant(1), operand[] = {x, y};
    for (int k = 0; k < arity(code); ++k) {
      const value_id slope = rewrite::instantiate(
          row.of[k], axis_set{0}, [&](std::uint64_t v) { return v == 3   ? one
                                                                : v == 2 ? value
                                                                         : operand[v]; },
          [&](op c, value_id i, value_id j, value_id l, std::uint64_t more) { return b.make(c, i, j, l, more); });
      r = b.make(op::with_slope, r, slope, operand[k]);
    }
    ++declared;
    return r;
  });
}

template <class N>
real moved(const graph& program, const point& p, const std::vector<dense<double>>& direction) {
  real sum = 0;
  for (const output_info& out : program.outputs) {
    if (out.kind != derivative_kind::gradient) continue;
    const std::vector<N> d = gradient_at<N>(program, p, out.input);
    for (std::size_t i = 0; i < d.size(); ++i)
      sum += real(d[i]) * direction[static_cast<std::size_t>(out.input)].entries[i];
  }
  return sum;
}

TEST_CASE("random formulas: derivatives that are declared are those that replace them", "[laws]") {
  int compared = 0, declared = 0;
  for (int n = 0; n < 2000; ++n) {
    points random(static_cast<std::uint64_t>(70000 + n));
    const along where = n % 2 == 0 ? along::any : along::columns;
    const graph written = formula_maker(random, where).make(2 + n % 5);
    if (written.too_large) continue;
    const point data = data_for_formula(written, random, 3, 4);
    const graph mine = with_slopes(written, random, declared);
    if (mine.too_large) continue;
    REQUIRE(graph_problem(mine).empty());
    const std::uint32_t wanted = numbers_of(written);
    const graph program = finished(with_gradients(mine, wanted));
    if (program.too_large) continue;
    for (const node& v : program.nodes) REQUIRE(v.code != op::with_slope);
    const real value = value_at<real>(written, data, written.outputs[0].id, 0)[0];
    if (!is_finite(value) || magnitude(value) > 1e20) continue;
    const std::vector<dense<double>> direction = direction_for_formula(written, data, random, wanted);
    const real derivative = slope(written, data, direction);
    if (!is_finite(derivative) || magnitude(derivative) > 1e20) continue;
    ++compared;
    const real got = value_at<real>(program, data, program.outputs[0].id, 0)[0],
               got_derivative = moved<real>(program, data, direction);
    if (close(got, value, 1e-14) && close(got_derivative, derivative, 1e-14)) continue;
    CAPTURE(n, formula_text(mine, mine.outputs[0].id), value.str(20), got.str(20), derivative.str(20),
            got_derivative.str(20));
    CHECK(close(got, value, 1e-14));
    CHECK(close(got_derivative, derivative, 1e-14));
  }
  CHECK(compared > 1500);
  CHECK(declared > 3000);
}

}  // namespace
