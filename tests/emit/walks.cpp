// SPDX-License-Identifier: BSL-1.0
// tests/emit/walks.cpp — what an explanation says of stages is what a call walks.
#include <string>

#include "loom/code.hpp"
#include "support/catch.hpp"

namespace {

using loom::d;
constexpr auto C = loom::axis<"C">;
constexpr auto T = loom::axis<"T">;
constexpr auto S = loom::axis<"S">;
constexpr auto R = loom::axis<"R">;
constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto y = loom::tensor<"y[N,C]">;
constexpr auto e = loom::tensor<"e[N,T,S]">;
constexpr auto a = loom::tensor<"a[R,S]">;
constexpr auto image = loom::tensor<"image[N,D]">;
constexpr auto text = loom::tensor<"text[M,D]">;
constexpr auto earth = loom::loss<square(cumsum(softmax(x, C) - softmax(y, C), C)).sum(C).mean()>;
constexpr auto crf = loom::loss<logsumexp(forward(e, a, T, S = R)(T = loom::last), S).sum()>;
constexpr auto similar = loom::loss<logsumexp(sum(image* text, loom::axis<"D">), loom::axis<"M">).mean()>;

std::string count(int n, const std::string& what) {
  return n == 0 ? "no " + what + "s" : std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

template <class Loss, class... Derivatives>
void tells_its_walks(const Loss& loss, Derivatives... derivatives) {
  const std::string told = loom::explain(loss, derivatives...);
  const loom::ir::graph& g = loss.plan(derivatives...).program;
  std::size_t at = told.find("\nWalks\n");
  REQUIRE(at != told.npos);
  const auto walks = loss.walks(derivatives...);
  CHECK(walks.size() > 0);
  for (const loom::schedule::walk_facts& w : walks) {
    const std::string made = w.makes == loom::ir::op::any ? "" : ", " + std::string(loom::ir::info(w.makes).name);
    const std::string line = "    " + loom::ir::axes_text(g, w.over) + made + ": " + count(w.reads, "value") +
                             " read (" + std::to_string(w.bytes_read<float>()) + " bytes of f32), " +
                             count(w.writes, "value") + " written (" + std::to_string(w.bytes_written<float>()) +
                             " bytes), " + count(w.exponentials, "exponential") + "\n";
    INFO(told << line);
    at = told.find(line, at);
    REQUIRE(at != told.npos);
    at += line.size() - 1;
  }
}

}  // namespace

TEST_CASE("an explanation tells what each walk of a loss in stages costs") {
  tells_its_walks(earth, d(x));
  tells_its_walks(crf, d(e), d(a));
  tells_its_walks(similar, d(image), d(text));
}
TEST_CASE("a loss with running values is explained without a plan of all at once") {
  const std::string told = loom::explain(earth, d(x));
  CHECK(told.find("\nPlan\n") == told.npos);
  CHECK(told.find("\nGradients\n") != told.npos);
}
TEST_CASE("an explanation counts prologues per entry of what they walk") {
  constexpr auto w = loom::tensor<"w[N]">;
  constexpr auto weighted = loom::loss<sum(w * log_softmax(x, C).sum(C)) / sum(exp(w))>;
  const std::string told = loom::explain(weighted, d(x));
  CHECK(told.find("Per entry of N: 1 value read (4 bytes of f32), no values written (0 bytes), 1 exponential.") !=
        told.npos);
}
