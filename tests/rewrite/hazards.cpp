// SPDX-License-Identifier: BSL-1.0
// What may overflow or leave a domain, and what excludes it: a domain, a mask, a rule.
#include "loom/rewrite/hazards.hpp"

#include "support/catch.hpp"
#include "support/layers.hpp"
#include "support/rule_instances.hpp"
#include "support/written.hpp"

namespace {

using namespace loom;

using namespace loom::layers;
using namespace loom::test;

using rewrite::hazard, rewrite::hazard_kind, rewrite::hazards_of;
constexpr auto p = tensor<"p[N]">;
constexpr auto q = tensor<"q[N]">;
constexpr auto above = tensor<"a[N] > 0">;
constexpr auto unit = tensor<"u[N] in [0,1]">;
constexpr auto moderate = tensor<"e[N] in [-80,80]">;

template <formula F>
rewrite::hazard_list of(const F& f, input_set gradients = 0) {
  return hazards_of(in_form(compiler::form::stable_gradients, written(f), {gradients}).program);
}
template <formula F>
bool safe(const F& f) {
  return of(sum(f), 1).empty();
}

TEST_CASE("functions outside their domains", "[rewrite]") {
  CHECK(!safe(log(p)));
  CHECK(safe(log(above)));
  CHECK(!safe(log(unit)));
  CHECK(safe(log(unit + 1e-7)));
  CHECK(safe(log(1 + unit)));
  CHECK(!safe(log(1 - unit)));
  CHECK(!safe(sqrt(p)));
  CHECK(safe(sqrt(1 + square(p))));
  CHECK(!safe(acosh(p)));
  CHECK(!safe(acosh(1 + above)));  // 1 + a may round to 1, where the slope is infinite
  CHECK(safe(acosh(2 + above)));
  CHECK(!safe(atanh(unit)));
  CHECK(safe(atanh(0.5 * unit)));
  CHECK(!safe(asin(p)));
  CHECK(!safe(lgamma(p)));
  CHECK(safe(lgamma(above)));
}

TEST_CASE("divisions by 0", "[rewrite]") {
  CHECK(!safe(q / p));
  CHECK(safe(q / above));
  CHECK(safe(q / (1 + square(p))));
  CHECK(safe(q / (abs(p) + 1e-12)));
  CHECK(!safe(pow(p, -1)));
  CHECK(safe(pow(p, 2)));
  CHECK(!safe(pow(p, 0.5)));
}

TEST_CASE("exponentials of large numbers", "[rewrite]") {
  CHECK(!safe(exp(p)));
  CHECK(safe(exp(moderate)));
  CHECK(safe(exp(-square(p))));
  CHECK(!safe(cosh(p)));
  CHECK(safe(log(cosh(p))));
  CHECK(safe(tanh(p)));
  CHECK(safe(exp(min(p, 80.0))));
}

TEST_CASE("what rules make safe", "[rewrite]") {
  CHECK(safe(log(sum(exp(x), -1))));
  CHECK(safe(x - log(sum(exp(x), -1))));
  CHECK(safe(exp(x) / sum(exp(x), -1)));
  CHECK(safe(log(1 + exp(p))));
  CHECK(safe(1 / (1 + exp(-p))));
  CHECK(safe(exp(p) / (exp(p) + exp(q))));
  CHECK(safe(sqrt(sum(square(x), -1))));
  CHECK(safe(sqrt(p * p)));
  CHECK(safe(1 / sqrt(mean(x * x, -1) - square(mean(x, -1)) + 1e-5)));
}

TEST_CASE("masks that say what is needed", "[rewrite]") {
  CHECK(safe(where(p > 0, log(p), 0)));
  CHECK(safe(where(p > 0, q * log(p), 0)));
  CHECK(!safe(where(p >= 0, log(p), 0)));
  CHECK(safe(where(p >= 0, sqrt(p) * 2, 0)) == false);  // the slope of the root at 0
  CHECK(safe(where(p <= 0, 0, log(p))));
  CHECK(safe(where(p != 0, q / p, 0)));
  CHECK(safe(where(p == 0, 0, q / p)));
  CHECK(safe(where(0 < p, log(p), 0)));
  CHECK(!safe(where(q > 0, log(p), 0)));
  CHECK(!safe(where(p > 0, log(p), 0) + log(p)));  // seen outside the mask as well
  CHECK(safe(where(p < 80, exp(p), 0)));
}

TEST_CASE("a hazard names a value, its operand, and what that would have to be", "[rewrite]") {
  const graph g = in_form(compiler::form::stable_gradients, written(sum(log(p) + exp(q))), {0}).program;
  const rewrite::hazard_list all = hazards_of(g);
  REQUIRE(all.size() == 2);
  const hazard& log_of_p = all[formula_text(g, all[0].value) == "log(p)" ? 0 : 1];
  const hazard& exp_of_q = all[formula_text(g, all[0].value) == "log(p)" ? 1 : 0];
  CHECK(log_of_p.kind == hazard_kind::invalid);
  CHECK(formula_text(g, log_of_p.operand) == "p");
  CHECK(log_of_p.low == 0);
  CHECK(log_of_p.not_zero);
  CHECK(exp_of_q.kind == hazard_kind::overflow);
  CHECK(formula_text(g, exp_of_q.value) == "exp(q)");
  CHECK(exp_of_q.high == 88);
}

/// The sums that may cancel, as text, and what would exclude it.
template <formula F>
std::vector<std::string> cancelling(const F& f, input_set gradients = 0, hazard_kind kind = hazard_kind::cancellation) {
  const graph g = in_form(compiler::form::stable_gradients, written(sum(f)), {gradients}).program;
  std::vector<std::string> all;
  for (const hazard& h : hazards_of(g)) {
    if (h.kind != kind) continue;
    all.push_back(formula_text(g, h.value));
    if (h.operand != no_value)
      all.back() += ", but for " + formula_text(g, h.operand) + (h.low == 0 ? " >= 0" : " <= 0");
  }
  return all;
}
using sums = std::vector<std::string>;
constexpr auto r = tensor<"r[N]">;
constexpr auto scale = scalar<"s">;

TEST_CASE("sums of functions whose data stands in two terms may cancel", "[rewrite]") {
  CHECK(cancelling(lgamma(p + 1) - lgamma(p)) == sums{"lgamma(p + 1) - lgamma(p)"});
  CHECK(cancelling(sqrt(1 + square(p)) - sqrt(2 + square(p))).size() == 1);
  CHECK(cancelling(log(square(p) + 1) + log(square(p) + 2)).empty());  // of one sign
  CHECK(cancelling(p - exp(p)).empty());  // the last digit of p is worth as much
  CHECK(cancelling(exp(p) - exp(q)).empty());
  CHECK(cancelling(as_written(lgamma(p + 1) - lgamma(p))).empty());
  const auto cubed = p * p * p - 3 * p * p + 3 * p - 1;  // float data is computed in double
  CHECK(cancelling(cubed).empty());
  CHECK(cancelling(cubed, 0, hazard_kind::cancellation_in_double).size() == 1);
  CHECK(cancelling(where(p > q, exp(p), 1) - exp(q)).empty());  // a mask moves nothing
}

TEST_CASE("a number and a function that reaches it may cancel", "[rewrite]") {
  CHECK(cancelling(1 - cos(p) * cos(q)).size() == 1);
  CHECK(cancelling(1 - sqrt(p) * sqrt(q)).empty());  // falls through 1
  CHECK(cancelling(1 - unit * unit * unit).empty());  // so does what is no function
  CHECK(cancelling(2 - cos(p) * cos(q)).empty());
}

TEST_CASE("what rules know of differences does not cancel", "[rewrite]") {
  CHECK(cancelling(1 - cos(p)).empty());
  CHECK(cancelling(1 - sqrt(1 - p * p)).empty());
  CHECK(cancelling(log(1 + p) - log(1 + q)).empty());
  CHECK(cancelling(mean(x * x, -1) - square(mean(x, -1))).empty());
  CHECK(cancelling(1 - exp(p) / (1 + exp(p))).empty());
}

TEST_CASE("a term of a sum that may cancel is asked for its sign", "[rewrite]") {
  CHECK(cancelling(r * softplus(p) + (1 - r) * square(softplus(-p))).at(0).ends_with(", but for r >= 0"));
  CHECK(cancelling(unit * softplus(p) + (1 - unit) * square(softplus(-p))).empty());
  CHECK(cancelling(scale * softplus(p) - softplus(-p)).at(0).ends_with(", but for s <= 0"));
  CHECK(cancelling(scale * softplus(p) - above * softplus(-p)).empty());  // the last digit of a is worth as much
}

TEST_CASE("digits of gradients are not judged", "[rewrite]") {
  CHECK(cancelling(square(softplus(p)) + square(p), 1).empty());
}

/// The op of inputs without a domain.
rewrite::hazard_list of_op(op code) {
  graph g = two_axes();
  add_input(g, "a", op::tensor, only(axis_n));
  add_input(g, "b", op::tensor, only(axis_n));
  builder b(g);
  const value_id v = b.make(code, b.input(0), arity(code) == 2 ? b.input(1) : no_value);
  graph made = b.result;
  made.outputs.push_back({derivative_kind::value, -1, v});
  return hazards_of(made);
}

TEST_CASE("every op that leaves its domain, or overflows within 1000 of 0, has a hazard", "[rewrite]") {
  int looked_at = 0;
  for (int i = 0; i < op_count; ++i) {
    const op code = static_cast<op>(i);
    const op_info& row = info(code);
    if ((row.kind != family::unary && row.kind != family::binary) || code == op::stop_gradient) continue;
    bool narrow = row.domain_a.low > -numeric::infinity || row.domain_a.high < numeric::infinity ||
                  row.domain_b.low > -numeric::infinity || row.domain_b.high < numeric::infinity;
    // wexp is exempt: its exponent is shifted.
    const bool overflows =
        row.kind == family::unary && (numeric::abs(numbers::evaluate(code, 800.0, 0.0, 0.0)) > 1e300 ||
                                      numeric::abs(numbers::evaluate(code, -800.0, 0.0, 0.0)) > 1e300);
    CAPTURE(std::string(row.name));
    if (!narrow && !overflows) continue;
    ++looked_at;
    CHECK(!of_op(code).empty());
  }
  CHECK(looked_at > 20);
}

TEST_CASE("what a rule brings is no safer than what it stands for", "[rewrite]") {
  CHECK(!safe(sqrt(p * q)));
  CHECK(!safe(log(1 + p) - log(1 + q)));
  CHECK(safe(log(1 + above) - log(1 + unit)));
  CHECK(!safe(p * log(p / q) - p + q));
  CHECK(!safe(xlogy(q, p)));
  CHECK(!safe(log(p * p)));
  CHECK(!safe(exp(p) - p - 1));
  CHECK(!safe((exp(p) - 1) / p));
}

TEST_CASE("gradients have hazards of their own", "[rewrite]") {
  CHECK(of(sum(sqrt(abs(p)))).empty());
  CHECK(!of(sum(sqrt(abs(p))), 1).empty());
  constexpr auto N = axis<"N">;
  CHECK(of(sum(logcumsumexp(p, N)), 1).empty());  // exp(p - the sum so far), and of the sum before less that
  CHECK(of(sum(logcumsumexp(p, N, loom::reverse)), 1).empty());
}

}  // namespace
