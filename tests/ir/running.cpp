// SPDX-License-Identifier: BSL-1.0
// ir/running.cpp — running values by their definition: what is folded up to each entry, in both directions, with it and without.
#include "loom/ir/running.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "loom/ir/constant_number.hpp"
#include "loom/ir/print.hpp"
#include "loom/ir/sentence.hpp"
#include "loom/ir/verify.hpp"
#include "loom/lang/lower.hpp"
#include "support/catch.hpp"
#include "support/layers.hpp"
#include "support/numbers.hpp"
#include "support/points.hpp"

namespace {

using namespace loom;
using namespace loom::layers;
using namespace loom::test;

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr op all_running[] = {op::cumsum, op::cumprod, op::cummax, op::logcumsumexp, op::recurrence};
constexpr running_order orders[] = {{false, false}, {true, false}, {false, true}, {true, true}};

/// b over `of_b` and a over `of_a`, of the axes N, T and K in this order, and a running value of them along T.
struct subject {
  graph g;
  value_id id;
};
constexpr int n_axis = 0, t_axis = 1, k_axis = 2;
subject running_of(op code, running_order order, axis_set of_b, axis_set of_a) {
  builder b;
  for (const char* name : {"N", "T", "K"}) b.add_axis({name, 0});
  const auto input = [&](const char* name, axis_set axes) {
    input_info in{name, axes == 0 ? op::scalar : op::tensor, {}};
    for (int a = 0; a < 3; ++a)
      if (has(axes, a)) in.axes.push_back(static_cast<std::int8_t>(a));
    return b.input(b.add_input(in));
  };
  const value_id first = input("b", of_b), second = input("a", of_a);
  const value_id id = b.running(code, first, arity(code) > 1 ? second : no_value, only(t_axis), order);
  return {b.result, id};
}

/// Entry t of a running value of the entries b and factors a, by the definition.
real defined_value(op code, running_order order, std::vector<real> b, std::vector<real> a, std::size_t t) {
  const std::size_t size = b.size();
  if (order.reverse) {
    std::reverse(b.begin(), b.end());
    std::reverse(a.begin(), a.end());
    t = size - 1 - t;
  }
  const std::size_t end = order.exclusive ? t : t + 1;
  real r = running_identity(code);
  for (std::size_t s = 0; s < end; ++s) {
    real weight = 1;
    for (std::size_t u = s + 1; code == op::recurrence && u < end; ++u) weight *= a[u];
    switch (code) {
      case op::cumprod: r *= b[s]; break;
      case op::cummax: r = b[s] > r ? b[s] : r; break;
      case op::logcumsumexp: r = s == 0 ? real(exp(b[0])) : real(r + exp(b[s])); break;
      default: r += weight * b[s]; break;
    }
  }
  return code == op::logcumsumexp && end > 0 ? real(log(r)) : r;
}

TEST_CASE("a running value is what is folded up to each entry", "[ir][running]") {
  points random(11);
  const axis_set n = only(n_axis), t = only(t_axis), k = only(k_axis), none = 0;
  const std::pair<axis_set, axis_set> shapes[] = {
      {t, t}, {n | t, n | t}, {t | k, t | k}, {n | t | k, t}, {n | t, t | k}, {n, t}, {t, none}, {none, none}, {n, k}};
  for (const op code : all_running)
    for (const running_order order : orders)
      for (const auto& [of_b, of_a] : shapes) {
        const subject s = running_of(code, order, of_b, of_a);
        CAPTURE(listing(s.g));
        CHECK(graph_problem(s.g) == "");
        const point p{{2, 5, 3}, {}};
        point data = p;
        for (const input_info& in : s.g.inputs) {
          dense<double> e{as_set(in.axes), {}};
          for (std::size_t i = 0; i < size_of(e.axes, p.extents); ++i) e.entries.push_back(random.uniform(-2, 2));
          data.inputs.push_back(e);
        }
        const axis_set all = n | t | k;
        CHECK(s.g[s.id].axes == (of_b | t | (arity(code) > 1 ? of_a : none)));
        const std::vector<real> have = value_at<real>(s.g, data, s.id, all), b = value_at<real>(s.g, data, 0, all),
                                a = value_at<real>(s.g, data, 1, all);
        for (std::size_t i = 0; i < have.size(); ++i) {
          const std::size_t stride = 3, extent = 5, row = i / (stride * extent), column = i % stride,
                            here = i / stride % extent;
          std::vector<real> b_line, a_line;
          for (std::size_t u = 0; u < extent; ++u) {
            b_line.push_back(b[(row * extent + u) * stride + column]);
            a_line.push_back(a[(row * extent + u) * stride + column]);
          }
          const real want = defined_value(code, order, b_line, a_line, here);
          CHECK((have[i] == want || abs(real(have[i] - want)) < real("1e-70")));
        }
      }
}

std::vector<double> value_of(op code, const std::vector<double>& b, running_order order = {},
                             const std::vector<double>& a = {}) {
  const subject s = running_of(code, order, only(t_axis), only(t_axis));
  return value_at<double>(s.g, point_of(s.g, {b, a.empty() ? b : a}), s.id, only(t_axis));
}
using numbers = std::vector<double>;

TEST_CASE("running values of nothing, of infinities, of NaN", "[ir][running]") {
  for (const op code : all_running) CHECK(value_of(code, {}).empty());
  CHECK(value_of(op::cummax, {-inf, -inf, 3, 2}) == numbers{-inf, -inf, 3, 3});
  CHECK(value_of(op::logcumsumexp, {-inf, -inf, 0, -inf}) == numbers{-inf, -inf, 0, 0});
  CHECK(value_of(op::logcumsumexp, {1, inf, 2, inf, -inf}) == numbers{1, inf, inf, inf, inf});
  CHECK(value_of(op::logcumsumexp, {1e4, 1e4})[1] == Approx(1e4 + std::log(2)));
  CHECK(value_of(op::logcumsumexp, {-1e4, -1e4, 1e4})[2] == 1e4);
  CHECK(value_of(op::cumsum, {1, inf, -1}) == numbers{1, inf, inf});
  CHECK(value_of(op::cumsum, {1e100, 1, -1e100}) == numbers{1e100, 1e100, 1});  // nothing is lost
  for (const op code : {op::cumsum, op::cumprod, op::cummax, op::logcumsumexp, op::recurrence}) {
    const numbers y = value_of(code, {1, std::nan(""), 1}, {}, {1, 1, 1});
    CHECK(y[0] == 1);
    CHECK(std::isnan(y[1]));
    CHECK(std::isnan(y[2]));
  }
  // A factor of exactly 0 begins anew, whatever was before.
  CHECK(value_of(op::recurrence, {1, std::nan(""), 2, 3}, {}, {9, 1, 0, 0.5})[3] == 4);
  CHECK(value_of(op::recurrence, {inf, 2, 3}, {}, {9, 0, 1}) == numbers{inf, 2, 5});
}

using constant = loom::ir::numbers::constant_number;
/// The last of the running values of three entries and factors, in a constant expression.
constexpr double last_of(op code, const double (&b)[3], const double (&a)[3] = {1, 1, 1}) {
  loom::ir::running_value<constant> y(code);
  for (int t = 0; t < 3; ++t) y.next(constant(b[t]), constant(a[t]));
  return y.value().value;
}

TEST_CASE("running values in constant expressions", "[ir][running]") {
  LOOM_CHECK(last_of(op::cumsum, {1e100, 1, -1e100}) == 1);
  LOOM_CHECK(last_of(op::cumsum, {1, inf, -1}) == inf);
  LOOM_CHECK(last_of(op::cumprod, {2, 3, 0.5}) == 3);
  LOOM_CHECK(last_of(op::cumprod, {1e200, 1e200, 1}) == inf);
  LOOM_CHECK(last_of(op::cummax, {-inf, 2, 1}) == 2);
  LOOM_CHECK(last_of(op::logcumsumexp, {-inf, -inf, -inf}) == -inf);
  LOOM_CHECK(last_of(op::logcumsumexp, {-inf, 1e4, -1e4}) == 1e4);
  LOOM_CHECK(last_of(op::logcumsumexp, {inf, 0, inf}) == inf);
  LOOM_CHECK(last_of(op::recurrence, {1, 2, 3}, {9, 0.5, 2}) == 8);
}

TEST_CASE("formulas of running values", "[ir][running]") {
  constexpr auto x = tensor<"x[N,T]">;
  constexpr auto w = tensor<"w[T]">;
  constexpr auto v = tensor<"v[N]">;
  constexpr auto s = scalar<"s">;
  constexpr auto T = axis<"T">;
  const auto text = [](const auto& f) {
    const lowered l = loom::lang::lower(f);
    return l.problem.kind == issue::none ? formula_text(l.program, l.program.outputs[0].id)
                                         : std::string(text_view(sentence_of(l.problem)));
  };
  CHECK(text(cumsum(x, T)) == "cumsum(x, T)");
  CHECK(text(cumsum(x, -1)) == "cumsum(x, T)");
  CHECK(text(cumprod(x, -2)) == "cumprod(x, N)");
  CHECK(text(cummax(x, T, loom::reverse)) == "cummax(x, T, reverse)");
  CHECK(text(logcumsumexp(x, T, exclusive)) == "logcumsumexp(x, T, exclusive)");
  CHECK(text(cumsum(x, T, exclusive, loom::reverse)) == "cumsum(x, T, reverse, exclusive)");
  CHECK(text(recurrence(x, 0.5, T)) == "recurrence(x, 0.5, T)");
  CHECK(text(recurrence(1, w, -1)) == "recurrence(1, w, T)");
  CHECK(text(recurrence(v, s, T) + w) == "recurrence(v, s, T) + w");
  CHECK(text(recurrence(v, w, -1)).starts_with("loom: the declarations do not say which of the axes N and T is"));
  CHECK(text(cumsum(v, T)).starts_with("loom: the operand does not have the axis T"));
  CHECK(text(cumsum(s, -1)).starts_with("loom: a number without axes has no axis -1"));
  CHECK(text(cumsum(mask<"m[T]">, T)).starts_with("loom: a mask is used where a number is needed"));
  CHECK(text(sum(recurrence(s, 0.5, axis<"K">))).starts_with("loom: no input has the axis K"));
}

}  // namespace
