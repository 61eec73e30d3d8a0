// SPDX-License-Identifier: BSL-1.0
// src/accuracy/drawing.hpp — plots drawn in characters.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "accuracy/plot.hpp"

namespace loom::accuracy {

/// Plots side by side, over the same axis y: a character to a point. Two lines each: `o` the first, `*` the second, `@` both; colons
/// where a line jumps. What is not finite is in the top row; what is below zero is no point.
inline std::string drawing_of(std::span<const plot> plots) {
  constexpr int height = 12;
  std::vector<std::string> lines(height + 3);
  for (const plot& p : plots) {
    const auto width = p.at.size();
    const double low = std::log10(p.y.from), high = std::log10(p.y.to);
    const auto row_of = [&](double v) {  // the top row is left to what is not finite
      if (!std::isfinite(v)) return 0;
      const double part = std::clamp((high - std::log10(std::max(v, p.y.from))) / (high - low), 0.0, 1.0);
      return 1 + static_cast<int>(std::lround(part * (height - 2)));
    };
    std::vector<std::string> cells(height, std::string(width, ' '));
    for (std::size_t k = 0; k < p.all.size(); ++k) {
      const std::vector<double>& v = p.all[k].values;
      const auto is_there = [&](std::size_t i) { return std::isnan(v[i]) || v[i] >= 0; };
      for (std::size_t i = 0; i < v.size(); ++i) {
        if (!is_there(i)) continue;
        const int here = row_of(v[i]), before = i > 0 && is_there(i - 1) ? row_of(v[i - 1]) : here;
        char& cell = cells[static_cast<std::size_t>(here)][i];
        cell = k == 0 ? 'o' : cell == 'o' ? '@' : '*';
        for (int row = std::min(here, before) + 1; row < std::max(here, before); ++row)
          if (char& between = cells[static_cast<std::size_t>(row)][i]; between == ' ') between = ':';
      }
    }
    const bool first = &p == plots.data();
    std::string below(width + 8, ' ');
    const double from = std::log10(p.x.from), to = std::log10(p.x.to);
    for (const tick& t : p.x.ticks) {
      const double part = to > from ? (std::log10(t.at) - from) / (to - from) : 0;
      const auto at = static_cast<std::size_t>(std::lround(part * static_cast<double>(width - 1)));
      below.replace(std::min(at, width - std::min(width, t.text.size())), t.text.size(), t.text);
    }
    lines[0] += fmt::format("{:{}}{:{}}", "", first ? 11 : 3, p.title, width);
    for (int row = 0; row < height; ++row) {
      std::string beside = row == 0 ? p.band : "";
      for (const tick& t : p.y.ticks)
        if (row > 0 && row_of(t.at) == row && beside.empty()) beside = t.text;
      lines[static_cast<std::size_t>(row) + 1] +=
          fmt::format("{:>{}} |{}", first ? beside : "", first ? 9 : 1, cells[static_cast<std::size_t>(row)]);
    }
    lines[height + 1] += fmt::format("{:{}}+{:-<{}}", "", first ? 10 : 2, "", width);
    lines[height + 2] += fmt::format("{:{}}{:{}}", "", first ? 11 : 3, below.substr(0, width), width);
  }
  std::string s;
  for (const std::string& line : lines) s += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  return s;
}

}  // namespace loom::accuracy
