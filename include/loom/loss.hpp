// SPDX-License-Identifier: BSL-1.0
// loss.hpp — what a user calls: loss<formula>(x = logits, t = targets, d(x) = grad).
#pragma once

#include "loom/exec/evaluate.hpp"

namespace loom {

/// A formula ready to be called; an empty constant.
///
/// Call:    with one binding per input, in any order; d(x) = buffer for a gradient, d2(x) = buffer for the diagonal of the
///          Hessian, hvp(x) = buffer beside direction(x) = data for its product with a direction; out = buffer for a result
///          that is not a scalar, result<k> = buffer for further ones, seed = data for the cotangent of the result; threads
///          = pool, workspace = buffer. Only what is bound is computed.
///          Tensors are double, or any mixture of float, bf16 and f16 (and types stored like them: storage_of).
/// Returns: the value of a scalar formula (double if the tensors are, else float), accumulated in double; nothing for any
///          other formula.
/// Errors:  at compile time for the formula, names, types and ranks; loom::error for extents, labels, null pointers and
///          overlapping buffers, before anything is written.
/// NaN in gives NaN out. A mean over nothing is NaN.
template <auto Formula>
struct loss_function {
  using front = source<Formula>;

  template <class... Bindings>
  constexpr auto operator()(const Bindings&... bindings) const {
    using found = diagnosis_of<first_mistake<Bindings...>>;
#include "loom/lang/sentences.def"
    if constexpr (!found::template isnt<issue::none>) {
      using T = typename exec::float_type<Bindings...>::type;
      using program = typename decltype(exec::program_of<compiled<Formula, exec::requested<Formula, Bindings...>()>, Bindings...>())::type;
      // Not the std:: function: g++ folds that one too late, and carries the interpreter into every program.
      const T value = __builtin_is_constant_evaluated() ? exec::interpret_call<program, T>(bindings...) : exec::run_call<program, T>(bindings...);
      if constexpr (front::written.program.result_axes.empty()) return value;
    } else {
      return 0.0F;  // the call failed to compile; nothing else should complain
    }
  }

  /// The numbers that loom::workspace must hold for a call with these bindings; 0 for most losses.
  template <class... Bindings>
  std::ptrdiff_t workspace_size(const Bindings&... bindings) const {
    return exec::workspace_of<compiled<Formula, exec::requested<Formula, Bindings...>()>>(bindings...);
  }

  /// The plan of all results and of the derivatives named: plan(d(x)), plan(d(x), d2(x)).
  template <derivative_name... Derivatives>
  static constexpr const plan& plan(Derivatives...) { return program_of<Derivatives...>::schedule; }

  /// Whether a rewrite rule (or one of the rules that share its name) was used, for the value or the derivatives named.
  template <derivative_name... Derivatives>
  static constexpr bool uses(text_view rule_name, Derivatives...) { return program_of<Derivatives...>::schedule.uses(rule_name); }

  template <class... Derivatives> using program_of = compiled<Formula, exec::requested_by_name<Formula, Derivatives...>()>;

 private:
  /// What is wrong with a call, if anything: with the formula, else with its bindings, else with its plan.
  template <class... Bindings>
  static constexpr mistake first_mistake() {
    if constexpr (front::written.problem.what != issue::none) return front::written.problem;
    else if constexpr (!(is_binding<Bindings>::value && ...)) return {issue::not_a_binding};
    else if constexpr (constexpr mistake misfit = exec::check_bindings<Formula, Bindings...>(); misfit.what != issue::none) return misfit;
    else return mistake_in_plan<compiled<Formula, exec::requested<Formula, Bindings...>()>, ((Bindings::role == binding_role::workspace) || ...)>();
  }
  template <class Program, bool HasWorkspace>
  static constexpr mistake mistake_in_plan() {
    if constexpr (constexpr mistake unplannable = Program::problem(); unplannable.what != issue::none) return unplannable;
    else if constexpr (!Program::schedule.arrays.empty() && !HasWorkspace) return {issue::workspace_missing};
    else return {};
  }
};

/// The loss a formula defines: loss<-gather(log_softmax(x, -1), t).mean()>.
template <auto Formula>
  requires(formula<decltype(Formula)> || is_result_list<std::remove_const_t<decltype(Formula)>>::value)
inline constexpr loss_function<Formula> loss{};

}  // namespace loom
