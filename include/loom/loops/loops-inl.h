// SPDX-License-Identifier: BSL-1.0
// loops/loops-inl.h — the loops of a sweep: one function for each shape that the sweep may have, and the way to the one
// that a call's data has.
// Layer 7 (loops).

// The files of a target, in the order in which they build on each other. None includes another: each is read once a target.
// clang-format off
#include "loom/simd/vector-inl.h"
#include "loom/simd/math-inl.h"
#include "loom/simd/hyperbolic-inl.h"
#include "loom/simd/remainders-inl.h"
#include "loom/simd/circular-inl.h"
#include "loom/simd/error_function-inl.h"
#include "loom/simd/gamma-inl.h"
#include "loom/simd/bessel-inl.h"

#include "loom/loops/kernels-inl.h"
#include "loom/loops/lanes-inl.h"
#include "loom/loops/entry_products-inl.h"
#include "loom/loops/registers-inl.h"
#include "loom/loops/transpose-inl.h"

#if LOOM_TARGET_BYTES != 0  // a single lane walks along rows only
#include "loom/loops/shapes/across-inl.h"
#endif
#include "loom/loops/shapes/row_ends-inl.h"
#include "loom/loops/shapes/row_copies-inl.h"
#include "loom/loops/shapes/along-inl.h"

#include "loom/loops/wide-inl.h"
#include "loom/loops/operands-inl.h"
#include "loom/loops/label_comparisons-inl.h"
#include "loom/loops/steps-inl.h"
#include "loom/loops/totals-inl.h"
#include "loom/loops/passes-inl.h"
// clang-format on

namespace loom::inline LOOM_ABI::LOOM_TARGET {

/// The loops of sweep `Sweep`, of one shape: a function of its own.
template <class Program, class T, class Shape, int Sweep>
inline constexpr auto loops_of = &Shape::template rows<passes<registers<Program, T, Shape>, Sweep>>;

/// Sweep `Sweep` over a part of the data of a call.
template <class Program, class T, int Sweep>
LOOM_OF_TARGET void run_sweep(const sweep_layout& data, const layout::part& part, const double* scalars,
                              double* results) {
#if LOOM_TARGET_BYTES == 0  // a single lane sees one entry of one row in every shape
  loops_of<Program, T, along_rows, Sweep>(data, part, scalars, results);
#else
#define LOOM_RUN_SHAPE(name, lanes, words)                                     \
  case loop_shape::name:                                                       \
    if constexpr (shape_choice_of<Program, Sweep>.allows(loop_shape::name))    \
      return loops_of<Program, T, lanes, Sweep>(data, part, scalars, results); \
    break;
  switch (data.shape) { LOOM_LOOP_SHAPES(LOOM_RUN_SHAPE) }
#undef LOOM_RUN_SHAPE
  __builtin_unreachable();
#endif
}

}  // namespace loom::LOOM_TARGET

#undef LOOM_INLINE
