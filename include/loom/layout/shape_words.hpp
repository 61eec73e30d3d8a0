// SPDX-License-Identifier: BSL-1.0
// layout/shape_words.hpp — when a loop shape is chosen and how its lanes run, as loom::explain says it.
// Layer 6 (layout).
#pragma once

#include "loom/base/text_view.hpp"
#include "loom/layout/loop_shape.hpp"

namespace loom::inline LOOM_ABI::layout {

#define LOOM_SHAPE_VALUE(name, lanes, words) loop_shape::name,
#define LOOM_SHAPE_WORDS(name, lanes, words) words,

inline constexpr loop_shape all_loop_shapes[] = {LOOM_LOOP_SHAPES(LOOM_SHAPE_VALUE)};

/// A sentence.
constexpr text_view words(loop_shape shape) {
  constexpr text_view all[] = {LOOM_LOOP_SHAPES(LOOM_SHAPE_WORDS)};
  return all[static_cast<int>(shape)];
}

#undef LOOM_SHAPE_VALUE
#undef LOOM_SHAPE_WORDS

}  // namespace loom::layout
