// SPDX-License-Identifier: BSL-1.0
// tests/emit/c_family.cpp — what the printer says in every dialect; whether its code is right, cpp.cpp and c99.cpp tell.
#include "loom/emit/c_family.hpp"

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
  for (const auto& subjects : {printed::collection(true), printed::with_a_workspace(), printed::every_function()})
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

TEST_CASE("a formula without a plan has no code") {
  loom::schedule::plan none;
  none.problem = loom::schedule::unplanned::too_many_sweeps;
  CHECK(print(none, cpp, "f") == "// This formula has no plan.\n");
}
