// SPDX-License-Identifier: BSL-1.0
// tests/support/write.hpp — files of the pages that are made by a command.
#pragma once

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

namespace loom::test {

/// Writes a file, or ends the program.
inline void write(const std::string& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.flush();
  if (!out) {
    std::cerr << "cannot write " << file << "\n";
    std::exit(1);
  }
}

}  // namespace loom::test
