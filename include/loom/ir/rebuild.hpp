// SPDX-License-Identifier: BSL-1.0
// ir/rebuild.hpp — a graph walked value by value into another one: what rewriting, differentiation and planning do with it.
// Layer 1 (ir).
#pragma once

#include "loom/ir/graph.hpp"

namespace loom::inline LOOM_ABI::ir {

/// By value of a graph, the value of another one that stands for it.
using value_images = fixed_vector<value_id, LOOM_MAX_NODES>;

/// Calls make(code, a, b, c, bits), as builder::make, for every value but the inputs, operands first: a, b and c are values
/// of `out` by then, and so is what it returns.
template <class Make>
constexpr value_images rebuild_values(const graph& in, builder& out, const Make& make) {
  value_images image;
  image.count = in.size();
  for (int i = 0; i < in.size(); ++i) {
    const node& n = in[i];
    value_id of[3] = {no_value, no_value, no_value};
    for (int k = 0; k < 3 && n.operand[k] != no_value; ++k) of[k] = image.items[n.operand[k]];
    image.items[i] = is_input(n.code) ? out.input(static_cast<int>(n.bits)) : make(n.code, of[0], of[1], of[2], n.bits);
  }
  return image;
}

/// The same with the outputs, and without what no output needs.
template <class Make>
constexpr graph rebuild(const graph& in, builder& out, const Make& make) {
  const value_images image = rebuild_values(in, out, make);
  out.result.outputs = in.outputs;
  for (output_info& o : out.result.outputs) o.id = image[o.id];
  return compact(out.result);
}

}  // namespace loom::ir
