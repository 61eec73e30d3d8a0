// SPDX-License-Identifier: BSL-1.0
// examples/mnist/plot.cpp — the course of the training as a picture.
// A panel maps values to the picture; axes, lines and labels are drawn through it.
#include "plot.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace mnist {
namespace {

constexpr auto ink = "#24292f";
constexpr auto faint_ink = "#6e7781";
constexpr auto grid = "#e6e8eb";
constexpr auto loss_colour = "#0b62b8";
constexpr auto loss_pale = "#9cc4ec";
constexpr auto accuracy_colour = "#1a7f4b";

struct point {
  double x, y;
};

struct range {
  double low, high;
};

/// A distance of 1, 2 or 5 times a power of ten that makes about `wanted` steps of the range.
double nice_step(range values, double wanted) {
  const double raw = (values.high - values.low) / wanted;
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  const double leading = raw / power;
  return power * (leading <= 1 ? 1 : leading <= 2 ? 2 : leading <= 5 ? 5 : 10);
}

/// The smallest range of whole steps around the values.
range widen(range values, double step) {
  return {std::floor(values.low / step) * step, std::ceil(values.high / step) * step};
}

std::string escape(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&': result += "&amp;"; break;
      case '<': result += "&lt;"; break;
      case '>': result += "&gt;"; break;
      default: result += c;
    }
  }
  return result;
}

/// SVG text, element by element.
class picture {
 public:
  picture(double width, double height) {
    add(R"(<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}" viewBox="0 0 {0} {1}" )"
        R"(font-family="Helvetica, Arial, sans-serif" font-size="13">)",
        width, height);
    add(R"(<rect width="100%" height="100%" fill="white"/>)");
  }

  void line(point from, point to, std::string_view colour, std::string_view more = "") {
    add(R"(<line x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" stroke="{}" {}/>)", from.x, from.y, to.x, to.y, colour,
        more);
  }

  void path(const std::vector<point>& points, std::string_view colour, double width) {
    std::string list;
    for (const point& p : points) { fmt::format_to(std::back_inserter(list), "{:.1f},{:.1f} ", p.x, p.y); }
    add(R"(<polyline points="{}" fill="none" stroke="{}" stroke-width="{}" stroke-linejoin="round"/>)", list, colour,
        width);
  }

  void dot(point at, std::string_view colour) {
    add(R"(<circle cx="{:.1f}" cy="{:.1f}" r="3.5" fill="{}" stroke="white"/>)", at.x, at.y, colour);
  }

  void text(point at, std::string_view anchor, std::string_view colour, std::string_view words,
            std::string_view more = "") {
    add(R"(<text x="{:.1f}" y="{:.1f}" text-anchor="{}" fill="{}" {}>{}</text>)", at.x, at.y, anchor, colour, more,
        escape(words));
  }

  std::string finish() && { return std::move(svg_) + "</svg>\n"; }

 private:
  template <typename... Values>
  void add(fmt::format_string<Values...> format, Values&&... values) {
    fmt::format_to(std::back_inserter(svg_), format, std::forward<Values>(values)...);
    svg_ += '\n';
  }

  std::string svg_;
};

/// A rectangle of the picture with its two ranges of values.
struct panel {
  double left, top, width, height;
  range x, y;

  point at(double value_x, double value_y) const {
    return {left + width * (value_x - x.low) / (x.high - x.low), top + height * (y.high - value_y) / (y.high - y.low)};
  }

  std::vector<point> at(const std::vector<point>& values) const {
    std::vector<point> result;
    for (const point& value : values) { result.push_back(at(value.x, value.y)); }
    return result;
  }
};

void draw_axes(picture& to, const panel& in, double step_x, double step_y, std::string_view unit,
               std::string_view heading, std::string_view colour) {
  const int decimals = std::max(0, static_cast<int>(std::ceil(-std::log10(step_y) - 1e-9)));
  for (double y = in.y.low; y < in.y.high + step_y / 2; y += step_y) {
    const point at = in.at(in.x.low, y);
    to.line(at, in.at(in.x.high, y), grid);
    to.text({at.x - 10, at.y + 4}, "end", faint_ink, fmt::format("{:.{}f}{}", y, decimals, unit));
  }
  const double bottom = in.y.low;
  for (double x = in.x.low; x < in.x.high + step_x / 2; x += step_x) {
    const point at = in.at(x, bottom);
    to.line(at, {at.x, at.y + 5}, ink);
    to.text({at.x, at.y + 20}, "middle", faint_ink, fmt::format("{:g}", x));
  }
  to.line(in.at(in.x.low, bottom), in.at(in.x.high, bottom), ink);
  to.line(in.at(in.x.low, bottom), in.at(in.x.low, in.y.high), ink);
  to.text({in.left, in.top - 12}, "start", colour, heading, R"(font-weight="bold")");
}

void draw_loss(picture& to, panel in, double step_x, const history& course, double guessing) {
  std::vector<point> batches;
  double highest = guessing;
  for (const auto& [epoch, loss] : course.losses) {
    batches.push_back({epoch, loss});
    highest = std::max(highest, loss);
  }
  std::vector<point> epochs;
  for (const auto& [loss, accuracy] : course.epochs) {
    epochs.push_back({static_cast<double>(epochs.size()) + 0.5, loss});
  }
  const double step = nice_step({0, highest}, 5);
  in.y = widen({0, highest}, step);
  draw_axes(to, in, step_x, step, "", "Training loss (nats)", loss_colour);

  const point level = in.at(in.x.high, guessing);
  to.line(in.at(in.x.low, guessing), level, faint_ink, R"(stroke-dasharray="5 4")");
  to.text({level.x, level.y + 16}, "end", faint_ink, fmt::format("guessing: {:.4f}", guessing));
  to.path(in.at(batches), loss_pale, 1.3);
  to.path(in.at(epochs), loss_colour, 2.2);
  for (const point& p : in.at(epochs)) { to.dot(p, loss_colour); }
  const point last = in.at(epochs.back().x, epochs.back().y);
  to.text({in.left + in.width, last.y - 14}, "end", loss_colour,
          fmt::format("mean of the epoch: {:.4f}", epochs.back().y));
}

void draw_accuracy(picture& to, panel in, double step_x, const history& course) {
  std::vector<point> epochs;
  range seen{100, 0};
  for (const auto& [loss, accuracy] : course.epochs) {
    const double percent = 100 * accuracy;
    epochs.push_back({static_cast<double>(epochs.size()) + 1, percent});
    seen = {std::min(seen.low, percent), std::max(seen.high, percent)};
  }
  seen = {std::max(0.0, seen.low - 1), std::min(100.0, seen.high + 1)};
  const double step = nice_step(seen, 4);
  in.y = widen(seen, step);
  draw_axes(to, in, step_x, step, " %", "Validation accuracy", accuracy_colour);
  to.path(in.at(epochs), accuracy_colour, 2.2);
  for (const point& p : in.at(epochs)) { to.dot(p, accuracy_colour); }
  const point last = in.at(epochs.back().x, epochs.back().y);
  to.text({last.x + 8, last.y + 4}, "start", accuracy_colour, fmt::format("{:.2f} %", epochs.back().y));
}

} // namespace

std::string loss_curve(const history& course, const std::string& title, double guessing) {
  const range epochs{0, static_cast<double>(course.epochs.size())};
  const double step = std::max(1.0, nice_step(epochs, 12));
  const panel above{70, 78, 600, 250, epochs, {}};
  const panel below{70, 400, 600, 150, epochs, {}};

  picture result(750, 612);
  result.text({70, 32}, "start", ink, title, R"(font-size="17" font-weight="bold")");
  draw_loss(result, above, step, course, guessing);
  draw_accuracy(result, below, step, course);
  result.text({370, 594}, "middle", ink, "epoch");
  return std::move(result).finish();
}

} // namespace mnist
