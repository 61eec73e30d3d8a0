// SPDX-License-Identifier: BSL-1.0
// src/formula/build.hpp — the values of a tree, built by the checked builder.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "formula/scope.hpp"

namespace loom::notation::reading {

/// Builds the values of a tree.
class writer {
 public:
  writer(scope& names, checked_builder& to) : names_(names), tree_(names.nodes()), to_(to) {}

  /// The results of a formula: one, or those that results(...) lists.
  void results(node_id id) {
    id = unwrapped(id);
    if (tree_[id].kind == node_kind::call && tree_[id].word == "results") {
      if (tree_[id].operands.size() < 2) names_.fail_at(id, "results(...) lists two results, or more");
      for (const node_id r : tree_[id].operands) result(r);
    } else {
      result(id);
    }
  }
  typed_value value(node_id id) {
    if (const auto known = built_.find(id); known != built_.end()) return known->second;
    const int lasts = lasts_;
    const typed_value v = build(id);
    if (lasts == lasts_) built_[id] = v;  // what names the last position may name that of another axis next time
    return v;
  }
  /// The axis that is meant, or nothing.
  std::optional<axis_choice> axis(node_id id);

  node_id unwrapped(node_id id) const {
    for (;;) {
      id = names_.behind(id);
      if (tree_[id].kind != node_kind::loss) return id;
      id = tree_[id].operands[0];
    }
  }

 private:
  scope& names_;
  const tree& tree_;
  checked_builder& to_;
  std::map<node_id, typed_value> built_;
  text_view last_of_;  ///< the axis of a place, or that whose positions are compared with what is built
  int lasts_ = 0;  ///< how often it was asked for

  void result(node_id id) {
    to_.result(value(id));
    check(id, nullptr, 0);
  }

  typed_value build(node_id id);
  typed_value named(node_id id);
  typed_value leaf(op code, text_view text, node_id id);
  typed_value elementwise(node_id id, op code, const std::vector<node_id>& operands);
  typed_value called(node_id id);
  typed_value position(std::string_view axis, node_id id);
  /// The name in the text of an axis, which may define its extent.
  text_view axis_of_text(std::string_view text, node_id id);
  typed_value elsewhere(node_id id);
  typed_value method(node_id id);
  axis_choice chosen_axis(node_id id);
  typed_value along(node_id id, op code, node_id operand, const std::vector<node_id>& axes);
  typed_value running(node_id id, const running_word& word);
  typed_value chain(node_id id, op code);
  typed_value gathered(node_id id);
  typed_value onehot(node_id id);
  typed_value largest(node_id id);
  typed_value extent(node_id id);
  typed_value custom(node_id id);
  typed_value number(const literal& l) {
    return to_.number(l.value, l.rounded   ? typed_value::literal::rounded
                               : l.integer ? typed_value::literal::integer
                                           : typed_value::literal::real);
  }

  /// Throws what the builder has found wrong with the operation at `id`, beside the operand or axis that it is about.
  void check(node_id id, const node_id* operands, std::size_t count);
  node_id culprit(node_id id, const mistake& m, const node_id* operands, std::size_t count);
};

}  // namespace loom::notation::reading
