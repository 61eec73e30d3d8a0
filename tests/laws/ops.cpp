// SPDX-License-Identifier: BSL-1.0
// The derivative of every op against central differences in 80 digits, on random points of its domain.
#include "loom/ir/print.hpp"
#include "support/catch.hpp"
#include "support/differences.hpp"
#include "support/layers.hpp"
#include "support/rule_instances.hpp"

namespace {

using namespace loom;

using namespace loom::layers;
using namespace loom::test;

/// Derivatives that hold a constant with the digits of a double.
double tolerance_of(op code) {
  return code == op::erf || code == op::erf_gap || code == op::erfc || code == op::erfcx || code == op::log_ndtr
             ? 1e-14
             : 1e-28;
}

/// Checks all gradients of a scalar graph at a point, entry by entry.
void check_gradients(const graph& written, const point& p, double tolerance = 1e-28) {
  const input_set wanted = numbers_of(written);
  const graph program = with_gradients(written, wanted);
  for (int s = 0; s < written.inputs.size(); ++s) {
    if (!((wanted >> s) & 1u)) continue;
    const std::vector<real> got = gradient_at<real>(program, p, s);
    for (std::size_t i = 0; i < got.size(); ++i) {
      std::vector<dense<double>> direction = no_direction(p);
      direction[static_cast<std::size_t>(s)].entries[i] = 1;
      const real want = slope(written, p, direction);
      CAPTURE(std::string(written.inputs[s].name), i, got[i].str(30), want.str(30));
      CHECK(close(got[i], want, tolerance));
    }
  }
}

graph with_output(const builder& b, value_id v) {
  graph g = b.result;
  g.outputs.push_back({derivative_kind::value, -1, v});
  return g;
}

bool is_op_of_numbers(op code) {
  const family f = info(code).kind;
  return (f == family::unary || f == family::binary) && code != op::stop_gradient;
}

TEST_CASE("the derivative of every elementwise op", "[laws]") {
  points random(1);
  for (int i = 0; i < op_count; ++i) {
    const op code = static_cast<op>(i);
    if (!is_op_of_numbers(code) || !adjoint(code).defined) continue;
    CAPTURE(std::string(info(code).name));
    graph g = two_axes();
    add_input(g, "a", op::tensor, only(axis_n));
    if (arity(code) == 2) add_input(g, "b", op::tensor, only(axis_n));
    builder b(g);
    const value_id x = b.input(0), y = arity(code) == 2 ? b.input(1) : no_value;
    const graph written = with_output(b, b.reduce(op::sum, b.make(code, x, y), only(axis_n)));
    point p{{12, 1}, {}};
    for (int s = 0; s < arity(code); ++s) {
      p.inputs.push_back({only(axis_n), {}});
      for (int k = 0; k < 12; ++k) p.inputs.back().entries.push_back(operand_of(code, s, random));
    }
    check_gradients(written, p, tolerance_of(code));
  }
}

TEST_CASE("only trigamma has no derivative", "[laws]") {
  for (int i = 0; i < op_count; ++i) {
    const op code = static_cast<op>(i);
    const op_info& row = info(code);
    if (row.kind == family::leaf || row.kind == family::composite || row.kind == family::compare ||
        row.kind == family::logical ||
        needs_arrays(code))  // derive/running.hpp, and tests/laws/running.cpp, chain.cpp and places.cpp
      continue;
    const bool of_masks = code == op::any_of || code == op::all_of;
    const bool of_an_index = code == op::onehot;
    const bool brought_later = code == op::shift || code == op::scatter;  // only after differentiation
    CAPTURE(std::string(row.name));
    CHECK(adjoint(code).defined == !(of_masks || of_an_index || brought_later || code == op::trigamma));
  }
  graph g = two_axes();
  add_input(g, "a", op::scalar, 0);
  builder b(g);
  const graph written = with_output(b, b.unary(op::trigamma, b.input(0)));
  CHECK(gradient(written, 1).not_differentiable == "trigamma");
  CHECK(gradient(written, 0).not_differentiable.empty());
}

/// sum(y * f(x)) over both axes, f a function along C: every entry of the result gets an adjoint of its own.
graph weighted(op code) {
  graph g = two_axes();
  constexpr axis_set both = only(axis_n) | only(axis_c);
  add_input(g, "x", op::tensor, both);
  const bool keeps = info(code).kind == family::row;
  add_input(g, "y", op::tensor, keeps ? both : only(axis_n));
  if (code == op::gather) add_input(g, "t", op::index, only(axis_n));
  builder b(g);
  const value_id f = code == op::gather ? b.make(code, b.input(0), b.input(2), no_value, only(axis_c))
                                        : b.reduce(code, b.input(0), only(axis_c));
  return with_output(b, b.reduce(op::sum, b.binary(op::mul, b.input(1), f), keeps ? both : only(axis_n)));
}

TEST_CASE("the derivatives of reductions, row functions and gather", "[laws]") {
  points random(2);
  for (const op code : {op::sum, op::prod, op::reduce_max, op::reduce_min, op::logsumexp, op::norm, op::softmax,
                        op::log_softmax, op::gather}) {
    CAPTURE(std::string(info(code).name));
    const graph written = weighted(code);
    check_gradients(written, data_for(written, random, domain::any, {3, 4}));
    if (code == op::norm || code == op::prod) continue;
    check_gradients(written, data_for(written, random, domain::wide, {2, 5}));
  }
}

TEST_CASE("the derivative of a product with no, one and two zeros", "[laws]") {
  points random(3);
  const graph written = weighted(op::prod);
  point p = data_for(written, random, domain::any, {3, 4});
  p.inputs[0].entries[5] = 0;
  p.inputs[0].entries[8] = p.inputs[0].entries[10] = 0;
  check_gradients(written, p);
}

TEST_CASE("an operand with fewer axes than its user receives the sum over the others", "[laws]") {
  points random(4);
  constexpr axis_set both = only(axis_n) | only(axis_c);
  for (const op code : {op::add, op::sub, op::mul, op::div, op::max, op::logaddexp}) {
    for (const axis_set fewer : {only(axis_n), only(axis_c), axis_set{0}}) {
      CAPTURE(std::string(info(code).name), axes_text(two_axes(), fewer));
      graph g = two_axes();
      add_input(g, "x", op::tensor, both);
      add_input(g, "v", fewer == 0 ? op::scalar : op::tensor, fewer);
      builder b(g);
      const graph written = with_output(b, b.reduce(op::sum, b.binary(code, b.input(0), b.input(1)), both));
      check_gradients(written, data_for(written, random, domain::positive, {3, 4}));
      builder c(g);  // with nothing but the operand along the other axes
      const value_id alone = c.unary(op::exp, c.input(1));
      const graph spread =
          with_output(c, c.reduce(op::sum, c.binary(op::add, alone, c.reduce(op::sum, c.input(0), only(axis_c))),
                                  as_set(g.inputs[1].axes) | only(axis_n)));
      check_gradients(spread, data_for(spread, random, domain::positive, {3, 4}));
    }
  }
}

TEST_CASE("the derivative through where reaches the branch that is taken", "[laws]") {
  points random(5);
  constexpr axis_set both = only(axis_n) | only(axis_c);
  graph g = two_axes();
  add_input(g, "x", op::tensor, both);
  add_input(g, "v", op::tensor, only(axis_n));
  add_input(g, "m", op::mask, only(axis_n));
  builder b(g);
  const value_id root = b.unary(op::sqrt, b.input(1));  // NaN where v < 0, which is never taken
  const value_id taken =
      b.where(b.binary(op::lt, b.input(1), b.constant(0)), b.input(0), b.binary(op::mul, root, b.input(0)));
  const graph written =
      with_output(b, b.reduce(op::sum, b.where(b.input(2), taken, b.unary(op::exp, b.input(0))), both));
  check_gradients(written, data_for(written, random, domain::any, {6, 2}));
}

}  // namespace
