// SPDX-License-Identifier: BSL-1.0
// What the loops compute: no primitive is left, shifts come before scales, and a divisor that many share is inverted once.
#include "loom/rewrite/rules/expand.hpp"

#include "support/catch.hpp"
#include "support/layers.hpp"
#include "support/written.hpp"

namespace {

using namespace loom;

using namespace loom::layers;
using namespace loom::test;

/// Ops that a back end has.
bool loops_can_compute(const graph& g) {
  for (const node& n : g.nodes) {
    const op_info& row = info(n.code);
    const bool composed = is_elementwise(n.code) && row.cpp.empty();
    const bool primitive =
        row.kind == family::row || row.kind == family::composite || n.code == op::logsumexp || n.code == op::norm;
    if (composed || primitive) return false;
  }
  return true;
}

TEST_CASE("shifts", "[rewrite]") {
  CHECK(expanded_text(logsumexp(x, -1)) == "shift(x, C) + log1p(rest(exp(x - shift(x, C)), C))");
  CHECK(expanded_text(log_softmax(x, -1)) == "x - shift(x, C) - log1p(rest(exp(x - shift(x, C)), C))");
  CHECK(expanded_text(softmax(x, -1)) == "exp(x - shift(x, C)) / (1 + rest(exp(x - shift(x, C)), C))");
}

TEST_CASE("the exponentials of a log-probability do not wait for its logarithm", "[rewrite]") {
  CHECK(expanded_text(exp(log_softmax(x, -1))) == "exp(x - shift(x, C)) / (1 + rest(exp(x - shift(x, C)), C))");
  CHECK(expanded_text(expm1(gather(log_softmax(x, -1), t))).find("log1p") == std::string::npos);
  CHECK(expanded_text(exp(y - log1p(s))) == "exp(y - log1p(s))");  // exp(y) alone may overflow
}

TEST_CASE("a scaled row is shifted before it is scaled, whatever the sign of the scale", "[rewrite]") {
  const std::string text = expanded_text(softmax(x / s, -1));
  CHECK(
      text ==
      "exp((x - sign(s) * shift(x * sign(s), C)) / s) / (1 + rest(exp((x - sign(s) * shift(x * sign(s), C)) / s), C))");
  CHECK(expanded_text(log_softmax(x * y, -1)).find("sign") == std::string::npos);  // y is no scale of the row
  CHECK(expanded_text(logsumexp(2 * x, -1)).find("sign") == std::string::npos);  // the sign of 2 is known
}

TEST_CASE("branches", "[rewrite]") {
  CHECK(expanded_text(softplus(x)) == "max(x, 0) + log1p(exp(-abs(x)))");
  CHECK(expanded_text(xlogy(x, y)) == "mul0(x, log(y))");
  CHECK(expanded_text(stop_gradient(x)) == "x");
}

TEST_CASE("after expansion every op is one of the loops", "[rewrite]") {
  CHECK(loops_can_compute(simple(softmax(x, -1) + log_softmax(y, -1))));
  CHECK(loops_can_compute(simple(norm(x, -1) + logsumexp(x, -1))));
  CHECK(
      loops_can_compute(simple(sigmoid(x) + softplus(x) + log1mexp(x) + log_ndtr(x) + xlogy(x, y) + logaddexp(x, y))));
  CHECK(loops_can_compute(simple(relu(clamp(x, -1.0, 1.0)).mean() + stop_gradient(var(x)))));
}

TEST_CASE("a divisor with fewer axes is inverted once", "[rewrite]") {
  CHECK(text_of(simple(x / s)) == "x * (1 / s)");
  CHECK(text_of(simple(x / 3)).find("1 / 3") == std::string::npos);  // folded
  CHECK(text_of(simple(x / v)) == "x / v");  // v may be anything
  CHECK(text_of(simple(x / y)) == "x / y");
}

/// mul0(x, y * c), expanded, for a factor c made of the inputs of a formula in x, y and others.
template <formula F, class Factor>
std::string absorbed(const F& of_inputs, const Factor& factor) {
  builder b(written(of_inputs));
  const value_id by = factor(b);  // first: compilers differ in the order of arguments, and operands follow it
  const value_id product = b.make(op::mul0, b.input(0), b.binary(op::mul, b.input(1), by));
  graph g = b.result;
  g.outputs.push_back({derivative_kind::value, -1, product});
  return text_of(rewritten(g, expand_rules));
}

TEST_CASE("the factor of a mean leaves what 0 absorbs, data stays", "[rewrite]") {
  const auto inverse_extent = [](builder& b) {
    return b.binary(op::div, b.constant(1), b.make(op::extent, no_value, no_value, no_value, only(1)));
  };
  const auto third_input = [](builder& b) { return b.input(2); };
  CHECK(absorbed(x + y, inverse_extent) == "1 / extent(C) * mul0(x, y)");
  CHECK(absorbed(x + y + s, third_input) == "mul0(x, s * y)");
  constexpr auto known = tensor<"known[N] in [1,2]">;
  CHECK(absorbed(x + y + known, third_input) == "mul0(x, known * y)");  // 0 silences a NaN in it
}

TEST_CASE("a mask written the other way round costs nothing", "[rewrite]") {
  CHECK(text_of(simple(where(!(x > 0), x, y))) == "where(x > 0, y, x)");
}

}  // namespace
