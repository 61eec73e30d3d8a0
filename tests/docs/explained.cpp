// SPDX-License-Identifier: BSL-1.0
// tests/docs/explained.cpp — the third program of docs/tutorial.md: what a formula became.
// [program]
#include <loom/code.hpp>
#include <loom/loom.hpp>

#include <cstdio>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto cross_entropy = loom::loss<-gather(log(exp(x) / sum(exp(x), -1)), t).mean()>;

int main() {
  std::puts(loom::explain(cross_entropy, d(x)).c_str());
  std::puts(loom::code(cross_entropy, d(x)).c_str());
}
// [/program]
