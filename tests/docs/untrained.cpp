// SPDX-License-Identifier: BSL-1.0
// tests/docs/untrained.cpp — the second program of docs/tutorial.md: the loss of a model that knows nothing, and one step down.
// [program]
#include <loom/loom.hpp>

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <random>
#include <vector>

constexpr auto x = loom::tensor<"x[N,C]">;  // scores: N rows, C categories
constexpr auto t = loom::index<"t[N]">;  // the category of each row

constexpr auto log_p = log(exp(x) / sum(exp(x), -1));
constexpr auto cross_entropy = loom::loss<-gather(log_p, t).mean()>;

int main() {
  constexpr std::size_t n = 50000, c = 10;
  std::mt19937 random(1);
  std::vector<float> scores(n * c), gradient(n * c);
  std::vector<int> category(n);
  for (float& s : scores) s = static_cast<float>(random() % 1000) / 2000.0f - 0.25f;  // small: nothing is learned yet
  for (int& k : category) k = static_cast<int>(random() % c);

  const float loss =
      cross_entropy(x = loom::view(scores.data(), n, c), t = category, d(x) = loom::view(gradient.data(), n, c));
  std::printf("loss %.3f, ln 10 is %.3f\n", loss, std::log(10.0));

  for (std::size_t i = 0; i < scores.size(); ++i) scores[i] -= 50000 * gradient[i];
  const float after = cross_entropy(x = loom::view(scores.data(), n, c), t = category);
  std::printf("after one step %.3f\n", after);
}
// [/program]
