// SPDX-License-Identifier: BSL-1.0
// bench/page/text.hpp — numbers and tables as Markdown.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "measure.hpp"
#include "processor.hpp"

namespace bench {

/// Above this ratio, and below its inverse, one is called slower: less is noise.
inline constexpr double noise = 1.05;

inline std::string machine() {
  return fmt::format("{} (family {}, model {})", fact_of_processor("model name"), fact_of_processor("cpu family"),
                     fact_of_processor("model"));
}

/// Three digits, without an exponent.
inline std::string digits(double v) {
  return fmt::format("{:.{}f}", v, v > 0 ? std::clamp(2 - static_cast<int>(std::floor(std::log10(v))), 0, 6) : 0);
}
inline std::string time_of(double ms) { return ms < 0.1 ? digits(ms * 1e3) + " µs" : digits(ms) + " ms"; }

inline bool is_rival(const std::string& column) { return column != "memory" && !column.starts_with("Loom"); }

/// The time of the first column, the others as multiples of it; bold, where a rival takes less.
inline std::string markdown(const table& t, bool has_rivals = true) {
  std::string s = "| |";
  for (const std::string& c : t.columns) s += fmt::format(" {} |", c);
  s += "\n|---|";
  for (std::size_t k = 0; k < t.columns.size(); ++k) s += "---:|";
  s += "\n";
  for (const line& l : t.lines) {
    s += fmt::format("| {} | {} |", l.what, time_of(l.medians[0]));
    for (std::size_t k = 1; k < l.medians.size(); ++k) {
      const double ratio = l.medians[k] / l.medians[0];
      const char* const bold = has_rivals && is_rival(t.columns[k]) && ratio * noise < 1 ? "**" : "";
      s += std::isnan(ratio) ? " |" : fmt::format(" {0}{1}x{0} |", bold, digits(ratio));
    }
    s += "\n";
  }
  return s;
}

}  // namespace bench
