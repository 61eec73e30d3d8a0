// SPDX-License-Identifier: BSL-1.0
// loss.hpp — what a user calls: loss<formula>(x = logits, t = targets, d(x) = grad).
#pragma once

#include "loom/exec/evaluate.hpp"

namespace loom {

/// A formula ready to be called; an empty constant.
///
/// Call:    with one binding per input, in any order; d(x) = buffer for a gradient, out = buffer for a result that is not
///          a scalar. Only what is bound is computed.
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
      using program = typename decltype(exec::program_of<compiled<Formula, exec::gradients_of<Formula, Bindings...>()>, Bindings...>())::type;
      const T value = std::is_constant_evaluated() ? exec::interpret_call<program, T>(bindings...) : exec::run_call<program, T>(bindings...);
      if constexpr (front::written.program.result_axes.empty()) return value;
    } else {
      return 0.0F;  // the call failed to compile; nothing else should complain
    }
  }

  /// The plan of the value, and of the gradients asked for: plan(d(x)).
  template <class... Shapes>
  static constexpr const plan& plan(derivative<Shapes>...) { return program_of<derivative<Shapes>...>::schedule; }

  /// Whether a rewrite rule (or one of the rules that share its name) was used, for the value or the gradients asked for.
  template <class... Shapes>
  static constexpr bool uses(std::string_view rule_name, derivative<Shapes>...) { return program_of<derivative<Shapes>...>::schedule.uses(rule_name); }

  template <class... Derivatives> struct gradients { static constexpr input_set wanted = 0; };
  template <class... Shapes>
  struct gradients<derivative<Shapes>...> {
    static constexpr input_set set() {
      input_set s = 0;
      const name_text names[] = {detail::input_traits<Shapes>::name..., name_text("")};
      for (const name_text& n : names)
        for (int i = 0; i < front::written.program.inputs.size(); ++i)
          if (front::written.program.inputs[i].name == std::string_view(n.text)) s |= 1u << i;
      return s;
    }
    static constexpr input_set wanted = set();
  };
  template <class... Derivatives> using program_of = compiled<Formula, gradients<Derivatives...>::wanted>;

 private:
  /// What is wrong with a call, if anything: with the formula, else with its bindings, else with its plan.
  template <class... Bindings>
  static constexpr mistake first_mistake() {
    if constexpr (front::written.problem.what != issue::none) return front::written.problem;
    else if constexpr (!(is_binding<Bindings>::value && ...)) return {issue::not_a_binding};
    else if constexpr (constexpr mistake m = exec::check_bindings<Formula, Bindings...>(); m.what != issue::none) return m;
    else return compiled<Formula, exec::gradients_of<Formula, Bindings...>()>::problem();
  }
};

/// The loss a formula defines: loss<-gather(log_softmax(x, -1), t).mean()>.
template <auto Formula>
  requires(formula<decltype(Formula)>)
inline constexpr loss_function<Formula> loss{};

}  // namespace loom
