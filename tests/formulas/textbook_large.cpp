// SPDX-License-Identifier: BSL-1.0
// Losses of many arrays and sweeps, as textbooks write them, beside plain loops: formulas/textbook.cpp has the others.
#include <algorithm>
#include <cmath>
#include <vector>

#include "loom/loom.hpp"
#include "support/plain_loss.hpp"

namespace {

using plain::real, plain::sample;
using std::size_t;

constexpr auto N = loom::axis<"N">;
constexpr auto M = loom::axis<"M">;
constexpr auto D = loom::axis<"D">;
constexpr auto x = loom::tensor<"x[N,D]">;
constexpr auto y = loom::tensor<"y[N,D]">;
constexpr auto cost = loom::tensor<"cost[N,M]">;

// Correlation of distances within a batch and within another.
template <class E>
constexpr auto centred(const E& e) {
  return e - mean(e, N) - mean(e, M) + mean(mean(e, N), M);
}
template <class E>
constexpr auto distances(const E& e) {
  return centred(sqrt(sum(square(e - e(N = M)), D) + 1e-3));
}
constexpr auto correlation =
    loom::loss<mean(mean(distances(x) * distances(y), N), M) /
               sqrt(mean(mean(square(distances(x)), N), M) * mean(mean(square(distances(y)), N), M))>;

// Optimal transport between uniform marginals: Sinkhorn's iteration in the log domain, three times.
constexpr double blur = 0.5;
template <int K>
constexpr auto columns_potential();
template <int K>
constexpr auto rows_potential() {
  if constexpr (K == 1) return blur * (-log(extent(N)) - logsumexp(-cost / blur, M));
  else return blur * (-log(extent(N)) - logsumexp((columns_potential<K - 1>() - cost) / blur, M));
}
template <int K>
constexpr auto columns_potential() {
  return blur * (-log(extent(M)) - logsumexp((rows_potential<K>() - cost) / blur, N));
}
constexpr auto transport = loom::loss<mean(rows_potential<3>()) + mean(columns_potential<3>())>;

std::vector<real> centred_distances(const std::vector<real>& v, size_t n, size_t d) {
  std::vector<real> a(n * n), row(n);
  real all = 0;
  for (size_t i = 0; i < n; ++i)
    for (size_t j = 0; j < n; ++j) {
      real s = real(1e-3);
      for (size_t k = 0; k < d; ++k) s += (v[i * d + k] - v[j * d + k]) * (v[i * d + k] - v[j * d + k]);
      a[i * n + j] = std::sqrt(s);
      row[i] += a[i * n + j] / static_cast<real>(n);
    }
  for (const real r : row) all += r / static_cast<real>(n);
  for (size_t i = 0; i < n; ++i)
    for (size_t j = 0; j < n; ++j) a[i * n + j] += all - row[i] - row[j];
  return a;
}
real plain_correlation(const sample& b, const sample&) {
  const auto p = centred_distances(b.entries, b.rows, b.columns), q = centred_distances(b.more, b.rows, b.columns);
  real pq = 0, pp = 0, qq = 0;
  for (size_t i = 0; i < p.size(); ++i) pq += p[i] * q[i], pp += p[i] * p[i], qq += q[i] * q[i];
  return pq / std::sqrt(pp * qq);
}

real plain_transport(const sample& b, const sample&) {
  std::vector<real> f(b.rows), g(b.columns);
  const auto log_sum = [](const std::vector<real>& v) {
    const real most = *std::max_element(v.begin(), v.end());
    real s = 0;
    for (const real e : v) s += std::exp(e - most);
    return most + std::log(s);
  };
  real r = 0;
  for (int k = 0; k < 3; ++k) {
    for (size_t i = 0; i < b.rows; ++i) {
      std::vector<real> v(b.columns);
      for (size_t j = 0; j < b.columns; ++j) v[j] = (g[j] - b(i, j)) / real(blur);
      f[i] = real(blur) * (-std::log(static_cast<real>(b.rows)) - log_sum(v));
    }
    for (size_t j = 0; j < b.columns; ++j) {
      std::vector<real> v(b.rows);
      for (size_t i = 0; i < b.rows; ++i) v[i] = (f[i] - b(i, j)) / real(blur);
      g[j] = real(blur) * (-std::log(static_cast<real>(b.columns)) - log_sum(v));
    }
  }
  for (const real v : f) r += v / static_cast<real>(b.rows);
  for (const real v : g) r += v / static_cast<real>(b.columns);
  return r;
}

}  // namespace

TEST_CASE("correlation of distances") {
  for (const sample& b : {plain::ordinary(9, 3), plain::scaled(8, 5, 20)})
    plain::agrees("correlation", b, plain_correlation, [&](auto& data, auto& gradient, auto& room) {
      const auto other = b.others_like(data);
      return correlation(x = data.matrix(), y = loom::view(other.data(), data.rows, data.columns),
                         d(x) = gradient.matrix(), loom::workspace = room);
    });
}

TEST_CASE("optimal transport by three iterations") {
  for (const sample& b : {plain::ordinary(6, 7), plain::scaled(5, 9, 20), plain::scaled(4, 3, 0.1)})
    plain::agrees("transport", b, plain_transport, [&](auto& data, auto& gradient, auto& room) {
      return transport(cost = data.matrix(), d(cost) = gradient.matrix(), loom::workspace = room);
    });
}
