// SPDX-License-Identifier: BSL-1.0
// lang/diagnosis.hpp — a mistake as a type, which the compiler prints beside the sentence (lang/sentences.def).
// Layer 2 (lang).
#pragma once

#include <cstdint>
#include <utility>

#include "loom/base/fixed_string.hpp"
#include "loom/ir/issue.hpp"
#if defined(__cpp_static_assert) && __cpp_static_assert >= 202306L
#include "loom/ir/sentence.hpp"
#endif

namespace loom::inline LOOM_ABI::lang {

/// Where a mistake is: inputs or axes, and numbers whose meaning the sentence gives.
template <fixed_string... Names> struct named {};
template <std::int64_t Value> struct got {};
template <std::int64_t Value> struct limit_is {};

/// What is asserted: a mistake, or the absence of one, as a type.
template <issue What, class... Where>
struct diagnosis {
  template <issue Other> static constexpr bool isnt = What != Other;
};

#if defined(__cpp_static_assert) && __cpp_static_assert >= 202306L
namespace detail {

template <fixed_string... Names> constexpr void place(mistake& m, named<Names...>) { (m.about(Names.view()), ...); }
template <std::int64_t Value> constexpr void place(mistake& m, got<Value>) { m.got = Value; }
template <std::int64_t Value> constexpr void place(mistake& m, limit_is<Value>) { m.limit = Value; }

}  // namespace detail

/// The sentence of a diagnosis, for compilers that take computed messages.
template <issue What, class... Where>
constexpr message sentence_of(diagnosis<What, Where...>) {
  mistake m{What};
  (detail::place(m, Where{}), ...);
  return sentence_of(m);
}
#endif

namespace detail {

template <std::size_t Size>
constexpr fixed_string<Size + 1> fixed(text_view s) {
  char text[Size + 1]{};
  for (std::size_t i = 0; i < Size; ++i) text[i] = s[i];
  return text;
}

/// The mistake that Find() returns, found once.
template <auto Find> inline constexpr mistake found_by = Find();

template <auto Find, int... More>
constexpr auto diagnose(std::integer_sequence<int, More...>) {
  constexpr const mistake& m = found_by<Find>;
  if constexpr (m.name.empty()) {
    if constexpr (m.got == 0 && m.limit == 0) return diagnosis<m.kind>{};
    else return diagnosis<m.kind, got<m.got>, limit_is<m.limit>>{};
  } else {
    using where = named<fixed<m.name.size()>(m.name), fixed<m.more[More].size()>(m.more[More])...>;
    if constexpr (m.got == 0 && m.limit == 0) return diagnosis<m.kind, where>{};
    else return diagnosis<m.kind, where, got<m.got>, limit_is<m.limit>>{};
  }
}

}  // namespace detail

/// The diagnosis of the mistake that Find() returns.
template <auto Find>
using diagnosis_of =
    decltype(detail::diagnose<Find>(std::make_integer_sequence<int, detail::found_by<Find>.more.size()>()));

}  // namespace loom::lang
