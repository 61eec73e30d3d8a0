// SPDX-License-Identifier: BSL-1.0
// ir/typed_value.hpp — what a checked builder takes and gives: values of a formula, axes and places as operations name them.
// Layer 1 (ir).
#pragma once

#include <cstdint>

#include "loom/ir/graph.hpp"
#include "loom/ir/issue.hpp"
#include "loom/ir/precedence.hpp"

namespace loom::inline LOOM_ABI::ir {

/// A formula as a graph; or the first mistake in it, with the graph of the constant 0, in which no stage finds another.
struct lowered {
  graph program;
  mistake problem;
  axis_set in_doubt[max_results]{};  ///< of each result, two axes whose order no declaration says
};

/// A value of a formula that is being built.
struct typed_value {
  value_id id = no_value;
  precedence listed{};  ///< how the inputs it is made of list their axes
  enum class literal : std::uint8_t {
    no,
    real,
    integer,
    rounded
  } written = literal::no;  ///< rounded: an integer that no double is
  bool is_computed_index = false;  ///< an index that is no data: the value is the number that it is
};

/// An axis as an operation names it: by name, or else by position, which is negative and counts from the last axis.
struct axis_choice {
  text_view name;
  std::int64_t position = 0;
};

/// Where a value is read along one of its axes: by an index, which is a whole literal, so many before the extent of the axis, positions
/// along axes, or labels.
struct place_choice {
  text_view axis;
  typed_value index;
};

/// The derivative that a formula declares: by `of`, it is taken to be `slope`.
struct slope_choice {
  typed_value of, slope;
};

/// What is known of the axes of a formula before it is built.
struct known_axes {
  fixed_vector<axis_info, max_axes> axes;
  precedence listed{};
  bool complete = false;  ///< every declaration of the formula is in it
  std::int8_t twin_of[max_axes] = {-1, -1, -1, -1,
                                   -1, -1, -1, -1};  ///< of an axis that counting made: the one it repeats
};

}  // namespace loom::ir
