// SPDX-License-Identifier: BSL-1.0
// emit/cpp.hpp — C++: a table of spellings, and how a function begins.
// Layer 5 (emit).
#pragma once

#include "loom/emit/print.hpp"

namespace loom::inline LOOM_ABI::emit {

namespace detail {

/// A parameter that is not used has no name.
inline std::string open_cpp(const function_head& f) {
  std::vector<std::string> items;
  for (const parameter& p : f.parameters)
    items.push_back(p.type + (p.restricted ? " __restrict " : " ") + (p.used ? p.name : "/* " + p.name + " */"));
  return argument_list(first_words(f) + f.name, items, 97) + " {\n";
}

inline constexpr header cpp_headers[] = {{"std::max", "<algorithm>"},
                                         {"std::fill_n", "<algorithm>"},
                                         {"std::", "<cmath>"},
                                         {"std::ptrdiff_t", "<cstddef>"},
                                         {"std::numeric_limits", "<limits>"}};

}  // namespace detail

inline constexpr dialect cpp = {
    .index = "std::ptrdiff_t",
    .cast = "static_cast<{0}>({1})",
    .infinity = "std::numeric_limits<{0}>::infinity()",
    .not_a_number = "std::numeric_limits<{0}>::quiet_NaN()",
    .fixed_extent = "constexpr",
    .qualifier = "std::",
    .suffix = "",
    .respelled = {},
    .generic = "template <class T>\ninline ",
    .helper = "inline ",
    .headers = detail::cpp_headers,
    .reserved = {words_of_cpp},
    .open = detail::open_cpp,
};

}  // namespace loom::emit
