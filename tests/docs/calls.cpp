// SPDX-License-Identifier: BSL-1.0
// tests/docs/calls.cpp — the calls of docs/reference/calls.md: layouts of results, a workspace, constants, results in parts.
#include <loom/collection/collection.hpp>
#include <loom/loom.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

namespace layouts {
constexpr auto a = loom::tensor<"a[N,D]">;
constexpr auto b = loom::tensor<"b[M,D]">;
constexpr auto pairs = loom::loss<sum(a* b, loom::axis<"D">)>;

bool run() {
  const float rows[2][2] = {{1, 2}, {3, 4}}, columns[3][2] = {{1, 0}, {0, 1}, {1, 1}};
  float transposed[3][2];
  // [layout]
  constexpr auto N = loom::axis<"N">;
  constexpr auto M = loom::axis<"M">;
  pairs(a = rows, b = columns, loom::out(M, N) = transposed);  // result<k>(M, N) = buffer, seed(M, N) = data
  // [/layout]
  return transposed[2][0] == 3 && transposed[0][1] == 3 && transposed[1][1] == 4;
}
}  // namespace layouts

namespace arrays {
using namespace loom::collection::contrastive;

bool run() {
  const float images[2][2] = {{1, 0}, {0, 1}}, texts[2][2] = {{0.8f, 0.6f}, {0.6f, 0.8f}};
  const int pair[2] = {0, 1}, back[2] = {0, 1};
  float d_images[2][2];
  // [workspace]
  // The bindings of the call, without the workspace.
  const auto numbers = clip.workspace_size(a = images, b = texts, scale = 10, t = pair, u = back, d(a) = d_images);
  std::vector<double> memory(static_cast<std::size_t>(numbers));
  const float loss = clip(a = images, b = texts, scale = 10, t = pair, u = back, d(a) = d_images,  //
                          loom::workspace = memory);
  // [/workspace]
  return numbers > 0 && std::fabs(loss - std::log1p(std::exp(-2.0f))) < 1e-5f;
}
}  // namespace arrays

namespace robust {
constexpr auto score = loom::tensor<"score[N]">;
constexpr auto y = loom::tensor<"y[N]">;
// [gauss_newton]
constexpr auto cauchy = loom::loss<log(1 + square(score - y)).sum()>;  // r = score - y
// [/gauss_newton]

bool run() {
  const std::vector<float> scores = {0, 3, -1}, targets = {0, 0, 1};
  std::vector<float> g(3), h(3), h2(3);
  // [gauss_newton_call]
  cauchy(score = scores, y = targets, d(score) = g, gn(score) = h);  // 2 / (1 + r^2): weighted least squares
  cauchy(score = scores, y = targets, d2(score) = h2);  // 2 (1 - r^2) / (1 + r^2)^2: negative from |r| = 1 on
  // [/gauss_newton_call]
  return h[0] == 2 && std::fabs(h[1] - 0.2f) < 1e-6f && std::fabs(h[2] - 0.4f) < 1e-6f && h2[1] < 0;
}
}  // namespace robust

namespace constants {
constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto cross_entropy = loom::loss<-gather(log(exp(x) / sum(exp(x), -1)), t).mean()>;

// [constant]
constexpr float logits[2][2] = {{0, 0}, {1, 1}};
constexpr int labels[2] = {0, 1};
constexpr float loss = cross_entropy(x = logits, t = labels);  // ln 2
// [/constant]
static_assert(loss > 0.6931f && loss < 0.6932f);
}  // namespace constants

namespace shards {
constexpr auto e = loom::tensor<"e[N]">;
constexpr auto m = loom::mask<"m[N]">;
// [results]
constexpr auto parts = loom::loss<loom::results(sum(where(m, e, 0)), count(m))>;  // a sum, and its denominator apart
// [/results]

bool run() {
  const float errors[3] = {1, 2, 4};
  const bool kept[3] = {true, false, true};
  // [parts]
  float kept_rows = 0;
  const float total = parts(e = errors, m = kept, loom::result<1> = kept_rows);
  // [/parts]
  return total == 5 && kept_rows == 2;
}
}  // namespace shards

namespace batches {
constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto cross_entropy = loom::loss<-gather(log_softmax(x, -1), t).sum()>;
constexpr auto squares = loom::loss<0.5 * square(x).sum()>;

bool run() {
  const float logits[6][3] = {{0, 0, 0}, {1, 1, 1}, {2, 2, 2}, {3, 3, 3}, {4, 4, 4}, {5, 5, 5}};
  const int labels[6] = {0, 1, 2, 0, 1, 2};
  // [adding]
  std::vector<float> sums(6 * 3, 0);  // a gradient for each logit
  cross_entropy(x = logits, t = labels, d(x) += loom::view(sums.data(), 6, 3));
  squares(x = logits, d(x) += loom::view(sums.data(), 6, 3));
  // [/adding]
  const std::vector<float> logits_of_the_model(18, 1);
  // [in_place]
  std::vector<float> scores = logits_of_the_model;  // not needed after the call
  cross_entropy(x = loom::view(scores.data(), 6, 3), t = labels, d(x) = loom::in_place);  // now the gradient
  // [/in_place]
  if (!(std::fabs(scores[0] + 2.0f / 3) < 1e-6f)) return false;
  return std::fabs(sums[3] - 4.0f / 3) < 1e-6f && std::fabs(sums[4] - 1.0f / 3) < 1e-6f;
}
}  // namespace batches

}  // namespace

int main() {
  const bool right[] = {layouts::run(), arrays::run(), robust::run(), shards::run(), batches::run()};
  std::printf("layouts %d, workspace %d, curvatures %d, results %d, adding %d\n", right[0], right[1], right[2],
              right[3], right[4]);
  for (const bool each : right)
    if (!each) return EXIT_FAILURE;
  return EXIT_SUCCESS;
}
