// SPDX-License-Identifier: BSL-1.0
// examples/14_a_batch_against_itself.cpp — contrastive learning (SimCLR): every row of a batch is compared with every other. The
// batch is bound once, and its gradient has both roles of each row.
// g++ -std=c++20 -O2 -I include examples/14_a_batch_against_itself.cpp
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "loom/loom.hpp"

namespace {

// [formula]
constexpr auto z = loom::tensor<"z[N,D]">;  // N views of D features: two of each picture
constexpr auto other = loom::index<"other[N]">;  // the row of the same picture's other view
constexpr auto tau = loom::scalar<"tau > 0">;
constexpr auto N = loom::axis<"N">;
constexpr auto M = loom::axis<"M">;  // the rows once more: z(N = M) is z read along M
constexpr auto D = loom::axis<"D">;

constexpr auto u = z / norm(z, D);
constexpr auto s = sum(u * u(N = M), D) / tau;  // N x M, never in memory
constexpr auto nt_xent = loom::loss<-log(exp(s(M = other)) / sum(where(N != M, exp(s), 0), M)).mean()>;
// [/formula]

}  // namespace

int main() {
  constexpr int rows = 8, features = 3;
  std::vector<float> views(rows * features), gradient(views.size());
  for (int i = 0; i < rows * features; ++i) views[static_cast<std::size_t>(i)] = std::sin(1.3f * static_cast<float>(i));
  std::vector<int> pairs(rows);
  for (int i = 0; i < rows; ++i) pairs[static_cast<std::size_t>(i)] = (i + rows / 2) % rows;
  const auto batch = loom::view(views.data(), rows, features);
  std::vector<double> memory(static_cast<std::size_t>(
      nt_xent.workspace_size(z = batch, other = pairs, tau = 0.5, d(z) = loom::view(gradient.data(), rows, features))));

  // Steps along the gradient bring the views of a picture together.
  float first = 0, loss = 0;
  for (int step = 0; step < 100; ++step) {
    loss = nt_xent(z = batch, other = pairs, tau = 0.5, d(z) = loom::view(gradient.data(), rows, features),
                   loom::workspace = memory);
    if (step == 0) first = loss;
    for (std::size_t i = 0; i < views.size(); ++i) views[i] -= gradient[i];
  }
  std::printf("contrastive loss of %d rows: %.4f, after 100 steps %.4f\n", rows, static_cast<double>(first),
              static_cast<double>(loss));
  return loss < first - 0.5f ? EXIT_SUCCESS : EXIT_FAILURE;
}
