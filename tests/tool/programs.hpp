// SPDX-License-Identifier: BSL-1.0
// tests/tool/programs.hpp — formulas as text, compiled for a test.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "formula/program.hpp"
#include "support/catch.hpp"

namespace loom::test {

inline std::unique_ptr<notation::program> program_of(const std::string& text,
                                                     const std::vector<std::string>& declarations,
                                                     const notation::wanted& w = {}) {
  const notation::formula f = notation::parse(text, declarations);
  INFO(f.wrong.text());
  REQUIRE(!f.wrong.failed());
  return notation::compile(f, w);
}

}  // namespace loom::test
