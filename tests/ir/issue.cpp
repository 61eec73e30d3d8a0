// SPDX-License-Identifier: BSL-1.0
// ir/issue.cpp — mistakes as sentences.
#include "loom/ir/sentence.hpp"

#include <cstdint>
#include <limits>
#include <string>

#include "support/catch.hpp"

using loom::ir::issue;
using loom::ir::mistake;

namespace {

std::string text(const mistake& m) { return std::string(loom::base::text_view(sentence_of(m))); }
constexpr bool says(const mistake& m, loom::base::text_view expected) {
  return loom::base::text_view(sentence_of(m)) == expected;
}

}  // namespace

TEST_CASE("a sentence has the name and the numbers of its mistake") {
  LOOM_CHECK(says({issue::unknown_axis, "K"}, "loom: the operand does not have the axis K"));
  LOOM_CHECK(says(
      {issue::too_many_inputs, {}, 17, 16},
      "loom: this formula has at least 17 inputs, with its seed, its directions and each place at which an input is "
      "read; 16 are allowed"));
  LOOM_CHECK(says({issue::axis_out_of_range, {}, -3, 2},
                  "loom: a negative axis counts from the last axis of its operand; -3 is not between -2 and -1"));
  CHECK(text({issue::no_diagonal, "x"}).find("d2(x), gn(x): ") != std::string::npos);
  CHECK(text({issue::no_diagonal, "x"}).find("hvp(x) ") != std::string::npos);
}

TEST_CASE("several names are listed") {
  mistake m{issue::out_missing, "N"};
  CHECK(text(m).find("axes N: ") != std::string::npos);
  m.about("M");
  CHECK(text(m).find("axes N and M: ") != std::string::npos);
  m.about("D");
  CHECK(text(m).find("axes N, M and D: ") != std::string::npos);
}

TEST_CASE("every issue has a sentence, and no sentence leaves a place open") {
  for (int i = 1; i <= static_cast<int>(issue::workspace_missing); ++i) {
    const std::string s = text({static_cast<issue>(i), "NAME", 12, 34});
    CHECK(s.size() > 20);
    CHECK(s.find("<>") == std::string::npos);
  }
}

TEST_CASE("numbers of any size and names of any length are said") {
  CHECK(text({issue::axis_out_of_range, {}, std::numeric_limits<std::int64_t>::min(), 2})
            .find("-9223372036854775808 is not") != std::string::npos);
  CHECK(text({issue::unknown_axis, std::string(300, 'a')}).size() ==
        std::string("loom: the operand does not have the axis ").size() + 300);
  CHECK(text({issue::unknown_axis, std::string(3000, 'a')}).size() == 1000);
}
