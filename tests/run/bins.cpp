// SPDX-License-Identifier: BSL-1.0
// Axes that no data has, of bins and knots: their positions are asked for, and nothing lies along them in memory.
#include <algorithm>
#include <cmath>
#include <vector>

#include "loom/loom.hpp"
#include "support/catch.hpp"
#include "support/targets.hpp"

namespace {

using namespace loom;

constexpr auto x = tensor<"x[N,C]">;
constexpr auto v = tensor<"v[N]">;
constexpr auto w = tensor<"w[N]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto N = axis<"N">;
constexpr auto C = axis<"C">;
constexpr auto K = axis<"K = 5">;
constexpr auto B = axis<"B = 2 * C + 1">;

/// How far confidence is from accuracy, in bins of confidence.
constexpr auto confidence = max(softmax(x, C), C);
constexpr auto bin = where(number(K) == min(floor(5 * confidence), 4.0), 1.0, 0);
constexpr auto calibration = loom::loss<sum(abs(sum(bin*(confidence - number(argmax(x, C) == t)), N))) / extent(N)>;

/// Two distributions by soft histograms: squares of the difference of what lies below each bin.
constexpr auto centre = (number(K) + 0.5) / 5;
constexpr auto below_v = cumsum(mean(exp(-square((v - centre) / 0.2)), N), K);
constexpr auto below_w = cumsum(mean(exp(-square((w - centre) / 0.2)), N), K);
constexpr auto histograms = loom::loss<sum(square(below_v - below_w))>;
constexpr auto hats = loom::loss<sum(relu(1 - abs(4 * v - number(K))), K).mean()>;

constexpr auto positions = loom::loss<results(sum(square(number(K))), sum(number(K) * extent(K)))>;

double squares_of_histograms(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0, below = 0;
  for (int k = 0; k < 5; ++k) {
    const auto mass = [&](const std::vector<double>& of) {
      double s = 0;
      for (const double e : of) s += std::exp(-std::pow((e - (k + 0.5) / 5) / 0.2, 2));
      return s / static_cast<double>(of.size());
    };
    below += mass(a) - mass(b);
    sum += below * below;
  }
  return sum;
}

TEST_CASE("bins of confidence, and soft histograms") {
  for (const int n : {1, 6, 37}) {
    std::vector<double> logits(static_cast<std::size_t>(n) * 3), a, b, d_v(static_cast<std::size_t>(n)), room(4000);
    std::vector<int> labels;
    for (std::size_t k = 0; k < logits.size(); ++k) logits[k] = 2 * std::sin(static_cast<double>(k * k));
    for (int i = 0; i < n; ++i) {
      a.push_back(0.5 + 0.4 * std::sin(i));
      b.push_back(0.4 + 0.3 * std::cos(3 * i));
      labels.push_back(i % 3);
    }
    double bins[5] = {};
    for (int i = 0; i < n; ++i) {
      const double* row = &logits[static_cast<std::size_t>(3 * i)];
      const double* best = std::max_element(row, row + 3);
      const double p = std::exp(*best) / (std::exp(row[0]) + std::exp(row[1]) + std::exp(row[2]));
      bins[std::min(static_cast<int>(5 * p), 4)] += p - (best - row == labels[static_cast<std::size_t>(i)]);
    }
    double want = 0;
    for (const double e : bins) want += std::fabs(e) / n;
    for (loom::target each : trial::targets()) {
      const loom::limit_target limit(each);
      CHECK(calibration(x = loom::view(logits.data(), n, 3), t = labels, loom::workspace = room) == Approx(want));
      CHECK(histograms(v = a, w = b, d(v) = d_v, loom::workspace = room) == Approx(squares_of_histograms(a, b)));
      for (std::size_t i = 0; i < a.size(); ++i) {
        std::vector<double> above = a, beneath = a;
        above[i] += 1e-6;
        beneath[i] -= 1e-6;
        const double slope = (squares_of_histograms(above, b) - squares_of_histograms(beneath, b)) / 2e-6;
        CHECK(d_v[i] == Approx(slope).margin(1e-8));
      }
      CHECK(hats(v = a, loom::workspace = room) == Approx(1));
    }
  }
}

TEST_CASE("an axis that follows from those of data, and is along none") {
  const std::vector<double> data = {0.25, 0.5, 0.75, 1};
  const std::vector<int> labels = {0, 1, 2, 1};
  std::vector<double> d_v(4), logits(12), room(1000);
  // C has as many entries as x, which a term of 0 brings along.
  constexpr auto with_classes = loom::loss<sum(onehot(2 * t + 1, B) * (v + number(B))) + 0 * sum(x)>;
  CHECK(with_classes(x = loom::view(logits.data(), 4, 3), v = data, t = labels, d(v) = d_v, loom::workspace = room) ==
        2.5 + 1 + 3 + 5 + 3);
  CHECK(d_v == std::vector<double>(4, 1));
}

TEST_CASE("sums of positions alone") {
  double other = 0, room[100];
  CHECK(positions(result<1> = other, loom::workspace = room) == 30);
  CHECK(other == 50);
}

}  // namespace
