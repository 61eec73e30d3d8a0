// SPDX-License-Identifier: BSL-1.0
// examples/01_cross_entropy.cpp — the loss everything starts from: softmax, log, pick the class, negative mean.
#include <loom/loom.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

// [formula]
constexpr auto x = loom::tensor<"x[N,C]">;  // logits: N rows, C classes
constexpr auto t = loom::index<"t[N]">;     // the class of each row

constexpr auto cross_entropy = loom::loss<-gather(log(exp(x) / sum(exp(x), -1)), t).mean()>;
// [/formula]

// [facts]
static_assert(cross_entropy.plan(d(x)).sweeps == 1);           // value and gradient: one pass over the logits
static_assert(cross_entropy.plan(d(x)).exponentials == 1);     // one exponential an entry, kept for the gradient
static_assert(cross_entropy.safe(d(x)));                       // no finite logits overflow
// [/facts]

int main() {
  // [call]
  const std::vector<float> logits = {2.44f, 3.92f, 2.50f, -1.27f, 3.23f,    //
                                     1e4f,  0.0f,  -1e4f, 9e3f,   9.9e3f};  // the second row would overflow exp
  const std::vector<int> targets = {1, 0};
  std::vector<float> gradient(logits.size());

  const float value =
      cross_entropy(x = loom::view(logits.data(), 2, 5), t = targets, d(x) = loom::view(gradient.data(), 2, 5));
  // [/call]

  std::printf("loss %.4f, gradient of the first row:", static_cast<double>(value));
  for (int j = 0; j < 5; ++j) std::printf(" %.4f", static_cast<double>(gradient[static_cast<std::size_t>(j)]));
  std::puts("");
  const bool right =
      std::fabs(value - 0.6813f / 2) < 1e-4f && std::fabs(gradient[1] - (std::exp(-0.6813f) - 1) / 2) < 1e-4f;
  return right ? EXIT_SUCCESS : EXIT_FAILURE;
}
