// SPDX-License-Identifier: BSL-1.0
// tests/loops/confident_rows.cpp — rows in which an entry leads by so much that the sum of a softmax is 1 to the last bit, the label's or
// another: value and gradient of the cross entropy through the loops of every target, along rows and across them, against the sum of
// all other entries.
#include <cmath>

#include "loom/collection/collection.hpp"
#include "support/flagship_trials.hpp"

namespace {

using namespace loom::collection;

template <class T>
struct batch {
  std::ptrdiff_t rows, classes;
  std::vector<T> logits, gradient;
  std::vector<int> labels;

  T& at(std::vector<T>& v, std::ptrdiff_t n, std::ptrdiff_t c, bool transposed) const {
    return v[static_cast<std::size_t>(transposed ? c * rows + n : n * classes + c)];
  }
};

/// `lead`: of one entry over the others, which lie within [-1, 1]; `beside`: how far it is from the label.
template <class T>
void check(std::ptrdiff_t rows, std::ptrdiff_t classes, T lead, std::ptrdiff_t beside, bool transposed) {
  CAPTURE(rows, classes, lead, beside, transposed);
  batch<T> b{rows, classes, std::vector<T>(static_cast<std::size_t>(rows * classes)), {}, {}};
  b.gradient = b.logits;
  long double value = 0;
  for (std::ptrdiff_t n = 0; n < rows; ++n) {
    b.labels.push_back(static_cast<int>((n * 5 + 1) % classes));
    for (std::ptrdiff_t c = 0; c < classes; ++c)
      b.at(b.logits, n, c, transposed) = static_cast<T>(std::sin(static_cast<double>(3 * n + 7 * c))) +
                                         (c == (b.labels.back() + beside) % classes ? lead : 0);
  }
  const auto layout = [&](std::vector<T>& v) {
    return transposed ? loom::view(v.data(), {rows, classes}, {1, rows}) : loom::view(v.data(), rows, classes);
  };
  const T got = cross_entropy(x = layout(b.logits), t = b.labels, d(x) = layout(b.gradient));
  // An exponential moves by as much as the rounding of its exponent.
  const long double eps = std::numeric_limits<T>::epsilon(), bound = eps * (static_cast<long double>(lead) + 10);
  for (std::ptrdiff_t n = 0; n < rows; ++n) {
    const int label = b.labels[static_cast<std::size_t>(n)];
    const std::ptrdiff_t leader = (label + beside) % classes;
    const long double top = b.at(b.logits, n, leader, transposed);
    const auto term = [&](std::ptrdiff_t c) {
      return std::exp(static_cast<long double>(b.at(b.logits, n, c, transposed)) - top);
    };
    long double others = 0;
    for (std::ptrdiff_t c = 0; c < classes; ++c) others += c == leader ? 0 : term(c);
    value += (std::log1p(others) + (top - static_cast<long double>(b.at(b.logits, n, label, transposed)))) /
             static_cast<long double>(rows);
    for (std::ptrdiff_t c = 0; c < classes; ++c) {
      const long double left = c == leader ? -others : term(c) - (1 + others);
      const long double want = (c == label ? left : term(c)) / (1 + others) / static_cast<long double>(rows);
      const long double of = b.at(b.gradient, n, c, transposed);
      const long double may_differ = bound * std::fabs(want) + std::numeric_limits<T>::min();
      if (std::fabs(of - want) > may_differ) {
        CAPTURE(n, c, static_cast<double>(of), static_cast<double>(want));
        CHECK(std::fabs(of - want) <= may_differ);
      }
    }
  }
  CHECK(std::fabs(static_cast<long double>(got) - value) <= bound * value + std::numeric_limits<T>::min());
}

template <class T>
void check_all(std::initializer_list<T> leads) {
  for (loom::target each : trial::targets()) {
    const loom::limit_target limit(each);
    INFO("target " << loom::name(loom::current_target()));
    for (const T lead : leads)
      for (const std::ptrdiff_t classes : {1, 2, 10, 65, 1000})
        for (const std::ptrdiff_t beside : {0, 1, 23})
          for (const bool transposed : {false, true}) check<T>(19, classes, lead, beside, transposed);
  }
}

}  // namespace

TEST_CASE("a confident row keeps its loss and the gradient at its label: float") {
  check_all<float>({0, 17, 40, 80, 120});
}
TEST_CASE("a confident row keeps its loss and the gradient at its label: double") {
  check_all<double>({0, 37, 100, 600, 900});
}

TEST_CASE("several largest entries, rows of -inf, and one class") {
  for (loom::target each : trial::targets()) {
    const loom::limit_target limit(each);
    INFO("target " << loom::name(loom::current_target()));
    constexpr float inf = std::numeric_limits<float>::infinity();
    for (const std::size_t classes : {1u, 3u, 10u, 65u, 130u}) {
      std::vector<float> logits(3 * classes, 40.f), g(logits.size());
      for (std::size_t c = 0; c < classes; ++c) {
        logits[classes + c] = c == 0 ? 7.f : -inf;  // all but one masked
        logits[2 * classes + c] = -inf;
      }
      const std::vector<int> labels = {0, 0, 0};
      const auto rows = loom::view(logits.data(), 3, static_cast<std::ptrdiff_t>(classes));
      const std::vector<float> ones(3, 1.f);
      std::vector<float> values(3);
      constexpr auto each_row = loom::loss<logsumexp(x, -1)>;
      each_row(x = rows, loom::out = values, loom::seed = ones,
               d(x) = loom::view(g.data(), 3, static_cast<std::ptrdiff_t>(classes)));
      CHECK(values[0] == Approx(40 + std::log(static_cast<double>(classes))));
      CHECK(values[1] == 7);
      CHECK(values[2] == -inf);
      for (std::size_t c = 0; c < classes; ++c) {
        CHECK(g[c] == Approx(1 / static_cast<double>(classes)));
        CHECK(g[classes + c] == (c == 0 ? 1 : 0));
      }
    }
  }
}
