// SPDX-License-Identifier: BSL-1.0
// tests/laboratory/plot.hpp — errors against a magnitude, as an SVG: both axes logarithmic, a band on top for what is no number.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace laboratory {

struct series {
  std::string name, colour;
  std::vector<double> errors;  ///< in ulp; infinite: NaN or infinity where the truth is a number
};

inline std::string plot(const std::string& title, const std::string& magnitude, const std::vector<double>& at,
                        const std::vector<series>& all) {
  constexpr double width = 690, height = 320, left = 60, right = 200, top = 40, bottom = 45, lowest = -1, highest = 9;
  const double from = std::log10(at.front()), to = std::log10(at.back());
  const auto x_of = [&](double v) { return left + (std::log10(v) - from) / (to - from) * (width - left - right); };
  const auto y_of = [&](double error) {
    const double v =
        std::isfinite(error) ? std::clamp(std::log10(std::max(error, 1e-9)), lowest, highest - 0.7) : highest;
    return top + (highest - v) / (highest - lowest) * (height - top - bottom);
  };
  std::string s = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" "
      "font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"{0}\" height=\"{1}\" fill=\"white\"/>\n"
      "<text x=\"{2}\" y=\"20\" font-size=\"14\">{3}</text>\n",
      width, height, left, title);
  for (int decade = static_cast<int>(lowest); decade <= 8; ++decade) {
    const double y = y_of(std::pow(10, decade));
    s += fmt::format("<line x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"#ddd\"/>\n", left, width - right,
                     y, y);
    if (decade % 2 == 0)
      s += fmt::format("<text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">1e{}</text>\n", left - 6, y + 4, decade);
  }
  s += fmt::format("<text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">NaN, inf</text>\n", left - 6, y_of(INFINITY) + 4);
  for (int decade = static_cast<int>(std::ceil(from)); decade <= to; ++decade)
    if (to - from < 12 || decade % 10 == 0)
      s += fmt::format("<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">1e{}</text>\n", x_of(std::pow(10, decade)),
                       height - bottom + 18, decade);
  s += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n", (left + width - right) / 2, height - 8,
                   magnitude);
  for (std::size_t k = 0; k < all.size(); ++k) {
    std::string points;
    for (std::size_t i = 0; i < at.size(); ++i)
      points += fmt::format("{}{:.1f},{:.1f}", i == 0 ? "" : " ", x_of(at[i]), y_of(all[k].errors[i]));
    const double y = top + 18 * static_cast<double>(k);
    s += fmt::format(
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.8\"/>\n"
        "<line x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\" stroke=\"{}\" stroke-width=\"1.8\"/>\n<text x=\"{}\" "
        "y=\"{}\">{}</text>\n",
        points, all[k].colour, width - right + 10, width - right + 30, y, y, all[k].colour, width - right + 36, y + 4,
        all[k].name);
  }
  return s + "</svg>\n";
}

}  // namespace laboratory
