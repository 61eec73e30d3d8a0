// SPDX-License-Identifier: BSL-1.0
// The stabilising rules on formulas as users write them, and what they must leave alone.
#include "loom/rewrite/compiled/stable.hpp"

#include "support/catch.hpp"
#include "support/layers.hpp"
#include "support/written.hpp"

namespace {

using namespace loom;

using namespace loom::layers;
using namespace loom::test;

TEST_CASE("the log-sum-exp family", "[rewrite]") {
  CHECK(stable_text(log(sum(exp(x), -1))) == "logsumexp(x, C)");
  CHECK(stable_text(log(sum(exp(x)))) == "logsumexp(x, N,C)");
  CHECK(stable_text(log(exp(x) + exp(y))) == "logaddexp(x, y)");
  CHECK(stable_text(x - log(sum(exp(x), -1))) == "log_softmax(x, C)");
  CHECK(stable_text(log(sum(exp(x), -1)) - x) == "-log_softmax(x, C)");
  CHECK(stable_text(exp(x) / sum(exp(x), -1)) == "softmax(x, C)");
  CHECK(stable_text(exp(x) * (1 / sum(exp(x), -1))) == "softmax(x, C)");
  CHECK(stable_text(softmax(x - x.max(-1), -1)) == "softmax(x, C)");
  CHECK(stable_text(softmax(x + v, -1)) == "softmax(x, C)");
  CHECK(stable_text(exp(log_softmax(x, -1))) == "softmax(x, C)");
  CHECK(stable_text(gather(softmax(x, -1), t)) == "exp(gather(log_softmax(x, C), t, C))");
}

TEST_CASE("logarithms of what exponentials built", "[rewrite]") {
  CHECK(stable_text(log(exp(x))) == "x");
  CHECK(stable_text(log(exp(x) / exp(y))) == "x - y");
  CHECK(stable_text(log(exp(x) * exp(y))) == "x + y");
  CHECK(stable_text(log(exp(x) / sum(exp(x), -1))) == "log_softmax(x, C)");
}

TEST_CASE("the logistic family", "[rewrite]") {
  CHECK(stable_text(1 / (1 + exp(-x))) == "sigmoid(x)");
  CHECK(stable_text(1 / (exp(x) + 1)) == "sigmoid(-x)");
  CHECK(stable_text(exp(x) / (1 + exp(x))) == "sigmoid(x)");
  CHECK(stable_text(1 - 1 / (1 + exp(-x))) == "sigmoid(-x)");
  CHECK(stable_text(log(1 / (1 + exp(-x)))) == "-softplus(-x)");
  CHECK(stable_text(log(1 - sigmoid(x))) == "-softplus(x)");
  CHECK(stable_text(log(1 + exp(x))) == "softplus(x)");
}

TEST_CASE("near one and near zero", "[rewrite]") {
  CHECK(stable_text(log(1 + x)) == "log1p(x)");
  CHECK(stable_text(log(x + 1)) == "log1p(x)");
  CHECK(stable_text(exp(x) - 1) == "expm1(x)");
  CHECK(stable_text(exp(x) - x - 1) == "expm1_rest(x)");  // Schulman's third estimator of a divergence
  CHECK(stable_text(y * exp(x) - y) == "y * expm1(x)");
  CHECK(stable_text(1 - exp(x)) == "-expm1(x)");
  CHECK(stable_text(log(1 - exp(x))) == "log1mexp(x)");
  CHECK(stable_text(sqrt(sum(x * x, -1))) == "norm(x, C)");
  CHECK(stable_text(sqrt(sum(x * x, -1) * sum(y * y, -1))) == "norm(x, C) * norm(y, C)");
}

TEST_CASE("0 log 0 is 0", "[rewrite]") {
  CHECK(stable_text(y * log(x)) == "mul0(y, log(x))");
  CHECK(stable_text(y * log2(x)) == "mul0(y, log(x) * 1.4426950408889634)");  // in bits
  CHECK(stable_text(2 * log(x)).find("mul0") == std::string::npos);  // 2 is not 0
}

TEST_CASE("what a mask keeps out is kept out of what is multiplied with it", "[rewrite]") {
  constexpr auto m = mask<"m[N]">;
  CHECK(stable_text(where(x > 0, where(m, v, 0), where(m, x, 0))) == "where(m, where(x > 0, v, x), 0)");
  CHECK(stable_text(where(x > 0, where(m, v, 0), 0) * y) == "where(m, where(x > 0, v * y, 0), 0)");
  CHECK(stable_text(where(m, x, where(m, y, v))) == "where(m, x, v)");
}

bool same_text(const graph& a, const graph& b) { return text_of(a) == text_of(b) && a.trace.size() == b.trace.size(); }
/// Whatever was done, no rule of the stable table was among it.
template <formula F>
bool keeps(const F& f) {
  return same_text(canonical(f), stable(f));
}

TEST_CASE("a rule about a sum finds its terms anywhere in it", "[rewrite]") {
  CHECK(stable_text(v + log(sum(exp(x), -1)) - x) == "v - log_softmax(x, C)");
  CHECK(stable_text(gather(x, t) + v - log(sum(exp(x), -1))) == "v + gather(log_softmax(x, C), t, C)");
  CHECK(stable_text(y - (v + exp(x)) + 1) == "y - v - expm1(x)");
  CHECK(stable_text(y * exp(x) + v - y) == "v + y * expm1(x)");
  CHECK(stable_text(log(sum(exp(x - y), -1)) + v - x + y) == "v - log_softmax(x - y, C)");  // the row is a sum itself
  CHECK(stable_text(exp(x) + 1) == "exp(x) + 1");
  CHECK(stable_text(v - exp(x) + y - 1) == "v - exp(x) + y - 1");  // of one sign
}

TEST_CASE("differences whose terms are larger than what is left", "[rewrite]") {
  CHECK(stable_text(mean(x * x, -1) - mean(x, -1) * mean(x, -1)) == "mean(square(x - mean(x, C)), C)");
  CHECK(stable_text(1 / sqrt(mean(square(x), -1) - square(mean(x, -1)) + 1e-5)) ==
        "1 / sqrt(mean(square(x - mean(x, C)), C) + 1e-05)");
  CHECK(stable_text(mean(x * y, -1) - mean(x, -1) * mean(y, -1)) == "mean((x - mean(x, C)) * (y - mean(y, C)), C)");
  CHECK(stable_text(x * x - y * y) == "(x - y) * (x + y)");
  CHECK(stable_text(log((1 + x) / (1 - x))) == "2 * atanh(x)");
  CHECK(stable_text(log(1 + x) - log(1 - x)) == "2 * atanh(x)");
  CHECK(stable_text(1 - cos(x)) == "2 * square(sin(x * 0.5))");
  CHECK(stable_text(log(1 + exp(x)) - x) == "softplus(-x)");
}

TEST_CASE("roots, and logarithms of products", "[rewrite]") {
  CHECK(stable_text(sqrt(x * x)) == "abs(x)");
  CHECK(stable_text(sqrt(x * x + y * y)) == "hypot(x, y)");
  CHECK(stable_text(sqrt(mean(x * x, -1))) == "norm(x, C) / sqrt(extent(C))");
  CHECK(stable_text(log(x * x)) == "2 * log(abs(x))");
  CHECK(stable_text(log(abs(square(prod(x, -1))))) == "2 * sum(log(abs(x)), C)");
  CHECK(stable_text(log(prod(x, -1))) == "log(prod(x, C))");  // of an unknown sign
  CHECK(stable_text(exp(log(x))) == "where(x >= 0, x, nan)");
  CHECK(stable_text(exp(log(abs(x)))) == "abs(x)");
}

TEST_CASE("what is false over the reals is left alone", "[rewrite]") {
  CHECK(keeps(log(x * y)));  // of unknown signs
  CHECK(keeps(log(x / y)));
  CHECK(keeps(log(x * y * x)));
  CHECK(keeps(log(pow(x, s))));
  CHECK(keeps(sigmoid(log(x / (1 - x)))));
  CHECK(keeps(sqrt(x) * sqrt(x)));
  CHECK(stable_text(sqrt(x * y)) == "sqrt_product(x, y)");  // both may be negative
  CHECK(keeps(pow(x, y) * pow(x, s)));
  CHECK(keeps(x * y / x));
  CHECK(keeps(x / x));
  CHECK(keeps(x / abs(x)));
  CHECK(keeps(log(1.0000001 + x)));  // close to 1 is not 1
}

TEST_CASE("an epsilon, a clip, a floor is part of the formula", "[rewrite]") {
  CHECK(stable_text(log(softmax(x, -1) + 1e-9)).find("1e-09") != std::string::npos);
  CHECK(stable_text(log(max(softmax(x, -1), 1e-7))) == "log(max(softmax(x, C), 1e-07))");
  CHECK(stable_text(max(log(sigmoid(x)), -100.0)).find("-100") != std::string::npos);
}

TEST_CASE("infinities and NaN do not vanish", "[rewrite]") {
  CHECK(keeps(x - x));
  CHECK(keeps(0 * x));
  CHECK(keeps(x * 0 + y));
  CHECK(keeps((s - 1) * log(s) - 0.5 * y) == false);  // 0 log 0, and nothing is distributed
  CHECK(stable_text((s - 1) * log(x)) == "mul0(s - 1, log(x))");
}

template <formula F>
void check_spelling(const F& f) {
  CHECK(stable_text(f) == "-mean(gather(log_softmax(x, C), t, C), N)");
}

TEST_CASE("spellings of softmax cross entropy are one formula", "[rewrite]") {
  constexpr auto e = exp(x);
  constexpr auto shifted = x - x.max(-1);
  check_spelling(-gather(log(e / sum(e, -1)), t).mean());
  check_spelling(-mean(gather(log(softmax(x, -1)), t)));
  check_spelling(mean(-gather(log_softmax(x, -1), t)));
  check_spelling(-mean(log(gather(e / sum(e, -1), t))));
  check_spelling(mean(log(sum(e, -1)) - gather(x, t)));
  check_spelling(mean(logsumexp(x, -1) - gather(x, t)));
  check_spelling(-mean(gather(x, t) - log(sum(e, -1))));
  check_spelling(-mean(gather(x - logsumexp(x, -1), t)));
  check_spelling(-mean(gather(log(exp(shifted) / sum(exp(shifted), -1)), t)));
  check_spelling(-mean(gather(shifted - log(sum(exp(shifted), -1)), t)));
  check_spelling(-mean(log(gather(e, t) / sum(e, -1))));
  check_spelling(-sum(gather(log(e) - log(sum(e, -1)), t)) / extent(axis<"N">));
}

TEST_CASE("a one-hot in a sum is a gather", "[rewrite]") {
  CHECK(stable_text(sum(onehot(t, C) * x, -1)) == "gather(x, t, C)");
  CHECK(stable_text(sum(x, -1) * sum(onehot(t, C), -1)) == "sum(x, C)");
}

TEST_CASE("shares of a row add up to one where one of them stays", "[rewrite]") {
  constexpr auto p = softmax(x, -1);
  CHECK(stable_text(p - y * sum(p, -1)) == "softmax(x, C) - y");
  CHECK(stable_text(y * (v * sum(p, -1)) - p * v) == "y * v - v * softmax(x, C)");
  CHECK(stable_text(p + y - p * sum(p + y, -1)) == "y - softmax(x, C) * sum(y, C)");
  CHECK(stable_text(p - p * sum(p, -1) + p * log(y)) == "mul0(softmax(x, C), log(y))");
  // A row with a NaN has no shares: alone, their sum has to show it.
  CHECK(stable_text(sum(p, -1)) == "sum(softmax(x, C), C)");
  CHECK(stable_text(y * sum(p, -1) - y) == "y * sum(softmax(x, C), C) - y");
  // An infinite term less itself is no number.
  CHECK(stable_text(y - y + y * log(x)) == "y - y + mul0(y, log(x))");
}

TEST_CASE("the trace names what was done, once", "[rewrite]") {
  const graph g = stable(-gather(log(exp(x) / sum(exp(x), -1)), t).mean());
  CHECK(g.trace.contains("log of a sum of exponentials"));
  CHECK(g.trace.contains("softmax as a quotient"));
  CHECK(!g.trace.contains("softplus"));
  for (int i = 0; i < g.trace.size(); ++i)
    for (int k = 0; k < i; ++k) CHECK(g.trace[i] != g.trace[k]);
}

}  // namespace
