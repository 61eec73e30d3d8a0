// SPDX-License-Identifier: BSL-1.0
// loops/matrices.hpp — products of matrices in memory, of any strides and types of numbers, and sums of functions of pairs in their place.
// They are made block by block: panels of both matrices are copied side by side into scratch memory, in the order in which
// registers ask for them (Goto and van de Geijn, ACM TOMS 34(3), 2008).
// Layer 7 (loops).
#pragma once

#include <cstddef>
#include <cstdint>

#include "loom/call/element_type.hpp"
#include "loom/ir/evaluate.hpp"
#include "loom/loops/executor.hpp"
#include "loom/loops/targets.hpp"
#include "loom/schedule/products.hpp"

namespace loom::inline LOOM_ABI::loops {

/// A matrix that is read: entry (i, j) is data[i * row_stride + j * column_stride], strides in entries, also 0 or negative.
struct matrix_view {
  const void* data = nullptr;
  call::element_type type = call::element_type::f32;  ///< f32, f64, bf16 or f16
  std::ptrdiff_t row_stride = 0, column_stride = 0;
};

/// A matrix that is written; no two of its entries are one.
template <class T>
struct matrix_buffer {
  T* data;
  std::ptrdiff_t row_stride, column_stride;
};

/// What is added up where x and y meet: their product. Or it is a class like schedule's sums of functions of pairs, with
/// `program`, the graph, `product`, a matrix_product that is_of_pairs, and `left_is_x`: whether left is x, and right y, or the other way.
struct plain_product {};

/// Memory for the panels of y, for several products with the same y: panels_of numbers.
struct packed_panels {
  void* data = nullptr;  ///< of the type of the product; null: y is packed for each product
  bool filled = false;  ///< by a product before
};

struct product_options {
  bool add = false;  ///< to what c holds
  bool skip_zeros_of_x = false;  ///< in a product, a 0 of x adds nothing, also times infinity or NaN
  packed_panels* panels = nullptr;  ///< of y
  matrix_view between{};  ///< of pairs: what lies where c does
  executor on{};  ///< of parts: the bits are those without
};

/// Both factors with their roles exchanged: the transpose of the product is the product of the transposes.
constexpr matrix_view transposed(const matrix_view& m) { return {m.data, m.type, m.column_stride, m.row_stride}; }
template <class T>
constexpr matrix_buffer<T> transposed(const matrix_buffer<T>& m) {
  return {m.data, m.column_stride, m.row_stride};
}

/// The factor whose zeros add nothing.
enum class skipped_zeros : std::uint8_t { none, of_x, of_y };

/// The extents of a product, or of the blocks that it is made of: depth is the number of products that an entry is the sum of.
struct product_extents {
  std::ptrdiff_t rows, columns, depth;
};

inline constexpr std::ptrdiff_t most_block_depth = 256;
inline constexpr std::ptrdiff_t most_panel_rows = 12, most_panel_columns = 32;
/// Bytes of a block of x, which stays in a second-level cache, and of one of y.
inline constexpr std::ptrdiff_t row_block_bytes = 192 << 10, column_block_bytes = 512 << 10;
/// Steps of sums in a part that an executor is given, at least: some microseconds of work.
inline constexpr std::ptrdiff_t least_shared_steps = 1 << 19;
inline constexpr std::ptrdiff_t scratch_alignment = 64;

constexpr std::ptrdiff_t rounded_up(std::ptrdiff_t n, std::ptrdiff_t unit) { return (n + unit - 1) / unit * unit; }

/// The size of the parts, at most `most` each, that n is divided into evenly, in whole units.
constexpr std::ptrdiff_t even_part(std::ptrdiff_t n, std::ptrdiff_t most, std::ptrdiff_t unit) {
  if (n <= 0) return unit;
  const std::ptrdiff_t parts = (n + most - 1) / most;
  return rounded_up((n + parts - 1) / parts, unit);
}

/// The blocks that are in scratch memory at a time. Panels of every target divide them.
template <class T>
constexpr product_extents blocks_of(std::ptrdiff_t rows, std::ptrdiff_t columns, std::ptrdiff_t depth) {
  constexpr auto size = static_cast<std::ptrdiff_t>(sizeof(T));
  const std::ptrdiff_t deep = even_part(depth, most_block_depth, 1);
  const std::ptrdiff_t most_rows = row_block_bytes / size / deep / most_panel_rows * most_panel_rows;
  const std::ptrdiff_t most_columns = column_block_bytes / size / deep / most_panel_columns * most_panel_columns;
  return {even_part(rows, most_rows, most_panel_rows), even_part(columns, most_columns, most_panel_columns), deep};
}

/// Numbers from the start of scratch memory to the block of columns.
template <class T>
constexpr std::ptrdiff_t columns_in_scratch(const product_extents& b) {
  return rounded_up(b.rows * b.depth, scratch_alignment / static_cast<std::ptrdiff_t>(sizeof(T)));
}
template <class T>
constexpr std::ptrdiff_t scratch_of(const product_extents& b) {
  return columns_in_scratch<T>(b) + b.columns * b.depth + scratch_alignment / static_cast<std::ptrdiff_t>(sizeof(T));
}

/// The numbers of all panels of y [depth, columns].
template <class T>
constexpr std::ptrdiff_t panels_of(std::ptrdiff_t columns, std::ptrdiff_t depth) {
  const product_extents b = blocks_of<T>(1, columns, depth);
  const std::ptrdiff_t across = (columns + b.columns - 1) / b.columns, down = (depth + b.depth - 1) / b.depth;
  return across * down * b.columns * b.depth + scratch_alignment;
}

/// What is lost in squares that are too small counts for nothing in a sum of them from here on.
template <class T>
inline constexpr T least_sum_of_squares = sizeof(T) == 4 ? T(0x1p-80) : T(0x1p-900);

/// The core of a pair, in double.
template <class Term, int Id>
double value_of_pair(double left, double right) {
  constexpr node n = Term::program[Id];
  if constexpr (Id == Term::product.left) return left;
  else if constexpr (Id == Term::product.right) return right;
  else if constexpr (n.code == op::constant) return n.constant_value();
  else
    return [&]<int... K>(std::integer_sequence<int, K...>) {
      const double of[3] = {value_of_pair<Term, n.operand[K]>(left, right)...};
      return ir::numbers::evaluate<n.code, double>(of[0], of[1], of[2]);
    }(std::make_integer_sequence<int, ir::arity(n.code)>());
}
/// The norm of what row i of x and column j of y make, whatever its size: the largest entry is taken out.
template <class Term>
LOOM_CALLED_BY_LOOPS double norm_of_pair(const matrix_view& x, std::ptrdiff_t i, const matrix_view& y, std::ptrdiff_t j,
                                         std::ptrdiff_t depth) {
  const auto entry = [&](std::ptrdiff_t k) {
    const double a = call::load_number(x.data, i * x.row_stride + k * x.column_stride, x.type);
    const double b = call::load_number(y.data, k * y.row_stride + j * y.column_stride, y.type);
    const double v =
        Term::left_is_x ? value_of_pair<Term, Term::product.core>(a, b) : value_of_pair<Term, Term::product.core>(b, a);
    return v < 0 ? -v : v;
  };
  double most = 0, sum = 0;
  for (std::ptrdiff_t k = 0; k < depth; ++k)
    if (const double v = entry(k); !(v <= most)) {
      if (v != v) return v;
      most = v;
    }
  if (most == 0 || most - most != 0) return most;
  for (std::ptrdiff_t k = 0; k < depth; ++k) {
    const double v = entry(k) / most;
    sum += v * v;
  }
  return most * __builtin_sqrt(sum);
}

}  // namespace loom::loops

#define LOOM_EACH_TARGET "loom/loops/matrices-inl.h"
#include "loom/simd/each_target.h"

namespace loom::inline LOOM_ABI::loops {

/// c[i, j] = the sum of what `Term` makes of row i of x and column j of y, or that added to c[i, j], by the loops of this thread's
/// target. No matrix shares memory with c. Of a norm, c is the root of the sum, and add is false.
/// Shape:   x [rows, depth], y [depth, columns], between and c [rows, columns]; any extent may be 0, and of no depth all is 0.
/// Scratch: scratch_of<T>(blocks_of<T>(rows, columns, depth)) numbers, or those of rows and columns exchanged if that is more: less than
///          712 KiB of them, and less for small matrices.
/// Error:   numbers of other types are rounded to T; then at most n u times the sum of |c| and of the sizes of what is added up, to
///          first order in u, half an ulp of 1, n = min(depth, 256) + ceil(depth / 256), where products are added up; besides it what a
///          core itself rounds. The same call has the same bits.
template <class Term, class T>
void combine(const matrix_view& x, const matrix_view& y, const matrix_buffer<T>& c, std::ptrdiff_t rows,
             std::ptrdiff_t columns, std::ptrdiff_t depth, product_options options, T* scratch) {
  const auto run = [] {
#define LOOM_RUN_TARGET(name, function) \
  case target::name: return &name::function<Term, T>;
    switch (current_target()) {
      LOOM_VECTOR_TARGETS(LOOM_RUN_TARGET, combine_matrices)
      default: return &baseline::combine_matrices<Term, T>;
    }
#undef LOOM_RUN_TARGET
  }();
  run(x, y, c, {rows, columns, depth}, options, scratch);
}

/// c = x y, or c += x y: `combine` of products.
template <class T>
void multiply(const matrix_view& x, const matrix_view& y, const matrix_buffer<T>& c, std::ptrdiff_t rows,
              std::ptrdiff_t columns, std::ptrdiff_t depth, product_options options, T* scratch) {
  combine<plain_product>(x, y, c, rows, columns, depth, options, scratch);
}

}  // namespace loom::loops
