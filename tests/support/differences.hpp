// SPDX-License-Identifier: BSL-1.0
// tests/support/differences.hpp — derivatives by central differences in 80 digits, and the programs they judge.
#pragma once

#include "loom/compile.hpp"
#include "support/layers.hpp"
#include "support/numbers.hpp"
#include "support/points.hpp"

namespace loom::test {
using namespace layers;

/// The value of a scalar graph, with every input moved by `step` times `direction`.
inline real moved_value(const graph& g, const point& p, const std::vector<dense<double>>& direction, const real& step) {
  std::vector<dense<real>> inputs = p.as<real>();
  for (std::size_t s = 0; s < inputs.size(); ++s)
    for (std::size_t i = 0; i < direction[s].entries.size(); ++i)
      inputs[s].entries[i] += step * direction[s].entries[i];
  return interpreter<real>(g, p.extents, inputs)[g.outputs[0].id][0];
}

/// The derivative of a scalar graph in a direction. The error is that of h^2 = 1e-40.
inline real slope(const graph& g, const point& p, const std::vector<dense<double>>& direction) {
  const real h("1e-20");
  return (moved_value(g, p, direction, h) - moved_value(g, p, direction, real(-h))) / (2 * h);
}

/// No direction yet: zeros of the shape of the inputs.
inline std::vector<dense<double>> no_direction(const point& p) {
  std::vector<dense<double>> d = p.inputs;
  for (dense<double>& e : d)
    for (double& v : e.entries) v = 0;
  return d;
}

/// A program with gradients, of named primitives.
inline graph with_gradients(const graph& written, input_set wanted) {
  return in_form(compiler::form::stable_gradients, written, wanted).program;
}
/// The same up to second derivatives; what cannot be derived is left out of the answer and named.
inline derived with_derivatives(const graph& written, const derivative_request& wanted) {
  return in_form(form_before(compiler::form::expanded, wanted), written, wanted);
}
/// And down to what is planned.
inline graph finished(const graph& stable) { return stage::simplify(stage::expand(stable)); }

/// A derivative with respect to input `slot` as a program computes it, over the axes of the input.
template <class N>
std::vector<N> derivative_at(const graph& program, const point& p, derivative_kind what, int slot) {
  for (const output_info& out : program.outputs)
    if (out.kind == what && out.input == slot)
      return value_at<N>(program, p, out.id, as_set(program.inputs[slot].axes));
  return {};
}
template <class N>
std::vector<N> gradient_at(const graph& program, const point& p, int slot) {
  return derivative_at<N>(program, p, derivative_kind::gradient, slot);
}

/// Sum over the inputs of |entry * its derivative|: how far rounding the inputs moves the value.
inline real movement(const graph& gradients, const point& at) {
  real moved = 0;
  for (int slot = 0; slot < gradients.inputs.size(); ++slot) {
    if (gradients.inputs[slot].code != op::tensor && gradients.inputs[slot].code != op::scalar) continue;
    const std::vector<real> of = gradient_at<real>(gradients, at, slot);
    for (std::size_t i = 0; i < of.size(); ++i)
      if (is_finite(of[i])) moved += abs(real(of[i] * at.inputs[static_cast<std::size_t>(slot)].entries[i]));
  }
  return moved;
}

inline bool close(const real& got, const real& want, double tolerance) {
  return magnitude(real(got - want)) <= tolerance * (1 + magnitude(want));
}

}  // namespace loom::test
