// SPDX-License-Identifier: BSL-1.0
// src/formula/build.cpp — each node of a tree as an operation, and what is wrong with one at the operand that it is about.
#include "formula/build.hpp"

#include <algorithm>
#include <utility>

namespace loom::notation::reading {

node_id writer::culprit(node_id id, const mistake& m, const node_id* operands, std::size_t count) {
  const auto first_of = [&](kind k) {
    for (std::size_t i = 0; i < count; ++i)
      if (const auto known = built_.find(names_.behind(operands[i]));
          known != built_.end() && (known->second.is_computed_index ? kind::index : to_[known->second].type) == k)
        return operands[i];
    return id;
  };
  switch (m.kind) {
    case issue::index_used_as_a_number: return first_of(kind::index);
    case issue::mask_used_as_a_number:
      if (tree_[id].word == "where" && count == 3) ++operands, --count;  // the first is one by right
      return first_of(kind::mask);
    case issue::number_used_as_a_mask: return first_of(kind::number);
    case issue::gather_needs_an_index: return count > 1 ? operands[1] : id;
    case issue::onehot_needs_an_index: return count > 0 ? operands[0] : id;
    case issue::unknown_axis:
    case issue::axis_reduced_twice:
    case issue::axis_out_of_range:
    case issue::operand_without_axes:
    case issue::axis_in_doubt:
      for (std::size_t i = count; i-- > 0;)
        if (const auto a = axis(operands[i]);
            a && (m.name.empty() || a->name.empty() || a->name == m.name || a->name == std::string_view(m.name)))
          return operands[i];
      return id;
    default: return id;
  }
}

void writer::check(node_id id, const node_id* operands, std::size_t count) {
  const mistake& m = to_.problem();
  if (m.kind == issue::none) return;
  const node_id at = culprit(id, m, operands, count);
  if (m.kind == issue::index_used_as_a_number && at != id && is_named_axis(names_, at)) {
    const syntax::node& axis = tree_[names_.behind(at)];
    const bool quoted = axis.kind == node_kind::quoted;
    const std::string name(quoted ? axis_name_of(axis.quoted) : text_view(axis.word));
    names_.fail_at(at, axis_as_number(name, quoted ? "axis<\"" + name + "\">" : name));
  }
  if (at == id && operands != nullptr) names_.fail_at_word(id, sentence(m));
  names_.fail_at(at, sentence(m));
}

typed_value writer::leaf(op code, text_view text, node_id id) {
  const typed_value v = to_.input(code, text);
  const mistake& m = to_.problem();
  if (m.kind == issue::malformed_text && tree_[id].kind == node_kind::quoted)
    names_.fail(tree_[id].quoted_at + static_cast<std::size_t>(m.got) - 1, 1, sentence(m));
  check(id, nullptr, 0);
  return v;
}

typed_value writer::named(node_id id) {
  const syntax::node& n = tree_[id];
  if (const auto d = names_.definition(n.word, n.begin)) return value(*d);
  if (const declared_input* in = names_.input(n.word)) return leaf(in->code, names_.declared_text(*in), id);
  if (names_.is_axis(n.word)) return position(n.word, id);
  if (names_.is_last(id)) {
    ++lasts_;
    const typed_value v = to_.last(last_of_);
    if (to_.problem().kind == issue::last_of_no_axis)
      throw stop{names_.failure_at(n.at, n.length, sentence(to_.problem())), true};
    check(id, nullptr, 0);
    return v;
  }
  throw stop{names_.failure_at(n.at, n.length, "there is no input " + std::string(n.word)), true};
}

typed_value writer::build(node_id id) {
  if (const auto& l = names_.number(id)) return number(*l);
  const syntax::node& n = tree_[id];
  switch (n.kind) {
    case node_kind::number: break;  // a literal
    case node_kind::name: return named(id);
    case node_kind::loss: names_.fail_at(id, "a loss is not part of a formula; give the formula a name, and use that");
    case node_kind::quoted:
      for (const input_word& w : input_words)
        if (w.word == n.word) return leaf(w.code, n.quoted, id);
      return position(axis_of_text(n.quoted, id), id);
    case node_kind::unary: {
      if (n.word == "+") return value(n.operands[0]);
      return elementwise(id, n.word == "-" ? op::neg : op::logical_not, n.operands);
    }
    case node_kind::binary:
      for (const operator_word& o : operator_words)
        if (o.word == n.word) return elementwise(id, o.code, n.operands);
      break;
    case node_kind::call: return called(id);
    case node_kind::method: return method(id);
    case node_kind::at: return elsewhere(id);
    case node_kind::slope: names_.fail_at(id, std::string(slope_outside));
    case node_kind::place: names_.fail_at(id, "this function takes values; where one is read is written x(N = M)");
  }
  return {};
}

typed_value writer::position(std::string_view axis, node_id id) {
  const typed_value v = to_.position(axis);
  check(id, nullptr, 0);
  return v;
}

typed_value writer::elsewhere(node_id id) {
  const syntax::node& n = tree_[id];
  const typed_value v = value(n.operands[0]);
  std::vector<place_choice> places;
  std::optional<typed_value> outside;
  for (std::size_t k = 1; k < n.operands.size(); k += 2) {
    const node_id index = n.operands[k + 1];
    if (names_.is_outside(n.operands[k])) {
      outside = value(index);
      continue;
    }
    const auto along = axis(n.operands[k]);
    if (!along || along->name.empty())
      names_.fail_at(n.operands[k], "the axis along which a value is read elsewhere is written by name: x(C = 2)");
    const text_view before = std::exchange(last_of_, along->name);
    places.push_back({along->name, names_.is_axis_here(index) ? to_.position(axis(index)->name) : value(index)});
    last_of_ = before;
  }
  const typed_value r = to_.at(v, places.data(), static_cast<int>(places.size()), outside ? &*outside : nullptr);
  // A mistake about an axis that is placed is at its place: an entry that is none at the index.
  const mistake& m = to_.problem();
  const bool of_entry = m.kind == issue::entry_is_no_integer || m.kind == issue::entry_out_of_range ||
                        m.kind == issue::entry_beyond_its_axis;
  std::vector<node_id> involved{n.operands[0]};
  for (std::size_t k = n.operands.size() - 2; m.kind != issue::none && k < n.operands.size(); k -= 2) {
    involved.push_back(n.operands[k + 1]);
    const auto along = names_.is_outside(n.operands[k]) ? std::nullopt : axis(n.operands[k]);
    if (along && along->name == m.name) names_.fail_at(n.operands[of_entry ? k + 1 : k], sentence(m));
  }
  check(id, involved.data(), involved.size());
  return r;
}

typed_value writer::elementwise(node_id id, op code, const std::vector<node_id>& operands) {
  typed_value v[3];
  const std::size_t taken = std::min(operands.size(), static_cast<std::size_t>(arity(code)));
  const text_view before = last_of_;
  for (std::size_t k = 0; k < taken; ++k) {
    v[k] = value(operands[k]);
    if (k == 0 && is_comparison(code)) last_of_ = to_.counted_along(v[0]);
  }
  last_of_ = before;
  typed_value r = to_.apply(code, v, static_cast<int>(taken));
  for (std::size_t k = taken; k < operands.size(); ++k) {  // max(a, b, c) is max(max(a, b), c)
    v[0] = r;
    v[1] = value(operands[k]);
    r = to_.apply(code, v, 2);
  }
  check(id, operands.data(), operands.size());
  return r;
}

text_view writer::axis_of_text(std::string_view text, node_id id) {
  if (!defines_extent(text)) return text;
  const text_view name = to_.axis(text);
  const mistake& m = to_.problem();
  if (m.kind == issue::malformed_axis)
    names_.fail(tree_[id].quoted_at + static_cast<std::size_t>(m.got) - 1, 1, sentence(m));
  check(id, nullptr, 0);
  return name;
}

std::optional<axis_choice> writer::axis(node_id id) {
  if (const auto& l = names_.number(id)) {
    if (!l->integer) return {};
    return axis_choice{{}, l->exact};
  }
  id = names_.behind(id);
  const syntax::node& n = tree_[id];
  if (n.kind == node_kind::quoted && n.word == "axis") return axis_choice{axis_of_text(n.quoted, id), 0};
  if (n.kind == node_kind::name && !n.of_std && (names_.is_axis(n.word) || names_.input(n.word) == nullptr))
    return axis_choice{n.word, 0};
  return {};
}

bool is_named_axis(scope& names, node_id id) {
  if (names.number(id)) return false;
  id = names.behind(id);
  const syntax::node& n = names.nodes()[id];
  if (n.kind == node_kind::quoted) return n.word == "axis";
  return n.kind == node_kind::name && !n.of_std && names.is_axis(n.word) && names.input(n.word) == nullptr;
}

axis_choice writer::chosen_axis(node_id id) {
  if (const auto choice = axis(id)) return *choice;
  names_.fail_at(
      id, "an axis is written axis<\"C\">, or by its name, or as a negative number that counts from the last axis");
}

typed_value writer::along(node_id id, op code, node_id operand, const std::vector<node_id>& axes) {
  const typed_value v = value(operand);
  std::vector<axis_choice> chosen;
  for (const node_id a : axes) chosen.push_back(chosen_axis(a));
  const typed_value r = to_.along(code, v, chosen.data(), static_cast<int>(chosen.size()));
  std::vector<node_id> involved{operand};
  involved.insert(involved.end(), axes.begin(), axes.end());
  check(id, involved.data(), involved.size());
  return r;
}

typed_value writer::running(node_id id, const running_word& word) {
  const syntax::node& n = tree_[id];
  const auto values = static_cast<std::size_t>(arity(word.code));
  if (n.operands.size() <= values) names_.fail_at_word(id, std::string(word.takes));
  typed_value v[2];
  for (std::size_t k = 0; k < values; ++k) v[k] = value(n.operands[k]);
  const axis_choice axis = chosen_axis(n.operands[values]);
  running_order order;
  const bool sums = word.code != op::order;
  for (std::size_t k = values + 1; k < n.operands.size(); ++k) {
    const syntax::node& said = tree_[n.operands[k]];
    bool* const what = said.kind != node_kind::name || said.of_std ? nullptr
                       : said.word == "reverse"                    ? &order.reverse
                       : said.word == "exclusive" && sums          ? &order.exclusive
                                                                   : nullptr;
    if (what == nullptr || *what)
      names_.fail_at(n.operands[k], sums ? "a running value goes along one axis, and what follows the axis is reverse, "
                                           "exclusive or both"
                                         : "order(e, C) sorts along one axis, and what follows the axis is reverse or "
                                           "nothing");
    *what = true;
  }
  const typed_value r = to_.running(word.code, v, arity(word.code), axis, order);
  check(id, n.operands.data(), values + 1);
  return r;
}

typed_value writer::chain(node_id id, op code) {
  const syntax::node& n = tree_[id];
  const std::string takes = std::string(n.word) + "(e, a, T, S = R), where a moves from state R to state S, or " +
                            std::string(n.word) + "(e, a, T, S = S - K), where it moves by K";
  if (n.operands.size() != 4 || tree_[n.operands[3]].kind != node_kind::place)
    names_.fail_at_word(id, "a chain is written " + takes);
  const typed_value states = value(n.operands[0]), moves = value(n.operands[1]);
  const node_id place = n.operands[3];
  const std::vector<node_id> sources = names_.chain_axes_of(place);
  std::vector<axis_choice> axes;
  for (const node_id a : {n.operands[2], tree_[place].operands[0], sources.front(), sources.back()}) {
    const auto choice = axis(a);
    if (!choice || choice->name.empty()) names_.fail_at(a, "the axes of a chain are written by name: " + takes);
    axes.push_back(*choice);
  }
  const bool band = sources.size() == 2;
  if (band && axes[2].name != axes[1].name) names_.fail_at(place, "a chain is written " + takes);
  const typed_value r = to_.chain(code, states, moves, {axes[0].name, axes[1].name, axes[3].name, band});
  check(id, n.operands.data(), 3);
  return r;
}

typed_value writer::gathered(node_id id) {
  const syntax::node& n = tree_[id];
  if (n.operands.size() < 2 || n.operands.size() > 3)
    names_.fail_at_word(id, "gather(values, index) takes values, an index, and if it is not the last one the axis");
  const typed_value values = value(n.operands[0]), index = value(n.operands[1]);
  std::optional<axis_choice> along;
  if (n.operands.size() == 3) along = chosen_axis(n.operands[2]);
  const typed_value r = to_.gather(values, index, along ? &*along : nullptr);
  check(id, n.operands.data(), n.operands.size());
  return r;
}

typed_value writer::onehot(node_id id) {
  const syntax::node& n = tree_[id];
  if (n.operands.size() != 2) names_.fail_at_word(id, "onehot(index, axis<\"C\">) takes an index and an axis");
  const auto choice = axis(n.operands[1]);
  if (!choice || choice->name.empty())
    names_.fail_at(n.operands[1],
                   "onehot(index, axis<\"C\">) takes the axis by name: its operand does not have it yet");
  const typed_value index = value(n.operands[0]);
  const typed_value r = to_.onehot(index, choice->name);
  check(id, n.operands.data(), n.operands.size());
  return r;
}

typed_value writer::largest(node_id id) {
  const syntax::node& n = tree_[id];
  if (n.operands.size() < 2) names_.fail_at_word(id, "top_k(e, k, axis) takes a value, how many, and an axis");
  const typed_value v[] = {along(id, op::rank, n.operands[0], {n.operands.begin() + 2, n.operands.end()}),
                           value(n.operands[1])};
  const typed_value r = to_.apply(op::lt, v, 2);
  check(id, n.operands.data(), 2);
  return r;
}

typed_value writer::extent(node_id id) {
  const syntax::node& n = tree_[id];
  if (n.operands.empty()) names_.fail_at_word(id, "extent(axis<\"C\">) takes an axis");
  std::vector<text_view> axes;
  for (const node_id operand : n.operands) {
    const auto choice = axis(operand);
    if (!choice || choice->name.empty()) names_.fail_at(operand, "extent(axis<\"C\">) takes the axis by name");
    axes.push_back(choice->name);
  }
  const typed_value r = to_.extent(axes.data(), static_cast<int>(axes.size()));
  check(id, n.operands.data(), n.operands.size());
  return r;
}

typed_value writer::custom(node_id id) {
  const syntax::node& n = tree_[id];
  std::vector<node_id> involved;
  std::vector<slope_choice> slopes;
  for (std::size_t k = 1; k < n.operands.size(); ++k)
    if (tree_[n.operands[k]].kind != node_kind::slope) names_.fail_at(n.operands[k], std::string(takes_slopes));
  if (n.operands.size() < 2) names_.fail_at_word(id, std::string(takes_slopes));
  const typed_value v = value(n.operands[0]);
  involved.push_back(n.operands[0]);
  for (std::size_t k = 1; k < n.operands.size(); ++k) {
    const std::vector<node_id>& by = tree_[n.operands[k]].operands;
    const typed_value of = value(by[0]);
    slopes.push_back({of, value(by[1])});
    involved.insert(involved.end(), by.begin(), by.end());
  }
  const typed_value r = to_.custom(v, slopes.data(), static_cast<int>(slopes.size()));
  check(id, involved.data(), involved.size());
  return r;
}

typed_value writer::called(node_id id) {
  const syntax::node& n = tree_[id];
  const std::string word(n.word);
  if (n.of_std) names_.fail_function_of_std(id);
  if (n.word == "gather") return gathered(id);
  if (n.word == "onehot") return onehot(id);
  if (n.word == "extent") return extent(id);
  if (n.word == "custom") return custom(id);
  if (n.word == "slope") names_.fail_at(id, std::string(slope_outside));
  if (n.word == "top_k") return largest(id);
  if (n.word == "results")
    names_.fail_at_word(id, "results(...) lists the results of the whole formula, and stands outside of it");
  if (const running_word* along = find_running(n.word)) return running(id, *along);
  if (const chain_word* c = find_chain(n.word)) return chain(id, c->code);
  const reduction_word* r = find_reduction(n.word);
  const elementwise_word* f = find_elementwise(n.word);
  if (r != nullptr && n.operands.empty()) names_.fail_at_word(id, word + "(e) takes a value, and axes");
  const bool reduces = r != nullptr && (f == nullptr || n.operands.size() == 1 || is_named_axis(names_, n.operands[1]));
  if (reduces) return along(id, r->code, n.operands[0], {n.operands.begin() + 1, n.operands.end()});
  if (f != nullptr) {
    const bool of_many = r != nullptr && n.operands.size() > 2;
    if (!of_many && n.operands.size() != static_cast<std::size_t>(f->operands))
      names_.fail_at_word(id, sentence({issue::wrong_number_of_operands, n.word,
                                        static_cast<std::int64_t>(n.operands.size()), f->operands}));
    // As in C++, whose functions of numbers are not Loom's: the values that are compared would be numbers both.
    if (f->code == op::clamp && names_.number(n.operands[0]))
      names_.fail_at(n.operands[0], "clamp(e, lo, hi) keeps data between two bounds; this is a number");
    return elementwise(id, f->code, n.operands);
  }
  names_.fail_unknown_function(id);
}

typed_value writer::method(node_id id) {
  const syntax::node& n = tree_[id];
  const std::string word(n.word);
  if (names_.number(n.operands[0])) names_.fail_at_word(id, "a number has no methods, and is summed up in no loop");
  if (const reduction_word* r = find_reduction(n.word))
    return along(id, r->code, n.operands[0], {n.operands.begin() + 1, n.operands.end()});
  if (is_function(word))
    names_.fail_at_word(
        id, word + " is a function, and no method: write " + word + (find_running(word) != nullptr ? "(x, T)" : "(x)"));
  const std::string meant = closest(n.word, method_names());
  names_.fail_at_word(id, "there is no method " + word, meant.empty() ? "" : "did you mean ." + meant + "()?");
}

}  // namespace loom::notation::reading
