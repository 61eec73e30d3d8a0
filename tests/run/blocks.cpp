// SPDX-License-Identifier: BSL-1.0
// Tiles of several blocks, against the interpreter: folds of either side that are joined, blocks that stay for the gradient, all of them, some, or
// some rows after the others, half of a batch against itself.
#include <vector>

#include "loom/loom.hpp"
#include "support/catch.hpp"
#include "support/targets.hpp"
#include "support/trial.hpp"

namespace {

using loom::derive::derivative_request;
constexpr auto N = loom::axis<"N">;
constexpr auto M = loom::axis<"M">;
constexpr auto C = loom::axis<"C">;
constexpr auto D = loom::axis<"D">;
constexpr auto a = loom::tensor<"a[N,D]">;
constexpr auto b = loom::tensor<"b[C,D]">;
constexpr auto w = loom::tensor<"w[C]">;
constexpr auto r = loom::tensor<"r[N]">;
constexpr auto m = loom::mask<"m[C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto tau = loom::scalar<"tau">;
constexpr auto s = tau * sum(a * b, D);

// Rows alone: all columns of some rows may stay, and then the next rows.
constexpr auto linear = -gather(log_softmax(s + w, C), t, C).mean();
// A factor of each row, of either sign, and one of each column.
constexpr auto factors = logsumexp(r * s, C).mean() + logsumexp(w * s, N).mean() + logsumexp(w * s, C).mean();
// The gradient of a row needs those of all rows.
constexpr auto of_all = square(logsumexp(s, C).mean());
// Both sides, sums of exponentials, of squares and largest entries; and a total of the tile.
constexpr auto sides = logsumexp(s, C).mean() + logsumexp(-s, N).mean() + 0.1 * max(s, N).mean() +
                       square(sum(s, N) / 50).mean() + softplus(s).mean();
// Whole blocks of -inf, and the largest entries far below 0.
constexpr auto masked = logsumexp(where(m, s - 200, -INFINITY), C).mean();
constexpr auto causal = logsumexp(where(M <= N, tau* sum(a* a(N = M), D), -INFINITY), M).mean();
// A batch against itself.
constexpr auto cosine = 4 * sum((a / norm(a, D)) * (a(N = M) / norm(a(N = M), D)), D);
constexpr auto contrast = logsumexp(where(N != M, cosine, -INFINITY), M).mean() + square(max(cosine, M)).mean();

/// In blocks of 16 rows, in the largest ones, with a place for some blocks and with a place for all of them.
template <auto Formula, derivative_request Request, class T>
void agrees(std::ptrdiff_t rows, std::ptrdiff_t columns, double tolerance) {
  using program = loom::compiler::compiled<Formula, Request>;
  static_assert(loom::run::runs_in_stages<program>() && loom::run::stages_of<program>::map.in_blocks);
  trial::settings set;
  std::ptrdiff_t extents[loom::ir::max_axes] = {};
  for (const loom::ir::axis_info& axis : program::simple.axes) {
    set.extents.push_back(axis.name == "C" ? columns : axis.name == "D" ? 3 : rows);
    extents[set.extents.size() - 1] = set.extents.back();
  }
  set.scalars = {{"tau", 0.75}};
  const loom::run::stage_memory memory = loom::run::memory_of_stages<program, T>(extents);
  const std::ptrdiff_t tile = rows * (columns + 64) * static_cast<std::ptrdiff_t>(sizeof(T)) / 8;
  for (const std::ptrdiff_t more : {std::ptrdiff_t{0}, memory.best() - memory.least(),
                                    memory.best() - memory.least() + tile * 2 / 3, memory.best() + 2 * tile}) {
    set.more_workspace = more;
    INFO(rows << " x " << columns << ", " << more << " numbers more");
    trial::hold(trial::run<Formula, Request, T>(set), tolerance);
  }
}

}  // namespace

TEST_CASE("rows of several blocks") {
  agrees<linear, derivative_request(0b111), float>(50, 1100, 2e-5);
  agrees<linear, derivative_request(0b111), double>(300, 600, 1e-12);
  agrees<factors, derivative_request(0b1111), double>(70, 600, 1e-12);
  agrees<of_all, derivative_request(0b10), double>(400, 600, 1e-12);
  agrees<masked, derivative_request(0b11), double>(40, 1100, 1e-12);
}
TEST_CASE("rows and columns of several blocks") {
  agrees<sides, derivative_request(0b11), double>(230, 530, 1e-12);
  agrees<sides, derivative_request(0b11), float>(900, 1100, 1e-4);  // some blocks stay, and the others are made again
}
TEST_CASE("blocks of which nothing is seen") { agrees<causal, derivative_request(1), float>(560, 560, 1e-4); }
TEST_CASE("half of the blocks of a batch against itself") {
  static_assert(loom::run::stages_of<loom::compiler::compiled<contrast, derivative_request(1)>>::map.symmetric != 0);
  agrees<contrast, derivative_request(1), double>(310, 310, 1e-11);
  agrees<contrast, derivative_request(1), float>(170, 170, 1e-4);
  agrees<contrast, derivative_request(0), double>(1, 1, 1e-12);
}
