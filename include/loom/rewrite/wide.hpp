// SPDX-License-Identifier: BSL-1.0
// rewrite/wide.hpp — what of a finished program is computed in double where its data is float: sums and products that cancel.
// What a sum loses by cancellation is the fault of its spelling only if it is not the fault of the data: if all data that it came from
// stands in two terms at least, whose movements may cancel as the terms do. E[x^2] - E[x]^2 and |x|^2 - 2 x y + |y|^2 are such
// sums; x^2 - x y is not, nor is x - E[x]: there the last digit of an entry moves the result as far as rounding does. Where the way from the
// data is sums, differences and products alone, double is cheap, and it has the digits. Functions would cost more than they bring: a rule
// (rules/stable.hpp) is the better cure.
// Layer 2 (rewrite).
#pragma once

#include "loom/rewrite/facts.hpp"
#include "loom/rewrite/kept.hpp"
#include "loom/rewrite/rule.hpp"

namespace loom::inline LOOM_ABI::rewrite {

namespace detail {

/// What double is cheap for; a division by a number of the call's alone.
constexpr bool is_arithmetic(op code) {
  return code == op::add || code == op::sub || code == op::mul || code == op::square || code == op::sum ||
         code == op::div || code == op::neg || code == op::abs;
}

class wide_finder {
 public:
  constexpr explicit wide_finder(const graph& g) : g_(g), known_(g), kept_(g) {}

  constexpr value_set run() {
    value_set in_a_sum;
    for (int i = g_.size() - 1; i >= 0; --i) {
      const node& n = g_[i];
      if (n.code != op::add && n.code != op::sub && n.code != op::neg) continue;
      if (n.code != op::neg && !in_a_sum[i] && cancels(static_cast<value_id>(i))) widen(static_cast<value_id>(i));
      if (n.code != op::neg || in_a_sum[i])
        for (value_id o : n.operand)
          if (o != no_value) in_a_sum.insert(o);
    }
    return wide_;
  }

 private:
  /// How a value came from the data.
  enum class way : std::uint8_t {
    unknown,
    unlike,  ///< by functions
    exact,  ///< as it is
    rounded,  ///< by sums, differences and products
  };
  const graph& g_;
  known_graph known_;
  kept_values kept_;
  value_set wide_;
  way way_[LOOM_MAX_NODES]{};
  std::uint32_t data_[LOOM_MAX_NODES]{};  ///< the tensors that it came from, a bit of each; of what is not unlike

  /// Looked for where a sum asks: most sums have a term that a function made.
  constexpr way way_of(value_id v) {
    if (way_[v] == way::unknown) way_[v] = found(v);
    return way_[v];
  }
  constexpr way found(value_id v) {
    const node& n = g_[v];
    if (is_leaf(n.code)) {
      if (n.code == op::tensor && n.axes != 0) data_[v] = std::uint32_t{1} << n.bits;
      return n.type == kind::number ? way::exact : way::unlike;
    }
    const bool keeps_digits = n.code == op::neg || n.code == op::abs || n.code == op::gather;
    if (!is_arithmetic(n.code) && !keeps_digits) return way::unlike;
    if (n.code == op::div && g_[n.operand[1]].axes != 0) return way::unlike;
    for (value_id o : n.operand) {
      if (o == no_value || (n.code == op::gather && o == n.operand[1])) continue;
      if (way_of(o) == way::unlike) return way::unlike;
      data_[v] |= data_[o];
    }
    if (keeps_digits) return way_of(n.operand[0]);
    return data_[v] == 0 ? way::exact : way::rounded;  // numbers of the call's are doubles
  }

  /// Of the longest sum that ends at v.
  constexpr bool cancels(value_id v) {
    if (kept_[v] || way_of(v) != way::rounded) return false;
    signed_terms<8> s;
    s.read(g_, v, false);
    std::uint32_t once = 0, twice = 0;
    for (int i = 0; i < s.count; ++i) {
      const std::uint32_t data = data_[s.term[i]];
      if (data != 0 && way_[s.term[i]] == way::exact) return false;
      twice |= once & data;
      once |= data;
    }
    if (once == 0 || once != twice) return false;
    bool may_be_above = false, may_be_below = false;
    for (int i = 0; i < s.count; ++i) {
      const fact f = s.minus[i] ? facts::negated(known_.of(static_cast<value_id>(s.term[i])))
                                : known_.of(static_cast<value_id>(s.term[i]));
      may_be_above = may_be_above || f.high > 0;
      may_be_below = may_be_below || f.low < 0;
    }
    return may_be_above && may_be_below;
  }

  constexpr void widen(value_id v) {
    const node& n = g_[v];
    if (wide_[v] || way_of(v) != way::rounded || n.code == op::gather || kept_[v]) return;
    wide_.insert(v);
    for (int k = 0; k < arity(n.code); ++k) widen(n.operand[k]);
  }
};

}  // namespace detail

/// What of a program is computed in double where its data is float; data in double is computed as it is.
constexpr value_set wide_values_of(const graph& program) {
  for (const node& n : program.nodes)  // most programs have no such sum
    if ((n.code == op::add || n.code == op::sub) && detail::is_arithmetic(program[n.operand[0]].code) &&
        detail::is_arithmetic(program[n.operand[1]].code))
      return detail::wide_finder(program).run();
  return {};
}

}  // namespace loom::rewrite
