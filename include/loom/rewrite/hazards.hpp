// SPDX-License-Identifier: BSL-1.0
// rewrite/hazards.hpp — where a stable formula may still overflow, leave a domain or lose digits, as far as facts can tell.
// Layer 2 (rewrite).
#pragma once

#include <bit>

#include "loom/ir/uses.hpp"
#include "loom/rewrite/cancellation.hpp"

namespace loom::inline LOOM_ABI::rewrite {

enum class hazard_kind : std::uint8_t {
  overflow,  ///< an exponential of a large number
  invalid,  ///< a function outside its domain, or where it is infinite; a division by 0
  cancellation,  ///< a sum that loses digits by its spelling
  cancellation_in_double,  ///< the same of data in double; of data in float it is computed in double
};

/// A value that may be infinite or NaN although no input is, or a sum that may lose digits, and what would exclude it.
struct hazard {
  hazard_kind kind;
  value_id value, operand;  ///< of the stable formula; the operand of a sum is a term of it, or no_value: nothing would
  double low, high;  ///< the operand has to be within,
  bool not_zero;  ///< and not 0

  constexpr bool operator==(const hazard&) const = default;
};

/// The first of them, if there are more.
using hazard_list = fixed_vector<hazard, 40>;

namespace detail {

/// Reads a formula with its gradients. Growth by sums, products and squares is not looked at: what overflows that way is data of 1e19 and
/// more. Nor are the digits of gradients: they are sums of what the data moves, and cancel where it moves nothing.
class hazard_finder {
 public:
  constexpr explicit hazard_finder(const graph& g) : g_(g), sums_(g), known_(sums_.known()) {}

  constexpr hazard_list run() {
    const value_set computed = reached(true), in_a_value = reached(false);
    for (int i = 0; i < g_.size(); ++i)
      if (computed[i]) look_at(static_cast<value_id>(i));
    sums_.for_each_sum([&](value_id v) {
      if (in_a_value[v] && !sums_.is_kept(v)) look_at_sum(v);
    });
    return found_;
  }

 private:
  const graph& g_;
  cancellation sums_;
  known_graph& known_;
  hazard_list found_;

  /// What the value of the formula, or an array of its values, is made of; with `derivatives`, what they are too. A slope of one's
  /// own is computed where a derivative asks for it.
  constexpr value_set reached(bool derivatives) const {
    value_set s;
    for (const output_info& o : g_.outputs)
      if (derivatives || o.is_value()) s.insert(o.id);
    for (int i = g_.size() - 1; i >= 0; --i)
      for (int k = 0; s[i] && k < (g_[i].code == op::with_slope ? 1 : arity(g_[i].code)); ++k)
        s.insert(g_[i].operand[k]);
    return s;
  }

  constexpr void look_at_sum(value_id v) {
    if (sums_.may_cancel(v)) found_.try_push(excluded_by_signs(v));
    else if (sums_.reaches_its_end(v)) found_.try_push({hazard_kind::cancellation, v, no_value, 0, 0, false});
  }
  /// Enough is that all terms have one sign: that of those whose sign is known, else above 0.
  constexpr hazard excluded_by_signs(value_id v) {
    cancellation::terms s;
    s.read(g_, v, false);
    int unknown = -1;
    bool above = false, below = false;
    for (int i = s.count - 1; i >= 0; --i) {
      const fact f = sums_.of_term(s, i);
      if (f.low < 0 && f.high > 0) unknown = i;
      else (f.low < 0 ? below : above) = true;
    }
    const bool is_wide = sums_.way_of(v) == way::rounded;  // rewrite/wide.hpp
    hazard h{is_wide ? hazard_kind::cancellation_in_double : hazard_kind::cancellation,
             v,
             no_value,
             0,
             numeric::infinity,
             false};
    if (unknown < 0 || (above && below)) return h;
    bool wants_below = s.minus[unknown] != below;
    const value_id factor = factor_of_unknown_sign(s.term[unknown], wants_below);
    if (factor == s.term[unknown] && !is_leaf(g_[factor].code)) return h;  // nothing that a declaration could say
    h.operand = factor;
    if (wants_below) h.low = -numeric::infinity, h.high = 0;
    return h;
  }
  /// The factor of a product on which its sign depends; its sign has to be the opposite one if another factor is negative.
  constexpr value_id factor_of_unknown_sign(value_id v, bool& wants_below) {
    const node& n = g_[v];
    if (n.code == op::mul || n.code == op::mul0 || n.code == op::div)
      for (int k = 0; k < 2; ++k) {
        const fact& f = known_.of(n.operand[k]);
        if (f.low < 0 && f.high > 0) continue;
        wants_below = wants_below != (f.low < 0);
        return factor_of_unknown_sign(n.operand[1 - k], wants_below);
      }
    return v;
  }

  static constexpr double most = 88;  ///< exp is finite up to here, in both types

  constexpr void look_at(value_id v) {
    const node& n = g_[v];
    const value_id a = n.operand[0], b = n.operand[1];
    switch (n.code) {
      case op::exp:
      case op::expm1:
      case op::expm1_rest:
      case op::exprel:
      case op::exprel_slope:
      case op::exprel_2:
      case op::exprel_3: return needs(hazard_kind::overflow, v, a, -numeric::infinity, most);
      case op::sinh:
      case op::cosh: return needs(hazard_kind::overflow, v, a, -most, most);
      case op::erfcx:
      case op::ierfcx: return needs(hazard_kind::overflow, v, a, -9, numeric::infinity);
      case op::div: return needs(hazard_kind::invalid, v, b, -numeric::infinity, numeric::infinity, true);
      case op::pow: return look_at_power(v);
      case op::kl_div:
      case op::sqrt_product:
        needs(hazard_kind::invalid, v, a, 0, numeric::infinity);  // 0 is inside
        return needs(hazard_kind::invalid, v, b, 0, numeric::infinity, n.code == op::kl_div);
      case op::quadratic_root: return needs(hazard_kind::invalid, v, b, 0, numeric::infinity);
      default: break;
    }
    if (info(n.code).kind == family::unary) look_at_domain(v);
    if (info(n.code).kind == family::binary) {  // infinite at the ends
      look_at_ends(v, a, info(n.code).domain_a, true, true);
      look_at_ends(v, b, info(n.code).domain_b, true, true);
    }
  }

  constexpr void look_at_domain(value_id v) {
    const node& n = g_[v];
    const op_info& row = info(n.code);
    const interval domain = row.domain_a;
    if (domain.low == -numeric::infinity && domain.high == numeric::infinity) return;
    // At an end of its domain a function is infinite if its range is, at that end.
    const bool unbounded = row.range.low == -numeric::infinity || row.range.high == numeric::infinity;
    const bool rises = row.maps == course::rising, falls = row.maps == course::falling;
    const bool pole_below = domain.low > -numeric::infinity && unbounded &&
                            (rises   ? row.range.low == -numeric::infinity
                             : falls ? row.range.high == numeric::infinity
                                     : true);
    const bool pole_above = domain.high < numeric::infinity && unbounded &&
                            (rises   ? row.range.high == numeric::infinity
                             : falls ? row.range.low == -numeric::infinity
                                     : true);
    look_at_ends(v, n.operand[0], domain, pole_below, pole_above);
  }
  /// An operand of v within a domain, without the ends that are poles.
  constexpr void look_at_ends(value_id v, value_id operand, const interval& domain, bool pole_below, bool pole_above) {
    const bool below = domain.low > -numeric::infinity, above = domain.high < numeric::infinity;
    if (!below && !above) return;
    const bool at_zero = (below && pole_below && domain.low == 0) || (above && pole_above && domain.high == 0);
    needs(hazard_kind::invalid, v, operand, below && pole_below && !at_zero ? inside(domain.low, 1) : domain.low,
          above && pole_above && !at_zero ? inside(domain.high, -1) : domain.high, at_zero);
  }
  /// The double next to an end that is not 0.
  static constexpr double inside(double end, int step) {
    return std::bit_cast<double>(std::bit_cast<std::uint64_t>(end) +
                                 static_cast<std::uint64_t>(end > 0 ? step : -step));
  }

  constexpr void look_at_power(value_id v) {
    const node& n = g_[v];
    const fact base = known_.of(n.operand[0]), exponent = known_.of(n.operand[1]);
    if (!exponent.whole) needs(hazard_kind::invalid, v, n.operand[0], 0, numeric::infinity, exponent.low < 0);
    else if (exponent.low < 0)
      needs(hazard_kind::invalid, v, n.operand[0], -numeric::infinity, numeric::infinity, true);
    if (g_[n.operand[1]].code == op::constant) return;  // grows as products do
    const double highest = base.high == numeric::infinity ? 1 : base.high > 1 ? most / base.high : numeric::infinity;
    needs(hazard_kind::overflow, v, n.operand[1], base.low < 1 ? 0 : -numeric::infinity, highest);
  }

  constexpr void needs(hazard_kind kind, value_id v, value_id operand, double low, double high, bool not_zero = false) {
    const hazard h{kind, v, operand, low, high, not_zero};
    if (!excluded(known_.of(operand), h) && !shielded(v, h, 8)) found_.try_push(h);
  }
  static constexpr bool excluded(const fact& f, const hazard& h) {
    return f.low >= h.low && f.high <= h.high && !(h.not_zero && f.zero);
  }

  /// Whether v is seen only where a mask says that the operand is what it has to be.
  constexpr bool shielded(value_id v, const hazard& h, int depth) {
    if (depth == 0) return false;
    return every_use(g_, v, [&](value_id u, const node& n, int k) {
      return (n.code == op::where && k > 0 && implies(n.operand[0], k == 1, h)) || shielded(u, h, depth - 1);
    });
  }
  /// Whether a mask that holds (or does not) excludes the hazard.
  constexpr bool implies(value_id mask, bool holds, const hazard& h) {
    const node& m = g_[mask];
    if (m.code == op::logical_not) return implies(m.operand[0], !holds, h);
    if (m.code == op::logical_and && holds) return implies(m.operand[0], true, h) || implies(m.operand[1], true, h);
    if (info(m.code).kind != family::compare) return false;
    const bool first = m.operand[0] == h.operand;
    if (!first && m.operand[1] != h.operand) return false;
    const node& other = g_[m.operand[first ? 1 : 0]];
    if (other.code != op::constant) return false;
    const double c = other.constant_value();
    fact f = known_.of(h.operand);
    const bool above = first == (m.code == op::gt || m.code == op::ge);  // of gt, ge, lt, le
    const bool strict = (m.code == op::gt || m.code == op::lt) == holds;
    switch (m.code) {
      case op::gt:
      case op::ge:
      case op::lt:
      case op::le:
        if (above == holds) f.low = f.low > c ? f.low : c;
        else f.high = f.high < c ? f.high : c;
        if (c == 0 ? strict : (above == holds) == (c > 0)) f.zero = false;
        break;
      case op::eq:
      case op::ne:
        if ((m.code == op::ne) != holds) f.low = f.high = c, f.zero = c == 0;
        else if (c == 0) f.zero = false;
        break;
      default: return false;
    }
    return excluded(f, h);
  }
};

}  // namespace detail

/// The hazards of a stable formula: what may be infinite or NaN in the order in which it is computed, then sums.
constexpr hazard_list hazards_of(const graph& stable) { return detail::hazard_finder(stable).run(); }

}  // namespace loom::rewrite
