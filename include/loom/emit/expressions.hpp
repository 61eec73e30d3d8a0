// SPDX-License-Identifier: BSL-1.0
// emit/expressions.hpp — values of a plan as expressions of a dialect: by name, or in full where emit/forms.hpp folds them.
// Layer 5 (emit).
#pragma once

#include "loom/emit/places.hpp"

namespace loom::inline LOOM_ABI::emit::detail {

/// What a printer knows while it walks a plan, and how it spells values then.
class expressions {
 protected:
  expressions(const plan& p, const dialect& d, std::string_view function, element type, bool strided,
              const stage_text* stage = nullptr)
      : p_(p),
        g_(p.program),
        d_(d),
        type_(type),
        name_(p, function, d.reserved, stage),
        form_(name_.form()),
        at_(p, name_, strided, stage) {}

  const plan& p_;
  const graph& g_;
  const dialect& d_;
  element type_;  // of the tensors
  names name_;
  const forms& form_;
  places at_;
  const stretch *here_ = nullptr, *row_ = nullptr;  // the forms of what is printed, and of its row
  int parked_in_[LOOM_MAX_NODES]{};  // an output
  bool rounded_[LOOM_MAX_NODES]{};  // scalars that have a copy in the type of the loops

  /// A text in the words of the dialect, then its operands, which are that already.
  expression in_dialect(std::string_view text, element type, const expression* operands) const {
    return filled(spelled(d_, text, type), operands);
  }

  element type_of(int id) const { return is_wide(id) ? element::f64 : type_; }
  expression as_element(const expression& scalar) const {
    return type_ == element::f32 ? cast(d_, element::f32, scalar) : scalar;
  }

  /// Whether a value of the loops is a double among floats.
  bool is_wide(int id) const { return type_ == element::f32 && p_.wide[id] && p_.levels[id] != level::scalar; }
  /// Whether a value stands inside the expression that uses it.
  bool is_inside(int id, known_onehot k) const {
    if (p_.levels[id] == level::scalar || here_ == nullptr) return false;
    const stretch& s = p_.levels[id] == level::row ? *row_ : *here_;
    return s.folded[id] || (k.id != here_->known.id && form_.depends_on(id, k));
  }
  /// A value of the loops, in its own type.
  expression value(int id, known_onehot k) const {
    return is_inside(id, k) ? in_full(id, k) : expression(name_.value[id]);
  }
  /// The number that is left of a value where its one-hot is known; empty: not a number.
  std::string number_left(int id, known_onehot k, element type) const {
    const form f = form_.form_of(id, k);
    return f.is == form::zero ? literal(d_, 0, type) : f.is == form::one ? literal(d_, 1, type) : "";
  }
  /// A value as the loops see it.
  expression operand(int id, known_onehot k) const {
    id = form_.resolved(static_cast<value_id>(id), k);
    if (const std::string left = number_left(id, k, type_); !left.empty()) return left;
    const node& n = g_[id];
    if (n.code == op::constant) return literal(d_, n.constant_value(), type_);
    if (is_wide(id)) return cast(d_, type_, value(id, k));
    return rounded_[id] ? expression(name_.rounded[id]) : value(id, k);
  }
  /// The same as a double.
  expression wide_operand(int id, known_onehot k) const {
    id = form_.resolved(static_cast<value_id>(id), k);
    if (const std::string left = number_left(id, k, element::f64); !left.empty()) return left;
    if (p_.levels[id] == level::scalar) return scalar_operand(id);
    return is_wide(id) ? value(id, k) : cast(d_, element::f64, value(id, k));
  }
  /// A scalar as other scalars see it.
  expression scalar_operand(int id) const {
    const node& n = g_[id];
    if (n.code == op::constant) return literal(d_, n.constant_value(), element::f64);
    return form_.scalars().folded[id] ? scalar_expression(id) : expression(name_.value[id]);
  }
  /// A whole number beside an index.
  expression integer_operand(int id) const {
    const node& n = g_[id];
    if (n.code == op::position) {
      const std::string at = at_.position_along(first_axis(n.over()));
      return n.offset() == 0 ? expression(at) : expression(at + ir::offset_text(n.offset()), binding::sum);
    }
    return n.code == op::constant ? fmt::format("{}", static_cast<std::int64_t>(n.constant_value())) : name_.value[id];
  }
  /// What a line stores or parks.
  std::string entry(int id) const { return operand(id, knowing()).text; }
  known_onehot knowing() const { return here_ == nullptr ? known_onehot{} : here_->known; }

  expression of_op(int id, bool scalar, known_onehot k) const {
    const node& n = g_[id];
    if (n.code == op::number)
      return cast(d_, scalar || is_wide(id) ? element::f64 : type_,
                  scalar ? scalar_operand(n.operand[0]) : integer_operand(n.operand[0]));
    const bool integers =
        is_comparison(n.code) && (g_[n.operand[0]].type == kind::index || g_[n.operand[1]].type == kind::index);
    expression o[3];
    for (int i = 0; i < arity(n.code); ++i)
      o[i] = integers      ? integer_operand(n.operand[i])
             : scalar      ? scalar_operand(n.operand[i])
             : is_wide(id) ? wide_operand(n.operand[i], k)
                           : operand(n.operand[i], k);
    return in_dialect(info(n.code).cpp, scalar || is_wide(id) ? element::f64 : type_, o);
  }
  expression scalar_expression(int id) const {
    const node& n = g_[id];
    if (n.code == op::tensor) {
      const bool placed = g_.inputs[static_cast<int>(n.bits)].is_place();
      const expression e =
          placed ? expression(at_.input_entry(id)) : expression("*" + name_.input[n.bits], binding::unary);
      return type_ == element::f32 ? cast(d_, element::f32, e) : e;
    }
    if (n.code == op::last) {
      const std::string& extent = name_.extent[first_axis(n.over())];
      return n.offset() == 1 ? expression(extent) : expression(extent + ir::offset_text(n.offset() - 1), binding::sum);
    }
    return n.code == op::extent ? entries_of(n, element::f64) : of_op(id, true, {});
  }
  /// A number of entries. It is exact in double.
  expression entries_of(const node& n, element type) const {
    std::string s;
    for (int a = 0; a < g_.axes.size(); ++a)
      if (has(n.over(), a)) list(s, name_.extent[a], " * ");
    return cast(d_, type, {s, outermost(s)});
  }
  /// Beyond the ends of an axis along which an input is shifted it is 0.
  expression input_entry(int id) const {
    const node& n = g_[id];
    const std::string within = at_.within(static_cast<int>(n.bits)), entry = at_.input_entry(id);
    if (within.empty()) return entry;
    const expression zero = n.type == kind::mask    ? expression("false")
                            : n.type == kind::index ? expression("0")
                                                    : literal(d_, 0, type_);
    return {within + " ? " + entry + " : " + zero.text, binding::conditional};
  }
  /// The expression of a value of the loops.
  expression in_full(int id, known_onehot k) const {
    const node& n = g_[id];
    if (here_->recalled[id]) return at_.output_entry(parked_in_[id]);
    if (is_input(n.code)) return input_entry(id);
    if (p_.array_of[id] != 0) {
      const std::string e = at_.array_entry(id);
      return n.type == kind::mask ? expression(e + " != 0.0", binding::equality)
             : is_wide(id)        ? expression(e)
                                  : as_element(e);
    }
    if (n.code == op::gather) return at_.gathered_entry(id);
    if (here_->split[id] && !form_.depends_on(id, k)) {
      const value_id onehot = form_.only_onehot(id);
      const auto arm = [&](bool one) {
        return is_wide(id) ? wide_arm(id, {onehot, one}) : narrow_arm(id, {onehot, one});
      };
      const expression o[] = {at_.position_along(first_axis(g_[onehot].over())), name_.value[g_[onehot].operand[0]],
                              arm(true), arm(false)};
      return filled("{0} == {1} ? {2} : {3}", o);
    }
    if (n.code == op::onehot) {
      const expression o[] = {at_.position_along(first_axis(n.over())), name_.value[n.operand[0]],
                              literal(d_, 1, type_), literal(d_, 0, type_)};
      return filled("{0} == {1} ? {2} : {3}", o);
    }
    if (const form f = form_.form_of(id, k); f.is == form::negated) {
      const expression o = is_wide(id) ? wide_operand(f.of, k) : operand(f.of, k);
      return filled("-{0}", &o);
    }
    expression e = of_op(id, false, k);
    // Minus minus: exact.
    if (n.code == op::neg && e.text.starts_with("-(-") && e.text.ends_with(')')) {
      const expression inner = operand(n.operand[0], k);
      if (inner.level <= binding::product && !is_wide(id)) e = {inner.text.substr(1), inner.level};
    }
    return e;
  }
  /// One side of a conditional, in the type of the value.
  expression narrow_arm(int id, known_onehot k) const { return operand(id, k); }
  expression wide_arm(int id, known_onehot k) const { return wide_operand(id, k); }
};

}  // namespace loom::emit::detail
