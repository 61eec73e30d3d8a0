// SPDX-License-Identifier: BSL-1.0
// rewrite/facts.cpp — what is known of the values of a graph. That it holds for what is computed: tests/laws/facts.cpp, and for the
// functions of the loops tests/simd.
#include "loom/rewrite/facts.hpp"

#include "support/catch.hpp"
#include "support/graphs.hpp"

namespace {

using namespace loom::layers;
using namespace loom::test;

constexpr double infinity = loom::numeric::infinity;

struct board : graph_of {
  value_id x = tensor("x", {N, C}), v = tensor("v", {N});
  fact of(value_id id) {
    known_graph known(view());
    return known.of(id);
  }
  value_id exp_of(value_id a) { return unary(op::exp, a); }
};

TEST_CASE("an input is anything but NaN", "[rewrite]") {
  board g;
  const fact f = g.of(g.x);
  CHECK((f.low == -infinity && f.high == infinity && f.zero && !f.nan && !f.whole));
}

TEST_CASE("a declared domain is known", "[rewrite]") {
  board g;
  const auto declared = [&](number_domain d) {
    g.result.inputs[0].domain = d;
    return g.of(g.x);
  };
  CHECK((declared({0, 1}).low == 0 && declared({0, 1}).high == 1 && declared({0, 1}).zero));
  CHECK((declared({0, 1, true}).low == 0 && !declared({0, 1, true}).zero));
  CHECK((declared({0, 1, false, true}).high < 1 && declared({0, 1, false, true}).high >= 1 - 0x1p-53));
  const double as_stored = static_cast<double>(static_cast<float>(loom::bf16(0.1F)));  // 0.10009765625
  CHECK((declared({0.1}).low < 0.1F && declared({0.1}).low > 0.099));
  CHECK((declared({-1, 0.1}).high >= as_stored && declared({-1, 0.1}).high < 0.101));
  CHECK((declared({-0.1}).low <= -as_stored && declared({-1, -0.1}).high > -0.1));
  CHECK((declared({-2, -1, false, true}).high < -1 && !declared({-2, -1}).zero));
  g.result.inputs[0].domain = {0, 1, true, true};
  CHECK(g.of(g.unary(op::log, g.x)).low > -1000);
  CHECK(!g.of(g.binary(op::sub, g.constant(1), g.x)).zero);
  CHECK(g.of(g.unary(op::log1p, g.unary(op::neg, g.x))).low > -40);
  CHECK(!g.of(g.unary(op::atanh, g.x)).nan);
}

TEST_CASE("functions map bounds by their course", "[rewrite]") {
  board g;
  const value_id p = g.unary(op::sigmoid, g.x);  // 0 to 1
  CHECK((g.of(p).low == 0 && g.of(p).high == 1));
  const value_id minus = g.unary(op::neg, p), size = g.unary(op::abs, minus);
  CHECK((g.of(minus).low == -1 && g.of(minus).high == 0));
  CHECK((g.of(size).low == 0 && g.of(size).high == 1));
  const fact log = g.of(g.unary(op::log1p, p));
  CHECK((log.low == 0 && log.high > 0.6931471 && log.high < 0.6931480 && !log.nan));
  const value_id one_more = g.binary(op::add, g.constant(1), p);
  CHECK((g.of(one_more).low == 1 && g.of(one_more).high == 2 && !g.of(one_more).zero));
  CHECK(g.of(g.unary(op::log, one_more)).low == 0);
  CHECK(g.of(g.unary(op::cosh, g.x)).low == 1);
  CHECK((g.of(g.unary(op::erfc, p)).low > 0.157 && g.of(g.unary(op::erfc, p)).high == 1));
}

TEST_CASE("what leaves the domain of a function may be NaN", "[rewrite]") {
  board g;
  CHECK(g.of(g.unary(op::log, g.x)).nan);
  CHECK(!g.of(g.unary(op::log, g.unary(op::square, g.x))).nan);
  CHECK(g.of(g.unary(op::sin, g.x)).nan);  // at infinity
  CHECK(!g.of(g.unary(op::sin, g.unary(op::tanh, g.x))).nan);
  CHECK(g.of(g.binary(op::div, g.x, g.v)).nan);
  CHECK(g.of(g.binary(op::sub, g.x, g.v)).nan);  // inf - inf
}

TEST_CASE("an exponential may be 0, for it is computed", "[rewrite]") {
  board g;
  const fact f = g.of(g.exp_of(g.x));
  CHECK((f.low == 0 && f.high == infinity && f.zero));
  CHECK(g.of(g.unary(op::log, g.exp_of(g.x))).low == -infinity);
  const value_id bounded = g.exp_of(g.unary(op::tanh, g.x));
  CHECK(!g.of(bounded).zero);
  CHECK(g.of(g.unary(op::log, bounded)).low > -1.0001);
}

TEST_CASE("a row less its largest entry is not positive, and a sum of its exponentials at least 1", "[rewrite]") {
  board g;
  for (const op largest : {op::shift, op::reduce_max}) {
    const value_id shifted = g.binary(op::sub, g.x, g.reduce(largest, g.x, axes({C})));
    CHECK(g.of(shifted).high == 0);
    CHECK(g.of(shifted).peak == axes({C}));
    const value_id e = g.exp_of(shifted);
    CHECK((g.of(e).high == 1 && g.of(e).peak == axes({C})));
    const value_id cooled = g.exp_of(g.binary(op::div, shifted, g.unary(op::exp, g.v)));
    CHECK((g.of(cooled).high == 1 && g.of(cooled).peak == axes({C})));
    CHECK(g.of(g.exp_of(g.binary(op::mul, shifted, g.v))).peak == 0);  // v may be negative
  }
  const value_id other = g.binary(op::sub, g.x, g.reduce(op::shift, g.unary(op::neg, g.x), axes({C})));
  CHECK((g.of(other).high == infinity && g.of(other).peak == 0));
}

TEST_CASE("a function of a shifted row keeps its peak where it is exact at 0", "[rewrite]") {
  board g;
  const value_id shifted = g.binary(op::sub, g.x, g.reduce(op::reduce_max, g.x, axes({C})));
  for (const op exact : {op::exp, op::expm1, op::sqrt, op::sinh, op::tanh}) {
    CAPTURE(std::string(info(exact).name));
    CHECK(g.of(g.unary(exact, shifted)).peak == axes({C}));
  }
  for (const op other : {op::sigmoid, op::softplus, op::log, op::cosh, op::neg}) {
    CAPTURE(std::string(info(other).name));
    CHECK(g.of(g.unary(other, shifted)).peak == 0);
  }
}

TEST_CASE("a sum is bounded by what a row may hold", "[rewrite]") {
  board g;
  const fact f = g.of(g.reduce(op::sum, g.unary(op::tanh, g.x), axes({C})));
  CHECK((f.finite() && f.high >= 1e19 && !f.nan));
  CHECK(g.of(g.reduce(op::sum, g.x, axes({C}))).nan);
}

TEST_CASE("shares of a sum lie between 0 and 1 and sum to 1", "[rewrite]") {
  board g;
  const value_id plain = g.exp_of(g.x), overflows = g.binary(op::div, plain, g.reduce(op::sum, plain, axes({C})));
  CHECK((g.of(overflows).high == 1 && g.of(overflows).unit == 0));  // where the sum is infinite every share is 0
  const value_id e = g.exp_of(g.binary(op::sub, g.x, g.reduce(op::shift, g.x, axes({C})))),
                 p = g.binary(op::div, e, g.reduce(op::sum, e, axes({C})));
  CHECK((g.of(p).low == 0 && g.of(p).high == 1 && g.of(p).unit == axes({C})));
  CHECK(g.of(g.reduce(op::sum, p, axes({C}))).low == 0.5);
  CHECK(g.of(g.reduce(op::sum, p, axes({N}))).low == 0);
  const value_id whole = g.reduce(op::softmax, g.x, axes({N, C}));
  CHECK(g.of(g.reduce(op::sum, whole, axes({C}))).low == 0);  // a part of it does not sum to 1
  CHECK(g.of(g.reduce(op::sum, whole, axes({N, C}))).low == 0.5);
}

TEST_CASE("whole numbers stay whole", "[rewrite]") {
  board g;
  const value_id hot = g.make(op::onehot, g.labels("t", {N}), no_value, no_value, only(C));
  CHECK(g.of(g.reduce(op::sum, hot, axes({N}))).whole);
  CHECK(g.of(g.binary(op::sub, g.constant(3), g.extent(axes({N})))).whole);
  CHECK(!g.of(g.binary(op::div, hot, g.extent(axes({N})))).whole);
  CHECK(g.of(g.binary(op::pow, g.x, g.constant(2))).low == 0);
  CHECK(!g.of(g.binary(op::pow, g.x, g.constant(3))).nan);
  CHECK(g.of(g.binary(op::pow, g.x, g.constant(0.5))).nan);
}

TEST_CASE("facts follow a graph that grows", "[rewrite]") {
  board g;
  known_graph known(g.view());
  CHECK(known.of(g.x).low == -infinity);
  const value_id later = g.unary(op::square, g.x);
  CHECK(known.of(later).low == 0);
}

TEST_CASE("facts are constants", "[rewrite]") {
  constexpr bool holds = [] {
    builder g;
    g.add_axis({"N"});
    g.add_input({"x", op::tensor, {}});
    known_graph known(g.view());
    const value_id e = g.unary(op::exp, g.unary(op::neg, g.unary(op::square, g.input(0))));
    return known.of(e).high == 1 && known.of(g.unary(op::log, e)).nan == false;
  }();
  LOOM_CHECK(holds);
}

}  // namespace
