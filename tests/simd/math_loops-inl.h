// SPDX-License-Identifier: BSL-1.0
// simd/math_loops-inl.h — every function of ops.def over arrays, compiled once for each target.
// One loop per function: compilers take minutes over all of them in one body.

namespace loom::LOOM_TARGET {

#define LOOM_TEST_LOOP(name, ...)                                                                       \
  template <class T>                                                                                    \
  [[gnu::noinline]] void loop_of_##name(const T* x, [[maybe_unused]] const T* z, T* to, std::size_t n) { \
    using V = vec<T>;                                                                                   \
    for (std::size_t i = 0; i < n; i += width<V>) {                                                     \
      const V a = load<V>(x + i);                                                                       \
      [[maybe_unused]] const V b = load<V>(z + i);                                                      \
      store(kernel<op::name>::apply(__VA_ARGS__), to + i);                                              \
    }                                                                                                   \
  }
#define LOOM_UNARY(name, ...) LOOM_TEST_LOOP(name, a)
#define LOOM_BINARY(name, ...) LOOM_TEST_LOOP(name, a, b)
#include "loom/ir/ops.def"
#undef LOOM_TEST_LOOP

/// y[i] = f(a[i], b[i]); n is a multiple of every number of lanes. False: f is no function of numbers.
template <class T>
bool apply(op f, const T* a, const T* b, T* y, std::size_t n) {
  switch (f) {
#define LOOM_TEST_CASE(name) \
  case op::name: return loop_of_##name(a, b, y, n), true;
#define LOOM_UNARY(name, ...) LOOM_TEST_CASE(name)
#define LOOM_BINARY(name, ...) LOOM_TEST_CASE(name)
#include "loom/ir/ops.def"
#undef LOOM_TEST_CASE
    default: return false;
  }
}

}  // namespace loom::LOOM_TARGET
