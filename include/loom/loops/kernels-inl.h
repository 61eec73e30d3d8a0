// SPDX-License-Identifier: BSL-1.0
// loops/kernels-inl.h — each op on vectors: the vector column of ops.def, and the few ops that are not elementwise.
// Compiled once for each target. No vector leaves this folder, and no lambda enters it: a helper outside the target's
// namespace would be compiled for whichever target came first.
// Layer 7 (loops).

#include "loom/simd/special-inl.h"

namespace loom::inline LOOM_ABI::LOOM_TARGET {

template <class V>
LOOM_INLINE V sign(V x) {
  const V one = copysign(constant<V>(1), x);
  return select(abs(x) > V{}, one, x);  // 0 and NaN are their own sign
}
template <class V>
LOOM_INLINE V mul0(V a, V b) {
  return drop(a == V{}, a * b);
}
// x86 min and max return the second operand if either is NaN; these return NaN.
template <class V>
LOOM_INLINE V minimum(V a, V b) { return select(is_nan(a), a, select(is_nan(b), b, min(a, b))); }
template <class V>
LOOM_INLINE V maximum(V a, V b) { return select(is_nan(a), a, select(is_nan(b), b, max(a, b))); }

/// The rows of ops.def: what they are defined to be, of vectors.
template <op Code> struct kernel;
#define LOOM_UNARY(name, cost, text, definition, ...)                                                         \
  template <> struct kernel<op::name> {                                                                       \
    template <class V> static LOOM_INLINE V apply(V x) { return definition; }                                 \
  };
#define LOOM_BINARY(name, cost, text, definition, ...)                                                        \
  template <> struct kernel<op::name> {                                                                       \
    template <class V> static LOOM_INLINE V apply(V a, V b) { return definition; }                            \
  };
#define LOOM_COMPARE(name, text, definition)                                                                  \
  template <> struct kernel<op::name> {                                                                       \
    template <class V> static LOOM_INLINE mask_of<V> apply(V a, V b) { return definition; }                   \
  };
#include "loom/ir/ops.def"

/// Folding one more entry into a reduction.
template <op Code> struct fold;
template <> struct fold<op::sum> {
  template <class V> static LOOM_INLINE V first() { return V{}; }
  template <class V> static LOOM_INLINE V more(V acc, V v) { return acc + v; }
};
template <> struct fold<op::prod> {
  template <class V> static LOOM_INLINE V first() { return constant<V>(1); }
  template <class V> static LOOM_INLINE V more(V acc, V v) { return acc * v; }
};
template <> struct fold<op::reduce_max> {
  template <class V> static LOOM_INLINE V first() { return -infinity<V>(); }
  template <class V> static LOOM_INLINE V more(V acc, V v) { return maximum(acc, v); }
};
template <> struct fold<op::reduce_min> {
  template <class V> static LOOM_INLINE V first() { return infinity<V>(); }
  template <class V> static LOOM_INLINE V more(V acc, V v) { return minimum(acc, v); }
};
// A NaN need not reach the shift: it reaches every sum of exponentials beside it.
template <> struct fold<op::shift> {
  template <class V> static LOOM_INLINE V first() { return -infinity<V>(); }
  template <class V> static LOOM_INLINE V more(V acc, V v) { return max(acc, v); }
};
template <> struct fold<op::any_of> {  // of 0 and 1
  template <class V> static LOOM_INLINE V first() { return V{}; }
  template <class V> static LOOM_INLINE V more(V acc, V v) { return max(acc, v); }
};
template <> struct fold<op::all_of> {
  template <class V> static LOOM_INLINE V first() { return constant<V>(1); }
  template <class V> static LOOM_INLINE V more(V acc, V v) { return min(acc, v); }
};

/// All lanes folded into one number.
template <op Code, class V>
LOOM_INLINE lane<V> across_lanes(V v) {
  return fold_lanes<fold<Code>>(v);
}

/// What a reduction is once its last entry is in.
template <op Code, class T>
LOOM_INLINE T finished(T v) {
  if constexpr (Code == op::shift) return keep(abs(v) < infinity<T>(), v);
  else return v;
}

}  // namespace loom::LOOM_TARGET
