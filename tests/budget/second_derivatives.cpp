// SPDX-License-Identifier: BSL-1.0
// budget/second_derivatives.cpp — every flagship with the diagonal of its Hessian, its products and its Gauss-Newton diagonal, under the limits of
// check.cmake. They begin where the gradients end: a call that asks for none of them has not one stage more.
#include "loom/collection/collection.hpp"

namespace {

namespace lc = loom::collection;
using loom::derive::derivative_request;

template <derivative_request Request, auto Formula>
constexpr bool has_plan(loom::loss_function<Formula>) {
  return loom::compiler::compiled<Formula, Request>::problem().kind == loom::lang::issue::none;
}

/// Gradient and diagonal, product, all of it with a seed, and the Gauss-Newton diagonal; for the inputs whose derivatives have a plan.
template <loom::derive::input_set Of>
constexpr bool have_plans(auto f) {
  return has_plan<derivative_request{Of, Of}>(f) && has_plan<derivative_request{0, 0, Of, Of}>(f) &&
         has_plan<derivative_request{Of, Of, Of, Of, true}>(f) &&
         has_plan<derivative_request{Of, 0, 0, 0, false, 0, Of}>(f);
}

static_assert(have_plans<1>(lc::cross_entropy));
static_assert(have_plans<8>(lc::weighted_cross_entropy));
static_assert(have_plans<1>(lc::focal_cross_entropy));
static_assert(have_plans<6>(lc::binary_cross_entropy));
static_assert(have_plans<3>(lc::huber));
static_assert(have_plans<7>(lc::gaussian_nll));
static_assert(have_plans<6>(lc::distillation));  // the logits of teacher and student
static_assert(have_plans<1>(lc::distillation));  // the temperature

using loom::compiler::compiled;
constexpr auto nll = -loom::gather(loom::log_softmax(lc::x, -1), lc::t).mean();
static_assert(compiled<nll, 1>::differentiated.program.outputs.size() == 2);
static_assert(compiled<nll, derivative_request{0, 1}>::schedule.program.outputs[1].kind ==
              loom::ir::derivative_kind::curvature);
static_assert(compiled<nll, derivative_request{0, 0, 1, 1}>::schedule.program.inputs.back().origin ==
              loom::ir::input_origin::direction);

}  // namespace
