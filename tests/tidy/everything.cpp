// SPDX-License-Identifier: BSL-1.0
// tests/tidy/everything.cpp — every header of Loom, and a loss that is called, printed and explained: for clang-tidy, which reads
// only what some file includes and looks into templates only where they are used.
#include "loom/code.hpp"
#include "loom/collection/collection.hpp"
#include "loom/loom.hpp"
#include "loom/threads.hpp"

#include <cstdio>
#include <vector>

namespace {

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto cross_entropy = loom::loss<-gather(log(exp(x) / sum(exp(x), -1)), t).mean()>;

}  // namespace

int main() {
  const std::vector<float> scores(12);
  const std::vector<int> labels(4);
  std::vector<float> gradient(12);
  loom::thread_pool pool;
  const float value = cross_entropy(x = loom::view(scores.data(), 4, 3), t = labels,
                                    d(x) = loom::view(gradient.data(), 4, 3), loom::threads = pool);
  std::puts(loom::code(cross_entropy, d(x)).c_str());
  std::puts(loom::explain(cross_entropy, d(x)).c_str());
  return value > 0 ? 0 : 1;
}
