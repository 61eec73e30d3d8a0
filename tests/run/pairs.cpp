// SPDX-License-Identifier: BSL-1.0
// Sums of functions of pairs, as distances are, in stages, against the interpreter: on either side of their tiles, of any entries,
// and norms of any size.
#include <cmath>
#include <limits>
#include <vector>

#include "loom/loom.hpp"
#include "support/catch.hpp"
#include "support/tiles.hpp"

namespace {

using loom::storage;
using loom::derive::derivative_request;
using trial::agrees;
constexpr auto N = loom::axis<"N">;
constexpr auto C = loom::axis<"C">;
constexpr auto D = loom::axis<"D">;
constexpr auto F = loom::axis<"F">;
constexpr auto M = loom::axis<"M">;
constexpr auto a = loom::tensor<"a[N,D]">;
constexpr auto b = loom::tensor<"b[C,D]">;
constexpr auto u = loom::tensor<"u[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto tau = loom::scalar<"tau">;

constexpr auto distance = norm(a - b, D);
constexpr auto taxicab = exp(-sum(abs(b - a), D)).mean();
constexpr auto kernels = exp(-tau * sum(square(a - b), D)).mean();
constexpr auto margin = relu(9 - distance).mean() + square(min(distance, C)).mean();
// Both sides folded, by exponentials.
constexpr auto prototypes =
    -gather(log_softmax(-sum(square(a - b), D), C), t, C).mean() + logsumexp(-distance, N).mean();
// Of every entry something else than a distance: with comparisons, functions and constants.
constexpr auto mixed = square(sum(where(abs(a - b) < 0.5, log1p(square(a - b)), abs(a - b) / 2), D)).mean();
constexpr auto intersection = (sum(min(a, b), D) / sum(max(a, b) + 4, D)).mean();
// A batch against itself, in half of the tile.
constexpr auto own = norm(a - a(N = M), D);
constexpr auto spread = sum(where(N != M, 1 / (1 + own), 0));
constexpr auto nearest = logsumexp(where(N == M, -1e30, -sum(square(a - a(N = M)), D)), M).mean();
// Three tiles in one formula.
constexpr auto energy = 2 * distance.mean() - own.mean() - norm(b - b(C = F), D).mean();
// What multiplies a distance is data.
constexpr auto memberships = sum(square(u) * sum(square(a - b), D)).mean();

}  // namespace

TEST_CASE("distances of two batches") {
  agrees<kernels, derivative_request(0b110), double>(1e-13);
  agrees<margin, derivative_request(0b11), double>(1e-12);
  agrees<prototypes, derivative_request(0b11), double>(1e-12);
  agrees<memberships, derivative_request(0b111), double>(1e-12);
}
TEST_CASE("functions of pairs that are no distances") {
  agrees<mixed, derivative_request(0b11), double>(1e-12);
  agrees<intersection, derivative_request(0b11), float>(2e-5);
}
TEST_CASE("distances within a batch") {
  agrees<spread, derivative_request(1), double>(1e-12);
  agrees<nearest, derivative_request(1), float>(1e-4);
  agrees<energy, derivative_request(0b11), double>(1e-12);
}
TEST_CASE("distances of what is stored in 16 bits") {
  agrees<margin, derivative_request(0b11), float, trial::all_stored(storage::bf16, storage::bf16)>(2e-5);
}

namespace {

/// The norms of differences of rows, each as a gradient: sum(g * norm(a - b, D)) by g.
template <class T>
std::vector<T> norms(const std::vector<T>& x, const std::vector<T>& y, std::ptrdiff_t depth) {
  constexpr auto g = loom::tensor<"g[N,C]">;
  constexpr auto weighted = loom::loss<sum(g * distance)>;
  const auto rows = static_cast<std::ptrdiff_t>(x.size()) / depth,
             columns = static_cast<std::ptrdiff_t>(y.size()) / depth;
  const auto one = loom::view(x.data(), rows, depth), other = loom::view(y.data(), columns, depth);
  std::vector<T> of_g(static_cast<std::size_t>(rows * columns)), ones(of_g.size(), 1), of_a(x.size());
  const auto weights = loom::view(ones.data(), rows, columns), to = loom::view(of_g.data(), rows, columns);
  const auto slopes = loom::view(of_a.data(), rows, depth);
  std::vector<double> room(
      static_cast<std::size_t>(weighted.workspace_size(g = weights, a = one, b = other, d(g) = to, d(a) = slopes)));
  weighted(g = weights, a = one, b = other, d(g) = to, d(a) = slopes, loom::workspace = room);
  return of_g;
}

template <class T>
void are_of_any_size() {
  using limits = std::numeric_limits<T>;
  const T big = limits::max() / 4, small = limits::min() * 8, inf = limits::infinity(), nan = limits::quiet_NaN();
  const std::vector<T> x = {big, big, 0, small, small, 0, 1, 2, 3, inf, 0, 0, nan, 0, 0, 0, 0, 0, limits::denorm_min(),
                            0,   0};
  std::vector<T> y(20 * 3, 0);  // whole vectors of zeros, and one that is not
  y[57] = 1;
  const std::vector<T> got = norms(x, y, 3);
  const T wanted[] = {std::hypot(big, big), std::hypot(small, small), std::sqrt(T{14}), inf, nan, 0,
                      limits::denorm_min()};
  for (std::size_t row = 0; row < 7; ++row)
    for (std::size_t column = 0; column < 19; ++column) {
      INFO("row " << row << ", column " << column);
      const T v = got[row * 20 + column];
      if (wanted[row] != wanted[row]) CHECK(v != v);
      else if (wanted[row] == inf) CHECK(v == inf);
      else CHECK(std::abs(v - wanted[row]) <= 4 * limits::epsilon() * wanted[row]);
    }
  CHECK(got[5 * 20 + 19] == 1);
}

}  // namespace

TEST_CASE("norms of any size, and of none") {
  for (loom::target most : trial::targets()) {
    const loom::limit_target limit(most);
    are_of_any_size<float>();
    are_of_any_size<double>();
  }
}
TEST_CASE("the gradient of a distance of 0 is 0, and rows that a mask keeps out may hold anything") {
  constexpr auto m = loom::mask<"m[N]">;
  constexpr auto masked = loom::loss<sum(where(m && m(N = M), own + sum(abs(a - a(N = M)), D), 0))>;
  const bool kept[] = {true, true, false, true, true};
  std::vector<double> x(5 * 3, 0.5), slopes(x.size());
  x[0] = 2;
  x[6] = std::numeric_limits<double>::quiet_NaN();
  x[7] = std::numeric_limits<double>::infinity();
  const auto rows = loom::view(x.data(), 5, 3), to = loom::view(slopes.data(), 5, 3);
  std::vector<double> room(static_cast<std::size_t>(masked.workspace_size(a = rows, m = kept, d(a) = to)));
  CHECK(masked(a = rows, m = kept, d(a) = to, loom::workspace = room) == Approx(6 * (1.5 + 1.5)));
  for (std::size_t i = 0; i < slopes.size(); ++i)
    CHECK(slopes[i] == Approx(i == 0 ? 6.0 * 2 : i % 3 == 0 && i != 6 ? -2.0 * 2 : 0.0));
}
TEST_CASE("an infinite gradient of a pair reaches what it is chosen from") {
  constexpr auto chosen = loom::loss<sum(square(u) * sum(min(a, b), D))>;
  const std::vector<double> x = {1, 2, 3, 4}, y = {2, 1, 2, 5};
  std::vector<double> weights = {1e200, 1, 1, 1}, slopes(4);
  const auto rows = loom::view(x.data(), 2, 2), others = loom::view(y.data(), 2, 2);
  const auto to = loom::view(slopes.data(), 2, 2), of = loom::view(weights.data(), 2, 2);
  std::vector<double> room(static_cast<std::size_t>(chosen.workspace_size(u = of, a = rows, b = others, d(a) = to)));
  chosen(u = of, a = rows, b = others, d(a) = to, loom::workspace = room);
  // a: (1, 2), (3, 4); b: (2, 1), (2, 5). Of the first pair, whose weight is infinite, 1 < 2 and 2 > 1.
  CHECK(slopes == std::vector<double>{std::numeric_limits<double>::infinity(), 1, 0, 1});
}
TEST_CASE("a value alone needs no workspace, and makes tiles in one") {
  constexpr auto f = loom::loss<taxicab>;
  std::vector<float> x(70 * 9), y(50 * 9);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = 0.1F * static_cast<float>(i % 23) - 1;
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = 0.2F * static_cast<float>(i % 13) - 1;
  const auto one = loom::view(x.data(), 70, 9), other = loom::view(y.data(), 50, 9);
  const std::ptrdiff_t least = f.workspace_size(loom::least, a = one, b = other),
                       most = f.workspace_size(a = one, b = other);
  CHECK(0 < least);
  CHECK(least <= most);
  const float plain = f(a = one, b = other);
  for (const std::ptrdiff_t size : {std::ptrdiff_t{1}, least - 1, least, most}) {  // too small a one is not used
    std::vector<double> room(static_cast<std::size_t>(size));
    CHECK(f(a = one, b = other, loom::workspace = room) == Approx(plain).epsilon(1e-5));
  }
  CHECK(loom::loss<a.sum()>.workspace_size(a = one) == 0);
}
