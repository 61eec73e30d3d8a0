// SPDX-License-Identifier: BSL-1.0
// loops/transpose-inl.h — numbers transposed in registers: rows of memory become columns of lanes.
// Of as many rows as a vector has lanes, 16 bytes each are put side by side as they are loaded, every vector with rows that are as far
// apart as 16 bytes have lanes; then lanes are exchanged within 16 bytes, where one instruction does it on every machine.
// Layer 7 (loops).

namespace loom::inline LOOM_ABI::LOOM_TARGET {

#if LOOM_TARGET_BYTES != 0

/// Lanes of 16 bytes.
template <class V> inline constexpr int quad = 16 / static_cast<int>(sizeof(lane<V>));

/// Where lane i of two vectors interleaved comes from, in the first or the second: units of lanes in turn, of one half of each 16 bytes.
template <class V, int Unit, int Half>
constexpr int interleaved_lane(int i) {
  const int unit = i % quad<V> / Unit;
  return i / quad<V> * quad<V> + (unit / 2 + Half * (quad<V> / Unit / 2)) * Unit + i % Unit + unit % 2 * width<V>;
}

/// The rows of 16 bytes become columns: of `quad` vectors, lane by lane.
template <class V, int... I>
LOOM_INLINE void transpose_quads(V (&v)[quad<V>], std::integer_sequence<int, I...>) {
#define LOOM_INTERLEAVED(unit, half, a, b) __builtin_shufflevector(a, b, interleaved_lane<V, unit, half>(I)...)
  const V low = LOOM_INTERLEAVED(1, 0, v[0], v[1]), high = LOOM_INTERLEAVED(1, 1, v[0], v[1]);
  if constexpr (quad<V> == 2) {
    v[0] = low;
    v[1] = high;
  } else {
    const V low_2 = LOOM_INTERLEAVED(1, 0, v[2], v[3]), high_2 = LOOM_INTERLEAVED(1, 1, v[2], v[3]);
    v[0] = LOOM_INTERLEAVED(2, 0, low, low_2);
    v[1] = LOOM_INTERLEAVED(2, 1, low, low_2);
    v[2] = LOOM_INTERLEAVED(2, 0, high, high_2);
    v[3] = LOOM_INTERLEAVED(2, 1, high, high_2);
  }
#undef LOOM_INTERLEAVED
}
/// 16 bytes of each of several rows, one after the other.
template <class V, class E>
LOOM_INLINE V load_quads(const E* from, std::ptrdiff_t stride) {
  if constexpr (width<V> == quad<V>) {
    return load<V>(from);
  } else {
    using half = vec<E, width<V> / 2>;
    return join(load_quads<half>(from, stride), load_quads<half>(from + width<V> / 2 / quad<V> * stride, stride));
  }
}
/// As many columns as 16 bytes have, of as many rows as a vector has lanes.
template <class E>
LOOM_INLINE void transpose_columns(const E* from, std::ptrdiff_t from_stride, E* to, std::ptrdiff_t to_stride) {
  using V = vec<E>;
  V v[quad<V>];
#pragma GCC unroll 4
  for (int k = 0; k < quad<V>; ++k) v[k] = load_quads<V>(from + k * from_stride, quad<V> * from_stride);
  transpose_quads(v, lane_numbers<V>());
#pragma GCC unroll 4
  for (int k = 0; k < quad<V>; ++k) store(v[k], to + k * to_stride);
}
/// Columns that are fewer: 16 bytes would be more than a row has.
template <class E>
LOOM_INLINE void transpose_few_columns(const E* from, std::ptrdiff_t from_stride, std::ptrdiff_t columns, E* to,
                                       std::ptrdiff_t to_stride) {
  constexpr int q = quad<vec<E>>;
  vec<E, q> v[q];
#pragma GCC unroll 1
  for (int i = 0; i < width<vec<E>>; i += q) {
#pragma GCC unroll 4
    for (int k = 0; k < q; ++k)
      v[k] = lanes_from<0>(load_first(from + (i + k) * from_stride, static_cast<std::size_t>(columns)),
                           lane_numbers<vec<E, q>>());
    transpose_quads(v, lane_numbers<vec<E, q>>());
#pragma GCC unroll 4
    for (int k = 0; k < q; ++k)
      if (k < columns) store(v[k], to + k * to_stride + i);
  }
}

#endif

/// to[j * to_stride + i] = from[i * from_stride + j] for i < rows, j < columns.
template <class E>
[[gnu::noinline]] LOOM_OF_TARGET void transpose(const E* from, std::ptrdiff_t from_stride, std::ptrdiff_t rows,
                                                std::ptrdiff_t columns, E* to, std::ptrdiff_t to_stride) {
#if LOOM_TARGET_BYTES != 0
  if constexpr (std::is_floating_point_v<E>) {
    constexpr std::ptrdiff_t n = width<vec<E>>, q = quad<vec<E>>;
    for (; rows >= n; rows -= n, from += n * from_stride, to += n) {
      if (columns < q) transpose_few_columns(from, from_stride, columns, to, to_stride);
      else
        for (std::ptrdiff_t j = 0; j < columns; j += q) {
          if (j > columns - q) j = columns - q;  // the last ones overlap those before them
          transpose_columns(from + j, from_stride, to + j * to_stride, to_stride);
        }
    }
  }
#endif
  loops::transpose(from, from_stride, rows, columns, to, to_stride);
}

}  // namespace loom::LOOM_TARGET
