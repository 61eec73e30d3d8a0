// SPDX-License-Identifier: BSL-1.0
// simd/math_loops-inl.h — every function over arrays, compiled once for each target.
// One loop per function: compilers take minutes over all of them in one body.

namespace loom::LOOM_TARGET {

#define LOOM_TEST_LOOP(name, ...)                                                                       \
  template <class T>                                                                                    \
  [[gnu::noinline]] void loop_of_##name(const T* x, [[maybe_unused]] const T* z, T* to, std::size_t n) { \
    using V = vec<T>;                                                                                   \
    for (std::size_t i = 0; i < n; i += width<V>) {                                                     \
      const V a = load<V>(x + i);                                                                       \
      [[maybe_unused]] const V b = load<V>(z + i);                                                      \
      store(name(__VA_ARGS__), to + i);                                                                 \
    }                                                                                                   \
  }
#define LOOM_TEST_UNARY_LOOP(name, reference) LOOM_TEST_LOOP(name, a)
LOOM_TEST_UNARY(LOOM_TEST_UNARY_LOOP)
LOOM_TEST_LOOP(pow, a, b)
#undef LOOM_TEST_UNARY_LOOP
#undef LOOM_TEST_LOOP

/// y[i] = f(a[i], b[i]); n is a multiple of every number of lanes.
template <class T>
void apply(tests::fn f, const T* a, const T* b, T* y, std::size_t n) {
  switch (f) {
#define LOOM_TEST_CASE(name, reference) \
  case tests::fn::name: return loop_of_##name(a, b, y, n);
    LOOM_TEST_UNARY(LOOM_TEST_CASE)
#undef LOOM_TEST_CASE
    case tests::fn::pow: return loop_of_pow(a, b, y, n);
  }
}

}  // namespace loom::LOOM_TARGET
