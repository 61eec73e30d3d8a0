// SPDX-License-Identifier: BSL-1.0
// tests/loops/few_rows.cpp — sums over a long axis for each of a few columns, which lie side by side: fewer than a vector has lanes, on every
// target, or a few more; through tiles, and straight from memory.
#include "support/flagship_trials.hpp"

namespace {

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto y = loom::tensor<"y[N,C]">;
constexpr auto w = loom::tensor<"w[N]">;
constexpr auto v = loom::tensor<"v[C]">;
constexpr auto m = loom::mask<"m[N,C]">;
constexpr auto u = loom::index<"u[N,C=9]">;
constexpr auto t = loom::index<"t[C]">;
constexpr auto N = loom::axis<"N">;

template <auto Formula, class T = float, loom::call::storages Memory = loom::call::storages{}>
void agrees(const char* what, std::initializer_list<std::ptrdiff_t> columns = {2, 3, 4, 5, 7, 8, 10, 15, 19}) {
  constexpr const loom::ir::graph& graph = loom::compiler::source<Formula>::written.program;
  static_assert(loom::compiler::compiled<Formula, 1>::problem().kind == loom::lang::issue::none);
  for (loom::target target : trial::targets()) {
    const loom::limit_target limit(target);
    for (const std::ptrdiff_t rows : {40, 2100})
      for (const std::ptrdiff_t c : columns) {
        trial::settings set;
        for (const loom::ir::axis_info& a : graph.axes) set.extents.push_back(a.name == "N" ? rows : c);
        set.condition = 4;
        trial::check<Formula, 1, T, Memory>(set, what);
      }
  }
}

constexpr auto overlap = (1 - 2 * sum(sigmoid(x) * y, N) / (sum(sigmoid(x), N) + sum(y, N) + 1)).mean();

}  // namespace

TEST_CASE("sums of a few columns") {
  agrees<sum(v * square(sum(w * (x - y), N)))>("float");
  agrees<sum(v * square(sum(w * (x - y), N))), double>("double");
}

TEST_CASE("a few columns whose values are used again") {
  agrees<overlap>("overlap");
  agrees<overlap, double>("overlap");
  agrees<(v * var(x, N)).mean()>("variances");
  agrees<sum(v * logsumexp(w * x, N))>("log sums");
  agrees<-sum(y * log_softmax(x, N)), double>("entropies");
}

TEST_CASE("a few columns in 16 bits") {
  agrees<overlap, float, trial::all_stored(loom::storage::bf16, loom::storage::f16)>("overlap");
}

TEST_CASE("masks, labels and places of a few columns") {
  agrees<sum(v * square(sum(where(m, x, 0), N)))>("masks");
  agrees<sum(square(sum(number(u) * x, N)))>("labels", {9});
  agrees<sum(square(sum(w * x * x(N = N - 1), N) - x(N = t)))>("places");
  agrees<sum(square(sum(x * number(N), N) / 1000))>("positions");
}

TEST_CASE("gradients of a few columns are added to a buffer, and written over their data") {
  constexpr auto squares = loom::loss<sum(v * square(sum(w * x, N)))>;
  constexpr std::ptrdiff_t rows = 2100;
  for (loom::target target : trial::targets())
    for (const std::ptrdiff_t columns : {3, 5, 8, 10, 15}) {
      const loom::limit_target limit(target);
      CAPTURE(loom::name(target), columns);
      std::vector<float> data, weights, of_columns(static_cast<std::size_t>(columns), 0.5F);
      for (std::ptrdiff_t i = 0; i < rows * columns; ++i) data.push_back(static_cast<float>(i * 7 % 11 - 5));
      for (std::ptrdiff_t i = 0; i < rows; ++i) weights.push_back(static_cast<float>(i % 3 - 1));
      std::vector<float> plain(data.size()), added(data.size(), 1), over = data;
      const auto matrix = [&](std::vector<float>& of) { return loom::view(of.data(), rows, columns); };
      std::vector<double> room(static_cast<std::size_t>(4 * columns + 4));
      const float value =
          squares(x = matrix(data), w = weights, v = of_columns, d(x) = matrix(plain), loom::workspace = room);
      CHECK(squares(x = matrix(data), w = weights, v = of_columns, d(x) += matrix(added), loom::workspace = room) ==
            value);
      CHECK(squares(x = matrix(over), w = weights, v = of_columns, d(x) = loom::in_place, loom::workspace = room) ==
            value);
      CHECK(over == plain);
      for (float& g : plain) g += 1;
      CHECK(added == plain);
    }
}
