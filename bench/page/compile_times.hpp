// SPDX-License-Identifier: BSL-1.0
// bench/page/compile_times.hpp — what bench/compile/measure.sh printed, as a section of the page.
#pragma once

#include <string>

namespace bench {

/// A table of the files for every compiler, and sentences that are made of its numbers.
std::string section_of_compile_times(const std::string& file);

/// The same in a sentence, for README.md.
std::string sentence_of_compile_times(const std::string& file);

}  // namespace bench
