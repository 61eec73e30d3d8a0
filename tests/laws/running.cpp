// SPDX-License-Identifier: BSL-1.0
// Derivatives of running values against differences in 80 digits, where they are exact, and what a running value is elsewhere.
#include "loom/derive/running.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "loom/ir/verify.hpp"
#include "loom/rewrite/facts.hpp"
#include "support/catch.hpp"
#include "support/second_order.hpp"
#include "support/written.hpp"

namespace {

using namespace loom::test;
using namespace loom;
using numbers = std::vector<double>;

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr auto b = tensor<"b[N,T]">;
constexpr auto a = tensor<"a[T,N]">;
constexpr auto weight = tensor<"weight[N,T]">;
constexpr auto each = tensor<"each[N]">;
constexpr auto step = tensor<"step[T]">;
constexpr auto one = scalar<"one">;
constexpr auto N = axis<"N">;
constexpr auto T = axis<"T">;

/// f(order...) for every order in which a value can run.
template <class F>
void in_every_order(const F& f) {
  f();
  f(loom::reverse);
  f(loom::exclusive);
  f(loom::reverse, loom::exclusive);
}

/// The declared inputs that are numbers.
input_set declared_numbers(const graph& g) {
  input_set s = numbers_of(g);
  for (int k = 0; k < g.inputs.size(); ++k)
    if (g.inputs[k].is_place()) s &= ~(1u << k);
  return s;
}

point random_point(const graph& g, points& random, domain d, std::ptrdiff_t rows = 3) {
  point p{std::vector<std::ptrdiff_t>(static_cast<std::size_t>(g.axes.size()), rows), {}};
  for (int k = 0; k < g.axes.size(); ++k)
    if (g.axes[k].name == "T") p.extents[static_cast<std::size_t>(k)] = 5;
  for (const input_info& in : g.inputs) {
    dense<double> e{as_set(in.axes), {}};
    for (std::size_t i = 0; !in.is_place() && i < size_of(e.axes, p.extents); ++i)
      e.entries.push_back(random.number(d));
    p.inputs.push_back(e);
  }
  return p;
}

/// The gradients of a scalar formula, as they are derived and down to what would be planned, against differences.
template <formula F>
void differentiates(const F& f, domain d = domain::any) {
  const graph g = written(f);
  CAPTURE(listing(g));
  REQUIRE(lower(f).problem.kind == issue::none);
  const graph program = with_gradients(g, declared_numbers(g)), last = finished(program);
  REQUIRE(graph_problem(program) == "");
  REQUIRE(graph_problem(last) == "");
  points random(5);
  for (int n = 0; n < 3; ++n) {
    const point p = random_point(g, random, d);
    const directions way = random_directions(p, random, declared_numbers(g));
    const real want = slope(g, p, way);
    for (const graph* const made : {&program, &last}) {
      real have = 0;
      for (int slot = 0; slot < static_cast<int>(p.inputs.size()); ++slot) {
        const numbers& moved = way[static_cast<std::size_t>(slot)].entries;
        const std::vector<real> entries = gradient_at<real>(*made, p, slot);
        for (std::size_t i = 0; i < entries.size(); ++i) have += entries[i] * real(moved[i]);
      }
      CAPTURE(have.str(20), want.str(20));
      CHECK(close(have, want, 1e-25));
    }
  }
}

template <formula F>
void differentiates_twice(const F& f, domain d = domain::any) {
  const graph g = written(f);
  CAPTURE(listing(g));
  const hessian h(g, declared_numbers(g), 0);
  REQUIRE(h.complete());
  REQUIRE(graph_problem(h.made().program) == "");
  points random(7);
  for (int n = 0; n < 2; ++n) CHECK(h.wrong_at(random_point(g, random, d), random, 1e-12) == "");
}

TEST_CASE("the gradients of running values are those of differences", "[laws][running]") {
  in_every_order([](auto... order) {
    differentiates(sum(sin(cumsum(b, T, order...)) * weight));
    differentiates(sum(sin(cumprod(b, T, order...)) * weight));
    differentiates(sum(where(cummax(b, T, order...) > -1000, cummax(b, T, order...), 0) * weight));
    differentiates(sum(exp(logcumsumexp(b, T, order...)) * weight));
    differentiates(sum(where(logcumsumexp(b, N, order...) > -1000, sin(logcumsumexp(b, N, order...)), 0) * weight));
    differentiates(sum(sin(recurrence(b, a, T, order...)) * weight));
    differentiates(sum(sin(recurrence(b, a, N, order...)) * weight));
  });
}

TEST_CASE("operands without the axis are constant along it", "[laws][running]") {
  in_every_order([](auto... order) {
    differentiates(sum(sin(recurrence(b, one, T, order...)) * weight), domain::unit);
    differentiates(sum(sin(recurrence(each, step, T, order...)) * weight));
    differentiates(sum(sin(recurrence(one, each, T, order...)) * weight));
    differentiates(sum(sin(recurrence(1, each, T, order...)) * weight));
    differentiates(sum(sin(recurrence(each * each, 0.5, T, order...)) * weight));
  });
}

TEST_CASE("losses of running values, and running values of running values", "[laws][running]") {
  differentiates(square(recurrence(b, 0.9, T, loom::reverse) - weight).mean());
  differentiates(mean(square(cumsum(softmax(b, T), T) - cumsum(softmax(weight, T), T))));
  differentiates(sum(logcumsumexp(cumsum(b, T), T, loom::reverse) * weight));
  differentiates(sum(sin(cumprod(cumsum(b, N), T)) * weight));
  differentiates(-mean(log(cumprod(1 - sigmoid(b), T, exclusive) * sigmoid(b))));
  differentiates(sum(cumsum(b(T = T - 1), T) * cumsum(b(T = T - 2), T)));
  differentiates(sum(cumsum(b(T = T + 1), T, loom::reverse) * weight));
  const auto advantages = recurrence(weight + 0.9 * b(T = T + 1) - b, 0.9 * 0.95, T, loom::reverse);
  differentiates(mean(square(advantages)));
  differentiates_twice(mean(sin(advantages)));
  differentiates(sum(recurrence(b + one * b(T = T - 1), step, T) * weight));
}

TEST_CASE("products with Hessians of running values", "[laws][running]") {
  in_every_order([](auto... order) {
    differentiates_twice(sum(sin(cumsum(b, T, order...)) * weight));
    differentiates_twice(sum(sin(cumprod(b, T, order...)) * weight));
    differentiates_twice(sum(where(cummax(b, T, order...) > -1000, sin(cummax(b, T, order...)), 0) * weight));
    differentiates_twice(sum(exp(2 * logcumsumexp(b, T, order...)) * weight));
    differentiates_twice(sum(sin(recurrence(b, a, T, order...)) * weight));
    differentiates_twice(sum(sin(recurrence(each, step, T, order...)) * weight));
  });
}

TEST_CASE("what is permuted has the derivatives of its places", "[laws][running]") {
  differentiates(sum(sin(b(T = order(b, T))) * weight));
  differentiates(sum(sin((b * weight)(T = order(b - weight, T, loom::reverse))) * step));
  differentiates(sum(sin(b(N = order(each, N))) * cumsum(weight(T = order(b, T)), T)));
  differentiates(sum(sin(step(T = order(b, T))(T = T - 1)) * weight));
  differentiates_twice(sum(sin(b(T = order(b, T))) * square(b) * weight));
  differentiates_twice(sum(square(each(N = order(weight, N, loom::reverse))) * sin(b)));
  const derived refused = with_derivatives(written(sum(square(b(T = order(b, T))))), {0, 1, 0, 0});
  CHECK(refused.no_diagonal == text_view("b"));
}

TEST_CASE("the diagonal of a Hessian is exact where nothing runs along the input, and else refused",
          "[laws][running]") {
  in_every_order([](auto... order) {
    const auto check = [](const auto& f) {
      const graph g = written(f);
      CAPTURE(listing(g));
      const hessian h(g, 1, 1);
      REQUIRE(h.complete());
      points random(9);
      for (int n = 0; n < 2; ++n) CHECK(h.wrong_at(random_point(g, random, domain::any), random, 1e-12) == "");
    };
    check(sum(sin(cumsum(each * step, T, order...)) * weight));
    check(sum(sin(recurrence(each, step, T, order...)) * weight));
    check(sum(square(sum(recurrence(each, each * step, T, order...), N))));
    check(sum(exp(logcumsumexp(each * step, T, order...)) * weight));
  });
  const derived refused = with_derivatives(written(sum(square(cumsum(b, T)))), {0, 1, 0, 0});
  CHECK(refused.no_diagonal == text_view("b"));
}

/// The gradient by x[T] of a formula of x and g[T], in double.
template <formula F>
numbers gradient(const F& f, const numbers& data, const numbers& weights) {
  const graph g = with_gradients(written(f), 3);
  const int slot = g.inputs[0].name == "x" ? 0 : 1;
  return gradient_at<double>(g, point_of(g, slot == 0 ? std::vector{data, weights} : std::vector{weights, data}), slot);
}

TEST_CASE("a product has its derivative where factors are 0", "[laws][running]") {
  constexpr auto x = tensor<"x[T]">;
  constexpr auto g = tensor<"g[T]">;
  CHECK(gradient(sum(cumprod(x, T) * g), {2, 0, 3, 5}, {1, 10, 100, 1000}) == numbers{1, 2 * (10 + 300 + 15000), 0, 0});
  CHECK(gradient(sum(cumprod(x, T) * g), {2, 0, 3, 0}, {1, 10, 100, 1000}) == numbers{1, 620, 0, 0});
  CHECK(gradient(sum(cumprod(x, T, loom::reverse) * g), {5, 3, 0, 2}, {1000, 100, 10, 1}) == numbers{0, 0, 30620, 1});
  CHECK(gradient(sum(cumprod(x, T, exclusive) * g), {0, 0, 4}, {7, 1, 1}) == numbers{1, 0, 0});
}

TEST_CASE("a logarithm of a running sum has its derivative where nothing was added yet", "[laws][running]") {
  constexpr auto x = tensor<"x[T]">;
  constexpr auto g = tensor<"g[T]">;
  CHECK(gradient(sum(logcumsumexp(x, T) * g), {-inf, -inf, 0, 0}, {1, 1, 1, 1}) == numbers{0, 0, 1.5, 0.5});
  CHECK(gradient(sum(logcumsumexp(x, T) * g), {0, -inf, 0}, {1, 1, 1}) == numbers{2.5, 0, 0.5});
  CHECK(gradient(sum(logcumsumexp(x, T, loom::reverse) * g), {0, 0, -inf, -inf}, {1, 1, 1, 1}) ==
        numbers{0.5, 1.5, 0, 0});
  CHECK(gradient(sum(logcumsumexp(x, T) * g), {1e5, 0, 1e6}, {1, 1, 1}) == numbers{2, 0, 1});
  CHECK(gradient(sum(logcumsumexp(x, T) * g), {-1e6, 0, -1e6}, {1, 1, 1}) == numbers{1, 2, 0});
  CHECK(gradient(sum(where(g > 0, logcumsumexp(x, T, exclusive), 0)), {0, 0, 0}, {0, 1, 1}) == numbers{1.5, 0.5, 0});
}

TEST_CASE("the first of equal largest entries has the derivative", "[laws][running]") {
  constexpr auto x = tensor<"x[T]">;
  constexpr auto g = tensor<"g[T]">;
  const numbers ones{1, 10, 100, 1000, 10000};
  CHECK(gradient(sum(cummax(x, T) * g), {1, 1, 0, 2, 2}, ones) == numbers{111, 0, 0, 11000, 0});
  CHECK(gradient(sum(cummax(x, T, loom::reverse) * g), {2, 2, 0, 1, 1}, ones) == numbers{0, 11, 0, 0, 11100});
  CHECK(gradient(sum(where(g > 1, cummax(x, T, exclusive), 0)), {1, 1, 0, 2, 2}, ones) == numbers{3, 0, 0, 1, 0});
  CHECK(gradient(sum(cummax(x, T) * g), {-inf, -inf, -inf, 2, 2}, ones) == numbers{111, 0, 0, 11000, 0});
}

TEST_CASE("a recurrence begins anew where its factor is 0, whatever was before", "[laws][running]") {
  constexpr auto x = tensor<"x[T]">;
  constexpr auto g = tensor<"g[T]">;
  CHECK(gradient(sum(recurrence(x, g, T)), {1, 1, 1, 1}, {7, 2, 0, 3}) == numbers{3, 1, 4, 1});
  CHECK(gradient(sum(where(x < 1e9, recurrence(x, g, T), 0)), {std::nan(""), 1, 1}, {7, 0, 3}) == numbers{0, 4, 1});
}

template <class N>
void holds(const graph& g, const point& p) {
  const interpreter<N> values(g, p.extents, p.as<N>());
  loom::rewrite::known_graph known(g);
  const value_id id = g.outputs[0].id;
  const loom::rewrite::fact& f = known.of(id);
  CAPTURE(listing(g), f.low, f.high, f.zero, f.nan, f.whole);
  bool inside = true;
  for (const N& e : values[id]) {
    const auto v = static_cast<double>(e);
    if (v != v) inside = inside && f.nan;
    else inside = inside && v >= f.low && v <= f.high && (v != 0 || f.zero) && (!f.whole || v == std::floor(v));
  }
  CHECK(inside);
}

TEST_CASE("what is claimed of running values holds for what is computed", "[laws][running]") {
  points random(21);
  const auto check = [&](const auto& f, double low, double high) {
    in_every_order([&](auto... order) {
      const graph g = written(f(order...));
      for (int n = 0; n < 5; ++n) {
        point p = random_point(g, random, domain::any);
        for (dense<double>& e : p.inputs)
          for (double& v : e.entries)
            v = random.once_in(4)   ? low
                : random.once_in(3) ? high
                                    : random.uniform(std::max(low, -50.0), std::min(high, 50.0));
        holds<double>(g, p);
        holds<single>(g, p);
      }
    });
  };
  const auto of_all = [&](const auto& u, double low, double high) {
    check([&](auto... o) { return cumsum(u, T, o...); }, low, high);
    check([&](auto... o) { return cumprod(u, T, o...); }, low, high);
    check([&](auto... o) { return cummax(u, T, o...); }, low, high);
    check([&](auto... o) { return logcumsumexp(u, T, o...); }, low, high);
    check([&](auto... o) { return recurrence(u, u, T, o...); }, low, high);
    check([&](auto... o) { return recurrence(u, 0.5, T, o...); }, low, high);
    check([&](auto...) { return u(T = order(u, T)); }, low, high);
    check([&](auto...) { return number(order(u, T, loom::reverse)); }, low, high);
  };
  of_all(tensor<"u[N,T]">, -1e30, 1e30);
  of_all(tensor<"u[N,T] in [0,1]">, 0, 1);
  of_all(tensor<"u[N,T] > 0">, 1e-30, 1e30);
  of_all(tensor<"u[N,T] <= 0">, -inf, 0);
  of_all(tensor<"u[N,T] in [-1,1]">, -1, 1);
  of_all(round(tensor<"u[N,T] in [-2,3]">), -2, 3);
  of_all(softmax(tensor<"u[N,T]">, T), -5, 5);
}

// ---- elsewhere ---------------------------------------------------------------------------------------------------------

/// Whether two formulas of the same inputs have the same values.
template <formula F, formula G>
void same_values(const F& f, const G& g) {
  const graph left = written(f), right = written(g);
  CAPTURE(listing(left), listing(right));
  REQUIRE(lower(f).problem.kind == issue::none);
  REQUIRE(lower(g).problem.kind == issue::none);
  REQUIRE(graph_problem(left) == "");
  points random(3);
  const point p = random_point(left, random, domain::any, 5);
  point q = random_point(right, random, domain::any, 5);  // the same data under the same names
  for (int k = 0; k < right.inputs.size(); ++k)
    for (int i = 0; i < left.inputs.size(); ++i)
      if (right.inputs[k].name == left.inputs[i].name && !left.inputs[i].is_place() && !right.inputs[k].is_place())
        q.inputs[static_cast<std::size_t>(k)] = p.inputs[static_cast<std::size_t>(i)];
  const std::vector<real> l = value_at<real>(left, p, left.outputs[0].id, as_set(left.result_axes)),
                          r = value_at<real>(right, q, right.outputs[0].id, as_set(right.result_axes));
  REQUIRE(l.size() == r.size());
  for (std::size_t i = 0; i < l.size(); ++i) CHECK((l[i] == r[i] || close(l[i], r[i], 1e-60)));
}

TEST_CASE("a running value is renamed with its axis", "[laws][running]") {
  constexpr auto S = axis<"S">;
  in_every_order([&](auto... order) {
    same_values(b + sum(cumsum(b, T, order...)(T = S), S), b + sum(cumsum(b, T, order...), T));
    same_values(cumsum(b, T, order...)(N = T, T = N), cumsum(b(N = T, T = N), N, order...));
    same_values(recurrence(b, 0.5, T, order...)(N = 1), recurrence(b(N = 1), 0.5, T, order...));
  });
}

TEST_CASE("what is sorted, elsewhere", "[laws][running]") {
  constexpr auto sorted = b(T = order(b, T));
  constexpr auto falling = b(T = order(b, T, loom::reverse));
  same_values(sum(sorted, T), sum(b, T));
  same_values(sorted(T = last), max(b, T));
  same_values(sorted(T = 0), min(b, T));
  same_values(sorted(T = 1), falling(T = last - 1));
  same_values(sorted(N = T, T = N), b(N = T, T = N)(N = order(b(N = T, T = N), N)));
  same_values(sorted(N = 1), b(N = 1)(T = order(b(N = 1), T)));
  same_values(sorted(T = T - 2), 0 * b + where(T >= 2, cumsum(sorted, T)(T = T - 2) - cumsum(sorted, T)(T = T - 3), 0));
  same_values(sorted(T = order(falling, T)), falling);
  same_values(b(T = order(b, T)(T = 2)), sorted(T = 2));
  same_values(sorted(T = order(number(order(b, T)), T)), b);
}

TEST_CASE("one entry of a running value, and one that labels name", "[laws][running]") {
  same_values(cumsum(b, T)(T = last), sum(b, T));
  same_values(cumsum(b, T)(T = 0), b(T = 0));
  same_values(cumsum(b, T)(T = last - 1), sum(b, T) - b(T = last));
  same_values(cumprod(b, T, loom::reverse)(T = 0), prod(b, T));
  same_values(cumprod(b, T, exclusive)(T = 2), b(T = 0) * b(T = 1));
  same_values(cumsum(b, T)(T = last, N = 1), sum(b(N = 1), T));
  constexpr auto t = loom::index<"t[N]">;
  const graph g = written(cumsum(b, T)(T = t));
  const point p{{2, 3}, {{3, {1, 2, 3, 4, 5, 6}}, {1, {1, 2}}}};
  CHECK(value_at<double>(g, p, g.outputs[0].id, 1) == numbers{3, 15});
  const graph sunk = stage::sink(g);
  CHECK(value_at<double>(sunk, p, sunk.outputs[0].id, 1) == numbers{3, 15});
}

TEST_CASE("so many entries on, a running value is what it is there, and nothing beyond its ends", "[laws][running]") {
  same_values(cumsum(b, T)(T = T - 2), cumsum(b(T = T - 2), T));
  same_values(cumsum(b, T)(T = T - 1), cumsum(b, T, exclusive));
  same_values(cumsum(b, T, loom::reverse)(T = T + 1), cumsum(b, T, loom::reverse, exclusive));
  same_values(cumprod(b, T)(T = T - 1, outside = 1), cumprod(b, T, exclusive));
  same_values(cummax(b, T)(T = T - 1, outside = -inf), cummax(b, T, exclusive));
  same_values(logcumsumexp(b, T)(T = T - 1, outside = -inf), logcumsumexp(b, T, exclusive));
  same_values(recurrence(b, weight, T)(T = T - 1), recurrence(b, weight, T, exclusive));
  same_values(recurrence(1 / b, 1 / weight, T)(T = T - 1), recurrence(1 / b, 1 / weight, T, exclusive));
  same_values(cumsum(b, T)(T = T + 1), 0 * b + where(T < 4, cumsum(b, T) + b(T = T + 1), 0));
  same_values(cumsum(b, T)(T = T + 2, outside = 7),
              0 * b + where(T < 3, cumsum(b, T) + b(T = T + 1) + b(T = T + 2), 7));
  same_values(cumsum(b, T, loom::reverse)(T = T - 1),
              0 * b + where(T > 0, cumsum(b, T, loom::reverse) + b(T = T - 1), 0));
  same_values(recurrence(b, weight, T, exclusive)(T = T + 1), 0 * b + where(T < 4, recurrence(b, weight, T), 0));
  same_values(cumsum(b, T)(T = N + 1, N = T)(N = 2), cumsum(b, T)(T = 3)(N = T));
  same_values(cumsum(b, T)(T = T + 1)(T = 2), cumsum(b, T)(T = 3));
  same_values(0 * sum(b, T) + cumsum(b, T)(T = T - 1)(T = 0), 0 * sum(b, T));
  same_values(cumsum(b, T)(T = T - 1)(T = last), cumsum(b, T)(T = last - 1));
  same_values(0 * sum(b, T) + cumsum(b, T)(T = T + 1)(T = last), 0 * sum(b, T));
}

/// What is read backwards is each entry at the position that the other end counts.
template <formula F>
void turns(const F& f) {
  constexpr auto S = axis<"S">;
  same_values(0 * b + f(T = last - T), 0 * b + sum(where(S + T == extent(T) - 1, f(T = S), 0), S));
}

TEST_CASE("from its end to its beginning, a running value runs the other way", "[laws][running]") {
  in_every_order([](auto... order) {
    turns(cumsum(b, T, order...));
    turns(cumprod(b, T, order...));
    turns(cummax(b, T, order...));
    turns(logcumsumexp(b, T, order...));
    turns(recurrence(b, weight, T, order...));
  });
  same_values(cumsum(b, T)(T = last - T), cumsum(b(T = last - T), T, loom::reverse));
  same_values(cumprod(b, T, exclusive)(T = last - T), cumprod(b(T = last - T), T, loom::reverse, exclusive));
  same_values(recurrence(b, weight, T, loom::reverse)(T = last - T),
              recurrence(b(T = last - T), weight(T = last - T), T));
}

TEST_CASE("windows of running values", "[laws][running]") {
  constexpr auto K = axis<"K">;
  constexpr auto M = axis<"M">;
  constexpr auto kernel = tensor<"kernel[K]">;
  constexpr auto there = T + K - 1 >= 0 && T + K - 1 < extent(T);
  same_values(0 * b + sum(kernel * cumsum(b, T)(T = T + K - 1), K),
              0 * b + sum(kernel * where(there, sum(where(M <= T + K - 1, b(T = M), 0), M), 0), K));
  differentiates(sum(sin(sum(kernel * cumsum(b, T)(T = T + K - 1), K)) * weight));
  differentiates(sum(sin(cumsum(b(T = T + 9), T)) * weight));
  differentiates(sum(sin(cumsum(b, T)(T = T - 2)) * weight));
  differentiates(sum(sin(cumprod(b(T = last - T), T)) * weight));
  differentiates(sum(sin(b(T = order(b, T))(T = T + K - 1)) * kernel));
}

TEST_CASE("what no running value is elsewhere is refused", "[laws][running]") {
  const auto problem = [](const auto& f) { return lower(f).problem.kind; };
  constexpr auto S = axis<"S">;
  constexpr auto square_ = tensor<"square_[T,S]">;
  CHECK(problem(cumsum(b, T)(T = T + extent(N))) == issue::place_of_a_running_value);
  CHECK(problem(b(T = order(b, T))(T = last - T)) == issue::place_of_a_running_value);
  CHECK(problem(cumsum(square_, T)(S = T)) == issue::place_of_a_running_value);
  CHECK(problem(cumsum(square_, T)(T = S)) == issue::place_of_a_running_value);
  CHECK(problem(cumsum(square_, T)(T = S + 1)) == issue::place_of_a_running_value);
  CHECK(problem(cumsum(square_, T)(T = S, S = T)) == issue::none);
  CHECK(problem(square_(T = order(square_, T))(S = T)) == issue::place_of_a_running_value);
  // The adjoint of an input that is read extents further on is moved back.
  const derived d = with_derivatives(written(sum(cumsum(b(T = T + extent(N)), T) * weight)), 1);
  CHECK(!d.not_differentiable.empty());
}

}  // namespace
