// SPDX-License-Identifier: BSL-1.0
// examples/07_any_layout.cpp — one loss, data as it lies: by columns, in a wider buffer, channels first, in a class like std::mdspan.
#include <loom/loom.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <vector>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto cross_entropy = loom::loss<-gather(log(exp(x) / sum(exp(x), -1)), t).mean()>;

// [image]
// Images: the axes of the data in the order in which they lie; the classes are the second.
constexpr auto image = loom::tensor<"image[N,C,H,W]">;
constexpr auto label = loom::index<"label[N,H,W]">;
constexpr auto C = loom::axis<"C">;
constexpr auto pixels = loom::loss<-gather(log(exp(image) / sum(exp(image), C)), label, C).mean()>;
// [/image]

// [shift]
// What a signal changes by from one entry to the next: two views of the same numbers, one of them a step further.
constexpr auto now = loom::tensor<"now[T]">;
constexpr auto next = loom::tensor<"next[T]">;
constexpr auto total_variation = loom::loss<sum(abs(next - now))>;
// [/shift]

namespace {

// [mdspan]
/// What a class needs to be bound as std::mdspan is.
struct matrix {
  float* p;
  std::array<std::ptrdiff_t, 2> extents, strides;

  static constexpr std::size_t rank() { return 2; }
  float* data_handle() const { return p; }
  std::ptrdiff_t extent(std::size_t axis) const { return extents[axis]; }
  std::ptrdiff_t stride(std::size_t axis) const { return strides[axis]; }
};
// [/mdspan]

bool near(float a, float b) { return std::fabs(a - b) < 1e-6f; }

}  // namespace

int main() {
  constexpr std::ptrdiff_t n = 2, c = 3;
  const std::vector<int> labels = {2, 0};
  const float rows[n][c] = {{1, 2, 3}, {-1, 0, 4}};
  const float expected = cross_entropy(x = rows, t = labels);

  // [layouts]
  const std::vector<float> by_columns = {1, -1, 2, 0, 3, 4};
  const float columns = cross_entropy(x = loom::view(by_columns.data(), {n, c}, {1, n}), t = labels);

  const std::vector<float> wider = {9, 1, 2, 3, 9, 9, -1, 0, 4, 9};  // rows of 5, of which entries 1 to 3 are meant
  const float part = cross_entropy(x = loom::view(wider.data() + 1, {n, c}, {5, 1}), t = labels);

  std::vector<float> numbers = {1, 2, 3, -1, 0, 4};
  const matrix m = {numbers.data(), {n, c}, {c, 1}};
  const float like_mdspan = cross_entropy(x = m, t = labels);
  // [/layouts]

  // [channels]
  const std::vector<float> planes = {1, -1, 2, 0, 3, 4};  // 1 image, 3 classes, 1 x 2 pixels: a plane for each class
  const float of_pixels =
      pixels(image = loom::view(planes.data(), 1, c, 1, n), label = loom::view(labels.data(), 1, 1, n));
  // [/channels]

  // [variation]
  const std::vector<float> signal = {0, 2, 1, 1, 4};
  const float variation = total_variation(now = loom::view(signal.data(), 4), next = loom::view(signal.data() + 1, 4));
  // [/variation]

  std::printf("rows %.6f, columns %.6f, part of a buffer %.6f, mdspan %.6f, channels first %.6f; variation %g\n",
              static_cast<double>(expected), static_cast<double>(columns), static_cast<double>(part),
              static_cast<double>(like_mdspan), static_cast<double>(of_pixels), static_cast<double>(variation));
  const bool right = near(columns, expected) && near(part, expected) && near(like_mdspan, expected) &&
                     near(of_pixels, expected) && near(variation, 6);
  return right ? EXIT_SUCCESS : EXIT_FAILURE;
}
