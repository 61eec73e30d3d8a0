// SPDX-License-Identifier: BSL-1.0
// emit/wrap.hpp — long text in short lines.
// Layer 5 (emit).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace loom::emit {

/// The words of a text in lines of at most `width` characters; a longer word has a line of its own.
inline std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines(1);
  while (!text.empty()) {
    const std::size_t end = text.find(' ');
    const std::string_view word = text.substr(0, end);
    if (!lines.back().empty() && lines.back().size() + 1 + word.size() > width) lines.emplace_back();
    lines.back() += (lines.back().empty() ? "" : " ") + std::string(word);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return lines;
}

}  // namespace loom::emit
