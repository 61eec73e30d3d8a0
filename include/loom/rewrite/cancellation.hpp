// SPDX-License-Identifier: BSL-1.0
// rewrite/cancellation.hpp — sums that may lose digits by their spelling.
// What a sum loses by cancellation is the fault of its spelling only if it is not the fault of the data: if all data that it came from
// stands in two terms at least, whose movements may cancel as the terms do. E[x^2] - E[x]^2 and |x|^2 - 2 x y + |y|^2 are such
// sums; x^2 - x y is not, nor is x - E[x]: there the last digit of an entry moves the result as far as rounding does. Nor is 1 - x y, but
// 1 - cos(x) is: where the function reaches its end, its data hardly moves it.
// Layer 2 (rewrite).
#pragma once

#include "loom/ir/value_set.hpp"
#include "loom/rewrite/facts.hpp"
#include "loom/rewrite/kept.hpp"
#include "loom/rewrite/rule.hpp"

namespace loom::inline LOOM_ABI::rewrite {

/// What double is cheap for; a division by a number of the call's alone.
constexpr bool is_arithmetic(op code) {
  return code == op::add || code == op::sub || code == op::mul || code == op::square || code == op::sum ||
         code == op::div || code == op::neg || code == op::abs;
}

/// How a value came from the data.
enum class way : std::uint8_t {
  unknown,
  unlike,  ///< by functions
  exact,  ///< as it is
  rounded,  ///< by sums, differences and products
};

/// Which sums of a graph may cancel. Looked for where a sum asks: most have a term that a function made.
class cancellation {
 public:
  constexpr explicit cancellation(const graph& g) : g_(g), known_(g), kept_(g) {}

  constexpr bool is_kept(value_id v) const { return kept_[v]; }
  constexpr known_graph& known() { return known_; }

  constexpr way way_of(value_id v) {
    if (way_[v] == way::unknown) way_[v] = found(v);
    return way_[v];
  }

  /// Calls f(v) for every sum that is no term of another one, the last first.
  template <class F>
  constexpr void for_each_sum(const F& f) const {
    value_set in_a_sum;
    for (int i = g_.size() - 1; i >= 0; --i) {
      const node& n = g_[i];
      if (n.code != op::add && n.code != op::sub && n.code != op::neg) continue;
      if (n.code != op::neg && !in_a_sum[i]) f(static_cast<value_id>(i));
      if (n.code != op::neg || in_a_sum[i])
        for (value_id o : n.operand)
          if (o != no_value) in_a_sum.insert(o);
    }
  }

  /// Of the longest sum that ends at v.
  constexpr bool may_cancel(value_id v) {
    terms s;
    s.read(g_, v, false);
    std::uint32_t once = 0, twice = 0;
    for (int i = 0; i < s.count; ++i) {
      const value_id t = s.term[i];
      const std::uint32_t data = data_of(t);
      if (data != 0 && is_data(t)) return false;
      twice |= once & data;
      once |= data;
    }
    return once != 0 && once == twice && may_have_both_signs(s);
  }

  /// Whether v is a number and a function of data that may come as near to it as it gets.
  constexpr bool reaches_its_end(value_id v) {
    terms s;
    s.read(g_, v, false);
    value_id f = no_value;
    bool minus = false;
    double number = 0;
    for (int i = 0; i < s.count; ++i) {
      const node& n = g_[s.term[i]];
      if (n.code != op::constant && f != no_value) return false;
      if (n.code == op::constant) number += s.minus[i] ? -n.constant_value() : n.constant_value();
      else f = s.term[i], minus = s.minus[i];
    }
    if (f == no_value || way_of(f) != way::unlike || data_of(f) == 0 || number == 0) return false;
    const fact& range = known_.of(f);
    const double opposite = minus ? number : -number;
    return range.low == opposite || range.high == opposite;
  }

  /// The terms of a sum, each with its sign.
  using terms = signed_terms<8>;
  constexpr fact of_term(const terms& s, int i) {
    const fact& f = known_.of(s.term[i]);
    return s.minus[i] ? facts::negated(f) : f;
  }

 private:
  const graph& g_;
  known_graph known_;
  kept_values kept_;
  way way_[LOOM_MAX_NODES]{};
  std::uint32_t data_[LOOM_MAX_NODES]{};  ///< the tensors that it came from, a bit of each, where it was asked for
  value_set asked_;

  constexpr way found(value_id v) {
    const node& n = g_[v];
    if (is_leaf(n.code)) return n.type == kind::number ? way::exact : way::unlike;
    if (!is_arithmetic(n.code) && n.code != op::gather) return way::unlike;
    if (n.code == op::div && g_[n.operand[1]].axes != 0) return way::unlike;
    for (value_id o : n.operand)
      if (o != no_value && !(n.code == op::gather && o == n.operand[1]) && way_of(o) == way::unlike) return way::unlike;
    // Numbers of the call's are doubles.
    return is_data(v) || data_of(v) == 0 ? way::exact : way::rounded;
  }

  /// Whether v is data as it is, but for signs.
  constexpr bool is_data(value_id v) const {
    const node& n = g_[v];
    if (n.code == op::neg || n.code == op::abs || n.code == op::gather) return is_data(n.operand[0]);
    return n.code == op::tensor;
  }
  /// What moves v as it moves itself: steps are not looked through.
  constexpr std::uint32_t data_of(value_id v) {
    if (asked_[v]) return data_[v];
    asked_.insert(v);
    const node& n = g_[v];
    const family f = info(n.code).kind;
    if (n.code == op::tensor && n.axes != 0) data_[v] = std::uint32_t{1} << n.bits;
    if (f == family::leaf || f == family::compare || f == family::logical) return data_[v];
    for (int k = f == family::select ? 1 : 0; k < (f == family::custom ? 1 : arity(n.code)); ++k)
      if (!(n.code == op::gather && k == 1)) data_[v] |= data_of(n.operand[k]);
    return data_[v];
  }

  constexpr bool may_have_both_signs(const terms& s) {
    bool may_be_above = false, may_be_below = false;
    for (int i = 0; i < s.count; ++i) {
      const fact f = of_term(s, i);
      may_be_above = may_be_above || f.high > 0;
      may_be_below = may_be_below || f.low < 0;
    }
    return may_be_above && may_be_below;
  }
};

}  // namespace loom::rewrite
