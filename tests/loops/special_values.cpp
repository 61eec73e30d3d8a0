// SPDX-License-Identifier: BSL-1.0
// tests/loops/special_values.cpp — NaN, infinities and empty data, through the loops of every target.
#include <cmath>
#include <limits>

#include "loom/collection/collection.hpp"
#include "support/flagship_trials.hpp"
#include "support/targets.hpp"

namespace {

using namespace loom::collection;
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
constexpr float inf = std::numeric_limits<float>::infinity();
using trial::on_every_target;

}  // namespace

TEST_CASE("NaN in, NaN out") {
  on_every_target([] {
    for (int classes : {3, 10, 65, 170}) {
      for (int at : {0, 1, classes - 1}) {
        std::vector<float> logits(static_cast<std::size_t>(4 * classes), 0.5f), other = logits, g(logits.size());
        logits[static_cast<std::size_t>(classes + at)] = not_a_number;
        const std::vector<int> labels = {0, 1, 2, 0};
        const auto rows = loom::view(logits.data(), 4, classes);
        const auto out = loom::view(g.data(), 4, classes);
        CHECK(std::isnan(cross_entropy(x = rows, t = labels, d(x) = out)));
        for (int j = 0; j < classes; ++j) {
          CHECK(std::isnan(g[static_cast<std::size_t>(classes + j)]));
          CHECK(std::isfinite(g[static_cast<std::size_t>(j)]));
        }
        CHECK(std::isnan(focal_cross_entropy(x = rows, t = labels, loom::collection::gamma = 2, e = 0.1, z = 1e-4)));
        CHECK(std::isnan(distillation(x = rows, s = loom::view(other.data(), 4, classes), T = 2)));
        CHECK(std::isnan(distillation(s = rows, x = loom::view(other.data(), 4, classes), T = 2)));
        const auto flat = loom::view(logits.data(), 4 * classes);
        CHECK(std::isnan(binary_cross_entropy(a = flat, y = other, pw = 1)));
        CHECK(std::isnan(huber(a = flat, y = other, delta = 1)));
        CHECK(std::isnan(gaussian_nll(mu = flat, v = other, y = other)));
        CHECK(std::isnan(gaussian_nll(mu = other, v = flat, y = other)));
        constexpr auto largest = loom::loss<a.max()>;
        constexpr auto smallest = loom::loss<a.min()>;
        constexpr auto unequal = loom::loss<sum(where(a != a, 1, 0))>;
        CHECK(std::isnan(largest(a = flat)));
        CHECK(std::isnan(smallest(a = flat)));
        CHECK(unequal(a = flat) == 1);
      }
    }
  });
}

TEST_CASE("numbers that are none are masked, from the value and from the gradient") {
  constexpr auto numbers = loom::loss<sum(where(isnan(a), 0, square(a)))>;
  constexpr auto bounded = loom::loss<sum(where(isfinite(a), square(a), 0)) / count(isfinite(a))>;
  on_every_target([&] {
    for (const std::size_t n : {1u, 7u, 33u, 1000u}) {
      CAPTURE(n);
      std::vector<float> entries(n, 2), g(n);
      entries[n / 2] = not_a_number;
      CHECK(numbers(a = entries, d(a) = g) == 4.0 * static_cast<double>(n - 1));
      CHECK(g[n / 2] == 0);
      CHECK(g[n - 1] == (n == 1 ? 0 : 4));
      if (n == 1) continue;
      entries[0] = -inf;
      CHECK(bounded(a = entries, d(a) = g) == 4);
      CHECK(g[0] == 0);
      CHECK(g[n / 2] == 0);
    }
  });
}

TEST_CASE("angles and whole numbers are those of <cmath>") {
  constexpr auto above = loom::tensor<"above[N]">;
  constexpr auto beside = loom::tensor<"beside[N]">;
  constexpr auto angles = loom::loss<atan2(above, beside)>;
  constexpr auto below = loom::loss<floor(above)>;
  constexpr auto nearest = loom::loss<round(above)>;
  std::vector<double> special{0, -0.0, 0.5, -0.5, 1.5, -2.5, 0.49999999999999994, 1e15 + 0.5, -1e300, 1e300};
  special.insert(special.end(), {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()});
  std::vector<double> rows, columns;
  for (const double row : special)
    for (const double column : special) rows.push_back(row), columns.push_back(column);
  on_every_target([&] {
    std::vector<double> r(rows.size());
    const auto same = [](double got, double want) { return got == want && std::signbit(got) == std::signbit(want); };
    angles(above = rows, beside = columns, loom::out = r);
    for (std::size_t i = 0; i < r.size(); ++i) {
      CAPTURE(rows[i], columns[i]);
      const double want = std::atan2(rows[i], columns[i]);
      CHECK((std::fabs(r[i] - want) < 1e-15 && std::signbit(r[i]) == std::signbit(want)));
    }
    below(above = rows, loom::out = r);
    for (std::size_t i = 0; i < r.size(); ++i) CHECK(same(r[i], std::floor(rows[i])));
    nearest(above = rows, loom::out = r);
    for (std::size_t i = 0; i < r.size(); ++i) CHECK(same(r[i], std::round(rows[i])));
  });
}

TEST_CASE("the log-sum-exp of a row with an infinite entry is infinite, in any shape") {
  constexpr auto u = loom::tensor<"u[N,K]">;
  constexpr auto log_sum = loom::loss<log(sum(exp(u), -1))>;
  constexpr auto total = loom::loss<sum(log(sum(exp(u), -1)))>;
  on_every_target([&] {
    for (const std::size_t classes : std::initializer_list<std::size_t>{2, 10, 65, 170})
      for (const std::size_t at : {std::size_t{0}, classes / 2, classes - 1}) {
        CAPTURE(classes, at);
        const auto width = static_cast<std::ptrdiff_t>(classes);
        std::vector<float> logits(3 * classes, 0.5f), g(logits.size()), sums(3);
        for (std::size_t j = 0; j < classes; j += 2) logits[classes + j] = -inf;
        logits[classes + at] = inf;
        const auto rows = loom::view(logits.data(), 3, width);
        log_sum(u = rows, loom::out = loom::view(sums.data(), 3));
        CHECK(sums[1] == inf);
        CHECK(sums[0] == Approx(0.5 + std::log(static_cast<double>(classes))));
        CHECK(sums[2] == sums[0]);
        CHECK(total(u = rows, d(u) = loom::view(g.data(), 3, width)) == inf);
        CHECK(std::isnan(g[classes + at]));  // inf / inf
        CHECK(g[0] == Approx(1.0 / static_cast<double>(classes)));
      }
  });
}

TEST_CASE("a row ignored by its label may hold anything") {
  on_every_target([] {
    for (std::size_t classes : {5u, 161u}) {
      std::vector<float> logits(3 * classes, 0.25f), weights(classes, 1), g(logits.size(), 7);
      for (std::size_t j = 0; j < classes; ++j) logits[classes + j] = j % 2 != 0 ? not_a_number : inf;
      const std::vector<long> labels = {1, -100, 0};
      const float value = weighted_cross_entropy(x = loom::view(logits.data(), 3, classes), t = labels, w = weights,
                                                 e = 0.1, d(x) = loom::view(g.data(), 3, classes));
      CHECK(std::fabs(value - std::log(static_cast<float>(classes))) < 1e-5f);
      for (std::size_t j = 0; j < classes; ++j) CHECK(g[classes + j] == 0);
    }
  });
}

TEST_CASE("no row left: the mean over nothing is NaN, its gradient 0 in the rows ignored") {
  on_every_target([] {
    const std::vector<float> logits(10, 1), weights(5, 1);
    std::vector<float> g(10, 7);
    const std::vector<int> labels = {-100, -100};
    CHECK(std::isnan(weighted_cross_entropy(x = loom::view(logits.data(), 2, 5), t = labels, w = weights, e = 0,
                                            d(x) = loom::view(g.data(), 2, 5))));
    for (float entry : g) CHECK(entry == 0);
  });
}

TEST_CASE("masked classes have no probability and no gradient") {
  on_every_target([] {
    for (std::size_t classes : {6u, 90u}) {
      std::vector<double> logits(2 * classes, 0.5), g(logits.size(), 7), weights(classes, 1);
      for (std::size_t j = 3; j < classes; ++j)
        logits[j] = logits[classes + j] = -std::numeric_limits<double>::infinity();
      const std::vector<int> labels = {0, 2};
      const auto rows = loom::view(logits.data(), 2, classes);
      const auto out = loom::view(g.data(), 2, classes);
      CHECK(std::fabs(cross_entropy(x = rows, t = labels, d(x) = out) - std::log(3.0)) < 1e-14);
      for (std::size_t j = 3; j < classes; ++j) CHECK(g[j] == 0);
      CHECK(std::fabs(weighted_cross_entropy(x = rows, t = labels, w = weights, e = 0, d(x) = out) - std::log(3.0)) <
            1e-14);
      for (std::size_t j = 3; j < classes; ++j) CHECK(g[j] == 0);
      std::vector<double> h(logits.size(), 7);
      CHECK(std::fabs(distillation(x = rows, s = rows, T = 3, d(x) = out, d(s) = loom::view(h.data(), 2, classes))) <
            1e-15);
      for (std::size_t j = 0; j < classes; ++j) CHECK((std::fabs(g[j]) < 1e-15 && std::fabs(h[j]) < 1e-15));
    }
  });
}

namespace {

/// The loss and gradient of the same rows with labels of one type.
template <class Label>
std::vector<float> with_labels(std::size_t classes, std::size_t stride) {
  std::vector<float> logits(37 * classes), result(logits.size());
  for (std::size_t i = 0; i < logits.size(); ++i) logits[i] = std::sin(static_cast<float>(i));
  std::vector<Label> labels(37 * stride, Label(111));
  for (std::size_t i = 0; i < 37; ++i) labels[i * stride] = static_cast<Label>((i * 7) % classes);
  const auto targets = loom::view(labels.data(), {37}, {static_cast<std::ptrdiff_t>(stride)});
  const float value = cross_entropy(x = loom::view(logits.data(), 37, classes), t = targets,
                                    d(x) = loom::view(result.data(), 37, classes));
  result.push_back(value);
  return result;
}

}  // namespace

TEST_CASE("labels of every integer type, contiguous or not, mean the same") {
  on_every_target([] {
    for (std::size_t classes : {10u, 100u}) {
      const std::vector<float> expected = with_labels<int>(classes, 1);
      for (std::size_t stride : {1u, 3u}) {
        CHECK(with_labels<std::int8_t>(classes, stride) == expected);
        CHECK(with_labels<std::uint8_t>(classes, stride) == expected);
        CHECK(with_labels<std::int16_t>(classes, stride) == expected);
        CHECK(with_labels<std::uint16_t>(classes, stride) == expected);
        CHECK(with_labels<std::int32_t>(classes, stride) == expected);
        CHECK(with_labels<std::uint32_t>(classes, stride) == expected);
        CHECK(with_labels<std::int64_t>(classes, stride) == expected);
        CHECK(with_labels<std::uint64_t>(classes, stride) == expected);
      }
    }
  });
}
