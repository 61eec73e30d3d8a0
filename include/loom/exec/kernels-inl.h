// SPDX-License-Identifier: BSL-1.0
// exec/kernels-inl.h — each op on vectors: the vector column of ops.def, and the few ops that are not elementwise.
// Compiled once per target. No vector leaves this folder, and no lambda enters it: a helper outside the target's
// namespace would be compiled for whichever target came first.
// Layer 5 (exec).
#if defined(LOOM_EXEC_KERNELS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LOOM_EXEC_KERNELS_INL_H_
#undef LOOM_EXEC_KERNELS_INL_H_
#else
#define LOOM_EXEC_KERNELS_INL_H_
#endif

#include <hwy/highway.h>

#include <limits>

#include "loom/exec/math-inl.h"
#include "loom/exec/special-inl.h"
#include "loom/ir/op.hpp"

HWY_BEFORE_NAMESPACE();
namespace loom {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class D, class V>
HWY_INLINE V kernel_sign(D d, V x) {
  const V one = hn::CopySign(hn::Set(d, hn::TFromD<D>(1)), x);
  return hn::IfThenElse(hn::Gt(hn::Abs(x), hn::Zero(d)), one, x);  // 0 and NaN are their own sign
}
template <class D, class V>
HWY_INLINE V kernel_mul0(D d, V a, V b) {
  return hn::IfThenZeroElse(hn::Eq(a, hn::Zero(d)), hn::Mul(a, b));
}
// x86 min and max return the second operand if either is NaN; these return NaN.
template <class D, class V>
HWY_INLINE V kernel_min(D, V a, V b) { return hn::IfThenElse(hn::IsNaN(a), a, hn::IfThenElse(hn::IsNaN(b), b, hn::Min(a, b))); }
template <class D, class V>
HWY_INLINE V kernel_max(D, V a, V b) { return hn::IfThenElse(hn::IsNaN(a), a, hn::IfThenElse(hn::IsNaN(b), b, hn::Max(a, b))); }

template <op Code> struct kernel;
#define LOOM_UNARY(name, cost, text, reference, vector, ...)         \
  template <> struct kernel<op::name> {                              \
    template <class D, class V> static HWY_INLINE V apply(D d, V x) { \
      (void)d;                                                       \
      return vector;                                                 \
    }                                                                \
  };
#define LOOM_BINARY(name, cost, text, reference, vector, ...)             \
  template <> struct kernel<op::name> {                                   \
    template <class D, class V> static HWY_INLINE V apply(D d, V a, V b) { \
      (void)d;                                                            \
      return vector;                                                      \
    }                                                                     \
  };
#define LOOM_COMPARE(name, text, reference, vector, integers)                                             \
  template <> struct kernel<op::name> {                                                                   \
    template <class V> static HWY_INLINE auto apply(V a, V b) { return vector; }                           \
    template <class V> static HWY_INLINE auto apply_integers(V a, V b) { return integers; }                \
  };
#include "loom/ir/ops.def"

/// Folding one more entry into a reduction.
template <op Code> struct fold;
template <> struct fold<op::sum> {
  template <class D> static HWY_INLINE hn::Vec<D> first(D d) { return hn::Zero(d); }
  template <class D, class V> static HWY_INLINE V more(D, V acc, V v) { return hn::Add(acc, v); }
};
template <> struct fold<op::prod> {
  template <class D> static HWY_INLINE hn::Vec<D> first(D d) { return hn::Set(d, hn::TFromD<D>(1)); }
  template <class D, class V> static HWY_INLINE V more(D, V acc, V v) { return hn::Mul(acc, v); }
};
template <> struct fold<op::reduce_max> {
  template <class D> static HWY_INLINE hn::Vec<D> first(D d) { return hn::Set(d, -std::numeric_limits<hn::TFromD<D>>::infinity()); }
  template <class D, class V> static HWY_INLINE V more(D d, V acc, V v) { return kernel_max(d, acc, v); }
};
template <> struct fold<op::reduce_min> {
  template <class D> static HWY_INLINE hn::Vec<D> first(D d) { return hn::Set(d, std::numeric_limits<hn::TFromD<D>>::infinity()); }
  template <class D, class V> static HWY_INLINE V more(D d, V acc, V v) { return kernel_min(d, acc, v); }
};
// A NaN need not reach the shift: it reaches every sum of exponentials beside it.
template <> struct fold<op::shift> {
  template <class D> static HWY_INLINE hn::Vec<D> first(D d) { return hn::Set(d, -std::numeric_limits<hn::TFromD<D>>::infinity()); }
  template <class D, class V> static HWY_INLINE V more(D, V acc, V v) { return hn::Max(acc, v); }
};
template <> struct fold<op::any_of> {  // of 0 and 1
  template <class D> static HWY_INLINE hn::Vec<D> first(D d) { return hn::Zero(d); }
  template <class D, class V> static HWY_INLINE V more(D, V acc, V v) { return hn::Max(acc, v); }
};
template <> struct fold<op::all_of> {
  template <class D> static HWY_INLINE hn::Vec<D> first(D d) { return hn::Set(d, hn::TFromD<D>(1)); }
  template <class D, class V> static HWY_INLINE V more(D, V acc, V v) { return hn::Min(acc, v); }
};

/// All lanes folded into one, in every lane.
template <op Code, class D, class V>
HWY_INLINE V across_lanes(D d, V v) {
  if constexpr (Code == op::sum) {
    return hn::SumOfLanes(d, v);
  } else if constexpr (Code == op::shift || Code == op::any_of) {
    return hn::MaxOfLanes(d, v);
  } else if constexpr (Code == op::all_of) {
    return hn::MinOfLanes(d, v);
  } else {
    HWY_ALIGN hn::TFromD<D> lanes[hn::MaxLanes(D())];
    hn::Store(v, d, lanes);
    V r = hn::Set(d, lanes[0]);
    for (size_t i = 1; i < hn::Lanes(d); ++i) r = fold<Code>::more(d, r, hn::Set(d, lanes[i]));
    return r;
  }
}

/// What a reduction is once its last entry is in.
template <op Code, class D, class V>
HWY_INLINE V finished(D d, V v) {
  if constexpr (Code == op::shift)
    return hn::IfThenElseZero(hn::Lt(hn::Abs(v), hn::Set(d, std::numeric_limits<hn::TFromD<D>>::infinity())), v);
  else
    return v;
}

}  // namespace HWY_NAMESPACE
}  // namespace loom
HWY_AFTER_NAMESPACE();
#endif
