// SPDX-License-Identifier: BSL-1.0
// loops/kernels-inl.h — each op on vectors: the vector columns of ops.def and reductions.def, and the few ops that are not elementwise.
// Compiled once for each target. No vector leaves this folder, and no lambda enters it: a helper outside the target's
// namespace would be compiled for whichever target came first.
// Layer 7 (loops).

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
LOOM_INLINE V minimum(V a, V b) {
  return select(is_nan(a), a, select(is_nan(b), b, min(a, b)));
}
template <class V>
LOOM_INLINE V maximum(V a, V b) {
  return select(is_nan(a), a, select(is_nan(b), b, max(a, b)));
}

/// The rows of ops.def: what they are defined to be, of vectors.
template <op Code> struct kernel;
#define LOOM_UNARY(name, cost, text, notation, ulp, domain, range, course, weight, definition, ...) \
  template <> struct kernel<op::name> {                                                             \
    template <class V> static LOOM_INLINE V apply(V x) { return definition; }                       \
  };
#define LOOM_BINARY(name, cost, text, notation, ulp, domain_a, domain_b, fact, order, weight, definition, ...) \
  template <> struct kernel<op::name> {                                                                        \
    template <class V> static LOOM_INLINE V apply(V a, V b) { return definition; }                             \
  };
#define LOOM_COMPARE(name, text, order, definition)                                         \
  template <> struct kernel<op::name> {                                                     \
    template <class V> static LOOM_INLINE mask_of<V> apply(V a, V b) { return definition; } \
  };
#include "loom/ir/ops.def"

/// The same where the operand lies in the domain of a shorter definition: the rows of bounded.def.
template <op Code> struct bounded_kernel;
#define LOOM_BOUNDED(name, domain, ulp, definition)                           \
  template <> struct bounded_kernel<op::name> {                               \
    template <class V> static LOOM_INLINE V apply(V x) { return definition; } \
  };
#include "loom/ir/bounded.def"

/// An op of two numbers whose second is the same in every lane: a power, or a limit, which is no NaN.
template <op Code> struct kernel_by_number;
template <> struct kernel_by_number<op::pow> {
  template <class V> static LOOM_INLINE V apply(V a, V b) { return pow_of_scalar(a, b); }
};
template <> struct kernel_by_number<op::min> {
  template <class V> static LOOM_INLINE V apply(V a, V b) { return min(b, a); }
};
template <> struct kernel_by_number<op::max> {
  template <class V> static LOOM_INLINE V apply(V a, V b) { return max(b, a); }
};

/// A shift is finite, also where all that it is the largest of is not.
template <class V>
LOOM_INLINE V finite_or_zero(V v) {
  return masked(abs(v) < infinity<V>(), v);
}

/// The rows of reductions.def, of vectors. combine folds one more entry into a reduction, or joins two parts of it.
template <op Code> struct fold;
#define LOOM_REDUCTION(code, name, word, cost, entry, identity, combined, finished, ...) \
  template <> struct fold<op::code> {                                                    \
    template <class V> static LOOM_INLINE V combine(V acc, V v) { return combined; }     \
    template <class V> static LOOM_INLINE V finish(V v) { return finished; }             \
  };
#define LOOM_MASK_REDUCTION(code, name, word, cost, identity, combined, ...)         \
  template <> struct fold<op::code> { /* of 0 and 1 */                               \
    template <class V> static LOOM_INLINE V combine(V acc, V v) { return combined; } \
    template <class V> static LOOM_INLINE V finish(V v) { return v; }                \
  };
#include "loom/ir/reductions.def"

template <op Code, class V>
LOOM_INLINE V identity() {
  return constant<V>(ir::identity<Code>());
}
/// An entry of a reduction, as it is folded.
template <op Code, class V>
LOOM_INLINE V entry_of(V v) {
  if constexpr (reduction(Code).entry == itself) return v;
  else return kernel<reduction(Code).entry>::apply(v);
}

/// All lanes folded into one number.
template <op Code, class V>
LOOM_INLINE lane<V> across_lanes(V v) {
  return fold_lanes<fold<Code>>(v);
}

// ---- reductions of rows ------------------------------------------------------------------------------------------------

/// What the entries of a row are folded into: one vector, or the largest entry and the sum of the others.
template <class V>
struct accumulator {
  V acc, others;
};

template <op Code, class V>
LOOM_INLINE accumulator<V> begun() {
  return {identity<Code, V>(), V{}};
}
/// Folds in one more vector of entries. A NaN must reach the others: min returns the second of its operands if one is NaN.
template <op Code, class V>
LOOM_INLINE void add_entries(accumulator<V>& row, V v) {
  if constexpr (reduction(Code).two_parts) {
    row.others = row.others + min(row.acc, v);
    row.acc = max(row.acc, v);
  } else {
    row.acc = fold<Code>::combine(row.acc, v);
  }
}
template <op Code, class V>
LOOM_INLINE void join(accumulator<V>& row, accumulator<V> part) {
  add_entries<Code>(row, part.acc);
  if constexpr (reduction(Code).two_parts) row.others = row.others + part.others;
}
template <op Code, class V>
LOOM_INLINE V finish(accumulator<V> row) {
  if constexpr (reduction(Code).two_parts) return (row.acc - constant<V>(1)) + row.others;
  else return fold<Code>::finish(row.acc);
}
/// All lanes folded into one number.
template <op Code, class V>
LOOM_INLINE lane<V> finish_lanes(accumulator<V> row) {
  if constexpr (!reduction(Code).two_parts) return fold<Code>::finish(across_lanes<Code>(row.acc));
  else if constexpr (width<V> == 1) return finish<Code>(row);
  else if constexpr (width<V> == 2) {
    accumulator<lane<V>> first{row.acc[0], row.others[0]};
    join<Code>(first, accumulator<lane<V>>{row.acc[1], row.others[1]});
    return finish<Code>(first);
  } else {
    accumulator<decltype(lower_half(row.acc))> half{lower_half(row.acc), lower_half(row.others)};
    join<Code>(half, {upper_half(row.acc), upper_half(row.others)});
    return finish_lanes<Code>(half);
  }
}

}  // namespace loom::LOOM_TARGET
