// SPDX-License-Identifier: BSL-1.0
// loops/large_outputs.cpp — outputs that are larger than the caches are written past them: they hold what outputs of a few rows hold, to the
// last bit, wherever they begin, and nothing beside them is written.
#include <cstring>
#include <random>
#include <vector>

#include "loom/loom.hpp"
#include "support/catch.hpp"
#include "support/targets.hpp"

namespace {

using namespace loom;
using trial::on_every_target;

constexpr auto x = tensor<"x[N,C]">;
constexpr auto y = tensor<"y[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto C = axis<"C">;

constexpr auto cross_entropy = loss<sum(-gather(log_softmax(x, C), t))>;  // parks exponentials in its gradient
constexpr auto squares = loss<sum(square(x - y))>;  // entry by entry
constexpr auto both = loss<sum(-gather(log_softmax(x + y, C), t))>;  // two gradients
constexpr auto spread = loss<sum(square(max(x, C) - x) * y)>;  // stores in its second pass

template <class T>
std::vector<T> numbers(std::ptrdiff_t count) {
  std::mt19937 random(7);
  std::uniform_real_distribution<float> one(-3, 3);
  std::vector<T> v(static_cast<std::size_t>(count));
  for (T& e : v) e = T(one(random));
  return v;
}

/// Calls f(gradient, first row, rows) with all rows at once, then with some at a time.
template <class T, class F>
void check(std::ptrdiff_t rows, std::ptrdiff_t columns, std::ptrdiff_t row_stride, std::size_t offset, const F& f) {
  CAPTURE(rows, columns, row_stride, offset);
  REQUIRE(rows * columns * static_cast<std::ptrdiff_t>(sizeof(T)) > loops::uncached_bytes);
  const auto size = static_cast<std::size_t>(rows * row_stride);
  std::vector<T> at_once(size + offset + 16, T(7)), by_parts = at_once;
  f(at_once.data() + offset, 0, rows);
  const std::ptrdiff_t some = rows / 8;
  for (std::ptrdiff_t n = 0; n < rows; n += some)
    f(by_parts.data() + offset + n * row_stride, n, std::min(some, rows - n));
  CHECK(std::memcmp(at_once.data(), by_parts.data(), at_once.size() * sizeof(T)) == 0);
  CHECK(float(at_once[offset + size]) == 7);
}

template <class T, class S>
void check_all(std::ptrdiff_t size) {
  const std::vector<T> a = numbers<T>(size), b = numbers<T>(size + 1);
  std::vector<int> labels(static_cast<std::size_t>(size));
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<int>(i * 31 % 17);
  for (const std::ptrdiff_t columns : {1000, 4096, 5003, 200, 17}) {
    const std::ptrdiff_t rows = size / columns;
    for (const std::ptrdiff_t apart : {1, 2})
      for (const std::size_t offset : {0u, 1u, 5u}) {
        const auto in = [&](const std::vector<T>& v, std::ptrdiff_t n, std::ptrdiff_t some) {
          return view(v.data() + n * columns, some, columns);
        };
        const auto out = [&](S* to, std::ptrdiff_t some) {
          return view(to, {some, columns}, {columns * apart, apart});
        };
        check<S>(rows, columns, columns * apart, offset, [&](S* to, std::ptrdiff_t n, std::ptrdiff_t some) {
          cross_entropy(x = in(a, n, some), t = view(labels.data() + n, some), d(x) = out(to, some));
        });
        if (apart == 1)  // rows that do not follow each other
          check<S>(rows, columns, columns + 3, offset, [&](S* to, std::ptrdiff_t n, std::ptrdiff_t some) {
            cross_entropy(x = in(a, n, some), t = view(labels.data() + n, some),
                          d(x) = view(to, {some, columns}, {columns + 3, 1}));
          });
        if (apart == 1 && columns >= 200) {
          std::vector<S> other(static_cast<std::size_t>(size) + 3);  // whose vectors begin elsewhere, perhaps
          check<S>(rows, columns, columns, offset, [&](S* to, std::ptrdiff_t n, std::ptrdiff_t some) {
            both(x = in(a, n, some), y = in(b, n, some), t = view(labels.data() + n, some), d(x) = out(to, some),
                 d(y) = out(other.data() + 1 + n * columns, some));
            CHECK(std::memcmp(to, other.data() + 1 + n * columns,
                              static_cast<std::size_t>(some * columns) * sizeof(S)) == 0);
          });
        }
        if (offset == 5) continue;
        check<S>(rows, columns, columns * apart, offset, [&](S* to, std::ptrdiff_t n, std::ptrdiff_t some) {
          squares(x = in(a, n, some), y = in(b, n, some), d(x) = out(to, some));
        });
        check<S>(rows, columns, columns * apart, offset, [&](S* to, std::ptrdiff_t n, std::ptrdiff_t some) {
          spread(x = in(a, n, some), y = in(b, n, some), d(y) = out(to, some));
        });
      }
  }
}

}  // namespace

TEST_CASE("outputs larger than the caches: float") {
  on_every_target([] { check_all<float, float>(2'110'000); });
}
TEST_CASE("outputs larger than the caches: double") {
  on_every_target([] { check_all<double, double>(1'060'000); });
}
TEST_CASE("outputs larger than the caches: bf16") {
  on_every_target([] { check_all<float, bf16>(4'210'000); });
}
