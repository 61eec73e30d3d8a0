// SPDX-License-Identifier: BSL-1.0
// bench/page/page.cpp — docs/reference/speed.md and its plots. No number and no verdict of it is written by hand.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "accuracy/plot.hpp"
#include "compile_times.hpp"
#include "loom.hpp"
#include "losses.hpp"
#include "support/write.hpp"
#include "text.hpp"

namespace bench {
namespace {

struct verdicts {
  std::string slower, nowhere;  // lists, and names
};

/// Of every rival, the lines in which the first column takes longer.
verdicts compared(const table& t) {
  verdicts v;
  for (std::size_t k = 1; k < t.columns.size(); ++k) {
    if (!is_rival(t.columns[k])) continue;
    std::string lines;
    int slower = 0, all = 0;
    for (const line& l : t.lines) {
      if (std::isnan(l.medians[k])) continue;
      ++all;
      if (const double ratio = l.medians[0] / l.medians[k]; ratio > noise) {
        lines += fmt::format("{}{} ({})", slower == 0 ? "" : "; ", l.what, digits(ratio));
        ++slower;
      }
    }
    if (slower > 0)
      v.slower += fmt::format("- than **{}**, in {} of {} lines: {}.\n", t.columns[k], slower, all, lines);
    else if (all > 0) v.nowhere += fmt::format("{}{}", v.nowhere.empty() ? "" : ", ", t.columns[k]);
  }
  return v;
}
std::string sentences(const std::string& head, const table& t) {
  const verdicts v = compared(t);
  std::string s;
  if (!v.slower.empty()) s += fmt::format("{} is slower, with its time as a multiple of theirs,\n\n{}", head, v.slower);
  if (!v.nowhere.empty())
    s += fmt::format("{}{} is nowhere slower than: {}.\n", s.empty() ? "" : "\n", head, v.nowhere);
  return s + "\n";
}

/// The points of a curve in which the first is slower, for every rival.
std::string slower_points(const measurements::curve& c) {
  std::string s;
  for (std::size_t k = 1; k < c.points.columns.size(); ++k)
    for (std::size_t which = 0; which < 2 && is_rival(c.points.columns[k]); ++which) {
      std::string points;
      for (std::size_t i = 0; i < c.at.size(); ++i) {
        const std::vector<double>& medians = c.points.lines[2 * i + which].medians;
        if (const double ratio = medians[0] / medians[k]; ratio > noise)
          points += fmt::format("{}{} ({})", points.empty() ? "" : ", ", c.at[i], digits(ratio));
      }
      if (!points.empty())
        s += fmt::format("- than **{}**, {}, {}, for {}: {}.\n", c.points.columns[k], c.title,
                         which == 0 ? "value" : "gradient", c.over, points);
    }
  return s;
}

/// Lines in which nothing could take much less time.
std::string at_the_floor(const table& t) {
  std::string s;
  const auto memory = std::find(t.columns.begin(), t.columns.end(), "memory");
  if (memory == t.columns.end()) return s;
  for (const line& l : t.lines)
    if (l.medians[0] <= noise * l.medians[static_cast<std::size_t>(memory - t.columns.begin())])
      s += fmt::format("{}{}", s.empty() ? "" : "; ", l.what);
  return fmt::format("As fast as memory itself, within {:.0f} %: {}.\n\n", 100 * (noise - 1),
                     s.empty() ? "nothing" : s);
}

const char* colour_of(const std::string& name) {
  constexpr struct {
    const char *part, *colour;
  } all[] = {{"AVX2", "#9edae5"},     {"Loom", "#1f77b4"},   {"by hand", "#d62728"},
             {"LibTorch", "#ff7f0e"}, {"Eigen", "#2ca02c"},  {"Ofast", "#9467bd"},
             {"xtensor", "#8c564b"},  {"oneDNN", "#e377c2"}, {"Halide", "#bcbd22"}};
  for (const auto& one : all)
    if (name.find(one.part) != std::string::npos) return one.colour;
  return "#7f7f7f";
}

/// Nanoseconds an entry, of all values or of all gradients.
std::string drawn(const measurements::curve& c, std::size_t which) {
  loom::accuracy::plot p{
      .title = fmt::format("cross entropy, {}, {}: ns an entry", which == 0 ? "value" : "value and gradient", c.title),
      .x = {c.over, c.at.front(), c.at.back(), {}},
      .y = {},
      .at = c.at,
      .all = {}};
  double least = INFINITY, greatest = 0;
  for (std::size_t k = 0; k < c.points.columns.size(); ++k) {
    loom::accuracy::series s{c.points.columns[k], colour_of(c.points.columns[k]), {}};
    bool is_there = false;
    for (std::size_t i = 0; i < c.at.size(); ++i) {
      const double ns = c.points.lines[2 * i + which].medians[k] * 1e6 / c.entries[i];
      s.values.push_back(ns);
      if (std::isnan(ns)) continue;
      is_there = true;
      least = std::min(least, ns);
      greatest = std::max(greatest, ns);
    }
    if (is_there) p.all.push_back(std::move(s));
  }
  p.y = {"", least / 1.2, greatest * 1.2, {}};
  p.y.ticks = loom::accuracy::steps(p.y.from, p.y.to);
  p.x.ticks.push_back({c.at.front(), fmt::format("{}", c.at.front())});
  for (double power = 10; power <= c.at.back(); power *= 10) p.x.ticks.push_back({power, fmt::format("{}", power)});
  return loom::accuracy::svg_of(p);
}

std::string compiler() {
#ifdef __clang__
  return "clang " + std::string(__clang_version__);
#else
  return "g++ " + std::string(__VERSION__);
#endif
}

std::string head(const measurements& m) {
  std::string libraries;
  for (const contender& c : m.contenders)
    if (!c.version.empty()) libraries += fmt::format("{}{} {}", libraries.empty() ? "" : ", ", c.name, c.version);
  return fmt::format(R"(# Speed

Made by `./run speed` (`bench`) on one core of: {}. Loom took its {} loops; compiled by {}.
Libraries, one thread each: {}.

In each of {} repetitions every contender is timed in turn, after a call that is not, for two milliseconds or one call, of the processor's
time, so that what else runs is not counted; the medians are shown. Before that, values and gradients of all are held against each other, entry by entry: a disagreement ends the
run. Tables show the time of Loom, and the time of others as a multiple of it: above 1, Loom is faster. Where it is slower by more than {:.0f} %, the
number is bold.

Contenders are written as a user who knows them writes the loss (`bench/peers`): stable, a row at a time where that stays in a cache.
*plain loops* are compiled at -O3; *loops -Ofast* are the same at -Ofast and, like Eigen and xtensor, for all instructions of the machine. Their
gradients and Halide's are derived by hand, and so is Halide's schedule; LibTorch has autograd, oneDNN a backward of its log-softmax.
*by hand* are loops for AVX-512 that keep what Loom promises and know the loss they are for (`bench/by_hand`). *memory* reads every input and
writes every output once, and computes nothing: the floor. A cell is empty where there is no such loss. Shared machines are noisy: compare
within a row.

)",
                     machine(), loom_target(), compiler(), libraries, m.repetitions, 100 * (noise - 1));
}

}  // namespace

void write_page(const measurements& m, const std::string& folder, const std::string& compile_times) {
  std::string page = head(m) + "## One thread\n\n" + markdown(m.all) + "\n";
  if (!m.avx2.lines.empty())
    page +=
        "## AVX2\n\nLoom held to AVX2, as on a processor that has no more; the others, but memory, are compiled for it "
        "too.\n\n" +
        markdown(m.avx2) + "\n";
  page += "## Where Loom is slower\n\n" + sentences("Loom", m.all);
  if (!m.avx2.lines.empty()) page += sentences("Held to AVX2, Loom", m.avx2);
  std::string points, plots;
  for (const measurements::curve& c : m.curves) {
    points += slower_points(c);
    for (std::size_t which = 0; which < 2; ++which) {
      const std::string name = c.file + (which == 0 ? "" : "-gradient") + ".svg";
      loom::test::write(folder + "/speed/" + name, drawn(c, which));
      plots += fmt::format("![time over {}, {}, {}](speed/{})\n\n", c.over, c.title, which == 0 ? "value" : "gradient",
                           name);
    }
  }
  if (!points.empty()) page += "In the curves below Loom is slower\n\n" + points + "\n";
  page += at_the_floor(m.all);
  page +=
      "## Over the number of classes and of rows\n\nBy classes at a constant number of entries, some four million; by "
      "rows, from one to as many.\n\n" +
      plots;
  page +=
      "## Layouts and storage\n\nLoom alone: rows of floats against the same logits stored or laid out in another "
      "way.\n\n";
  for (const table& t : m.layouts) page += markdown(t, false) + "\n";
  page += "## Compile time\n\n" + section_of_compile_times(compile_times);
  loom::test::write(folder + "/speed.md", page);
}

}  // namespace bench
