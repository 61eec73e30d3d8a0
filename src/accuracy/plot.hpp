// SPDX-License-Identifier: BSL-1.0
// src/accuracy/plot.hpp — lines over two logarithmic axes, as an SVG: errors against a magnitude, times against a size.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace loom::accuracy {

struct tick {
  double at;
  std::string text;
};

struct axis {
  std::string title;
  double from, to;
  std::vector<tick> ticks;
};

struct series {
  std::string name, colour;
  std::vector<double> values;
};

struct plot {
  std::string title;
  axis x, y;
  std::string band =
      {};  ///< the name of a band on top for values that are not finite; without one they break a line, as what is below 0 does
  std::vector<double> at;
  std::vector<series> all;
};

/// Powers of ten, every so many of them named.
inline std::vector<tick> decades(double from, double to, int named) {
  std::vector<tick> all;
  for (int decade = static_cast<int>(std::ceil(std::log10(from))); decade <= std::log10(to); ++decade)
    all.push_back({std::pow(10, decade), decade % named == 0 ? fmt::format("1e{}", decade) : ""});
  return all;
}
/// 1, 2 and 5 times powers of ten.
inline std::vector<tick> steps(double from, double to) {
  std::vector<tick> all;
  for (int decade = static_cast<int>(std::floor(std::log10(from))); decade <= std::log10(to); ++decade)
    for (const int digit : {1, 2, 5})
      if (const double at = digit * std::pow(10, decade); at >= from * 0.999 && at <= to * 1.001)
        all.push_back({at, fmt::format("{:.4g}", at)});
  return all;
}

inline std::string svg_of(const plot& p) {
  constexpr double width = 690, height = 320, left = 60, right = 200, top = 40, bottom = 45;
  const double lowest = std::log10(p.y.from), highest = std::log10(p.y.to);
  const double greatest = p.band.empty() ? highest : highest - 0.7;
  const double from = std::log10(p.x.from), to = std::log10(p.x.to);
  const auto x_of = [&](double v) { return left + (std::log10(v) - from) / (to - from) * (width - left - right); };
  const auto y_of = [&](double value) {
    const double v =
        std::isfinite(value) ? std::clamp(std::log10(std::max(value, p.y.from)), lowest, greatest) : highest;
    return top + (highest - v) / (highest - lowest) * (height - top - bottom);
  };
  std::string s = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" "
      "font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"{0}\" height=\"{1}\" fill=\"white\"/>\n"
      "<text x=\"{2}\" y=\"20\" font-size=\"14\">{3}</text>\n",
      width, height, left, p.title);
  const auto write_beside = [&](double y, const std::string& text) {
    s += fmt::format("<text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n", left - 6, y + 4, text);
  };
  for (const tick& t : p.y.ticks) {
    const double y = y_of(t.at);
    s += fmt::format("<line x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"#ddd\"/>\n", left, width - right,
                     y, y);
    if (!t.text.empty()) write_beside(y, t.text);
  }
  if (!p.band.empty()) write_beside(y_of(INFINITY), p.band);
  for (const tick& t : p.x.ticks)
    if (!t.text.empty())
      s += fmt::format("<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n", x_of(t.at),
                       height - bottom + 18, t.text);
  s += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n", (left + width - right) / 2, height - 8,
                   p.x.title);
  for (std::size_t k = 0; k < p.all.size(); ++k) {
    std::string points;
    const auto draw = [&] {
      if (!points.empty())
        s += fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.8\"/>\n", points,
                         p.all[k].colour);
      points.clear();
    };
    for (std::size_t i = 0; i < p.at.size(); ++i) {
      const double value = p.all[k].values[i];
      if (value < 0 || (p.band.empty() && !std::isfinite(value))) draw();
      else points += fmt::format("{}{:.1f},{:.1f}", points.empty() ? "" : " ", x_of(p.at[i]), y_of(value));
    }
    draw();
    const double y = top + 18 * static_cast<double>(k);
    s += fmt::format(
        "<line x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\" stroke=\"{}\" stroke-width=\"1.8\"/>\n<text x=\"{}\" "
        "y=\"{}\">{}</text>\n",
        width - right + 10, width - right + 30, y, y, p.all[k].colour, width - right + 36, y + 4, p.all[k].name);
  }
  return s + "</svg>\n";
}

}  // namespace loom::accuracy
