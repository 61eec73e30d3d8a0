// SPDX-License-Identifier: BSL-1.0
// src/site/mathematics.cpp — graph -> LaTeX.
// Printing carries what each index stands for at the moment: a letter, or the label that a gather put there.
#include "mathematics.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include "loom/ir/print.hpp"

namespace loom::site {
namespace {

using namespace loom::ir;

/// How tightly a piece holds together; what is looser than its place gets parentheses.
enum level : int { any, disjunction, conjunction, comparison, sum_level, product, function, atom };

struct piece {
  std::string text;
  int level = atom;
  bool minus = false;  ///< the piece is less than nothing: its sign is not in the text
  bool open = false;   ///< reaches as far right as it can, as a sum does: only the last factor may
};

constexpr std::string_view greek[] = {"alpha", "beta", "gamma", "delta", "eta",   "kappa", "lambda",
                                      "mu",    "nu",   "xi",    "pi",    "rho",   "sigma", "tau",
                                      "phi",   "chi",  "psi",   "omega", "theta", "zeta"};

std::string escaped(std::string_view s) {
  std::string r;
  for (const char c : s) r += c == '_' ? std::string("\\_") : std::string(1, c);
  return r;
}

/// A name as a symbol: x, \beta, \varepsilon, \mathrm{margin}.
std::string symbol(std::string_view name) {
  if (name.size() == 1) return std::string(name);
  if (name == "eps" || name == "epsilon") return "\\varepsilon";
  for (const std::string_view g : greek)
    if (g == name) return "\\" + std::string(g);
  return (name.size() == 2 ? "\\mathit{" : "\\mathrm{") + escaped(name) + "}";
}

std::string number(double v) {
  std::string s = number_text(v);
  if (s == "inf") return "\\infty";
  if (s == "nan") return "\\mathrm{NaN}";
  const std::size_t e = s.find('e');
  if (e == s.npos) return s;
  const std::string mantissa = s.substr(0, e), power = std::to_string(std::stoi(s.substr(e + 1)));
  return (mantissa == "1" ? "" : mantissa + "\\cdot ") + "10^{" + power + "}";
}

std::string parenthesized(const std::string& s) {
  const bool tall = s.find("\\dfrac") != s.npos || s.find("\\sum") != s.npos || s.find("cases") != s.npos ||
                    s.find("\\max_") != s.npos || s.find("\\prod") != s.npos || s.find("\\sqrt") != s.npos;
  return tall ? "\\left(" + s + "\\right)" : "(" + s + ")";
}
std::string signed_text(const piece& p) { return (p.minus ? "-" : "") + p.text; }
std::string within(const piece& p, int outer) {
  return (p.minus ? sum_level : p.level) < outer ? parenthesized(signed_text(p)) : signed_text(p);
}

class typesetter {
 public:
  typesetter(const graph& g, shown_outputs which) : g_(g), which_(which) {
    choose_letters();
    name_shared();
  }

  std::vector<equation> run() {
    std::vector<equation> all;
    for (const output_info& o : g_.outputs) {
      if (!is_shown(o)) continue;
      free_indices(g_[o.id].axes, o.is_value() ? axis_set{0} : as_set(o.axes));
      all.push_back({left_of(o), signed_text(print(o.id, true)), false});
      define(o.id, all);
    }
    return all;
  }

 private:
  const graph& g_;
  const shown_outputs which_;
  std::array<std::string, max_axes> letter_;                      // of each axis, where it is free
  mutable std::array<std::string, max_axes> index_;               // what it stands for now
  mutable std::vector<std::string> live_;                         // letters that mean something now
  std::array<std::string, LOOM_MAX_NODES> name_;                  // of values that have a line of their own
  std::array<bool, LOOM_MAX_NODES> defined_{};
  static constexpr int most_printed =
      20000;  // of what is shared and has no name, as a mask, a formula may have any number
  mutable int printed_ = 0;
  mutable bool small_ = false;  // in an exponent

  bool is_shown(const output_info& o) const { return o.is_value() == (which_ == shown_outputs::values); }
  bool is_input_name(std::string_view s) const {
    return std::any_of(g_.inputs.begin(), g_.inputs.end(),
                       [&](const input_info& in) { return std::string_view(in.name) == s; });
  }

  // ---- letters -----------------------------------------------------------------------------------------------------

  void choose_letters() {
    std::vector<std::string> taken;
    const auto is_free = [&](const std::string& s) {
      return !is_input_name(s) && std::find(taken.begin(), taken.end(), s) == taken.end();
    };
    for (int a = 0; a < g_.axes.size(); ++a) {
      const std::string_view name = g_.axes[a].name;
      std::string wanted(1, name[0]);
      if (wanted[0] >= 'A' && wanted[0] <= 'Z') wanted[0] = static_cast<char>(wanted[0] - 'A' + 'a');
      for (const char* other : {"i", "j", "k", "l", "q", "r", "s", "h"})
        if (!is_free(wanted)) wanted = other;
      taken.push_back(wanted);
      letter_[static_cast<std::size_t>(a)] = wanted;
    }
    index_ = letter_;
  }

  void name_shared() {
    std::array<int, LOOM_MAX_NODES> uses{}, size{};
    std::array<bool, LOOM_MAX_NODES> needed{}, within_branch{};  // cases within cases would be unreadable
    for (const output_info& o : g_.outputs)
      if (is_shown(o)) needed[static_cast<std::size_t>(o.id)] = true;
    for (int i = g_.size() - 1; i >= 0; --i)
      for (const value_id o : g_[i].operand)
        if (o != no_value && needed[static_cast<std::size_t>(i)]) {
          needed[static_cast<std::size_t>(o)] = true;
          ++uses[static_cast<std::size_t>(o)];
        }
    for (int i = 0; i < g_.size(); ++i) {
      size[static_cast<std::size_t>(i)] = 1;
      for (const value_id o : g_[i].operand)
        if (o != no_value)
          size[static_cast<std::size_t>(i)] =
              std::min(1000, size[static_cast<std::size_t>(i)] + size[static_cast<std::size_t>(o)]);
    }
    std::vector<std::string> letters;
    for (const char* s : {"u", "v", "w", "r", "s", "p", "q", "g", "h", "z", "y", "a", "b"})
      if (!is_input_name(s) && std::find(letter_.begin(), letter_.end(), s) == letter_.end()) letters.push_back(s);
    letters.push_back("\\ell");
    std::size_t next = 0;
    // The last computed is met first by a reader.
    for (int i = g_.size() - 1; i >= 0; --i) {
      const auto k = static_cast<std::size_t>(i);
      const bool nested = within_branch[k] && g_[i].code == op::where;
      const bool shared = uses[k] > 1 && size[k] >= 5 && g_[i].code != op::neg;
      const bool gets_name = needed[k] && g_[i].type == kind::number && (nested || shared);
      for (int o = 0; o < arity(g_[i].code); ++o)
        if ((within_branch[k] && !gets_name) || (g_[i].code == op::where && o == 1))
          within_branch[static_cast<std::size_t>(g_[i].operand[o])] = true;
      if (!gets_name) continue;
      bool is_output = false;
      for (const output_info& o : g_.outputs) is_output = is_output || (is_shown(o) && o.id == i);
      if (is_output) continue;
      const std::size_t round = next / letters.size();
      name_[k] = letters[next % letters.size()] + std::string(round, '\'');
      ++next;
    }
  }

  void free_indices(axis_set own, axis_set more) {
    index_ = letter_;
    live_.clear();
    for (int a = 0; a < g_.axes.size(); ++a)
      if (has(static_cast<axis_set>(own | more), a)) live_.push_back(letter_[static_cast<std::size_t>(a)]);
  }

  void define(int id, std::vector<equation>& all) {
    std::array<bool, LOOM_MAX_NODES> needed{};
    needed[static_cast<std::size_t>(id)] = true;
    for (int i = id; i >= 0; --i) {
      const auto k = static_cast<std::size_t>(i);
      if (!needed[k]) continue;
      for (const value_id o : g_[i].operand)
        if (o != no_value) needed[static_cast<std::size_t>(o)] = true;
      if (i == id || name_[k].empty() || defined_[k]) continue;
      defined_[k] = true;
      free_indices(g_[i].axes, 0);
      all.push_back({name_[k] + subscript(g_[i].axes), signed_text(print(i, true)), true});
    }
  }

  // ---- indices -----------------------------------------------------------------------------------------------------

  std::string joined(const std::vector<std::string>& indices) const {
    bool complex = false;
    for (const std::string& s : indices) complex = complex || s.size() > 2;
    std::string r;
    for (const std::string& s : indices) r += (r.empty() || !complex ? "" : ",") + s;
    return r;
  }
  std::string subscript(const axis_order& axes) const {
    std::vector<std::string> indices;
    for (const int a : axes) indices.push_back(index_[static_cast<std::size_t>(a)]);
    return indices.empty() ? "" : "_{" + joined(indices) + "}";
  }
  std::string subscript(axis_set axes) const {
    std::vector<std::string> indices;
    for (int a = 0; a < g_.axes.size(); ++a)
      if (has(axes, a)) indices.push_back(index_[static_cast<std::size_t>(a)]);
    return indices.empty() ? "" : "_{" + joined(indices) + "}";
  }

  static std::string moved(std::int32_t by) { return by == 0 ? "" : (by < 0 ? "" : "+") + std::to_string(by); }
  /// The indices of an input that is read at another place; entries are counted from 0, as labels are.
  std::string place(const input_info& in) const {
    std::vector<std::string> indices;
    for (int k = 0; k < in.at.size(); ++k) {
      const coordinate c = in.at[k];
      indices.push_back(c.axis >= 0 ? index_[static_cast<std::size_t>(c.axis)] + moved(c.entry)
                        : is_from_last(c.entry)
                            ? symbol(g_.axes[g_.inputs[in.of].axes[k]].name) + moved(c.entry - last_entry - 1)
                            : std::to_string(c.entry));
    }
    return "_{" + joined(indices) + "}";
  }

  std::string left_of(const output_info& o) const {
    if (o.is_value()) return (is_input_name("L") ? "\\mathcal{L}" : "L") + subscript(o.axes);
    const input_info& in = g_.inputs[o.input];
    const std::string by = symbol(in.name) + subscript(in.axes);
    if (o.kind == derivative_kind::curvature) return "\\dfrac{\\partial^2 L}{\\partial " + by + "^2}";
    return "\\dfrac{\\partial L}{\\partial " + by + "}";
  }

  /// Prints with other meanings of some indices, and puts the old ones back.
  template <class F>
  std::string with_indices(const F& print) const {
    const auto saved = index_;
    const std::size_t alive = live_.size();
    std::string s = print();
    index_ = saved;
    live_.resize(alive);
    return s;
  }
  /// A letter for an axis that a reduction counts, and that nothing around it means.
  std::string bind(int axis) const {
    std::string s = letter_[static_cast<std::size_t>(axis)];
    while (std::find(live_.begin(), live_.end(), s) != live_.end()) s += "'";
    live_.push_back(s);
    index_[static_cast<std::size_t>(axis)] = s;
    return s;
  }

  // ---- values ------------------------------------------------------------------------------------------------------

  piece call(const std::string& name, const std::string& arguments) const {
    return {name + parenthesized(arguments), function, false, false};
  }
  piece of_function(const std::string& name, int operand) const {
    const piece a = print(operand);
    if (!a.minus && (a.level == atom || a.text.starts_with("\\dfrac")))
      return {name + (name.ends_with("}") ? "\\," : " ") + a.text, function, false, true};
    return call(name, signed_text(a));
  }

  bool is_constant(int id, double v) const { return g_[id].code == op::constant && g_[id].constant_value() == v; }
  bool is_mean(const node& n) const {
    return n.code == op::div && g_[n.operand[1]].code == op::extent && g_[n.operand[0]].code == op::sum &&
           g_[n.operand[0]].over() == g_[n.operand[1]].over() && name_[static_cast<std::size_t>(n.operand[0])].empty();
  }

  void add_terms(int id, bool minus, std::vector<piece>& terms) const {
    const node& n = g_[id];
    if ((n.code == op::add || n.code == op::sub) && name_[static_cast<std::size_t>(id)].empty()) {
      add_terms(n.operand[0], minus, terms);
      add_terms(n.operand[1], minus != (n.code == op::sub), terms);
      return;
    }
    piece p = print(id);
    if (p.level < product) p = {within(p, product), atom, false, false};
    p.minus = p.minus != minus;
    terms.push_back(p);
  }
  piece sum_of(int id) const {
    std::vector<piece> terms;
    const node& n = g_[id];
    add_terms(n.operand[0], false, terms);
    add_terms(n.operand[1], n.code == op::sub, terms);
    // What reaches to the right comes last, a small constant before it; and no sum begins with a minus if another term can begin it.
    std::vector<piece> sorted;
    for (int k = 0; k < 3; ++k)
      for (const piece& t : terms)
        if ((t.open ? 2 : t.text.starts_with("10^") ? 1 : 0) == k) sorted.push_back(t);
    terms = std::move(sorted);
    const auto first = std::find_if(terms.begin(), terms.end(), [](const piece& t) { return !t.minus; });
    if (first != terms.end()) std::rotate(terms.begin(), first, first + 1);
    std::string s;
    for (const piece& t : terms) s += (s.empty() ? (t.minus ? "-" : "") : t.minus ? " - " : " + ") + t.text;
    return {s, sum_level, false, false};
  }

  /// A product of values and of reciprocals of others: constants apart, what stands over the line of a fraction, what stands under it,
  /// and what is written behind.
  struct factors {
    double constant = 1, divisor = 1;
    bool minus = false;
    std::vector<piece> over, under, behind;
  };
  bool is_named(int id) const { return !name_[static_cast<std::size_t>(id)].empty(); }

  void collect(int id, std::vector<piece> factors::* place, factors& f, bool root = false) const {
    const node& n = g_[id];
    const bool below = place == &factors::under;
    if (n.code == op::constant && n.constant_value() != 0 &&
        number_text(n.constant_value()).find_first_of("enf") == std::string::npos) {
      (below ? f.divisor : f.constant) *= n.constant_value();
      return;
    }
    if (!root && is_named(id)) return (f.*place).push_back(print(id));
    if (n.code == op::neg) {
      f.minus = !f.minus;
      return collect(n.operand[0], place, f);
    }
    if (n.code == op::mul || n.code == op::mul0) {
      collect(n.operand[0], place, f);
      return collect(n.operand[1], place, f);
    }
    if (n.code == op::div && !below && !is_mean(n)) {
      collect(n.operand[0], &factors::over, f);
      return collect(n.operand[1], &factors::under, f);
    }
    piece p = print(id);
    f.minus = f.minus != p.minus;
    p.minus = false;
    (f.*place).push_back(p);
  }

  static int rank(const piece& p) {
    const bool digit = p.text[0] >= '0' && p.text[0] <= '9';
    if (p.open) return 6;
    if (p.level < product) return p.text.size() < 30 ? 3 : 5;
    return digit ? 0 : p.text.starts_with("\\dfrac") ? 1 : p.text.ends_with(")") ? 4 : 2;
  }
  static piece multiplied(const std::vector<piece>& all) {
    std::vector<piece> sorted;
    std::vector<int> times;
    for (int k = 0; k <= 6; ++k)
      for (const piece& f : all) {
        if (rank(f) != k) continue;
        const auto known = std::find_if(sorted.begin(), sorted.end(), [&](const piece& p) { return p.text == f.text; });
        if (known == sorted.end()) {
          sorted.push_back(f);
          times.push_back(1);
        } else ++times[static_cast<std::size_t>(known - sorted.begin())];
      }
    piece r{"", product, false, false};
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      const piece& f = sorted[i];
      const int same = times[i];
      const bool last = i + 1 == sorted.size(), squared = same > 1;
      std::string t = f.level < product || (f.open && (!last || squared)) || (squared && f.level != atom)
                          ? parenthesized(f.text)
                          : f.text;
      if (squared) t = std::string("{") + t + "}^{" + std::to_string(same) + "}";
      if (last && f.open && !squared) r.open = true;
      const bool digits = t[0] >= '0' && t[0] <= '9';
      r.text += (r.text.empty() ? "" : digits ? " \\cdot " : "\\,") + t;
    }
    if (sorted.size() == 1 && sorted[0].level >= product && !r.open) r.level = sorted[0].level;
    return r;
  }

  /// The constants of a quotient in lowest terms, where they are whole; a half is 1 over 2.
  void reduce(factors& f) const {
    f.minus = f.minus != ((f.constant < 0) != (f.divisor < 0));
    f.constant = f.constant < 0 ? -f.constant : f.constant;
    f.divisor = f.divisor < 0 ? -f.divisor : f.divisor;
    const auto is_whole = [](double v) { return v < 1e15 && v == static_cast<double>(static_cast<long long>(v)); };
    const double ratio = f.constant / f.divisor, inverse = f.divisor / f.constant;
    if (is_whole(ratio)) {
      f.constant = ratio;
      f.divisor = 1;
    } else if (is_whole(inverse) && !small_ && (f.divisor != 1 || inverse == 2 || inverse == 4 || inverse == 8)) {
      f.constant = 1;
      f.divisor = inverse;
    }
  }

  piece fraction(int id, bool root) const {
    if (is_mean(g_[id]) && !small_) {
      const node& n = g_[id];
      piece s = print(n.operand[0]);
      s.text = "\\dfrac{1}{" + print(n.operand[1]).text + "}" + s.text;
      s.level = product;
      s.open = true;
      return s;
    }
    factors f;
    collect(id, &factors::behind, f, root);
    if (g_[id].code == op::div) {  // as it is written: all of it over the line
      f.over.insert(f.over.end(), f.behind.begin(), f.behind.end());
      f.behind.clear();
    }
    reduce(f);
    const bool is_part = f.divisor != 1 && f.constant == 1;
    if (f.divisor != 1) f.under.insert(f.under.begin(), {number(f.divisor), atom, false, false});
    if (f.constant != 1) f.over.insert(f.over.begin(), {number(f.constant), atom, false, false});
    if (f.under.empty()) {
      f.behind.insert(f.behind.begin(), f.over.begin(), f.over.end());
      f.over.clear();
    }
    piece r{"", product, f.minus, false};
    if (!f.under.empty()) {
      const piece a = f.over.empty() ? piece{"1"} : multiplied(f.over), b = multiplied(f.under);
      const std::string over = f.over.size() == 1 ? f.over[0].text : a.text,
                        under = f.under.size() == 1 ? f.under[0].text : b.text;
      const bool plain = f.over.empty() && is_part && f.under.size() == 1;
      const piece line =
          small_ ? piece{within(a, product) + " / " + within(f.under.size() == 1 ? f.under[0] : b, function), product}
                 : piece{(plain ? "\\tfrac{" : "\\dfrac{") + over + "}{" + under + "}", function};
      if (f.behind.empty()) return {line.text, line.level, f.minus, false};
      r.text = line.text + "\\,";
    }
    const piece rest = f.behind.empty() ? piece{"1"} : multiplied(f.behind);
    r.text += rest.text;
    r.open = rest.open;
    return r;
  }

  piece power(int base, const std::string& exponent) const {
    const piece b = print(base);
    const bool plain = b.level == atom && !b.minus && b.text.find('^') == b.text.npos;
    if (plain && b.text.find('\'') == b.text.npos) return {b.text + "^{" + exponent + "}", function, false, false};
    return {std::string("{") + (plain ? b.text : parenthesized(signed_text(b))) + "}^{" + exponent + "}", function,
            false, false};
  }
  std::string in_exponent(int id) const {
    const bool before = small_;
    small_ = true;
    const std::string s = signed_text(print(id));
    small_ = before;
    return s;
  }

  /// Whether a value can stand in an exponent: a few symbols in one line.
  bool is_short(int id, int& room) const {
    const node& n = g_[id];
    if (--room < 0 || is_reduction(n.code) || n.code == op::where || n.code == op::exp || n.code == op::gather) {
      if (n.code != op::gather || room < 0) return false;
      return g_[n.operand[0]].code == op::tensor;
    }
    if (!name_[static_cast<std::size_t>(id)].empty()) return true;
    for (const value_id o : n.operand)
      if (o != no_value && !is_short(o, room)) return false;
    return true;
  }
  piece exponential(int operand) const {
    int room = 5;
    if (!small_ && is_short(operand, room))
      return {"\\mathrm{e}^{" + in_exponent(operand) + "}", function, false, false};
    return call("\\exp", signed_text(print(operand)));
  }

  piece reduction_of(const node& n) const {
    const char* sign = n.code == op::sum          ? "\\sum"
                       : n.code == op::prod       ? "\\prod"
                       : n.code == op::any_of     ? "\\bigvee"
                       : n.code == op::all_of     ? "\\bigwedge"
                       : n.code == op::reduce_max ? "\\max"
                       : n.code == op::reduce_min ? "\\min"
                                                  : nullptr;
    piece r{"", product, false, true};
    r.text = with_indices([&] {
      std::vector<std::string> bound;
      for (int a = 0; a < g_.axes.size(); ++a)
        if (has(n.over(), a)) bound.push_back(bind(a));
      std::string under;
      for (const std::string& b : bound) under += (under.empty() ? "" : ",") + b;
      int body = n.operand[0];
      const node& e = g_[body];
      // A sum over what a mask keeps says so under its sign.
      if (n.code == op::sum && e.code == op::where && is_constant(e.operand[2], 0) &&
          (g_[e.operand[0]].axes & n.over()) != 0 && name_[static_cast<std::size_t>(body)].empty()) {
        under += "\\,:\\," + print(e.operand[0]).text;
        body = e.operand[1];
      }
      piece p = print(body);
      if (n.code == op::norm) {
        r.level = atom;
        r.open = false;
        return "\\left\\lVert " + signed_text(p) + "\\right\\rVert_{" + under + "}";
      }
      if (n.code == op::sum && p.minus) {
        r.minus = true;
        p.minus = false;
      }
      if (sign != nullptr) return std::string(sign) + "_{" + under + "} " + within(p, product);
      r.level = function;
      r.open = false;
      return "\\operatorname{" + escaped(std::string_view(info(n.code).name)) + "}_{" + under + "}" +
             parenthesized(signed_text(p));
    });
    return r;
  }

  /// softmax_c(x_{nc}), and the entry that is meant where it is not the one called c.
  piece row_function(const node& n) const {
    std::vector<std::string> outside;
    for (int a = 0; a < g_.axes.size(); ++a)
      if (has(n.over(), a)) outside.push_back(index_[static_cast<std::size_t>(a)]);
    std::vector<std::string> inside;
    piece r{"", function, false, false};
    r.text = with_indices([&] {
      std::string under;
      for (int a = 0; a < g_.axes.size(); ++a) {
        if (!has(n.over(), a)) continue;
        index_[static_cast<std::size_t>(a)] = letter_[static_cast<std::size_t>(a)];
        inside.push_back(letter_[static_cast<std::size_t>(a)]);
        live_.push_back(inside.back());
        under += (under.empty() ? "" : ",") + inside.back();
      }
      return std::string(n.code == op::softmax ? "\\operatorname{softmax}" : "\\operatorname{log\\,softmax}") + "_{" +
             under + "}" + parenthesized(signed_text(print(n.operand[0])));
    });
    if (inside != outside) r.text += "_{" + joined(outside) + "}";
    return r;
  }

  piece gathered(const node& n) const {
    const int axis = first_axis(n.over());
    const piece label = print(n.operand[1]);
    piece r;
    const std::string text = with_indices([&] {
      index_[static_cast<std::size_t>(axis)] = label.text;
      r = print(n.operand[0]);
      return r.text;
    });
    r.text = text;
    return r;
  }

  piece scattered(const node& n) const {
    const int axis = n.scattered_over();
    const std::string at = index_[static_cast<std::size_t>(axis)];
    piece r{"", product, false, true};
    r.text = with_indices([&] {
      std::string under;
      for (int a = 0; a < g_.axes.size(); ++a)
        if (has(n.over(), a)) under += (under.empty() ? "" : ",") + bind(a);
      const std::string label = print(n.operand[1]).text;
      return "\\sum_{" + under + "\\,:\\," + label + " = " + at + "} " + within(print(n.operand[0]), product);
    });
    return r;
  }

  piece cases(int id) const {
    std::vector<std::string> rows;
    const node* n = &g_[id];
    while (true) {
      rows.push_back(signed_text(print(n->operand[1])) + " & \\text{if } " + print(n->operand[0]).text);
      const int rest = n->operand[2];
      if (g_[rest].code != op::where || is_named(rest)) {
        rows.push_back(signed_text(print(rest)) + " & \\text{otherwise}");
        break;
      }
      n = &g_[rest];
    }
    std::string s;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const bool tall = i > 0 && (rows[i] + rows[i - 1]).find("\\dfrac") != std::string::npos;
      s += (i == 0 ? "" : tall ? "\\\\[0.8em] " : "\\\\ ") + rows[i];
    }
    return {"\\begin{cases}" + s + "\\end{cases}", atom, false, false};
  }

  /// What is not less is greater or equal, and so on.
  piece negated(int id) const {
    const node& n = g_[id];
    switch (n.code) {
      case op::eq: return infix(n, "\\neq", comparison);
      case op::ne: return infix(n, "=", comparison);
      case op::lt: return infix(n, "\\ge", comparison);
      case op::le: return infix(n, ">", comparison);
      case op::gt: return infix(n, "\\le", comparison);
      case op::ge: return infix(n, "<", comparison);
      default: return {"\\lnot " + within(print(id), atom), function, false, false};
    }
  }
  piece infix(const node& n, const char* sign, int at) const {
    if ((n.code == op::eq || n.code == op::ne) && g_[n.operand[0]].code == op::constant)
      return {within(print(n.operand[1]), at + 1) + " " + sign + " " + within(print(n.operand[0]), at + 1), at, false,
              false};
    return {within(print(n.operand[0]), at + 1) + " " + sign + " " + within(print(n.operand[1]), at + 1), at, false,
            false};
  }

  piece print(int id, bool root = false) const {
    if (++printed_ > most_printed) return {"\\ldots"};
    const node& n = g_[id];
    if (!root && !name_[static_cast<std::size_t>(id)].empty())
      return {name_[static_cast<std::size_t>(id)] + subscript(n.axes), atom, false, false};
    switch (n.code) {
      case op::constant: {
        const double v = n.constant_value();
        const bool minus = v < 0;
        if (v == 0.5 || v == -0.5) return {small_ ? "0.5" : "\\tfrac{1}{2}", function, minus, false};
        return {number(minus ? -v : v), atom, minus, false};
      }
      case op::tensor:
      case op::scalar:
      case op::index:
      case op::mask: {
        const input_info& in = g_.inputs[static_cast<int>(n.bits)];
        const std::string name = symbol(in.name);
        if (in.is_place()) return {name + place(in), atom, false, false};
        return {(in.origin == input_origin::direction ? "\\dot{" + name + "}" : name) + subscript(in.axes), atom, false,
                false};
      }
      case op::position:
        return {index_[static_cast<std::size_t>(first_axis(n.over()))] + moved(n.offset()),
                n.offset() == 0 ? atom : sum_level, false, false};
      case op::last:
        return {symbol(g_.axes[first_axis(n.over())].name) + moved(n.offset() - 1), sum_level, false, false};
      case op::extent: {
        std::string s;
        int count = 0;
        for (int a = 0; a < g_.axes.size(); ++a)
          if (has(n.over(), a)) {
            s += (s.empty() ? "" : "\\,") + symbol(g_.axes[a].name);
            ++count;
          }
        return {s, count > 1 ? product : atom, false, false};
      }
      case op::neg: {
        piece p = print(n.operand[0]);
        if (p.level < product) p = {parenthesized(signed_text(p)), atom, false, false};
        p.minus = !p.minus;
        return p;
      }
      case op::add:
      case op::sub: return sum_of(id);
      case op::mul:
      case op::mul0:
      case op::div: return fraction(id, root);
      case op::square: return power(n.operand[0], "2");
      case op::pow: return power(n.operand[0], in_exponent(n.operand[1]));
      case op::sqrt: return {"\\sqrt{" + signed_text(print(n.operand[0])) + "}", atom, false, false};
      case op::abs: return {"\\left|" + signed_text(print(n.operand[0])) + "\\right|", atom, false, false};
      case op::exp: return exponential(n.operand[0]);
      case op::log: {
        const piece a = print(n.operand[0]);
        if (a.open && !a.minus) return {"\\log " + a.text, product, false, true};
        return of_function("\\log", n.operand[0]);
      }
      case op::sigmoid: return call("\\sigma", signed_text(print(n.operand[0])));
      case op::wexp: {
        piece a = print(n.operand[0]);
        const piece e = exponential(n.operand[1]);
        return {within(a, function) + "\\," + e.text, product, false, false};
      }
      case op::xlogy:
        return {within(print(n.operand[0]), function) + "\\,\\log" + parenthesized(signed_text(print(n.operand[1]))),
                product, false, true};
      case op::eq: return infix(n, "=", comparison);
      case op::ne: return infix(n, "\\neq", comparison);
      case op::lt: return infix(n, "<", comparison);
      case op::le: return infix(n, "\\le", comparison);
      case op::gt: return infix(n, ">", comparison);
      case op::ge: return infix(n, "\\ge", comparison);
      case op::logical_and: return infix(n, "\\land", conjunction);
      case op::logical_or: return infix(n, "\\lor", disjunction);
      case op::logical_not: return negated(n.operand[0]);
      case op::where: return cases(id);
      case op::gather: return gathered(n);
      case op::scatter: return scattered(n);
      case op::onehot:
        return {"\\left[\\," + index_[static_cast<std::size_t>(first_axis(n.over()))] + " = " +
                    print(n.operand[0]).text + "\\,\\right]",
                atom, false, false};
      case op::softmax:
      case op::log_softmax: return row_function(n);
      case op::lgamma: return call("\\log\\Gamma", signed_text(print(n.operand[0])));
      case op::log_ndtr: return call("\\log\\Phi", signed_text(print(n.operand[0])));
      case op::floor:
        return {"\\left\\lfloor " + signed_text(print(n.operand[0])) + " \\right\\rfloor", atom, false, false};
      case op::digamma: return call("\\psi", signed_text(print(n.operand[0])));
      case op::min:
      case op::max:
        return call(n.code == op::min ? "\\min" : "\\max",
                    signed_text(print(n.operand[0])) + ",\\, " + signed_text(print(n.operand[1])));
      case op::sin:
      case op::cos:
      case op::tan:
      case op::sinh:
      case op::cosh:
      case op::tanh: return of_function("\\" + std::string(info(n.code).name), n.operand[0]);
      default: break;
    }
    if (is_reduction(n.code)) return reduction_of(n);
    std::string arguments;
    for (int k = 0; k < arity(n.code); ++k) arguments += (k > 0 ? ",\\, " : "") + signed_text(print(n.operand[k]));
    return call("\\operatorname{" + escaped(std::string_view(info(n.code).name)) + "}", arguments);
  }
};

}  // namespace

std::vector<equation> equations_of(const ir::graph& g, shown_outputs which) { return typesetter(g, which).run(); }

}  // namespace loom::site
