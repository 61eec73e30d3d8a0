// SPDX-License-Identifier: BSL-1.0
// src/formula/parse.cpp — a tree of syntax, its names resolved and its values built by the checked builder.
#include "formula/parse.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <map>
#include <optional>
#include <set>

#include "formula/syntax.hpp"
#include "formula/words.hpp"
#include "loom/ir/checked_builder.hpp"
#include "loom/ir/evaluate.hpp"

namespace loom::notation {

namespace {

using namespace ir;
using syntax::node_id, syntax::node_kind, syntax::tree;

/// A formula that cannot be built is left by an exception, which no caller of parse() sees. It is the only type that is thrown, and is
/// never thrown in a handler: src/site/wasi.cpp counts on it.
struct stop {
  failure why;
  bool of_unknown_input = false;
};

/// What a name that is not defined by a statement is used as.
enum role : unsigned { as_number = 1, as_label = 2, as_condition = 4 };

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
std::string axis_as_number(std::string_view name, std::string_view written) {
  return std::string(name) + " is an axis, and stands for no number; extent(" + std::string(written) +
         ") is how many entries it has";
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
    if (is_keyword(d.name)) {
      failure f;
      f.sentence = std::string(d.name) + " is a word of C++, and no name";
      f.source = texts_[kept];
      f.length = d.name.size();
      throw stop{std::move(f)};
    }
    const bool has_axes = d.rank > 0;
    add(d, {code.value_or(has_axes ? op::tensor : op::scalar), code.has_value(), kept});
  }
  void note_axes(text_view text) {
    const declaration d = ir::declared(text);
    for (const axis_info& a : d.axes) axes_.insert(std::string(a.name));
  }

  const declared_input* input(std::string_view name) const {
    const auto found = inputs_.find(std::string(name));
    return found == inputs_.end() ? nullptr : &found->second;
  }
  bool is_axis(std::string_view name) const { return axes_.count(std::string(name)) != 0; }
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
  bool declares_ = false;
  std::vector<std::optional<literal>> literal_;
  std::vector<bool> literal_known_;
  std::map<std::string_view, unsigned> roles_;
  std::map<std::string_view, node_id> first_use_;
  std::set<std::pair<node_id, unsigned>> visited_;
  std::vector<std::string_view> named_axes_;
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
  void infer_numbers();
  bool infer_labels_and_masks();
  std::optional<std::string> axes_text(node_id values, node_id picked, bool indexes);
  std::optional<std::string> rows_beside(std::string_view axis) const;
  void declare_inferred(std::string_view name, op code, const std::string& axes);
};

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
    const typed_value v = build(id);
    built_[id] = v;
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

  void result(node_id id) {
    to_.result(value(id));
    check(id, nullptr, 0);
  }

  typed_value build(node_id id);
  typed_value named(node_id id);
  typed_value leaf(op code, text_view text, node_id id);
  typed_value elementwise(node_id id, op code, const std::vector<node_id>& operands);
  typed_value called(node_id id);
  typed_value method(node_id id);
  axis_choice chosen_axis(node_id id);
  typed_value along(node_id id, op code, node_id operand, const std::vector<node_id>& axes);
  typed_value gathered(node_id id);
  typed_value onehot(node_id id);
  typed_value extent(node_id id);
  typed_value number(const literal& l) {
    return to_.number(l.value, l.rounded   ? typed_value::literal::rounded
                               : l.integer ? typed_value::literal::integer
                                           : typed_value::literal::real);
  }

  /// Throws what the builder has found wrong with the operation at `id`, beside the operand or axis that it is about.
  void check(node_id id, const node_id* operands, std::size_t count);
  node_id culprit(node_id id, const mistake& m, const node_id* operands, std::size_t count);
};

// ---- literals --------------------------------------------------------------------------------------------------------

std::optional<literal> scope::compute_number(node_id id) {
  const syntax::node& n = tree_[id];
  switch (n.kind) {
    case node_kind::number: return literal{n.value, n.integer, n.rounded, n.exact, n.large};
    case node_kind::name: {
      if (n.of_std) {
        for (const constant_word& c : constant_words)
          if (c.word == n.word) return literal{c.value, false, false, 0};
        fail_at_word(id, "std:: has no constant " + std::string(n.word) + " that a formula could use");
      }
      if (const auto d = definition(n.word, n.begin)) return number(*d);
      if (n.word == "inf" && input("inf") == nullptr) return literal{numeric::infinity, false, false, 0};
      if (n.word == "nan" && input("nan") == nullptr)
        return literal{std::numeric_limits<double>::quiet_NaN(), false, false, 0};
      return {};
    }
    case node_kind::unary: {
      if (n.word == "!") return {};
      auto a = number(n.operands[0]);
      if (a && n.word == "-") {
        a->value = a->integer && a->value == 0 ? 0 : -a->value;
        a->exact = static_cast<std::int64_t>(0 - static_cast<std::uint64_t>(a->exact));
      }
      return a;
    }
    case node_kind::binary: {
      const auto a = number(n.operands[0]);
      if (!a) return {};
      const auto b = number(n.operands[1]);
      if (!b) return {};
      if (std::string_view("+-*/").find(n.word) == std::string_view::npos)
        fail_at(id, "two numbers are compared; a mask compares data");
      return folded(id, *a, *b);
    }
    case node_kind::call: {
      // As the functions of <cmath> would compute it; std::exp(2.0) is one.
      const elementwise_word* f = find_elementwise(n.word);
      if (f == nullptr || n.operands.size() != static_cast<std::size_t>(f->operands)) return {};
      double v[3] = {};
      for (std::size_t k = 0; k < n.operands.size(); ++k) {
        const auto& operand = number(n.operands[k]);
        if (!operand) return {};
        v[k] = operand->value;
      }
      const double low_enough = v[0] > v[2] ? v[2] : v[0];
      if (f->code == op::clamp) return literal{v[0] < v[1] ? v[1] : low_enough};
      if (f->code == op::relu) return literal{v[0] <= 0 ? 0 : v[0]};
      if (f->code == op::where) return {};
      return literal{ir::numbers::evaluate<double>(f->code, v[0], v[1], 0.0)};
    }
    default: return {};
  }
}

/// As C++ computes with two literals: integers stay integers.
literal scope::folded(node_id at, const literal& a, const literal& b) {
  const char sign = tree_[at].word[0];
  if (!a.integer || !b.integer) {
    const double x = a.value, y = b.value;
    return {sign == '+' ? x + y : sign == '-' ? x - y : sign == '*' ? x * y : x / y, false, false, 0};
  }
  const auto about = [&](const std::string& what) { fail_at(at, what, "write 1.0 / 2 for a fraction"); };
  std::int64_t r = 0;
  bool fits = !a.large && !b.large;
  if (!fits) {
    // The sentence below.
  } else if (sign == '/') {
    if (b.exact == 0) about("an integer is divided by 0");
    if (b.exact != -1 && a.exact % b.exact != 0)
      about("C++ divides integers to an integer, and loses a remainder here");
    if (b.exact == -1) fits = !__builtin_sub_overflow(std::int64_t{0}, a.exact, &r);
    else r = a.exact / b.exact;
  } else {
    fits = !(sign == '+'   ? __builtin_add_overflow(a.exact, b.exact, &r)
             : sign == '-' ? __builtin_sub_overflow(a.exact, b.exact, &r)
                           : __builtin_mul_overflow(a.exact, b.exact, &r));
  }
  if (!fits) fail_at(at, "these integers, or what they give, take more than 63 bits; write 1e20 for a number as large");
  const double value = static_cast<double>(r);
  const bool rounded = !(value > -0x1p63 && value < 0x1p63 && static_cast<std::int64_t>(value) == r);
  return {value, true, rounded, r};
}

// ---- what is not declared --------------------------------------------------------------------------------------------

void scope::find_axis(node_id id) {
  id = behind(id);
  const syntax::node& n = tree_[id];
  has_rows_ = true;
  std::string_view name;
  if (n.kind == node_kind::quoted && n.word == "axis") name = n.quoted;
  else if (n.kind == node_kind::name) name = n.word;
  if (!name.empty() && std::find(named_axes_.begin(), named_axes_.end(), name) == named_axes_.end())
    named_axes_.push_back(name);
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
      note_axes(n.quoted);
      return;
    case node_kind::loss: return all(0, as_number);
    case node_kind::name:
      if (n.of_std) return;
      if (const auto d = definition(n.word, n.begin)) return find_roles(*d, as);
      roles_[n.word] |= as;
      first_use_.emplace(n.word, id);
      return;
    case node_kind::unary: return all(0, n.word == "!" ? as_condition : as_number);
    case node_kind::binary: return all(0, n.word == "&&" || n.word == "||" ? as_condition : as_number);
    case node_kind::method: {
      const reduction_word* r = find_reduction(n.word);
      find_roles(n.operands[0], r != nullptr && r->of_masks ? as_condition : as_number);
      return axes(1);
    }
    case node_kind::call: break;
  }
  if (number(id)) return;
  if (n.of_std) fail_function_of_std(id);
  if (!is_function(n.word) && n.word != "results") fail_unknown_function(id);
  if (n.operands.empty()) return;
  if (n.word == "gather") {
    has_rows_ = true;
    find_roles(n.operands[0], as_number);
    if (n.operands.size() > 1) find_roles(n.operands[1], as_label);
    return axes(2);
  }
  if (n.word == "onehot") return find_roles(n.operands[0], as_label), axes(1);
  if (n.word == "extent") return axes(0);
  if (n.word == "where") return find_roles(n.operands[0], as_condition), all(1, as_number);
  const reduction_word* r = find_reduction(n.word);
  if (r == nullptr || (r->also_elementwise && n.operands.size() == 2 && !is_named_axis(*this, n.operands[1])))
    return all(0, as_number);
  if (r->keeps_shape) has_rows_ = true;
  find_roles(n.operands[0], r->of_masks ? as_condition : as_number);
  axes(1);
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
    if (input(name) != nullptr || (roles & (as_label | as_condition)) != 0) continue;
    if (name == "inf" || name == "nan") continue;
    if (is_axis(name)) fail_at_word(use, axis_as_number(name, name));
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
      settle(n.operands[0], op::index, rows_beside(axis.kind == node_kind::quoted ? axis.quoted : axis.word));
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
      }
  infer_numbers();
  while (infer_labels_and_masks()) {}
  for (const auto& [name, roles] : roles_) {
    if (input(name) != nullptr || (roles & (as_label | as_condition)) == 0) continue;
    const bool label = (roles & as_label) != 0;
    if (const std::string meant = closest(name, input_order_); !meant.empty())
      fail_at_word(first_use_[name], "there is no input " + std::string(name),
                   "did you mean " + meant + "? If not, declare it");
    fail_at_word(first_use_[name],
                 std::string("the axes of the ") + (label ? "index " : "mask ") + std::string(name) +
                     " do not follow from its use",
                 std::string("declare it: '") + (label ? "index " : "mask ") + std::string(name) + "[N]'");
  }
}

// ---- values ----------------------------------------------------------------------------------------------------------

node_id writer::culprit(node_id id, const mistake& m, const node_id* operands, std::size_t count) {
  const auto first_of = [&](kind k) {
    for (std::size_t i = 0; i < count; ++i)
      if (const auto known = built_.find(names_.behind(operands[i]));
          known != built_.end() && to_[known->second].type == k)
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
  if (names_.is_axis(n.word)) names_.fail_at_word(id, axis_as_number(n.word, n.word));
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
      names_.fail_at(id, axis_as_number(n.quoted, "axis<\"" + std::string(n.quoted) + "\">"));
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
  }
  return {};
}

typed_value writer::elementwise(node_id id, op code, const std::vector<node_id>& operands) {
  typed_value v[3];
  for (std::size_t k = 0; k < operands.size(); ++k) v[k] = value(operands[k]);
  const typed_value r = to_.apply(code, v, static_cast<int>(operands.size()));
  check(id, operands.data(), operands.size());
  return r;
}

std::optional<axis_choice> writer::axis(node_id id) {
  if (const auto& l = names_.number(id)) {
    if (!l->integer) return {};
    return axis_choice{{}, l->exact};
  }
  id = names_.behind(id);
  const syntax::node& n = tree_[id];
  if (n.kind == node_kind::quoted && n.word == "axis") return axis_choice{n.quoted, 0};
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

typed_value writer::called(node_id id) {
  const syntax::node& n = tree_[id];
  const std::string word(n.word);
  if (n.of_std) names_.fail_function_of_std(id);
  if (n.word == "gather") return gathered(id);
  if (n.word == "onehot") return onehot(id);
  if (n.word == "extent") return extent(id);
  if (n.word == "results")
    names_.fail_at_word(id, "results(...) lists the results of the whole formula, and stands outside of it");
  const reduction_word* r = find_reduction(n.word);
  const elementwise_word* f = find_elementwise(n.word);
  if (r != nullptr && n.operands.empty()) names_.fail_at_word(id, word + "(e) takes a value, and axes");
  const bool reduces = r != nullptr && (f == nullptr || n.operands.size() == 1 || is_named_axis(names_, n.operands[1]));
  if (reduces) return along(id, r->code, n.operands[0], {n.operands.begin() + 1, n.operands.end()});
  if (f != nullptr) {
    if (n.operands.size() != static_cast<std::size_t>(f->operands))
      names_.fail_at_word(id, sentence({issue::wrong_number_of_operands, n.word,
                                        static_cast<std::int64_t>(n.operands.size()), f->operands}));
    return elementwise(id, f->code, n.operands);
  }
  names_.fail_unknown_function(id);
}

typed_value writer::method(node_id id) {
  const syntax::node& n = tree_[id];
  const std::string word(n.word);
  if (const reduction_word* r = find_reduction(n.word))
    return along(id, r->code, n.operands[0], {n.operands.begin() + 1, n.operands.end()});
  if (is_function(word)) names_.fail_at_word(id, word + " is a function, and no method: write " + word + "(x)");
  const std::string meant = closest(n.word, method_names());
  names_.fail_at_word(id, "there is no method " + word, meant.empty() ? "" : "did you mean ." + meant + "()?");
}

// ---- the whole -------------------------------------------------------------------------------------------------------

/// Where the text names an axis, for what is said of one once the formula is complete.
std::optional<node_id> place_of_axis(const tree& t, text_view axis) {
  for (std::size_t k = 0; k < t.nodes.size(); ++k)
    if (t.nodes[k].kind == node_kind::name ? axis == t.nodes[k].word
                                           : t.nodes[k].kind == node_kind::quoted && axis == t.nodes[k].quoted)
      return static_cast<node_id>(k);
  return {};
}

lowered write_formula(scope& names, node_id root) {
  checked_builder first;
  writer(names, first).results(root);
  if (!first.undecided()) return first.finish();
  checked_builder again(first.axes());
  writer(names, again).results(root);
  return again.finish();
}

/// A statement that the formula does not use is still a formula: its mistakes are told.
void check_unused(scope& names, const tree& t) {
  for (const syntax::statement& s : t.statements) {
    checked_builder to;
    writer w(names, to);
    const node_id behind = w.unwrapped(s.value);
    const bool says_nothing =
        t[behind].kind == node_kind::quoted || (t[behind].kind == node_kind::call && t[behind].word == "results");
    std::optional<failure> wrong;  // thrown outside of the handler: see stop
    try {
      if (!says_nothing) w.value(behind);
    } catch (stop& e) {
      // A name that nothing defines may be defined where the text was taken from.
      if (!e.of_unknown_input) wrong = std::move(e.why);
    }
    if (wrong) throw stop{std::move(*wrong)};
  }
}

}  // namespace

formula parse(std::string_view text, std::span<const std::string> declarations) {
  formula r;
  text_store texts;
  texts.keep(std::string(text));
  r.texts = texts.all();
  const tree t = syntax::read(texts[0]);
  const auto nothing = [&] {
    builder zero;
    zero.result.outputs.push_back({derivative_kind::value, -1, zero.constant(0)});
    r.written = zero.result;
  };
  if (t.wrong.failed()) {
    r.wrong = t.wrong;
    nothing();
    return r;
  }
  try {
    scope names_of(t, texts);
    for (const std::string& d : declarations) names_of.declare(d);
    names_of.define_statements();
    names_of.infer();
    r.inferred = names_of.inferred;
    const syntax::statement& last = t.statements.back();
    r.name = std::string(last.name);
    const lowered built = write_formula(names_of, last.value);
    if (built.problem.kind != issue::none) {
      if (built.problem.kind == issue::axis_without_extent)
        if (const auto at = place_of_axis(t, built.problem.name)) names_of.fail_at(*at, sentence(built.problem));
      names_of.fail_at(last.value, sentence(built.problem));
    }
    check_unused(names_of, t);
    r.written = built.program;
  } catch (stop& s) {
    r.wrong = std::move(s.why);
    nothing();
  }
  return r;
}

}  // namespace loom::notation
