// SPDX-License-Identifier: BSL-1.0
// tests/support/second_order.hpp — second derivatives of a program against second differences of the value in 80 digits.
#pragma once

#include <string>

#include "loom/ir/print.hpp"
#include "support/differences.hpp"
#include "support/layers.hpp"

namespace loom::test {
using namespace layers;

using directions = std::vector<dense<double>>;  ///< of all inputs, by slot

/// u H v for a scalar graph: the mixed second difference of its value. The error is that of h^2 = 1e-30.
inline real second_slope(const graph& g, const point& p, const directions& u, const directions& v) {
  const real h("1e-15");
  directions sum = u, difference = u;
  for (std::size_t s = 0; s < u.size(); ++s)
    for (std::size_t i = 0; i < u[s].entries.size(); ++i) {
      sum[s].entries[i] += v[s].entries[i];  // small whole numbers and halves: exact
      difference[s].entries[i] -= v[s].entries[i];
    }
  const real along = moved_value(g, p, sum, h) + moved_value(g, p, sum, real(-h));
  const real across = moved_value(g, p, difference, h) + moved_value(g, p, difference, real(-h));
  return (along - across) / (4 * h * h);
}

/// A random direction for the inputs of a set, in quarters.
inline directions random_directions(const point& p, points& random, input_set moving) {
  directions d = no_direction(p);
  for (std::size_t s = 0; s < d.size(); ++s)
    for (double& v : d[s].entries)
      if ((moving >> s) & 1u) v = (1 + random.below(8)) / (random.once_in(2) ? 4.0 : -4.0);
  return d;
}

/// The data of a program with directions: those of the declared inputs, then a direction for each that has one.
inline point with_directions(const graph& program, const point& p, const directions& d) {
  point q = p;
  for (const input_info& in : program.inputs)
    if (in.origin == input_origin::direction) q.inputs.push_back(d[static_cast<std::size_t>(in.of)]);
  return q;
}

/// A scalar graph with its Hessian in both forms, all numbers moving, and what it must satisfy at a point.
class hessian {
 public:
  explicit hessian(const graph& written) : hessian(written, numbers_of(written)) {}
  hessian(const graph& written, input_set of) : hessian(written, of, of) {}
  hessian(const graph& written, input_set of, input_set diagonal_of)
      : g_(written), of_(of), made_(with_derivatives(written, {0, diagonal_of, of, of})) {}

  const derived& made() const { return made_; }
  bool complete() const {
    return !made_.program.too_large && made_.not_differentiable.empty() && made_.no_diagonal.empty();
  }

  template <class N>
  std::vector<N> times(const point& p, const directions& v, int slot) const {
    return derivative_at<N>(made_.program, with_directions(made_.program, p, v), derivative_kind::product, slot);
  }
  template <class N>
  std::vector<N> diagonal(const point& p, int slot) const {
    return derivative_at<N>(made_.program, with_directions(made_.program, p, no_direction(p)),
                            derivative_kind::curvature, slot);
  }
  /// u H v.
  template <class N>
  N form(const point& p, const directions& u, const directions& v) const {
    const point q = with_directions(made_.program, p, v);
    const interpreter<N> values(made_.program, q.extents, q.as<N>());
    N sum = 0;
    for (const output_info& out : made_.program.outputs) {
      if (out.kind != derivative_kind::product) continue;
      const std::vector<N> row = values.broadcast(out.id, as_set(g_.inputs[out.input].axes));
      for (std::size_t i = 0; i < row.size(); ++i) sum += row[i] * N(u[static_cast<std::size_t>(out.input)].entries[i]);
    }
    return sum;
  }

  /// What is wrong at a point, as text; empty: nothing.
  std::string wrong_at(const point& p, points& random, double tolerance = 1e-25) const {
    const directions u = random_directions(p, random, of_), v = random_directions(p, random, of_);
    const real uhv = form<real>(p, u, v), vhu = form<real>(p, v, u), want = second_slope(g_, p, u, v);
    if (!close(uhv, want, tolerance)) return "u H v = " + uhv.str(20) + ", not " + want.str(20);
    if (!close(uhv, vhu, tolerance)) return "H is not symmetric: " + uhv.str(20) + ", " + vhu.str(20);
    for (const output_info& out : made_.program.outputs) {
      if (out.kind != derivative_kind::curvature) continue;
      const std::vector<real> got = diagonal<real>(p, out.input);
      for (std::size_t i = 0; i < got.size(); ++i) {
        directions e = no_direction(p);
        e[static_cast<std::size_t>(out.input)].entries[i] = 1;
        const real entry = times<real>(p, e, out.input)[i];
        if (!close(got[i], entry, tolerance))
          return output_text(made_.program, out) + " entry " + std::to_string(i) + ": " + got[i].str(20) + ", not " +
                 entry.str(20);
      }
    }
    return "";
  }

 private:
  graph g_;
  input_set of_;
  derived made_;
};

}  // namespace loom::test
