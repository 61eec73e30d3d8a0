// SPDX-License-Identifier: BSL-1.0
// loops/matrices-inl.h — two matrices combined, on vectors: panels of both are packed, and meet in blocks of registers.
// A panel of x has the entries of a few rows, column by column; a panel of y those of a few columns, row by row:
//   [panel][k][entries of the panel]
// Layer 7 (loops).

#define LOOM_INLINE inline LOOM_OF_TARGET __attribute__((always_inline))

namespace loom::inline LOOM_ABI::LOOM_TARGET {

// ---- terms -----------------------------------------------------------------------------------------------------------------

/// entry: one more x and y added to an entry of the result, which begins as 0; z lies between them.
template <class Term>
struct inner {
  static constexpr const schedule::matrix_product& P = Term::product;
  static constexpr bool has_between = P.between != ir::no_value, is_norm = Term::program[P.id].code == op::norm;

  template <class V> static LOOM_INLINE V entry(V x, V y, V z, V sum) {
    if constexpr (P.factored) {
      const V left = Term::left_is_x ? x : y, v = value<P.core>(x, y, z), more = fma(left, v, sum);
      const V unless_masked = P.masked == ir::no_value ? more : select(left == V{}, sum, more);
      return P.core_masked ? select(v == V{}, sum, unless_masked) : unless_masked;
    } else if constexpr (is_norm) {
      const V v = value<P.core>(x, y, z);
      return fma(v, v, sum);
    } else if constexpr (Term::program[P.core].code == op::square) {
      const V v = value<Term::program[P.core].operand[0]>(x, y, z);
      return fma(v, v, sum);
    } else {
      return sum + value<P.core>(x, y, z);
    }
  }

 private:
  template <int Id, class V> static LOOM_INLINE auto value(V x, V y, V z) {
    constexpr node n = Term::program[Id];
    if constexpr (Id == P.left) return Term::left_is_x ? x : y;
    else if constexpr (Id == P.right) return Term::left_is_x ? y : x;
    else if constexpr (Id == P.between) return z;
    else if constexpr (n.code == op::constant) return constant<V>(n.constant_value());
    else if constexpr (n.code == op::where)
      return select(value<n.operand[0]>(x, y, z), value<n.operand[1]>(x, y, z), value<n.operand[2]>(x, y, z));
    else if constexpr (ir::arity(n.code) == 1) return kernel<n.code>::apply(value<n.operand[0]>(x, y, z));
    else return kernel<n.code>::apply(value<n.operand[0]>(x, y, z), value<n.operand[1]>(x, y, z));
  }
};
template <> struct inner<loops::plain_product> {
  static constexpr bool has_between = false, is_norm = false;
  template <class V> static LOOM_INLINE V entry(V x, V y, V, V sum) { return fma(x, y, sum); }
};

// ---- packing ---------------------------------------------------------------------------------------------------------------

/// Part of a matrix that panels are made of: entry (i, k) is at i * stride + k * step, i < count, k < depth.
struct packed_from {
  const void* data;
  call::element_type type;
  std::ptrdiff_t stride, step, count, depth;
};

/// A part of it, from entry (i, k) on.
inline LOOM_OF_TARGET packed_from part_of(const packed_from& m, std::ptrdiff_t i, std::ptrdiff_t k,
                                          std::ptrdiff_t count, std::ptrdiff_t depth) {
  const std::ptrdiff_t at = (i * m.stride + k * m.step) * call::size_of(m.type);
  return {static_cast<const unsigned char*>(m.data) + at, m.type, m.stride, m.step, count, depth};
}

/// Copies numbers that are stored as S: rows of `depth` entries.
template <class S, class T>
[[gnu::noinline]] LOOM_OF_TARGET void copy_stored(const packed_from& m, T* to, std::ptrdiff_t to_stride) {
  using V = vec<T>;
  constexpr std::ptrdiff_t n = width<V>;
  const S* from = static_cast<const S*>(m.data);
  for (std::ptrdiff_t i = 0; i < m.count; ++i, from += m.stride, to += to_stride) {
    std::ptrdiff_t k = 0;
    if constexpr (n > 1 && (std::is_same_v<S, T> || (sizeof(S) == 2 && std::is_same_v<T, float>)))
      if (m.step == 1) {
        for (; k + n <= m.depth; k += n) store(load_lanes<V>(from + k), to + k);
        const auto rest = static_cast<std::size_t>(m.depth - k);
        if (rest > 0) store_first(load_entries_of<lanes::some, V>(from + k, rest), to + k, rest);
        continue;
      }
    LOOM_SHORT_LOOP
    for (; k < m.depth; ++k) to[k] = static_cast<T>(loaded(from[k * m.step]));
  }
}
template <class T>
LOOM_INLINE void copy_numbers(const packed_from& m, T* to, std::ptrdiff_t to_stride) {
  switch (m.type) {
    case call::element_type::f32: return copy_stored<float>(m, to, to_stride);
    case call::element_type::bf16: return copy_stored<bf16>(m, to, to_stride);
    case call::element_type::f16: return copy_stored<f16>(m, to, to_stride);
    default: return copy_stored<double>(m, to, to_stride);
  }
}

/// Entries k of those rows of a panel that a vector holds, which lie side by side; the rows after the last one are zeros.
template <class V>
LOOM_INLINE V load_across(const lane<V>* from, std::ptrdiff_t rows) {
  if (rows >= width<V>) return load<V>(from);
  return rows > 0 ? load_entries_of<lanes::some, V>(from, static_cast<std::size_t>(rows)) : V{};
}

/// Panels of rows that lie side by side: vectors are copied. A few entries of all rows at a time, for the memory between two entries
/// may be a page.
template <int Panel, class T>
[[gnu::noinline]] LOOM_OF_TARGET void pack_across(const packed_from& from, T* to) {
  using V = vec<T>;
  constexpr int n = width<V>, vectors = (Panel + n - 1) / n, cut = Panel % n;
  constexpr std::ptrdiff_t together = 8;
  for (std::ptrdiff_t first = 0; first < from.depth; first += together)
    for (std::ptrdiff_t i = 0; i < from.count; i += Panel) {
      std::ptrdiff_t k = first;
      const std::ptrdiff_t end = first + together < from.depth ? first + together : from.depth;
      const T* at = static_cast<const T*>(from.data) + k * from.step + i;
      T* row = to + i * from.depth + k * Panel;
      // The end of a vector that is cut is overwritten by the next one, which the last one does not have.
      if (i + vectors * n <= from.count)
        for (; k < end - (cut != 0 && end == from.depth ? 1 : 0); ++k, at += from.step, row += Panel)
#pragma GCC unroll 6
          for (int j = 0; j < Panel; j += n) store(load<V>(at + j), row + j);
      for (; k < end; ++k, at += from.step, row += Panel) {
        LOOM_SHORT_LOOP
        for (int j = 0; j < Panel; j += n) {
          const V v = load_across<V>(at + j, from.count - i - j);
          if (j + n <= Panel) store(v, row + j);
          else store_entries_of<lanes::some>(v, row + j, cut);
        }
      }
    }
}

#if LOOM_TARGET_BYTES != 0
/// 16 bytes of each of several rows, one after the other: of every `quad`th row.
template <class V, class T>
LOOM_INLINE V load_quads_of(const T* const* rows, std::ptrdiff_t at) {
  if constexpr (width<V> == quad<vec<T>>) {
    return load<V>(*rows + at);
  } else {
    using half = vec<T, width<V> / 2>;
    return join(load_quads_of<half>(rows, at), load_quads_of<half>(rows + width<V> / 2, at));
  }
}

/// `count` columns of a panel from its rows, 16 bytes of each at a time: the last ones may be more than `count`.
template <class T>
LOOM_INLINE void transpose_panel(const T* const* rows, std::ptrdiff_t count, std::ptrdiff_t panel, T* to) {
  using V = vec<T>;
  constexpr std::ptrdiff_t q = quad<V>, n = width<V>, line = 64 / sizeof(T);
  for (std::ptrdiff_t first = 0; first < count; first += line) {  // rows may be a page apart: all of a line at once
    const std::ptrdiff_t end = first + line < count ? first + line : count;
    // The last vector first: what it has beyond the panel is overwritten by the first one of the next column.
    for (std::ptrdiff_t j = (panel - 1) / n * n; j >= 0; j -= n)
      for (std::ptrdiff_t k = first; k < end; k += q) {
        V v[q];
#pragma GCC unroll 4
        for (int c = 0; c < q; ++c) v[c] = load_quads_of<V>(rows + j + c, k);
        transpose_quads(v, lane_numbers<V>());
#pragma GCC unroll 4
        for (int c = 0; c < q; ++c) store(v[c], to + (k + c) * panel + j);
      }
  }
}
#endif

/// Panels of rows that lie side by side, of numbers of another type.
template <class T>
[[gnu::noinline]] LOOM_OF_TARGET void pack_across_converted(const packed_from& from, std::ptrdiff_t panel, T* to) {
  for (std::ptrdiff_t i = 0; i < from.count; i += panel, to += from.depth * panel) {
    const std::ptrdiff_t left = from.count - i < panel ? from.count - i : panel;
    packed_from turned = part_of(from, i, 0, from.depth, left);
    turned.stride = from.step;
    turned.step = from.stride;
    copy_numbers(turned, to, panel);
    for (std::ptrdiff_t k = 0; k < from.depth && left < panel; ++k)
      for (std::ptrdiff_t r = left; r < panel; ++r) to[k * panel + r] = 0;
  }
}

/// Panels of any rows: they are transposed, those that are not contiguous or of another type from copies.
template <class T>
[[gnu::noinline]] LOOM_OF_TARGET void pack_along(const packed_from& from, std::ptrdiff_t panel, T* to) {
  constexpr std::ptrdiff_t most_rows = loops::most_panel_columns, most_copied = 64, q = 16 / sizeof(T);
  alignas(64) T copies[most_rows][most_copied];
  const T* rows[most_rows];
  const bool contiguous = lane_count<T> > 1 && from.type == call::type_of<T>() && from.step == 1;
  for (std::ptrdiff_t i = 0; i < from.count; i += panel)
    for (std::ptrdiff_t k = 0, count = 0; k < from.depth; k += count, to += count * panel) {
      const std::ptrdiff_t left = from.count - i < panel ? from.count - i : panel;
      count = from.depth - k;
      if (contiguous && count >= q) {
        count = count / q * q;
        const T* const row = static_cast<const T*>(part_of(from, i, k, left, count).data);
        for (std::ptrdiff_t r = 0; r < left; ++r) rows[r] = row + r * from.stride;
      } else {
        if (count > most_copied) count = most_copied;
        copy_numbers(part_of(from, i, k, left, count), &copies[0][0], most_copied);
        for (std::ptrdiff_t r = 0; r < left; ++r) rows[r] = copies[r];
      }
      for (std::ptrdiff_t r = left; r < most_rows; ++r) rows[r] = rows[0];  // these are combined in vain
      std::ptrdiff_t whole = 0;
#if LOOM_TARGET_BYTES != 0
      // Whole quads, and what vectors have beyond a panel, fit into the next one. Behind the last one nothing is written.
      const bool is_last = (i + panel >= from.count || from.depth < q) && k + count == from.depth;
      whole = is_last ? (count - 1) / q * q : count;
      transpose_panel(rows, whole, panel, to);
#endif
      for (std::ptrdiff_t c = whole; c < count; ++c)
        for (std::ptrdiff_t r = 0; r < panel; ++r) to[c * panel + r] = rows[r][c];
    }
}

/// Packs panels of `count` rows and `depth` columns of a matrix, from entry (i, k) on.
template <int Panel, class T>
LOOM_INLINE void pack_panels(const loops::matrix_view& m, std::ptrdiff_t i, std::ptrdiff_t k, std::ptrdiff_t count,
                             std::ptrdiff_t depth, T* to) {
  const packed_from from = part_of({m.data, m.type, m.row_stride, m.column_stride, 0, 0}, i, k, count, depth);
  if (from.stride != 1) pack_along(from, Panel, to);
  else if (from.type == call::type_of<T>()) pack_across<Panel>(from, to);
  else pack_across_converted(from, Panel, to);
}

/// Whether none of some packed numbers is infinite or NaN.
template <class T>
[[gnu::noinline]] LOOM_OF_TARGET bool all_finite(const T* from, std::ptrdiff_t count) {
  using V = vec<T>;
  V sum{};  // of zeros
  std::ptrdiff_t i = 0;
  for (; i + width<V> <= count; i += width<V>) sum = fma(load<V>(from + i), V{}, sum);
  T rest = 0;
  for (; i < count; ++i) rest += from[i] * 0;
  return !any(is_nan(sum)) && rest == 0;
}

// ---- the block of registers -----------------------------------------------------------------------------------------------

/// Rows of a panel of x. With two vectors of y a block takes 24 registers of 32, or 12 of 16.
inline constexpr int panel_rows = LOOM_TARGET_BYTES == 64 || LOOM_TARGET_BYTES == 16 ? 12 : 6;
/// Columns of a panel of y, in vectors, and in numbers.
inline constexpr int panel_vectors = 2;
template <class T> inline constexpr int panel_columns = panel_vectors * lane_count<T>;
static_assert(loops::most_panel_rows % panel_rows == 0 && loops::most_panel_columns % panel_columns<float> == 0);

/// Part of a result, whose corner is at `data`.
template <class T>
struct result_block {
  loops::matrix_buffer<T> c;
  std::ptrdiff_t rows, columns;  ///< no more than a block of registers has
  bool add;
  const loops::matrix_view* between;  ///< whose corner is at `at`
  std::ptrdiff_t row, column;
};

/// Puts a block where it does not fit as it is: at the ends of a result, or where its rows are not contiguous.
template <class T>
[[gnu::noinline]] LOOM_OF_TARGET void put_block(const T* block, const result_block<T>& to) {
  using V = vec<T>;
  constexpr std::ptrdiff_t n = width<V>;
  for (std::ptrdiff_t i = 0; i < to.rows; ++i, block += panel_columns<T>) {
    T* const row = to.c.data + i * to.c.row_stride;
    if (to.c.column_stride != 1) {
      LOOM_SHORT_LOOP
      for (std::ptrdiff_t j = 0; j < to.columns; ++j) {
        T& entry = row[j * to.c.column_stride];
        entry = to.add ? entry + block[j] : block[j];
      }
      continue;
    }
    for (std::ptrdiff_t j = 0; j < to.columns; j += n) {
      const V v = load<V>(block + j);
      if (j + n <= to.columns) {
        store(to.add ? load<V>(row + j) + v : v, row + j);
      } else {
        const auto rest = static_cast<std::size_t>(to.columns - j);
        const V all = to.add ? load_entries_of<lanes::some, V>(row + j, rest) + v : v;
        store_entries_of<lanes::some>(all, row + j, rest);
      }
    }
  }
}

/// The entries of what lies where a block does.
template <class T>
[[gnu::noinline]] LOOM_OF_TARGET void copy_between(const result_block<T>& to, T* block) {
  const loops::matrix_view& m = *to.between;
  copy_numbers(part_of({m.data, m.type, m.row_stride, m.column_stride, 0, 0}, to.row, to.column, to.rows, to.columns),
               block, panel_columns<T>);
}

/// One more step of each entry of a block: column k of a panel of x meets row k of a panel of y.
template <class Term, int Rows, int Vectors, class T>
LOOM_INLINE void combine_entries(const T* x, const T* y, const T* z, vec<T> (&sum)[Rows][Vectors]) {
  using V = vec<T>;
  V of_y[Vectors];
#pragma GCC unroll 2
  for (int v = 0; v < Vectors; ++v) of_y[v] = load<V>(y + v * width<V>);
#pragma GCC unroll 12
  for (int i = 0; i < Rows; ++i) {
    const V of_x = broadcast<V>(x[i]);
#pragma GCC unroll 2
    for (int v = 0; v < Vectors; ++v) {
      V of_z{};
      if constexpr (inner<Term>::has_between) of_z = load<V>(z + i * panel_columns<T> + v * width<V>);
      sum[i][v] = inner<Term>::entry(of_x, of_y[v], of_z, sum[i][v]);
    }
  }
}

/// A panel of x, of which `Rows` rows count, and `Vectors` vectors of a panel of y.
template <class Term, int Rows, int Vectors, class T>
[[gnu::noinline]] LOOM_OF_TARGET void combine_panels(const T* x, const T* y, std::ptrdiff_t depth,
                                                     const result_block<T>& to) {
  using V = vec<T>;
  constexpr int n = width<V>;
  const bool whole = to.c.column_stride == 1 && to.rows == Rows && to.columns == Vectors * n;
  T* const first = to.c.data;
  const std::ptrdiff_t stride = to.c.row_stride;
  alignas(64) T between[inner<Term>::has_between ? Rows * panel_columns<T> : 1] = {};
  if constexpr (inner<Term>::has_between) copy_between(to, between);
  V sum[Rows][Vectors];
#pragma GCC unroll 12
  for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 2
    for (int v = 0; v < Vectors; ++v) sum[i][v] = V{};
  std::ptrdiff_t k = 0;
  // Where the sums will go is asked for row by row: all at once, the requests would wait for each other.
  const std::ptrdiff_t asked = whole ? (depth < Rows ? depth : Rows) : 0;
  LOOM_SHORT_LOOP
  for (; k < asked; ++k) {
    const T* const row = first + k * stride;
#pragma GCC unroll 2
    for (int v = 0; v < Vectors; ++v) __builtin_prefetch(row + v * n, 1);
    __builtin_prefetch(row + Vectors * n - 1, 1);
    combine_entries<Term>(x + k * panel_rows, y + k * panel_columns<T>, between, sum);
  }
  LOOM_SHORT_LOOP
  for (; k < depth; ++k) combine_entries<Term>(x + k * panel_rows, y + k * panel_columns<T>, between, sum);
  if (whole && to.add) {
#pragma GCC unroll 12
    for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 2
      for (int v = 0; v < Vectors; ++v)
        store(load<V>(first + i * stride + v * n) + sum[i][v], first + i * stride + v * n);
  } else if (whole) {
#pragma GCC unroll 12
    for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 2
      for (int v = 0; v < Vectors; ++v) store(sum[i][v], first + i * stride + v * n);
  } else {
    alignas(64) T block[Rows * panel_columns<T>];
#pragma GCC unroll 12
    for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 2
      for (int v = 0; v < Vectors; ++v) store(sum[i][v], block + i * panel_columns<T> + v * n);
    put_block(block, to);
  }
}

/// The same where zeros of one factor meet numbers of the other that are not finite. The sums are those of the usual products.
template <class T>
[[gnu::noinline]] LOOM_OF_TARGET void multiply_without_zeros(const T* x, const T* y, std::ptrdiff_t depth,
                                                             loops::skipped_zeros skipped, const result_block<T>& to) {
  using V = vec<T>;
  constexpr int n = width<V>;
  alignas(64) T block[panel_rows * panel_columns<T>] = {};
  for (std::ptrdiff_t k = 0; k < depth; ++k, x += panel_rows, y += panel_columns<T>)
    for (int i = 0; i < panel_rows; ++i) {
      if (skipped == loops::skipped_zeros::of_x && x[i] == 0) continue;
      for (int v = 0; v < panel_vectors; ++v) {
        T* const at = block + i * panel_columns<T> + v * n;
        const V of_y = load<V>(y + v * n), sum = load<V>(at), more = fma(broadcast<V>(x[i]), of_y, sum);
        store(skipped == loops::skipped_zeros::of_y ? select(of_y == V{}, sum, more) : more, at);
      }
    }
  put_block(block, to);
}

/// Only as many rows and vectors as count, in steps of a third of a panel.
template <class Term, class T>
LOOM_INLINE void combine_registers(const T* x, const T* y, std::ptrdiff_t depth, const result_block<T>& to) {
  constexpr int third = panel_rows / 3;
  if constexpr (lane_count<T> == 1) {
    combine_panels<Term, panel_rows, 2>(x, y, depth, to);
  } else if (to.columns > lane_count<T>) {
    if (to.rows > 2 * third) combine_panels<Term, panel_rows, 2>(x, y, depth, to);
    else if (to.rows > third) combine_panels<Term, 2 * third, 2>(x, y, depth, to);
    else combine_panels<Term, third, 2>(x, y, depth, to);
  } else {
    if (to.rows > 2 * third) combine_panels<Term, panel_rows, 1>(x, y, depth, to);
    else if (to.rows > third) combine_panels<Term, 2 * third, 1>(x, y, depth, to);
    else combine_panels<Term, third, 1>(x, y, depth, to);
  }
}

// ---- the whole -------------------------------------------------------------------------------------------------------------

/// A block of a product, in which parts of it are packed and then combined. No entry depends on how many parts there are.
template <class T>
struct product_block {
  loops::matrix_view x, columns_of_y;
  std::ptrdiff_t row, column, step;  ///< where it begins, in c and in what is added up
  loops::product_extents n;
  T *xs, *ys;  ///< its panels
  bool packs_x, packs_y;
  loops::skipped_zeros skipped;
  loops::matrix_buffer<T> c;
  bool add;
  const loops::matrix_view* between;
  int parts;

  LOOM_OF_TARGET std::ptrdiff_t panels_of_rows() const { return (n.rows + panel_rows - 1) / panel_rows; }
  LOOM_OF_TARGET std::ptrdiff_t panels_of_columns() const {
    return (n.columns + panel_columns<T> - 1) / panel_columns<T>;
  }
};

/// Part `part` of `parts` of n panels.
struct panel_range {
  std::ptrdiff_t begin, end;
};
inline LOOM_OF_TARGET panel_range range_of(std::ptrdiff_t n, int part, int parts) {
  return {n * part / parts, n * (part + 1) / parts};
}

template <int Panel, class T>
LOOM_INLINE void pack_range(const panel_range& p, const loops::matrix_view& m, std::ptrdiff_t i, std::ptrdiff_t k,
                            std::ptrdiff_t count, std::ptrdiff_t depth, T* to) {
  const std::ptrdiff_t begin = p.begin * Panel, end = p.end * Panel < count ? p.end * Panel : count;
  if (begin < end) pack_panels<Panel>(m, i + begin, k, end - begin, depth, to + begin * depth);
}
template <class T>
[[gnu::noinline]] LOOM_OF_TARGET void pack_part(void* block, int part) {
  const auto& b = *static_cast<const product_block<T>*>(block);
  if (b.packs_y)
    pack_range<panel_columns<T>>(range_of(b.panels_of_columns(), part, b.parts), b.columns_of_y, b.column, b.step,
                                 b.n.columns, b.n.depth, b.ys);
  if (b.packs_x)
    pack_range<panel_rows>(range_of(b.panels_of_rows(), part, b.parts), b.x, b.row, b.step, b.n.rows, b.n.depth, b.xs);
}

/// Of the packed blocks, some panels of rows or of columns, whichever are more.
template <class Term, class T>
[[gnu::noinline]] LOOM_OF_TARGET void combine_part(void* block, int part) {
  const auto& b = *static_cast<const product_block<T>*>(block);
  panel_range rows{0, b.panels_of_rows()}, columns{0, b.panels_of_columns()};
  (rows.end >= columns.end ? rows : columns) =
      range_of(rows.end >= columns.end ? rows.end : columns.end, part, b.parts);
  const loops::product_extents& n = b.n;
  for (std::ptrdiff_t j = columns.begin * panel_columns<T>; j < columns.end * panel_columns<T>; j += panel_columns<T>)
    for (std::ptrdiff_t i = rows.begin * panel_rows; i < rows.end * panel_rows; i += panel_rows) {
      const result_block<T> to{{b.c.data + (b.row + i) * b.c.row_stride + (b.column + j) * b.c.column_stride,
                                b.c.row_stride, b.c.column_stride},
                               n.rows - i < panel_rows ? n.rows - i : panel_rows,
                               n.columns - j < panel_columns<T> ? n.columns - j : panel_columns<T>,
                               b.add,
                               b.between,
                               b.row + i,
                               b.column + j};
      const T *const xs = b.xs + i * n.depth, *const ys = b.ys + j * n.depth;
      if constexpr (std::is_same_v<Term, loops::plain_product>)
        if (b.skipped != loops::skipped_zeros::none) {
          multiply_without_zeros(xs, ys, n.depth, b.skipped, to);
          continue;
        }
      combine_registers<Term>(xs, ys, n.depth, to);
    }
}

/// The parts of a block for an executor, at most one for each panel and for so many steps.
template <class T>
LOOM_OF_TARGET int parts_of(const product_block<T>& b, const loops::executor& on) {
  if (on.is_caller()) return 1;
  const std::ptrdiff_t rows = b.panels_of_rows(), columns = b.panels_of_columns();
  std::ptrdiff_t parts = b.n.rows * b.n.columns * b.n.depth / loops::least_shared_steps;
  const std::ptrdiff_t most = rows > columns ? rows : columns;
  if (parts > most) parts = most;
  if (parts > loops::max_parts) parts = loops::max_parts;
  return parts < 1 ? 1 : static_cast<int>(parts);
}

template <class T>
LOOM_INLINE T* aligned(T* memory) {
  return memory + (-reinterpret_cast<std::uintptr_t>(memory) % loops::scratch_alignment) / sizeof(T);
}

/// Into a matrix whose rows are rather contiguous than its columns.
template <class Term, class T>
[[gnu::noinline]] LOOM_OF_TARGET void combine_into_rows(const loops::matrix_view& x, const loops::matrix_view& y,
                                                        const loops::matrix_buffer<T>& c,
                                                        const loops::product_extents& all, loops::skipped_zeros skipped,
                                                        const loops::product_options& options, T* scratch) {
  const loops::product_extents block = loops::blocks_of<T>(all.rows, all.columns, all.depth);
  T* const xs = aligned(scratch);
  loops::packed_panels* const panels = options.panels;
  const bool stays = panels != nullptr && panels->data != nullptr;
  T* const ys = stays ? aligned(static_cast<T*>(panels->data)) : xs + loops::columns_in_scratch<T>(block);
  product_block<T> b{x,     loops::transposed(y), 0, 0, 0, {}, xs, ys, false, false, skipped, c,
                     false, &options.between,     1};
  const bool rows_stay = all.rows <= block.rows && all.depth <= block.depth;  // x is packed once
  for (b.column = 0; b.column < all.columns; b.column += block.columns)
    for (b.step = 0; b.step < all.depth; b.step += block.depth) {
      b.n.columns = all.columns - b.column < block.columns ? all.columns - b.column : block.columns;
      b.n.depth = all.depth - b.step < block.depth ? all.depth - b.step : block.depth;
      b.packs_y = !stays || !panels->filled;
      b.add = options.add || b.step > 0;
      for (b.row = 0; b.row < all.rows; b.row += block.rows) {
        b.n.rows = all.rows - b.row < block.rows ? all.rows - b.row : block.rows;
        b.packs_x = !rows_stay || b.column == 0;
        b.parts = parts_of(b, options.on);
        options.on.run(b.parts, &pack_part<T>, &b);
        // The numbers that meet those zeros: new ones for each block of rows, or those of y.
        const bool of_rows = skipped == loops::skipped_zeros::of_y;
        if (skipped != loops::skipped_zeros::none && (of_rows || b.row == 0)) {
          const bool finite = of_rows ? all_finite(b.xs, b.panels_of_rows() * panel_rows * b.n.depth)
                                      : all_finite(b.ys, b.panels_of_columns() * panel_columns<T> * b.n.depth);
          b.skipped = finite ? loops::skipped_zeros::none : skipped;
        }
        options.on.run(b.parts, &combine_part<Term, T>, &b);
        b.packs_y = false;
      }
      if (stays) b.ys += block.columns * block.depth;
    }
  if (stays) panels->filled = panels->filled || all.rows > 0;
}

/// Sums of squares, of which roots are taken.
template <class T>
struct squares {
  loops::matrix_view x, y;
  loops::matrix_buffer<T> c;
  loops::product_extents n;
  int parts;
};
/// The roots of some rows; of sums that have lost something, or all, the norm itself.
template <class Term, class T>
[[gnu::noinline]] LOOM_OF_TARGET void take_roots(void* squares_of, int part) {
  using V = vec<T>;
  constexpr T least = loops::least_sum_of_squares<T>;
  const auto& s = *static_cast<const squares<T>*>(squares_of);
  const loops::matrix_buffer<T>& c = s.c;
  const panel_range rows = range_of(s.n.rows, part, s.parts);
  for (std::ptrdiff_t i = rows.begin; i < rows.end; ++i) {
    T* const row = c.data + i * c.row_stride;
    for (std::ptrdiff_t j = 0, end = 0; j < s.n.columns; j = end) {
      end = j + width<V> < s.n.columns ? j + width<V> : s.n.columns;
      if (c.column_stride == 1 && end - j == width<V>) {
        const V sum = load<V>(row + j);
        if (!any(is_nan(select(sum >= broadcast<V>(least), sum - sum, not_a_number<V>())))) {
          store(sqrt(sum), row + j);
          continue;
        }
      }
      for (std::ptrdiff_t l = j; l < end; ++l) {
        T& entry = row[l * c.column_stride];
        entry =
            static_cast<T>(entry >= least && entry - entry == 0 ? __builtin_sqrt(double{entry})
                                                                : loops::norm_of_pair<Term>(s.x, i, s.y, l, s.n.depth));
      }
    }
  }
}

/// loops::combine, for this target.
template <class Term, class T>
LOOM_OF_TARGET void combine_matrices(const loops::matrix_view& x, const loops::matrix_view& y,
                                     const loops::matrix_buffer<T>& c, const loops::product_extents& n,
                                     const loops::product_options& options, T* scratch) {
  using loops::skipped_zeros;
  if (n.depth <= 0 && !options.add) {
    for (std::ptrdiff_t i = 0; i < n.rows; ++i)
      for (std::ptrdiff_t j = 0; j < n.columns; ++j) c.data[i * c.row_stride + j * c.column_stride] = 0;
    return;
  }
  // Vectors run along the smaller stride of c; of a single column, along the column.
  const std::ptrdiff_t between_rows = c.row_stride < 0 ? -c.row_stride : c.row_stride;
  const std::ptrdiff_t between_columns = c.column_stride < 0 ? -c.column_stride : c.column_stride;
  const bool by_columns = n.rows > 1 && (n.columns == 1 || between_rows < between_columns);
  loops::product_options turned = options;
  turned.panels = nullptr;
  if (std::is_same_v<Term, loops::plain_product> && by_columns)
    combine_into_rows<Term>(loops::transposed(y), loops::transposed(x), loops::transposed(c),
                            {n.columns, n.rows, n.depth},
                            options.skip_zeros_of_x ? skipped_zeros::of_y : skipped_zeros::none, turned, scratch);
  else
    combine_into_rows<Term>(x, y, c, n, options.skip_zeros_of_x ? skipped_zeros::of_x : skipped_zeros::none, options,
                            scratch);
  if constexpr (inner<Term>::is_norm) {
    squares<T> s{x, y, c, n, options.on.is_caller() ? 1 : loops::parts_of_entries(n.rows, n.columns)};
    options.on.run(s.parts, &take_roots<Term, T>, &s);
  }
}

}  // namespace loom::LOOM_TARGET

#undef LOOM_INLINE
