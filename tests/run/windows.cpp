// SPDX-License-Identifier: BSL-1.0
// Places along several axes, T + K - 1 and 2 * P + K: filters, windows, frames, and what is read backwards. Held against plain loops in
// double, and their gradients against differences of those.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

#include "loom/loom.hpp"
#include "support/catch.hpp"
#include "support/targets.hpp"

namespace {

using std::ptrdiff_t;
using std::size_t;
using numbers = std::vector<double>;

constexpr auto x = loom::tensor<"x[N,T]">;
constexpr auto y = loom::tensor<"y[N,T]">;
constexpr auto w = loom::tensor<"w[K]">;
constexpr auto stack = loom::tensor<"stack[N,T,K]">;
constexpr auto frame = loom::tensor<"frame[N,P]">;
constexpr auto image = loom::tensor<"image[H,W]">;
constexpr auto kernel = loom::tensor<"kernel[A,B]">;
constexpr auto known = loom::mask<"known[N,T]">;
constexpr auto word = loom::index<"word[N,T]">;
constexpr auto table = loom::tensor<"table[V,K]">;
constexpr auto matrix = loom::tensor<"matrix[I,J]">;
constexpr auto e = loom::tensor<"e[I]">;
constexpr auto T = loom::axis<"T">;
constexpr auto K = loom::axis<"K">;
constexpr auto P = loom::axis<"P">;
constexpr auto Q = loom::axis<"Q = T - K + 1">;
constexpr auto H = loom::axis<"H">;
constexpr auto W = loom::axis<"W">;
constexpr auto A = loom::axis<"A">;
constexpr auto B = loom::axis<"B">;
constexpr auto I = loom::axis<"I">;
constexpr auto J = loom::axis<"J">;
constexpr auto V = loom::axis<"V">;
constexpr auto N = loom::axis<"N">;
constexpr auto M = loom::axis<"M">;
constexpr auto first = loom::index<"first[N]">;
using loom::d;
using loom::outside;

// ---- the losses ----------------------------------------------------------------------------------------------------------

constexpr auto filtered = loom::loss<sum(square(sum(x(T = T + K - 1) * w, K) - y))>;
constexpr auto causal = loom::loss<sum(abs(y - sum(x(T = T - K) * w, K)))>;
constexpr auto energies = loom::loss<sum(log(1 + sum(square(x(T = Q + K)) * w, K)))>;
constexpr auto frames = loom::loss<sum(square(logsumexp(x(T = 2 * P + K) * w, K) - frame))>;
constexpr auto dilated = loom::loss<sum(sin(x) * sum(x(T = T + 2 * K - 2) * w, K))>;
constexpr auto edges = loom::loss<sum(abs(sum(image(H = H + A - 1, W = W + B - 1) * kernel, A, B)))>;
constexpr auto probability = softmax(x, T);
constexpr auto smoothed = loom::loss<sum(square(probability - sum(probability(T = T + K - 1) * w, K)))>;
constexpr auto local = loom::loss<sum(y* sum(softmax(x(T = T + K - 1, outside = -3.0) * w, K) * x(T = T + K), K))>;
constexpr auto gaps = loom::loss<sum(where(known(T = T + K - 1), x(T = T + K - 1) * w, 0) * y)>;
constexpr auto repeats = loom::loss<sum(x* sum(where(word(T = T + K) == word, w, 0), K))>;
constexpr auto embedded = loom::loss<sum(square(gather(table, word(T = T + K - 1), V) - x))>;
constexpr auto palindrome = loom::loss<sum(square(x - x(T = extent(T) - 1 - T)) * y)>;
constexpr auto diagonals = loom::loss<sum(square(matrix(J = I + 1) - 2 * matrix(J = I, I = I + 2)) * e)>;
constexpr auto slanted = loom::loss<sum(e* sum(sin(matrix(I = I + K - 1, J = 4 - 4 * I)) * w, K))>;
constexpr auto stripes = loom::loss<sum(e* exp(-abs(matrix(I = 5 - I, J = 2 * I))))>;
// Of running values, which are kept: smoothed, sorted, far away, backwards, run over again, as a factor, by labels.
constexpr auto curve = loom::loss<sum(square(sum(cumsum(x, T)(T = T + K - 1) * w, K) - y))>;
constexpr auto sorted = loom::loss<sum(y* sum(sin(x(T = order(x, T))(T = T + K - 1)) * w, K))>;
constexpr auto far =
    loom::loss<sum(y*(cumsum(sin(x), T)(T = T - 12) + square(cumsum(x, T, loom::reverse)(T = T - 9))))>;
constexpr auto turned = loom::loss<sum(y* sin(cumsum(x, T)(T = loom::last - T)))>;
constexpr auto again = loom::loss<sum(square(cumsum(cumsum(x, T)(T = T + K - 1), T) - stack))>;
constexpr auto alike = loom::loss<sum(square(sum(x* cumsum(x, T)(T = T + 1, N = M), T)))>;
constexpr auto named = loom::loss<sum(square(gather(cumsum(x, T)(T = T + 2, outside = 1), first)))>;

// ---- plain loops -----------------------------------------------------------------------------------------------------------

/// Entries of some rows; 0, or something else, outside.
struct rows_of {
  const numbers& entries;
  ptrdiff_t columns;
  double operator()(ptrdiff_t row, ptrdiff_t column, double beyond = 0) const {
    const auto rows = static_cast<ptrdiff_t>(entries.size()) / columns;
    const bool inside = row >= 0 && row < rows && column >= 0 && column < columns;
    return inside ? entries[static_cast<size_t>(row * columns + column)] : beyond;
  }
};
struct sizes {
  ptrdiff_t n, t, k;
  ptrdiff_t frames() const { return (t - k) / 2 + 1; }
};
using plain_loss = std::function<double(const numbers&, const numbers&, const numbers&, sizes)>;

/// Calls f(n, t) for every entry of the rows, and adds up.
template <class F>
double over_entries(ptrdiff_t rows, ptrdiff_t columns, const F& f) {
  double sum = 0;
  for (ptrdiff_t i = 0; i < rows; ++i)
    for (ptrdiff_t j = 0; j < columns; ++j) sum += f(i, j);
  return sum;
}
template <class F>
double over(ptrdiff_t count, const F& f) {
  return over_entries(1, count, [&](ptrdiff_t, ptrdiff_t k) { return f(k); });
}

double at(const numbers& v, ptrdiff_t i) { return v[static_cast<size_t>(i)]; }

double plain_filtered(const numbers& a, const numbers& b, const numbers& f, sizes s) {
  const rows_of u{a, s.t}, v{b, s.t};
  return over_entries(s.n, s.t, [&](ptrdiff_t n, ptrdiff_t t) {
    return std::pow(over(s.k, [&](ptrdiff_t k) { return u(n, t + k - 1) * at(f, k); }) - v(n, t), 2);
  });
}
double plain_causal(const numbers& a, const numbers& b, const numbers& f, sizes s) {
  const rows_of u{a, s.t}, v{b, s.t};
  return over_entries(s.n, s.t, [&](ptrdiff_t n, ptrdiff_t t) {
    return std::fabs(v(n, t) - over(s.k, [&](ptrdiff_t k) { return u(n, t - k) * at(f, k); }));
  });
}
double plain_energies(const numbers& a, const numbers&, const numbers& f, sizes s) {
  const rows_of u{a, s.t};
  return over_entries(s.n, s.t - s.k + 1, [&](ptrdiff_t n, ptrdiff_t q) {
    return std::log(1 + over(s.k, [&](ptrdiff_t k) { return u(n, q + k) * u(n, q + k) * at(f, k); }));
  });
}
double plain_frames(const numbers& a, const numbers& b, const numbers& f, sizes s) {
  const rows_of u{a, s.t}, v{b, s.frames()};
  return over_entries(s.n, s.frames(), [&](ptrdiff_t n, ptrdiff_t p) {
    const double sum = over(s.k, [&](ptrdiff_t k) { return std::exp(u(n, 2 * p + k) * at(f, k)); });
    return std::pow(std::log(sum) - v(n, p), 2);
  });
}
double plain_dilated(const numbers& a, const numbers&, const numbers& f, sizes s) {
  const rows_of u{a, s.t};
  return over_entries(s.n, s.t, [&](ptrdiff_t n, ptrdiff_t t) {
    return std::sin(u(n, t)) * over(s.k, [&](ptrdiff_t k) { return u(n, t + 2 * k - 2) * at(f, k); });
  });
}
double plain_edges(const numbers& a, const numbers&, const numbers& f, sizes s) {
  const rows_of u{a, s.t}, v{f, s.k};
  const auto rows = static_cast<ptrdiff_t>(f.size()) / s.k;
  return over_entries(s.n, s.t, [&](ptrdiff_t h, ptrdiff_t i) {
    return std::fabs(
        over_entries(rows, s.k, [&](ptrdiff_t p, ptrdiff_t q) { return u(h + p - 1, i + q - 1) * v(p, q); }));
  });
}
double plain_smoothed(const numbers& a, const numbers&, const numbers& f, sizes s) {
  numbers share;
  const rows_of u{a, s.t};
  for (ptrdiff_t n = 0; n < s.n; ++n) {
    const double all = over(s.t, [&](ptrdiff_t t) { return std::exp(u(n, t)); });
    for (ptrdiff_t t = 0; t < s.t; ++t) share.push_back(std::exp(u(n, t)) / all);
  }
  const rows_of p{share, s.t};
  return over_entries(s.n, s.t, [&](ptrdiff_t n, ptrdiff_t t) {
    return std::pow(p(n, t) - over(s.k, [&](ptrdiff_t k) { return p(n, t + k - 1) * at(f, k); }), 2);
  });
}
double plain_local(const numbers& a, const numbers& b, const numbers& f, sizes s) {
  const rows_of u{a, s.t}, v{b, s.t};
  return over_entries(s.n, s.t, [&](ptrdiff_t n, ptrdiff_t t) {
    const auto weight = [&](ptrdiff_t k) { return std::exp(u(n, t + k - 1, -3) * at(f, k)); };
    return v(n, t) * over(s.k, [&](ptrdiff_t k) { return weight(k) * u(n, t + k); }) / over(s.k, weight);
  });
}
bool is_known(ptrdiff_t i) { return i % 3 != 1; }
std::int32_t word_at(ptrdiff_t i) { return static_cast<std::int32_t>(i * i % 4); }
double plain_gaps(const numbers& a, const numbers& b, const numbers& f, sizes s) {
  const rows_of u{a, s.t}, v{b, s.t};
  return over_entries(s.n, s.t, [&](ptrdiff_t n, ptrdiff_t t) {
    return v(n, t) * over(s.k, [&](ptrdiff_t k) {
             const ptrdiff_t i = t + k - 1;
             return i >= 0 && i < s.t && is_known(n * s.t + i) ? u(n, i) * at(f, k) : 0;
           });
  });
}
double plain_repeats(const numbers& a, const numbers&, const numbers& f, sizes s) {
  const rows_of u{a, s.t};
  return over_entries(s.n, s.t, [&](ptrdiff_t n, ptrdiff_t t) {
    return u(n, t) * over(s.k, [&](ptrdiff_t k) {
             const std::int32_t there = t + k < s.t ? word_at(n * s.t + t + k) : 0;
             return there == word_at(n * s.t + t) ? at(f, k) : 0;
           });
  });
}
double plain_embedded(const numbers& a, const numbers&, const numbers& f, sizes s) {
  const rows_of u{a, s.t}, rows{f, s.k};
  return over_entries(s.n, s.t, [&](ptrdiff_t n, ptrdiff_t t) {
    return over(s.k, [&](ptrdiff_t k) {
      const ptrdiff_t i = t + k - 1;
      return std::pow(rows(i >= 0 && i < s.t ? word_at(n * s.t + i) : 0, k) - u(n, t), 2);
    });
  });
}
double plain_palindrome(const numbers& a, const numbers& b, const numbers&, sizes s) {
  const rows_of u{a, s.t}, v{b, s.t};
  return over_entries(s.n, s.t,
                      [&](ptrdiff_t n, ptrdiff_t t) { return std::pow(u(n, t) - u(n, s.t - 1 - t), 2) * v(n, t); });
}
double plain_diagonals(const numbers& a, const numbers& b, const numbers&, sizes s) {
  const rows_of u{a, s.t};
  return over(s.n, [&](ptrdiff_t i) { return std::pow(u(i, i + 1) - 2 * u(i + 2, i), 2) * at(b, i); });
}
double plain_slanted(const numbers& a, const numbers& b, const numbers& f, sizes s) {
  const rows_of u{a, s.t};
  return over(s.n, [&](ptrdiff_t i) {
    return at(b, i) * over(s.k, [&](ptrdiff_t k) { return std::sin(u(i + k - 1, 4 - 4 * i)) * at(f, k); });
  });
}
double plain_stripes(const numbers& a, const numbers& b, const numbers&, sizes s) {
  const rows_of u{a, s.t};
  return over(s.n, [&](ptrdiff_t i) { return at(b, i) * std::exp(-std::fabs(u(5 - i, 2 * i))); });
}

/// Of a row the sums of the entries so far.
numbers sums_of(const numbers& a, ptrdiff_t columns) {
  numbers sums = a;
  for (size_t i = 0; i < sums.size(); ++i)
    if (i % static_cast<size_t>(columns) != 0) sums[i] += sums[i - 1];
  return sums;
}
double plain_curve(const numbers& a, const numbers& b, const numbers& f, sizes s) {
  return plain_filtered(sums_of(a, s.t), b, f, s);
}
double plain_sorted(const numbers& a, const numbers& b, const numbers& f, sizes s) {
  numbers in_order = a;
  for (auto row = in_order.begin(); row != in_order.end(); row += s.t) std::sort(row, row + s.t);
  const rows_of u{in_order, s.t}, v{b, s.t};
  return over_entries(s.n, s.t, [&](ptrdiff_t n, ptrdiff_t t) {
    return v(n, t) * over(s.k, [&](ptrdiff_t k) { return std::sin(u(n, t + k - 1)) * at(f, k); });
  });
}
double plain_far(const numbers& a, const numbers& b, const numbers&, sizes s) {
  const rows_of u{a, s.t}, v{b, s.t};
  return over_entries(s.n, s.t, [&](ptrdiff_t n, ptrdiff_t t) {
    double before = 0, from_there = 0;
    for (ptrdiff_t i = 0; i <= t - 12; ++i) before += std::sin(u(n, i));
    for (ptrdiff_t i = t - 9; i >= 0 && t >= 9 && i < s.t; ++i) from_there += u(n, i);
    return v(n, t) * (before + from_there * from_there);
  });
}
double plain_turned(const numbers& a, const numbers& b, const numbers&, sizes s) {
  const numbers sums = sums_of(a, s.t);
  const rows_of u{sums, s.t}, v{b, s.t};
  return over_entries(s.n, s.t, [&](ptrdiff_t n, ptrdiff_t t) { return v(n, t) * std::sin(u(n, s.t - 1 - t)); });
}
double plain_again(const numbers& a, const numbers& b, const numbers&, sizes s) {
  const numbers sums = sums_of(a, s.t);
  const rows_of u{sums, s.t};
  return over_entries(s.n, s.k, [&](ptrdiff_t n, ptrdiff_t k) {
    double so_far = 0;
    return over(s.t, [&](ptrdiff_t t) {
      so_far += u(n, t + k - 1);
      return std::pow(so_far - at(b, (n * s.t + t) * s.k + k), 2);
    });
  });
}
double plain_alike(const numbers& a, const numbers&, const numbers&, sizes s) {
  const numbers sums = sums_of(a, s.t);
  const rows_of u{a, s.t}, v{sums, s.t};
  return over_entries(s.n, s.n, [&](ptrdiff_t n, ptrdiff_t m) {
    return std::pow(over(s.t, [&](ptrdiff_t t) { return u(n, t) * v(m, t + 1); }), 2);
  });
}
std::int32_t first_of(ptrdiff_t n, sizes s) { return static_cast<std::int32_t>((5 * n + 3) % s.t); }
double plain_named(const numbers& a, const numbers&, const numbers&, sizes s) {
  const numbers sums = sums_of(a, s.t);
  const rows_of u{sums, s.t};
  return over(s.n, [&](ptrdiff_t n) { return std::pow(u(n, first_of(n, s) + 2, 1), 2); });
}

// ---- comparison ------------------------------------------------------------------------------------------------------------

numbers waves(ptrdiff_t count, double phase) {
  numbers v;
  for (ptrdiff_t i = 0; i < count; ++i) v.push_back(std::sin(phase + 1.7 * static_cast<double>(i)));
  return v;
}

/// call(data, beside, filter, gradients of the first and the third, room) against the plain loss and differences of it, in T.
template <class Call>
void agrees(const char* what, const plain_loss& plain, sizes s, ptrdiff_t data_count, ptrdiff_t beside_count,
            ptrdiff_t filter_count, const Call& call) {
  numbers data = waves(data_count, 0.3), beside = waves(beside_count, 1), filter = waves(filter_count, 2);
  for (double& f : filter) f = std::fabs(f) + 0.2;
  numbers room(200000);
  for (const loom::target each : trial::targets()) {
    const loom::limit_target limit(each);
    numbers d_data(data.size(), -7), d_filter(filter.size(), 0);
    CAPTURE(what, s.n, s.t, s.k, static_cast<int>(each));
    CHECK(call(data, beside, filter, d_data, d_filter, room) == Approx(plain(data, beside, filter, s)).epsilon(1e-12));
    const auto slopes = [&](numbers& of, const numbers& have) {
      for (size_t i = 0; i < of.size(); ++i) {
        const double here = of[i], step = 1e-6;
        of[i] = here + step;
        const double above = plain(data, beside, filter, s);
        of[i] = here - step;
        const double below = plain(data, beside, filter, s);
        of[i] = here;
        CAPTURE(i);
        CHECK(have[i] == Approx((above - below) / (2 * step)).epsilon(1e-6).margin(1e-7));
      }
    };
    slopes(data, d_data);
    if (std::any_of(d_filter.begin(), d_filter.end(), [](double v) { return v != 0; })) slopes(filter, d_filter);
  }
}

constexpr sizes of_rows[] = {{1, 1, 1}, {2, 7, 3}, {3, 21, 5}, {1, 70, 4}, {17, 5, 2}, {2, 40, 9}, {5, 10, 7}};

/// The same of losses of rows and a filter.
template <class Loss>
void agrees(const char* what, const plain_loss& plain, const Loss& loss) {
  for (const sizes& s : of_rows)
    agrees(what, plain, s, s.n * s.t, s.n * s.t, s.k, [&](auto& u, auto& v, auto& f, auto& du, auto& df, auto& room) {
      return loss(x = loom::view(u.data(), s.n, s.t), y = loom::view(v.data(), s.n, s.t), w = f,
                  d(x) = loom::view(du.data(), s.n, s.t), d(w) = df, loom::workspace = room);
    });
}

/// The same without y, which may be other data or none: call(rows, beside, filter, gradient, gradient of the filter, room).
template <class Call>
void agrees_with(const char* what, const plain_loss& plain, const Call& call) {
  for (const sizes& s : of_rows)
    agrees(what, plain, s, s.n * s.t, s.n * s.t, s.k, [&](auto& u, auto& v, auto& f, auto& du, auto& df, auto& room) {
      return call(s, loom::view(u.data(), s.n, s.t), v, f, loom::view(du.data(), s.n, s.t), df, room);
    });
}

TEST_CASE("filters, before and after, with gaps and without") {
  agrees("filtered", plain_filtered, filtered);
  agrees("causal", plain_causal, causal);
  agrees_with("dilated", plain_dilated, [](auto, auto u, auto&, auto& f, auto du, auto& df, auto& room) {
    return dilated(x = u, w = f, d(x) = du, d(w) = df, loom::workspace = room);
  });
  agrees("local", plain_local, local);
}

TEST_CASE("windows that lie within the data, and frames of every other entry") {
  agrees_with("energies", plain_energies, [](auto, auto u, auto&, auto& f, auto du, auto& df, auto& room) {
    return energies(x = u, w = f, d(x) = du, d(w) = df, loom::workspace = room);
  });
  agrees_with("frames", plain_frames, [](sizes s, auto u, auto& v, auto& f, auto du, auto& df, auto& room) {
    return frames(x = u, frame = loom::view(v.data(), s.n, s.frames()), w = f, d(x) = du, d(w) = df,
                  loom::workspace = room);
  });
}

TEST_CASE("windows of images") {
  for (const sizes& s : {sizes{1, 1, 1}, sizes{4, 6, 3}, sizes{9, 33, 2}})
    agrees("edges", plain_edges, s, s.n * s.t, 1, 3 * s.k,
           [&](auto& u, auto&, auto& f, auto& du, auto& df, auto& room) {
             return edges(image = loom::view(u.data(), s.n, s.t), kernel = loom::view(f.data(), 3, s.k),
                          d(image) = loom::view(du.data(), s.n, s.t), d(kernel) = loom::view(df.data(), 3, s.k),
                          loom::workspace = room);
           });
}

TEST_CASE("windows of what is computed") {
  agrees_with("smoothed", plain_smoothed, [](auto, auto u, auto&, auto& f, auto du, auto& df, auto& room) {
    return smoothed(x = u, w = f, d(x) = du, d(w) = df, loom::workspace = room);
  });
}

TEST_CASE("windows of masks and of labels") {
  agrees_with("gaps", plain_gaps, [](sizes s, auto u, auto& v, auto& f, auto du, auto& df, auto& room) {
    std::vector<std::uint8_t> is;
    for (ptrdiff_t i = 0; i < s.n * s.t; ++i) is.push_back(is_known(i));
    const auto* const data = reinterpret_cast<const bool*>(is.data());
    return gaps(x = u, y = loom::view(v.data(), s.n, s.t), w = f, known = loom::view(data, s.n, s.t), d(x) = du,
                d(w) = df, loom::workspace = room);
  });
  agrees_with("repeats", plain_repeats, [](sizes s, auto u, auto&, auto& f, auto du, auto& df, auto& room) {
    std::vector<std::int32_t> words;
    for (ptrdiff_t i = 0; i < s.n * s.t; ++i) words.push_back(word_at(i));
    return repeats(x = u, w = f, word = loom::view(words.data(), s.n, s.t), d(x) = du, d(w) = df,
                   loom::workspace = room);
  });
}

TEST_CASE("entries that the labels of a window name") {
  for (const sizes& s : of_rows) {
    std::vector<std::int64_t> words;
    for (ptrdiff_t i = 0; i < s.n * s.t; ++i) words.push_back(word_at(i));
    const auto of = loom::view(words.data(), s.n, s.t);
    agrees("embedded", plain_embedded, s, s.n * s.t, 1, 4 * s.k,
           [&](auto& u, auto&, auto& f, auto& du, auto& df, auto& room) {
             return embedded(x = loom::view(u.data(), s.n, s.t), table = loom::view(f.data(), 4, s.k), word = of,
                             d(x) = loom::view(du.data(), s.n, s.t), d(table) = loom::view(df.data(), 4, s.k),
                             loom::workspace = room);
           });
    words.back() = 4;
    numbers u(words.size()), f(static_cast<size_t>(4 * s.k)), room(20000);
    CHECK_THROWS_AS(embedded(x = loom::view(u.data(), s.n, s.t), table = loom::view(f.data(), 4, s.k), word = of,
                             loom::workspace = room),
                    loom::error);
  }
}

TEST_CASE("what is read backwards, and along a diagonal") {
  agrees_with("palindrome", plain_palindrome, [](sizes s, auto u, auto& v, auto&, auto du, auto&, auto& room) {
    return palindrome(x = u, y = loom::view(v.data(), s.n, s.t), d(x) = du, loom::workspace = room);
  });
  for (const sizes& s : {sizes{1, 1, 1}, sizes{6, 6, 1}, sizes{19, 19, 1}, sizes{40, 40, 1}}) {
    agrees("diagonals", plain_diagonals, s, s.n * s.t, s.n, 1,
           [&](auto& u, auto& v, auto&, auto& du, auto&, auto& room) {
             return diagonals(matrix = loom::view(u.data(), s.n, s.t), e = v,
                              d(matrix) = loom::view(du.data(), s.n, s.t), loom::workspace = room);
           });
    const sizes five{s.n, 5, 3};  // columns: the entries of a slanted line are neighbours in memory
    agrees("slanted", plain_slanted, five, 5 * s.n, s.n, 3,
           [&](auto& u, auto& v, auto& f, auto& du, auto& df, auto& room) {
             return slanted(matrix = loom::view(u.data(), s.n, 5), e = v, w = f,
                            d(matrix) = loom::view(du.data(), s.n, 5), d(w) = df, loom::workspace = room);
           });
    agrees("stripes", plain_stripes, s, s.n * s.t, s.n, 1, [&](auto& u, auto& v, auto&, auto& du, auto&, auto& room) {
      return stripes(matrix = loom::view(u.data(), s.n, s.t), e = v, d(matrix) = loom::view(du.data(), s.n, s.t),
                     loom::workspace = room);
    });
  }
}

TEST_CASE("running values are read as data is, wherever they are kept") {
  agrees("curve", plain_curve, curve);
  agrees_with("sorted", plain_sorted, [](sizes s, auto u, auto& v, auto& f, auto du, auto& df, auto& room) {
    return sorted(x = u, y = loom::view(v.data(), s.n, s.t), w = f, d(x) = du, d(w) = df, loom::workspace = room);
  });
  agrees_with("far", plain_far, [](sizes s, auto u, auto& v, auto&, auto du, auto&, auto& room) {
    return far(x = u, y = loom::view(v.data(), s.n, s.t), d(x) = du, loom::workspace = room);
  });
  agrees_with("turned", plain_turned, [](sizes s, auto u, auto& v, auto&, auto du, auto&, auto& room) {
    return turned(x = u, y = loom::view(v.data(), s.n, s.t), d(x) = du, loom::workspace = room);
  });
  agrees_with("alike", plain_alike, [](auto, auto u, auto&, auto&, auto du, auto&, auto& room) {
    return alike(x = u, d(x) = du, loom::workspace = room);
  });
  for (const sizes& s : of_rows)
    agrees("again", plain_again, s, s.n * s.t, s.n * s.t * s.k, 1,
           [&](auto& u, auto& v, auto&, auto& du, auto&, auto& room) {
             return again(x = loom::view(u.data(), s.n, s.t), stack = loom::view(v.data(), s.n, s.t, s.k),
                          d(x) = loom::view(du.data(), s.n, s.t), loom::workspace = room);
           });
  agrees_with("named", plain_named, [](sizes s, auto u, auto&, auto&, auto du, auto&, auto& room) {
    std::vector<std::int32_t> labels;
    for (ptrdiff_t n = 0; n < s.n; ++n) labels.push_back(first_of(n, s));
    return named(x = u, first = labels, d(x) = du, loom::workspace = room);
  });
}

}  // namespace
