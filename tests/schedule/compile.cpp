// SPDX-License-Identifier: BSL-1.0
// The order of the stages is one, for constants and at run time.
#include "loom/compile.hpp"

#include <vector>

#include "loom/collection/collection.hpp"
#include "loom/schedule/print.hpp"
#include "support/catch.hpp"
#include "support/layers.hpp"

using namespace loom::layers;

namespace {

using namespace loom;
using compiler::form, compiler::form_before;

constexpr derivative_request no_derivative{}, one_gradient{1}, one_curvature{1, 1};

std::vector<form> forms(const derivative_request& wanted) {
  std::vector<form> r{form::simple};
  while (r.back() != form::written) r.push_back(form_before(r.back(), wanted));
  return r;
}

/// Whether run time and the constants of a formula agree, form by form.
template <derivative_request Wanted, auto Formula>
void agree(const loss_function<Formula>&) {
  using program = compiler::compiled<Formula, Wanted>;
  const graph& written = compiler::source<Formula>::written.program;
  const auto is = [&](form f, const graph& constant) {
    return listing(compiler::in_form(f, written, Wanted).program) == listing(constant);
  };
  CHECK(is(form::stable, compiler::source<Formula>::stable));
  CHECK(is(form_before(form::expanded, Wanted), program::stable));
  CHECK(is(form::simple, program::simple));
  CHECK(listing(compiler::compile(written, Wanted)) == listing(program::schedule));
}

}  // namespace

TEST_CASE("second derivatives are two more forms, after the stable gradients", "[schedule]") {
  const std::vector<form> first_order_forms = forms(one_gradient), second_order_forms = forms(one_curvature);
  CHECK(first_order_forms == std::vector{form::simple, form::expanded, form::stable_gradients, form::with_gradients,
                                         form::stable, form::combined, form::canonical, form::written});
  CHECK(second_order_forms == std::vector{form::simple, form::expanded, form::stable_second_derivatives,
                                          form::with_second_derivatives, form::stable_gradients, form::with_gradients,
                                          form::stable, form::combined, form::canonical, form::written});
}

TEST_CASE("requests that agree on the gradients share the forms up to them", "[schedule]") {
  constexpr auto formula = square(tensor<"x[N]">).mean();
  using with_gradient = compiler::compiled<formula, derivative_request{1}>;
  using with_curvature = compiler::compiled<formula, derivative_request{0, 1}>;
  CHECK(&with_gradient::formed_as<form::stable_gradients>::value ==
        &with_curvature::formed_as<form::stable_gradients>::value);
  CHECK(&with_gradient::formed_as<form::stable>::value ==
        &compiler::compiled<formula, derivative_request{}>::formed_as<form::stable>::value);
}

TEST_CASE("a graph compiled at run time has the forms and the plan of the formula", "[schedule]") {
  agree<no_derivative>(collection::cross_entropy);
  agree<one_gradient>(collection::cross_entropy);
  agree<one_curvature>(collection::cross_entropy);
  agree<one_gradient>(collection::focal_cross_entropy);
}

TEST_CASE("what stands in the way of a derivative is known in every later form", "[schedule]") {
  constexpr auto formula = sum(trigamma(tensor<"x[N]">));
  const graph& written = compiler::source<formula>::written.program;
  CHECK(compiler::in_form(form::stable, written, one_gradient).not_differentiable == "");
  CHECK(compiler::in_form(form::simple, written, one_gradient).not_differentiable == "trigamma");
  CHECK(compiler::in_form(form::simple, written, one_curvature).not_differentiable == "trigamma");
}
