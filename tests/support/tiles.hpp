// SPDX-License-Identifier: BSL-1.0
// Formulas that are run tile by tile, against the interpreter.
#pragma once

#include "support/targets.hpp"
#include "support/trial.hpp"

namespace trial {

/// Some rows, classes and entries, few batches, in blocks of few rows and in one.
template <auto Formula, loom::derive::derivative_request Request, class T,
          loom::call::storages Memory = loom::call::storages{}>
void agrees(double tolerance) {
  using program = program_of<Formula, Request, Memory>;
  static_assert(loom::run::has_tiles<program, false>());
  const auto once = [&](std::ptrdiff_t rows, std::ptrdiff_t classes, std::ptrdiff_t entries, std::ptrdiff_t more,
                        memory layout) {
    settings set;
    for (const loom::ir::axis_info& axis : program::simple.axes)
      set.extents.push_back(axis.name == "C" || axis.name == "F"   ? classes
                            : axis.name == "D" || axis.name == "E" ? entries
                            : axis.name == "B" || axis.name == "H"
                                ? std::min<std::ptrdiff_t>(rows, axis.name == "B" ? 3 : 2)
                                : rows);
    set.scalars = {{"tau", 0.25}};
    set.layout = layout;
    set.more_workspace = more;
    INFO(rows << " x " << classes << " x " << entries << ", " << more << " numbers more, target "
              << loom::name(loom::current_target()));
    hold(run<Formula, Request, T, Memory>(set), tolerance);
  };
  for (loom::target most : targets()) {
    const loom::limit_target limit(most);
    once(41, 37, 19, 0, memory::contiguous);
    once(41, 37, 19, 1 << 20, memory::transposed);
    once(70, 130, 33, 1000, memory::padded_rows);
    once(1, 3, 5, 0, memory::every_third);
    once(33, 2, 1, 0, memory::contiguous);
  }
}

}  // namespace trial
