// SPDX-License-Identifier: BSL-1.0
// emit/options.hpp — what a printed function may be asked for beside its dialect: how it takes its data, and hints for a compiler.
// Layer 5 (emit).
#pragma once

#include <string>

#include "loom/base/config.hpp"

namespace loom::inline LOOM_ABI::emit {

struct options {
  /// A stride, in entries, for each axis of each input and output, behind its pointer: x, x_stride_N, x_stride_C. Without it data is
  /// contiguous and row-major.
  bool strided = false;
  /// Every pointer says that nothing else points there: restrict, __restrict in C++. Without it C says so of what is written.
  bool restricted = false;
  /// #pragma omp simd in front of innermost loops whose entries do not depend on each other but for reductions, which it names.
  /// For compilers with -fopenmp-simd: a row is then added up in an order of their choice.
  bool simd = false;
  std::string formula = {};  ///< what the function computes, for a comment in front of it; empty: no word
};

}  // namespace loom::emit
