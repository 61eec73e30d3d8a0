// SPDX-License-Identifier: BSL-1.0
// loops/label_comparisons.cpp — an index compared with a literal, or with another index, is right for every label of every type,
// also where a lane of float has fewer bits than the label.
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "loom/loom.hpp"
#include "support/targets.hpp"

namespace {

using loom::out, loom::result, loom::view;

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto s = loom::tensor<"s[N,M]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto u = loom::index<"u[M]">;
constexpr auto names = loom::index<"names[K]">;
constexpr auto also = loom::index<"also[K]">;
constexpr auto which = loom::index<"which[N]">;
constexpr auto w = loom::tensor<"w[K]">;
constexpr auto C = loom::axis<"C">;

/// Row n of result k: the sum of the row of x if label n compares so.
template <auto L>
constexpr auto compared =
    loom::loss<loom::results(sum(where(t == L, x, 0), C), sum(where(t != L, x, 0), C), sum(where(t < L, x, 0), C),
                             sum(where(t <= L, x, 0), C), sum(where(t > L, x, 0), C), sum(where(t >= L, x, 0), C))>;
constexpr auto pairs = loom::loss<loom::results(where(t == u, s, 0), where(t < u, s, 0), where(t >= u, s, 0))>;
/// The gather sinks to its leaves: labels named by labels are compared.
constexpr auto named = loom::loss<loom::results(gather(where(names == 5000000000, w, 0), which),
                                                gather(where(names < also, w, 0), which))>;

using wide = __int128;

template <class I>
std::vector<I> labels_of() {
  using limits = std::numeric_limits<I>;
  std::vector<I> all;
  for (const wide v :
       {wide{-100}, wide{-1}, wide{0}, wide{1}, wide{INT32_MAX} - 1, wide{INT32_MAX}, wide{INT32_MAX} + 1,
        wide{UINT32_MAX}, wide{5000000000}, wide{6000000000}, wide{INT32_MIN}, wide{INT32_MIN} - 1, wide{-5000000000},
        wide{INT64_MAX}, wide{INT64_MAX} + 5, wide{limits::min()}, wide{limits::max()}})
    if (v >= limits::min() && v <= limits::max()) all.push_back(static_cast<I>(v));
  return all;
}

template <auto L, class T, class I>
void compares_with_literal(std::ptrdiff_t columns) {
  const std::vector<I> labels = labels_of<I>();
  const auto n = static_cast<std::ptrdiff_t>(labels.size());
  const std::vector<T> ones(static_cast<std::size_t>(n * columns), T(1) / static_cast<T>(columns));
  std::vector<T> r[6];
  for (auto& v : r) v.assign(labels.size(), T(7));
  compared<L>(x = view(ones.data(), n, columns), t = labels, out = r[0], result<1> = r[1], result<2> = r[2],
              result<3> = r[3], result<4> = r[4], result<5> = r[5]);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const wide a = labels[i], b = L;
    const bool right[] = {a == b, a != b, a<b, a <= b, a> b, a >= b};
    INFO("label " << +labels[i] << ", literal " << L);
    for (int k = 0; k < 6; ++k) CHECK(r[k][i] == (right[k] ? T(1) : T(0)));
  }
}

template <class T, class I>
void compares(std::ptrdiff_t columns) {
  compares_with_literal<-1, T, I>(columns);
  compares_with_literal<2147483647, T, I>(columns);
  compares_with_literal<5000000000, T, I>(columns);
  compares_with_literal<-2147483648LL, T, I>(columns);
}

/// Labels of one type beside those of another.
template <class T, class I, class J>
void compares_pairs() {
  const std::vector<I> a = labels_of<I>();
  std::vector<J> b = labels_of<J>();
  for (int more = 0; more < 3; ++more)
    b.insert(b.end(), b.begin(), b.begin() + static_cast<std::ptrdiff_t>(labels_of<J>().size()));  // more than a vector
  const auto n = static_cast<std::ptrdiff_t>(a.size()), m = static_cast<std::ptrdiff_t>(b.size());
  const std::vector<T> ones(a.size() * b.size(), T(1));
  std::vector<T> r[3];
  for (auto& v : r) v.assign(ones.size(), T(7));
  const auto matrix = [&](auto& v) { return view(v.data(), n, m); };
  pairs(s = matrix(ones), t = a, u = b, out = matrix(r[0]), result<1> = matrix(r[1]), result<2> = matrix(r[2]));
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t k = 0; k < b.size(); ++k) {
      const wide p = a[i], q = b[k];
      const std::size_t at = i * b.size() + k;
      INFO("label " << +a[i] << " beside " << +b[k]);
      CHECK((r[0][at] == 1) == (p == q));
      CHECK((r[1][at] == 1) == (p < q));
      CHECK((r[2][at] == 1) == (p >= q));
    }
}

template <class T, class I>
void compares_named() {
  const std::vector<I> a = labels_of<I>(), b(a.rbegin(), a.rend());
  std::vector<std::uint16_t> numbers;
  for (std::size_t i = 0; i < 40; ++i) numbers.push_back(static_cast<std::uint16_t>(i * 7 % a.size()));
  const std::vector<T> ones(a.size(), T(1));
  std::vector<T> equal(numbers.size()), less(numbers.size());
  named(names = a, also = b, w = ones, which = numbers, out = equal, result<1> = less);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    INFO("label " << +a[numbers[i]]);
    CHECK((equal[i] == 1) == (wide{a[numbers[i]]} == 5000000000));
    CHECK((less[i] == 1) == (a[numbers[i]] < b[numbers[i]]));
  }
}

}  // namespace

TEMPLATE_TEST_CASE("a label compares with a literal as whole numbers do", "", std::int8_t, std::uint8_t, std::int16_t,
                   std::uint16_t, std::int32_t, std::uint32_t, std::int64_t, std::uint64_t) {
  for (loom::target most : trial::targets()) {
    const loom::limit_target limit(most);
    for (std::ptrdiff_t columns : {1, 4, 128}) {
      compares<float, TestType>(columns);
      compares<double, TestType>(columns);
    }
  }
}

TEMPLATE_TEST_CASE("labels compare with each other as whole numbers do", "", std::int8_t, std::uint32_t, std::int32_t,
                   std::int64_t, std::uint64_t) {
  for (loom::target most : trial::targets()) {
    const loom::limit_target limit(most);
    compares_pairs<float, TestType, std::int64_t>();
    compares_pairs<float, std::uint64_t, TestType>();
    compares_pairs<float, std::int32_t, TestType>();
    compares_named<float, TestType>();
    compares_named<double, TestType>();
  }
}

TEST_CASE("a huge unsigned label is not the ignored -1") {
  constexpr auto entries = loom::tensor<"entries[C]">;
  constexpr auto v = loom::tensor<"v[N]">;
  constexpr auto kept = loom::loss<sum(where(t == -1, 0, gather(entries, t) * v))>;
  const std::vector<float> two{1, 2}, table{10, 20};
  const std::vector<std::uint64_t> labels{(std::uint64_t{1} << 63) + 5, 1};
  CHECK_THROWS_WITH(kept(v = two, entries = table, t = labels),
                    "label 9223372036854775813 of t at row 0 is outside axis C, which has 2 entries");
}
