// SPDX-License-Identifier: BSL-1.0
// code.hpp — see what a formula became: code(loss, d(x)) is a C++ function that computes it, explain(loss, d(x)) says why.
// Needs fmt. Nothing here takes part in a call of the loss.
#pragma once

#include <string>
#include <string_view>

#include "loom/emit/cpp.hpp"
#include "loom/emit/explain.hpp"
#include "loom/loom.hpp"

namespace loom {

namespace detail {

/// What is wrong with printing a formula with these derivatives, if anything.
template <auto Formula, class... Shapes>
constexpr mistake mistake_in_printing() {
  if constexpr (source<Formula>::written.problem.what != issue::none) {
    return source<Formula>::written.problem;
  } else {
    constexpr const graph& g = source<Formula>::written.program;
    const input_info asked[] = {{std::string_view(input_traits<Shapes>::name.text), input_traits<Shapes>::code, {}}..., {}};
    for (unsigned i = 0; i < sizeof...(Shapes); ++i) {
      bool found = false;
      for (const input_info& in : g.inputs) found = found || (in.name == asked[i].name && in.code == asked[i].code);
      if (!found) return {issue::unknown_binding, asked[i].name};
      if (asked[i].code == op::index || asked[i].code == op::mask) return {issue::gradient_of_an_index, asked[i].name};
      if (!g.result_axes.empty()) return {issue::gradient_of_a_result_that_is_not_a_scalar, asked[i].name};
    }
    return loss_function<Formula>::template program_of<derivative<Shapes>...>::problem();
  }
}

template <class T, auto Formula, class... Shapes>
std::string printed(std::string_view name) {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>, "loom: code is printed for float or double");
  return emit::cpp(loss_function<Formula>::template program_of<derivative<Shapes>...>::schedule, name,
                   std::is_same_v<T, float> ? emit::element::f32 : emit::element::f64);
}

}  // namespace detail

/// The function that the loops of a loss amount to, as C++ text that compiles without Loom: code(loss, d(x)).
///
/// T:       the type of the tensors, float or double: code<double>(loss). Values are returned as double.
/// Name:    of the function; "loss" if none is given: code(loss, "cross_entropy", d(x)).
/// Data:    contiguous and row-major. Unlike a call of the loss, the function trusts its arguments.
/// Returns: #include lines, the few functions <cmath> lacks (where they are called), and the function.
template <class T = float, auto Formula, class... Shapes>
std::string code(const loss_function<Formula>&, std::string_view name, derivative<Shapes>...) {
  using found = diagnosis_of<detail::mistake_in_printing<Formula, Shapes...>>;
#include "loom/lang/sentences.def"
  if constexpr (!found::template isnt<issue::none>) return detail::printed<T, Formula, Shapes...>(name);
  else return {};
}
template <class T = float, auto Formula, class... Shapes>
std::string code(const loss_function<Formula>&, derivative<Shapes>...) {
  using found = diagnosis_of<detail::mistake_in_printing<Formula, Shapes...>>;
#include "loom/lang/sentences.def"
  if constexpr (!found::template isnt<issue::none>) return detail::printed<T, Formula, Shapes...>("loss");
  else return {};
}

/// How a loss became its loops: the formula as written and as rewritten, its gradients, the rules that did it, and the
/// plan in words: explain(loss, d(x)).
///
/// Returns: text in lines of at most 110 characters.
template <auto Formula, class... Shapes>
std::string explain(const loss_function<Formula>&, derivative<Shapes>...) {
  using found = diagnosis_of<detail::mistake_in_printing<Formula, Shapes...>>;
#include "loom/lang/sentences.def"
  if constexpr (!found::template isnt<issue::none>) {
    using program = typename loss_function<Formula>::template program_of<derivative<Shapes>...>;
    return emit::explain({source<Formula>::written.program, source<Formula>::stable, program::stable, program::schedule});
  } else {
    return {};
  }
}

}  // namespace loom
