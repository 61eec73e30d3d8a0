// SPDX-License-Identifier: BSL-1.0
// emit/c99.hpp — C99: a table of spellings, and how a function begins.
// Layer 5 (emit).
#pragma once

#include "loom/emit/print.hpp"

namespace loom::inline LOOM_ABI::emit {

namespace detail {

/// Every parameter has a name; (void) says that one is not used. No buffer overlaps another one.
inline std::string open_c99(const function_head& f) {
  std::vector<std::string> items;
  std::string unused;
  for (const parameter& p : f.parameters) {
    items.push_back(p.type + (p.written || p.restricted ? " restrict " : " ") + p.name);
    if (!p.used) unused += "  (void)" + p.name + ";\n";
  }
  if (items.empty()) items.push_back("void");
  return argument_list(first_words(f) + f.name, items, 97) + " {\n" + unused;
}

inline constexpr header c99_headers[] = {{"", "<math.h>"}, {"bool", "<stdbool.h>"}, {"ptrdiff_t", "<stddef.h>"}};

/// isfinite is a macro for both types; fill_n is in the prelude.
inline constexpr respelling c99_respelled[] = {
    {"max", "fmaxf", "fmax"}, {"isfinite", "isfinite", "isfinite"}, {"fill_n", "fill_n", "fill_n"}};

}  // namespace detail

inline constexpr dialect c99 = {
    .index = "ptrdiff_t",
    .cast = "({0}){1}",
    .infinity = "INFINITY",
    .not_a_number = "NAN",
    .fixed_extent = "const",
    .qualifier = "",
    .suffix = "f",
    .respelled = detail::c99_respelled,
    .generic = "",
    .helper = "static inline ",
    .headers = detail::c99_headers,
    .reserved = {words_of_c},
    .open = detail::open_c99,
};

}  // namespace loom::emit
