// SPDX-License-Identifier: BSL-1.0
// expect: extents_of_an_axis_disagree
// lines: <= 19
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto nll = loom::loss<-gather(log_softmax(x, -1), t).mean()>;

constexpr float logits[2][3] = {{1, 2, 3}, {4, 5, 6}};
#ifdef LOOM_FIXED
constexpr int labels[2] = {0, 2};
#else
constexpr int labels[1] = {0};
#endif

constexpr float value = nll(x = logits, t = labels);
