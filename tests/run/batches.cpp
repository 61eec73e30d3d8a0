// SPDX-License-Identifier: BSL-1.0
// Batches of products of matrices, one after the other, against the interpreter: what belongs to an entry of the batch, and what all entries
// add to; of every layout and storage. And what is no batch, for its entries meet.
#include <cstring>
#include <vector>

#include "loom/loom.hpp"
#include "support/catch.hpp"
#include "support/tiles.hpp"

namespace {

using loom::storage;
using loom::derive::derivative_request;
using trial::agrees;
constexpr auto B = loom::axis<"B">;
constexpr auto N = loom::axis<"N">;
constexpr auto M = loom::axis<"M">;
constexpr auto C = loom::axis<"C">;
constexpr auto D = loom::axis<"D">;
constexpr auto q = loom::tensor<"q[B,N,D]">;
constexpr auto k = loom::tensor<"k[B,C,D]">;
constexpr auto r = loom::tensor<"r[B]">;
constexpr auto v = loom::tensor<"v[D]">;
constexpr auto u = loom::tensor<"u[C]">;
constexpr auto m = loom::mask<"m[B,C]">;
constexpr auto t = loom::index<"t[B,N]">;
constexpr auto tau = loom::scalar<"tau">;
constexpr auto s = tau * sum(q * k, D);

constexpr auto both_sides = logsumexp(s, C).mean() + 0.5 * square(logsumexp(s, N)).mean();
// A number and arrays that all entries of the batch share, and a number of each.
constexpr auto shared = mean(r * -gather(log_softmax(tau * sum(q * v * k, D) + u, C), t, C));
constexpr auto masked = logsumexp(where(m, s, -INFINITY), C).mean();
constexpr auto within = mean(softplus(sum(q * q(N = M), D)));
// A number for each entry.
constexpr auto of_each = sum(square(logsumexp(s, C)), N);
// Two axes of a batch, of which one has a number for itself.
constexpr auto hq = loom::tensor<"q[B,H,N,D]">;
constexpr auto hk = loom::tensor<"k[B,H,C,D]">;
constexpr auto heads = mean(loom::tensor<"g[H]"> * logsumexp(sum(hq * hk, D), C));

template <auto Formula, loom::derive::derivative_request Request>
constexpr bool has_tiles = loom::run::has_tiles<loom::compiler::compiled<Formula, Request>, false>();

}  // namespace

TEST_CASE("a product for each entry of a batch") {
  agrees<both_sides, derivative_request(0b111), double>(1e-12);
  agrees<masked, derivative_request(0b1100), float, trial::all_stored(storage::bf16, storage::bf16)>(2e-5);
  agrees<within, derivative_request(0b1), double>(1e-12);
}
TEST_CASE("what all entries of a batch share adds up") { agrees<shared, derivative_request(0b11111), double>(1e-12); }
TEST_CASE("results of each entry of a batch") {
  agrees<of_each, derivative_request(0b111, 0, 0, 0, true), double>(1e-12);
}
TEST_CASE("a batch of two axes") { agrees<heads, derivative_request(0b111), double>(1e-12); }
TEST_CASE("a gradient that all entries share is added to what is there") {
  constexpr auto f = loom::loss<logsumexp(sum(q * v * k, D), C).mean()>;
  constexpr std::ptrdiff_t b = 3, n = 20, c = 30, d = 7;
  std::vector<double> x(b * n * d), y(b * c * d), z(d), once(d), more(d, 0.5), g(x.size()), h(y.size());
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = 0.01 * static_cast<double>(i % 31) - 0.1;
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = 0.02 * static_cast<double>(i % 17) - 0.1;
  for (std::size_t i = 0; i < z.size(); ++i) z[i] = 1.0 / static_cast<double>(1 + i);
  std::vector<double> memory(1 << 16);
  const auto call = [&](const auto&... to) {
    return f(q = loom::view(x.data(), b, n, d), k = loom::view(y.data(), b, c, d), v = z,
             loom::d(q) = loom::view(g.data(), b, n, d), loom::d(k) = loom::view(h.data(), b, c, d),
             loom::workspace = memory, to...);
  };
  const double value = call(loom::d(v) = once);
  CHECK(call(loom::d(v) += more) == value);
  for (std::size_t i = 0; i < once.size(); ++i) CHECK(more[i] == Approx(0.5 + once[i]).epsilon(1e-14));
  // Of no entries, a mean is NaN, and a gradient 0.
  const double none = f(q = loom::view(x.data(), 0, n, d), k = loom::view(y.data(), 0, c, d), v = z,
                        loom::d(q) = loom::view(g.data(), 0, n, d), loom::d(k) = loom::view(h.data(), 0, c, d),
                        loom::d(v) = once, loom::workspace = memory);
  CHECK(none != none);
}

TEST_CASE("entries of a batch that meet are walked together") {
  constexpr auto row = logsumexp(sum(q * k, D), C);
  STATIC_REQUIRE(has_tiles<row.mean(), derivative_request(0b11)>);
  STATIC_REQUIRE(!has_tiles<log(exp(row).sum()), derivative_request(0b11)>);
  STATIC_REQUIRE(!has_tiles<sum(square(row.sum(B))), derivative_request(0b11)>);
  STATIC_REQUIRE(!has_tiles<sum(row * row(B = B - 1)), derivative_request(0b11)>);
  STATIC_REQUIRE(!has_tiles<sum(where(B != 0, row, 0)), derivative_request(0b11)>);
  STATIC_REQUIRE(!has_tiles<sum(row * softmax(r, B)), derivative_request(0b11)>);
}
