// SPDX-License-Identifier: BSL-1.0
// rewrite/rewriter.hpp — rewriting to a normal form, operands first.
// Every value is built through `make`, which applies the rules until none fits; so the values a rule brings are in
// normal form as well, and one walk over the graph is enough. The trace names each rule that fired, once.
// Layer 2 (rewrite).
#pragma once

#include <bit>

#include "loom/ir/rebuild.hpp"
#include "loom/rewrite/kept.hpp"
#include "loom/rewrite/match.hpp"
#include "loom/rewrite/narrowing.hpp"

namespace loom::inline LOOM_ABI::rewrite {

/// Who is told whenever a rule has put one value of a graph in the place of another, inner ones first. Not a parameter of templates: what
/// a template declares is compared with the names of whoever uses it.
struct rewrite_observer {
  void (*see)(void* self, const rule&, const graph&, value_id before, value_id after) = nullptr;
  void* self = nullptr;
};

namespace detail {

class rewriter {
 public:
  constexpr rewriter(const graph& g, const rule_table& rules, rewrite_observer observer = {})
      : rules_(rules), out_(g), known_(out_.view()), in_(g), observer_(observer) {}

  constexpr graph run() {
    kept_values kept(in_);
    if (!kept.any())
      return rebuild(in_, out_, [this](op code, value_id a, value_id b, value_id c, std::uint64_t bits) {
        return make(code, a, b, c, bits);
      });
    return rebuild(in_, out_, [&](op code, value_id a, value_id b, value_id c, std::uint64_t bits) {
      if (kept.next() && !(rules_.spells_ops && is_composed(code))) return keep(out_.make(code, a, b, c, bits));
      return make(code, a, b, c, bits);
    });
  }

 private:
  const rule_table& rules_;
  builder out_;
  known_graph known_;  // of what is built
  const graph& in_;
  rewrite_observer observer_;
  value_id normal_[LOOM_MAX_NODES]{};  // normal form + 1
  std::uint64_t sum_rules_[LOOM_MAX_NODES]{};  // of sums and differences
  // Of one graph, and one in what another brought. Every table of Loom's stops by itself (tests/laws/termination.cpp); a user's may not,
  // and compilers end constant evaluation that goes too deep.
  static constexpr int most_rewrites = 2000, most_nested = 40;
  int rewrites_ = 0, nested_ = 0;

  constexpr value_id keep(value_id id) {
    normal_[id] = static_cast<value_id>(id + 1);
    return id;
  }
  constexpr value_id make(op code, value_id a, value_id b, value_id c, std::uint64_t bits) {
    const value_id id = out_.make(code, a, b, c, bits);
    if (out_.result.too_large) return 0;
    if (normal_[id] != 0) return static_cast<value_id>(normal_[id] - 1);
    value_id result = id;
    const op of_a = a == no_value ? op::any : out_[a].code, of_b = b == no_value ? op::any : out_[b].code;
    const bool may_fold = b == no_value || (of_a == op::constant && of_b == op::constant);
    if (const value_id folded = may_fold ? fold(id) : no_value; folded != no_value) {
      result = folded;
    } else {
      matched w;
      if (const rule* r = fitting(id, of_a, of_b, w); r != nullptr) {
        if (!count(*r)) return 0;
        result = instantiate(r->rhs, w);
        tell(*r, id, result);
        if (rules_.of_a_user && !keeps_axes(*r, id, result)) return 0;
      }
      if (result == id && sum_terms::adds(code)) result = of_sum(id);
    }
    normal_[id] = static_cast<value_id>(result + 1);
    return result;
  }

  /// The first rule that describes id, of what ops its operands are; nullptr if there is none.
  constexpr const rule* fitting(value_id id, op of_a, op of_b, matched& w) {
    const op code = out_[id].code;
    const bool commutative = info(code).commutative && of_a != of_b;
    for (const rule_table* table = &rules_; table != nullptr; table = table->more) {
      const rule* const rows = table->rows.items;
      for (int r = table->first[static_cast<int>(code)]; r != 0; r = rows[r - 1].next) {
        const rule& candidate = rows[r - 1];
        // What a rule asks of the first two operands, in either order if the op commutes: most rules fail here.
        const op first = candidate.operand[0], second = candidate.operand[1];
        if (!((first == op::any || first == of_a) && (second == op::any || second == of_b)) &&
            !(commutative && (first == op::any || first == of_b) && (second == op::any || second == of_a)))
          continue;
        w = {};
        if (matches(known_, id, candidate, w)) return &candidate;
      }
    }
    return nullptr;
  }

  constexpr void tell(const rule& r, value_id before, value_id after) const {
    if (observer_.see != nullptr) observer_.see(observer_.self, r, out_.view(), before, after);
  }
  /// Of a rule that fits; false if there were too many.
  constexpr bool count(const rule& r) {
    if (++rewrites_ > most_rewrites) refuse(capacity::rewrites, most_rewrites, r);
    else if (rules_.of_a_user && nested_ > most_nested) refuse(capacity::own_rules, most_nested, r);
    if (out_.result.too_large) return false;
    if (!out_.result.trace.contains(r.name)) out_.result.trace.try_push(r.name);
    return true;
  }
  constexpr bool keeps_axes(const rule& r, value_id before, value_id after) {
    if (!out_.result.too_large && !includes(out_[before].axes, out_[after].axes))
      refuse(capacity::axes_of_a_rule, 0, r);
    return !out_.result.too_large;
  }
  constexpr void refuse(capacity of, int limit, const rule& r) {
    out_.result.exceed(of, limit);
    out_.result.overflow.rule = r.name;
  }

  /// A sum, of which some terms may be what a rule describes: they become one term, in the place of the first.
  constexpr value_id of_sum(value_id id) {
    std::uint64_t rows = sum_rules_[id] = sum_rules(out_[id].operand[0]) | sum_rules(out_[id].operand[1]);
    if (rows == 0) return id;
    sum_terms s;
    s.read(out_.view(), id, false);
    for (; rows != 0; rows &= rows - 1) {
      const rule& candidate = about_sums(std::countr_zero(rows));
      matched_terms found;
      if (!matches(known_, s, candidate, found)) continue;
      if (!count(candidate)) return 0;
      s.term[std::countr_zero(found.used)] = instantiate(candidate.rhs, found.w);
      s.minus[std::countr_zero(found.used)] = found.minus;
      ++nested_;
      const value_id sum = sum_of(s, found.used & (found.used - 1));
      --nested_;
      tell(candidate, id, sum);
      return sum;
    }
    return id;
  }
  /// The rules about sums that the terms of v may call for.
  constexpr std::uint64_t sum_rules(value_id v) const {
    const node& n = out_[v];
    if (n.code == op::neg) return sum_rules(n.operand[0]);
    if (sum_terms::adds(n.code)) return sum_rules_[v];
    std::uint64_t rows = sums_with(n.code);
    if (n.code == op::mul || n.code == op::div)
      for (int k = 0; k < 2; ++k) rows |= sums_with(out_[n.operand[k]].code);
    return rows;
  }
  /// Rules about sums by number: those of the table, then those of the one that it goes on with.
  constexpr std::uint64_t sums_with(op code) const {
    const int k = static_cast<int>(code);
    return rules_.sums_with[k] | (rules_.more == nullptr ? 0 : rules_.more->sums_with[k] << rules_.of_sums.size());
  }
  constexpr const rule& about_sums(int i) const {
    const int own = rules_.of_sums.size();
    return i < own ? rules_.rows[rules_.of_sums[i]] : rules_.more->rows[rules_.more->of_sums[i - own]];
  }
  constexpr value_id sum_of(const sum_terms& s, unsigned without) {
    value_id sum = no_value;
    for (int i = 0; i < s.count; ++i) {
      if (((without >> i) & 1u) != 0) continue;
      const auto term = static_cast<value_id>(s.term[i]);
      const op code = sum == no_value ? op::neg : s.minus[i] ? op::sub : op::add;
      if (code == op::neg) sum = s.minus[i] ? make(op::neg, term, no_value, no_value, 0) : term;
      else sum = make(code, sum, term, no_value, 0);
    }
    return sum;
  }

  constexpr value_id instantiate(const term& t, const matched& w) {
    ++nested_;
    const value_id made = rewrite::instantiate(
        t, w.k, [&](std::uint64_t v) { return w.variable[v]; },
        [this](op code, value_id a, value_id b, value_id c, std::uint64_t bits) { return make(code, a, b, c, bits); });
    --nested_;
    return made;
  }

  /// A reduction, or a row function, over axes that its operand no longer has.
  constexpr value_id narrowed(const node& n) {
    const axis_set missing = without(n.over(), out_[n.operand[0]].axes), rest = without(n.over(), missing);
    if (missing == 0) return n.code == op::sum ? sum_of_labels(n) : no_value;
    const term& repeated = narrowings[n.code];
    matched w;
    w.variable[0] = rest != 0 ? make(n.code, n.operand[0], no_value, no_value, rest) : of_one_entry(n);
    if (repeated.size() > 1) w.variable[1] = make(op::extent, no_value, no_value, no_value, missing);
    return instantiate(repeated, w);
  }
  /// A sum of two terms whose sums take no loop.
  constexpr value_id sum_of_labels(const node& n) {
    const node& terms = out_[n.operand[0]];
    if (!sum_terms::adds(terms.code) || !sums_without_a_loop(out_.view(), n.operand[0], n.over())) return no_value;
    const auto sum = [&](int k) { return make(op::sum, terms.operand[k], no_value, no_value, n.bits); };
    const value_id first = sum(0);
    return make(terms.code, first, sum(1), no_value, 0);
  }
  constexpr value_id of_one_entry(const node& n) {
    if (n.code == op::softmax) return out_.constant(1);
    if (n.code == op::log_softmax) return out_.constant(0);
    return reduction(n.code).entry == itself ? n.operand[0]
                                             : make(reduction(n.code).entry, n.operand[0], no_value, no_value, 0);
  }

  /// Arithmetic on constants. Only + - * / and the sign: exact functions of nothing else are known during compilation.
  constexpr value_id fold(value_id id) {
    const node& n = out_[id];
    if (is_reduction(n.code) || info(n.code).kind == family::row) return narrowed(n);
    if (n.code == op::sign && out_[n.operand[0]].code == op::constant) {
      const double v = out_[n.operand[0]].constant_value();
      return out_.constant(v > 0 ? 1 : v < 0 ? -1 : v);
    }
    if (n.code == op::neg && out_[n.operand[0]].code == op::constant)
      return out_.constant(-out_[n.operand[0]].constant_value());
    if (arity(n.code) != 2) return no_value;
    const node& l = out_[n.operand[0]];
    const node& r = out_[n.operand[1]];
    if (l.code != op::constant || r.code != op::constant) return no_value;
    const double a = l.constant_value(), b = r.constant_value();
    constexpr double huge = 1e150;  // beyond, a product could overflow, which is an error in a constant expression
    if (!(a > -huge && a < huge && b > -huge && b < huge)) return no_value;
    switch (n.code) {
      case op::add: return out_.constant(a + b);
      case op::sub: return out_.constant(a - b);
      case op::mul: return out_.constant(a * b);
      case op::div: return b > 1e-150 || b < -1e-150 ? out_.constant(a / b) : no_value;
      default: return no_value;
    }
  }
};

}  // namespace detail

/// g with the rules of a table applied until none fits.
constexpr graph rewritten(const graph& g, const rule_table& rules, rewrite_observer observer = {}) {
  return detail::rewriter(g, rules, observer).run();
}

}  // namespace loom::rewrite
