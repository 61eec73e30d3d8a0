// SPDX-License-Identifier: BSL-1.0
// rewrite/exponentials.cpp — what becomes of sums, products and quotients of exponentials, in many spellings. That no number changes:
// tests/laws/exponentials.cpp.
#include "loom/rewrite/exponentials.hpp"

#include "support/catch.hpp"
#include "support/written.hpp"

namespace {

using namespace loom::test;
using loom::mask;

constexpr auto m = mask<"m[N,C]">;
constexpr auto a = tensor<"a[N]">;
constexpr auto b = tensor<"b[N]">;

TEST_CASE("the logarithm of a sum of exponentials, masked, with constants and with more than one row", "[rewrite]") {
  CHECK(stable_text(log(sum(exp(x), C))) == "logsumexp(x, C)");
  CHECK(stable_text(log(sum(where(m, exp(x), 0), C))) == "logsumexp(where(m, x, -inf), C)");
  CHECK(stable_text(log(mean(exp(x), C))) == "logsumexp(x, C) - log(extent(C))");
  CHECK(stable_text(log(1 + sum(exp(x), C))) == "softplus(logsumexp(x, C))");
  CHECK(stable_text(log1p(sum(exp(x), C))) == "softplus(logsumexp(x, C))");
  CHECK(stable_text(log(exp(a) + sum(exp(x), C))) == "logaddexp(a, logsumexp(x, C))");
  CHECK(stable_text(log(exp(a) + exp(b) + exp(v))) == "logaddexp(v, logaddexp(a, b))");
  CHECK(stable_text(log(sum(exp(x) * exp(y), C))) == "logsumexp(x + y, C)");
  CHECK(stable_text(log(sum(exp(x - a) / exp(b), C))) == "logsumexp(x - a, C) - b");
}

TEST_CASE("a weight is not taken the logarithm of: the largest exponent that counts is taken out", "[rewrite]") {
  const std::string text = stable_text(log(sum(y * exp(x), C)));
  CHECK(text.find("where(y != 0, x, -inf)") != std::string::npos);
  CHECK(text.find("wexp(y, x - ") != std::string::npos);
  CHECK(text.find("log(y") == std::string::npos);
}

TEST_CASE("the logarithm of a difference of exponentials", "[rewrite]") {
  CHECK(stable_text(log(exp(a) - exp(b))) == "a + log1mexp(b - a)");
  CHECK(stable_text(log(exp(a) - 1)) == "a + log1mexp(-a)");
  CHECK(stable_text(log(1 - sigmoid(a))) == "-softplus(a)");
  CHECK(stable_text(log(1 - mean(sigmoid(x), C))) == "logsumexp(-softplus(x), C) - log(extent(C))");
  CHECK(stable_text(log(1 - mean(1 / (1 + exp(-x))))) == "logsumexp(-softplus(x), N,C) - log(extent(N,C))");
}

TEST_CASE("what is left to 1 of a share is the sum of the others, where that is less than half", "[rewrite]") {
  const std::string share = "gather(log_softmax(x, C), t, C)", half = "-0.6931471805599453";
  CHECK(stable_text(log(1 - gather(softmax(x, C), t))) ==
        "where(" + share + " > (" + half +
            "), logsumexp(where(onehot(t, C) > 0, -inf, x), C) - logsumexp(x, C), log1mexp(min(" + share + ", " + half +
            ")))");
  CHECK(stable_text(log(1 - max(sigmoid(x), C))) == "min(-softplus(x), C)");
  CHECK(stable_text(log(1 - prod(1 - sigmoid(x), C))) == "log1mexp(-sum(softplus(x), C))");
  CHECK(stable_text(log(1 - gather(sigmoid(x), t))) == "-gather(softplus(x), t, C)");
  CHECK(stable_text(log(1 - square(tanh(a)))) == "logcosh(a) * (-2)");
  CHECK(stable_text(log1p(-square(tanh(a)))) == "logcosh(a) * (-2)");
  CHECK(stable_text(log(tanh(a) + 1)) == stable_text(log1p(tanh(a))));
  CHECK(stable_text(log1p(-tanh(a))) == stable_text(log(1 - tanh(a))));
  CHECK(stable_text(log(1 - tanh(a))).find("tanh") == std::string::npos);
  CHECK(stable_text(log(sigmoid(a) - sigmoid(b))) == "log1mexp(b - a) - softplus(-a) - softplus(b)");
}

TEST_CASE("hyperbolic functions are sums of two exponentials", "[rewrite]") {
  CHECK(stable_text(log(cosh(a))) == "logcosh(a)");
  CHECK(stable_text(log((exp(a) + exp(-a)) / 2)) == "logcosh(a)");
  CHECK(stable_text((exp(a) - exp(-a)) / (exp(a) + exp(-a))) == "tanh(a)");
}

TEST_CASE("logarithms of products, powers, roots and choices", "[rewrite]") {
  CHECK(stable_text(log(exp(a) * exp(b))) == "a + b");
  CHECK(stable_text(log(pow(exp(a), b))) == "a * b");
  CHECK(stable_text(log(sqrt(exp(a)))) == "a * 0.5");
  CHECK(stable_text(log(square(1 + exp(a)))) == "softplus(a) * 2");
  CHECK(stable_text(log(where(b > 0, sigmoid(a), 1 - sigmoid(a)))) == "where(b > 0, -softplus(-a), -softplus(a))");
  CHECK(stable_text(log(prod(exp(x), C))) == "sum(x, C)");
}

TEST_CASE("logarithms of running sums and products", "[rewrite]") {
  using loom::exclusive, loom::reverse;
  CHECK(stable_text(log(cumsum(exp(x), C, reverse))) == stable_text(logcumsumexp(x, C, reverse)));
  CHECK(stable_text(log(cumsum(where(m, exp(x), 0), C))) == stable_text(logcumsumexp(where(m, x, -infinity), C)));
  CHECK(stable_text(log(exp(x) / cumsum(exp(x), C))) == stable_text(x - logcumsumexp(x, C)));
  CHECK(stable_text(log(cumprod(1 - sigmoid(x), C, exclusive))) == stable_text(cumsum(-softplus(x), C, exclusive)));
  CHECK(stable_text(log(cumprod(tensor<"p[N,C] in [0,1]">, C))) ==
        stable_text(cumsum(log(tensor<"p[N,C] in [0,1]">), C)));
  CHECK(stable_text(log(cumprod(x, C))) == "log(cumprod(x, C))");  // of two negative numbers there is a logarithm
  CHECK(stable_text(log(cumsum(y * exp(x), C))).find("log(y") == std::string::npos);
}

TEST_CASE("quotients of exponentials", "[rewrite]") {
  CHECK(stable_text(exp(x) / sum(exp(x), C)) == "softmax(x, C)");
  CHECK(stable_text(exp(x) * pow(sum(exp(x), C), -1)) == "softmax(x, C)");
  CHECK(stable_text(where(m, exp(x), 0) / sum(where(m, exp(x), 0), C)) == "where(m, softmax(where(m, x, -inf), C), 0)");
  CHECK(stable_text(log(where(m, exp(x), 0) / sum(where(m, exp(x), 0), C))) ==
        "where(m, log_softmax(where(m, x, -inf), C), -inf)");
  CHECK(stable_text(exp(a) / (exp(a) + exp(b))) == "sigmoid(a - b)");
  CHECK(stable_text(a / (1 + exp(-a))) == "a * sigmoid(a)");
  CHECK(stable_text(exp(a) / exp(b)) == "exp(a - b)");
}

TEST_CASE("normal tails", "[rewrite]") {
  CHECK(stable_text(log(1 - erf(a))) == stable_text(log(erfc(a))));
  CHECK(stable_text(log(erfc(a))).find("erfcx(where(a > 0, a, 0))") != std::string::npos);
  CHECK(stable_text(exp(-square(a)) / erfc(a)) == "1 / erfcx(a)");
}

TEST_CASE("what neither overflows nor loses digits stays as it was written", "[rewrite]") {
  CHECK(stable_text(exp(x) - x) == "exp(x) - x");
  CHECK(stable_text(a / exp(b)) == "a / exp(b)");
  CHECK(stable_text(exp(-s) * square(a)) == "exp(-s) * square(a)");
  CHECK(stable_text(log(softmax(x, C) + 1e-9)) == "log(softmax(x, C) + 1e-09)");
  CHECK(stable_text(pow(1 - sigmoid(a), s) * b) == "pow(sigmoid(-a), s) * b");
  CHECK(stable_text(sum(sigmoid(x) * y) / (sum(sigmoid(x)) + sum(y))) ==
        "sum(sigmoid(x) * y, N,C) / (sum(sigmoid(x), N,C) + sum(y, N,C))");
}

TEST_CASE("a domain takes no formula apart that is left alone without it", "[rewrite]") {
  constexpr auto share = 1 / (1 + exp(-x));
  constexpr auto u = tensor<"u[N,C] in [0,1]">;
  constexpr auto smooth = scalar<"smooth > 0">;
  CHECK(stable_text((2 * sum(share * u, C) + smooth) / (sum(share, C) + sum(u, C) + smooth)) ==
        "(2 * sum(sigmoid(x) * u, C) + smooth) / (sum(sigmoid(x), C) + sum(u, C) + smooth)");
}

TEST_CASE("the trace names what a spelling was taken for, and nothing that was given up", "[rewrite]") {
  CHECK(stable(log(sum(where(m, exp(x), 0), C))).trace.contains("log of a sum of exponentials"));
  CHECK(stable(log(sum(y * exp(x), C))).trace.contains("log of a weighted sum of exponentials"));
  CHECK(stable(sum(y / exp(x))).trace.size() == 0);
}

}  // namespace
