// SPDX-License-Identifier: BSL-1.0
// tests/emit/golden.cpp — what is printed for the flagships, byte for byte, against tests/golden. With the environment
// variable LOOM_UPDATE_GOLDEN=1 the files are rewritten instead; read the difference before it is committed.
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "emit/subjects.hpp"
#include "loom/emit/c99.hpp"
#include "loom/emit/cpp.hpp"
#include "loom/emit/gpu.hpp"
#include "support/catch.hpp"

namespace {

/// The first line in which two texts differ, as "line 7: got / expected"; empty if they are the same.
std::string difference(const std::string& got, const std::string& expected) {
  if (got == expected) return {};
  std::istringstream a(got), b(expected);
  std::string line, wanted;
  for (int n = 1;; ++n) {
    const bool more = static_cast<bool>(std::getline(a, line)),
               more_wanted = static_cast<bool>(std::getline(b, wanted));
    if (!more) line = "(end)";
    if (!more_wanted) wanted = "(end)";
    if (line != wanted || !more || !more_wanted)
      return "line " + std::to_string(n) + "\n  got      " + line + "\n  expected " + wanted;
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

/// The flagships, one loss with arrays in a workspace, a batch against itself, a running value and a chain of states.
std::vector<printed::subject> subjects() {
  std::vector<printed::subject> all = printed::flagships(false);
  all.push_back(printed::with_a_workspace()[0]);
  all.push_back(printed::at_places()[0]);
  for (const printed::subject& s : printed::in_stages())
    if (s.name == "returns" || s.name == "random_field") all.push_back(s);
  return all;
}

}  // namespace

using loom::emit::element;

TEST_CASE("the C++ printed for the flagships is the expected one") {
  for (const printed::subject& s : subjects()) holds(s.name + ".hpp.txt", s.code(loom::emit::cpp, element::f32));
}

TEST_CASE("the C99 printed for some of them is the expected one") {
  int found = 0;
  for (const printed::subject& s : subjects())
    for (const char* name : {"cross_entropy", "distillation", "info_nce", "returns"})
      if (s.name == name) holds(s.name + ".c.txt", s.code(loom::emit::c99, element::f32)), ++found;
  CHECK(found == 4);
}

TEST_CASE("the CUDA printed for cross entropy is the expected one") {
  const printed::subject s = printed::flagships(false)[0];
  holds(s.name + ".cu.txt", s.code(loom::emit::cuda, element::f32));
}

TEST_CASE("the explanations of the flagships are the expected ones") {
  for (const printed::subject& s : subjects()) holds(s.name + ".explain.txt", s.explain());
}
