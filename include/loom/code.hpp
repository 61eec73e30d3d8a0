// SPDX-License-Identifier: BSL-1.0
// code.hpp — see what a formula became: code(loss, d(x)) is a function of C++ or C that computes it, explain(loss, d(x)) says why.
// Needs fmt. Nothing here takes part in a call of the loss.
#pragma once

#include "loom/base/config.hpp"

#if !__has_include(<fmt/format.h>)
#error "loom/code.hpp needs fmt 9 or later, whose headers were not found (Debian: libfmt-dev)"
#endif

#include <string>
#include <string_view>

#include "loom/emit/c99.hpp"
#include "loom/emit/cpp.hpp"
#include "loom/emit/explain.hpp"
#include "loom/emit/gpu.hpp"
#include "loom/loom.hpp"
#include "loom/schedule/in_buffers.hpp"

namespace loom::inline LOOM_ABI {

namespace detail {

struct more_to_explain {
  bool steps = false;
};

template <auto Formula> inline constexpr bool can_be_printed<loss_function<Formula>> = true;

/// What is wrong with printing a formula with these derivatives, if anything.
template <auto Formula, class... Derivatives>
constexpr lang::mistake mistake_in_printing() {
  if constexpr (constexpr lang::mistake m = call::check_names<Formula, Derivatives...>(); m.kind != lang::issue::none)
    return m;
  else {
    using program = typename loss_function<Formula>::template program_of<Derivatives...>;
    if constexpr (program::schedule.problem != schedule::unplanned::running) return program::problem();
    else if constexpr (run::runs_in_stages<program>() || schedule::map_stages(program::simple, false).possible)
      return program::problem_before_plan();
    else return program::problem();
  }
}

/// The same, with explaining one: what runs in stages need have no plan of all at once.
template <auto Formula, class... Derivatives>
constexpr lang::mistake mistake_in_explaining() {
  constexpr lang::mistake m = mistake_in_printing<Formula, Derivatives...>();
  if constexpr (m.kind != lang::issue::none && call::check_names<Formula, Derivatives...>().kind == lang::issue::none) {
    using program = typename loss_function<Formula>::template program_of<Derivatives...>;
    if constexpr (program::problem_before_plan().kind == lang::issue::none && run::runs_in_stages<program>()) return {};
  }
  return m;
}

}  // namespace detail

/// The languages that code prints.
using emit::c99, emit::cpp, emit::cuda, emit::hip;

/// What code prints, all in one: code(loss, loom::printed{.name = "f", .strided = true}, d(x)).
struct printed {
  const emit::dialect& language = cpp;
  std::string_view name = "loss";  ///< of the function
  /// A stride, in entries, for each axis of each input and output; without it data is contiguous and row-major.
  bool strided = false;
  /// restrict on every pointer, __restrict in C++; without it, in C, on those that are written.
  bool restricted = false;
  /// #pragma omp simd in front of loops that may run in lanes, for compilers with -fopenmp-simd.
  bool simd = false;
  /// Every result is added to what its buffer holds, as by d(x) += buffer; without it buffers are overwritten.
  bool added = false;
};

/// The function that the loops of a loss amount to, as text that compiles without Loom: code(loss, d(x)).
///
/// T:       the type of the tensors, float or double: code<double>(loss). Values are returned as double.
/// Dialect: loom::cpp, or loom::c99: code(loss, loom::c99, d(x)); C++ if none is given. loom::cuda and loom::hip print kernels, and a
///          function that launches them (emit/gpu.hpp).
/// Name:    of the function; "loss" if none is given: code(loss, "cross_entropy", d(x)), code(loss, loom::c99, "cross_entropy").
/// More:    a loom::printed in place of dialect and name: strides, restrict, hints for lanes.
/// Data:    contiguous and row-major, but for that. Unlike a call of the loss, the function trusts its arguments.
/// Returns: #include lines, the few functions the library lacks (where they are called), and the function; of a formula with running
///          values or chains also one for each stage, which it calls.
template <class T = float, auto Formula, lang::derivative_name... Derivatives>
std::string code(const loss_function<Formula>&, const printed& wanted, Derivatives...) {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>, "loom: code is printed for float or double");
  using found = lang::diagnosis_of<detail::mistake_in_printing<Formula, Derivatives...>>;
#include "loom/lang/sentences.def"
  if constexpr (!found::template isnt<lang::issue::none>) {
    constexpr emit::element type = std::is_same_v<T, float> ? emit::element::f32 : emit::element::f64;
    using program = typename loss_function<Formula>::template program_of<Derivatives...>;
    schedule::plan adding;
    if (wanted.added)
      adding = compiler::stage::schedule(program::simple, {.added = schedule::in_buffers(program::simple)});
    if (adding.refused() && adding.problem != schedule::unplanned::running)
      return "// Without values kept in the buffers, which are added to, this formula takes more steps than a plan "
             "has.\n";
    return emit::print(
        wanted.added ? adding : program::schedule, wanted.language, wanted.name, type,
        {wanted.strided, wanted.restricted, wanted.simd, emit::formula_of(compiler::source<Formula>::stable)});
  } else {
    return {};
  }
}
template <class T = float, auto Formula, lang::derivative_name... Derivatives>
std::string code(const loss_function<Formula>& loss, const emit::dialect& language, std::string_view name,
                 Derivatives... derivatives) {
  return code<T>(loss, printed{.language = language, .name = name}, derivatives...);
}
template <class T = float, auto Formula, lang::derivative_name... Derivatives>
std::string code(const loss_function<Formula>& loss, const emit::dialect& language, Derivatives... derivatives) {
  return code<T>(loss, printed{.language = language}, derivatives...);
}
template <class T = float, auto Formula, lang::derivative_name... Derivatives>
std::string code(const loss_function<Formula>& loss, std::string_view name, Derivatives... derivatives) {
  return code<T>(loss, printed{.name = name}, derivatives...);
}
template <class T = float, auto Formula, lang::derivative_name... Derivatives>
std::string code(const loss_function<Formula>& loss, Derivatives... derivatives) {
  return code<T>(loss, printed{}, derivatives...);
}

/// In front of the derivatives of explain: the steps of the plan, too.
inline constexpr detail::more_to_explain with_steps{true};

/// How a loss became its loops: the formula as written and as rewritten, its gradients, the rules that did it, and the
/// plan in words: explain(loss, d(x)); explain(loss, loom::with_steps, d(x)) lists the steps of the plan as well.
///
/// Returns: text in lines of at most 110 characters.
template <auto Formula, lang::derivative_name... Derivatives>
std::string explain(const loss_function<Formula>&, detail::more_to_explain more, Derivatives...) {
  using found = lang::diagnosis_of<detail::mistake_in_explaining<Formula, Derivatives...>>;
#include "loom/lang/sentences.def"
  if constexpr (!found::template isnt<lang::issue::none>) {
    using program = typename loss_function<Formula>::template program_of<Derivatives...>;
    return emit::explain({compiler::source<Formula>::written.program, compiler::source<Formula>::stable,
                          program::stable, program::schedule, compiler::parts_of<Formula>::rules},
                         more.steps);
  } else {
    return {};
  }
}
template <auto Formula, lang::derivative_name... Derivatives>
std::string explain(const loss_function<Formula>& loss, Derivatives... derivatives) {
  return explain(loss, detail::more_to_explain{}, derivatives...);
}

}  // namespace loom
