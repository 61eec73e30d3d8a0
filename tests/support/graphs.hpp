// SPDX-License-Identifier: BSL-1.0
// tests/support/graphs.hpp — graphs built value by value, as a front end builds them: what a stage is given, and nothing before it.
#pragma once

#include <initializer_list>

#include "loom/ir/graph.hpp"
#include "support/layers.hpp"

namespace loom::test {
using namespace layers;

/// Axes of the graphs here.
inline constexpr int N = 0, M = 1, C = 2;

class graph_of : public builder {
 public:
  graph_of() {
    for (const char* name : {"N", "M", "C", "K", "L", "P", "Q", "R"}) result.axes.push_back({name});
  }

  value_id tensor(const char* name, std::initializer_list<int> axes) { return declare(name, op::tensor, axes); }
  value_id labels(const char* name, std::initializer_list<int> axes) { return declare(name, op::index, axes); }

  value_id sum(value_id a, axis_set over) { return reduce(op::sum, a, over); }
  value_id mean_square(value_id a) { return sum(unary(op::square, a), (*this)[a].axes); }
  value_id gather(value_id a, value_id label, int axis) { return make(op::gather, a, label, no_value, only(axis)); }
  /// `count` different ops, one on the other.
  value_id chain(value_id a, int count) {
    const value_id one = constant(1);
    for (int i = 0; i < count; ++i) a = binary(op::add, a, one);
    return a;
  }

  /// The graph with one more output: its value, or a gradient of its first input.
  graph_of& returns(value_id id, std::initializer_list<int> axes = {}) {
    return put(derivative_kind::value, -1, id, axes);
  }
  graph_of& gradient(value_id id, std::initializer_list<int> axes) {
    return put(derivative_kind::gradient, 0, id, axes);
  }

 private:
  static axis_order ordered(std::initializer_list<int> axes) {
    axis_order r;
    for (int axis : axes) r.push_back(static_cast<std::int8_t>(axis));
    return r;
  }
  value_id declare(const char* name, op code, std::initializer_list<int> axes) {
    result.inputs.push_back({name, code, ordered(axes)});
    return input(result.inputs.size() - 1);
  }
  graph_of& put(derivative_kind what, int of, value_id id, std::initializer_list<int> axes) {
    result.outputs.push_back({what, of, id, 0, ordered(axes)});
    return *this;
  }
};

constexpr axis_set axes(std::initializer_list<int> list) {
  axis_set s = 0;
  for (int axis : list) s |= only(axis);
  return s;
}

}  // namespace loom::test
