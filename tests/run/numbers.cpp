// SPDX-License-Identifier: BSL-1.0
// Labels, positions and masks as numbers, through the loops: against plain ones in double, on every target, with labels of any width.
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "loom/loom.hpp"
#include "support/catch.hpp"
#include "support/everywhere.hpp"

namespace {

using std::size_t;

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto word = loom::index<"word[N,C]">;
constexpr auto m = loom::mask<"m[N]">;
constexpr auto N = loom::axis<"N">;
constexpr auto C = loom::axis<"C">;

constexpr auto shares = softmax(x, C);
/// The squared distance of the label from the label that is expected.
constexpr auto ordinal = loom::loss<square(sum(shares* number(C), C) - number(t)).mean()>;
/// Shares that are far from the label weigh more, by its square.
constexpr auto kappa = loom::loss<sum(shares* square(number(C) - number(t)))>;
/// Of later entries less counts, of later rows more; a label further on, and one of another entry.
constexpr auto discounted = loom::loss<sum(x* pow(0.9, number(C))) + sum(x* number(N + 2)) + sum(x* number(word)) +
                                       sum(x(C = C - 1) * number(word(C = C - 1)))>;
/// What the labels name of a product of positions; the last position; what is true as 1.
constexpr auto mixed = loom::loss<sum(gather(x*(number(C) + 0.5), t)) + sum(x) * number(C)(C = loom::last) +
                                  sum(x* number(m)) + sum(x* number(t <= C))>;
constexpr auto alone = loom::loss<number(t).sum()>;
constexpr auto each = loom::loss<number(t)>;
constexpr auto of_word = loom::loss<(0 * x + number(word)).sum()>;

struct batch {
  size_t rows, columns;
  std::vector<double> entries;
  double operator()(size_t i, size_t k) const { return entries[i * columns + k]; }
  size_t label(size_t i) const { return (i * i + 1) % columns; }
  size_t word(size_t i, size_t k) const { return (3 * i + k * k) % 11; }
  bool holds(size_t i) const { return i % 3 != 1; }
};

/// The softmax of a row.
std::vector<double> softmax_of(const batch& b, size_t i) {
  std::vector<double> of(b.columns);
  double sum = 0;
  for (size_t c = 0; c < b.columns; ++c) sum += of[c] = std::exp(b(i, c));
  for (double& share : of) share /= sum;
  return of;
}
double plain_ordinal(const batch& b) {
  double total = 0;
  for (size_t i = 0; i < b.rows; ++i) {
    const std::vector<double> share = softmax_of(b, i);
    double expected = 0;
    for (size_t c = 0; c < b.columns; ++c) expected += share[c] * static_cast<double>(c);
    total += std::pow(expected - static_cast<double>(b.label(i)), 2);
  }
  return total / static_cast<double>(b.rows);
}
template <class F>
double sum_over(const batch& b, const F& f) {
  double total = 0;
  for (size_t i = 0; i < b.rows; ++i)
    for (size_t c = 0; c < b.columns; ++c) total += f(i, c);
  return total;
}
double plain_kappa(const batch& b) {
  double total = 0;
  for (size_t i = 0; i < b.rows; ++i) {
    const std::vector<double> share = softmax_of(b, i);
    for (size_t c = 0; c < b.columns; ++c)
      total += share[c] * std::pow(static_cast<double>(c) - static_cast<double>(b.label(i)), 2);
  }
  return total;
}
double plain_discounted(const batch& b) {
  return sum_over(b, [&](size_t i, size_t c) {
    const double before = c == 0 ? 0 : b(i, c - 1) * static_cast<double>(b.word(i, c - 1));
    return b(i, c) * (std::pow(0.9, c) + static_cast<double>(i + 2) + static_cast<double>(b.word(i, c))) + before;
  });
}
double plain_mixed(const batch& b) {
  return sum_over(b, [&](size_t i, size_t c) {
    const double named = c == b.label(i) ? static_cast<double>(c) + 0.5 : 0;
    return b(i, c) * (named + static_cast<double>(b.columns - 1) + b.holds(i) + (b.label(i) <= c));
  });
}

template <class T, class Label>
struct bound {
  const batch& b;
  std::vector<T> data, gradient;
  std::vector<Label> labels, words;
  bool holds[19];
  explicit bound(const batch& from) : b(from), data(b.entries.begin(), b.entries.end()), gradient(data.size()) {
    for (size_t i = 0; i < b.rows; ++i) {
      labels.push_back(static_cast<Label>(b.label(i)));
      holds[i] = b.holds(i);
      for (size_t c = 0; c < b.columns; ++c) words.push_back(static_cast<Label>(b.word(i, c)));
    }
  }
  template <class Memory>
  auto two(Memory& memory) const {
    return loom::view(memory.data(), b.rows, b.columns);
  }
};

template <class T, class Label, class Call>
void agrees(const Call& call, double (*plain)(const batch&)) {
  trial::everywhere([&](std::ptrdiff_t columns) {
    CAPTURE(sizeof(T), sizeof(Label));
    const batch b{19, static_cast<size_t>(columns), trial::waves(19 * columns)};
    bound<T, Label> memory(b);
    const double want = plain(b), value = static_cast<double>(call(memory)), tolerance = sizeof(T) == 4 ? 1e-4 : 1e-11;
    CHECK(std::abs(value - want) <= tolerance * (1 + std::abs(want)));
    for (size_t i = 0; i < b.entries.size(); i += 7) {
      constexpr double step = 1e-5;
      batch raised = b, lowered = b;
      raised.entries[i] += step;
      lowered.entries[i] -= step;
      const double slope = (plain(raised) - plain(lowered)) / (2 * step),
                   scale = std::abs(want) + std::abs(slope) + static_cast<double>(columns);
      CHECK(std::abs(static_cast<double>(memory.gradient[i]) - slope) <= (sizeof(T) == 4 ? 1e-4 : 1e-8) * scale);
    }
  });
}
template <class Call>
void agrees(double (*plain)(const batch&), const Call& call) {
  agrees<float, std::int32_t>(call, plain);
  agrees<float, std::int64_t>(call, plain);
  agrees<double, std::uint8_t>(call, plain);
  agrees<double, std::uint64_t>(call, plain);
}

TEST_CASE("labels and positions as numbers") {
  agrees(plain_ordinal,
         [](auto& of) { return ordinal(x = of.two(of.data), t = of.labels, d(x) = of.two(of.gradient)); });
  agrees(plain_kappa, [](auto& of) { return kappa(x = of.two(of.data), t = of.labels, d(x) = of.two(of.gradient)); });
}

TEST_CASE("positions further on and labels of entries as numbers") {
  agrees(plain_discounted,
         [](auto& of) { return discounted(x = of.two(of.data), word = of.two(of.words), d(x) = of.two(of.gradient)); });
}

TEST_CASE("numbers of what labels name and of masks") {
  agrees(plain_mixed,
         [](auto& of) { return mixed(x = of.two(of.data), t = of.labels, m = of.holds, d(x) = of.two(of.gradient)); });
}

template <class T, class Label>
void is_kept(const std::vector<Label>& labels) {
  std::vector<T> numbers(labels.size()), zeros(labels.size() * 3);
  CAPTURE(sizeof(T), sizeof(Label));
  each(t = labels, loom::out = numbers);
  long double sum = 0;
  double sum_of_words = 0;
  for (size_t i = 0; i < labels.size(); ++i) {
    CHECK(numbers[i] == static_cast<T>(labels[i]));
    sum += static_cast<long double>(numbers[i]);
  }
  std::vector<Label> words;
  for (int k = 0; k < 3; ++k) words.insert(words.end(), labels.begin(), labels.end());
  for (const Label l : words) sum_of_words += static_cast<double>(static_cast<T>(l));
  const auto n = static_cast<std::ptrdiff_t>(labels.size());
  const auto total = static_cast<double>(of_word(x = loom::view(zeros.data(), std::ptrdiff_t{3}, n),
                                                 word = loom::view(words.data(), std::ptrdiff_t{3}, n)));
  CHECK(std::abs(total - sum_of_words) <= 1e-6 * std::abs(sum_of_words));
  if constexpr (sizeof(T) == 8) CHECK(alone(t = labels) == static_cast<double>(sum));
}

TEST_CASE("labels of any size are the nearest numbers") {
  trial::everywhere([](std::ptrdiff_t entries) {
    if (entries > 5) return;
    is_kept<float, std::int8_t>({0, 1, -128, 127, 5});
    is_kept<float, std::uint32_t>({0, 1, 4294967295u, 16777217u, 5});
    is_kept<float, std::int64_t>({0, 1, -100, 4611686018427387904, 16777216, -9000000000, 7});
    is_kept<double, std::int64_t>({0, 1, -100, 4611686018427387904, 9007199254740993, -9000000000, 7});
    is_kept<double, std::uint64_t>({0, 18446744073709551615u, 7});
    is_kept<float, std::uint64_t>({0, 18446744073709551615u, 7});
  });
}

constexpr auto curved = loom::loss<sum(square(x) * x * number(C) + square(x) * number(t))>;
TEST_CASE("numbers of labels are constants for second derivatives") {
  std::vector<double> data{1, 2, 3, 4, 5, 6}, second(6), product(6), direction(6, 2.0);
  const std::vector<int> labels{3, 1};
  const auto six = [](auto& v) { return loom::view(v.data(), std::ptrdiff_t{2}, std::ptrdiff_t{3}); };
  curved(x = six(data), t = labels, d2(x) = six(second), hvp(x) = six(product), loom::direction(x) = six(direction));
  for (size_t k = 0; k < 6; ++k) {
    const double want = 6 * data[k] * static_cast<double>(k % 3) + 2 * labels[k / 3];
    CHECK(second[k] == want);
    CHECK(product[k] == 2 * want);
  }
}

constexpr double in_a_constant() {
  constexpr double data[2][3] = {{1, 2, 3}, {4, 5, 6}};
  constexpr int labels[2] = {2, 0}, words[2][3] = {{1, -2, 3}, {4, 5, 6}};
  constexpr bool holds[2] = {true, false};
  constexpr auto loss = loom::loss<sum(x * (number(C) + number(t) + 10 * number(m))) + sum(number(word) * number(N))>;
  return loss(x = data, t = labels, word = words, m = holds);
}
TEST_CASE("numbers of labels in a constant expression") {
  LOOM_CHECK(in_a_constant() == 2 + 6 + 5 + 12 + 12 + 60 + 15);
}

}  // namespace
