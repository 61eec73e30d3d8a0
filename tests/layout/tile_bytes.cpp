// SPDX-License-Identifier: BSL-1.0
// layout/tile_bytes.cpp — loops with small tiles, beside those of the other files of this program.
#define LOOM_TILE_BYTES 8192

#include <cmath>
#include <vector>

#include "loom/loom.hpp"
#include "support/catch.hpp"

namespace {

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto C = loom::axis<"C">;
constexpr auto cross_entropy = loom::loss<-gather(log_softmax(x, C), t, C).mean()>;

/// Rows of 10 columns that lie as they come, and side by side, and rows of 65 and 300 that are too long for a tile.
void agrees(std::size_t n, std::size_t columns, bool side_by_side) {
  const std::size_t row = side_by_side ? 1 : columns, column = side_by_side ? n : 1;
  std::vector<double> logits(n * columns), gradient(logits.size(), 7);
  std::vector<int> labels(n);
  for (std::size_t i = 0; i < logits.size(); ++i) logits[i] = std::sin(static_cast<double>(i));
  for (std::size_t i = 0; i < n; ++i) labels[i] = static_cast<int>(i % columns);
  const std::ptrdiff_t strides[] = {static_cast<std::ptrdiff_t>(row), static_cast<std::ptrdiff_t>(column)};
  const std::ptrdiff_t extents[] = {static_cast<std::ptrdiff_t>(n), static_cast<std::ptrdiff_t>(columns)};
  const double value =
      cross_entropy(x = loom::view(logits.data(), {extents[0], extents[1]}, {strides[0], strides[1]}), t = labels,
                    d(x) = loom::view(gradient.data(), {extents[0], extents[1]}, {strides[0], strides[1]}));
  double expected = 0, most = 0;
  for (std::size_t i = 0; i < n; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < columns; ++j) sum += std::exp(logits[i * row + j * column]);
    const auto label = static_cast<std::size_t>(labels[i]);
    expected += (std::log(sum) - logits[i * row + label * column]) / static_cast<double>(n);
    for (std::size_t j = 0; j < columns; ++j) {
      const double g = (std::exp(logits[i * row + j * column]) / sum - (j == label ? 1 : 0)) / static_cast<double>(n);
      most = std::fmax(most, std::fabs(g - gradient[i * row + j * column]));
    }
  }
  CHECK(value == Approx(expected).margin(1e-13));
  CHECK(most < 1e-14);
}

}  // namespace

TEST_CASE("small tiles compute what large ones do") {
  STATIC_REQUIRE(loom::layout::tile_bytes(1) == 4096);
  STATIC_REQUIRE(
      loom::layout::shape_choice_of<loom::compiler::compiled<-gather(log_softmax(x, C), t, C).mean(), 1>, 0>.longest_in_tile ==
      64);
  for (std::size_t n : {1u, 37u, 100u})
    for (std::size_t columns : {1u, 10u, 64u, 65u, 160u, 300u})
      for (bool side_by_side : {false, true}) agrees(n, columns, side_by_side);
}
