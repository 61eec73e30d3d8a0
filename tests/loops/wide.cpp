// SPDX-License-Identifier: BSL-1.0
// tests/loops/wide.cpp — sums that cancel, of float data: on every target, in every shape, as good as if the data were double.
#include <cmath>
#include <random>

#include "loom/loom.hpp"
#include "support/flagship_trials.hpp"

namespace {

using loom::d;
constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto y = loom::tensor<"y[N,C]">;
constexpr auto w = loom::tensor<"w[C]">;
constexpr auto C = loom::axis<"C">;
constexpr auto N = loom::axis<"N">;

constexpr auto t = loom::index<"t[N]">;
constexpr auto x_t = gather(x, t);

constexpr auto cube = x * x * x - 3 * x * x * y + 3 * x * y * y - y * y * y;
constexpr auto xx = w * x * x;
constexpr auto xy = w * x * y;
constexpr auto yy = w * y * y;
constexpr auto in_row = sum(xx, C) - 2 * sum(xy, C) + sum(yy, C);
constexpr auto in_column = sum(xx, N) - 2 * sum(xy, N) + sum(yy, N);
constexpr auto of_all = 3 * sum(x * x) - 6 * sum(x * y) + 3 * sum(y * y);
constexpr auto beside_label = sum(x * x, C) - 2 * sum(x, C) * x_t + 2 * x_t * x_t;

constexpr auto per_entry = loom::loss<mean(cube)>;
constexpr auto per_row = loom::loss<mean(in_row)>;
constexpr auto per_column = loom::loss<mean(in_column)>;
constexpr auto of_totals = loom::loss<of_all>;
constexpr auto of_labels = loom::loss<mean(beside_label)>;
static_assert(per_entry.plan().wide.any() && per_row.plan().wide.any() && per_column.plan().wide.any());
static_assert(of_totals.plan().wide.any() && of_labels.plan().wide.any());

template <class T>
struct data {
  std::vector<T> x, y, w;
  std::vector<int> t;
  std::ptrdiff_t rows, columns;
  bool transposed;

  auto view(std::vector<T>& v) const {
    return transposed ? loom::view(v.data(), {rows, columns}, {1, rows})
                      : loom::view(v.data(), {rows, columns}, {columns, 1});
  }
};

/// Numbers near 100 that differ by 0.05: in float their squares differ by what rounding leaves.
template <class T>
data<T> make(std::ptrdiff_t rows, std::ptrdiff_t columns, bool transposed) {
  data<T> r{{}, {}, {}, {}, rows, columns, transposed};
  std::mt19937 random(7);
  const auto fraction = [&] { return static_cast<float>(random() % 1000) * 0.001f; };
  for (std::ptrdiff_t i = 0; i < rows * columns; ++i) {
    const float a = 100 + fraction(), b = a + 0.1f * (fraction() - 0.4f);
    r.x.push_back(static_cast<T>(a));
    r.y.push_back(static_cast<T>(b));
  }
  for (std::ptrdiff_t i = 0; i < columns; ++i) r.w.push_back(static_cast<T>(0.5f + fraction()));
  for (std::ptrdiff_t i = 0; i < rows; ++i) r.t.push_back(static_cast<int>(i % columns));
  return r;
}

/// f(data) -> value; of floats and of the same numbers as doubles. `cancelled`: how many times as large as the result the totals are that
/// cancel in it. Those of floats are plain sums of doubles, whose rounding averages out; those of doubles are compensated.
template <class F>
void alike(const char* what, const F& f, double cancelled = 0) {
  for (loom::target each : trial::targets()) {
    const loom::limit_target limit(each);
    for (const std::ptrdiff_t columns : {1, 3, 10, 161})
      for (const std::ptrdiff_t rows : {1, 37})
        for (const bool transposed : {false, true}) {
          INFO(what << ", target " << loom::name(loom::current_target()) << ", " << rows << " x " << columns
                    << (transposed ? ", transposed" : ""));
          auto narrow = make<float>(rows, columns, transposed);
          auto wide = make<double>(rows, columns, transposed);
          const double got = f(narrow), want = f(wide);
          const double rounded = cancelled * 0x1p-53 * std::sqrt(static_cast<double>(rows * columns));
          CHECK(std::fabs(got - want) <= (2e-7 + rounded) * std::fabs(want));
        }
  }
}

}  // namespace

TEST_CASE("what is wide is as good as in double: entries, rows, columns, totals") {
  alike("entries", [](auto& a) { return per_entry(x = a.view(a.x), y = a.view(a.y)); });
  alike("rows", [](auto& a) { return per_row(x = a.view(a.x), y = a.view(a.y), w = a.w); });
  alike("columns", [](auto& a) {
    std::vector<double> workspace(1000);
    return per_column(x = a.view(a.x), y = a.view(a.y), w = a.w, loom::workspace = workspace);
  });
  alike("totals", [](auto& a) { return of_totals(x = a.view(a.x), y = a.view(a.y)); }, 2e7);
  alike("labels", [](auto& a) { return of_labels(x = a.view(a.x), t = a.t); });
}
