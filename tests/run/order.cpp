// SPDX-License-Identifier: BSL-1.0
// Order by counting, through the loops: argmax, argmin, rank and top k against sorting, on every target, with ties and NaN.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "loom/loom.hpp"
#include "support/catch.hpp"
#include "support/everywhere.hpp"

namespace {

using std::size_t;

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto y = loom::tensor<"y[N,C]">;
constexpr auto table = loom::tensor<"table[C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto N = loom::axis<"N">;
constexpr auto C = loom::axis<"C">;
constexpr auto K = loom::axis<"K">;
constexpr size_t rows = 9;

constexpr auto best = loom::loss<number(argmax(x, C))>;
constexpr auto worst = loom::loss<number(x.argmin(C))>;
constexpr auto best_row = loom::loss<number(argmax(x, N))>;
constexpr auto chosen = loom::loss<gather(y, argmax(x, C)) + y(C = argmax(x, C)) + gather(table, argmin(x, C))>;
constexpr auto accuracy = loom::loss<number(argmax(x, C) == t).mean()>;
constexpr auto hot = loom::loss<sum(onehot(argmax(x(C = K), K), C) * square(x), C)>;
constexpr auto order = loom::loss<rank(x, C)>;
constexpr auto down = loom::loss<rank(x, N)>;
constexpr auto kept = loom::loss<count(top_k(x, 3, C), C)>;
constexpr auto median = loom::loss<sum(where(rank(x, C) == floor(extent(C) / 2.0), x, 0), C)>;
/// The softmax of the three largest alone, of whose shares the logarithms count.
constexpr auto sparse = loom::loss<sum(where(top_k(x, 3, C), square(x) * x - y * x, 0)) +
                                   sum(logsumexp(where(top_k(x, 3, C), x, -INFINITY), C))>;

struct matrix {
  size_t columns;
  std::vector<double> entries;
  double operator()(size_t i, size_t k) const { return entries[i * columns + k]; }
};

/// Whether a comes before b, from the largest to the smallest: NaN first.
bool before(double a, double b) {
  if (a != a || b != b) return a != a && b == b;
  return a > b;
}
std::vector<size_t> sorted(const matrix& m, size_t i) {
  std::vector<size_t> order_of(m.columns);
  std::iota(order_of.begin(), order_of.end(), size_t{0});
  std::sort(order_of.begin(), order_of.end(), [&](size_t a, size_t b) {
    if (before(m(i, a), m(i, b)) || before(m(i, b), m(i, a))) return before(m(i, a), m(i, b));
    return a < b;
  });
  return order_of;
}

/// With ties, and, if wanted, rows that begin, end or are filled with NaN and infinities.
matrix some_matrix(std::ptrdiff_t columns, bool odd) {
  matrix m{static_cast<size_t>(columns), {}};
  for (size_t i = 0; i < rows; ++i)
    for (size_t k = 0; k < m.columns; ++k) {
      double v = std::round(8 * std::sin(1.7 * static_cast<double>(i * m.columns + k))) / 4;
      if (odd && i == 1) v = trial::not_a_number;
      if (odd && i == 2 && k + 1 >= m.columns) v = trial::not_a_number;
      if (odd && i == 3 && k % 3 == 1) v = trial::not_a_number;
      if (odd && i == 4) v = -trial::inf;
      if (odd && i == 5 && k % 2 == 1) v = trial::inf;
      m.entries.push_back(v);
    }
  return m;
}
template <class T>
std::vector<T> as(const matrix& m) {
  return {m.entries.begin(), m.entries.end()};
}
template <class T>
auto two(std::vector<T>& v) {
  return loom::view(v.data(), rows, v.size() / rows);
}
template <class T>
std::vector<double> room(const std::vector<T>& v) {
  return std::vector<double>(8 * v.size() + 64);
}
template <class Body>
void in_both_types(const Body& body) {
  trial::everywhere([&](std::ptrdiff_t columns) {
    for (const bool odd : {false, true}) {
      CAPTURE(odd);
      body(float{}, some_matrix(columns, odd));
      body(double{}, some_matrix(columns, odd));
    }
  });
}

TEST_CASE("argmax is the first of the largest entries and argmin of the smallest") {
  in_both_types([]<class T>(T, const matrix& m) {
    std::vector<T> data = as<T>(m), out(rows), out_of_columns(m.columns);
    std::vector<double> memory = room(data);
    best(x = two(data), loom::out = out);
    for (size_t i = 0; i < rows; ++i) CHECK(out[i] == static_cast<T>(sorted(m, i)[0]));
    worst(x = two(data), loom::out = out);
    for (size_t i = 0; i < rows; ++i) {  // a NaN, or std::min_element
      const auto from = data.begin() + static_cast<std::ptrdiff_t>(i * m.columns),
                 to = from + static_cast<std::ptrdiff_t>(m.columns);
      auto want = std::find_if(from, to, [](T v) { return v != v; });
      if (want == to) want = std::min_element(from, to);
      CHECK(out[i] == static_cast<T>(want - from));
    }
    best_row(x = two(data), loom::out = out_of_columns, loom::workspace = memory);
    for (size_t k = 0; k < m.columns; ++k) {
      size_t want = 0;
      for (size_t i = 1; i < rows; ++i)
        if (before(m(i, k), m(want, k))) want = i;
      CHECK(out_of_columns[k] == static_cast<T>(want));
    }
  });
}

TEST_CASE("a computed index picks, is compared and is made one-hot") {
  in_both_types([]<class T>(T, const matrix& m) {
    std::vector<T> data = as<T>(m), others, weights, out(rows);
    for (size_t k = 0; k < data.size(); ++k) others.push_back(static_cast<T>(k % 13));
    for (size_t k = 0; k < m.columns; ++k) weights.push_back(static_cast<T>(k * k % 7));
    std::vector<double> memory = room(data);
    chosen(x = two(data), y = two(others), table = weights, loom::out = out);
    std::vector<int> labels(rows);
    double right = 0;
    for (size_t i = 0; i < rows; ++i) {
      const size_t at = sorted(m, i)[0];
      size_t least = 0;
      for (size_t k = 1; k < m.columns; ++k)
        if (m(i, k) < m(i, least) || (m(i, k) != m(i, k) && m(i, least) == m(i, least))) least = k;
      CHECK(out[i] == 2 * others[i * m.columns + at] + weights[least]);
      labels[i] = static_cast<int>(i % 2 == 0 ? at : (at + 1) % m.columns);
      right += i % 2 == 0;
    }
    CHECK(std::abs(static_cast<double>(accuracy(x = two(data), t = labels)) - right / rows) < 1e-6);
    hot(x = two(data), loom::out = out, loom::workspace = memory);
    for (size_t i = 0; i < rows; ++i) {
      const double largest = m(i, sorted(m, i)[0]);
      if (largest == largest && std::isfinite(m(i, 0))) CHECK(out[i] == static_cast<T>(largest * largest));
    }
  });
}

TEST_CASE("ranks are a permutation of positions and the k largest are k") {
  in_both_types([]<class T>(T, const matrix& m) {
    std::vector<T> data = as<T>(m), ranks(data.size()), counts(rows), medians(rows);
    std::vector<double> memory = room(data);
    order(x = two(data), loom::out = two(ranks), loom::workspace = memory);
    kept(x = two(data), loom::out = counts, loom::workspace = memory);
    median(x = two(data), loom::out = medians, loom::workspace = memory);
    for (size_t i = 0; i < rows; ++i) {
      const std::vector<size_t> want = sorted(m, i);
      for (size_t k = 0; k < m.columns; ++k) CHECK(ranks[i * m.columns + want[k]] == static_cast<T>(k));
      CHECK(counts[i] == 3);
      const double middle = m(i, want[m.columns / 2]);
      CHECK((medians[i] == static_cast<T>(middle) || (middle != middle && medians[i] != medians[i])));
    }
    down(x = two(data), loom::out = two(ranks), loom::workspace = memory);
    for (size_t k = 0; k < m.columns; ++k) {
      std::vector<bool> seen(rows);
      for (size_t i = 0; i < rows; ++i) seen[static_cast<size_t>(ranks[i * m.columns + k])] = true;
      CHECK(std::count(seen.begin(), seen.end(), true) == static_cast<std::ptrdiff_t>(rows));
    }
  });
}

constexpr auto of_products = loom::loss<rank(x* y + table, C)>;
constexpr auto first_product = loom::loss<number(argmax(softmax(x, C) * y - x * table, C))>;

TEST_CASE("equal sums of products are equal wherever they are computed") {
  in_both_types([]<class T>(T, const matrix& given) {
    matrix m = given;
    for (double& v : m.entries) v = v == v && std::isfinite(v) ? 1.1 * v : 0.1;
    // Neighbours are equal.
    std::vector<T> data = as<T>(m), others(data.size()), ranks(data.size()), weights, first(rows);
    for (size_t k = 0; k < data.size(); ++k) {
      if (k % m.columns % 2 == 1) data[k] = data[k - 1];
      others[k] = k % m.columns % 2 == 1 ? others[k - 1] : static_cast<T>(std::cos(static_cast<double>(k)));
    }
    for (size_t k = 0; k < m.columns; ++k) weights.push_back(static_cast<T>(0.7 * static_cast<double>(k / 2 % 3)));
    std::vector<double> memory = room(data);
    const auto check = [&](const auto& call) {
      call();
      for (size_t i = 0; i < rows; ++i) {
        std::vector<T> row(ranks.begin() + static_cast<std::ptrdiff_t>(i * m.columns),
                           ranks.begin() + static_cast<std::ptrdiff_t>((i + 1) * m.columns));
        for (size_t k = 1; k < m.columns; k += 2) CHECK(row[k - 1] < row[k]);
        std::sort(row.begin(), row.end());
        for (size_t k = 0; k < m.columns; ++k) CHECK(row[k] == static_cast<T>(k));
      }
    };
    check([&] {
      of_products(x = two(data), y = two(others), table = weights, loom::out = two(ranks), loom::workspace = memory);
    });
    first_product(x = two(data), y = two(others), table = weights, loom::out = first);
    for (const T at : first) {
      CHECK(at < static_cast<T>(m.columns));
      CHECK(static_cast<int>(at) % 2 == 0);  // the first of two
    }
  });
}

double plain_sparse(const matrix& a, const matrix& b) {
  double total = 0;
  for (size_t i = 0; i < rows; ++i) {
    double exponentials = 0;
    const std::vector<size_t> largest = sorted(a, i);
    for (size_t k = 0; k < 3; ++k) {
      const double v = a(i, largest[k]);
      total += v * v * v - b(i, largest[k]) * v;
      exponentials += std::exp(v);
    }
    total += std::log(exponentials);
  }
  return total;
}

TEST_CASE("which entries are the largest is fixed for differentiation") {
  trial::everywhere([](std::ptrdiff_t columns) {
    matrix a{static_cast<size_t>(columns), trial::waves(columns * static_cast<std::ptrdiff_t>(rows))}, b = a;
    std::reverse(b.entries.begin(), b.entries.end());
    const auto agrees = [&]<class T>(T) {
      std::vector<T> data = as<T>(a), others = as<T>(b), gradient(data.size());
      std::vector<double> memory = room(data);
      const double want = plain_sparse(a, b),
                   value = static_cast<double>(
                       sparse(x = two(data), y = two(others), d(x) = two(gradient), loom::workspace = memory));
      CHECK(std::abs(value - want) <= (sizeof(T) == 4 ? 1e-5 : 1e-12) * (1 + std::abs(want)));
      for (size_t i = 0; i < data.size(); i += columns == 5 ? 1 : 3) {
        constexpr double step = 1e-6;
        matrix raised = a, lowered = a;
        raised.entries[i] += step;
        lowered.entries[i] -= step;
        const double slope = (plain_sparse(raised, b) - plain_sparse(lowered, b)) / (2 * step);
        CHECK(std::abs(static_cast<double>(gradient[i]) - slope) <= 1e-4);
      }
    };
    agrees(float{});
    agrees(double{});
  });
}

/// The hardest examples alone: those whose cross entropy is largest.
constexpr auto entropies = -gather(log_softmax(x, C), t, C);
constexpr auto hardest = loom::loss<sum(where(top_k(entropies, 3, N), entropies, 0))>;

TEST_CASE("the rows with the largest losses") {
  trial::everywhere([](std::ptrdiff_t columns) {
    const matrix m{static_cast<size_t>(columns), trial::waves(columns * static_cast<std::ptrdiff_t>(rows))};
    std::vector<double> data = m.entries, gradient(data.size()), losses, memory = room(data);
    std::vector<int> labels;
    for (size_t i = 0; i < rows; ++i) {
      double sum = 0;
      for (size_t k = 0; k < m.columns; ++k) sum += std::exp(m(i, k));
      labels.push_back(static_cast<int>(i % m.columns));
      losses.push_back(std::log(sum) - m(i, i % m.columns));
    }
    std::vector<double> sorted_losses = losses;
    std::sort(sorted_losses.rbegin(), sorted_losses.rend());
    const double want = sorted_losses[0] + sorted_losses[1] + sorted_losses[2],
                 value = hardest(x = two(data), t = labels, d(x) = two(gradient), loom::workspace = memory);
    CHECK(std::abs(value - want) < 1e-12 * want);
    for (size_t i = 0; i < rows; ++i) {
      const bool counts = losses[i] >= sorted_losses[2];
      for (size_t k = 0; k < m.columns; ++k) {
        const double share = std::exp(m(i, k) - losses[i] - m(i, i % m.columns)),
                     slope = counts ? share - (k == i % m.columns) : 0;
        CHECK(std::abs(gradient[i * m.columns + k] - slope) < 1e-12);
      }
    }
  });
}

// ---- sums of labels and whole numbers --------------------------------------------------------------------------------------

constexpr auto after = loom::loss<sum(where(t + 1 == C, x, 0)) + 10 * sum(x(C = t - 1)) +
                                  100 * sum(onehot(2 * t, C) * x) + 1000 * number(t + t == 2 - t + N).sum()>;

TEST_CASE("sums of labels, positions and whole numbers are indices") {
  std::vector<double> data{1, 2, 3, 4, 5, 6, 7, 8, 9}, gradient(9);
  const std::vector<int> labels{1, 0, 2};
  const auto nine = [](auto& v) { return loom::view(v.data(), std::ptrdiff_t{3}, std::ptrdiff_t{3}); };
  // What they name beyond the ends is 0.
  const double value = after(x = nine(data), t = labels, d(x) = nine(gradient));
  double want = 0;
  std::vector<double> slopes(9);
  for (int n = 0; n < 3; ++n) {
    const int label = labels[static_cast<size_t>(n)];
    for (int c = 0; c < 3; ++c) {
      const double weight = (label + 1 == c) + 10 * (label - 1 == c) + 100 * (2 * label == c);
      slopes[static_cast<size_t>(3 * n + c)] = weight;
      want += weight * data[static_cast<size_t>(3 * n + c)];
    }
    want += label + label == 2 - label + n ? 1000 : 0;
  }
  CHECK(value == want);
  CHECK(gradient == slopes);
}

// ---- the axis of its own ---------------------------------------------------------------------------------------------------

constexpr auto Rival = loom::axis<"Rival">;
constexpr auto weight = loom::tensor<"weight[C]">;
constexpr auto rivals = loom::tensor<"rivals[Rival]">;
constexpr auto beside_rivals =
    loom::loss<sum(rank(x, C) * y) + sum(rivals* number(Rival)) + sum(rank(rivals) * rivals)>;
constexpr auto after_rivals = loom::loss<sum(rivals* number(Rival)) + sum(rank(rivals) * rivals) + sum(rank(x, C) * y)>;
constexpr auto nested = loom::loss<sum(rank(rank(x, C) * (rank(x, C) - 2), C) * y)>;
constexpr auto by_position = loom::loss<sum(rank(weight* x, -1) * y) + sum(number(argmax(weight* x, -1)))>;

TEST_CASE("an axis of the name of the one that is counted along is another one") {
  std::vector<double> data{3, 1, 2, 5, 6, 4}, weights{1, 2, 3, 4, 5, 6}, room_(256);
  const std::vector<double> of_rivals{7, 9};
  const auto six = [](auto& v) { return loom::view(v.data(), std::ptrdiff_t{2}, std::ptrdiff_t{3}); };
  const double ranks = 0 * 1 + 2 * 2 + 1 * 3 + 1 * 4 + 0 * 5 + 2 * 6;
  CHECK(beside_rivals(x = six(data), y = six(weights), rivals = of_rivals, loom::workspace = room_) == ranks + 9 + 7);
  CHECK(after_rivals(x = six(data), y = six(weights), rivals = of_rivals, loom::workspace = room_) == ranks + 9 + 7);
}

TEST_CASE("ranks of ranks, and along an axis that is counted from the last") {
  std::vector<double> data{3, 1, 2, 5, 6, 4}, weights{1, 2, 3, 4, 5, 6}, room_(256);
  const std::vector<double> by{1, 4, -1};
  const auto six = [](auto& v) { return loom::view(v.data(), std::ptrdiff_t{2}, std::ptrdiff_t{3}); };
  // Ranks 0 2 1 and 1 0 2; of r (r - 2), 0 0 -1 and -1 0 0, the ranks 0 1 2 and 2 0 1.
  CHECK(nested(x = six(data), y = six(weights), loom::workspace = room_) ==
        0 * 1 + 1 * 2 + 2 * 3 + 2 * 4 + 0 * 5 + 1 * 6);
  // 3 4 -2 and 5 24 -4: ranks 1 0 2 twice.
  CHECK(by_position(x = six(data), y = six(weights), weight = by, loom::workspace = room_) == 1 + 6 + 4 + 12 + 1 + 1);
}

constexpr double in_a_constant() {
  constexpr double data[2][3] = {{1, 5, 5}, {7, 2, 3}};
  constexpr int labels[2] = {1, 0};
  constexpr auto loss = loom::loss<sum(number(argmax(x, C)) + 10 * number(argmin(x, C))) +
                                   sum(where(top_k(x, 2, C), x, 0)) + 100 * number(t == argmax(x, C)).sum()>;
  double room[16]{};
  return loss(x = data, t = labels, loom::workspace = room);
}
TEST_CASE("order in a constant expression") { LOOM_CHECK(in_a_constant() == 1 + 10 + 10 + 10 + 200); }

}  // namespace
