// SPDX-License-Identifier: BSL-1.0
// Chains of states through a call, against the interpreter. Losses that have them: formulas/chain_references.cpp.
#include <cstddef>
#include <exception>
#include <limits>
#include <string>
#include <vector>

#include "loom/loom.hpp"
#include "support/catch.hpp"
#include "support/targets.hpp"
#include "support/trial.hpp"

namespace {

using loom::derive::derivative_request;
using std::size_t;
using numbers = std::vector<double>;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr auto T = loom::axis<"T">;
constexpr auto S = loom::axis<"S">;
constexpr auto R = loom::axis<"R">;
constexpr auto K = loom::axis<"K">;
constexpr auto e = loom::tensor<"e[N,T,S]">;
constexpr auto a = loom::tensor<"a[R,S]">;
constexpr auto own = loom::tensor<"own[R,N,S]">;
constexpr auto back = loom::tensor<"back[S,K]">;
constexpr auto free_ = loom::tensor<"free[S,T]">;
constexpr auto w = loom::tensor<"w[N,T,S]">;
constexpr auto full = sum(sin(forward(e, own, T, S = R)) * w).mean();
constexpr auto best = sum(sin(viterbi(e + w, a, T, S = R)) * e).sum();
constexpr auto band = sum(sin(forward(e, back, T, S = S - K)) * w).sum();
constexpr auto best_of_band = sum(viterbi(square(e), -square(back), T, S = S - K) * w).sum();
constexpr auto without_batch = sum(forward(free_, own, T, S = R) * w).sum();
constexpr auto twice = logsumexp(forward(forward(e, a, T, S = R), back, T, S = S - K)(T = loom::last), S).sum();

/// Against the interpreter, in every layout and on every target.
template <auto Formula, derivative_request Request, class F, loom::call::storages Memory = loom::call::storages{}>
void agrees(double tolerance) {
  using program = trial::program_of<Formula, Request, Memory>;
  static_assert(loom::run::runs_in_stages<program>());
  const auto once = [&](std::ptrdiff_t batch, std::ptrdiff_t steps, std::ptrdiff_t states, trial::memory layout) {
    trial::settings set;
    for (const loom::ir::axis_info& axis : program::simple.axes)
      set.extents.push_back(axis.name == "N" ? batch : axis.name == "T" ? steps : axis.name == "K" ? 3 : states);
    set.layout = layout;
    set.condition = 4;
    INFO(batch << " x " << steps << " x " << states);
    trial::hold(trial::run<Formula, Request, F, Memory>(set), tolerance);
  };
  for (loom::target most : trial::targets()) {
    const loom::limit_target limit(most);
    once(2, 6, 19, trial::memory::contiguous);
    once(3, 4, 2, trial::memory::transposed);
    once(1, 1, 5, trial::memory::padded_rows);
    once(2, 3, 1, trial::memory::every_third);
  }
}

}  // namespace

TEST_CASE("chains of any batches in any layout") {
  agrees<full, derivative_request(0b111), double>(1e-12);
  agrees<full, derivative_request(0b111), float>(1e-4);
  agrees<band, derivative_request(0b111), double>(1e-12);
  agrees<without_batch, derivative_request(0b111), double>(1e-12);
  agrees<twice, derivative_request(0b111), double>(1e-12);
}
TEST_CASE("the best ways through chains") {
  agrees<best, derivative_request(0b111), double>(1e-12);
  agrees<best_of_band, derivative_request(0b111), double>(1e-12);
}
TEST_CASE("chains of 16 bits") {
  agrees<band, derivative_request(0b11), float, trial::all_stored(loom::storage::bf16, loom::storage::bf16)>(1e-4);
}
TEST_CASE("chains in constant expressions") {
  static constexpr auto f = loom::loss<logsumexp(forward(free_, a, T, S = R)(T = loom::last), S)>;
  static constexpr double none[2][2] = {{0, 0}, {0, 0}}, one_way[2][2] = {{0, -infinity}, {-infinity, 0}};
  constexpr double value = [] {
    double memory[64]{};
    return f(free_ = none, a = one_way, loom::workspace = memory);
  }();
  static_assert(value < 0.6931471805599454 && value > 0.6931471805599452);
}

TEST_CASE("states that are not as many as those before them") {
  constexpr auto f = loom::loss<sum(loom::forward(e, a, T, S = R)(T = loom::last))>;
  const numbers scores(12), pairs(6);
  numbers room(1024);
  std::string said;
  try {
    f(e = loom::view(scores.data(), 1, 4, 3), a = loom::view(pairs.data(), 2, 3), loom::workspace = room);
  } catch (const std::exception& found) { said = found.what(); }
  CHECK(said.find("axis R has 2 entries, but it counts the same states as axis S, which has 3") != said.npos);
}
