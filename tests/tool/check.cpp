// SPDX-License-Identifier: BSL-1.0
// tool/check.cpp — formulas against many digits: what is found, how it is reported, and what is refused.
#include "tool/check.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "tool/programs.hpp"
#include "tool/scratch.hpp"

using loom::test::program_of;
using loom::tool::check;
using loom::tool::check_request;
using loom::tool::check_result;
using loom::tool::errors;
using loom::tool::magnitude_errors;

namespace {

check_result checked(const std::string& text, const std::vector<std::string>& declarations,
                     const check_request& r = {.samples = 4}) {
  check_result c = check(*program_of(text, declarations), r);
  CHECK(c.wrong == "");
  return c;
}
std::string refusal(const std::string& text, const std::vector<std::string>& declarations, const check_request& r) {
  const check_result c = check(*program_of(text, declarations), r);
  CHECK(c.text == "");
  return c.wrong + (c.hint.empty() ? "" : " | " + c.hint);
}

/// The worst of all magnitudes; no number is infinitely wrong.
double worst(const check_result& c, errors (magnitude_errors::*of)[2], double errors::* part, int type) {
  double r = -1;
  for (const magnitude_errors& m : c.all) {
    const double e = (m.*of)[type].*part;
    r = std::max(r, std::isnan(e) ? INFINITY : e);
  }
  return r;
}
constexpr auto written = &magnitude_errors::written, rewritten = &magnitude_errors::rewritten;
constexpr auto value = &errors::value, gradient = &errors::gradient;
constexpr int in_float = 0, in_double = 1;

const char* const cross_entropy = "-gather(log(exp(x) / sum(exp(x), C)), t).mean()";

}  // namespace

TEST_CASE("a cross entropy as written is no number where logits are large, and rewritten it has all digits") {
  const check_result c = checked(cross_entropy, {"x[N,C]", "index t[N]"});
  REQUIRE(c.all.size() == 33);
  CHECK(c.all.front().magnitude == Approx(1e-8));
  CHECK(c.all.back().magnitude == Approx(1e8));
  for (const int type : {in_float, in_double}) {
    CHECK(std::isinf(worst(c, written, value, type)));
    CHECK(std::isinf(worst(c, written, gradient, type)));
    CHECK(worst(c, rewritten, value, type) < 4);
    CHECK(worst(c, rewritten, gradient, type) < 4);
    CHECK(worst(c, rewritten, value, type) > 0);
  }
  for (const magnitude_errors& m : c.all)
    if (m.magnitude < 50) CHECK(m.written[in_float].value < 8);
}

TEST_CASE("the truth has digits enough for whatever a double can hold") {
  // exp(-460) beside 1 is beyond 80 digits, and beyond 160.
  const check_result c = checked("mean(log(1 + exp(x)))", {"x[N] in [-700,-370]"});
  CHECK(worst(c, rewritten, value, in_double) < 4);
  CHECK(worst(c, rewritten, gradient, in_double) < 4);
  CHECK(worst(c, written, value, in_double) > 1e10);
}

TEST_CASE("cancellation is seen, and what it does to the condition") {
  const check_result c = checked("mean(x * x) - square(mean(x))", {"x[N] in [1000,1001]"});
  CHECK(c.all.back().written[in_float].value > 1e3);
  CHECK(c.all.back().rewritten[in_float].value < 100);
  double condition = 0;
  for (const magnitude_errors& m : c.all) condition = std::max(condition, m.condition);
  CHECK(condition > 1);
}

TEST_CASE("sums that cancel are computed in double where the data is float") {
  const check_result c = checked("sum(w * x * x) - 2 * sum(w * x * y) + sum(w * y * y)",
                                 {"x[N]", "y[N]", "w[N] in (0,1]"}, {.samples = 16});
  CHECK(worst(c, rewritten, value, in_float) <= 0.51);
  CHECK(worst(c, written, value, in_float) > 2);
}

TEST_CASE("data lies in its domain") {
  const check_result logs = checked("mean(log(p) + log1p(-q))", {"p[N] > 0", "q[N] in [0,1)"});
  CHECK(std::isfinite(worst(logs, written, value, in_double)));
  const check_result beyond =
      checked("mean(sqrt(x - 2) + sqrt(-3 - y) + log(z - 5))", {"x[N] >= 2", "y[N] < -3", "z[N] in (5,5.5)"});
  CHECK(std::isfinite(worst(beyond, written, value, in_double)));
  CHECK(worst(beyond, written, value, in_double) >= 0);
}

TEST_CASE("masks, labels, one-hots, integers and scalars are drawn, and a scalar may be fixed") {
  CHECK(worst(checked("sum(where(m, -gather(log_softmax(x, C), t), 0)) / count(m)",
                      {"x[N,C]", "index t[N]", "mask m[N]"}),
              rewritten, value, in_double) < 4);
  CHECK(worst(checked("mean(sum(onehot(t, C) * x, C))", {"x[N,C=3]", "index t[N]"}), rewritten, value, in_double) < 4);
  const std::vector<std::string> focal = {"p[N] in (0,1)", "scalar gamma >= 0"};
  const std::string text = "mean(-pow(1 - p, gamma) * log(p))";
  CHECK(worst(checked(text, focal), rewritten, value, in_double) < 100);
  CHECK(worst(checked(text, focal, {.inputs = {{"gamma", "0"}}, .samples = 4}), rewritten, value, in_double) < 4);
  CHECK(refusal(text, focal, {.inputs = {{"gamma", "-1"}}}) ==
        "the number bound to gamma is outside the domain that its declaration says");
  CHECK(refusal(text, focal, {.inputs = {{"gama", "1"}}}) ==
        "gama is bound, but the formula has no such input | did you mean gamma?");
  CHECK(refusal(text, focal, {.inputs = {{"p", "p.npy"}}}) ==
        "check draws data by itself; p=NUMBER is for what is a number, not p.npy");
}

TEST_CASE("an input that is read at other places is the same data there") {
  for (const char* formula : {"sum(square(x - x(C = C - 1)))", "sum(exp(x(C = 0)) + square(x(N = M)))"}) {
    const check_result c = checked(formula, {"x[N,C]"});
    for (const int type : {in_float, in_double}) {
      CHECK(worst(c, rewritten, value, type) < 8);
      CHECK(worst(c, rewritten, gradient, type) < 8);
    }
  }
}

TEST_CASE("results with axes, several results, and formulas without gradients") {
  CHECK(worst(checked("logsumexp(x, C)", {"x[N,C]"}), rewritten, gradient, in_double) < 4);
  CHECK(worst(checked("results(mean(square(x)), max(x, C))", {"x[N,C]"}), rewritten, value, in_double) < 4);
  const check_result integers = checked("sum(where(t == 1, 1, 0))", {"index t[N]"});
  CHECK(worst(integers, rewritten, value, in_double) == 0);
  CHECK(worst(integers, rewritten, gradient, in_double) == -1);
  CHECK(integers.text.find("\n(without gradients: it has none)\n") != std::string::npos);
}

TEST_CASE("gradients are those by the tensors, or those that are asked for") {
  // That by b is a sum which cancels.
  const std::string text = "mean(square(x) + b * (x + 1) - b * x)";
  const std::vector<std::string> declared = {"x[N] in [1000,2000]", "scalar b"};
  const check_result by_tensors = checked(text, declared);
  const check_result by_scalar = check(*program_of(text, declared, {{"b"}, {}}), {.samples = 4});
  CHECK(by_scalar.wrong == "");
  CHECK(worst(by_tensors, written, gradient, in_float) < 10);
  CHECK(worst(by_scalar, written, gradient, in_float) > 10);
  CHECK(worst(checked("a * exp(b)", {"scalar a", "scalar b"}), rewritten, gradient, in_double) > 0);
}

TEST_CASE("the report has a row for every power of ten, and drawings") {
  const check_result c = checked(cross_entropy, {"x[N,C]", "index t[N]"});
  CHECK(c.text.starts_with(
      "loss, N = 5, C = 5: worst of 4 samples at each magnitude of the data, in ulp, against 400 digits\n"));
  for (const char* line :
       {"\n1e-8  ", "\n1e0  ", "\n1e8  ", "\nworst  ", "value in float", "gradient in double", " NaN, inf |"})
    CHECK(c.text.find(line) != std::string::npos);
  CHECK(c.text == checked(cross_entropy, {"x[N,C]", "index t[N]"}).text);
  CHECK(c.text != checked(cross_entropy, {"x[N,C]", "index t[N]"}, {.samples = 4, .seed = 2}).text);
  std::size_t longest = 0, at = 0;
  for (std::size_t end = 0; (end = c.text.find('\n', at)) != std::string::npos; at = end + 1)
    longest = std::max(longest, end - at);
  CHECK(longest < 115);
}

TEST_CASE("the report in JSON, and the plots as a file") {
  const loom::test::scratch files;
  const check_result c = checked(cross_entropy, {"x[N,C]", "index t[N]"},
                                 {.samples = 2, .seed = 7, .json = true, .svg = files / "errors.svg"});
  const nlohmann::json j = nlohmann::json::parse(c.text);
  CHECK(j["loss"] == "loss");
  CHECK(j["seed"] == 7);
  CHECK(j["extents"] == nlohmann::json({{"N", 5}, {"C", 5}}));
  CHECK(j["magnitudes"].size() == 33);
  CHECK(j["worst"]["float"]["written"]["value"] == "nan");
  CHECK(j["worst"]["double"]["rewritten"]["gradient"].get<double>() < 4);
  CHECK(j["magnitudes"][0]["condition"].get<double>() >= 1);
  const std::string svg = files.text("errors.svg");
  CHECK(svg.starts_with("<svg "));
  CHECK(svg.ends_with("</svg>\n"));
  CHECK(files.files().size() == 1);
}

TEST_CASE("what cannot be checked is said") {
  CHECK(refusal("sum(x)", {"x[N]"}, {.samples = 0}) == "there must be one sample at least");
  CHECK(refusal("sum(x)", {"x[N,C=100000]"}, {.samples = 1}) ==
        "the axes have 200000 entries together, and are checked up to 10000: declare them shorter");
  CHECK(refusal("sum(x)", {"x[N]"}, {.samples = 1, .svg = "/none/errors.svg"}) ==
        "/none/errors.svg cannot be written: No such file or directory");
}
