// SPDX-License-Identifier: BSL-1.0
// tests/loops/derivatives.cpp — what a call may ask for beside the gradient: second derivatives, cotangents, several results.
#include <cmath>
#include <vector>

#include "loom/collection/collection.hpp"
#include "support/flagship_trials.hpp"

namespace {

namespace lc = loom::collection;
using loom::d, loom::d2, loom::direction, loom::hvp, loom::result, loom::view;

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto m = loom::mask<"m[N]">;

/// A formula with what a request asks for, on every target and some sizes, against the interpreter.
template <auto Formula, loom::derive::derivative_request Request, class T>
void agrees(const char* what) {
  static_assert(loom::compiler::compiled<Formula, Request>::problem().kind == loom::lang::issue::none);
  constexpr const loom::ir::graph& g = loom::compiler::source<Formula>::written.program;
  for (loom::target target : trial::targets()) {
    const loom::limit_target limit(target);
    for (const auto& [rows, columns] : {std::pair{1, 1}, {17, 10}, {33, 3}, {5, 130}}) {
      for (trial::memory layout : {trial::memory::contiguous, trial::memory::padded_rows}) {
        trial::settings s;
        for (const loom::ir::axis_info& axis : g.axes) s.extents.push_back(axis.name == "C" ? columns : rows);
        s.scalars = {{"pw", 2.0}, {"T", 1.5}, {"gamma", 2.0}, {"e", 0.1}, {"z", 0.01}};
        s.layout = layout;
        s.condition = 4;
        trial::check<Formula, Request, T>(s, what);
      }
    }
  }
}

// d, d2, hvp, direction: sets of inputs, in the order in which the formula names them.
TEST_CASE("second derivatives of a row", "[exec]") {
  agrees<-gather(log(exp(x) / sum(exp(x), -1)), t).mean(), loom::derive::derivative_request(1, 1, 1, 1), float>(
      "cross entropy");
  agrees<-gather(log(exp(x) / sum(exp(x), -1)), t).mean(), loom::derive::derivative_request(0, 1), double>(
      "cross entropy, the diagonal alone");
}
TEST_CASE("second derivatives of elementwise losses", "[exec]") {
  agrees<0.5 * (log(lc::variance) + square(lc::mu - lc::y) / lc::variance).mean(),
         loom::derive::derivative_request(3, 3, 3, 3), double>("Gaussian likelihood");
  agrees<-(lc::pw * lc::y * log(lc::yes) + (1 - lc::y) * log(1 - lc::yes)).mean(),
         loom::derive::derivative_request(2, 2), float>("binary cross entropy");
}
TEST_CASE("a cotangent scales what each row gives", "[exec]") {
  agrees<-gather(log(exp(x) / sum(exp(x), -1)), t), loom::derive::derivative_request(1), float>(
      "rows of cross entropy");
  agrees<-gather(log(exp(x) / sum(exp(x), -1)), t), loom::derive::derivative_request(1, 1, 0, 0, true, 1), double>(
      "and their diagonal, the rows left out");
  agrees<softmax(x, -1), loom::derive::derivative_request(1), double>("softmax");
}
TEST_CASE("several results take one sweep", "[exec]") {
  constexpr auto all =
      loom::results(sum(where(m, -gather(log_softmax(x, -1), t), 0)), count(m), max(x, loom::axis<"C">));
  static_assert(loom::loss<all>.plan(d(x)).sweeps == 1);
  agrees<all, loom::derive::derivative_request(1), float>("a sum, its denominator, the largest of each row");
}

TEST_CASE("the gradient of a table goes where it was read", "[exec]") {
  constexpr auto table = loom::tensor<"table[C,D]">;
  constexpr auto y = loom::tensor<"y[N,D]">;
  constexpr auto w = loom::tensor<"w[C]">;
  constexpr auto embedding = square(gather(table, t, loom::axis<"C">) - y).mean();
  static_assert(loom::compiler::compiled<embedding, 1>::schedule.loops.size() ==
                2);  // over what was read, and over the table
  static_assert(loom::compiler::compiled<embedding, 1>::schedule.arrays.size() == 1);
  agrees<embedding, loom::derive::derivative_request(1), float>("a table of rows");
  agrees<-(gather(log_softmax(x, -1), t) * gather(w, t)).mean(), loom::derive::derivative_request(4), double>(
      "weights of classes");
}

TEST_CASE("a call computes what is bound", "[exec]") {
  constexpr auto rows = loom::loss<-gather(log(exp(x) / sum(exp(x), -1)), t)>;
  constexpr auto both = loom::loss<loom::results(sum(where(m, max(x, loom::axis<"C">), 0)), count(m))>;
  const std::vector<double> logits{0.5, -1, 2, 1, 1, 1}, cotangent{1, -2};
  const std::vector<int> labels{2, 0};
  const bool valid[] = {true, false};
  std::vector<double> r(2), g(6), g2(6), h(6), hv(6);
  rows(x = view(logits.data(), 2, 3), t = labels, loom::out = r);
  CHECK(r[1] == Approx(std::log(3)));
  rows(x = view(logits.data(), 2, 3), t = labels, loom::out = r, loom::seed = cotangent, d(x) = view(g.data(), 2, 3));
  rows(x = view(logits.data(), 2, 3), t = labels, loom::seed = cotangent, d(x) = view(g2.data(), 2, 3),
       d2(x) = view(h.data(), 2, 3));
  CHECK(g == g2);
  CHECK(g[3] == Approx(4.0 / 3));
  CHECK(h[3] == Approx(-4.0 / 9));
  double n = 0;
  CHECK(both(x = view(logits.data(), 2, 3), m = valid, result<1> = n) == Approx(logits[2]));
  CHECK(n == 1);
  // A scalar may have a cotangent as well; the Hessian times a direction is symmetric.
  constexpr auto mean = loom::loss<-gather(log(exp(x) / sum(exp(x), -1)), t).mean()>;
  const std::vector<double> u{1, 0, 0, 0, 0, 0};
  mean(x = view(logits.data(), 2, 3), t = labels, loom::seed = 2.0, direction(x) = view(u.data(), 2, 3),
       hvp(x) = view(hv.data(), 2, 3), d2(x) = view(h.data(), 2, 3));
  CHECK(hv[0] == Approx(h[0]));
  CHECK(hv[1] + hv[2] == Approx(-hv[0]));
}

}  // namespace
