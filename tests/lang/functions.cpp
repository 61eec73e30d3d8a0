// SPDX-License-Identifier: BSL-1.0
// lang/functions.cpp — each function of the language lowers to the right graph.
#include "loom/lang/functions.hpp"

#include "lang/support.hpp"
#include "loom/lang/inputs.hpp"
#include "loom/lang/operators.hpp"
#include "support/catch.hpp"
#include "support/layers.hpp"

using namespace loom::tests;
using loom::ir::op;
using loom::lang::issue;

namespace {
constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto a = loom::tensor<"a[N]">;
constexpr auto b = loom::tensor<"b[N]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto m = loom::mask<"m[N,C]">;
constexpr auto C = loom::axis<"C">;
constexpr auto N = loom::axis<"N">;
}  // namespace

TEST_CASE("elementwise functions of one argument lower to their op") {
#define LOOM_TEST_FUNCTION(name) LOOM_CHECK(code(name(a)) == op::name)
  LOOM_TEST_FUNCTION(abs);
  LOOM_TEST_FUNCTION(as_written);
  LOOM_TEST_FUNCTION(sign);
  LOOM_TEST_FUNCTION(floor);
  LOOM_TEST_FUNCTION(round);
  LOOM_TEST_FUNCTION(square);
  LOOM_TEST_FUNCTION(sqrt);
  LOOM_TEST_FUNCTION(exp);
  LOOM_TEST_FUNCTION(expm1);
  LOOM_TEST_FUNCTION(log);
  LOOM_TEST_FUNCTION(log1p);
  LOOM_TEST_FUNCTION(sin);
  LOOM_TEST_FUNCTION(cos);
  LOOM_TEST_FUNCTION(tan);
  LOOM_TEST_FUNCTION(asin);
  LOOM_TEST_FUNCTION(acos);
  LOOM_TEST_FUNCTION(atan);
  LOOM_TEST_FUNCTION(sinh);
  LOOM_TEST_FUNCTION(cosh);
  LOOM_TEST_FUNCTION(tanh);
  LOOM_TEST_FUNCTION(asinh);
  LOOM_TEST_FUNCTION(acosh);
  LOOM_TEST_FUNCTION(atanh);
  LOOM_TEST_FUNCTION(erf);
  LOOM_TEST_FUNCTION(erfc);
  LOOM_TEST_FUNCTION(erfcx);
  LOOM_TEST_FUNCTION(i0e);
  LOOM_TEST_FUNCTION(i1e);
  LOOM_TEST_FUNCTION(log_i0);
  LOOM_TEST_FUNCTION(lgamma);
  LOOM_TEST_FUNCTION(digamma);
  LOOM_TEST_FUNCTION(trigamma);
  LOOM_TEST_FUNCTION(sigmoid);
  LOOM_TEST_FUNCTION(softplus);
  LOOM_TEST_FUNCTION(log1mexp);
  LOOM_TEST_FUNCTION(log_ndtr);
  LOOM_TEST_FUNCTION(stop_gradient);
#undef LOOM_TEST_FUNCTION
}

TEST_CASE("elementwise functions of two arguments lower to their op") {
#define LOOM_TEST_FUNCTION(name)              \
  LOOM_CHECK(code(name(a, b)) == op::name);   \
  LOOM_CHECK(code(name(a, 2.0)) == op::name); \
  LOOM_CHECK(code(name(2.0, a)) == op::name)
  LOOM_TEST_FUNCTION(pow);
  LOOM_TEST_FUNCTION(min);
  LOOM_TEST_FUNCTION(max);
  LOOM_TEST_FUNCTION(logaddexp);
  LOOM_TEST_FUNCTION(xlogy);
  LOOM_TEST_FUNCTION(hypot);
  LOOM_TEST_FUNCTION(atan2);
#undef LOOM_TEST_FUNCTION
  CHECK(text(pow(a, 2.0)) == "pow(a, 2)");
  CHECK(text(pow(2.0, a)) == "pow(2, a)");
}

TEST_CASE("relu and clamp let a NaN through") {
  CHECK(text(relu(a)) == "where(a <= 0, 0, a)");
  CHECK(text(clamp(a, -1.0, 1.0)) == "where(a < (-1), -1, where(a > 1, 1, a))");
}

TEST_CASE("logarithms of other bases are logarithms") {
  CHECK(text(log2(a)) == "log(a) * 1.4426950408889634");
  CHECK(text(log10(a)) == "log(a) * 0.4342944819032518");
  CHECK(text(lbeta(a, 2.0)) == "lgamma(a) + lgamma(2) - lgamma(a + 2)");
}

TEST_CASE("an index or a mask is a number where it says so") {
  CHECK(text(number(t)) == "number(t)");
  CHECK(text(a * number(loom::axis<"N">)) == "a * number(N)");
  CHECK(text(a * number(loom::axis<"N"> - 1)) == "a * (number(N) + (-1))");
  CHECK(text(number(t == 2)) == "where(t == 2, 1, 0)");
  LOOM_CHECK(problem(number(a)) == issue::number_of_a_number);
}

TEST_CASE("what a number is, is a mask") {
  CHECK(text(where(isnan(a), 0, a)) == "where(a != a, 0, a)");
  CHECK(text(where(isfinite(a) && m, 0, a)) == "where(abs(a) < inf && m, 0, a)");
  LOOM_CHECK(problem(isnan(t)) == issue::index_used_as_a_number);
  LOOM_CHECK(problem(isfinite(m)) == issue::mask_used_as_a_number);
  LOOM_CHECK(problem(isnan(a) + 1) == issue::mask_used_as_a_number);
}

TEST_CASE("the largest of several numbers, and of the entries of one") {
  CHECK(text(max(a, b, 1.0)) == "max(max(a, b), 1)");
  CHECK(text(min(0.5, 2, a, b)) == "min(min(min(0.5, 2), a), b)");
  CHECK(text(max(x, C, N)) == "max(x, N,C)");
  LOOM_CHECK(problem(max(a, b, -1)) == issue::integer_beside_min_or_max);
  LOOM_CHECK(problem(max(x, -1, -2)) == issue::integer_beside_min_or_max);
}

TEST_CASE("where takes numbers beside formulas") {
  CHECK(text(where(a > 0, 1, b)) == "where(a > 0, 1, b)");
  CHECK(text(where(a > 0, a, 0)) == "where(a > 0, a, 0)");
}

TEST_CASE("reductions lower to their op, as functions and as methods") {
  LOOM_CHECK(code(sum(x, C)) == op::sum);
  LOOM_CHECK(code(prod(x, C)) == op::prod);
  LOOM_CHECK(code(max(x, C)) == op::reduce_max);
  LOOM_CHECK(code(min(x, C)) == op::reduce_min);
  LOOM_CHECK(code(logsumexp(x, C)) == op::logsumexp);
  LOOM_CHECK(code(norm(x, C)) == op::norm);
  LOOM_CHECK(code(softmax(x, C)) == op::softmax);
  LOOM_CHECK(code(log_softmax(x, C)) == op::log_softmax);
  LOOM_CHECK(root(x.sum(C)) == root(sum(x, C)));
  LOOM_CHECK(root(x.prod(C)) == root(prod(x, C)));
  LOOM_CHECK(root(x.max(C)) == root(max(x, C)));
  LOOM_CHECK(root(x.min(C)) == root(min(x, C)));
  LOOM_CHECK(root(x.logsumexp(C)) == root(logsumexp(x, C)));
  LOOM_CHECK(root(x.norm(C)) == root(norm(x, C)));
  LOOM_CHECK(root(x.softmax(C)) == root(softmax(x, C)));
  LOOM_CHECK(root(x.log_softmax(C)) == root(log_softmax(x, C)));
  CHECK(text(x.mean(C)) == text(mean(x, C)));
  CHECK(text(x.var(C)) == text(var(x, C)));
  CHECK(text(x.stddev(C)) == text(stddev(x, C)));
  CHECK(text(m.count(C)) == text(count(m, C)));
  CHECK(text(where(m.any(C), a, b)) == text(where(any(m, C), a, b)));
  CHECK(text(where(m.all(C), a, b)) == text(where(all(m, C), a, b)));
}

TEST_CASE("composite reductions become sums") {
  CHECK(text(mean(x, C)) == "mean(x, C)");
  CHECK(text(mean(x)) == "mean(x, N,C)");
  CHECK(text(var(x, C)) == "mean(square(x - mean(x, C)), C)");
  CHECK(text(stddev(x, C)) == "norm(x - mean(x, C), C) / sqrt(extent(C))");
  CHECK(text(stddev(x.sum())) == "abs(sum(x, N,C) - sum(x, N,C))");
  CHECK(text(count(m, C)) == "sum(where(m, 1, 0), C)");
}

TEST_CASE("reductions take axes by name, by position from the end, or all") {
  LOOM_CHECK(root(sum(x, -1)) == root(sum(x, C)));
  LOOM_CHECK(root(sum(x, -2)) == root(sum(x, N)));
  LOOM_CHECK(root(sum(x, -1, -2)) == root(sum(x)));
  LOOM_CHECK(root(sum(x, C, N)) == root(sum(x)));
  LOOM_CHECK(root(x.max(-1)) == root(max(x, C)));
  LOOM_CHECK(rank(sum(x, -1)) == 1);
  LOOM_CHECK(rank(sum(x)) == 0);
  LOOM_CHECK(rank(softmax(x, -1)) == 2);
}

TEST_CASE("a position counts the axes of the operand, not of the graph") {
  constexpr auto y = loom::tensor<"y[C,N]">;
  LOOM_CHECK(root(x.sum(-1)).over() == root((x + x).sum(-1)).over());
  CHECK(text(sum(y, -1)) == "sum(y, N)");
  CHECK(text(sum(x, -1) + sum(y, -2)) == "sum(x, C) + sum(y, C)");
  LOOM_CHECK(problem(sum(sum(x, -1), -2)) == issue::axis_out_of_range);
}

TEST_CASE("a reduction of a single number is that number") {
  LOOM_CHECK(root(x.sum().mean()) == root(x.sum()));
  LOOM_CHECK(root(x.sum().sum()) == root(x.sum()));
  LOOM_CHECK(root(max(x.sum())) == root(x.sum()));
}

TEST_CASE("a number beside max is a number, unless it could be an axis") {
  LOOM_CHECK(code(max(a, 0)) == op::max);
  LOOM_CHECK(code(max(a, -1.0)) == op::max);
  LOOM_CHECK(problem(max(a, -1)) == issue::integer_beside_min_or_max);
  LOOM_CHECK(problem(min(-1, a)) == issue::integer_beside_min_or_max);
}

TEST_CASE("gather picks along the last axis, or the one given") {
  LOOM_CHECK(code(gather(x, t)) == op::gather);
  LOOM_CHECK(root(gather(x, t)) == root(gather(x, t, C)));
  LOOM_CHECK(root(gather(x, t)) == root(gather(x, t, -1)));
  LOOM_CHECK(rank(gather(x, t)) == 1);
  constexpr auto w = loom::tensor<"w[C]">;
  LOOM_CHECK(rank(gather(w, t)) == 1);
  LOOM_CHECK(problem(gather(a, t)) == issue::index_does_not_fit);
  LOOM_CHECK(problem(gather(x, a)) == issue::gather_needs_an_index);
  LOOM_CHECK(problem(gather(x.sum(), t)) == issue::operand_without_axes);
}

TEST_CASE("slopes fit the value that has them") {
  LOOM_CHECK(problem(custom(x, slope(x) = 1, slope(a) = x)) == issue::none);
  LOOM_CHECK(problem(custom(x, slope(x) = 1, slope(1 * x) = 2, slope(x) = 3)) == issue::slope_given_twice);
  LOOM_CHECK(problem(custom(x, slope(2.5) = x)) == issue::slope_of_a_number);
  LOOM_CHECK(problem(custom(a, slope(x) = 1)) == issue::slope_beyond_its_value);
  LOOM_CHECK(problem(custom(a, slope(a) = x)) == issue::slope_beyond_its_value);
  LOOM_CHECK(problem(custom(1, slope(a) = 1)) == issue::slope_beyond_its_value);
  LOOM_CHECK(problem(custom(x, slope(t) = 1)) == issue::index_used_as_a_number);
  LOOM_CHECK(problem(custom(x > 0, slope(x) = 1)) == issue::mask_used_as_a_number);
  LOOM_CHECK(problem(custom(x, slope(x) = x > 0)) == issue::mask_used_as_a_number);
}

TEST_CASE("onehot adds its axis") {
  LOOM_CHECK(code(x * onehot(t, C)) == op::mul);
  LOOM_CHECK(rank(onehot(t, C) * x) == 2);
  LOOM_CHECK(problem(x * onehot(t, N)) == issue::index_does_not_fit);
  LOOM_CHECK(problem(onehot(t, loom::axis<"K">)) == issue::axis_without_extent);
}

TEST_CASE("the extent of an axis is a number") {
  CHECK(text(x / extent(C)) == "x / extent(C)");
  CHECK(text(sum(x, C) / extent(loom::axis<"N">, C)) == "sum(x, C) / extent(N,C)");
  LOOM_CHECK(problem(x / extent(loom::axis<"K">)) == issue::axis_without_extent);
}
