// SPDX-License-Identifier: BSL-1.0
// lang/issue.hpp — what can be wrong with a formula or a call; sentences.def has the sentence for each.
// A stage that finds a mistake returns it as data; the call turns it into a static_assert whose condition is about a
// diagnosis<...>, so that the compiler prints the numbers and names beside the sentence.
// Layer 2 (lang).
#pragma once

#include <cstdint>
#include "loom/base/text_view.hpp"

#include "loom/base/fixed_string.hpp"

namespace loom::inline LOOM_ABI::lang {

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
  too_large,
  // of a call
  not_a_binding,
  missing_binding,
  unknown_binding,
  doubled_binding,
  wrong_type,
  constant_buffer,
  wrong_rank,
  wrong_extent,
  gradient_of_an_index,
  gradient_of_a_result_that_is_not_a_scalar,
  out_missing,
  seed_without_a_derivative,
  product_without_a_direction,
  out_of_a_scalar,
  not_differentiable,
  no_diagonal,
  // of planning
  too_many_loops,
  workspace_missing,
};

/// A name as a template argument of one type, whatever its length.
struct name_text {
  char text[24]{};
  constexpr name_text(text_view s) {  // implicit: built from the views the stages carry
    for (unsigned i = 0; i < s.size() && i < 23; ++i) text[i] = s[i];
  }
};

/// A mistake as data: which, and where. `got` and `limit` are numbers whose meaning the sentence gives.
struct mistake {
  issue what = issue::none;
  text_view name{};
  std::int64_t got = 0;
  std::int64_t limit = 0;
};

/// The same as types, which compilers print beside the sentence.
template <fixed_string Name> struct named {};
template <std::int64_t Value> struct got {};
template <std::int64_t Value> struct limit_is {};

/// What is asserted: a mistake, or the absence of one, as a type.
template <issue What, class... Where>
struct diagnosis {
  template <issue Other> static constexpr bool isnt = What != Other;
};

namespace detail {

template <std::size_t Size>
constexpr fixed_string<Size + 1> fixed(text_view s) {
  char text[Size + 1]{};
  for (std::size_t i = 0; i < Size; ++i) text[i] = s[i];
  return text;
}

template <issue What, fixed_string Name, std::int64_t Got, std::int64_t Limit>
constexpr auto diagnose() {
  if constexpr (Got == 0 && Limit == 0) {
    if constexpr (Name.view().empty()) return diagnosis<What>{};
    else return diagnosis<What, named<Name>>{};
  } else {
    if constexpr (Name.view().empty()) return diagnosis<What, got<Got>, limit_is<Limit>>{};
    else return diagnosis<What, named<Name>, got<Got>, limit_is<Limit>>{};
  }
}

}  // namespace detail

/// The diagnosis of the mistake that Find() returns.
template <auto Find>
using diagnosis_of = decltype(detail::diagnose<Find().what, detail::fixed<Find().name.size()>(Find().name), Find().got, Find().limit>());

}  // namespace loom::lang
