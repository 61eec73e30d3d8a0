// SPDX-License-Identifier: BSL-1.0
// Gradients that are written over their inputs, d(x) = in_place: those of a call with a buffer of its own, to the last bit, in every
// loop shape, on every target.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "loom/loom.hpp"
#include "support/plain_pool.hpp"
#include "support/targets.hpp"
#include "support/waves.hpp"

namespace {

using loom::d, loom::d2, loom::in_place, loom::view, loom::workspace;
using std::size_t;

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto image = loom::tensor<"image[N,C,H,W]">;
constexpr auto y = loom::tensor<"y[N,C]">;
constexpr auto v = loom::tensor<"v[N]">;
constexpr auto w = loom::tensor<"w[C]">;
constexpr auto T = loom::scalar<"T > 0">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto pixel = loom::index<"pixel[N,H,W]">;
constexpr auto C = loom::axis<"C">;

constexpr auto cross_entropy = loom::loss<-gather(log(softmax(x / T, C)), t).mean()>;
constexpr auto of_images =
    loom::loss<loom::results(-gather(log(softmax(image, C)), pixel, C).mean(), logsumexp(image, C))>;
constexpr auto weighted = loom::loss<-(gather(w, t) * v * gather(log_softmax(x, C), t)).sum()>;
constexpr auto binary = loom::loss<(softplus(x) - x * y).mean()>;
constexpr auto dice = loom::loss<1 - 2 * sum(x* y) / (sum(x * x) + sum(y * y))>;

using loom::test::waves;

/// call(data, how): a call on the data, whose gradient how(name, view of a buffer) binds. Of doubles and numbers without blocks of
/// totals the value is the same too.
struct beside {
  template <class Name, class View>
  auto operator()(Name name, View to) const {
    return name = to;
  }
};
struct over {
  template <class Name, class View>
  auto operator()(Name name, View) const {
    return name = in_place;
  }
};
template <class U, class Call>
void is_the_same(std::vector<U> data, const Call& call) {
  std::vector<U> fresh(data.size()), before = data;
  const double value = static_cast<double>(call(data.data(), fresh.data(), beside()));
  CHECK(std::memcmp(data.data(), before.data(), data.size() * sizeof(U)) == 0);
  const double again = static_cast<double>(call(data.data(), fresh.data(), over()));
  if (std::isfinite(value)) CHECK(std::fabs(value - again) <= 1e-6 * std::fabs(value));
  size_t wrong = 0;
  for (size_t i = 0; i < data.size(); ++i) {
    const auto a = loom::numeric::loaded(data[i]), b = loom::numeric::loaded(fresh[i]);
    wrong += a != b && (a == a || b == b);
  }
  INFO(data.size() << " numbers");
  CHECK(wrong == 0);
}

template <class U>
void rows_of(std::ptrdiff_t n, std::ptrdiff_t c) {
  INFO(n << " rows of " << c);
  const auto size = static_cast<size_t>(n * c);
  std::vector<std::int32_t> labels;
  for (std::ptrdiff_t i = 0; i < n; ++i) labels.push_back(static_cast<std::int32_t>(i * 7 % c));
  const std::vector<U> other = waves<U>(size, 1, 0.3);
  is_the_same(waves<U>(size, 4, 1.7), [&](U* data, U* to, auto how) {
    return cross_entropy(x = view(data, n, c), t = labels, T = 1.5, how(d(x), view(to, n, c)));
  });
  is_the_same(waves<U>(2 * size, 4, 1.7), [&](U* data, U* to, auto how) {
    for (size_t i = 1; i < 2 * size; i += 2) to[i] = data[i];  // what lies between the entries is not ours
    const auto apart = [&](U* p) { return view(p, {n, c}, {2 * c, 2}); };
    return binary(x = apart(data), y = view(other.data(), n, c), how(d(x), apart(to)));
  });
  is_the_same(waves<U>(size, 4, 1.7), [&](U* data, U* to, auto how) {
    return dice(x = view(data, n, c), y = view(other.data(), n, c), how(d(x), view(to, n, c)));
  });
}

}  // namespace

TEST_CASE("a gradient is written over its input, in rows of every length") {
  trial::on_every_target([] {
    for (const auto& [n, c] : {std::pair<std::ptrdiff_t, std::ptrdiff_t>{37, 10}, {19, 150}, {5, 1001}, {1, 33}}) {
      rows_of<float>(n, c);
      rows_of<double>(n, c);
    }
    rows_of<loom::bf16>(19, 10);
    rows_of<loom::bf16>(3, 200);
  });
}

TEST_CASE("a gradient is written over rows that lie side by side, and another result beside it") {
  trial::on_every_target([] {
    for (const std::ptrdiff_t classes : {5, 2200})  // in a tile, and in place
      for (const std::ptrdiff_t pixels : {37, 21}) {
        const std::ptrdiff_t n = 2, one = 1;
        std::vector<std::int32_t> labels;
        for (std::ptrdiff_t i = 0; i < n * pixels; ++i) labels.push_back(static_cast<std::int32_t>(i % classes));
        std::vector<std::vector<float>> sums;
        is_the_same(
            waves<float>(static_cast<size_t>(n * classes * pixels), 4, 1.7), [&](float* data, float* to, auto how) {
              sums.emplace_back(static_cast<size_t>(n * pixels));
              return of_images(image = view(data, n, classes, one, pixels), pixel = view(labels.data(), n, one, pixels),
                               loom::result<1> = view(sums.back().data(), n, one, pixels),
                               how(d(image), view(to, n, classes, one, pixels)));
            });
        CHECK(sums[0] == sums[1]);
      }
  });
}

TEST_CASE("gradients of what the rows share, and of what each row has, are written over it") {
  trial::on_every_target([] {
    for (const auto& [n, c] : {std::pair<std::ptrdiff_t, std::ptrdiff_t>{37, 10}, {19, 150}}) {
      std::vector<std::int32_t> labels;
      for (std::ptrdiff_t i = 0; i < n; ++i) labels.push_back(static_cast<std::int32_t>(i * 7 % c));
      std::vector<double> memory(4096);
      const std::vector<float> logits = waves<float>(static_cast<size_t>(n * c), 4, 1.7),
                               rows = waves<float>(static_cast<size_t>(n), 2, 2.1),
                               classes = waves<float>(static_cast<size_t>(c), 1, 0.9);
      is_the_same(classes, [&](float* data, float* to, auto how) {
        return weighted(x = view(logits.data(), n, c), t = labels, v = rows, w = view(data, c), how(d(w), view(to, c)),
                        workspace = memory);
      });
      is_the_same(rows, [&](float* data, float* to, auto how) {
        return weighted(x = view(logits.data(), n, c), t = labels, v = view(data, n), w = classes,
                        how(d(v), view(to, n)), workspace = memory);
      });
    }
  });
}

TEST_CASE("a total whose blocks would be done again reads its input once") {
  trial::on_every_target([] {
    std::vector<float> data = waves<float>(15000, 4, 1.7);
    data[4] = std::numeric_limits<float>::infinity();
    data[4999] = std::numeric_limits<float>::quiet_NaN();
    data[12345] = std::numeric_limits<float>::max();
    const std::vector<float> other = waves<float>(15000, 1, 0.3);
    is_the_same(data, [&](float* from, float* to, auto how) {
      return binary(x = view(from, 3, 5000), y = view(other.data(), 3, 5000), how(d(x), view(to, 3, 5000)));
    });
  });
}

TEST_CASE("what no cache holds is written over, by several threads as by one") {
  std::vector<std::int32_t> labels(250000, 3);
  for (const auto& [n, c] : {std::pair<std::ptrdiff_t, std::ptrdiff_t>{450, 5000}, {250000, 10}}) {
    const loom::strided_view<const std::int32_t, 1> names = view(std::as_const(labels).data(), n);
    is_the_same(waves<float>(static_cast<size_t>(n * c), 4, 1.7), [&](float* data, float* to, auto how) {
      return cross_entropy(x = view(data, n, c), t = names, T = 1, how(d(x), view(to, n, c)));
    });
    is_the_same(waves<float>(static_cast<size_t>(n * c), 4, 1.7), [&](float* data, float* to, auto how) {
      trial::plain_pool pool(4);
      return cross_entropy(x = view(data, n, c), t = names, T = 1, how(d(x), view(to, n, c)), loom::threads = pool);
    });
  }
}

TEST_CASE("a second derivative has a buffer of its own beside a gradient in place") {
  const std::vector<float> data = waves<float>(300, 4, 1.7);
  std::vector<std::int32_t> labels(30, 3);
  std::vector<float> gradient(300), curvature(300), again(300), logits = data;
  cross_entropy(x = view(data.data(), 30, 10), t = labels, T = 1, d(x) = view(gradient.data(), 30, 10),
                d2(x) = view(curvature.data(), 30, 10));
  cross_entropy(x = view(logits.data(), 30, 10), t = labels, T = 1, d(x) = in_place,
                d2(x) = view(again.data(), 30, 10));
  CHECK(logits == gradient);
  CHECK(again == curvature);
}

TEST_CASE("other data may not lie where a gradient is written over its input") {
  std::vector<float> data = waves<float>(40, 4, 1.7);
  const std::vector<float> before = data;
  CHECK_THROWS_WITH(binary(x = view(data.data(), 4, 5), y = view(data.data() + 19, 4, 5), d(x) = in_place),
                    Catch::Contains("the buffer bound to d(x) overlaps the data of y"));
  CHECK_THROWS_WITH(
      binary(x = view(data.data(), 4, 5), y = view(data.data() + 20, 4, 5), d(x) = in_place, d2(x) = in_place),
      Catch::Contains("overlap"));
  CHECK_THROWS_WITH(binary(x = view(data.data(), {4, 5}, {0, 1}), y = view(data.data() + 20, 4, 5), d(x) = in_place),
                    Catch::Contains("overlaps itself"));
  CHECK(data == before);
}

TEST_CASE("the workspace of a call in place is that of any other") {
  std::vector<float> logits = waves<float>(40, 4, 1.7), rows(8, 1), classes(5, 1);
  std::vector<std::int32_t> labels(8, 3);
  CHECK(weighted.workspace_size(x = view(logits.data(), 8, 5), t = labels, v = rows, w = classes, d(w) = in_place) ==
        5);
}

namespace {

constexpr bool is_written_over_in_a_constant() {
  float logits[2][2] = {{1, 2}, {3, 5}};
  const float targets[2][2] = {{0, 1}, {0, 1}};
  constexpr auto squares = loom::loss<square(x - y).sum()>;
  const float value = squares(x = logits, y = targets, d(x) = in_place);
  return value == 27 && logits[0][0] == 2 && logits[0][1] == 2 && logits[1][0] == 6 && logits[1][1] == 8;
}
static_assert(is_written_over_in_a_constant());

}  // namespace

TEST_CASE("a gradient in place is a constant expression") { LOOM_CHECK(is_written_over_in_a_constant()); }
