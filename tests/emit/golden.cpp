// SPDX-License-Identifier: BSL-1.0
// tests/emit/golden.cpp — what is printed for the flagships, byte for byte, against tests/golden. With the environment
// variable LOOM_UPDATE_GOLDEN=1 the files are rewritten instead; read the difference before it is committed.
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "emit/printed.hpp"
#include "support/catch.hpp"
#include "support/over_axes.hpp"

namespace {

/// The first line in which two texts differ, as "line 7: got / expected"; empty if they are the same.
std::string difference(const std::string& got, const std::string& expected) {
  if (got == expected) return {};
  std::istringstream a(got), b(expected);
  std::string line, wanted;
  for (int n = 1;; ++n) {
    const bool more = static_cast<bool>(std::getline(a, line)), more_wanted = static_cast<bool>(std::getline(b, wanted));
    if (!more) line = "(end)";
    if (!more_wanted) wanted = "(end)";
    if (line != wanted || !more || !more_wanted) return "line " + std::to_string(n) + "\n  got      " + line + "\n  expected " + wanted;
  }
}

void holds(const std::string& file, const std::string& text) {
  const std::string path = std::string(LOOM_TEST_GOLDEN) + "/" + file;
  const char* update = std::getenv("LOOM_UPDATE_GOLDEN");
  if (update != nullptr && std::string(update) == "1") std::ofstream(path) << text;
  std::ostringstream expected;
  expected << std::ifstream(path).rdbuf();
  INFO(path << " (LOOM_UPDATE_GOLDEN=1 rewrites it)");
  CHECK(difference(text, expected.str()) == "");
}

/// The flagships, and one loss with arrays in a workspace.
std::vector<printed::subject> subjects() {
  std::vector<printed::subject> all = printed::flagships(false);
  const loom::ir::graph& g = loom::compiler::source<loom::over_axes::info_nce>::written.program;
  all.push_back(printed::compiled("info_nce", g, printed::differentiable(g)));
  return all;
}

}  // namespace

TEST_CASE("the code printed for the flagships is the expected one") {
  for (const printed::subject& s : subjects()) holds(s.name + ".hpp.txt", s.cpp(loom::emit::element::f32));
}

TEST_CASE("the explanations of the flagships are the expected ones") {
  for (const printed::subject& s : subjects()) {
    const std::string text = s.explain();
    holds(s.name + ".explain.txt", text);
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 110);
  }
}

TEST_CASE("code and explain print what the compiler made of a loss") {
  using loom::collection::cross_entropy, loom::collection::x;
  const printed::subject s = printed::flagships(false)[0];
  CHECK(loom::code(cross_entropy, "cross_entropy", d(x)) == s.cpp(loom::emit::element::f32));
  CHECK(loom::code<double>(cross_entropy, "cross_entropy", d(x)) == s.cpp(loom::emit::element::f64));
  CHECK(loom::explain(cross_entropy, d(x)) == s.explain());
  CHECK(loom::code(cross_entropy).find("double loss(std::ptrdiff_t N, std::ptrdiff_t C, const float* x, const int* t) {") != std::string::npos);
}
