// SPDX-License-Identifier: BSL-1.0
// loops/lanes-inl.h — vectors from memory and back, of any type that numbers are stored in.
// Layer 7 (loops).

namespace loom::inline LOOM_ABI::LOOM_TARGET {

/// Which lanes of a vector are entries: all, or only those before the end of the row; or all, and totals are added up for a block first;
/// or all, and none of them is the one that the row's label names.
enum class lanes { all, some, block, unlabelled };

/// Lanes from `first` to `end`.
struct lane_range {
  std::size_t first, end;
};

/// Numbers stored as S, one after the other, as a vector.
template <class V, class S>
LOOM_INLINE V load_lanes(const S* from) {
  if constexpr (std::is_same_v<S, lane<V>>) {
    return load<V>(from);
  } else if constexpr (width<V> == 1) {
    return loaded(*from);
  } else if constexpr (std::is_same_v<S, bf16>) {
    return as<V>(widen(load<vec<std::uint16_t, width<V>>>(reinterpret_cast<const std::uint16_t*>(from))) << 16);
  } else {
    return widen(load<vec<short, width<V>>>(reinterpret_cast<const short*>(from)));
  }
}

/// The vector as numbers of type S, rounded to nearest.
template <class V, class S>
LOOM_INLINE void store_lanes(V v, S* to) {
  if constexpr (std::is_same_v<S, lane<V>>) {
    store(v, to);
  } else if constexpr (width<V> == 1) {
    *to = stored<S>(v);
  } else if constexpr (std::is_same_v<S, bf16>) {
    const auto bits = as<bits_of<V>>(v);
    const auto rounded = bits + (bits >> 16 & 1) + 0x7FFF, quiet = bits | 0x400000;
    const auto upper = select(is_nan(v), quiet, rounded) >> 16;
    store(narrow(upper), reinterpret_cast<std::uint16_t*>(to));
  } else {
    store(narrow(v), reinterpret_cast<short*>(to));
  }
}

/// The entries of a vector; of the last one of a row, the first `count`.
template <lanes Which, class V, class S>
LOOM_INLINE V load_entries_of(const S* from, std::size_t count) {
  if constexpr (Which != lanes::some) {
    return load_lanes<V>(from);
  } else if constexpr (std::is_same_v<S, lane<V>> && width<V> > 1) {
    return load_first(from, count);
  } else {
    alignas(64) S buffer[width<V>] = {};
    loops::copy_entries<sizeof(S)>(from, 1, buffer, 1, static_cast<std::ptrdiff_t>(count));
    return load_lanes<V>(buffer);
  }
}

/// The same, where no instruction leaves out lanes that come before others.
template <class V, class S>
[[gnu::noinline]] LOOM_OF_TARGET void copy_between(const S* array, std::ptrdiff_t at, std::ptrdiff_t begin,
                                                   std::ptrdiff_t end, lane<V>* to) {
  alignas(64) lane<V> room[2 * width<V>] = {};
  if (begin < end)
    store(load_entries_of<lanes::some, V>(array + (at + begin), static_cast<std::size_t>(end - begin)), room + begin);
  store(load<V>(room), to);
}
/// Lanes `begin` to `end` of the vector whose first lane lies at `at` of an array, and 0 around them.
template <class V, class S>
LOOM_INLINE V load_lanes_between(const S* array, std::ptrdiff_t at, std::ptrdiff_t begin, std::ptrdiff_t end) {
#if LOOM_TARGET_BYTES > 16
  if constexpr (std::is_same_v<S, lane<V>>) {
    if (begin >= end) return V{};
    // NOLINTNEXTLINE: the first lanes may lie before the array
    return load_between(reinterpret_cast<const S*>(reinterpret_cast<std::uintptr_t>(array) +
                                                   static_cast<std::uintptr_t>(at) * sizeof(S)),
                        begin, end);
  }
#endif
  alignas(64) lane<V> buffer[width<V>];
  copy_between<V>(array, at, begin, end, buffer);
  return load<V>(buffer);
}

template <lanes Which, class V, class S>
LOOM_INLINE void store_entries_of(V v, S* to, std::size_t count) {
  if constexpr (Which != lanes::some) {
    store_lanes(v, to);
  } else if constexpr (std::is_same_v<S, lane<V>> && width<V> > 1) {
    store_first(v, to, count);
  } else {
    alignas(64) S buffer[width<V>];
    store_lanes(v, buffer);
    loops::copy_entries<sizeof(S)>(buffer, 1, to, 1, static_cast<std::ptrdiff_t>(count));
  }
}

/// A vector, past the caches, to a multiple of its size.
LOOM_INLINE void send_vector(vec<float> v, float* to) {
#if defined(__clang__)
  __builtin_nontemporal_store(v, reinterpret_cast<vec<float>*>(to));
#elif LOOM_TARGET_BYTES == 64
  __builtin_ia32_movntps512(to, v);
#elif LOOM_TARGET_BYTES == 32
  __builtin_ia32_movntps256(to, v);
#else
  store(v, to);
#endif
}
/// Copies bytes past the caches.
[[gnu::noinline]] inline LOOM_OF_TARGET void send(const unsigned char* from, std::ptrdiff_t bytes, unsigned char* to) {
  constexpr std::ptrdiff_t step = sizeof(vec<float>);
  std::ptrdiff_t i = -static_cast<std::ptrdiff_t>(reinterpret_cast<std::uintptr_t>(to)) & (step - 1);
  if (i > bytes) i = bytes;
  __builtin_memcpy(to, from, static_cast<std::size_t>(i));
  for (; i + step <= bytes; i += step) {
    vec<float> v;
    __builtin_memcpy(&v, from + i, step);
    send_vector(v, reinterpret_cast<float*>(to + i));
  }
  __builtin_memcpy(to + i, from + i, static_cast<std::size_t>(bytes - i));
}

}  // namespace loom::LOOM_TARGET
