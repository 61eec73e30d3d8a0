// SPDX-License-Identifier: BSL-1.0
// lang/view.cpp — data of every kind as pointer, extents and strides.
#include "loom/lang/view.hpp"

#include <array>
#include <span>
#include <vector>

#include "support/catch.hpp"

using loom::lang::view;
using loom::lang::detail::as_view;

namespace {

constexpr float six[6] = {0, 1, 2, 3, 4, 5};
constexpr float matrix[2][3] = {{0, 1, 2}, {3, 4, 5}};
constexpr std::ptrdiff_t second_row_third[] = {1, 2};

/// What std::mdspan offers, over a fixed 3 x 2 array stored by columns.
struct by_columns {
  using element_type = const float;
  const float* p;
  static constexpr std::size_t rank() { return 2; }
  constexpr const float* data_handle() const { return p; }
  constexpr std::size_t extent(std::size_t i) const { return i == 0 ? 3 : 2; }
  constexpr std::size_t stride(std::size_t i) const { return i == 0 ? 1 : 3; }
};

}  // namespace

TEST_CASE("a view of a pointer is row-major") {
  constexpr auto v = view(&six[0], 2, 3);
  LOOM_CHECK(v.rank == 2);
  LOOM_CHECK(v.extents[0] == 2);
  LOOM_CHECK(v.extents[1] == 3);
  LOOM_CHECK(v.strides[0] == 3);
  LOOM_CHECK(v.strides[1] == 1);
  LOOM_CHECK(v.at(second_row_third) == 5);
}

TEST_CASE("a view takes extents of any integer type") {
  constexpr auto v = view(&six[0], std::size_t{1}, 2, short{3});
  LOOM_CHECK(v.rank == 3);
  LOOM_CHECK(v.strides[0] == 6);
}

TEST_CASE("a view may have strides of its own, negative ones too") {
  constexpr auto v = view(&six[5], {2, 3}, {-1, -2});
  constexpr std::ptrdiff_t corner[] = {1, 2};
  LOOM_CHECK(v.at(corner) == 0);
}

TEST_CASE("a built-in array is viewed by rows") {
  constexpr auto v = as_view(matrix);
  LOOM_CHECK(v.rank == 2);
  LOOM_CHECK(v.extents[0] == 2);
  LOOM_CHECK(v.extents[1] == 3);
  LOOM_CHECK(v.at(second_row_third) == 5);
  const loom::lang::strided_view<const float, 2> s = v;
  CHECK(s.data == &matrix[0][0]);
  CHECK(s.strides[0] == 3);
}

TEST_CASE("a built-in array of numbers is viewed by its length") {
  constexpr auto v = as_view(six);
  LOOM_CHECK(v.rank == 1);
  LOOM_CHECK(v.extents[0] == 6);
}

TEST_CASE("contiguous ranges are viewed, constant ones as constant") {
  std::vector<float> numbers{1, 2, 3};
  const std::array<int, 2> labels{4, 5};
  const std::span<float> part(numbers.data() + 1, 2);
  const auto v = as_view(numbers);
  const auto c = as_view(labels);
  const auto s = as_view(part);
  CHECK(std::is_same_v<decltype(v)::element, float>);
  CHECK(std::is_same_v<decltype(c)::element, const int>);
  CHECK(std::is_same_v<decltype(s)::element, float>);
  CHECK(v.data == numbers.data());
  CHECK(v.extents[0] == 3);
  CHECK(c.extents[0] == 2);
  CHECK(s.data == numbers.data() + 1);
}

TEST_CASE("whatever has the members of an mdspan is viewed with its strides") {
  const by_columns data{six};
  const auto v = as_view(data);
  CHECK(v.rank == 2);
  CHECK(v.extents[0] == 3);
  CHECK(v.strides[0] == 1);
  CHECK(v.strides[1] == 3);
  const std::ptrdiff_t position[] = {2, 1};
  CHECK(v.at(position) == 5);
}

TEST_CASE("a number is viewed where it lies") {
  double number = 2;
  const auto v = as_view(number);
  CHECK(v.rank == 0);
  CHECK(v.data == &number);
}

namespace {
constexpr std::array<std::array<float, 3>, 2> nested{{{0, 1, 2}, {3, 4, 5}}};
/// Sixteen bytes that are no array.
struct span_like {
  using element_type = float;
  using value_type = float;
  float* p;
  std::size_t n;
  float* data() const { return p; }
  std::size_t size() const { return n; }
};
}  // namespace

TEST_CASE("an array of arrays is viewed by rows, in constant expressions too") {
  constexpr auto v = as_view(nested);
  LOOM_CHECK(v.rank == 2);
  LOOM_CHECK(v.extents[0] == 2);
  LOOM_CHECK(v.extents[1] == 3);
  LOOM_CHECK(v.at(second_row_third) == 5);
  const loom::lang::strided_view<const float, 2> s = v;
  CHECK(s.data == nested[0].data());
  CHECK(s.strides[0] == 3);
  std::array<std::array<double, 2>, 3> writable{};
  const auto w = as_view(writable);
  CHECK(std::is_same_v<decltype(w)::element, double>);
  const std::ptrdiff_t last_row_second[] = {2, 1};
  w.at(last_row_second) = 7;
  CHECK(writable[2][1] == 7);
}

TEST_CASE("rows may lie in any contiguous range") {
  std::vector<std::array<float, 3>> rows{{0, 1, 2}, {3, 4, 5}, {6, 7, 8}};
  const auto v = as_view(rows);
  CHECK(v.rank == 2);
  CHECK(v.extents[0] == 3);
  CHECK(v.at(second_row_third) == 5);
  const std::array<float, 3> two[2] = {{0, 1, 2}, {3, 4, 5}};
  CHECK(as_view(two).at(second_row_third) == 5);
  rows.clear();
  const loom::lang::strided_view<float, 2> none = as_view(rows);
  CHECK(none.extents[0] == 0);
}

TEST_CASE("what holds containers, or is none, is refused before it is viewed") {
  using loom::lang::detail::fault;
  using loom::lang::detail::fault_of;
  LOOM_CHECK(fault_of<std::vector<std::vector<float>>&> == fault::holds_containers);
  LOOM_CHECK(fault_of<std::array<std::array<std::array<float, 2>, 2>, 2>&> == fault::holds_containers);
  LOOM_CHECK(fault_of<std::vector<span_like>&> == fault::holds_containers);
  LOOM_CHECK(fault_of<float(&)[2][3][4]> == fault::holds_containers);
  LOOM_CHECK(fault_of<std::vector<bool>&> == fault::unknown);
  LOOM_CHECK(fault_of<std::vector<float>&> == fault::none);
  LOOM_CHECK(fault_of<const std::array<std::array<float, 2>, 2>&> == fault::none);
  LOOM_CHECK(fault_of<float(&)[2][3]> == fault::none);
  LOOM_CHECK(fault_of<std::span<float, 2>&> == fault::none);
  LOOM_CHECK(fault_of<by_columns&> == fault::none);
}
