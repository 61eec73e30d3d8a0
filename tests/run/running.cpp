// SPDX-License-Identifier: BSL-1.0
// Running values through a call, against the interpreter: along either axis, either way, beside reductions and products.
#include <limits>
#include <vector>

#include "loom/loom.hpp"
#include "support/catch.hpp"
#include "support/targets.hpp"
#include "support/trial.hpp"

namespace {

using loom::exclusive, loom::reverse;
using loom::derive::derivative_request;
using trial::memory;
constexpr auto N = loom::axis<"N">;
constexpr auto C = loom::axis<"C">;
constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto y = loom::tensor<"y[N,C]">;
constexpr auto w = loom::tensor<"w[C]">;
constexpr auto g = loom::scalar<"tau">;

// Earth mover's distance of orders; Cox and ListMLE; discounted returns.
constexpr auto earth_mover = square(cumsum(softmax(x, C) - softmax(y, C), C)).sum(C).mean();
constexpr auto order = sum(logcumsumexp(x, C, reverse) - x, C).mean();
constexpr auto returns = square(recurrence(y, g, C, reverse) - x).mean();
constexpr auto down = (cummax(x, N) * y - cumsum(w * x, N, exclusive)).mean();
constexpr auto products = square(cumprod(1 + 0.1 * x, C)).sum(C).mean();
constexpr auto twice = logsumexp(cumsum(cumsum(0.1 * x, C), N, reverse), C).mean();
constexpr auto gated = sum(square(recurrence(x, sigmoid(y), C))).sum();

template <auto Formula, derivative_request Request, class T, loom::call::storages Memory = loom::call::storages{}>
void agrees(double tolerance) {
  using program = trial::program_of<Formula, Request, Memory>;
  static_assert(loom::run::runs_in_stages<program>());
  const auto once = [&](std::ptrdiff_t rows, std::ptrdiff_t columns, memory layout) {
    trial::settings set;
    for (const loom::ir::axis_info& axis : program::simple.axes)
      set.extents.push_back(axis.name == "C" ? columns : rows);
    set.scalars = {{"tau", 0.9}};
    set.layout = layout;
    set.condition = 4;
    INFO(rows << " x " << columns);
    trial::hold(trial::run<Formula, Request, T, Memory>(set), tolerance);
  };
  for (loom::target most : trial::targets()) {
    const loom::limit_target limit(most);
    once(17, 23, memory::contiguous);
    once(40, 3, memory::transposed);
    once(1, 130, memory::padded_rows);
    once(5, 1, memory::every_third);
  }
}

}  // namespace

TEST_CASE("running sums and recurrences in losses") {
  agrees<earth_mover, derivative_request(0b11), float>(2e-5);
  agrees<earth_mover, derivative_request(0b11), double>(1e-13);
  agrees<order, derivative_request(1), float>(2e-5);
  agrees<order, derivative_request(1), double>(1e-13);
  agrees<returns, derivative_request(0b111), double>(1e-13);
  agrees<gated, derivative_request(0b11), double>(1e-13);
}
TEST_CASE("running along rows and down columns") {
  agrees<down, derivative_request(0b111), float>(1e-4);
  agrees<down, derivative_request(0b111), double>(1e-12);
  agrees<twice, derivative_request(1), double>(1e-13);
  agrees<products, derivative_request(1), double>(1e-12);
}
TEST_CASE("running values of 16 bits") {
  agrees<order, derivative_request(1), float, trial::all_stored(loom::storage::bf16, loom::storage::bf16)>(2e-5);
}
TEST_CASE("a mask of minus infinity at the end of a list") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr auto list = loom::loss<sum(where(y > 0, logcumsumexp(where(y > 0, x, -infinity), C, reverse) - x, 0))>;
  const std::vector<double> scores = {1, 2, 3, 4}, kept = {1, 1, 0, 0};
  std::vector<double> grad(4), room(256);
  const double value = list(x = loom::view(scores.data(), 1, 4), y = loom::view(kept.data(), 1, 4),
                            d(x) = loom::view(grad.data(), 1, 4), loom::workspace = room);
  CHECK(value == Approx(std::log1p(std::exp(1.0))));
  CHECK(grad[0] == Approx(1 / (1 + std::exp(1.0)) - 1));
  CHECK(grad[1] == Approx(1 / (1 + std::exp(-1.0))).margin(1e-12));
  CHECK(grad[2] == 0);
  CHECK(grad[3] == 0);
}
