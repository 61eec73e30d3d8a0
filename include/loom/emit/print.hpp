// SPDX-License-Identifier: BSL-1.0
// emit/print.hpp — a plan as text: by the printer of its dialect, one function, or one for each stage.
// Layer 5 (emit).
#pragma once

#include "loom/emit/stages.hpp"

namespace loom::inline LOOM_ABI::emit {

/// A plan as one function.
/// Shape:  the extents that are not constants, the inputs in the order of the formula (tensors and labels by pointer,
///         scalars as double), then a buffer for each gradient, or `out` for a result that is not a scalar, then the
///         workspace, if the plan has arrays. Of a program with running values there is a function for each stage, and the last one
///         takes `kept` as well, of the type of the tensors, in front of the workspace: comments say how many numbers they hold.
/// Memory: contiguous and row-major, or by strides; buffers must not overlap. The caller checks labels and extents, as Loom does.
/// Value:  returned, accumulated in double; nothing if it is not a scalar.
/// Error:  that of the library's functions. A row is summed from left to right, in the type of the tensors.
inline std::string print(const plan& p, const dialect& d, std::string_view function, element type = element::f32,
                         const options& wanted = {}) {
  const bool in_stages = p.problem == unplanned::running;
  if (p.problem != unplanned::none && !in_stages) return "// This formula has no plan.\n";
  if (d.print != nullptr) return d.print(p, d, function, type, wanted);
  return in_stages ? print_stages(p, d, function, type, wanted)
                   : detail::c_family_printer(p, d, function, type, wanted).print();
}

}  // namespace loom::emit
