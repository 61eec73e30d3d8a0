// SPDX-License-Identifier: BSL-1.0
// tests/emit/c_family.cpp — what the printer says in every dialect; whether its code is right, cpp.cpp and c99.cpp tell.
#include "loom/emit/print.hpp"

#include <sstream>

#include "emit/subjects.hpp"
#include "loom/emit/c99.hpp"
#include "loom/emit/cpp.hpp"
#include "support/catch.hpp"

using namespace loom::emit;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("both dialects have the same loops") {
  const auto loops = [](const std::string& text) {
    std::size_t n = 0;
    for (std::size_t at = text.find("for ("); at != text.npos; at = text.find("for (", at + 1)) ++n;
    return n;
  };
  for (const printed::subject& s : printed::flagships(true)) {
    INFO(s.name);
    CHECK(loops(s.code(cpp, element::f32)) == loops(s.code(c99, element::f32)));
    CHECK(loops(s.code(cpp, element::f32)) > 0);
  }
}

TEST_CASE("printed C99 has no word of C++") {
  for (const auto& subjects :
       {printed::collection(true), printed::with_a_workspace(), printed::every_function(), printed::at_places()})
    for (const printed::subject& s : subjects)
      for (const element type : {element::f32, element::f64}) {
        const std::string text = s.code(c99, type);
        INFO(text);
        for (const char* word : {"::", "static_cast", "constexpr", "template"}) CHECK_FALSE(has(text, word));
      }
}

TEST_CASE("a comment is no use of a parameter") {
  for (const printed::subject& s : printed::unread_inputs()) {
    const std::string text = s.code(cpp, element::f32);
    INFO(text);
    CHECK(has(text, "/* "));
    CHECK(has(s.code(c99, element::f32), "(void)"));
  }
}

TEST_CASE("a function says what it computes, and no line of it is longer than 100 characters") {
  for (const auto& subjects : {printed::collection(true), printed::second_derivatives(), printed::every_loop(),
                               printed::with_a_workspace(), printed::every_function(), printed::at_places()})
    for (const printed::subject& s : subjects)
      for (const options& wanted : {options{}, options{.strided = true, .restricted = true, .simd = true}}) {
        const std::string code = s.code(cpp, element::f32, wanted);
        const std::size_t function = code.find("// Computes ");  // behind what the library lacks
        REQUIRE(function != code.npos);
        std::istringstream text(code.substr(function));
        for (std::string line; std::getline(text, line);) {
          INFO(s.name << ": " << line);
          CHECK(line.size() <= 100);
        }
      }
}

TEST_CASE("a value that is used where it is computed has no line of its own") {
  const std::string text = printed::flagships(false)[0].code(cpp, element::f32);  // cross entropy
  INFO(text);
  for (const char* line :
       {"row_max = std::max(row_max, x_row[c]);\n", "const float exp_x = std::exp(x_row[c] - row_max);\n",
        "d_x_row[c] = slope * -d_x_row[c];\n", "return -(total / count_N);\n",
        "if (t_n >= 0 && t_n < C) d_x_row[t_n] = slope * (1.0f - std::exp(x_t - row_max) + row_rest);\n"})
    CHECK(has(text, line));
}

TEST_CASE("lanes are left out of loops whose entries depend on each other") {
  int scattered = 0;
  for (const printed::subject& s : printed::with_labels_that_sum()) {
    const std::string text = s.code(cpp, element::f32, {.simd = true});
    INFO(text);
    CHECK(has(text, "#pragma omp simd"));
    std::istringstream lines(text);
    std::string before;
    for (std::string line; std::getline(lines, line); before = line) {
      if (!has(line, "if (t_n >= 0") || !has(line, " += ")) continue;
      ++scattered;
      CHECK_FALSE(has(before, "pragma"));
    }
  }
  CHECK(scattered > 0);
  for (const printed::subject& s : printed::every_loop())
    if (s.name == "largest_and_smallest")  // their NaN would be lost
      CHECK_FALSE(has(s.code(cpp, element::f32, {.simd = true}), "#pragma omp simd"));
}

TEST_CASE("a formula without a plan has no code") {
  loom::schedule::plan none;
  none.problem = loom::schedule::unplanned::too_many_sweeps;
  CHECK(print(none, cpp, "f") == "// This formula has no plan.\n");
}
