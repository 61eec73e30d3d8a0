// SPDX-License-Identifier: BSL-1.0
// bench/page/readme.cpp — the lines of the page that README.md shows, between two comments there.
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>

#include "compile_times.hpp"
#include "loom.hpp"
#include "losses.hpp"
#include "support/write.hpp"
#include "text.hpp"

namespace bench {
namespace {

/// Some lines and columns of a table.
table excerpt(const table& t) {
  const std::string columns[] = {"Loom", "plain loops", "loops -Ofast", "Eigen", "Halide", "LibTorch", "by hand"};
  const std::string lines[] = {"cross entropy 50000 x 10",
                               "cross entropy 50000 x 10, gradient",
                               "cross entropy 4096 x 1000",
                               "cross entropy 4096 x 1000, gradient",
                               "cross entropy 256 x 128256, gradient",
                               "focal 4096 x 1000, gradient",
                               "distillation 4096 x 1000, gradient",
                               "binary cross entropy 4096 x 1000, gradient",
                               "Huber 4096 x 1000, gradient",
                               "Gaussian NLL 4096 x 1000, gradient"};
  table e;
  for (const std::string& what : lines)
    for (const line& l : t.lines)
      if (l.what == what) e.lines.push_back({what, {}});
  for (const std::string& column : columns)
    for (std::size_t k = 0; k < t.columns.size(); ++k) {
      if (t.columns[k] != column) continue;
      e.columns.push_back(column);
      for (line& to : e.lines)
        for (const line& l : t.lines)
          if (l.what == to.what) to.medians.push_back(l.medians[k]);
    }
  return e;
}

}  // namespace

void write_readme(const measurements& m, const std::string& file, const std::string& compile_times) {
  const std::string begin = "<!-- made by ./run speed -->\n", end = "<!-- end -->\n";
  std::ifstream in(file);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  const std::size_t from = text.find(begin), to = text.find(end);
  if (from == std::string::npos || to == std::string::npos || to < from) {
    std::cerr << file << " has no lines `" << begin << "` and `" << end << "`\n";
    std::exit(1);
  }
  text.replace(from + begin.size(), to - from - begin.size(),
               fmt::format("One core of: {}, {}; medians of {}. Others, as multiples of Loom's time: above 1, Loom is "
                           "faster.\n\n{}\n{}\n",
                           machine(), loom_target(), m.repetitions, markdown(excerpt(m.all)),
                           sentence_of_compile_times(compile_times)));
  loom::test::write(file, text);
}

}  // namespace bench
