// SPDX-License-Identifier: BSL-1.0
// Second derivatives of every op, and of thousands of random formulas: the Hessian against second differences of the
// value in 80 digits, its symmetry, and its diagonal against its products with unit directions.
#include "support/catch.hpp"
#include "support/layers.hpp"
#include "support/random_formula.hpp"
#include "support/second_order.hpp"

namespace {

using namespace loom;

using namespace loom::layers;
using namespace loom::test;

/// Derivatives that hold a constant with the digits of a double.
double tolerance_of(op code) {
  return code == op::erf || code == op::erf_gap || code == op::erfc || code == op::erfcx || code == op::log_ndtr
             ? 1e-13
             : 1e-25;
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

constexpr int rows_of_the_table = 0
#define LOOM_UNARY(...) +1
#define LOOM_UNARY_COMPOSED(...) +1
#define LOOM_BINARY(...) +1
#define LOOM_BINARY_COMPOSED(...) +1
#include "loom/ir/ops.def"
    ;

/// sum(f(f'(a))): its Hessian has the second derivative of f, and the square of the first.
TEST_CASE("the second derivative of every elementwise op", "[laws]") {
  points random(11);
  int checked = 0;
  for (int i = 0; i < op_count; ++i) {
    const op code = static_cast<op>(i);
    if (!is_op_of_numbers(code) || code == op::trigamma || code == op::digamma) continue;
    ++checked;
    CAPTURE(std::string(info(code).name));
    graph g = two_axes();
    add_input(g, "a", op::tensor, only(axis_n));
    if (arity(code) == 2) add_input(g, "b", op::tensor, only(axis_n));
    builder b(g);
    const value_id f = b.make(code, b.input(0), arity(code) == 2 ? b.input(1) : no_value);
    const graph plain = with_output(b, b.reduce(op::sum, f, only(axis_n)));
    const graph product = with_output(b, b.unary(op::sin, b.reduce(op::sum, b.unary(op::atan, f), only(axis_n))));
    point p{{6, 1}, {}};
    for (int s = 0; s < arity(code); ++s) {
      p.inputs.push_back({only(axis_n), {}});
      for (int k = 0; k < 6; ++k) p.inputs.back().entries.push_back(operand_of(code, s, random));
    }
    for (const graph& written : {plain, product}) {
      const hessian h(written);
      CHECK(h.complete());
      CHECK(h.wrong_at(p, random, tolerance_of(code)) == "");
    }
  }
  CHECK(checked == rows_of_the_table - 2);
}

/// sum(y * f(x * x)) over both axes, f a function along C: every entry of the result has an adjoint of its own.
graph weighted(op code) {
  graph g = two_axes();
  constexpr axis_set both = only(axis_n) | only(axis_c);
  add_input(g, "x", op::tensor, both);
  const bool keeps = info(code).kind == family::row;
  add_input(g, "y", op::tensor, keeps ? both : only(axis_n));
  if (code == op::gather) add_input(g, "t", op::index, only(axis_n));
  builder b(g);
  const value_id e = b.binary(op::mul, b.unary(op::sin, b.input(0)), b.input(0));
  const value_id f = code == op::gather ? b.make(code, e, b.input(2), no_value, only(axis_c))
                                        : b.make(code, e, no_value, no_value, only(axis_c));
  const value_id square = b.unary(op::square, b.binary(op::mul, b.input(1), f));
  return with_output(b, b.reduce(op::sum, square, keeps ? both : only(axis_n)));
}

TEST_CASE("the second derivatives of reductions, row functions and gather", "[laws]") {
  points random(12);
  for (const op code : {op::sum, op::prod, op::reduce_max, op::reduce_min, op::logsumexp, op::norm, op::softmax,
                        op::log_softmax, op::gather}) {
    CAPTURE(std::string(info(code).name));
    const graph written = weighted(code);
    const hessian h(written);
    CHECK(h.complete());
    for (int k = 0; k < 3; ++k) CHECK(h.wrong_at(data_for(written, random, domain::any, {2, 3}), random) == "");
  }
}

TEST_CASE("an operand with fewer axes than its user: its entries are used in many places", "[laws]") {
  points random(13);
  constexpr axis_set both = only(axis_n) | only(axis_c);
  for (const op code : {op::add, op::sub, op::mul, op::div, op::pow, op::logaddexp})
    for (const axis_set fewer : {only(axis_n), only(axis_c), axis_set{0}})
      for (const op along : {op::sum, op::logsumexp, op::norm}) {
        CAPTURE(std::string(info(code).name), std::string(info(along).name), axes_text(two_axes(), fewer));
        graph g = two_axes();
        add_input(g, "x", op::tensor, both);
        add_input(g, "v", fewer == 0 ? op::scalar : op::tensor, fewer);
        builder b(g);
        const value_id row = b.reduce(along, b.binary(code, b.input(0), b.input(1)), only(axis_c));
        const graph written =
            with_output(b, b.unary(op::log, b.reduce(op::sum, b.unary(op::square, row), only(axis_n))));
        const hessian h(written);
        CHECK(h.complete());
        CHECK(h.wrong_at(data_for(written, random, domain::positive, {3, 2}), random) == "");
      }
}

TEST_CASE("random formulas: the Hessian is that of the value, symmetric, and its diagonal is its own", "[laws]") {
  constexpr input_set numbers = 1u << formula_maker::x | 1u << formula_maker::y | 1u << formula_maker::w |
                                1u << formula_maker::v | 1u << formula_maker::s | 1u << formula_maker::r;
  const char* only_this = std::getenv("LOOM_TEST_FORMULA");
  const int first = only_this == nullptr ? 0 : std::atoi(only_this), last = only_this == nullptr ? 900 : first + 1;
  int compared = 0, refused = 0;
  for (int number = first; number < last; ++number) {
    points random(static_cast<std::uint64_t>(5000 + number));
    const graph written = formula_maker(random).make(2 + number % 4);
    const point p = data_for_formula(written, random, 2, 3);
    if (written.too_large) continue;
    const interpreter<real> values(written, p.extents, p.as<real>());
    double largest = 0;
    for (int i = 0; i < written.size(); ++i)
      for (const real& v : values[i]) largest = std::max(largest, is_finite(v) ? magnitude(v) : 0);
    if (!is_finite(values[written.outputs[0].id][0]) || largest > 1e9) continue;  // a tower of exponentials
    // A refused diagonal leaves the products, and the diagonals of the others.
    hessian h(written, numbers);
    if (!h.made().no_diagonal.empty()) {
      ++refused;
      h = hessian(written, numbers, 1u << formula_maker::x | 1u << formula_maker::v);
    }
    if (h.made().program.too_large) continue;
    ++compared;
    // Loom's constants have the digits of a double.
    const std::string wrong = h.complete() ? h.wrong_at(p, random, 1e-13)
                                           : std::string("refused ") + std::string(h.made().not_differentiable) +
                                                 std::string(h.made().no_diagonal);
    if (!wrong.empty()) {
      CAPTURE(number, formula_text(written, written.outputs[0].id), wrong);
      CHECK(wrong.empty());
    }
  }
  if (only_this == nullptr) {
    CHECK(compared > 750);
    CHECK(refused < 20);
  }
}

}  // namespace
