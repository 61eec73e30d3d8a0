// SPDX-License-Identifier: BSL-1.0
// simd/vector_loops-inl.h — the operations of vectors on numbers in memory, compiled once for each target. Each function
// works on one vector and returns its number of lanes.

namespace loom::LOOM_TARGET {

template <class T>
[[gnu::noinline]] LOOM_OF_TARGET int counted(T first, std::size_t count, T* numbers, T* in_front) {
  using V = vec<T>;
  store(iota<V>(first), numbers);
  store(masked(first_lanes<V>(count), constant<V>(1)), in_front);
  return width<V>;
}

/// The first `count` numbers, and zeros; and the same written over what was there.
template <class T>
[[gnu::noinline]] LOOM_OF_TARGET int partial([[maybe_unused]] const T* from, [[maybe_unused]] std::size_t count,
                                             [[maybe_unused]] T* loaded, [[maybe_unused]] T* stored) {
  using V = vec<T>;
#if LOOM_TARGET_BYTES != 0
  const V v = load_first(from, count);
  store(v, loaded);
  store_first(v, stored, count);
#endif
  return width<V>;
}

/// Numbers from any places: lane i has the one at 3 i % `count`.
template <class T>
[[gnu::noinline]] LOOM_OF_TARGET int gathered([[maybe_unused]] const T* from, [[maybe_unused]] int count,
                                              [[maybe_unused]] T* numbers) {
  using V = vec<T>;
#if LOOM_TARGET_BYTES != 0
  using I = ints_of<V>;
  I at{};
  for (int i = 0; i < width<V>; ++i) at[i] = static_cast<lane<I>>(3 * i % count);
  store(gather(from, at), numbers);
#endif
  return width<V>;
}

template <class T>
[[gnu::noinline]] LOOM_OF_TARGET int halves([[maybe_unused]] const T* from, [[maybe_unused]] T* swapped) {
  using V = vec<T>;
  if constexpr (width<V> > 1) {
    const V v = load<V>(from);
    store(join(upper_half(v), lower_half(v)), swapped);
  }
  return width<V>;
}

template <class T>
[[gnu::noinline]] LOOM_OF_TARGET int signs(const T* a, const T* b, T* size, T* signed_as, T* negative) {
  using V = vec<T>;
  const V x = load<V>(a), y = load<V>(b);
  store(abs(x), size);
  store(copysign(x, y), signed_as);
  store(select_negative(x, constant<V>(1), V{}), negative);
  return width<V>;
}

template <class T>
[[gnu::noinline]] LOOM_OF_TARGET int extremes(const T* a, const T* b, T* smaller, T* larger, T* nan) {
  using V = vec<T>;
  const V x = load<V>(a), y = load<V>(b);
  store(min(x, y), smaller);
  store(max(x, y), larger);
  store(masked(is_nan(x), constant<V>(1)), nan);
  return width<V>;
}

template <class T>
[[gnu::noinline]] LOOM_OF_TARGET int whole(const T* a, T* rounded) {
  using V = vec<T>;
  store(round(load<V>(a)), rounded);
  return width<V>;
}

template <class T>
[[gnu::noinline]] LOOM_OF_TARGET bool any_above(const T* a, T limit) {
  using V = vec<T>;
  return any(load<V>(a) > broadcast<V>(limit));
}

/// Numbers as two halves of doubles and back: each through `widen`, doubled, and through `narrow`.
template <class T>
[[gnu::noinline]] LOOM_OF_TARGET int through_double(const T* a, T* twice) {
  using V = vec<T>;
  const V v = load<V>(a);
  if constexpr (width<V> == 1) {
    store(narrow(widen(v) * 2), twice);
  } else {
    const auto lower = widen(lower_half(v)), upper = widen(upper_half(v));
    store(join(narrow(lower + lower), narrow(upper + upper)), twice);
  }
  return width<V>;
}

}  // namespace loom::LOOM_TARGET
