// SPDX-License-Identifier: BSL-1.0
// loops/transpose-inl.h — squares of numbers transposed in registers: rows of memory become columns of lanes.
// As many rows as a vector has lanes, each a vector: lanes are exchanged within 16 bytes first, where one instruction does it on every
// machine, then 16 bytes at a time.
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
/// The same of every second 16 bytes, those of the first vector and then those of the second.
template <class V, int Half>
constexpr int alternate_lane(int i) {
  constexpr int blocks = width<V> / quad<V>;
  const int block = i / quad<V>;
  return (block % (blocks / 2) * 2 + Half) * quad<V> + i % quad<V> + (block < blocks / 2 ? 0 : width<V>);
}
template <auto Lane, class V, int... I>
LOOM_INLINE V mixed_lanes(V a, V b, std::integer_sequence<int, I...>) {
  return __builtin_shufflevector(a, b, Lane(I)...);
}
template <int Unit, int Half, class V> LOOM_INLINE V interleaved(V a, V b) {
  return mixed_lanes<&interleaved_lane<V, Unit, Half>>(a, b, std::make_integer_sequence<int, width<V>>());
}
template <int Half, class V> LOOM_INLINE V alternate(V a, V b) {
  return mixed_lanes<&alternate_lane<V, Half>>(a, b, std::make_integer_sequence<int, width<V>>());
}

/// The rows of 16 bytes become columns: of `quad` vectors, lane by lane.
template <class V>
LOOM_INLINE void transpose_quads(V (&v)[quad<V>]) {
  const V low = interleaved<1, 0>(v[0], v[1]), high = interleaved<1, 1>(v[0], v[1]);
  if constexpr (quad<V> == 2) {
    v[0] = low;
    v[1] = high;
  } else {
    const V low_2 = interleaved<1, 0>(v[2], v[3]), high_2 = interleaved<1, 1>(v[2], v[3]);
    v[0] = interleaved<2, 0>(low, low_2);
    v[1] = interleaved<2, 1>(low, low_2);
    v[2] = interleaved<2, 0>(high, high_2);
    v[3] = interleaved<2, 1>(high, high_2);
  }
}
/// The same of whole 16 bytes.
template <class V, int N>
LOOM_INLINE void exchange_quads(V (&v)[N]) {
  static_assert(N == width<V> / quad<V> && (N == 2 || N == 4));
  const V even = alternate<0>(v[0], v[1]), odd = alternate<1>(v[0], v[1]);
  if constexpr (N == 2) {
    v[0] = even;
    v[1] = odd;
  } else {
    const V even_2 = alternate<0>(v[2], v[3]), odd_2 = alternate<1>(v[2], v[3]);
    v[0] = alternate<0>(even, even_2);
    v[1] = alternate<0>(odd, odd_2);
    v[2] = alternate<1>(even, even_2);
    v[3] = alternate<1>(odd, odd_2);
  }
}

/// A square of which `rows` rows and `columns` columns are there. Loops of a few shuffles, not sixty of them in a row: those take
/// a tenth of what a user's file takes to compile, and are no faster.
template <class E>
LOOM_INLINE void transpose_square(const E* from, std::ptrdiff_t from_stride, std::ptrdiff_t rows,
                                  std::ptrdiff_t columns, E* to, std::ptrdiff_t to_stride) {
  using V = vec<E>;
  constexpr std::ptrdiff_t n = width<V>, q = quad<V>;
  V across[n];
#pragma GCC unroll 1
  for (std::ptrdiff_t i = 0; i < n; i += q) {
    V v[q];
#pragma GCC unroll 4
    for (std::ptrdiff_t k = 0; k < q; ++k)
      v[k] = i + k < rows ? load_first(from + (i + k) * from_stride, static_cast<std::size_t>(columns)) : V{};
    transpose_quads(v);
#pragma GCC unroll 4
    for (std::ptrdiff_t k = 0; k < q; ++k) across[i + k] = v[k];
  }
#pragma GCC unroll 1
  for (std::ptrdiff_t k = 0; k < q; ++k) {
    V v[n / q];
#pragma GCC unroll 4
    for (std::ptrdiff_t i = 0; i < n / q; ++i) v[i] = across[i * q + k];
    exchange_quads(v);
#pragma GCC unroll 4
    for (std::ptrdiff_t i = 0; i < n / q; ++i)
      if (i * q + k < columns) store_first(v[i], to + (i * q + k) * to_stride, static_cast<std::size_t>(rows));
  }
}

#endif

/// to[j * to_stride + i] = from[i * from_stride + j] for i < rows, j < columns.
template <class E>
[[gnu::noinline]] void transpose(const E* from, std::ptrdiff_t from_stride, std::ptrdiff_t rows, std::ptrdiff_t columns,
                                 E* to, std::ptrdiff_t to_stride) {
#if LOOM_TARGET_BYTES != 0
  if constexpr (std::is_floating_point_v<E>) {
    constexpr std::ptrdiff_t n = width<vec<E>>;
    const auto within = [](std::ptrdiff_t left) { return left < n ? left : n; };
    for (std::ptrdiff_t i = 0; i < rows; i += n)
      for (std::ptrdiff_t j = 0; j < columns; j += n)
        transpose_square(from + i * from_stride + j, from_stride, within(rows - i), within(columns - j),
                         to + j * to_stride + i, to_stride);
    return;
  }
#endif
  loops::transpose(from, from_stride, rows, columns, to, to_stride);
}

}  // namespace loom::LOOM_TARGET
