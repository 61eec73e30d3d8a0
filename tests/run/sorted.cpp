// SPDX-License-Identifier: BSL-1.0
// Orders by sorting, and values at them, through a call: against std::sort by number and position, along both axes, with ties and NaN, of every storage;
// gradients against differences, and losses by order against plain code.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "loom/loom.hpp"
#include "support/allocated.hpp"
#include "support/catch.hpp"
#include "support/targets.hpp"

namespace {

using loom::exclusive, loom::reverse;
using std::ptrdiff_t, std::size_t;
using numbers = std::vector<double>;
constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto y = loom::tensor<"y[N,C]">;
constexpr auto table = loom::tensor<"table[C]">;
constexpr auto b = loom::tensor<"b[B,N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto N = loom::axis<"N">;
constexpr auto C = loom::axis<"C">;
constexpr auto S = loom::axis<"S">;

constexpr auto positions = loom::loss<number(order(x, C))>;
constexpr auto positions_back = loom::loss<number(order(x, C, reverse))>;
constexpr auto positions_down = loom::loss<number(order(x, N))>;
constexpr auto sorted = loom::loss<x(C = order(x, C))>;
constexpr auto sorted_back = loom::loss<gather(x, order(x, C, reverse))>;
constexpr auto sorted_down = loom::loss<x(N = order(x, N, reverse))>;

/// The order of a line: by number, and where those are equal by position.
std::vector<size_t> order_of(const numbers& line, bool falling) {
  std::vector<size_t> at(line.size());
  std::iota(at.begin(), at.end(), size_t{0});
  std::sort(at.begin(), at.end(), [&](size_t i, size_t k) {
    const double v = line[i], w = line[k];
    if (std::isnan(v) != std::isnan(w)) return std::isnan(w);
    if (std::isnan(v) || v == w) return i < k;
    return falling ? v > w : v < w;
  });
  return at;
}

/// With ties, both zeros, infinities and NaN.
numbers odd_numbers(size_t n, unsigned seed) {
  std::mt19937 random(seed);
  numbers v(n);
  for (double& e : v) {
    const unsigned kind = static_cast<unsigned>(random() % 12);
    e = kind == 0   ? nan
        : kind == 1 ? (random() % 2 == 0 ? inf : -inf)
        : kind == 2 ? (random() % 2 == 0 ? 0.0 : -0.0)
        : kind == 3 ? -nan
                    : (static_cast<double>(random() % 64) - 32) / 4;
  }
  return v;
}

/// A matrix with strides of its own.
template <class U>
struct matrix {
  ptrdiff_t rows, columns, row, column;
  std::vector<U> memory;

  matrix(ptrdiff_t n, ptrdiff_t c, bool turned, ptrdiff_t apart)
      : rows(n),
        columns(c),
        row(turned ? apart : apart * c + 3),
        column(turned ? apart * n + 3 : apart),
        memory(static_cast<size_t>(row * n + column * c + 1)) {}
  U& operator()(ptrdiff_t i, ptrdiff_t k) { return memory[static_cast<size_t>(i * row + k * column)]; }
  auto view() { return loom::view(memory.data(), {rows, columns}, {row, column}); }
};

template <class U>
numbers line_of(matrix<U>& m, ptrdiff_t i, bool down) {
  numbers line;
  for (ptrdiff_t k = 0; k < (down ? m.rows : m.columns); ++k)
    line.push_back(static_cast<double>(loom::numeric::loaded(down ? m(k, i) : m(i, k))));
  return line;
}

bool same(double v, double w) { return v == w || (std::isnan(v) && std::isnan(w)); }

/// Positions and sorted values of every line are those of a stable sort.
template <class U, class T, class Positions, class Values>
void agrees(const Positions& where, const Values& values, bool down, bool falling, ptrdiff_t rows, ptrdiff_t columns) {
  for (const bool turned : {false, true}) {
    const ptrdiff_t apart = turned ? 1 : 2;
    matrix<U> data(rows, columns, turned, apart);
    matrix<T> at(rows, columns, !turned, 1), got(rows, columns, turned, 3);
    const numbers odd = odd_numbers(static_cast<size_t>(rows * columns), 7);
    for (ptrdiff_t i = 0, k = 0; i < rows; ++i)
      for (ptrdiff_t c = 0; c < columns; ++c)
        data(i, c) = loom::numeric::stored<U>(static_cast<T>(odd[static_cast<size_t>(k++)]));
    std::vector<double> room(static_cast<size_t>(where.workspace_size(x = data.view(), loom::out = at.view())) +
                             static_cast<size_t>(values.workspace_size(x = data.view(), loom::out = got.view())));
    where(x = data.view(), loom::out = at.view(), loom::workspace = room);
    const size_t asked_for =
        trial::allocated([&] { values(x = data.view(), loom::out = got.view(), loom::workspace = room); });
    CHECK(asked_for == 0);
    bool good = true;
    for (ptrdiff_t i = 0; i < (down ? columns : rows); ++i) {
      const numbers line = line_of(data, i, down), have = line_of(at, i, down), in_order = line_of(got, i, down);
      const std::vector<size_t> want = order_of(line, falling);
      for (size_t k = 0; k < want.size(); ++k)
        good = good && have[k] == static_cast<double>(want[k]) && same(in_order[k], line[want[k]]);
    }
    CHECK(good);
  }
}

template <class U, class T>
void agrees_in() {
  for (const ptrdiff_t n : {0, 1, 2, 13, 17, 1000})
    for (const ptrdiff_t lines : {1, 3}) {
      CAPTURE(n, lines);
      agrees<U, T>(positions, sorted, false, false, lines, n);
      agrees<U, T>(positions_back, sorted_back, false, true, lines, n);
    }
}

TEST_CASE("an order is that of a stable sort in which NaN is last") {
  agrees_in<float, float>();
  agrees_in<double, double>();
  agrees_in<loom::bf16, float>();
  agrees_in<loom::f16, float>();
}
TEST_CASE("an order down columns") {
  for (const ptrdiff_t n : {0, 1, 5, 200}) {
    CAPTURE(n);
    agrees<float, float>(loom::loss<number(order(x, N, reverse))>, sorted_down, true, true, n, 4);
    agrees<double, double>(positions_down, loom::loss<x(N = order(x, N))>, true, false, n, 3);
  }
}

/// A call of one formula on rows of columns, whose inputs are x, y and table.
template <auto Formula>
numbers value_of(ptrdiff_t rows, const numbers& xs, const numbers& ys = {}, const numbers& tables = {}) {
  constexpr auto f = loom::loss<Formula + 0 * (sum(x) + sum(y) + sum(table))>;
  const ptrdiff_t columns = static_cast<ptrdiff_t>(xs.size()) / rows;
  const numbers none(xs.size()), no_table(static_cast<size_t>(columns));
  numbers out(xs.size()), room(4096);
  f(x = loom::view(xs.data(), rows, columns), y = loom::view(ys.empty() ? none.data() : ys.data(), rows, columns),
    table = loom::view(tables.empty() ? no_table.data() : tables.data(), columns),
    loom::out(N, C) = loom::view(out.data(), rows, columns), loom::workspace = room);
  return out;
}

TEST_CASE("values in the order of others") {
  const numbers scores = {3, 1, 2, -1, 5, 0}, entries = {10, 20, 30, 40, 50, 60};
  CHECK(value_of<y(C = order(x, C))>(2, scores, entries) == numbers{20, 30, 10, 40, 60, 50});
  CHECK(value_of<(y + 1)(C = order(-x, C))>(2, scores, entries) == numbers{11, 31, 21, 51, 61, 41});
  CHECK(value_of<table(C = order(x, C, reverse))>(2, scores, {}, {7, 8, 9}) == numbers{7, 9, 8, 8, 9, 7});
  CHECK(value_of<y(C = order(table, C))>(2, scores, entries, {2, 3, 1}) == numbers{30, 10, 20, 60, 40, 50});
  CHECK(value_of<number(x > 1)(C = order(y, C, reverse))>(2, scores, entries) == numbers{1, 0, 1, 0, 1, 0});
}
TEST_CASE("an order of an order is its inverse, and without NaN back from the largest the rank") {
  const numbers scores = {3, 1, 2, 2, -1, 5, 5, 0};
  constexpr auto inverse = number(order(number(order(x, C, reverse)), C));
  CHECK(value_of<inverse>(2, scores) == value_of<0 + rank(x, C)>(2, scores));
  CHECK(value_of<x(C = order(x, C))(C = order(number(order(x, C)), C))>(2, scores) == scores);
}
TEST_CASE("orders and sorted values at a place") {
  const numbers scores = {3, 1, 2, -1, 5, 0};
  constexpr auto up = x(C = order(x, C));
  CHECK(value_of<up(C = loom::last) + 0 * x>(2, scores) == numbers{3, 3, 3, 5, 5, 5});
  CHECK(value_of<up(C = 1) + 0 * x>(2, scores) == numbers{2, 2, 2, 0, 0, 0});
  CHECK(value_of<up(C = C + 1) - up>(2, scores) == numbers{1, 1, -3, 1, 5, -5});
  CHECK(value_of<up - up(C = C - 2)>(2, scores) == numbers{1, 2, 2, -1, 0, 6});
  CHECK(value_of<x(C = order(x, C)(C = 0)) + 0 * x>(2, scores) == numbers{1, 1, 1, -1, -1, -1});
  CHECK(value_of<sum(where(S < C, up(C = S), 0), S)>(2, scores) == numbers{0, 1, 3, 0, -1, -1});
  CHECK(value_of<number(order(x, C) == 1) + 2 * number(order(x, C) < C)>(2, scores) == numbers{1, 0, 2, 0, 0, 3});
}

// ---- gradients -----------------------------------------------------------------------------------------------------------------

/// The gradients of a formula of x, y and table by differences; no entries are so near that a step would change their order.
template <auto Formula>
void differentiates() {
  constexpr auto f = loom::loss<Formula + 0 * (sum(x) + sum(y) + sum(table))>;
  constexpr ptrdiff_t rows = 3, columns = 7;
  numbers data[3] = {numbers(rows * columns), numbers(rows * columns), numbers(columns)},
          gradient[3] = {data[0], data[1], data[2]}, room(8192);
  for (size_t s = 0; s < 3; ++s)
    for (size_t i = 0; i < data[s].size(); ++i)
      data[s][i] = std::sin(2.3 * static_cast<double>(i + 1) + 0.7 * static_cast<double>(s));
  const auto value = [&] {
    return f(x = loom::view(data[0].data(), rows, columns), y = loom::view(data[1].data(), rows, columns),
             table = data[2], loom::workspace = room);
  };
  const double v =
      f(x = loom::view(data[0].data(), rows, columns), y = loom::view(data[1].data(), rows, columns), table = data[2],
        d(x) = loom::view(gradient[0].data(), rows, columns), d(y) = loom::view(gradient[1].data(), rows, columns),
        d(table) = gradient[2], loom::workspace = room);
  CHECK(v == Approx(value()).epsilon(1e-13));
  for (size_t s = 0; s < 3; ++s)
    for (size_t i = 0; i < data[s].size(); ++i) {
      constexpr double step = 1e-6;
      const double was = data[s][i];
      data[s][i] = was + step;
      const double more = value();
      data[s][i] = was - step;
      const double less = value();
      data[s][i] = was;
      CAPTURE(s, i);
      CHECK(gradient[s][i] == Approx((more - less) / (2 * step)).margin(1e-7).epsilon(1e-6));
    }
}

constexpr auto up = x(C = order(x, C));

TEST_CASE("what is sorted receives what its place receives") {
  differentiates<sum(square(up) * y)>();
  differentiates<sum(up * table)>();
  differentiates<sum(y(C = order(x, C, reverse)) * exp(x))>();
  differentiates<sum(table(C = order(x * y, C)) * x)>();
  differentiates<sum(square((x * y)(N = order(exp(x), N)) - y))>();
  differentiates<sum(x(C = order(table, C)))>();
  differentiates<sum(square(up(C = C + 1) - up) * table) + sum(up(C = loom::last) * y(C = 0))>();
  differentiates<sum(logcumsumexp(y(C = order(x, C)), C) * up)>();
  differentiates<sum(number(order(x, C)) * y)>();
}
TEST_CASE("second derivatives along a direction") {
  constexpr auto f = loom::loss<sum(square(x(C = order(x, C))) * square(x))>;
  const numbers xs = {0.3, -1, 0.8, 2}, way = {1, 0.5, -1, 2};
  numbers product(4), more(4), less(4), room(4096);
  f(x = loom::view(xs.data(), 1, 4), direction(x) = loom::view(way.data(), 1, 4),
    hvp(x) = loom::view(product.data(), 1, 4), loom::workspace = room);
  const auto gradient_at = [&](double step, numbers& to) {
    numbers moved = xs;
    for (size_t i = 0; i < 4; ++i) moved[i] += step * way[i];
    f(x = loom::view(moved.data(), 1, 4), d(x) = loom::view(to.data(), 1, 4), loom::workspace = room);
  };
  gradient_at(1e-6, more);
  gradient_at(-1e-6, less);
  for (size_t i = 0; i < 4; ++i) CHECK(product[i] == Approx((more[i] - less[i]) / 2e-6).epsilon(1e-6).margin(1e-7));
}

// ---- losses --------------------------------------------------------------------------------------------------------------------

/// The Lovász hinge (Berman, Triki, Blaschko, 2018) of scores x and labels y, 0 or 1, each row an image.
constexpr auto errors = 1 - x * (2 * y - 1);
constexpr auto falling = order(errors, C, reverse);
constexpr auto labels_so_far = cumsum(y(C = falling), C);
constexpr auto others_so_far = cumsum(1 - y(C = falling), C);
constexpr auto jaccard = 1 - (sum(y, C) - labels_so_far) / (sum(y, C) + others_so_far);
constexpr auto lovasz_hinge = loom::loss<sum(relu(errors(C = falling)) * (jaccard - jaccard(C = C - 1)), C).mean()>;

template <class T>
void is_lovasz(ptrdiff_t rows, ptrdiff_t columns, double tolerance) {
  std::mt19937 random(3);
  std::normal_distribution<double> normal(0, 2);
  std::vector<T> scores, labels, gradient(static_cast<size_t>(rows * columns));
  for (size_t i = 0; i < gradient.size(); ++i) {
    scores.push_back(static_cast<T>(normal(random)));
    labels.push_back(static_cast<T>(random() % 3 == 0));
  }
  std::vector<double> room(32 * gradient.size() + 512);
  const auto two = [&](std::vector<T>& v) { return loom::view(v.data(), rows, columns); };
  const auto value =
      static_cast<double>(lovasz_hinge(x = two(scores), y = two(labels), d(x) = two(gradient), loom::workspace = room));
  double want = 0, worst = 0;
  for (ptrdiff_t i = 0; i < rows; ++i) {
    numbers e;
    double positives = 0;
    for (ptrdiff_t k = 0; k < columns; ++k) {
      const auto at = static_cast<size_t>(i * columns + k);
      e.push_back(static_cast<double>(1 - scores[at] * (2 * labels[at] - 1)));
      positives += static_cast<double>(labels[at]);
    }
    double intersection = positives, all = positives, before = 0;
    for (const size_t k : order_of(e, true)) {
      const auto at = static_cast<size_t>(i * columns) + k;
      const bool label = labels[at] != 0;
      intersection -= label;
      all += !label;
      const double loss = 1 - intersection / all, weight = loss - before;
      before = loss;
      want += std::max(e[k], 0.0) * weight / static_cast<double>(rows);
      const double slope = e[k] > 0 ? (label ? -weight : weight) / static_cast<double>(rows) : 0;
      worst = std::max(worst, std::fabs(static_cast<double>(gradient[at]) - slope));
    }
  }
  CHECK(value == Approx(want).epsilon(tolerance));
  CHECK(worst <= tolerance);
}
TEST_CASE("the Lovász hinge") {
  for (const loom::target each : trial::targets()) {
    const loom::limit_target limit(each);
    is_lovasz<double>(3, 50, 1e-13);
    is_lovasz<double>(1, 1000, 1e-13);
    is_lovasz<float>(2, 333, 2e-6);
  }
}

TEST_CASE("ListMLE by relevance") {
  constexpr auto ranked = x(C = order(y, C, reverse));
  constexpr auto list = loom::loss<sum(logcumsumexp(ranked, C, reverse) - ranked, C).mean()>;
  const numbers scores = {0.3, -1, 2, 0.5}, relevance = {2, 0, 1, 3};
  numbers gradient(4), room(1024);
  const double value = list(x = loom::view(scores.data(), 1, 4), y = loom::view(relevance.data(), 1, 4),
                            d(x) = loom::view(gradient.data(), 1, 4), loom::workspace = room);
  const size_t best_first[] = {3, 0, 2, 1};
  double want = 0;
  numbers slope(4);
  for (size_t i = 0; i < 4; ++i) {
    double left = 0;
    for (size_t k = i; k < 4; ++k) left += std::exp(scores[best_first[k]]);
    want += std::log(left) - scores[best_first[i]];
    slope[best_first[i]] -= 1;
    for (size_t k = i; k < 4; ++k) slope[best_first[k]] += std::exp(scores[best_first[k]]) / left;
  }
  CHECK(value == Approx(want));
  for (size_t i = 0; i < 4; ++i) CHECK(gradient[i] == Approx(slope[i]).margin(1e-12));
}

TEST_CASE("trimmed means, Gini coefficients, distances of samples, scores of ensembles") {
  const numbers xs = {4, 1, 100, 3, 2, 0}, ys = {7, 8, 9, 10, 11, 12};
  const auto value = [&](const auto& f) {
    numbers room(1024);
    return f(x = loom::view(xs.data(), 1, 6), y = loom::view(ys.data(), 1, 6), loom::workspace = room);
  };
  constexpr auto other = 0 * sum(y);
  CHECK(value(loom::loss<sum(where(number(C) < 4, up, 0), C).mean() / 4 + other>) == Approx(1.5));
  constexpr auto weights = 2 * number(C) + 1 - extent(C);
  double pairs = 0;
  for (const double v : xs)
    for (const double w : xs) pairs += std::fabs(v - w);
  CHECK(value(loom::loss<sum(weights * up) / (extent(C) * sum(x)) + other>) == Approx(pairs / (2 * 6 * 110)));

  CHECK(value(loom::loss<abs(up - y(C = order(y, C))).mean()>) == Approx((7 + 7 + 7 + 7 + 7 + 88) / 6.0));
  // The mean distance from 2.5 less half the mean distance of two: the continuous ranked probability score.
  CHECK(value(loom::loss<abs(x - 2.5).mean() - sum(weights * up) / square(extent(C)) + other>) ==
        Approx((1.5 + 1.5 + 97.5 + 0.5 + 0.5 + 2.5) / 6 - pairs / (2 * 36)));
}

TEST_CASE("batches, and labels that a row of an order picks") {
  constexpr auto smallest = loom::loss<sum(b(C = order(b, C)) * square(b(N = order(b, N))))>;
  numbers data, room(4096), gradient(24);
  for (int i = 0; i < 24; ++i) data.push_back(std::cos(3.1 * i));
  const auto three = [](auto& v) { return loom::view(v.data(), 2, 3, 4); };
  smallest(b = three(data), d(b) = three(gradient), loom::workspace = room);
  for (size_t i = 0; i < 24; ++i) {
    numbers more = data, less = data;
    more[i] += 1e-6;
    less[i] -= 1e-6;
    const double slope =
        (smallest(b = three(more), loom::workspace = room) - smallest(b = three(less), loom::workspace = room)) / 2e-6;
    CHECK(gradient[i] == Approx(slope).epsilon(1e-6).margin(1e-7));
  }
  constexpr auto picked = loom::loss<sum(x(C = order(x, C))(C = t))>;
  const numbers xs = {3, 1, 2, 9, 8, 7};
  const std::vector<int> at = {0, 2};
  CHECK(picked(x = loom::view(xs.data(), 2, 3), t = at, loom::workspace = room) == 1 + 9);
}

constexpr double in_a_constant() {
  constexpr double data[2][3] = {{1, 5, -5}, {7, 2, 3}};
  constexpr auto f = loom::loss<sum(x(C = order(x, C, reverse)) * number(C)) + 100 * sum(number(order(x, C)) * x)>;
  double room[64]{};
  return f(x = data, loom::workspace = room);
}
TEST_CASE("an order in a constant expression") {
  LOOM_CHECK(in_a_constant() == (1 - 10 + 3 + 4) + 100 * (2 * 1 + 0 * 5 + 1 * -5 + 1 * 7 + 2 * 2 + 0 * 3));
}

TEST_CASE("in float an order counts to 2^24") {
  constexpr auto f = loom::loss<table(C = order(table, C))(C = 0)>;
  const ptrdiff_t size = (ptrdiff_t{1} << 24) + 1;
  const float one[] = {1};
  const double wide[] = {1};
  double room[1]{};
  const auto refusal = [&](const auto* p) {
    try {
      f(table = loom::view(p, {size}, {0}), loom::workspace = loom::view(room, 1));
    } catch (const loom::error& e) { return std::string(e.what()); }
    return std::string();
  };
  CHECK(refusal(one).find("axis C has 16777217 entries, but in float an order can count 2^24") != std::string::npos);
  CHECK(refusal(wide).find("the workspace has 1 numbers") != std::string::npos);
}

}  // namespace
