// SPDX-License-Identifier: BSL-1.0
// simd/loops_of-inl.h — the ops of LOOM_TEST_FUNCTIONS over arrays, compiled once for each target.
// One loop per op: compilers take minutes over all of them in one body.

namespace loom::LOOM_TARGET {
namespace {

#define LOOM_TEST_LOOP(name, ...)                                                                      \
  template <class T>                                                                                   \
  [[gnu::noinline]] LOOM_OF_TARGET void loop_of_##name(const T* x, [[maybe_unused]] const T* z, T* to, \
                                                       std::size_t n) {                                \
    using V = vec<T>;                                                                                  \
    for (std::size_t i = 0; i < n; i += width<V>) {                                                    \
      const V a = load<V>(x + i);                                                                      \
      [[maybe_unused]] const V b = load<V>(z + i);                                                     \
      store(LOOM_TEST_KERNEL<ir::op::name>::apply(__VA_ARGS__), to + i);                               \
    }                                                                                                  \
  }
#define LOOM_TEST_LOOP_OF_ONE(name) LOOM_TEST_LOOP(name, a)
#define LOOM_TEST_LOOP_OF_TWO(name) LOOM_TEST_LOOP(name, a, b)
LOOM_TEST_FUNCTIONS(LOOM_TEST_LOOP_OF_ONE, LOOM_TEST_LOOP_OF_TWO)
#undef LOOM_TEST_LOOP_OF_ONE
#undef LOOM_TEST_LOOP_OF_TWO
#undef LOOM_TEST_LOOP

}  // namespace
}  // namespace loom::LOOM_TARGET
