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

/// v[i][j] becomes v[j][i].
template <class V>
LOOM_INLINE void transpose_lanes(V (&v)[width<V>]) {
  constexpr int n = width<V>, q = quad<V>;
  V w[n];
#pragma GCC unroll 16
  for (int i = 0; i < n; i += 2) {
    w[i] = interleaved<1, 0>(v[i], v[i + 1]);
    w[i + 1] = interleaved<1, 1>(v[i], v[i + 1]);
  }
  if constexpr (q == 4) {
#pragma GCC unroll 16
    for (int i = 0; i < n; i += 4) {
      const V a = w[i], b = w[i + 1], c = w[i + 2], d = w[i + 3];
      w[i] = interleaved<2, 0>(a, c);
      w[i + 1] = interleaved<2, 1>(a, c);
      w[i + 2] = interleaved<2, 0>(b, d);
      w[i + 3] = interleaved<2, 1>(b, d);
    }
  }
  // w[g q + k] has entries k, q + k, 2 q + k ... of the q rows from g q on.
#pragma GCC unroll 16
  for (int k = 0; k < q; ++k) {
    if constexpr (n == 2 * q) {
      v[k] = alternate<0>(w[k], w[q + k]);
      v[q + k] = alternate<1>(w[k], w[q + k]);
    } else {
      static_assert(n == 4 * q);
      const V even = alternate<0>(w[k], w[q + k]), odd = alternate<1>(w[k], w[q + k]);
      const V even_2 = alternate<0>(w[2 * q + k], w[3 * q + k]), odd_2 = alternate<1>(w[2 * q + k], w[3 * q + k]);
      v[k] = alternate<0>(even, even_2);
      v[q + k] = alternate<0>(odd, odd_2);
      v[2 * q + k] = alternate<1>(even, even_2);
      v[3 * q + k] = alternate<1>(odd, odd_2);
    }
  }
}

/// A square of which `rows` rows and `columns` columns are there.
template <class E>
LOOM_INLINE void transpose_square(const E* from, std::ptrdiff_t from_stride, std::size_t rows, std::size_t columns,
                                  E* to, std::ptrdiff_t to_stride) {
  using V = vec<E>;
  constexpr std::size_t n = width<V>;
  V v[n];
#pragma GCC unroll 16
  for (std::size_t i = 0; i < n; ++i)
    v[i] = i < rows ? load_first(from + static_cast<std::ptrdiff_t>(i) * from_stride, columns) : V{};
  transpose_lanes(v);
#pragma GCC unroll 16
  for (std::size_t j = 0; j < n; ++j)
    if (j < columns) store_first(v[j], to + static_cast<std::ptrdiff_t>(j) * to_stride, rows);
}

#endif

/// to[j * to_stride + i] = from[i * from_stride + j] for i < rows, j < columns.
template <class E>
[[gnu::noinline]] void transpose(const E* from, std::ptrdiff_t from_stride, std::ptrdiff_t rows, std::ptrdiff_t columns,
                                 E* to, std::ptrdiff_t to_stride) {
#if LOOM_TARGET_BYTES != 0
  if constexpr (std::is_floating_point_v<E>) {
    constexpr std::ptrdiff_t n = width<vec<E>>;
    const auto within = [](std::ptrdiff_t left) { return static_cast<std::size_t>(left < n ? left : n); };
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
