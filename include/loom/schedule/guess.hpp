// SPDX-License-Identifier: BSL-1.0
// schedule/guess.hpp — where a pass for the largest entry of a row may be left out: the row is shifted by the entry that a label names, and
// done again with the largest if its exponentials grew too large.
// Layer 4 (schedule).
#pragma once

#include "loom/ir/uses.hpp"
#include "loom/schedule/plan.hpp"

namespace loom::inline LOOM_ABI::schedule {

namespace detail {

class guess_finder {
 public:
  constexpr guess_finder(const plan& p, const sweep& s) : p_(p), g_(p.program), s_(s) {}

  constexpr shift_guess run() {
    for (int i = 0; i + 1 < s_.passes.size(); ++i)
      if (try_pass(i)) return found_;
    return {};
  }

 private:
  const plan& p_;
  const graph& g_;
  const sweep& s_;
  shift_guess found_;

  constexpr bool try_pass(int pass) {
    const step_range body = s_.passes[pass].body;
    value_id shift = no_value;
    for (int i = body.begin; i < body.end; ++i) {
      const step& it = p_.steps[i];
      if (it.kind == action::compute) continue;
      if (it.kind != action::reduce || shift != no_value || g_[it.id].code != op::shift) return false;
      shift = it.id;
    }
    if (shift == no_value || !only_computes(s_.passes[pass].after)) return false;
    found_ = {pass, shift, no_value, sum_of(shift, s_.passes[pass + 1].body)};
    return found_.sum != no_value && uses_allow(shift) && is_known(found_.stand_in);
  }
  constexpr bool only_computes(const step_range& steps) const {
    for (int i = steps.begin; i < steps.end; ++i)
      if (p_.steps[i].kind != action::compute) return false;
    return true;
  }
  /// The rest of the shifted row's exponentials, where a pass takes it that may be done twice.
  constexpr value_id sum_of(value_id shift, const step_range& body) const {
    value_id sum = no_value;
    if (!may_be_repeated(p_, body)) return sum;
    for (int i = body.begin; i < body.end; ++i) {
      const step& it = p_.steps[i];
      if (it.kind == action::total || (it.kind == action::store && p_.adds(it.slot))) return no_value;
      if (it.kind != action::reduce || g_[it.id].code != op::rest) continue;
      const node& e = g_[g_[it.id].operand[0]];
      if (e.code == op::exp && is_shifted(e.operand[0], shift)) sum = it.id;
    }
    return sum;
  }
  constexpr bool is_shifted(value_id v, value_id shift) const {
    const node& n = g_[v];
    return n.code == op::sub && n.operand[0] == g_[shift].operand[0] && n.operand[1] == shift;
  }

  /// Whether any number would do for the shift, and no digits are lost if it is the entry that the one label names: what is left of
  /// that entry is exactly 0, its exponential 1, and of the others nobody sees more than their shares.
  constexpr bool uses_allow(value_id shift) {
    const value_id row = g_[shift].operand[0];
    const bool found = every_use(g_, shift, [&](value_id, const node& n, int k) {
      const node& other = g_[n.operand[0]];
      if (n.code != op::sub || k != 1 || n.operand[0] == row) return n.code == op::sub && k == 1;
      if (other.code != op::gather || other.operand[0] != row) return false;
      if (found_.stand_in == no_value) found_.stand_in = n.operand[0];
      return found_.stand_in == n.operand[0];
    });
    if (!found || found_.stand_in == no_value) return false;
    return every_use(g_, shift, [&](value_id u, const node& n, int) {
      return n.operand[0] == row ? uses_of_row_allow(u) : uses_of_label_allow(u);
    });
  }
  /// Of the row's entries, less the shift.
  constexpr bool uses_of_row_allow(value_id shifted) const {
    return every_use(g_, shifted, [&](value_id e, const node& n, int) {
      return n.code == op::exp && every_use(g_, e, [&](value_id, const node& user, int k) {
               switch (user.code) {
                 case op::rest:
                 case op::sum:
                 case op::mul:
                 case op::mul0:
                 case op::where: return true;
                 case op::div: return k == 0;
                 case op::sub: {
                   const node& from = g_[user.operand[0]];
                   return k == 1 && from.code == op::onehot && from.operand[0] == g_[found_.stand_in].operand[1];
                 }
                 default: return false;
               }
             });
    });
  }
  /// Of the label's entry, less the shift.
  constexpr bool uses_of_label_allow(value_id left) const {
    return every_use(g_, left, [&](value_id, const node& n, int k) {
      if (n.code == op::exp || n.code == op::expm1) return true;  // 1, or 0
      if (n.code != op::sub && n.code != op::add) return false;
      const node& other = g_[n.operand[1 - k]];
      return other.code == op::log1p && other.operand[0] == found_.sum;
    });
  }
  /// Whether a value is there before the first pass.
  constexpr bool is_known(value_id v) const {
    for (int i = s_.before.begin; i < s_.before.end; ++i)
      if (p_.steps[i].kind == action::compute && p_.steps[i].id == v) return true;
    return false;
  }
};

}  // namespace detail

constexpr shift_guess guess_of(const plan& p, const sweep& s) { return detail::guess_finder(p, s).run(); }

}  // namespace loom::schedule
