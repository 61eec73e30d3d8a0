// SPDX-License-Identifier: BSL-1.0
// loops/blocks.cpp — totals by blocks, sums of logarithms as products, rows shifted by a guess: what makes each give up, and that nothing
// is lost where it does.
#include <cmath>
#include <limits>
#include <random>
#include <span>
#include <vector>

#include "loom/loom.hpp"
#include "support/catch.hpp"
#include "support/targets.hpp"

namespace {

using namespace loom;
using trial::on_every_target;

constexpr auto a = tensor<"a[N]">;
constexpr auto y = tensor<"y[N]">;
constexpr auto x = tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto C = axis<"C">;

constexpr auto sum_of = loss<sum(a* y)>;
constexpr auto mean_of = loss<abs(a).mean()>;
constexpr auto soft = loss<softplus(a).mean()>;
constexpr auto kept = loom::mask<"kept[N]">;
constexpr auto soft_kept = loss<sum(where(kept, softplus(a) - a * y, 0))>;
constexpr auto two = loss<sum(square(a)) * sum(softplus(a))>;
constexpr auto logs = loss<sum(log(a))>;
constexpr auto less_logs = loss<(y - log(a)).mean()>;
constexpr auto cross_entropy = loss<-gather(log(exp(x) / sum(exp(x), C)), t).mean()>;

constexpr float inf = std::numeric_limits<float>::infinity();

std::vector<float> numbers(std::size_t count, float low, float high, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> one(low, high);
  std::vector<float> v(count);
  for (float& e : v) e = one(random);
  return v;
}

double softplus_of(double v) { return std::max(v, 0.0) + std::log1p(std::exp(-std::fabs(v))); }

}  // namespace

TEST_CASE("a block that overflows is added up in double") {
  on_every_target([] {
    for (std::size_t n : {17u, 600u, 5000u}) {
      const std::vector<float> huge(n, 3e38F);
      CHECK(mean_of(a = huge) == 3e38F);
      std::vector<float> tiny(n, 1e-40F);
      CHECK(std::abs(mean_of(a = tiny) / 1e-40F - 1) < 1e-4F);
    }
  });
}

TEST_CASE("NaN and infinities anywhere reach the total") {
  on_every_target([] {
    const std::vector<float> ones(3000, 1);
    for (std::size_t at : {0u, 5u, 31u, 511u, 512u, 1023u, 2047u, 2990u, 2999u}) {
      std::vector<float> v(3000, 1);
      v[at] = inf;
      CHECK(sum_of(a = v, y = ones) == inf);
      CHECK(soft(a = v) == inf);
      v[at] = -inf;
      CHECK(sum_of(a = v, y = ones) == -inf);
      CHECK(std::abs(soft(a = v) / (softplus_of(1) * 2999 / 3000) - 1) < 1e-6);
      v[at] = std::numeric_limits<float>::quiet_NaN();
      CHECK(std::isnan(sum_of(a = v, y = ones)));
      CHECK(std::isnan(soft(a = v)));
    }
  });
}

TEST_CASE("a total that is masked takes its logarithms as that of a product, and nothing of what is left out") {
  STATIC_REQUIRE(soft_kept.plan().log_sums.any());
  on_every_target([] {
    for (std::size_t n : {1u, 30u, 700u, 4100u}) {
      const std::vector<float> v = numbers(n, -30, 30, 3), targets = numbers(n, 0, 1, 4);
      std::vector<float> with_others = v;
      bool some[4100] = {};
      const bool none[4100] = {};
      const std::span<const bool> here(some, n), nowhere(none, n);
      double want = 0;
      for (std::size_t i = 0; i < n; ++i) {
        some[i] = i % 3 == 0 || i % 7 == 2;
        if (some[i]) want += softplus_of(double{v[i]}) - double{v[i]} * double{targets[i]};
        else with_others[i] = i % 2 == 0 ? inf : std::numeric_limits<float>::quiet_NaN();
      }
      CHECK(std::abs(soft_kept(a = with_others, y = targets, kept = here) / want - 1) < 2e-6);
      with_others[0] = -inf;
      CHECK(soft_kept(a = with_others, y = targets, kept = here) == inf);
      CHECK(soft_kept(a = with_others, y = targets, kept = nowhere) == 0);
      with_others[0] = std::numeric_limits<float>::quiet_NaN();
      CHECK(std::isnan(soft_kept(a = with_others, y = targets, kept = here)));
    }
  });
}

TEST_CASE("the error of a total does not grow with the number of entries") {
  on_every_target([] {
    for (std::size_t n : {100u, 1000u, 10007u, 1000003u}) {
      const std::vector<float> v = numbers(n, -3, 3, 1), u = numbers(n, 0, 1, 2);
      double sum = 0, size = 0;
      for (std::size_t i = 0; i < n; ++i) {
        sum += double(v[i]) * u[i];
        size += std::fabs(double(v[i]) * u[i]);
      }
      // What a block of 32 adds up to is a few entries, so each addition rounds by half an ulp of 4 or less, at random: 1.2e-7 sqrt(n)
      // is the deviation of all, size / sqrt(n) about 0.75 sqrt(n), and this bound four deviations.
      CHECK(std::fabs(sum_of(a = v, y = u) - sum) <= 6.4e-7 * (size / std::sqrt(double(n)) + std::fabs(sum)));
    }
  });
}

TEST_CASE("sums of logarithms keep the digits of what is small, and of what is large") {
  on_every_target([] {
    for (std::size_t n : {40u, 1000u, 33333u})
      for (const auto& [low, high] :
           {std::pair{-1.F, 1.F}, {-40.F, -30.F}, {-90.F, -80.F}, {20.F, 90.F}, {-100.F, 100.F}}) {
        const std::vector<float> v = numbers(n, low, high, 3);
        double mean = 0, squares = 0;
        for (float e : v) {
          mean += softplus_of(e) / static_cast<double>(n);
          squares += double(e) * e;
        }
        CAPTURE(n, low, high);
        CHECK(std::fabs(soft(a = v) / mean - 1) < 5e-7);
        std::vector<float> gradient(n);
        CHECK(std::fabs(soft(a = v, d(a) = gradient) / mean - 1) < 5e-7);
        CHECK(std::fabs(two(a = v) / (squares * mean * static_cast<double>(n)) - 1) < 5e-7);
      }
  });
}

TEST_CASE("sums of logarithms of any numbers, as those of products") {
  on_every_target([] {
    for (std::size_t n : {5u, 40u, 1000u, 33333u})
      for (const auto& [low, high] : {std::pair{0.5F, 2.F},
                                      {0.9999F, 1.0001F},
                                      {0.99999F, 1.F},
                                      {1.F, 1.00001F},
                                      {1e-6F, 1e6F},
                                      {1e-38F, 1e-37F},
                                      {1e-44F, 1e-40F},
                                      {1e37F, 3e38F}}) {
        const std::vector<float> v = numbers(n, low, high, 5), u = numbers(n, -1, 1, 6);
        double sum = 0, size = 0, mean = 0, sizes = 0;
        for (std::size_t i = 0; i < n; ++i) {
          const double l = std::log(double(v[i]));
          sum += l;
          size += std::fabs(l);
          mean += (u[i] - l) / static_cast<double>(n);
          sizes += (std::fabs(double(u[i])) + std::fabs(l)) / static_cast<double>(n);
        }
        CAPTURE(n, low, high);
        CHECK(std::fabs(logs(a = v) - sum) <= 1.2e-7 * size);
        CHECK(std::fabs(less_logs(a = v, y = u) - mean) <= 2e-7 * sizes);
        std::vector<float> gradient(n);
        CHECK(logs(a = v, d(a) = gradient) == logs(a = v));
      }
  });
}

TEST_CASE("logarithms of 0, of negative numbers and of what is none are seen in a product") {
  on_every_target([] {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    for (std::size_t at : {0u, 5u, 31u, 511u, 512u, 1023u, 2047u, 2990u, 2998u}) {
      const auto with = [at](float first, float second) {
        std::vector<float> v(3000, 2);
        v[at] = first;
        v[at + 1] = second;
        return logs(a = v);
      };
      CAPTURE(at);
      CHECK(with(0, 2) == -inf);
      CHECK(with(-0.F, 2) == -inf);
      CHECK(with(0, 3e38F) == -inf);
      CHECK(with(inf, 2) == inf);
      CHECK(std::isnan(with(inf, 0)));
      CHECK(std::isnan(with(-2, 2)));
      CHECK(std::isnan(with(-2, -2)));  // whose product is positive
      CHECK(std::isnan(with(-inf, 2)));
      CHECK(std::isnan(with(nan, 2)));
    }
    std::vector<float> both(3000, 2);  // one lane, whose product is positive
    both[16] = both[32] = -2;
    CHECK(std::isnan(logs(a = both)));
  });
}

TEST_CASE("rows whose label is far below the largest entry, at it, or nowhere") {
  on_every_target([] {
    for (int classes : {3, 10, 100, 1000}) {
      const int rows = 37;
      const auto size = static_cast<std::size_t>(rows * classes);
      for (const float lead : {-300.F, -95.F, -60.F, -5.F, 0.F, 5.F, 40.F, 90.F}) {
        std::vector<float> logits = numbers(size, -2, 2, 4), gradient(size);
        std::vector<int> labels;
        std::vector<double> truth(size);
        double loss = 0;
        for (int i = 0; i < rows; ++i) {
          labels.push_back(i * 7 % classes);
          float* row = &logits[static_cast<std::size_t>(i * classes)];
          if (i % 3 != 1) row[labels.back()] += lead;
          if (i % 5 == 2) row[(labels.back() + 1) % classes] = -inf;
          double others = 0;
          for (int j = 0; j < classes; ++j)
            if (j != labels.back()) others += std::exp(double(row[j]) - row[labels.back()]);
          loss += std::log1p(others) / rows;
          for (int j = 0; j < classes; ++j)
            truth[static_cast<std::size_t>(i * classes + j)] =
                (j == labels.back() ? -others / (1 + others)
                                    : std::exp(double(row[j]) - row[labels.back()]) / (1 + others)) /
                rows;
        }
        CAPTURE(classes, lead);
        const auto r = static_cast<std::ptrdiff_t>(rows), c = static_cast<std::ptrdiff_t>(classes);
        CHECK(std::fabs(cross_entropy(x = view(logits.data(), r, c), t = labels) / loss - 1) < 1e-6);
        CHECK(std::fabs(cross_entropy(x = view(logits.data(), r, c), t = labels, d(x) = view(gradient.data(), r, c)) /
                            loss -
                        1) < 1e-6);
        double worst = 0;
        for (std::size_t i = 0; i < size; ++i)
          worst = std::max(worst, std::fabs(gradient[i] - truth[i]) / (std::fabs(truth[i]) + 1e-37));
        CHECK(worst < 1e-5);
      }
    }
  });
}
