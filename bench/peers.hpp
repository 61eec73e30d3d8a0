// SPDX-License-Identifier: BSL-1.0
// bench/peers.hpp — the workloads, as every contender offers them: value, and value with gradient.
// Rows are contiguous; labels are 32-bit. Gradients of the mean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace bench {

template <class T>
struct data_of {
  std::ptrdiff_t rows = 0;
  std::ptrdiff_t classes = 0;
  const T* x = nullptr;       // logits, or predictions
  const T* y = nullptr;       // targets of the elementwise losses, the teacher's logits, or x in another layout
  const T* v = nullptr;       // variances
  const int* t = nullptr;     // labels
  const std::int64_t* t64 = nullptr;  // the same, for LibTorch
  T* dx = nullptr;
  T* dv = nullptr;
  bool is_check = false;  // a gradient that a contender keeps in memory of its own is copied out, in no measured call
};
using data = data_of<float>;

template <class T> using workload_of = double (*)(const data_of<T>&);

/// A loss as a contender offers it; null where it does not.
template <class T>
struct loss_of {
  workload_of<T> value = nullptr, gradient = nullptr;
};

/// What of a contender's results is held against Loom's: a gradient, where it is written to dx and dv.
enum class agreement { nothing, values, values_and_gradients };

struct contender {
  std::string name;
  std::string version = {};  // of the library it stands for
  agreement compared = agreement::values_and_gradients;
  loss_of<float> cross_entropy = {}, focal = {}, bce = {}, weighted_bce = {}, huber = {}, gaussian = {},
                 distillation = {};
  loss_of<double> cross_entropy_f64 = {};
};

/// The contender whose losses are templates of a class, over whether they have a gradient, and the cross entropy over its type.
template <class L>
contender contender_of(const std::string& name, const std::string& version = {}) {
  return {.name = name,
          .version = version,
          .cross_entropy = {L::template cross_entropy<float, false>, L::template cross_entropy<float, true>},
          .focal = {L::template focal<false>, L::template focal<true>},
          .bce = {L::template bce<false>, L::template bce<true>},
          .weighted_bce = {L::template weighted_bce<false>, L::template weighted_bce<true>},
          .huber = {L::template huber<false>, L::template huber<true>},
          .gaussian = {L::template gaussian<false>, L::template gaussian<true>},
          .distillation = {L::template distillation<false>, L::template distillation<true>},
          .cross_entropy_f64 = {L::template cross_entropy<double, false>, L::template cross_entropy<double, true>}};
}

/// How much a target of 1 counts in the binary cross entropy with a weight.
inline constexpr float positive_weight = 3;

// Some are libraries of their own whose other symbols are hidden.
#pragma GCC visibility push(default)

/// Loops as written without a library, left to the compiler: -O3, any x86-64.
contender plain();
/// The same loops at -Ofast, vectorised. What is compiled to a machine's instructions is built twice: for all that this
/// processor has, and for AVX2.
contender plain_fast();
contender plain_fast_avx2();

/// Loops written for AVX-512, which keep Loom's contract, for machines that have it.
contender by_hand();

/// Every byte of a workload read or written once, without its arithmetic. The same machines.
contender memory();

// Libraries, as their users call them; of each, those that are installed. One thread.
contender eigen();
contender eigen_avx2();
contender xtensor();
contender xtensor_avx2();
contender onednn();
contender halide();
contender torch();

#pragma GCC visibility pop

}  // namespace bench
