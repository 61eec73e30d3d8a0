// SPDX-License-Identifier: BSL-1.0
// expect: buffer_overlaps_an_input
// lines: <= 22
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto nll = loom::loss<-gather(log_softmax(x, -1), t).mean()>;

constexpr float logits[2][3] = {{1, 2, 3}, {4, 5, 6}};
constexpr int labels[2] = {0, 2};

constexpr float slope() {
#ifdef LOOM_FIXED
  float gradient[2][3]{};
  nll(x = logits, t = labels, loom::d(x) = gradient);
#else
  float gradient[2][3]{};
  nll(x = gradient, t = labels, loom::d(x) = gradient);
#endif
  return gradient[0][0];
}
constexpr float value = slope();
