// SPDX-License-Identifier: BSL-1.0
// loss.hpp — what a user calls: loss<formula>(x = logits, t = targets, d(x) = grad).
#pragma once

#include "loom/base/config.hpp"

#include "loom/run/constant.hpp"

namespace loom::inline LOOM_ABI {

/// A formula ready to be called; an empty constant.
///
/// Call:    with one binding per input, in any order; d(x) = buffer for a gradient, d(x) += buffer to add it to what is there, d(x) = in_place to write it over x, d2(x) = buffer for the diagonal of the
///          Hessian, gn(x) = buffer for that of the Gauss-Newton matrix, hvp(x) = buffer beside direction(x) = data for its product with a direction; out = buffer for a result
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
  using front = compiler::source<Formula>;

  template <class... Bindings>
  [[gnu::always_inline]] constexpr auto operator()(const Bindings&... bindings) const {
    using found = lang::diagnosis_of<first_mistake<Bindings...>>;
#include "loom/lang/sentences.def"
    if constexpr (!found::template isnt<lang::issue::none> && !refused<Bindings...>) {
      using T = typename call::float_type<Bindings...>::type;
      using program = program_of_call<Bindings...>;
      // Not the std:: function: g++ folds that one too late, and carries the interpreter into every program.
      const T value = __builtin_is_constant_evaluated() ? run::interpret_call<program, T>(bindings...)
                                                        : run::run_call<program, T>(bindings...);
      if constexpr (front::written.program.result_axes.empty()) return value;
    } else {
      return 0.0F;  // the call failed to compile; nothing else should complain
    }
  }

  /// With d(x) = in_place, over the data that is bound to x.
  template <class... Bindings>
    requires((lang::is_unplaced<Bindings> || ...))
  [[gnu::always_inline]] constexpr auto operator()(const Bindings&... bindings) const {
    return (*this)(lang::placed_over_input(bindings, lang::map_of(bindings...))...);
  }

  /// The numbers that loom::workspace should hold for a call with these bindings; 0 for most losses. A call with products of
  /// matrices takes fewer, workspace_size(least, ...), for more time, and uses more; its value alone may go without one, for much more time.
  template <class... Bindings>
    requires(!std::same_as<Bindings, lang::least_workspace> && ...)
  std::ptrdiff_t workspace_size(const Bindings&... bindings) const {
    return size_of_workspace<false>(bindings...);
  }
  /// The least number that the call takes.
  template <class... Bindings>
  std::ptrdiff_t workspace_size(lang::least_workspace, const Bindings&... bindings) const {
    return size_of_workspace<true>(bindings...);
  }

  /// The plan of all results and of the derivatives named: plan(d(x)), plan(d(x), d2(x)).
  template <lang::derivative_name... Derivatives>
  static constexpr const schedule::plan& plan(Derivatives...) {
    using found = lang::diagnosis_of<call::check_names<Formula, Derivatives...>>;
#include "loom/lang/sentences.def"
    return program_of<Derivatives...>::schedule;
  }

  /// What a call with these derivatives walks, in order, and what that costs per entry of it: walks(d(x))[0].exponentials. A loss that
  /// runs in stages walks what they do, not what its plan says.
  template <lang::derivative_name... Derivatives>
  static constexpr schedule::walk_list walks(Derivatives...) {
    static_cast<void>(plan(Derivatives()...));  // says what is wrong with them
    return run::walks<program_of<Derivatives...>>();
  }

  /// Whether a rewrite rule (or one of the rules that share its name) was used, for the value or the derivatives named.
  template <lang::derivative_name... Derivatives>
  static constexpr bool uses(base::text_view rule_name, Derivatives... derivatives) {
    return plan(derivatives...).uses(rule_name);
  }

  /// Where the value, or the derivatives named, may still overflow or leave a domain, and which sums of the value may cancel, as far as
  /// Loom can tell: hazards(d(x)). Each names a value of the stable formula, and what its operand would have to be; a domain that says so,
  /// or a mask around it, ends it. Growth by sums, products and squares is not looked at, nor are the digits of derivatives.
  template <lang::derivative_name... Derivatives>
  static constexpr const rewrite::hazard_list& hazards(Derivatives...) {
    static_cast<void>(plan(Derivatives()...));
    return program_of<Derivatives...>::hazards;
  }

  /// Whether there is none: static_assert(loss.safe(d(x))).
  template <lang::derivative_name... Derivatives>
  static constexpr bool safe(Derivatives... derivatives) {
    return hazards(derivatives...).empty();
  }

  /// A request with its sums in order, if the formula has such and a call can run them: they have no second derivatives, and need memory
  /// between sweeps, which a call must not be asked for where it needs none for the pairs.
  template <derive::derivative_request Request, bool InStages = true>
  static constexpr derive::derivative_request in_order() {
    if constexpr (!InStages || Request.gradients == 0 || Request.second_order()) {
      return Request;
    } else if constexpr (front::has_sums_in_order) {
      using ordered = compiler::compiled<Formula, Request.ordered()>;
      constexpr const schedule::plan& of_pairs = compiler::compiled<Formula, Request>::schedule;
      if constexpr (of_pairs.arrays.empty() && !of_pairs.refused()) return Request;
      else if constexpr (ordered::problem_before_plan().kind != lang::issue::none) return Request;
      else return run::runs_in_stages<ordered>() ? Request.ordered() : Request;
    } else {
      return Request;
    }
  }
  template <class... Derivatives> using program_of =
      compiler::compiled<Formula, in_order<call::requested_by_name<Formula, Derivatives...>()>()>;

 private:
  /// The program of a call's derivatives, planned for the memory of its tensors.
  template <class... Bindings>
  using program_of_call =
      typename decltype(run::program_of<
                        compiler::compiled<Formula,
                                           in_order<call::requested<Formula, Bindings...>(),
                                                    (!lang::is_over_input<decltype(Bindings::data)> && ...)>()>,
                        Bindings...>())::type;

  template <bool Least, class... Bindings>
  std::ptrdiff_t size_of_workspace(const Bindings&... bindings) const {
    if constexpr ((lang::is_unplaced<Bindings> || ...)) {
      return size_of_workspace<Least>(lang::placed_over_input(bindings, lang::map_of(bindings...))...);
    } else {
      using found = lang::diagnosis_of<mistake_in_bindings<Bindings...>>;
#include "loom/lang/sentences.def"
      if constexpr (!found::template isnt<lang::issue::none> && !refused<Bindings...>) {
        using T = typename call::float_type<Bindings...>::type;
        return run::workspace_of<program_of_call<Bindings...>, T, Least>(bindings...);
      } else {
        return 0;
      }
    }
  }

  /// Whether something was refused when it was bound.
  template <class... Bindings>
  static constexpr bool refused = (call::is_refused<Bindings> || ...);

  /// What is wrong with the formula, else with its bindings, if anything.
  template <class... Bindings>
  static constexpr lang::mistake mistake_in_bindings() {
    if constexpr (front::written.problem.kind != lang::issue::none) return front::written.problem;
    else if constexpr (!(lang::is_binding<Bindings>::value && ...)) return {lang::issue::not_a_binding};
    else if constexpr (refused<Bindings...>) return {};
    else return call::check_bindings<Formula, Bindings...>();
  }
  /// What is wrong with a call, if anything: with the formula, else with its bindings, else with its plan.
  template <class... Bindings>
  static constexpr lang::mistake first_mistake() {
    if constexpr (constexpr lang::mistake m = mistake_in_bindings<Bindings...>();
                  m.kind != lang::issue::none || refused<Bindings...>)
      return m;
    else
      return mistake_in_plan<program_of_call<Bindings...>,
                             ((Bindings::role == lang::binding_role::workspace) || ...)>();
  }
  template <class Program, bool HasWorkspace>
  static constexpr lang::mistake mistake_in_plan() {
    constexpr bool in_stages = run::runs_in_stages<Program>();
    constexpr lang::mistake unplannable = in_stages ? Program::problem_before_plan() : Program::problem();
    if constexpr (unplannable.kind != lang::issue::none) {
      return unplannable;
    } else if constexpr ((in_stages || !Program::schedule.arrays.empty()) && !HasWorkspace) {
      return call::about_axes(lang::issue::workspace_missing, Program::schedule.program,
                              run::workspace_axes<Program>());
    } else {
      return {};
    }
  }
};

namespace detail {

template <auto Formula, const rewrite::own_rules&... Rules> struct loss_of {
  static_assert(sizeof...(Rules) == 1, "loom: loss<formula, rules> takes one set of rules");
  using type = loss_function<compiler::ruled<Formula, Rules...>{}>;
};
template <auto Formula> struct loss_of<Formula> {
  using type = loss_function<Formula>;
};

}  // namespace detail

/// The loss a formula defines: loss<-gather(log_softmax(x, -1), t).mean()>; with rewrite rules of one's own (loom/rules.hpp),
/// loss<formula, rules>.
template <auto Formula, const rewrite::own_rules&... Rules>
  requires(lang::formula<decltype(Formula)> || lang::is_result_list<std::remove_const_t<decltype(Formula)>>::value)
inline constexpr typename detail::loss_of<Formula, Rules...>::type loss{};

// ---- a loss that is compiled once ------------------------------------------------------------------------------------

namespace detail {

/// The program of a call that asks for these derivatives, and whose tensors are not stored in 16 bits.
template <class Loss, lang::derivative_name... Derivatives>
constexpr auto program_for(const Loss&, Derivatives... derivatives) {
  Loss::plan(derivatives...);  // says what is wrong with the names
  return std::type_identity<typename Loss::template program_of<Derivatives...>>();
}

}  // namespace detail

/// In a header, after a loss: LOOM_DECLARE(cross_entropy, float, d(x)); outside any namespace. Files that include it and call the loss for these
/// derivatives (none: for its value alone), with tensors of that type, float or double, compile no loops: another file has
/// LOOM_INSTANTIATE(cross_entropy, float, d(x)); or the linker misses loom::run::run. Calls for other derivatives, and with tensors
/// of 16 bits, compile theirs as ever.
#define LOOM_DECLARE(loss, T, ...) extern LOOM_INSTANTIATE(loss, T, __VA_ARGS__)
/// In one source file, outside any namespace.
#define LOOM_INSTANTIATE(loss, T, ...)                                                                               \
  template T loom::run::run<typename decltype(loom::detail::program_for(loss __VA_OPT__(, ) __VA_ARGS__))::type, T>( \
      const loom::call::operands&, const loom::run::executor&)

// ---- of loom/code.hpp ------------------------------------------------------------------------------------------------

namespace detail {

/// Whether what prints a loss is included: loom/code.hpp says so.
template <class Loss> inline constexpr bool can_be_printed = false;

struct unprinted : base::text_view {
  constexpr const char* c_str() const { return data(); }
};

}  // namespace detail

template <class T = float, class Loss, class... Arguments>
  requires(!detail::can_be_printed<Loss>)
constexpr detail::unprinted code(const Loss&, const Arguments&...) {
  static_assert(lang::detail::never<Loss>,
                "loom: code(loss, d(x)) is in the header loom/code.hpp; include it, and link fmt");
  return {};
}
template <class Loss, class... Arguments>
  requires(!detail::can_be_printed<Loss>)
constexpr detail::unprinted explain(const Loss&, const Arguments&...) {
  static_assert(lang::detail::never<Loss>,
                "loom: explain(loss, d(x)) is in the header loom/code.hpp; include it, and link fmt");
  return {};
}

}  // namespace loom
