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

#include "loom/loops/kernels-inl.h"
#include "loom/loops/lanes-inl.h"
#include "loom/loops/registers-inl.h"
#include "loom/loops/transpose-inl.h"

#include "loom/loops/shapes/across-inl.h"
#include "loom/loops/shapes/along-inl.h"

#include "loom/loops/wide-inl.h"
#include "loom/loops/operands-inl.h"
#include "loom/loops/label_comparisons-inl.h"
#include "loom/loops/steps-inl.h"
#include "loom/loops/totals-inl.h"
#include "loom/loops/passes-inl.h"
// clang-format on

namespace loom::inline LOOM_ABI::LOOM_TARGET {

template <class Program, class T, class Shape, int Sweep>
struct sweep_loops {
  [[gnu::noinline]] static void run(const sweep_layout& data, const layout::part& part, const double* scalars,
                                    double* results) {
    using R = registers<Program, T, Shape>;
    using passes = row_passes<R, Sweep>;
    R r(data, part, scalars, results);
    using totals = sweep_totals<R, Sweep>;
    totals::begin(r, typename totals::all());
    passes::template once<passes::S.hoisted.begin, passes::S.hoisted.end>(r);
    Shape::template rows<passes>(r);
    totals::end(r, results + row_results(R::P), typename totals::all());
  }
};

/// Sweep `Sweep` over a part of the data of a call.
template <class Program, class T, int Sweep>
void run_sweep(const sweep_layout& data, const layout::part& part, const double* scalars, double* results) {
  if constexpr (lane_count<T> == 1) {  // a single lane sees one entry of one row in every shape
    sweep_loops<Program, T, along_rows, Sweep>::run(data, part, scalars, results);
  } else {
#define LOOM_RUN_SHAPE(name, lanes, words)                                             \
  case loop_shape::name:                                                               \
    if constexpr (shape_choice_of<Program, Sweep>.allows(loop_shape::name))            \
      return sweep_loops<Program, T, lanes, Sweep>::run(data, part, scalars, results); \
    break;
    switch (data.shape) { LOOM_LOOP_SHAPES(LOOM_RUN_SHAPE) }
#undef LOOM_RUN_SHAPE
    __builtin_unreachable();
  }
}

}  // namespace loom::LOOM_TARGET

#undef LOOM_INLINE
