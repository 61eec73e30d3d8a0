// SPDX-License-Identifier: BSL-1.0
// Batches of volumes, x[N,C,D,H,W]: Dice of sigmoids and of a softmax with labels, against plain loops and differences of them.
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "loom/loom.hpp"
#include "support/catch.hpp"
#include "support/everywhere.hpp"

namespace {

using std::size_t;

constexpr auto x = loom::tensor<"x[N,C,D,H,W]">;
constexpr auto y = loom::tensor<"y[N,C,D,H,W]">;
constexpr auto t = loom::index<"t[N,D,H,W]">;
constexpr auto N = loom::axis<"N">;
constexpr auto C = loom::axis<"C">;
constexpr auto D = loom::axis<"D">;
constexpr auto H = loom::axis<"H">;
constexpr auto W = loom::axis<"W">;

constexpr auto q = sigmoid(x);
constexpr auto dice = loom::loss<(1 - (2 * sum(q * y, D, H, W) + 1) / (sum(q, D, H, W) + sum(y, D, H, W) + 1)).mean()>;
constexpr auto p = softmax(x, C);
constexpr auto of_labels = onehot(t, C);
constexpr auto class_dice = loom::loss<
    (1 - (2 * sum(p * of_labels, N, D, H, W) + 1) / (sum(p, N, D, H, W) + sum(of_labels, N, D, H, W) + 1)).mean()>;
constexpr auto cross_entropy = loom::loss<-gather(log(p), t, C).mean()>;
constexpr auto probabilities = loom::loss<p>;
/// Neighbours along the depth, and a whole axis further out.
constexpr auto smoothness = loom::loss<square(x - x(D = D - 1)).mean() + sum(x.max(N) * x(N = loom::last), C, D, H, W)>;

struct volumes {
  std::array<size_t, 5> extents;  ///< N, C, D, H, W
  std::vector<double> entries;
  size_t voxels() const { return extents[2] * extents[3] * extents[4]; }
  size_t at(size_t n, size_t c, size_t v) const { return (n * extents[1] + c) * voxels() + v; }
  double operator()(size_t n, size_t c, size_t v) const { return entries[at(n, c, v)]; }
  double target(size_t n, size_t c, size_t v) const { return static_cast<double>(at(n, c, v) % 5) / 4; }
  size_t label(size_t n, size_t v) const { return (n + v * v) % extents[1]; }
  double share(size_t n, size_t c, size_t v) const {
    double sum = 0;
    for (size_t k = 0; k < extents[1]; ++k) sum += std::exp((*this)(n, k, v));
    return std::exp((*this)(n, c, v)) / sum;
  }
  template <class F>
  void each(const F& f) const {
    for (size_t n = 0; n < extents[0]; ++n)
      for (size_t c = 0; c < extents[1]; ++c)
        for (size_t v = 0; v < voxels(); ++v) f(n, c, v);
  }
};
/// A mean of 1 - (2 both + 1) / (one + other + 1).
double mean_dice(const std::vector<std::array<double, 2>>& of) {
  double total = 0;
  for (const auto& [both, sizes] : of) total += 1 - (2 * both + 1) / (sizes + 1);
  return total / static_cast<double>(of.size());
}
double plain_dice(const volumes& b) {
  std::vector<std::array<double, 2>> of(b.extents[0] * b.extents[1]);
  b.each([&](size_t n, size_t c, size_t v) {
    const double u = 1 / (1 + std::exp(-b(n, c, v)));
    of[n * b.extents[1] + c][0] += u * b.target(n, c, v);
    of[n * b.extents[1] + c][1] += u + b.target(n, c, v);
  });
  return mean_dice(of);
}
double plain_class_dice(const volumes& b) {
  std::vector<std::array<double, 2>> of(b.extents[1]);
  b.each([&](size_t n, size_t c, size_t v) {
    const double u = b.share(n, c, v), is = b.label(n, v) == c;
    of[c][0] += u * is;
    of[c][1] += u + is;
  });
  return mean_dice(of);
}
double plain_cross_entropy(const volumes& b) {
  double total = 0;
  b.each([&](size_t n, size_t c, size_t v) { total -= c == b.label(n, v) ? std::log(b.share(n, c, v)) : 0; });
  return total / static_cast<double>(b.extents[0] * b.voxels());
}
double plain_smoothness(const volumes& b) {
  const size_t plane = b.extents[3] * b.extents[4];
  double squares = 0, total = 0;
  b.each([&](size_t n, size_t c, size_t v) {
    const double e = b(n, c, v) - (v < plane ? 0 : b(n, c, v - plane));
    squares += e * e;
    if (n != 0) return;
    double largest = b(0, c, v);
    for (size_t k = 1; k < b.extents[0]; ++k) largest = std::max(largest, b(k, c, v));
    total += largest * b(b.extents[0] - 1, c, v);
  });
  return squares / static_cast<double>(b.entries.size()) + total;
}

template <class T>
struct bound {
  const volumes& b;
  std::vector<T> data, targets, gradient;
  std::vector<std::uint8_t> labels;
  std::vector<double> room;
  explicit bound(const volumes& from)
      : b(from), data(b.entries.begin(), b.entries.end()), gradient(data.size()), room(8 * data.size() + 64) {
    b.each([&](size_t n, size_t c, size_t v) {
      targets.push_back(static_cast<T>(b.target(n, c, v)));
      if (c == 0) labels.push_back(static_cast<std::uint8_t>(b.label(n, v)));
    });
  }
  auto five(std::vector<T>& v) const {
    return loom::view(v.data(), b.extents[0], b.extents[1], b.extents[2], b.extents[3], b.extents[4]);
  }
  auto four() const { return loom::view(labels.data(), b.extents[0], b.extents[2], b.extents[3], b.extents[4]); }
};

template <class T, class Call>
void agrees_in(const volumes& b, const Call& call, double (*plain)(const volumes&)) {
  CAPTURE(sizeof(T), b.extents[1], b.extents[4]);
  bound<T> of(b);
  const double want = plain(b), value = static_cast<double>(call(of));
  CHECK(std::abs(value - want) <= (sizeof(T) == 4 ? 1e-5 : 1e-12) * (1 + std::abs(want)));
  for (size_t i = 0; i < b.entries.size(); i += 5) {
    constexpr double step = 1e-5;
    volumes raised = b, lowered = b;
    raised.entries[i] += step;
    lowered.entries[i] -= step;
    const double slope = (plain(raised) - plain(lowered)) / (2 * step);
    CHECK(std::abs(static_cast<double>(of.gradient[i]) - slope) <=
          (sizeof(T) == 4 ? 1e-5 : 1e-8) * (1 + std::abs(slope)));
  }
}
template <class Call>
void agrees(double (*plain)(const volumes&), const Call& call) {
  for (loom::target each : trial::targets())
    for (const auto& extents : {std::array<size_t, 5>{2, 3, 2, 3, 5}, {1, 2, 2, 1, 19}, {3, 1, 1, 2, 4}}) {
      const loom::limit_target limit(each);
      const size_t entries = extents[0] * extents[1] * extents[2] * extents[3] * extents[4];
      const volumes b{extents, trial::waves(static_cast<std::ptrdiff_t>(entries))};
      agrees_in<float>(b, call, plain);
      agrees_in<double>(b, call, plain);
    }
}

TEST_CASE("Dice of volumes") {
  agrees(plain_dice, [](auto& of) {
    return dice(x = of.five(of.data), y = of.five(of.targets), d(x) = of.five(of.gradient), loom::workspace = of.room);
  });
  agrees(plain_class_dice, [](auto& of) {
    return class_dice(x = of.five(of.data), t = of.four(), d(x) = of.five(of.gradient), loom::workspace = of.room);
  });
}

TEST_CASE("the cross entropy of voxels") {
  agrees(plain_cross_entropy,
         [](auto& of) { return cross_entropy(x = of.five(of.data), t = of.four(), d(x) = of.five(of.gradient)); });
}

TEST_CASE("neighbours in volumes") {
  agrees(plain_smoothness, [](auto& of) {
    return smoothness(x = of.five(of.data), d(x) = of.five(of.gradient), loom::workspace = of.room);
  });
}

TEST_CASE("volumes of any strides have a result of five axes") {
  const volumes b{{2, 3, 2, 3, 4}, trial::waves(144)};
  bound<double> of(b);
  std::vector<double> last_first(144), out(144);  // channels last
  b.each([&](size_t n, size_t c, size_t v) { last_first[(n * 24 + v) * 3 + c] = b(n, c, v); });
  const auto turned = [](auto& v) { return loom::view(v.data(), {2, 3, 2, 3, 4}, {72, 1, 36, 12, 3}); };
  probabilities(x = turned(last_first), loom::out = turned(out));
  b.each([&](size_t n, size_t c, size_t v) { CHECK(std::abs(out[(n * 24 + v) * 3 + c] - b.share(n, c, v)) < 1e-12); });
}

}  // namespace
