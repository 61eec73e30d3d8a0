// SPDX-License-Identifier: BSL-1.0
// tests/loops/shapes.cpp — formulas of every shape the planner knows, against the interpreter.
#include "support/flagship_trials.hpp"

namespace {

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto w = loom::tensor<"w[C]">;
constexpr auto v = loom::tensor<"v[N]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto u = loom::index<"u[N,C]">;
constexpr auto m = loom::mask<"m[N]">;
constexpr auto q = loom::mask<"q[N,C]">;
constexpr auto g = loom::scalar<"g">;
constexpr auto r = loom::tensor<"r[C]">;
constexpr auto s = loom::tensor<"s">;
constexpr auto b = loom::tensor<"b[A,B,C]">;
constexpr auto h = loom::tensor<"h[B]">;
constexpr auto k = loom::index<"k[A,B]">;
constexpr auto f = loom::tensor<"f[A,B,C,D]">;
constexpr auto p = loom::tensor<"p[N,C=9]">;
constexpr auto C = loom::axis<"C">;
constexpr auto N = loom::axis<"N">;

/// A formula with the gradients of the inputs named, on every target and some sizes; extents by axis name. The cases
/// alternate between float and double: each formula is compiled for every target, which is enough work.
constexpr trial::memory layouts[] = {trial::memory::contiguous, trial::memory::padded_rows, trial::memory::transposed};

template <auto Formula, class T = float, int Layouts = 3, class... Names>
void agrees(const char* what, Names... names) {
  constexpr const loom::ir::graph& graph = loom::compiler::source<Formula>::written.program;
  static_assert(loom::compiler::source<Formula>::written.problem.kind == loom::lang::issue::none);
  constexpr loom::derive::input_set wanted = [] {
    loom::derive::input_set set = 0;
    const std::string_view all[] = {Names::text()..., ""};
    for (std::string_view name : all)
      for (int i = 0; i < loom::compiler::source<Formula>::written.program.inputs.size(); ++i)
        if (loom::compiler::source<Formula>::written.program.inputs[i].name == name) set |= 1u << i;
    return set;
  }();
  (void)std::initializer_list<int>{((void)names, 0)...};
  static_assert(loom::compiler::compiled<Formula, wanted>::problem().kind == loom::lang::issue::none);
  const int sizes[][4] = {
      {1, 1, 1, 1}, {2, 3, 5, 4}, {3, 17, 10, 2}, {5, 4, 161, 3}, {33, 1, 9, 1}};  // N or A, B, C, D
  for (loom::target target : trial::targets()) {
    const loom::limit_target limit(target);
    for (const auto& size : sizes) {
      trial::settings set;
      for (int a = 0; a < graph.axes.size(); ++a) {
        const std::string_view name = graph.axes[a].name;
        const int extent = name == "B" ? size[1] : name == "C" ? size[2] : name == "D" ? size[3] : size[0];
        set.extents.push_back(graph.axes[a].extent > 0 ? graph.axes[a].extent : extent);
      }
      set.scalars = {{"g", 1.5}};
      set.condition = 4;
      for (int layout = 0; layout < Layouts; ++layout) {
        set.layout = layouts[layout];
        trial::check<Formula, wanted, T>(set, what);
      }
    }
  }
}

struct d_x {
  static constexpr std::string_view text() { return "x"; }
};
struct d_v {
  static constexpr std::string_view text() { return "v"; }
};
struct d_w {
  static constexpr std::string_view text() { return "w"; }
};
struct d_g {
  static constexpr std::string_view text() { return "g"; }
};
struct d_r {
  static constexpr std::string_view text() { return "r"; }
};
struct d_s {
  static constexpr std::string_view text() { return "s"; }
};
struct d_b {
  static constexpr std::string_view text() { return "b"; }
};
struct d_f {
  static constexpr std::string_view text() { return "f"; }
};
struct d_p {
  static constexpr std::string_view text() { return "p"; }
};

}  // namespace

TEST_CASE("results of every rank") {
  agrees<exp(x) / sum(exp(x), C)>("a matrix");
  agrees<logsumexp(x, C) + v>("a vector of rows");
  agrees<log(exp(r) / sum(exp(r), C))>("one row");
  agrees<-log(sum(exp(r), C))>("one row, its value", d_r{});
  agrees<(r * r).sum()>("one row, its total", d_r{});
  agrees<square(s) + g>("no axis at all", d_s{}, d_g{});
  agrees<w * x + v>("broadcasting both ways");
}

TEST_CASE("gradients of row and scalar inputs") {
  agrees<sum(square(x - v)) / extent(N), double>("a vector that broadcasts along rows", d_x{});
  agrees<(v * logsumexp(x, C)).mean(), double>("row weights", d_x{}, d_v{});
  agrees<mean(g * square(x)), double>("a scalar factor", d_x{}, d_g{});
  agrees<mean(softplus(g * x)), double>("a scalar inside", d_g{});
}

TEST_CASE("sums over rows, where nothing else makes the other axis a row") {
  agrees<mean(square(w * x)), double>("the gradient of a weight of columns", d_w{}, d_x{});
  agrees<sum(x, N)>("column sums");
}

TEST_CASE("masks") {
  agrees<where(m, logsumexp(x, C), 0).mean()>("a row mask", d_x{});
  agrees<where(q, exp(x), 0).sum()>("an element mask", d_x{});
  agrees<where(q && !m, x, -x).mean()>("masks combined", d_x{});
  agrees<sum(where(any(q, C), v, 0)) + count(q) + sum(where(all(q, C), v, 1))>("any, all and count", d_v{});
  agrees<sum(where(u == 1 || x > 0.5, x, 2 * x))>("an index by element", d_x{});
}

TEST_CASE("reductions of a row") {
  agrees<norm(x, C).mean()>("norms", d_x{});
  agrees<var(x, C).mean()>("variances", d_x{});
  agrees<mean(x.max(-1) - x.min(-1))>("largest and smallest", d_x{});
  agrees<prod(1 + 0.01 * x, C).mean()>("products", d_x{});
  agrees<sum(softmax(x, C) * w, C).mean()>("an expectation", d_x{});
  agrees<mean(log(sum(exp(2 * x), C)) / 2)>("a scaled log-sum-exp", d_x{});
}

TEST_CASE("totals") {
  agrees<sum(x) / sum(square(x)), double>("a quotient of totals");
  agrees<x.max() - x.min(), double>("extremes");
  agrees<mean(square(x - mean(x))), double>("a total that feeds the loop");
  agrees<sqrt(sum(square(x))), double>("the norm of everything", d_x{});
  agrees<log(sum(exp(x))), double>("a log-sum-exp of everything", d_x{});
}

TEST_CASE("several row axes, and a class axis anywhere") {
  agrees<-gather(log_softmax(b, -1), k).mean(), double>("a row for every pair", d_b{});
  agrees<mean(h * logsumexp(b, C)), double>("a weight along one of the row axes", d_b{});
  agrees<sum(square(f)), double>("rank four", d_f{});
  agrees<logsumexp(f, loom::axis<"B">).mean(), double>("a class axis that is not the last", d_f{});
  agrees<sum(f, C, loom::axis<"D">).mean(), double, 1>("two axes reduced together, where they lie contiguously");
}

TEST_CASE("a row of known length") { agrees<-gather(log_softmax(p, -1), t).mean()>("nine classes", d_p{}); }
