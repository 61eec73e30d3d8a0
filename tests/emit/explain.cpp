// SPDX-License-Identifier: BSL-1.0
// tests/emit/explain.cpp — sections of an explanation; whole explanations are held by golden.cpp.
#include "loom/emit/explain.hpp"

#include <sstream>

#include "emit/subjects.hpp"
#include "loom/code.hpp"
#include "loom/loom.hpp"
#include "support/catch.hpp"

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("an explanation has its sections in the order of the stages") {
  for (const printed::subject& s : printed::flagships(true)) {
    INFO(s.name);
    const std::string text = s.explain();
    std::size_t at = 0;
    for (const char* title :
         {"As written\n", "As rewritten\n", "Gradients\n", "Rules used\n", "Plan\n", "Loop shapes\n"}) {
      if (std::string(title) == "Gradients\n" && s.name.ends_with("_value")) {
        CHECK_FALSE(has(text, title));
        continue;
      }
      const std::size_t found = text.find(title, at);
      REQUIRE(found != std::string::npos);
      at = found;
    }
  }
}

TEST_CASE("an explanation lists steps if it is asked for them, by the names of the code") {
  const printed::subject s = printed::flagships(false)[0];  // cross entropy
  CHECK_FALSE(has(s.explain(), "Steps\n"));
  const std::string text = s.explain(true);
  CHECK(text.starts_with(s.explain()));
  for (const char* line : {"\nSteps\n  scalars\n    count_N = extent(N)\n", "    reduce row_max = shift(x_nc, C)\n",
                           "    park exp_x in d(x)\n", "    row_sum = add(row_rest, 1)\n", "\n  d(x) = grad_x\n"}) {
    INFO(line);
    CHECK(has(text, line));
  }
}

TEST_CASE("an explanation says which sweeps there are and what the workspace holds") {
  for (const printed::subject& s : printed::with_a_workspace()) {
    INFO(s.name);
    const std::string text = s.explain();
    for (int k = 1; k <= s.schedule.loops.size(); ++k) CHECK(has(text, "  Sweep " + std::to_string(k)));
    CHECK_FALSE(has(text, "  Sweep " + std::to_string(s.schedule.loops.size() + 1)));
    CHECK(has(text, "The workspace holds") == !s.schedule.arrays.empty());
  }
}

TEST_CASE("an explanation names what is computed in double") {
  for (const auto& subjects : {printed::every_loop(), printed::with_a_workspace()})
    for (const printed::subject& s : subjects) {
      INFO(s.name);
      CHECK(has(s.explain(), "In double, where the data is float: ") == s.name.starts_with("wide"));
    }
}

TEST_CASE("an explanation says where vectors of rows are walked abreast") {
  constexpr auto x = loom::tensor<"x[N,C]">;
  const std::string abreast = "in place, 4 vectors abreast";
  CHECK(has(loom::explain(loom::loss<sum(var(x, loom::axis<"N">))>), abreast));
  CHECK_FALSE(has(loom::explain(loom::loss<sum(var(x, loom::axis<"C">))>), abreast));
}

TEST_CASE("no line of an explanation is longer than 110 characters") {
  for (const printed::subject& s : printed::collection(false)) {
    std::istringstream lines(s.explain());
    for (std::string line; std::getline(lines, line);) {
      INFO(s.name << ": " << line);
      CHECK(line.size() <= 110);
    }
  }
}
