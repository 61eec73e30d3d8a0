// SPDX-License-Identifier: BSL-1.0
// Formulas with products of matrices, in stages, against the interpreter: blocks of few rows, extents that are multiples of
// nothing, every layout and storage, masks over what is not finite.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "loom/loom.hpp"
#include "support/catch.hpp"
#include "support/tiles.hpp"

namespace {

using loom::storage;
using loom::derive::derivative_request;
using trial::agrees;
constexpr auto N = loom::axis<"N">;
constexpr auto C = loom::axis<"C">;
constexpr auto D = loom::axis<"D">;
constexpr auto E = loom::axis<"E">;
constexpr auto F = loom::axis<"F">;
constexpr auto M = loom::axis<"M">;
constexpr auto a = loom::tensor<"a[N,D]">;
constexpr auto b = loom::tensor<"b[C,D]">;
constexpr auto w = loom::tensor<"w[C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto tau = loom::scalar<"tau">;

// One side folded: a linear layer with a bias, its cross entropy.
constexpr auto logits = sum(a * b, D) + w;
constexpr auto linear = -gather(log_softmax(logits, C), t, C).mean();
// Both sides folded.
constexpr auto s = tau * sum(a * b, D);
constexpr auto both = logsumexp(s, C).mean() + square(logsumexp(s, N)).mean();
// No side folded.
constexpr auto pairwise = softplus(-s).mean();
// Factors that are computed, one of them of the other's data; a mask along the folded axis.
constexpr auto u = a / norm(a, D);
constexpr auto cosine = sum(u * u(N = M), D);
constexpr auto apart = sum(where(N != M, square(relu(cosine - 0.1)), 0));
// A contraction over the batch, made of centred data; more is done to the gradient than to multiply.
constexpr auto centred = a - mean(a, N);
constexpr auto covariance = sum(centred * centred(D = E), N) / extent(N);
constexpr auto decorrelate = sum(where(D != E, square(covariance), 0)) + sum(square(1 - var(a, N)));
// A weight of the summed axis, a sign, a number among the factors.
constexpr auto weighted = logsumexp(sum(-(tau * a * loom::tensor<"v[D]"> * b), D), C).mean();
// Statistics of both sides of one tile.
constexpr auto entropy = -sum(softmax(s, C) * log_softmax(s, C), C).mean() + square(sum(softmax(s, C), N)).mean();
// What a tile is multiplied by is computed from data over its axes.
constexpr auto attended = (square(loom::tensor<"c[N,C]">) * sum(a * b, D)).mean();
// Two tiles.
constexpr auto two = logsumexp(s, C).mean() + square(sum(b * b(C = F), D)).mean();

}  // namespace

TEST_CASE("a linear layer inside a loss") { agrees<linear, derivative_request(0b111), float>(2e-5); }
TEST_CASE("tiles folded along either side, or neither") {
  agrees<both, derivative_request(0b111), double>(1e-13);
  agrees<pairwise, derivative_request(0b110), float>(2e-5);
  agrees<entropy, derivative_request(0b110), double>(1e-12);
}
TEST_CASE("factors that are computed") {
  agrees<apart, derivative_request(1), float>(1e-4);
  agrees<decorrelate, derivative_request(1), double>(1e-12);
  agrees<weighted, derivative_request(0b1111), double>(1e-12);
  agrees<attended, derivative_request(0b111), double>(1e-12);
}
TEST_CASE("two tiles in one formula") { agrees<two, derivative_request(0b110), double>(1e-12); }
TEST_CASE("factors and gradients stored in 16 bits") {
  agrees<linear, derivative_request(0b111), float, trial::all_stored(storage::bf16, storage::bf16)>(2e-5);
}
TEST_CASE("a mask over factors that are not finite") {
  // Row 1 is masked wherever it meets another; its entries are not finite, and no gradient but its own sees them.
  std::vector<float> data(8 * 4), grad(data.size());
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = 0.1F * static_cast<float>(i % 7) - 0.2F;
  data[4] = std::numeric_limits<float>::infinity();
  data[5] = std::numeric_limits<float>::quiet_NaN();
  constexpr auto m = loom::mask<"m[N]">;
  constexpr auto masked = loom::loss<sum(where(m && m(N = M), square(sum(a * a(N = M), D)), 0))>;
  const bool good[] = {true, false, true, true, true, true, true, true};
  const auto x = loom::view(data.data(), 8, 4);
  std::vector<double> room(
      static_cast<std::size_t>(masked.workspace_size(a = x, m = good, d(a) = loom::view(grad.data(), 8, 4))));
  const float value = masked(a = x, m = good, d(a) = loom::view(grad.data(), 8, 4), loom::workspace = room);
  double wanted = 0;
  for (std::size_t i = 0; i < 8; ++i)
    for (std::size_t j = 0; j < 8; ++j) {
      double product = 0;
      for (std::size_t k = 0; k < 4; ++k)
        product += static_cast<double>(data[i * 4 + k]) * static_cast<double>(data[j * 4 + k]);
      if (i != 1 && j != 1) wanted += product * product;
    }
  CHECK(static_cast<double>(value) == Approx(wanted));
  for (std::size_t i = 0; i < grad.size(); ++i) CHECK((i / 4 == 1 ? grad[i] == 0 : std::isfinite(grad[i])));
}
TEST_CASE("products are added to what buffers hold, on either side of the tile") {
  const std::size_t rows = 41, classes = 37, depth = 19;
  std::vector<float> x(rows * depth), y(classes * depth), da(x.size()), db(y.size()), ones_a(x.size(), 1),
      ones_b(y.size(), 1);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = 0.1F * static_cast<float>(i % 11) - 0.4F;
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = 0.2F * static_cast<float>(i % 7) - 0.5F;
  const auto matrix = [&](auto& v) { return loom::view(v.data(), static_cast<std::ptrdiff_t>(v.size() / depth), 19); };
  constexpr auto f = loom::loss<both>;
  for (const std::ptrdiff_t more : {0, 1 << 16}) {  // in three blocks, and in one
    std::vector<double> room(
        static_cast<std::size_t>(more + f.workspace_size(loom::least, tau = 0.5, a = matrix(x), b = matrix(y),
                                                         d(a) = matrix(da), d(b) = matrix(db))));
    const float value =
        f(tau = 0.5, a = matrix(x), b = matrix(y), d(a) = matrix(da), d(b) = matrix(db), loom::workspace = room);
    ones_a.assign(x.size(), 1);
    ones_b.assign(y.size(), 1);
    CHECK(f(tau = 0.5, a = matrix(x), b = matrix(y), d(a) += matrix(ones_a), d(b) += matrix(ones_b),
            loom::workspace = room) == value);
    for (std::size_t i = 0; i < x.size(); ++i) CHECK(ones_a[i] == Approx(da[i] + 1).epsilon(1e-6));
    for (std::size_t i = 0; i < y.size(); ++i) CHECK(ones_b[i] == Approx(db[i] + 1).epsilon(1e-6));
  }
}
