// SPDX-License-Identifier: BSL-1.0
// tests/notation/pasted.cpp — the losses of the collection, of the examples and of this project's tests are read as they stand in their
// files: C++ that was pasted.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>

#include "formula/program.hpp"
#include "support/catch.hpp"

namespace {

namespace files = std::filesystem;

std::string contents(const files::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Definitions of constants, as they stand: those of losses, and the others.
struct definitions {
  std::vector<std::string> losses, others;
};
definitions definitions_of(const std::string& text) {
  definitions d;
  static const std::regex definition(R"((inline )?constexpr auto \w+\s*=\s*[^;{}]*;)");
  for (std::sregex_iterator at(text.begin(), text.end(), definition), end; at != end; ++at) {
    const std::string s = at->str();
    if (s.find("hana") != s.npos || s.find("LOOM_") != s.npos) continue;
    (std::regex_search(s, std::regex("\\bloss<")) ? d.losses : d.others).push_back(s);
  }
  return d;
}

/// What this program does not read, and says so: rules of one's own, templates, constants that C++ computes otherwise.
bool is_more_than_a_formula(const std::string& sentence) {
  for (const char* part : {"rules of one's own", "is given twice", "there is no function", "no input has the axis",
                           "is used before it has a value", "is a word of C++"})
    if (sentence.find(part) != sentence.npos) return true;
  return false;
}

}  // namespace

TEST_CASE("losses are read as they stand in C++", "[notation]") {
  int read = 0, files_read = 0;
  for (const char* folder : {"include/loom/collection", "examples", "bench/compile", "tests/docs"})
    for (const auto& entry : files::directory_iterator(files::path(LOOM_TEST_ROOT) / folder)) {
      const files::path& file = entry.path();
      if (file.extension() != ".cpp" && file.extension() != ".hpp") continue;
      const definitions d = definitions_of(contents(file));
      files_read += !d.losses.empty();
      for (const std::string& loss : d.losses) {
        std::string text;
        for (const std::string& s : d.others) text += s + "\n";
        const loom::notation::formula f = loom::notation::parse(text + loss);
        CAPTURE(file.filename().string(), loss, f.wrong.text());
        if (f.wrong.failed() && is_more_than_a_formula(f.wrong.sentence)) continue;
        CHECK(!f.wrong.failed());
        CHECK(loom::notation::compile(f)->wrong.empty());
        ++read;
      }
    }
  CHECK(read >= 40);
  CHECK(files_read >= 12);
}
