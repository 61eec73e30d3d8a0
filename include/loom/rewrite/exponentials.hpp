// SPDX-License-Identifier: BSL-1.0
// rewrite/exponentials.hpp — an algebra of exponentials: sums, products and quotients of them that do not overflow, in many spellings.
// A value is read as a sum of terms  coefficient * sum over axes of where(mask, weight * exp(exponent), 0).  The reading is closed
// under sums, masks, products, quotients, powers and gathers, because whatever has a logarithm is the exponential of it. Only what
// takes a logarithm, divides or multiplies exponentials or raises them to a power is built anew; everything else stays as it was
// written. What is built is made of ordinary ops, before differentiation. Reasons: docs/decisions/019-an-algebra-of-exponentials.md.
// Layer 2 (rewrite).
#pragma once

#include "loom/ir/rebuild.hpp"
#include "loom/rewrite/facts.hpp"
#include "loom/rewrite/kept.hpp"

namespace loom::inline LOOM_ABI::rewrite {

namespace detail {

/// A part that is no_value is neutral: the weight 1, the exponent 0, no mask.
struct exponential_term {
  double coefficient = 1;
  value_id weight = no_value, exponent = no_value, mask = no_value;
  axis_set over = 0;
  bool bounded = false;  ///< the exponential of a logarithm: a softmax, a sigmoid; it does not overflow

  constexpr bool is_plain() const { return over == 0 && mask == no_value; }
  constexpr bool is_unit() const { return is_plain() && weight == no_value; }
};
using exponential_terms = fixed_vector<exponential_term, 8>;

/// Every value is there twice: as it was written, which is what readings walk through, and as it is built at last, which is what
/// the leaves of a reading are replaced by. Readings stop at a depth, and give up whole.
class exponential_algebra {
 public:
  constexpr explicit exponential_algebra(const graph& g) : in_(g), out_(g), known_(out_.view()) {}

  constexpr graph run() {
    kept_values kept(in_);
    const value_images image =
        rebuild_values(in_, out_, [&](op code, value_id a, value_id b, value_id c, std::uint64_t bits) {
          const value_id written = out_.make(code, a, b, c, bits);
          if (kept.any() && kept.next()) final_[written] = static_cast<value_id>(written + 1);
          if (!out_.result.too_large && final_[written] == 0) finish(written);
          return written;
        });
    if (!changed_ || out_.result.too_large) return in_;
    out_.result.outputs = in_.outputs;
    for (output_info& o : out_.result.outputs) o.id = final_of(image[o.id]);
    return compact(out_.result);
  }

 private:
  using term = exponential_term;
  using terms = exponential_terms;
  static constexpr int deep = 14;
  static constexpr int most_steps = 4000;  // of one observation

  const graph& in_;
  builder out_;
  known_graph known_;
  value_id final_[LOOM_MAX_NODES]{};  // of a value as written: what stands for it, + 1
  bool changed_ = false;
  int steps_ = 0;

  constexpr void finish(value_id written) {
    const node n = out_[written];
    steps_ = 0;
    const int named = out_.result.trace.size();
    value_id better = observed(written);
    if (better == no_value || steps_ > most_steps) {
      out_.result.trace.count = named;
      better = out_.make(n.code, final_of(n.operand[0]), final_of(n.operand[1]), final_of(n.operand[2]), n.bits);
    } else {
      changed_ = changed_ || better != written;
    }
    if (!out_.result.too_large) final_[written] = static_cast<value_id>(better + 1);
  }
  constexpr value_id final_of(value_id v) const {
    return v == no_value || final_[v] == 0 ? v : static_cast<value_id>(final_[v] - 1);
  }
  constexpr bool spent() { return out_.result.too_large || ++steps_ > most_steps; }
  /// Says in the trace what a spelling was taken for.
  constexpr value_id as(text_view rule, value_id v) {
    if (v != no_value && !out_.result.trace.contains(rule)) out_.result.trace.try_push(rule);
    return v;
  }

  // ---- values --------------------------------------------------------------------------------------------------------
  constexpr op code(value_id v) const { return v == no_value ? op::any : out_[v].code; }
  constexpr value_id operand(value_id v, int k) const { return out_[v].operand[k]; }
  constexpr axis_set axes(value_id v) const { return v == no_value ? axis_set{0} : out_[v].axes; }
  constexpr bool is(value_id v, double c) const {
    return v != no_value && code(v) == op::constant && out_[v].constant_value() == c;
  }
  constexpr const fact& known(value_id v) { return known_.of(v); }
  constexpr value_id number(double c) { return out_.constant(c); }
  constexpr value_id minus_infinity() { return out_.constant(-numeric::infinity); }

  // Sums and products in which no_value is neutral.
  constexpr value_id plus(value_id a, value_id b) {
    return a == no_value ? b : b == no_value ? a : out_.binary(op::add, a, b);
  }
  constexpr value_id minus(value_id a, value_id b) {
    if (b == no_value) return a;
    if (a == b) return no_value;
    if (a == no_value) return code(b) == op::neg ? operand(b, 0) : out_.unary(op::neg, b);
    if (code(b) == op::neg) return out_.binary(op::add, a, operand(b, 0));
    if (code(b) == op::sub && operand(b, 0) == a) return operand(b, 1);
    if (code(a) == op::sub && operand(a, 0) == b) return minus(no_value, operand(a, 1));
    if (code(a) == op::add && operand(a, 0) == b) return operand(a, 1);
    if (code(a) == op::add && operand(a, 1) == b) return operand(a, 0);
    return out_.binary(op::sub, a, b);
  }
  constexpr value_id times(value_id a, value_id b) {
    if (a == no_value || b == no_value) return a == no_value ? b : a;
    return a == b ? out_.unary(op::square, a) : out_.binary(op::mul, a, b);
  }
  constexpr value_id over(value_id a, value_id b) {
    return b == no_value ? a : out_.binary(op::div, a == no_value ? number(1) : a, b);
  }
  constexpr value_id scaled(double c, value_id v) {
    if (v == no_value || c == 0) return number(v == no_value ? c : 0);
    return c == 1 ? v : c == -1 ? out_.unary(op::neg, v) : out_.binary(op::mul, number(c), v);
  }
  /// y times an exponent.
  constexpr value_id raised(value_id exponent, value_id y) {
    if (exponent == no_value) return no_value;
    return code(y) == op::constant ? scaled(out_[y].constant_value(), exponent) : out_.binary(op::mul, y, exponent);
  }
  constexpr value_id or_zero(value_id v) { return v == no_value ? number(0) : v; }
  constexpr value_id both(value_id m, value_id c) {
    return m == no_value || m == c ? c : c == no_value ? m : out_.binary(op::logical_and, m, c);
  }
  /// What a gather picks of a part of what it picks from.
  constexpr value_id picked(const node& gather, value_id part) {
    if (part == no_value || (axes(part) & gather.over()) == 0) return part;
    return out_.make(op::gather, part, final_of(gather.operand[1]), no_value, gather.bits);
  }
  /// v where the mask holds, else `other`.
  constexpr value_id where(value_id mask, value_id v, value_id other) {
    return mask == no_value ? v : out_.where(mask, v, other);
  }
  /// weight * exp(e), 0 where the weight is.
  constexpr value_id weighted_exp(value_id weight, value_id e) {
    if (e == no_value) return weight;
    if (weight != no_value && known(weight).zero) return out_.binary(op::wexp, weight, e);
    return times(weight, out_.unary(op::exp, e));
  }
  /// The logarithm of a constant; of 1 it is nothing.
  constexpr value_id log_of_number(double c) { return c == 1 ? no_value : number(numeric::log(c)); }

  // ---- reading: exponentials/reading.hpp -----------------------------------------------------------------------------
  constexpr value_id named_log(value_id v);
  constexpr term monomial(value_id v, int depth);
  constexpr bool collect(value_id v, term by, terms& to, int depth);
  constexpr bool put(const term& t, terms& to);
  constexpr bool collect_product(const node& n, const term& by, terms& to, int depth, bool& taken);

  static constexpr bool is_exponential(const terms& s) {
    for (const term& t : s)
      if (t.exponent != no_value) return true;
    return false;
  }
  static constexpr bool is_bounded(const terms& s) {
    for (const term& t : s)
      if (t.exponent != no_value && !t.bounded) return false;
    return true;
  }
  /// A weight with an exponential that was not read: it may be infinite where the sum is not.
  constexpr bool hides_exponential(value_id weight, int depth = 12) const {
    if (weight == no_value || depth == 0) return false;
    const node& n = out_[weight];
    if (n.code == op::exp || n.code == op::cosh || n.code == op::sinh || n.code == op::expm1) return true;
    if (!is_elementwise(n.code) && !is_reduction(n.code) && !needs_arrays(n.code) && n.code != op::gather) return false;
    for (value_id o : n.operand)
      if (o != no_value && hides_exponential(o, depth - 1)) return true;
    return false;
  }
  constexpr bool hides_exponential(const terms& s) const {
    for (const term& t : s)
      if (hides_exponential(t.weight)) return true;
    return false;
  }
  /// Can be exactly 0 because of a weight: its logarithm would have no slope there. A mask may make it 0, for a mask silences
  /// slopes as well.
  constexpr bool vanishes(value_id v, int depth = 12) {
    const node& n = out_[v];
    if (depth == 0) return true;
    switch (n.code) {
      case op::exp:
      case op::softmax:
      case op::sigmoid:
      case op::cosh: return false;
      case op::add: {
        const bool positive = known(n.operand[0]).nonnegative() && known(n.operand[1]).nonnegative();
        return !positive || (vanishes(n.operand[0], depth - 1) && vanishes(n.operand[1], depth - 1));
      }
      case op::sub: {  // the complement of a probability
        const term p = is(n.operand[0], 1) ? monomial(n.operand[1], depth - 1) : term{};
        return !p.bounded || !p.is_unit() || p.coefficient != 1;
      }
      case op::mul: return vanishes(n.operand[0], depth - 1) || vanishes(n.operand[1], depth - 1);
      case op::where: {
        const bool then_vanishes = !is(n.operand[1], 0) && vanishes(n.operand[1], depth - 1);
        return then_vanishes || (!is(n.operand[2], 0) && vanishes(n.operand[2], depth - 1));
      }
      case op::sum:
      case op::prod:
      case op::reduce_max:
      case op::reduce_min:
      case op::cumsum:
      case op::cumprod:
      case op::gather:
      case op::square:
      case op::sqrt:
      case op::pow:
      case op::div: return vanishes(n.operand[0], depth - 1);
      default: return known(v).zero;
    }
  }
  /// 1 less a probability that has no name yet is not negative, though what is known of its rounding allows it.
  constexpr bool never_negative(value_id v, int depth = 12) {
    if (known(v).nonnegative()) return true;
    const node& n = out_[v];
    if (depth == 0) return false;
    if (n.code == op::prod || n.code == op::reduce_max || n.code == op::reduce_min)
      return never_negative(n.operand[0], depth - 1);
    return n.code == op::sub && !vanishes(v, depth);
  }
  constexpr bool is_positive(const term& t) {
    return t.coefficient > 0 && (t.weight == no_value || known(t.weight).nonnegative());
  }
  /// A weight whose logarithm is a number for the whole formula: none, an extent, one over an extent.
  constexpr bool has_plain_weight(const term& t) const {
    return t.weight == no_value || code(t.weight) == op::extent ||
           (code(t.weight) == op::div && is(operand(t.weight, 0), 1) && code(operand(t.weight, 1)) == op::extent);
  }

  // ---- logarithms: exponentials/logarithms.hpp -------------------------------------------------------------------------
  constexpr value_id log_of(value_id v, int depth);
  constexpr value_id positive_log_of(value_id v, int depth);
  /// x of log(sigmoid(-x)).
  constexpr value_id operand_of_tail(value_id log) const {
    return code(log) == op::neg && code(operand(log, 0)) == op::softplus ? operand(operand(log, 0), 0)
                                                                         : value_id{no_value};
  }
  constexpr value_id log_beside_tanh(const node& n);
  constexpr value_id log_of_factor(value_id v, value_id log);
  constexpr value_id log_of_product(const node& n, value_id v, int depth);
  constexpr value_id log_of_choice(const node& n, int depth);
  constexpr value_id log_of_running(const node& n, int depth);
  constexpr value_id log_of_negation(value_id v, int depth);
  constexpr value_id log_of_erfc(value_id x);
  constexpr value_id log_of_magnitude(value_id v, int depth);
  constexpr value_id log_of_quotient(value_id q);
  constexpr value_id log_of_complement(value_id e);
  constexpr value_id log_of_others(value_id e, const node& row, value_id own);
  constexpr value_id beside(value_id e, value_id rest);
  constexpr value_id log1m_exp(value_id e);
  constexpr value_id log_of_term(const term& t);
  constexpr value_id log_of_units(const terms& s);
  constexpr value_id log_of_terms(const terms& s);

  /// Terms shifted by the largest exponent whose weight is not 0; the shift stands still for differentiation, for the value does
  /// not depend on it.
  struct shifted_sum {
    value_id shift = no_value, total = no_value;
  };
  constexpr axis_set axes_of_shift(const terms& s) const;
  constexpr terms with_sums_apart(const terms& s, axis_set varies);
  constexpr value_id shift_of(const terms& s);
  constexpr shifted_sum shifted(const terms& s, value_id shift = no_value);

  // ---- quotients, products, powers: exponentials/quotients.hpp ---------------------------------------------------------
  constexpr value_id observed(value_id v);
  constexpr value_id observed_power(value_id v, const node& n);
  constexpr value_id product(value_id v);
  constexpr value_id quotient(value_id a, value_id b);
  constexpr value_id over_terms(value_id a, const terms& foot);
  constexpr value_id terms_over_terms(const terms& top, const terms& foot);
  constexpr value_id softmax_of(const term& top, const terms& foot, value_id mask);
  constexpr value_id sigmoid_of(const term& top, const terms& foot);
  constexpr value_id hyperbolic(const terms& top, const terms& foot);
  constexpr shifted_sum difference(const term& p, const term& m);
  constexpr value_id built(const term& t);
  static constexpr bool is_difference(const terms& s) {
    return s.size() == 2 && s[0].is_unit() && s[1].is_unit() && s[0].coefficient == -s[1].coefficient;
  }
};

}  // namespace detail
}  // namespace loom::rewrite

#include "loom/rewrite/exponentials/logarithms.hpp"
#include "loom/rewrite/exponentials/quotients.hpp"
#include "loom/rewrite/exponentials/reading.hpp"

namespace loom::inline LOOM_ABI::rewrite {

/// g with its exponentials in a form in which none overflows; g itself if nothing observes any.
constexpr graph with_exponentials_combined(const graph& g) {
  for (const node& n : g.nodes) switch (n.code) {
      case op::exp:
      case op::expm1:
      case op::sinh:
      case op::cosh:
      case op::softmax:
      case op::sigmoid:
      case op::erf:
      case op::erfc:
      case op::tanh:
      case op::cumprod: return detail::exponential_algebra(g).run();
      default: break;
    }
  return g;
}

}  // namespace loom::rewrite
