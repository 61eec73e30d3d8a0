// SPDX-License-Identifier: BSL-1.0
// src/site/typeset.cpp — one value as LaTeX: sums, fractions, cases, functions.
#include <cstddef>
#include <utility>

#include "loom/ir/print.hpp"

#include "typesetter.hpp"

namespace loom::site {

namespace {

constexpr std::string_view greek[] = {"alpha", "beta", "gamma", "delta", "eta",   "kappa", "lambda",
                                      "mu",    "nu",   "xi",    "pi",    "rho",   "sigma", "tau",
                                      "phi",   "chi",  "psi",   "omega", "theta", "zeta"};

}  // namespace

std::string escaped(std::string_view s) {
  std::string r;
  for (const char c : s) r += c == '_' ? std::string("\\_") : std::string(1, c);
  return r;
}

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

piece typesetter::of_function(const std::string& name, int operand) const {
  const piece a = print(operand);
  if (!a.minus && (a.level == atom || a.text.starts_with("\\dfrac")))
    return {name + (name.ends_with("}") ? "\\," : " ") + a.text, function, false, true};
  return call(name, signed_text(a));
}

bool typesetter::is_mean(const node& n) const {
  return n.code == op::div && g_[n.operand[1]].code == op::extent && g_[n.operand[0]].code == op::sum &&
         g_[n.operand[0]].over() == g_[n.operand[1]].over() && name_[static_cast<std::size_t>(n.operand[0])].empty();
}

void typesetter::add_terms(int id, bool minus, std::vector<piece>& terms) const {
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

piece typesetter::sum_of(int id) const {
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

void typesetter::collect(int id, std::vector<piece> factors::* place, factors& f, bool root) const {
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

int typesetter::rank(const piece& p) {
  const bool digit = p.text[0] >= '0' && p.text[0] <= '9';
  if (p.open) return 6;
  if (p.level < product) return p.text.size() < 30 ? 3 : 5;
  return digit ? 0 : p.text.starts_with("\\dfrac") ? 1 : p.text.ends_with(")") ? 4 : 2;
}

piece typesetter::multiplied(const std::vector<piece>& all) {
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

void typesetter::reduce(factors& f) const {
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

piece typesetter::fraction(int id, bool root) const {
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

piece typesetter::power(int base, const std::string& exponent) const {
  const piece b = print(base);
  const bool plain = b.level == atom && !b.minus && b.text.find('^') == b.text.npos;
  if (plain && b.text.find('\'') == b.text.npos) return {b.text + "^{" + exponent + "}", function, false, false};
  return {std::string("{") + (plain ? b.text : parenthesized(signed_text(b))) + "}^{" + exponent + "}", function, false,
          false};
}

std::string typesetter::in_exponent(int id) const {
  const bool before = small_;
  small_ = true;
  const std::string s = signed_text(print(id));
  small_ = before;
  return s;
}

bool typesetter::is_short(int id, int& room) const {
  const node& n = g_[id];
  if (--room < 0 || is_reduction(n.code) || is_running(n.code) || n.code == op::where || n.code == op::exp ||
      n.code == op::gather) {
    if (n.code != op::gather || room < 0) return false;
    return g_[n.operand[0]].code == op::tensor;
  }
  if (!name_[static_cast<std::size_t>(id)].empty()) return true;
  for (const value_id o : n.operand)
    if (o != no_value && !is_short(o, room)) return false;
  return true;
}

piece typesetter::exponential(int operand) const {
  int room = 5;
  if (!small_ && is_short(operand, room)) return {"\\mathrm{e}^{" + in_exponent(operand) + "}", function, false, false};
  return call("\\exp", signed_text(print(operand)));
}

piece typesetter::reduction_of(const node& n) const {
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

piece typesetter::running(const node& n) const {
  const int axis = first_axis(n.over());
  const char* relation = n.order().reverse     ? n.order().exclusive ? " > " : " \\ge "
                         : n.order().exclusive ? " < "
                                               : " \\le ";
  piece r{"", product, false, true};
  r.text = with_indices([&] {
    const std::string at = index_[static_cast<std::size_t>(axis)];
    live_.push_back(at);
    const std::string under = "_{" + bind(axis) + relation + at + "} ";
    if (n.code == op::logcumsumexp) return "\\log \\sum" + under + within(exponential(n.operand[0]), product);
    piece p = print(n.operand[0]);
    if (n.code == op::cumsum) std::swap(r.minus, p.minus);
    return (n.code == op::cumsum ? "\\sum" : n.code == op::cumprod ? "\\prod" : "\\max") + under + within(p, product);
  });
  return r;
}

piece typesetter::row_function(const node& n) const {
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

piece typesetter::gathered(const node& n) const {
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

piece typesetter::scattered(const node& n) const {
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

piece typesetter::cases(int id) const {
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

piece typesetter::negated(int id) const {
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

piece typesetter::infix(const node& n, const char* sign, int at) const {
  if ((n.code == op::eq || n.code == op::ne) && g_[n.operand[0]].code == op::constant)
    return {within(print(n.operand[1]), at + 1) + " " + sign + " " + within(print(n.operand[0]), at + 1), at, false,
            false};
  return {within(print(n.operand[0]), at + 1) + " " + sign + " " + within(print(n.operand[1]), at + 1), at, false,
          false};
}

piece typesetter::print(int id, bool root) const {
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
    case op::last: return {symbol(g_.axes[first_axis(n.over())].name) + moved(n.offset() - 1), sum_level, false, false};
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
    case op::with_slope: {  // with all its slopes, the first of which is the innermost
      std::string slopes;
      int value = id;
      for (; g_[value].code == op::with_slope; value = g_[value].operand[0])
        slopes = ";\\, \\partial_{" + signed_text(print(g_[value].operand[2])) +
                 "} = " + signed_text(print(g_[value].operand[1])) + slopes;
      if (g_[value].code == op::stop_gradient) value = g_[value].operand[0];
      return call("\\operatorname{custom}", signed_text(print(value)) + slopes);
    }
    case op::gather: return gathered(n);
    case op::scatter: return scattered(n);
    case op::number: return print(n.operand[0]);
    case op::onehot:
      return {"\\left[\\," + index_[static_cast<std::size_t>(first_axis(n.over()))] + " = " + print(n.operand[0]).text +
                  "\\,\\right]",
              atom, false, false};
    case op::softmax:
    case op::log_softmax: return row_function(n);
    case op::lgamma: return call("\\log\\Gamma", signed_text(print(n.operand[0])));
    case op::log_i0: return call("\\log I_0", signed_text(print(n.operand[0])));
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
  if (n.code == op::cumsum || n.code == op::cumprod || n.code == op::cummax || n.code == op::logcumsumexp)
    return running(n);
  std::string arguments;
  for (int k = 0; k < arity(n.code); ++k) arguments += (k > 0 ? ",\\, " : "") + signed_text(print(n.operand[k]));
  std::string name = "\\operatorname{" + escaped(std::string_view(info(n.code).name)) + "}";
  if (n.code == op::elsewhere) {
    ir::string_writer there;
    ir::write_axes(there, n.read_at(), [&](int a) { return index_[static_cast<std::size_t>(a)]; });
    ir::write_offset(there, n.read_at().entry);
    const std::string& index = index_[static_cast<std::size_t>(first_axis(n.over()))];
    return {within(print(n.operand[0]), atom) + "\\big|_{" + index + " = " + there.text + "}", function, false, false};
  }
  if (is_of_order(n.code)) {
    const std::string index = index_[static_cast<std::size_t>(first_axis(n.over()))];
    if (n.code == op::order)
      return call(name + (n.order().reverse ? "^{\\downarrow}" : "") + "_{" + index + "}", arguments);
    const std::string by = signed_text(print(n.operand[1])) + (n.code == op::unpermuted ? "^{-1}" : "");
    return {within(print(n.operand[0]), atom) + "\\big|_{" + index + " = " + by + "}", function, false, false};
  }
  if (n.code == op::recurrence)  // along which axis, and which way
    name += std::string("_{") +
            (n.order().reverse     ? n.order().exclusive ? "> " : "\\ge "
             : n.order().exclusive ? "< "
                                   : "\\le ") +
            index_[static_cast<std::size_t>(first_axis(n.over()))] + "}";
  if (is_chain(n.code)) {  // from which state to which, along which axis
    const auto index = [&](int axis) { return index_[static_cast<std::size_t>(axis)]; };
    const chain_axes c = n.chain();
    name += "_{" + index(c.along) + ";\\, " + (c.band ? index(c.to) + " - " : std::string()) + index(c.from) +
            " \\to " + index(c.to) + "}";
  }
  return call(name, arguments);
}

}  // namespace loom::site
