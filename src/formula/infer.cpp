// SPDX-License-Identifier: BSL-1.0
// src/formula/infer.cpp — kinds and axes of what a formula uses and does not declare.
#include <algorithm>

#include "formula/build.hpp"

namespace loom::notation::reading {

void scope::find_axis(node_id id) {
  id = behind(id);
  const syntax::node& n = tree_[id];
  has_rows_ = true;
  std::string_view name;
  if (n.kind == node_kind::quoted && n.word == "axis") name = axis_name_of(n.quoted);
  else if (n.kind == node_kind::name) name = n.word;
  if (!name.empty() && !is_named_as_axis(name)) named_axes_.push_back(name);
}

/// An axis along which something is read: no other input need have it.
void scope::note_axis(node_id id) {
  const syntax::node& n = tree_[behind(id)];
  placed_axes_.insert(std::string(n.kind == node_kind::quoted ? axis_name_of(n.quoted) : text_view(n.word)));
}

/// An index: a number, an axis, or a number more or less of it; the last entry; else labels.
void scope::find_index(node_id id) {
  if (number(id) || is_last(id)) return;
  if (is_axis_here(id)) return note_axis(id);
  const syntax::node& n = tree_[behind(id)];
  if (n.kind != node_kind::binary || (n.word != "+" && n.word != "-")) return find_roles(id, as_label);
  for (const node_id o : n.operands) find_index(o);
}

/// Notes what every name is used as, below a value that is used as something.
void scope::find_roles(node_id id, unsigned as) {
  if (!visited_.insert({id, as}).second) return;
  const syntax::node& n = tree_[id];
  const auto all = [&](std::size_t from, unsigned role) {
    for (std::size_t k = from; k < n.operands.size(); ++k) find_roles(n.operands[k], role);
  };
  const auto axes = [&](std::size_t from) {
    for (std::size_t k = from; k < n.operands.size(); ++k) find_axis(n.operands[k]);
  };
  switch (n.kind) {
    case node_kind::number: return;
    case node_kind::quoted:
      if (n.word == "axis") return;
      declares_ = true;
      note_axes(n.quoted, id);
      return;
    case node_kind::loss: return all(0, as_number);
    case node_kind::name:
      if (n.of_std) return;
      if (const auto d = definition(n.word, n.begin)) return find_roles(*d, as);
      if (is_last(id)) return;
      roles_[n.word] |= as;
      first_use_.emplace(n.word, id);
      return;
    case node_kind::slope: return all(0, as_number);
    case node_kind::unary: return all(0, n.word == "!" ? as_condition : as_number);
    case node_kind::binary: return all(0, n.word == "&&" || n.word == "||" ? as_condition : as_number);
    case node_kind::method: {
      const reduction_word* r = find_reduction(n.word);
      find_roles(n.operands[0], r != nullptr && r->of_masks ? as_condition : as_number);
      return axes(1);
    }
    case node_kind::at:
      find_roles(n.operands[0], as);
      for (std::size_t k = 1; k < n.operands.size(); k += 2) {
        if (is_outside(n.operands[k])) {
          find_roles(n.operands[k + 1], as_number);
          continue;
        }
        find_axis(n.operands[k]);
        find_index(n.operands[k + 1]);
      }
      return;
    case node_kind::place:
      find_axis(n.operands[0]);
      for (const node_id o : chain_axes_of(id)) find_axis(o);
      return;
    case node_kind::call: break;
  }
  if (number(id)) return;
  if (n.of_std) fail_function_of_std(id);
  if (!is_function(n.word) && n.word != "results" && n.word != "slope") fail_unknown_function(id);
  if (n.operands.empty()) return;
  if (n.word == "gather") {
    has_rows_ = true;
    find_roles(n.operands[0], as);
    if (n.operands.size() > 1) find_roles(n.operands[1], as_label);
    return axes(2);
  }
  if (n.word == "onehot") return find_roles(n.operands[0], as_label), axes(1);
  if (n.word == "top_k") {
    has_rows_ = true;
    for (std::size_t k = 0; k < 2 && k < n.operands.size(); ++k) find_roles(n.operands[k], as_number);
    return axes(2);
  }
  if (n.word == "number") return all(0, as_index_or_mask);
  if (n.word == "extent") return axes(0);
  if (n.word == "where") return find_roles(n.operands[0], as_condition), all(1, as_number);
  if (const running_word* const along = find_running(n.word)) {
    const auto values = static_cast<std::size_t>(arity(along->code));
    for (std::size_t k = 0; k < n.operands.size() && k < values; ++k) find_roles(n.operands[k], as_number);
    if (n.operands.size() > values) find_axis(n.operands[values]);
    return;
  }
  if (find_chain(n.word) != nullptr) {
    for (std::size_t k = 0; k < n.operands.size() && k < 2; ++k) find_roles(n.operands[k], as_number);
    if (n.operands.size() > 2) find_axis(n.operands[2]);
    if (n.operands.size() > 3) find_roles(n.operands[3], as_number);
    return;
  }
  const reduction_word* r = find_reduction(n.word);
  if (r == nullptr || (r->also_elementwise && n.operands.size() >= 2 && !is_named_axis(*this, n.operands[1])))
    return all(0, as_number);
  if (r->keeps_shape) has_rows_ = true;
  find_roles(n.operands[0], r->of_masks ? as_condition : as_number);
  axes(1);
}

std::vector<node_id> scope::chain_axes_of(node_id place) const {
  const node_id from = tree_[place].operands[1];
  const syntax::node& n = tree_[behind(from)];
  if (n.kind == node_kind::binary && n.word == "-") return n.operands;
  return {from};
}

bool scope::is_last(node_id id) const {
  const syntax::node& n = tree_[behind(id)];
  return n.kind == node_kind::name && n.word == "last" && !n.of_std && input("last") == nullptr;
}

bool scope::is_outside(node_id id) const {
  const syntax::node& n = tree_[id];
  return n.kind == node_kind::name && n.word == "outside" && !is_axis("outside");
}

/// Whether what a value is read along is an axis: a name that nothing declares is one if it is written as axes are.
bool scope::is_axis_here(node_id id) {
  if (is_named_axis(*this, id)) return true;
  const syntax::node& n = tree_[behind(id)];
  return n.kind == node_kind::name && !n.of_std && input(n.word) == nullptr && n.word[0] >= 'A' && n.word[0] <= 'Z';
}

void scope::declare_inferred(std::string_view name, op code, const std::string& axes) {
  std::string text(name);
  if (!axes.empty()) text += "[" + axes + "]";
  const std::size_t kept = texts_.keep(text);
  add(declared(texts_[kept]), {code, true, kept});
  inferred.push_back(code == op::tensor ? text : std::string(word_of_input(code)) + " " + text);
}

void scope::infer_numbers() {
  const bool nothing = nothing_declared();
  std::string all = "N";
  for (const std::string_view a : named_axes_)
    if (a != "N") all += "," + std::string(a);
  if (all == "N" && has_rows_) all = "N,C";
  std::vector<std::string> known = input_order_;
  // In the order of the text: the order of declarations is that of the axes.
  std::vector<std::pair<std::size_t, std::string_view>> order;
  for (const auto& [name, use] : first_use_) order.push_back({tree_[use].at, name});
  std::sort(order.begin(), order.end());
  for (const auto& [at, name] : order) {
    const unsigned roles = roles_[name];
    const node_id use = first_use_[name];
    if (input(name) != nullptr || (roles & (as_label | as_condition | as_index_or_mask)) != 0) continue;
    if (find_plain_constant(name) != nullptr) continue;
    if (is_axis(name) || is_named_as_axis(name)) continue;  // its positions
    if (is_function(name))
      fail_at_word(use, std::string(name) + " is a function; call it: " + std::string(name) + "(x)");
    if (const std::string meant = closest(name, known); !meant.empty())
      fail_at_word(use, "there is no input " + std::string(name), "did you mean " + meant + "? If not, declare it");
    if (nothing && !is_usually_scalar(name)) declare_inferred(name, op::tensor, all);
    else declare_inferred(name, op::scalar, "");
  }
}

/// The axes of what a mask chooses between; of what an index picks from, but the one it picks along.
std::optional<std::string> scope::axes_text(node_id values, node_id picked, bool indexes) {
  for (checked_builder to;;) {
    try {
      writer w(*this, to);
      const typed_value v = w.value(values);
      int gone = -1;
      if (indexes) {
        axis_choice choice{{}, -1};
        if (picked >= 0)
          if (const auto named = w.axis(picked)) choice = *named;
        gone = to.axis_of(v, choice);
      }
      if (to.undecided()) {
        if (to.axes().complete && to.problem().kind != issue::none) return {};
        checked_builder again(to.axes());
        to = again;
        continue;
      }
      if (to.problem().kind != issue::none || (indexes && gone < 0)) return {};
      std::string s;
      for (int a = 0; a < max_axes; ++a)
        if (has(to[v].axes, a) && a != gone) s += (s.empty() ? "" : ",") + std::string(to.axis_name(a));
      return s;
    } catch (const stop&) { return {}; }
  }
}

/// The axes of a declared input beside one of them.
std::optional<std::string> scope::rows_beside(std::string_view axis) const {
  for (const std::string& name : input_order_) {
    const declaration d = declared(texts_[inputs_.at(name).text]);
    std::string s;
    bool found = false;
    for (const axis_info& a : d.axes) {
      if (a.name == axis) found = true;
      else s += (s.empty() ? "" : ",") + std::string(a.name);
    }
    if (found) return s;
  }
  return {};
}

/// One round: what follows from inputs that are known by now. True if something did.
bool scope::infer_labels_and_masks() {
  bool some = false;
  const auto open = [&](node_id use, unsigned role) {
    use = behind(use);
    const syntax::node& n = tree_[use];
    if (n.kind != node_kind::name || n.of_std || input(n.word) != nullptr) return false;
    const auto found = roles_.find(n.word);
    return found != roles_.end() && (found->second & role) != 0;
  };
  const auto settle = [&](node_id use, op code, const std::optional<std::string>& axes) {
    if (!axes) return;
    declare_inferred(tree_[behind(use)].word, code, *axes);
    some = true;
  };
  for (const syntax::node& n : tree_.nodes) {
    if (n.kind != node_kind::call) continue;
    if (n.word == "gather" && n.operands.size() >= 2 && open(n.operands[1], as_label))
      settle(n.operands[1], op::index, axes_text(n.operands[0], n.operands.size() > 2 ? n.operands[2] : -1, true));
    if (n.word == "onehot" && n.operands.size() == 2 && open(n.operands[0], as_label)) {
      const syntax::node& axis = tree_[behind(n.operands[1])];
      settle(n.operands[0], op::index,
             rows_beside(axis.kind == node_kind::quoted ? std::string_view(axis_name_of(axis.quoted)) : axis.word));
    }
    if (n.word == "where" && n.operands.size() == 3 && open(n.operands[0], as_condition)) {
      // The choice between them, as a sum would have its axes.
      std::optional<std::string> a = axes_text(n.operands[1], -1, false);
      const std::optional<std::string> b = axes_text(n.operands[2], -1, false);
      if (a && b && a->empty()) a = b;
      settle(n.operands[0], op::mask, a && b ? a : std::nullopt);
    }
  }
  return some;
}

void scope::infer() {
  find_roles(tree_.statements.back().value, as_number);  // other statements declare nothing
  // A declaration without a kind has that of its use.
  for (auto& [name, in] : inputs_)
    if (!in.kind_given)
      if (const auto found = roles_.find(name); found != roles_.end()) {
        if ((found->second & as_label) != 0) in.code = op::index;
        else if ((found->second & as_condition) != 0) in.code = op::mask;
        else if ((found->second & as_index_or_mask) != 0) in.code = op::index;
      }
  infer_numbers();
  while (infer_labels_and_masks()) {}
  for (const auto& [name, roles] : roles_) {
    if (input(name) != nullptr || (roles & (as_label | as_condition | as_index_or_mask)) == 0) continue;
    if (is_axis(name)) continue;  // its positions
    const bool label = (roles & as_condition) == 0 || (roles & as_label) != 0;
    if (const std::string meant = closest(name, input_order_); !meant.empty())
      fail_at_word(first_use_[name], "there is no input " + std::string(name),
                   "did you mean " + meant + "? If not, declare it");
    fail_at_word(first_use_[name],
                 std::string("the axes of the ") + (label ? "index " : "mask ") + std::string(name) +
                     " do not follow from its use",
                 std::string("declare it: '") + (label ? "index " : "mask ") + std::string(name) + "[N]'");
  }
}

}  // namespace loom::notation::reading
