// SPDX-License-Identifier: BSL-1.0
// src/formula/scope.hpp — the names of a formula: which statement, input or axis each is; numbers, and what is declared by its use.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "formula/syntax.hpp"
#include "formula/words.hpp"
#include "loom/ir/checked_builder.hpp"

namespace loom::notation::reading {

using namespace ir;
using syntax::node_id, syntax::node_kind, syntax::tree;

/// A formula that cannot be built is left by an exception, which no caller of parse() sees. It is the only type that is thrown, and is
/// never thrown in a handler: src/site/wasi.cpp counts on it.
struct stop {
  failure why;
  bool is_said_elsewhere = false;
};

/// What a name that is not defined by a statement is used as.
enum role : unsigned { as_number = 1, as_label = 2, as_condition = 4, as_index_or_mask = 8 };

/// A number that a compiler would have computed before it is part of a formula.
struct literal {
  double value = 0;
  bool integer = false, rounded = false;
  std::int64_t exact = 0;  ///< of an integer
  bool large = false;  ///< an integer of 64 bits
};

/// An input as the formula has it.
struct declared_input {
  op code = op::tensor;
  bool kind_given = false;
  std::size_t text = 0;  ///< which of the texts declares it
};

/// What is said of an axis where a number is meant.
inline std::string axis_as_number(std::string_view name, std::string_view written) {
  return std::string(name) + " is an axis, which stands for its positions in a comparison; number(" +
         std::string(written) + ") is them as numbers, extent(" + std::string(written) + ") is how many entries it has";
}

/// The texts that the names of a graph are views of; none moves when another is added.
class text_store {
 public:
  std::size_t keep(std::string s) {
    texts_->push_back(std::move(s));
    return texts_->size() - 1;
  }
  const std::string& operator[](std::size_t k) const { return (*texts_)[k]; }
  kept_texts all() const { return texts_; }

 private:
  std::shared_ptr<std::deque<std::string>> texts_ = std::make_shared<std::deque<std::string>>();
};

class scope;
/// Whether an axis is meant, by name, where a value could stand as well: max(x, C).
bool is_named_axis(scope& names, node_id id);

/// The names of a formula: which statement, input or axis each is.
class scope {
 public:
  scope(const tree& t, text_store& texts)
      : tree_(t), texts_(texts), literal_(t.nodes.size()), literal_known_(t.nodes.size()) {}

  const tree& nodes() const { return tree_; }
  std::string_view source() const { return texts_[0]; }

  failure failure_at(std::size_t at, std::size_t length, std::string sentence, std::string hint = {}) const {
    failure f;
    f.sentence = std::move(sentence);
    f.hint = std::move(hint);
    f.source = std::string(source());
    f.at = at;
    f.length = std::max<std::size_t>(length, 1);
    return f;
  }
  [[noreturn]] void fail(std::size_t at, std::size_t length, std::string sentence, std::string hint = {}) const {
    throw stop{failure_at(at, length, std::move(sentence), std::move(hint))};
  }
  [[noreturn]] void fail_at_word(node_id id, std::string sentence, std::string hint = {}) const {
    fail(tree_[id].at, tree_[id].length, std::move(sentence), std::move(hint));
  }
  [[noreturn]] void fail_at(node_id id, std::string sentence, std::string hint = {}) const {
    fail(tree_[id].begin, tree_[id].end - tree_[id].begin, std::move(sentence), std::move(hint));
  }

  /// Of a call: there is no such function.
  [[noreturn]] void fail_unknown_function(node_id id) const {
    const std::string_view word = tree_[id].word;
    if (word == "std") fail_at_word(id, "std is a namespace of C++: the standard deviation is stddev(e, axes...)");
    if (word == "matmul" || word == "dot" || word == "mm") fail_at_word(id, std::string(product_of_matrices));
    if (definition(word, tree_[id].begin) || input(word) != nullptr)
      fail_at_word(id, std::string(word) + " is a value, and is called like a function");
    const std::string meant = closest(word, function_names());
    fail_at_word(id, "there is no function " + std::string(word), meant.empty() ? "" : "did you mean " + meant + "?");
  }
  [[noreturn]] void fail_function_of_std(node_id id) const {
    const std::string word(tree_[id].word);
    fail_at_word(id, "functions of formulas are Loom's: write " + (is_function(word) ? word : std::string("exp")) +
                         "(x), not std::" + word + "(x)");
  }

  // ---- statements ------------------------------------------------------------------------------------------------

  void define_statements() {
    for (const syntax::statement& s : tree_.statements) {
      if (s.name.empty()) continue;
      if (!defined_.emplace(s.name, s.value).second)
        fail(s.at, s.name.size(), "the name " + std::string(s.name) + " is given twice");
    }
  }
  /// The value that a statement gives to a name, for a use of it.
  std::optional<node_id> definition(std::string_view name, std::size_t used_at) const {
    const auto found = defined_.find(name);
    if (found == defined_.end()) return {};
    if (tree_[found->second].end > used_at)
      fail(used_at, name.size(),
           std::string(name) + " is used before it has a value; give the new value a name of its own");
    return found->second;
  }
  /// Through names to what they stand for, if that is an axis, an input or another name that no statement defines.
  node_id behind(node_id id) const {
    while (tree_[id].kind == node_kind::name)
      if (const auto d = definition(tree_[id].word, tree_[id].begin)) id = *d;
      else break;
    return id;
  }

  // ---- inputs ----------------------------------------------------------------------------------------------------

  /// A declaration from outside the text: "x[N,C]", "index t[N]".
  void declare(const std::string& text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    std::string rest = begin == text.npos ? "" : text.substr(begin);
    std::optional<op> code;
    for (const input_word& w : input_words)
      if (rest.size() > w.word.size() && rest.starts_with(w.word) && rest[w.word.size()] == ' ') {
        const std::size_t name = rest.find_first_not_of(' ', w.word.size());
        if (name == rest.npos || rest.compare(name, 3, "in ") == 0 || !syntax::is_letter(rest[name])) break;
        code = w.code;
        rest = rest.substr(name);
        break;
      }
    const std::size_t kept = texts_.keep(rest);
    const declaration d = declared(texts_[kept]);
    if (d.error_column != 0) {
      failure f;
      f.sentence = sentence({issue::malformed_text, texts_[kept], d.error_column, 0});
      f.source = texts_[kept];
      f.at = static_cast<std::size_t>(d.error_column - 1);
      throw stop{std::move(f)};
    }
    if (const std::string_view word = keyword_in(d); !word.empty()) {
      failure f;
      f.sentence = std::string(word) + " is a word of C++, and no name";
      f.source = texts_[kept];
      f.at = f.source.find(word);
      f.length = word.size();
      throw stop{std::move(f)};
    }
    const bool has_axes = d.rank > 0;
    add(d, {code.value_or(has_axes ? op::tensor : op::scalar), code.has_value(), kept});
  }
  /// A word of C++ that a declaration takes for a name. In C++ it may, within its quotes; here every name may stand alone.
  static std::string_view keyword_in(const declaration& d) {
    if (is_keyword(d.name)) return d.name;
    for (const axis_info& a : d.axes)
      if (is_keyword(a.name)) return a.name;
    return {};
  }
  void note_axes(text_view text, node_id id) {
    const declaration d = ir::declared(text);
    if (const std::string_view word = keyword_in(d); !word.empty())
      fail(tree_[id].quoted_at + static_cast<std::size_t>(word.data() - text.data()), word.size(),
           std::string(word) + " is a word of C++, and no name");
    for (const axis_info& a : d.axes) axes_.insert(std::string(a.name));
  }

  const declared_input* input(std::string_view name) const {
    const auto found = inputs_.find(std::string(name));
    return found == inputs_.end() ? nullptr : &found->second;
  }
  bool is_axis(std::string_view name) const {
    return axes_.contains(std::string(name)) || placed_axes_.contains(std::string(name));
  }
  bool nothing_declared() const { return inputs_.empty() && axes_.empty() && !declares_; }
  text_view declared_text(const declared_input& in) const { return texts_[in.text]; }

  // ---- literals --------------------------------------------------------------------------------------------------

  /// The number that a compiler makes of a value without inputs.
  const std::optional<literal>& number(node_id id) {
    const auto k = static_cast<std::size_t>(id);
    if (!literal_known_[k]) {
      literal_[k] = compute_number(id);
      literal_known_[k] = true;
    }
    return literal_[k];
  }

  // ---- places ----------------------------------------------------------------------------------------------------

  /// The axes that a chain takes its states from: R of S = R, S and K of S = S - K.
  std::vector<node_id> chain_axes_of(node_id place) const;
  /// Whether the last position of an axis is meant.
  bool is_last(node_id id) const;
  /// Whether what lies beyond the ends of an axis is said, not an axis.
  bool is_outside(node_id id) const;
  bool is_axis_here(node_id id);

  // ---- what is not declared --------------------------------------------------------------------------------------

  void infer();
  std::vector<std::string> inferred;

 private:
  const tree& tree_;
  text_store& texts_;
  std::map<std::string_view, node_id> defined_;
  std::map<std::string, declared_input> inputs_;
  std::vector<std::string> input_order_;
  std::set<std::string> axes_;
  std::set<std::string> placed_axes_;  ///< along which something is read
  bool declares_ = false;
  std::vector<std::optional<literal>> literal_;
  std::vector<bool> literal_known_;
  std::map<std::string_view, unsigned> roles_;
  std::map<std::string_view, node_id> first_use_;
  std::set<std::pair<node_id, unsigned>> visited_;
  std::vector<std::string_view> named_axes_;
  bool is_named_as_axis(std::string_view name) const {
    return std::find(named_axes_.begin(), named_axes_.end(), name) != named_axes_.end();
  }
  bool has_rows_ = false;

  void add(const declaration& d, const declared_input& in) {
    const std::string name(d.name);
    const auto [at, fresh] = inputs_.emplace(name, in);
    if (!fresh && (texts_[at->second.text] != texts_[in.text] || at->second.code != in.code)) {
      failure f;
      f.sentence = sentence({issue::input_declared_twice, d.name});
      f.source = texts_[in.text];
      f.length = name.size();
      throw stop{std::move(f)};
    }
    if (fresh) input_order_.push_back(name);
    for (const axis_info& a : d.axes) axes_.insert(std::string(a.name));
  }

  std::optional<literal> compute_number(node_id id);
  literal folded(node_id at, const literal& a, const literal& b);
  void find_roles(node_id id, unsigned as);
  void find_axis(node_id id);
  void note_axis(node_id id);
  void find_index(node_id id);
  void infer_numbers();
  bool infer_labels_and_masks();
  std::optional<std::string> axes_text(node_id values, node_id picked, bool indexes);
  std::optional<std::string> rows_beside(std::string_view axis) const;
  void declare_inferred(std::string_view name, op code, const std::string& axes);
};

}  // namespace loom::notation::reading
