// SPDX-License-Identifier: BSL-1.0
// bench/peers.hpp — the workloads, as every contender offers them: value, and value with gradient.
// Rows are contiguous binary32; labels are 32-bit. Gradients of the mean.
#pragma once

#include <cstddef>

namespace bench {

struct data {
  std::ptrdiff_t rows = 0;
  std::ptrdiff_t classes = 0;
  const float* x = nullptr;       // logits, or predictions
  const float* y = nullptr;       // targets of the elementwise losses, the teacher's logits, or x in another layout
  const float* v = nullptr;       // variances
  const int* t = nullptr;         // labels
  float* dx = nullptr;
  float* dv = nullptr;
};

using workload = double (*)(const data&);

/// What of a contender's results is held against Loom's: a gradient, where it is written to dx and dv.
enum class agreement { nothing, values, values_and_gradients };

struct contender {
  const char* name;
  agreement compared;
  workload cross_entropy, cross_entropy_gradient;
  workload focal, focal_gradient;
  workload bce, bce_gradient;
  workload huber, huber_gradient;
  workload gaussian, gaussian_gradient;
  workload distillation, distillation_gradient;
};

/// Loops as written without a library, one pass after the other, left to the compiler.
contender plain();

/// Loops written for AVX-512, which keep Loom's contract. One thread, for machines that have it.
contender by_hand();

/// Every byte of a workload read or written once, without its arithmetic. The same machines.
contender memory();

/// LibTorch: torch::nn::functional and autograd, as its users call them. One thread.
contender torch();

}  // namespace bench
