// SPDX-License-Identifier: BSL-1.0
// tests/layout/layout.cpp — what the loops are told of the data of a call: which axes are joined, and the strides of each operand.
#include "loom/layout/layout.hpp"

#include <vector>

#include "loom/loom.hpp"
#include "support/catch.hpp"

namespace {

using loom::call::axis_extents, loom::call::element_type, loom::call::erased_buffer, loom::call::erased_view,
    loom::call::operands;
using loom::layout::lay_out, loom::layout::sweep_layout;

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto f = loom::tensor<"f[B,N,C]">;
constexpr auto w = loom::tensor<"w[C]">;
constexpr auto squares = loom::loss<sum(square(x))>;
constexpr auto rows = loom::loss<logsumexp(f, -1).mean()>;
constexpr auto rows_of_columns = loom::loss<logsumexp(x, -2).mean()>;
constexpr auto weighted = loom::loss<sum(logsumexp(x* w, -1))>;

/// An erased view of floats.
erased_view floats(const float* data, const std::vector<std::ptrdiff_t>& extents,
                   const std::vector<std::ptrdiff_t>& strides) {
  erased_view v;
  v.data = data;
  v.type = element_type::f32;
  for (std::size_t i = 0; i < extents.size(); ++i) {
    v.extents[i] = extents[i];
    v.strides[i] = strides[i];
  }
  return v;
}

sweep_layout layout_of(const loom::plan& p, const std::vector<erased_view>& inputs,
                       std::ptrdiff_t fewest_rows = loom::layout::most_lanes) {
  const std::vector<erased_buffer> outputs(static_cast<std::size_t>(p.program.outputs.size()));
  const operands bound{inputs.data(), outputs.data()};
  loom::call::detail::data_check<loom::call::detail::checked_at_run_time> check(p, bound);
  REQUIRE(check.operands_are_good());
  return lay_out(p, p.loops[0], check.extents, bound, nullptr, loom::layout::possible_loop_shapes(p, p.loops[0]),
                 fewest_rows);
}

const float data[4096]{};

}  // namespace

TEST_CASE("elementwise rows that lie one after the other are one row") {
  const sweep_layout one = layout_of(squares.plan(), {floats(data, {20, 30}, {30, 1})});
  CHECK(one.rows == 1);
  CHECK(one.columns == 600);
  CHECK(one.inputs[0].data == data);
  const sweep_layout padded = layout_of(squares.plan(), {floats(data, {20, 30}, {32, 1})});
  CHECK(padded.rows == 20);
  CHECK(padded.columns == 30);
  CHECK(padded.inputs[0].row_strides[0] == 32);
}

TEST_CASE("axes that count rows are one where memory allows") {
  const sweep_layout joined = layout_of(rows.plan(), {floats(data, {2, 3, 5}, {15, 5, 1})});
  CHECK(joined.rows == 6);
  CHECK(joined.row_rank == 1);
  CHECK(joined.inputs[0].row_strides[0] == 5);
  const sweep_layout apart = layout_of(rows.plan(), {floats(data, {2, 3, 5}, {20, 5, 1})});
  CHECK(apart.rows == 6);
  CHECK(apart.row_rank == 2);
  CHECK(apart.row_extents[0] == 2);
  CHECK(row_offset(apart, apart.inputs[0], 4) == 20 + 5);
}

TEST_CASE("what all rows share has no stride along them") {
  const sweep_layout l = layout_of(weighted.plan(), {floats(data, {4, 100}, {100, 1}), floats(data + 400, {100}, {1})});
  CHECK(l.rows == 4);
  CHECK(l.columns == 100);
  CHECK(l.inputs[1].row_strides[0] == 0);
  CHECK(l.inputs[1].column_stride == 1);
}

TEST_CASE("lanes run across as few rows side by side as they are told to") {
  using loom::layout::loop_shape;
  const auto shape = [](std::ptrdiff_t n, std::ptrdiff_t long_axis, std::ptrdiff_t fewest_rows) {
    return layout_of(rows_of_columns.plan(), {floats(data, {long_axis, n}, {n, 1})}, fewest_rows).shape;
  };
  CHECK(shape(10, 400, 16) == loop_shape::along_row);
  CHECK(shape(10, 400, 10) == loop_shape::copied_tile);
  CHECK(shape(3, 1300, 4) == loop_shape::along_row);
  CHECK(shape(3, 1300, 2) == loop_shape::in_place);
}
