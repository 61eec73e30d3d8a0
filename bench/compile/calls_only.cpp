// SPDX-License-Identifier: BSL-1.0
// bench/compile/calls_only.cpp — what a file costs that calls a loss whose loops another file compiles.
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto cross_entropy = loom::loss<-gather(log(exp(x) / sum(exp(x), -1)), t).mean()>;
LOOM_DECLARE(cross_entropy, float, d(x));

float step(const float* logits, const int* targets, float* grad, std::ptrdiff_t n, std::ptrdiff_t c) {
  return cross_entropy(x = loom::view(logits, n, c), t = loom::view(targets, n), d(x) = loom::view(grad, n, c));
}
