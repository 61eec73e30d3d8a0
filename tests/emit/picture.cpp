// SPDX-License-Identifier: BSL-1.0
// emit/picture.cpp — plans as pictures.
#include "loom/emit/picture.hpp"

#include "emit/subjects.hpp"
#include "loom/emit/cpp.hpp"
#include "support/catch.hpp"

namespace {

using namespace loom;

std::string picture(const schedule::plan& p, std::size_t width = 106) {
  const emit::names names(p, "loss", {emit::words_of_cpp});
  std::string s;
  for (const std::string& l : emit::detail::plan_picture(p, names).draw(width)) s += l + "\n";
  return s;
}

}  // namespace

TEST_CASE("a picture says what each pass does with what", "[emit]") {
  const printed::subject s = printed::flagships(true)[0];  // cross entropy, with its gradient
  CHECK(picture(s.schedule) ==
        "            x     t     d(x)        row_max  row_rest  total\n"
        "each row n\n"
        "  before    read  read\n"
        "  pass 1    read                    fold\n"
        "  pass 2    read        park        use      fold\n"
        "    then                                     use\n"
        "  pass 3                read write           use\n"
        "    then                            use      use       add\n");
}

TEST_CASE("no picture is wider than it may be, and none loses a column", "[emit]") {
  for (const auto& subjects : {printed::flagships(true), printed::with_a_workspace(), printed::every_loop()})
    for (const printed::subject& s : subjects) {
      const std::string narrow = picture(s.schedule, 50), wide = picture(s.schedule, 1000);
      CAPTURE(s.name, narrow, wide);
      std::size_t marks[2] = {};
      for (const std::string* text : {&narrow, &wide}) {
        std::size_t begin = 0;
        for (std::size_t end; (end = text->find('\n', begin)) != text->npos; begin = end + 1)
          CHECK((text == &wide || end - begin <= 60));
        for (const char* word : {"read", "write", "park", "use", "fold", "add"})
          for (std::size_t at = text->find(word); at != text->npos; at = text->find(word, at + 1))
            ++marks[text == &wide ? 1 : 0];
      }
      CHECK(marks[0] >= marks[1]);
      CHECK(marks[1] > 0);
    }
}
