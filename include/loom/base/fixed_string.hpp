// SPDX-License-Identifier: BSL-1.0
// base/fixed_string.hpp — a string literal as a template argument: tensor<"x[N,C]">.
// Layer 0 (base).
#pragma once

#include "loom/base/config.hpp"

#include <cstddef>
#include "loom/base/text_view.hpp"

namespace loom::inline LOOM_ABI::base {

template <std::size_t Size>
struct fixed_string {
  char text[Size]{};

  constexpr fixed_string(const char (&literal)[Size]) {  // implicit: the literal is what the user writes
    for (std::size_t i = 0; i < Size; ++i) text[i] = literal[i];
  }
  constexpr text_view view() const { return {text, Size - 1}; }
};

}  // namespace loom::base
