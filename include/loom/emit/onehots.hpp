// SPDX-License-Identifier: BSL-1.0
// emit/onehots.hpp — what is left of a value where it is known whether an entry is the label's.
// Its one-hot is 1 or 0 there, and what that leaves of a product or a sum is what the loops leave of it (schedule/labels.hpp).
// Layer 5 (emit).
#pragma once

#include <cstdint>

#include "loom/emit/text.hpp"
#include "loom/schedule/plan.hpp"

namespace loom::inline LOOM_ABI::emit::detail {

/// What a stretch of code knows of a one-hot.
struct known_onehot {
  value_id id = no_value;
  bool one = false;
  const value_id* instead = nullptr;  ///< where it is 1: of a value, that of the row which is the same there
};

/// What is left of a value: its op, minus an operand, that operand itself, or a number.
struct form {
  enum kind { itself, negated, operand, zero, one } is = itself;
  value_id of = no_value;
};

class onehot_forms {
 public:
  explicit onehot_forms(const plan& p) : p_(p), g_(p.program) { number_onehots(); }

  bool depends_on(int id, known_onehot k) const { return k.id != no_value && (onehots_[id] & bit(k.id)) != 0; }

  /// What is left of a value where a one-hot is known.
  form form_of(int id, known_onehot k) const {
    const node& n = g_[id];
    if (!depends_on(id, k)) return {};
    if (id == k.id) return {k.one ? form::one : form::zero};
    const auto left = [&](int o) { return form_of(resolved(n.operand[o], k), k).is; };
    const auto of_row = [&](int o) {
      return p_.levels[n.operand[o]] != level::element && g_[k.id].over() == p_.column_axes;
    };
    switch (n.code) {
      case op::neg: return left(0) == form::zero ? form{form::zero} : form{};
      case op::mul:
        if ((left(0) == form::zero && of_row(1)) || (left(1) == form::zero && of_row(0))) return {form::zero};
        break;
      case op::mul0:
        if (left(0) == form::zero) return {form::zero};
        break;
      case op::add:
      case op::sub:
        if (left(1) == form::zero) return left(0) == form::zero ? form{form::zero} : form{form::operand, n.operand[0]};
        if (left(0) == form::zero) return {n.code == op::add ? form::operand : form::negated, n.operand[1]};
        return {};
      default: return {};
    }
    for (int o = 0; o < 2; ++o)
      if (left(o) == form::one) return {form::operand, n.operand[1 - o]};
    return {};
  }
  /// The value that stands for another one.
  value_id resolved(value_id id, known_onehot k) const {
    for (;;) {
      if (k.instead != nullptr && k.instead[id] != no_value) return k.instead[id];
      const form f = form_of(id, k);
      if (f.is != form::operand) return id;
      id = f.of;
    }
  }
  /// The one-hot that is all that a value knows of labels; or no_value.
  value_id only_onehot(int id) const {
    for (int i = 0; i < g_.size(); ++i)
      if (g_[i].code == op::onehot && onehots_[id] != 0 && onehots_[id] == bit(static_cast<value_id>(i)))
        return static_cast<value_id>(i);
    return no_value;
  }

  /// Whether 0 or 1 is left as an operand of a product: nothing would be gained.
  bool leaves_a_number(int id, known_onehot k) const {
    if (!depends_on(id, k) || form_of(id, k).is != form::itself) return false;
    bool found = false;
    each_operand(id, k, [&](value_id o, int) {
      const form f = form_of(resolved(o, k), k);
      found = found || f.is == form::zero || (f.is == form::one && info(g_[id].code).kind != family::binary);
    });
    return found;
  }

 protected:
  const plan& p_;
  const graph& g_;
  std::uint64_t onehots_[LOOM_MAX_NODES]{};  // that an entry depends on

  std::uint64_t bit(value_id onehot) const { return std::uint64_t{1} << number_[onehot]; }
  /// Calls f(operand, times it stands in the text) for what the expression of a value is made of.
  template <class F>
  void each_operand(int id, known_onehot k, const F& f) const {
    const node& n = g_[id];
    if (p_.array_of[id] != 0 || is_input(n.code)) return;
    const form left = form_of(id, k);
    if (left.is == form::negated) return f(left.of, 1);
    if (n.code == op::onehot) return f(n.operand[0], 1);
    if (n.code == op::gather) return f(n.operand[1], 3);
    const bool condition = n.code == op::where || n.code == op::mul0;
    for (int o = 0; o < arity(n.code); ++o)
      f(n.operand[o], condition && o == 0 && n.code == op::mul0 ? 2 : times_in(info(n.code).cpp, o));
  }

 private:
  int number_[LOOM_MAX_NODES]{};

  void number_onehots() {
    int count = 0;
    for (int i = 0; i < g_.size(); ++i)
      if (g_[i].code == op::onehot) number_[i] = count < 63 ? count++ : 63;
    for (int i = 0; i < g_.size(); ++i) {
      const node& n = g_[i];
      if (is_reduction(n.code) || p_.levels[i] == level::scalar || p_.array_of[i] != 0) continue;
      if (n.code == op::onehot) onehots_[i] = bit(static_cast<value_id>(i));
      for (value_id o : n.operand)
        if (o != no_value) onehots_[i] |= onehots_[o];
    }
  }
};

}  // namespace loom::emit::detail
