// SPDX-License-Identifier: BSL-1.0
// emit/words.hpp — what a value is, in a word: p_t, log_p, weight, a_minus_y; the names of printed code begin with it.
// A word follows from facts of the graph: an op and the words of its operands, what the value depends on, who uses it. Where the
// mathematics has no short word, the part that the value has in the loss says what it is: a scale, a term, a slope.
// Long, for it is a dictionary: most of it is one line a word.
// Layer 5 (emit).
#pragma once

#include <string>
#include <string_view>

#include "loom/schedule/plan.hpp"

namespace loom::inline LOOM_ABI::emit::detail {

inline std::string lower_case(std::string_view s) {
  std::string r(s);
  for (char& c : r)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return r;
}

class value_words {
 public:
  explicit value_words(const plan& p) : p_(p), g_(p.program) {
    find_uses();
    for (const input_info& in : g_.inputs) p_is_free_ = p_is_free_ && in.name != "p";
    for (const axis_info& a : g_.axes) p_is_free_ = p_is_free_ && lower_case(a.name.substr(0, 1)) != "p";
    for (int i = 0; i < g_.size(); ++i) shifts_ += g_[i].code == op::shift;
    for (int i = 0; i < g_.size(); ++i) describe(i);
  }

  /// Of an input, the name of the input; of a constant, its digits, if there is one.
  const std::string& of(int id) const { return word_[id]; }
  /// Whether a reader looks for the value by its name: it is worth a line of its own.
  bool is_landmark(int id) const { return landmark_[id]; }
  /// The label of an index, as names end with it: t.
  std::string label(int id) const { return std::string(g_.inputs[static_cast<int>(g_[id].bits)].name); }
  /// What an array or a reduction is made of: sum, max.
  std::string fold_of(int id) const { return std::string(reduction(folded_as(g_[id].code)).word); }
  /// Whether the value is needed for a value of the formula, not for its derivatives alone.
  bool is_forward(int id) const { return forward_[id]; }
  /// Whether a word says nothing where the line of the value is not in sight.
  bool is_generic(value_id v) const {
    for (const char* w :
         {"difference", "ratio", "inverse", "root", "power", "exponential", "larger", "smaller", "share"})
      if (word_[v] == w) return true;
    return is_vague(v);
  }
  /// Whether a word says no more than that a value is a part of another one.
  bool is_vague(value_id v) const {
    if (v == no_value) return false;
    for (const char* w : {"term", "factor", "slope", "loss", "condition"})
      if (word_[v] == w) return true;
    return word_[v].starts_with("scale") && g_[v].code != op::scalar;
  }

 private:
  static constexpr std::size_t longest = 21, shortest_product = 12;

  const plan& p_;
  const graph& g_;
  std::string word_[LOOM_MAX_NODES];
  bool landmark_[LOOM_MAX_NODES]{};
  bool forward_[LOOM_MAX_NODES]{}, added_[LOOM_MAX_NODES]{};  // added: into a total of the value
  bool of_extents_[LOOM_MAX_NODES]{}, of_labels_[LOOM_MAX_NODES]{}, of_data_[LOOM_MAX_NODES]{};
  value_id shift_[LOOM_MAX_NODES];  // by which what the value is made of was shifted
  std::string base_[LOOM_MAX_NODES];  // of that: the entry, in a word
  enum class role : std::uint8_t { none, shift, shifted, exponential, sum, log_sum, over_sum };
  role role_[LOOM_MAX_NODES]{};
  bool p_is_free_ = true;
  int shifts_ = 0;

  value_id operand(int i, int k) const { return g_[i].operand[k]; }
  bool is_constant(int i, double v) const { return g_[i].code == op::constant && g_[i].constant_value() == v; }
  bool is_scalar(int i) const { return p_.levels[i] == level::scalar; }

  void find_uses() {
    for (const output_info& o : g_.outputs)
      if (o.is_value()) forward_[o.id] = true;
    for (int i = g_.size() - 1; i >= 0; --i) {
      shift_[i] = no_value;
      for (value_id o : g_[i].operand) {
        if (o == no_value) continue;
        if (forward_[i]) forward_[o] = true;
        if (p_.is_total[i] && g_[i].code == op::sum && forward_[i] && p_.array_of[i] == 0) added_[o] = true;
      }
    }
    for (int i = 0; i < g_.size(); ++i) {
      const node& n = g_[i];
      of_extents_[i] = n.code == op::extent;
      of_labels_[i] = n.code == op::onehot;
      of_data_[i] = n.code == op::tensor || n.code == op::gather || n.code == op::mask;
      for (value_id o : n.operand) {
        if (o == no_value) continue;
        of_extents_[i] = of_extents_[i] || of_extents_[o];
        of_labels_[i] = of_labels_[i] || of_labels_[o];
        of_data_[i] = of_data_[i] || of_data_[o];
      }
    }
  }

  void describe(int i) {
    role_of(i);
    std::string w = textbook(i);
    landmark_[i] = !w.empty() && role_[i] != role::sum && role_[i] != role::log_sum;
    if (w.empty()) w = algebra(i);
    if (w.size() > longest && !is_reduction(g_[i].code)) w.clear();
    word_[i] = w.empty() ? part(i) : w;
  }

  // ---- logarithms and exponentials of a row that is shifted ---------------------------------------------------------

  /// What tells the softmax of one row from that of another: of s from that of x, of columns from that of rows.
  std::string which(int shift) const {
    if (shift == no_value || shifts_ < 2) return "";
    const std::string of = data_of(operand(shift, 0));
    bool same = false;
    for (int i = 0; i < g_.size(); ++i)
      same = same || (i != shift && g_[i].code == op::shift && data_of(operand(i, 0)) == of);
    return (of.empty() ? "" : "_" + of) + (same && p_.array_of[shift] != 0 ? std::string("_") + axes_of(shift) : "");
  }
  /// The one tensor that a value is made of.
  std::string data_of(int id) const {
    const node& n = g_[id];
    if (n.code == op::tensor) return std::string(g_.inputs[static_cast<int>(n.bits)].name);
    std::string found;
    for (value_id o : n.operand) {
      const std::string s = o == no_value || is_scalar(o) ? "" : data_of(o);
      if (!s.empty() && !found.empty() && s != found) return "";
      if (!s.empty()) found = s;
    }
    return found;
  }
  /// The axes of an array, as names end with them.
  std::string axes_of(int id) const {
    std::string s;
    for (int a : p_.arrays[p_.array_of[id] - 1].axes) s += lower_case(g_.axes[a].name.substr(0, 1));
    return s;
  }
  std::string row_word(const std::string& word, int shift) const {
    return (shift != no_value && p_.array_of[shift] != 0 ? "" : "row_") + word + which(shift);
  }

  void role_of(int i) {
    const node& n = g_[i];
    const value_id a = n.operand[0], b = n.operand[1];
    const auto take = [&](role r, int from) { role_[i] = r, shift_[i] = shift_[from], base_[i] = base_[from]; };
    const auto is = [&](value_id v, role r) { return v != no_value && role_[v] == r; };
    if (n.code == op::shift && !(p_.is_total[i] && p_.array_of[i] == 0)) {
      role_[i] = role::shift;
      shift_[i] = static_cast<value_id>(i);
      return;
    }
    switch (n.code) {
      case op::mul:  // by a temperature
        for (int k = 0; k < 2; ++k) {
          const value_id v = n.operand[k], other = n.operand[1 - k];
          if ((is(v, role::shift) || is(v, role::shifted)) && is_scalar(other)) return take(role_[v], v);
        }
        return;
      case op::sub:
        if (!is(b, role::shift)) return;
        take(role::shifted, b);
        base_[i] = g_[a].code == op::gather || g_[a].code == op::tensor ? word_[a] : data_of(a);
        return;
      case op::exp:
        if (is(a, role::shifted)) take(role::exponential, a);
        return;
      case op::rest:
      case op::sum:
        if (is(a, role::exponential)) take(role::sum, a);
        return;
      case op::add:
        for (int k = 0; k < 2; ++k)
          if (is_constant(n.operand[k], 1) && g_[n.operand[1 - k]].code == op::rest && is(n.operand[1 - k], role::sum))
            return take(role::sum, n.operand[1 - k]);
        return;
      case op::log:
        if (is(a, role::sum) && g_[a].code != op::rest) take(role::log_sum, a);
        return;
      case op::log1p:
        if (is(a, role::sum) && g_[a].code == op::rest) take(role::log_sum, a);
        return;
      case op::div:
        if (is_constant(a, 1) && is(b, role::sum) && g_[b].code != op::rest) take(role::over_sum, b);
        return;
      default: return;
    }
  }
  /// "_t" of the entry that label t names, "" of any entry; "_s" in front of it, where s is not the only row.
  std::string suffix(int exponential) const {
    const std::string& base = base_[exponential];
    const std::size_t at = base.rfind('_');
    bool gathered = false;
    for (int i = 0; i < g_.size(); ++i) gathered = gathered || (g_[i].code == op::gather && word_[i] == base);
    return which(shift_[exponential]) + (gathered && at != base.npos ? base.substr(at) : "");
  }
  std::string probability() const { return p_is_free_ ? "p" : "softmax"; }

  // ---- words that mean something by themselves ------------------------------------------------------------------------

  std::string textbook(int i) const {
    const node& n = g_[i];
    const value_id a = n.operand[0], b = n.operand[1];
    switch (role_[i]) {
      case role::shift: return g_[i].code == op::shift ? row_word("max", i) : std::string("shift") + which(shift_[i]);
      case role::exponential: return base_[i].empty() ? "" : "exp_" + base_[i] + column_of(shift_[i]);
      case role::sum: return row_word(g_[i].code == op::rest ? "rest" : "sum", shift_[i]);
      case role::log_sum: return std::string("log_") + row_word("sum", shift_[i]);
      default: break;
    }
    if (n.code == op::extent) return std::string("count") + axes_word(n.over());
    if (n.code == op::last) return std::string("last") + axes_word(n.over());
    if (n.code == op::gather) return std::string(g_.inputs[static_cast<int>(g_[a].bits)].name) + "_" + label(b);
    if (n.code == op::onehot) return std::string("onehot_") + label(a);
    if (is_reduction(n.code)) return reduced(i);
    if (runs_along(n.code)) {
      const value_id of = n.code == op::chain_back || n.code == op::chain_moves ? n.operand[2] : a;
      return std::string(info(n.code).name) + (is_vague(of) || word_[of].empty() ? "" : "_" + word_[of]);
    }
    for (const output_info& o : g_.outputs)
      if (o.id == i && o.kind == derivative_kind::gradient && !is_scalar(i))
        return std::string("grad_") + std::string(g_.inputs[o.input].name);
    if (n.code == op::sub && role_[a] == role::shifted && role_[b] == role::log_sum)
      return (p_is_free_ ? "log_p" : "log_softmax") + suffix(a);
    if (n.code == op::add)
      for (int k = 0; k < 2; ++k)
        if (role_[n.operand[k]] == role::shift && role_[n.operand[1 - k]] == role::log_sum)
          return std::string("logsumexp") + which(shift_[n.operand[k]]);
    if (n.code == op::div && role_[a] == role::exponential && role_[b] == role::sum) return probability() + suffix(a);
    if (n.code == op::mul)
      for (int k = 0; k < 2; ++k)
        if (role_[n.operand[k]] == role::exponential && role_[n.operand[1 - k]] == role::over_sum)
          return probability() + suffix(n.operand[k]);
    if (n.code == op::sub && is_weighted_shift(a) && is_weighted_log_sum(b))
      return std::string("weighted_log_") + probability() + which(shift_of_sum(a));
    if (const std::string s = of_a_logit(i); !s.empty()) return s;
    if (of_labels_[i] && p_.levels[i] == level::element && n.type == kind::number) {
      if (!of_data_[i] && is_forward(i)) return "target";
      if ((n.code == op::mul || n.code == op::mul0) && is_forward(i) &&
          (word_[a] == "target" || word_[b] == "target") && (g_[a].code == op::tensor || g_[b].code == op::tensor))
        return "weight";
    }
    return "";
  }

  /// A sum of weighted entries that are shifted, and the logarithm that they lack of being weighted logarithms of a softmax.
  bool is_weighted_shift(value_id v) const {
    if (g_[v].code != op::sum || p_.is_total[v]) return false;
    const node& n = g_[operand(v, 0)];
    return (n.code == op::mul || n.code == op::mul0) &&
           (role_[n.operand[0]] == role::shifted || role_[n.operand[1]] == role::shifted);
  }
  bool is_weighted_log_sum(value_id v) const {
    const node& n = g_[v];
    return (n.code == op::mul || n.code == op::mul0) &&
           (role_[n.operand[0]] == role::log_sum || role_[n.operand[1]] == role::log_sum);
  }
  value_id shift_of_sum(value_id v) const {
    const node& n = g_[operand(v, 0)];
    return shift_[role_[n.operand[0]] == role::shifted ? n.operand[0] : n.operand[1]];
  }
  /// Of rows and columns both shifted, the columns' say so.
  std::string column_of(int shift) const {
    if (shift == no_value || shifts_ < 2 || p_.array_of[shift] == 0) return "";
    return std::string("_") + axes_of(shift);
  }

  /// softplus(a) = max(a, 0) + log1p(exp(-|a|)), and sigmoid(a), however their parts are shared.
  std::string of_a_logit(int i) const {
    const node& n = g_[i];
    const auto minus_abs = [&](value_id e, value_id x) {  // e = exp(-|x|)
      if (g_[e].code != op::exp || g_[operand(e, 0)].code != op::neg) return false;
      const value_id m = operand(operand(e, 0), 0);
      if (g_[m].code != op::abs) return false;
      const value_id y = operand(m, 0);
      return y == x || (g_[x].code == op::neg && operand(x, 0) == y) || (g_[y].code == op::neg && operand(y, 0) == x);
    };
    if (n.code == op::add)
      for (int k = 0; k < 2; ++k) {
        const value_id m = n.operand[k], l = n.operand[1 - k];
        if (g_[m].code == op::max && g_[l].code == op::log1p && is_constant(operand(m, 1), 0) &&
            minus_abs(operand(l, 0), operand(m, 0)))
          return is_vague(operand(m, 0)) ? "softplus" : "softplus_" + word_[operand(m, 0)];
      }
    if (n.code == op::mul)
      for (int k = 0; k < 2; ++k) {
        const value_id w = n.operand[k], over = n.operand[1 - k];
        if (g_[w].code != op::where || g_[over].code != op::div || !is_constant(operand(over, 0), 1)) continue;
        const value_id c = operand(w, 0);
        if (g_[c].code == op::ge && is_constant(operand(c, 1), 0) && is_constant(operand(w, 1), 1) &&
            g_[operand(w, 2)].code == op::exp && minus_abs(operand(w, 2), operand(c, 0)))
          return is_vague(operand(c, 0)) ? "sigmoid" : "sigmoid_" + word_[operand(c, 0)];
      }
    return "";
  }

  /// A reduction, by what it adds up.
  std::string reduced(int i) const {
    const value_id a = operand(i, 0);
    std::string what = fold_of(i);
    if (p_.array_of[i] != 0) return what;
    if (g_[i].code != op::sum) return (p_.is_total[i] ? "total_" : "row_") + what;
    if (p_.is_total[i]) {
      if (g_[a].type == kind::mask) return "total_kept";
      return is_picked(a) && !is_picked_from_all(a) ? "total_weight" : "total";
    }
    const auto weighs = [&](value_id v) {
      return v != no_value && (word_[v] == "target" || word_[v] == "weight" || word_[v].starts_with(probability()) ||
                               role_[v] == role::exponential);
    };
    if (weighs(a)) return "row_weight";
    if ((g_[a].code == op::mul || g_[a].code == op::mul0) && (weighs(operand(a, 0)) || weighs(operand(a, 1))))
      return "row_weighted";
    if (g_[a].code == op::square) return "row_squares";
    return "row_sum";
  }

  /// Whether a value is an entry of the data, or none: a weight, where it is added up.
  bool is_picked(value_id v) const {
    switch (g_[v].code) {
      case op::constant:
      case op::gather:
      case op::tensor: return true;
      case op::where:
        return is_picked(operand(v, 1)) && is_picked(operand(v, 2)) && g_[operand(v, 1)].code != op::constant;
      default: return false;
    }
  }
  bool is_picked_from_all(value_id v) const { return g_[v].code == op::constant || g_[v].code == op::tensor; }
  std::string axes_word(axis_set axes) const {
    std::string s;
    for (int a = 0; a < g_.axes.size(); ++a)
      if (has(axes, a)) s += std::string("_") + std::string(g_.axes[a].name);
    return s;
  }

  // ---- words made of those of the operands --------------------------------------------------------------------------

  std::string algebra(int i) const {
    const node& n = g_[i];
    const value_id a = n.operand[0], b = n.operand[1];
    const auto word = [&](value_id v) {
      return g_[v].code == op::extent ? axes_word(g_[v].over()).substr(1) : word_[v];
    };
    const auto joined = [&](const char* between) {
      const std::string x = word(a), y = word(b);
      return x.empty() || y.empty() || is_vague(a) || is_vague(b) ? "" : x + between + y;
    };
    const auto after = [&](const char* prefix, value_id v) {
      return word(v).empty() || is_vague(v) ? "" : prefix + word(v);
    };
    if (is_input(n.code)) return std::string(g_.inputs[static_cast<int>(n.bits)].name);
    if (role_[i] == role::shifted) return base_[i].empty() ? "shifted" : base_[i] + "_shifted";
    if (n.code == op::where) {
      const value_id c = n.operand[2];
      if (g_[c].code == op::constant && g_[b].code == op::constant)
        return is_constant(b, 1) && is_constant(c, 0) ? word(a) : "share";
      if (g_[c].code == op::constant) return is_vague(b) ? "" : after("kept_", b);
      return g_[b].code == op::constant || is_vague(c) ? "" : word(c);
    }
    if ((is_vague(a) || is_vague(b)) && (n.code != op::mul || is_scalar(i))) return "";
    switch (n.code) {
      case op::constant: return digits(n.constant_value());
      case op::neg: {
        const std::string w = word(a);
        if (w.ends_with("_minus_1")) return std::string("one_minus_") + w.substr(0, w.size() - 8);
        return after("minus_", a);
      }
      case op::sub: return is_constant(a, 1) ? after("one_minus_", b) : or_word(joined("_minus_"), i, "difference");
      case op::add:
        for (int k = 0; k < 2; ++k)
          if (is_constant(n.operand[k], 1)) return after("one_plus_", n.operand[1 - k]);
        return joined("_plus_");
      case op::mul:
        for (int k = 0; k < 2; ++k) {
          const value_id v = n.operand[k], other = n.operand[1 - k];
          if (g_[v].code == op::scalar && g_[other].code == op::div && is_constant(operand(other, 0), 1) &&
              g_[operand(other, 1)].code == op::extent)
            return word(v) + "_over_" + word(operand(other, 1));
          if (is_constant(v, 0.5)) return after("half_", other);
          if (is_constant(v, 2)) return after("twice_", other);
        }
        for (int k = 0; k < 2; ++k)
          if (word_[n.operand[k]].starts_with("scale") && is_vague(n.operand[k]))
            return after("scaled_", n.operand[1 - k]);
        return joined("_times_").size() <= shortest_product ? joined("_times_") : "";
      case op::div:
        if (g_[a].code == op::constant && of_extents_[b]) return "";
        return is_constant(a, 1) ? after("one_over_", b) : joined("_over_");
      case op::square: return word(a).empty() ? "" : word(a) + "_squared";
      case op::pow: return or_word(joined("_to_"), i, "power");
      case op::max:
        if (is_constant(b, 0)) return after("positive_", a);
        return g_[b].code == op::constant || g_[b].code == op::scalar ? after("clamped_", a) : "larger";
      case op::min: return g_[b].code == op::constant || g_[b].code == op::scalar ? after("clamped_", a) : "smaller";
      case op::logical_not: return after("not_", a);
      case op::logical_and: return or_word(joined("_and_"), i, "both");
      case op::logical_or: return or_word(joined("_or_"), i, "either");
      default: break;
    }
    if (is_comparison(n.code)) return compared(i);
    if (n.code == op::number) return g_[a].code == op::position ? "position" : after("number_", a);
    if (info(n.code).kind == family::unary) return after((std::string(info(n.code).name) + "_").c_str(), a);
    return "";
  }
  std::string or_word(const std::string& joined, int i, const char* word) const {
    if (!joined.empty() && joined.size() <= longest) return joined;
    return p_.levels[i] == level::scalar ? "" : word;
  }

  std::string compared(int i) const {
    const node& n = g_[i];
    value_id a = n.operand[0], b = n.operand[1];
    if (g_[a].code == op::constant && info(n.code).commutative) std::swap(a, b);
    const auto is = [&](const std::string& what) {
      const std::string w = word_[a] + what;
      return word_[a].empty() || is_vague(a) || w.size() > longest ? std::string("condition") : w;
    };
    if (g_[a].type == kind::index && n.code == op::ne) return is("_counts");
    const std::string number = is_constant(b, 0) ? "zero" : word_[b];
    if (g_[b].code == op::constant && !number.empty()) switch (n.code) {
        case op::eq: return is("_is_" + number);
        case op::ne: return is("_is_not_" + number);
        case op::lt: return is(is_constant(b, 0) ? "_is_negative" : "_is_below_" + number);
        case op::gt: return is(is_constant(b, 0) ? "_is_positive" : "_is_above_" + number);
        case op::le: return is("_is_at_most_" + number);
        default: return is("_is_at_least_" + number);
      }
    switch (n.code) {
      case op::eq: return "same";
      case op::ne: return "different";
      case op::lt:
      case op::le: return g_[a].code == op::abs ? "inside" : is("_is_small");
      default: return g_[a].code == op::abs ? "outside" : is("_is_large");
    }
  }

  static std::string digits(double v) {
    return v >= 0 && v < 100 && v == static_cast<double>(static_cast<int>(v)) ? std::to_string(static_cast<int>(v))
                                                                              : "";
  }

  // ---- words for a part in the whole ------------------------------------------------------------------------------

  std::string part(int i) const {
    const node& n = g_[i];
    if (n.code == op::constant) return "";
    if (n.type == kind::mask) return "condition";
    if (is_scalar(i)) {
      std::string scalars = "scale";
      int found = 0;
      for (int s = 0; s < g_.inputs.size(); ++s)
        if (g_.inputs[s].code == op::scalar && depends(i, s))
          scalars += std::string("_") + std::string(g_.inputs[s].name), ++found;
      return !of_extents_[i] || (n.code != op::mul && n.code != op::div && n.code != op::neg) ? "factor"
             : found > 1 || scalars.size() > longest                                          ? "scale"
                                                                                              : scalars;
    }
    if (added_[i]) return "loss";
    if (!forward_[i]) return n.code == op::div && is_constant(n.operand[0], 1) ? "inverse" : "slope";
    switch (n.code) {
      case op::div: return is_constant(n.operand[0], 1) ? "inverse" : "ratio";
      case op::sqrt: return "root";
      case op::exp: return "exponential";
      case op::sub: return "difference";
      default: return "term";
    }
  }
  bool depends(int i, int slot) const {
    if (g_[i].code == op::scalar) return static_cast<int>(g_[i].bits) == slot;
    if (p_.is_total[i]) return false;
    for (value_id o : g_[i].operand)
      if (o != no_value && depends(o, slot)) return true;
    return false;
  }
};

}  // namespace loom::emit::detail
