// SPDX-License-Identifier: BSL-1.0
// code.hpp — see what a formula became: code(loss, d(x)) is a C++ function that computes it, explain(loss, d(x)) says why.
// Needs fmt. Nothing here takes part in a call of the loss.
#pragma once

#if !__has_include(<fmt/format.h>)
#error "loom/code.hpp needs fmt 9 or later, whose headers were not found (Debian: libfmt-dev)"
#endif

#include <string>
#include <string_view>

#include "loom/emit/cpp.hpp"
#include "loom/emit/explain.hpp"
#include "loom/loom.hpp"

namespace loom::inline LOOM_ABI {

namespace detail {

/// What is wrong with printing a formula with these derivatives, if anything.
template <auto Formula, class... Derivatives>
constexpr lang::mistake mistake_in_printing() {
  if constexpr (compiler::source<Formula>::written.problem.what != lang::issue::none) {
    return compiler::source<Formula>::written.problem;
  } else {
    const call::bound_info asked[] = {{Derivatives::role, std::string_view(Derivatives::traits::name.text), Derivatives::traits::code}..., {}};
    for (unsigned i = 0; i < sizeof...(Derivatives); ++i)
      if (const lang::mistake m = call::check_derivative(compiler::source<Formula>::written.program, asked[i], true); m.what != lang::issue::none) return m;
    return loss_function<Formula>::template program_of<Derivatives...>::problem();
  }
}

template <class T, auto Formula, class... Derivatives>
std::string printed(std::string_view name) {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>, "loom: code is printed for float or double");
  return emit::cpp(loss_function<Formula>::template program_of<Derivatives...>::schedule, name,
                   std::is_same_v<T, float> ? emit::element::f32 : emit::element::f64);
}

}  // namespace detail

/// The function that the loops of a loss amount to, as C++ text that compiles without Loom: code(loss, d(x)).
///
/// T:       the type of the tensors, float or double: code<double>(loss). Values are returned as double.
/// Name:    of the function; "loss" if none is given: code(loss, "cross_entropy", d(x)).
/// Data:    contiguous and row-major. Unlike a call of the loss, the function trusts its arguments.
/// Returns: #include lines, the few functions <cmath> lacks (where they are called), and the function.
template <class T = float, auto Formula, lang::derivative_name... Derivatives>
std::string code(const loss_function<Formula>&, std::string_view name, Derivatives...) {
  using found = lang::diagnosis_of<detail::mistake_in_printing<Formula, Derivatives...>>;
  using lang::issue;
#include "loom/lang/sentences.def"
  if constexpr (!found::template isnt<lang::issue::none>) return detail::printed<T, Formula, Derivatives...>(name);
  else return {};
}
template <class T = float, auto Formula, lang::derivative_name... Derivatives>
std::string code(const loss_function<Formula>&, Derivatives...) {
  using found = lang::diagnosis_of<detail::mistake_in_printing<Formula, Derivatives...>>;
  using lang::issue;
#include "loom/lang/sentences.def"
  if constexpr (!found::template isnt<lang::issue::none>) return detail::printed<T, Formula, Derivatives...>("loss");
  else return {};
}

/// How a loss became its loops: the formula as written and as rewritten, its gradients, the rules that did it, and the
/// plan in words: explain(loss, d(x)).
///
/// Returns: text in lines of at most 110 characters.
template <auto Formula, lang::derivative_name... Derivatives>
std::string explain(const loss_function<Formula>&, Derivatives...) {
  using found = lang::diagnosis_of<detail::mistake_in_printing<Formula, Derivatives...>>;
  using lang::issue;
#include "loom/lang/sentences.def"
  if constexpr (!found::template isnt<lang::issue::none>) {
    using program = typename loss_function<Formula>::template program_of<Derivatives...>;
    return emit::explain({compiler::source<Formula>::written.program, compiler::source<Formula>::stable, program::stable, program::schedule});
  } else {
    return {};
  }
}

}  // namespace loom
