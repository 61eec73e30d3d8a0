// SPDX-License-Identifier: BSL-1.0
// tests/docs/first.cpp — the program of README.md: a loss and its gradient.
// [program]
#include <loom/loom.hpp>

#include <cstdio>

constexpr auto x = loom::tensor<"x[N,C]">;  // logits: N rows, C classes
constexpr auto t = loom::index<"t[N]">;     // the class of each row

constexpr auto cross_entropy = loom::loss<-gather(log(exp(x) / sum(exp(x), -1)), t).mean()>;

int main() {
  const float logits[2][5] = {{2.44f, 3.92f, 2.50f, -1.27f, 3.23f}, {1e4f, 0, -1e4f, 9e3f, 9.9e3f}};
  const int labels[2] = {1, 0};
  float gradient[2][5];
  const float loss = cross_entropy(x = logits, t = labels, d(x) = gradient);
  std::printf("loss %.4f, gradient[0][1] %.4f\n", loss, gradient[0][1]);
}
// [/program]
