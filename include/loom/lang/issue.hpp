// SPDX-License-Identifier: BSL-1.0
// lang/issue.hpp — what can be wrong with a formula or a call, and the sentence for each.
// A stage that finds a mistake returns it as data; the one entry that instantiates the formula turns it into a
// static_assert whose condition is a diagnosis<...>, so that the compiler prints the numbers and names beside it.
// Layer 2 (lang).
#pragma once

#include <cstdint>
#include <string_view>

namespace loom {

enum class issue : std::uint8_t {
  none,
  malformed_text,
  axis_out_of_range,
  unknown_axis,
  axis_reduced_twice,
  index_does_not_fit,
  gather_needs_an_index,
  onehot_needs_an_index,
  index_used_as_a_number,
  mask_used_as_a_number,
  number_used_as_a_mask,
  index_compared_with_a_fraction,
  integer_beside_min_or_max,
  input_declared_twice,
  extents_disagree,
  axis_without_extent,
  rank_too_large,
  too_many_inputs,
  // of a call
  missing_binding,
  unknown_binding,
  doubled_binding,
  wrong_type,
  wrong_rank,
  wrong_extent,
  gradient_of_an_index,
  gradient_of_a_result_that_is_not_a_scalar,
  out_missing,
  out_of_a_scalar,
  not_differentiable,
  // of planning
  reductions_over_different_axes,
  gradient_needs_a_column_reduction,
};

/// A name as a template argument, for diagnoses.
struct name_text {
  char text[24]{};
  constexpr name_text(std::string_view s) {  // implicit: built from the views the stages carry
    for (unsigned i = 0; i < s.size() && i < 23; ++i) text[i] = s[i];
  }
};

/// A mistake as data: which, and where. `got` and `limit` are numbers whose meaning the sentence gives.
struct mistake {
  issue what = issue::none;
  std::string_view name{};
  std::int64_t got = 0;
  std::int64_t limit = 0;
};

template <name_text Name> struct named {};
template <std::int64_t Value> struct got {};
template <std::int64_t Value> struct limit_is {};
template <std::int64_t Value> struct column {};

template <issue What, class... Where>
struct diagnosis {
  static constexpr bool ok = What == issue::none;
};

#define LOOM_SENTENCE(which, sentence) \
  static_assert(What != issue::which || diagnosis<What, Where...>::ok, "loom: " sentence)

/// The one place where a mistake becomes an error. Instantiated with the diagnosis to print.
template <issue What, class... Where>
struct report {
  LOOM_SENTENCE(malformed_text, "the text of an input is like \"x[N,C=10]\": a name, then axes with or without an extent; column<> is where this one stops making sense");
  LOOM_SENTENCE(axis_out_of_range, "a negative axis counts from the last axis of its operand; got<> is not between -limit_is<> and -1");
  LOOM_SENTENCE(unknown_axis, "the operand does not have the axis named<>");
  LOOM_SENTENCE(axis_reduced_twice, "an axis is listed twice in one reduction");
  LOOM_SENTENCE(index_does_not_fit, "gather(values, index) picks one entry of the last axis of values, or of the axis given; the index must not have that axis, named<>, itself");
  LOOM_SENTENCE(gather_needs_an_index, "gather(values, index): the second argument must be an index<\"...\">");
  LOOM_SENTENCE(onehot_needs_an_index, "onehot(index, axis): the first argument must be an index<\"...\">");
  LOOM_SENTENCE(index_used_as_a_number, "an index is used as a number; it can be compared, gathered with, or made one-hot");
  LOOM_SENTENCE(mask_used_as_a_number, "a mask is used where a number is needed; write where(mask, 1, 0)");
  LOOM_SENTENCE(number_used_as_a_mask, "a number is used where a mask is needed; compare it first");
  LOOM_SENTENCE(index_compared_with_a_fraction, "an index is compared with a number that is not an integer");
  LOOM_SENTENCE(integer_beside_min_or_max, "max(a, -1) and min(a, -1) could mean an axis or a number; write a.max(-1) for the axis, max(a, -1.0) for the number");
  LOOM_SENTENCE(input_declared_twice, "two inputs of this formula have the same name, named<>, but different declarations");
  LOOM_SENTENCE(extents_disagree, "the axis named<> has two different extents, got<> and limit_is<>");
  LOOM_SENTENCE(axis_without_extent, "no input has the axis named<>, so its extent is unknown; declare an input with it");
  LOOM_SENTENCE(rank_too_large, "a value of this formula has more than 4 axes");
  LOOM_SENTENCE(too_many_inputs, "this formula has too many inputs or axes");
  LOOM_SENTENCE(missing_binding, "the input named<> is not bound; add name = data to the call");
  LOOM_SENTENCE(unknown_binding, "named<> is bound, but the formula has no such input");
  LOOM_SENTENCE(doubled_binding, "named<> is bound twice");
  LOOM_SENTENCE(wrong_type, "the data bound to named<> has the wrong element type: tensors and outputs are all float or all double, an index is any integer, a mask is bool, a scalar a number");
  LOOM_SENTENCE(wrong_rank, "the data bound to named<> has got<> axes, its declaration limit_is<>; use loom::view(pointer, extents...)");
  LOOM_SENTENCE(wrong_extent, "the data bound to named<> has the extent got<> where limit_is<> was declared");
  LOOM_SENTENCE(gradient_of_an_index, "d(named<>): only a tensor or a scalar has a gradient");
  LOOM_SENTENCE(gradient_of_a_result_that_is_not_a_scalar, "the formula is not a scalar, so it has no gradient; reduce it first, with .mean() or .sum()");
  LOOM_SENTENCE(out_missing, "the formula is not a scalar; bind its result with loom::out = data");
  LOOM_SENTENCE(out_of_a_scalar, "the formula is a scalar; it is returned, and loom::out is not needed");
  LOOM_SENTENCE(not_differentiable, "the gradient needs the derivative of named<>, which Loom does not have");
  LOOM_SENTENCE(reductions_over_different_axes, "this formula reduces over different sets of axes, which this version of Loom cannot put into one loop");
  LOOM_SENTENCE(gradient_needs_a_column_reduction, "the gradient of named<> sums over the rows, which this version of Loom cannot do");
  static constexpr bool ok = diagnosis<What, Where...>::ok;
};

#undef LOOM_SENTENCE

/// report for a mistake known at compile time.
template <auto Get>
struct judged {
  static constexpr mistake found = Get();
  static constexpr bool ok = report<found.what, named<name_text(found.name)>, got<found.got>, limit_is<found.limit>>::ok;
};

}  // namespace loom
