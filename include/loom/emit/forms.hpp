// SPDX-License-Identifier: BSL-1.0
// emit/forms.hpp — in what form the values of a plan stand in printed code: on a line of their own or inside the expression of
// their one user; and which passes leave the entry of a label to a line after the loop.
// Nothing is computed in another order for it: an operand in parentheses is the same number as one with a name.
// Layer 5 (emit).
#pragma once

#include <vector>

#include "loom/emit/onehots.hpp"
#include "loom/emit/words.hpp"

namespace loom::inline LOOM_ABI::emit::detail {

/// Code that computes values one after the other in one scope: that of a row, the body of a loop, the entry of a label, scalars.
struct stretch {
  known_onehot known;
  bool computed[LOOM_MAX_NODES]{};  ///< here, or recalled
  bool recalled[LOOM_MAX_NODES]{};
  bool folded[LOOM_MAX_NODES]{};  ///< into its one user
  bool acted[LOOM_MAX_NODES]{};  ///< used by a line that stores, parks or folds into a reduction
  value_id instead[LOOM_MAX_NODES]{};  ///< see known_onehot
  bool split[LOOM_MAX_NODES]{};  ///< written twice, for the label's entry and for others: c == t_n ? a : b
  std::uint64_t whole = 0;  ///< one-hots that are written as numbers
  int uses[LOOM_MAX_NODES]{};
  int weight[LOOM_MAX_NODES]{};  ///< operators of the expression
};

class forms : public onehot_forms {
 public:
  forms(const plan& p, const value_words& w) : onehot_forms(p), words_(w) {
    rows_.resize(static_cast<std::size_t>(p.loops.size()));
    bodies_.resize(rows_.size());
    entries_.resize(rows_.size());
    for (int s = 0; s < p.loops.size(); ++s) analyze(s);
    analyze_scalars();
  }

  const stretch& scalars() const { return scalars_; }
  const stretch& row(int sweep) const { return rows_[index(sweep)]; }
  const stretch& body(int sweep, int pass) const { return bodies_[index(sweep)][index(pass)]; }
  /// The label's entry, where the loop of a pass leaves it out.
  const stretch& labelled_entry(int sweep, int pass) const { return entries_[index(sweep)][index(pass)]; }
  bool has_labelled_entry(int sweep, int pass) const { return labelled_entry(sweep, pass).known.one; }

  /// Whether a value has a line of its own somewhere.
  bool is_visible(int id) const { return visible_[id]; }
  /// Whether the text of a value is a conditional expression.
  bool is_conditional(const stretch& s, int id) const {
    const form f = form_of(id, s.known);
    return s.split[id] ||
           (f.is == form::itself && (g_[id].code == op::where || g_[id].code == op::mul0) && p_.array_of[id] == 0);
  }

 private:
  static constexpr int heaviest = 7;  // operators of a line

  const value_words& words_;
  std::vector<stretch> rows_;
  std::vector<std::vector<stretch>> bodies_, entries_;
  stretch scalars_;
  bool visible_[LOOM_MAX_NODES]{};

  static std::size_t index(int i) { return static_cast<std::size_t>(i); }

  // ---- sweeps ---------------------------------------------------------------------------------------------------------

  void analyze(int sweep) {
    const schedule::sweep& s = p_.loops[sweep];
    stretch& row = rows_[index(sweep)];
    bodies_[index(sweep)].resize(index(s.passes.size()));
    entries_[index(sweep)].resize(index(s.passes.size()));
    for (int k = 0; k < s.passes.size(); ++k) {
      stretch& body = bodies_[index(sweep)][index(k)];
      stretch& entry = entries_[index(sweep)][index(k)];
      if (const value_id onehot = left_to_a_line(s.passes[k]); onehot != no_value) {
        body.known = {onehot, false};
        find_instead(entry, s, k, g_[onehot].operand[0]);
        entry.known = {onehot, true, entry.instead};
        row.uses[g_[onehot].operand[0]] += 2;
        compute_entry(s.passes[k].body, entry);
        use_in_actions(entry, row, s.passes[k].body, [&](const step& it) { return is_labelled(it, onehot); });
        finish(entry, row, level::element);
      }
      compute(body, s.passes[k].body);
      use_in_actions(body, row, s.passes[k].body, [](const step&) { return true; });
      keep_recalled(body, s.passes[k].body);
      finish(body, row, level::element);
    }
    compute(row, s.before);
    use_in_actions(row, row, s.before, [](const step&) { return true; });
    for (const row_pass& pass : s.passes) {
      compute(row, pass.after);
      use_in_actions(row, row, pass.after, [](const step&) { return true; });
    }
    finish(row, row, level::row);
  }
  /// The one-hot without which a pass does its entries, if all that depends on it is stored.
  value_id left_to_a_line(const row_pass& pass) const {
    if (pass.label == no_value) return no_value;
    value_id onehot = no_value;
    for (int i = pass.body.begin; i < pass.body.end; ++i) {
      const node& n = g_[p_.steps[i].id];
      if (p_.steps[i].kind == action::compute && n.code == op::onehot && n.operand[0] == pass.label &&
          n.over() == p_.column_axes)
        onehot = p_.steps[i].id;
    }
    bool stores = false;
    for (int i = pass.body.begin; onehot != no_value && i < pass.body.end; ++i) {
      const step& it = p_.steps[i];
      if (it.kind == action::compute && leaves_a_number(it.id, {onehot, false})) return no_value;
      if (it.kind == action::compute || !is_labelled(it, onehot)) continue;
      if (it.kind != action::store || output_level(p_, it.slot) != level::element || p_.adds(it.slot)) return no_value;
      stores = true;
    }
    return stores ? onehot : no_value;
  }

 public:
  /// Whether a step that is no computation has to do with a one-hot.
  bool is_labelled(const step& it, value_id onehot) const {
    if (it.kind == action::compute || it.kind == action::recall) return false;
    const bool of_operand = it.kind == action::reduce || it.kind == action::total || it.kind == action::accumulate;
    for (int k = 0; of_operand && k < arity(g_[it.id].code); ++k)
      if ((onehots_[g_[it.id].operand[k]] & bit(onehot)) != 0) return true;
    return !of_operand && (onehots_[it.id] & bit(onehot)) != 0;
  }

 private:
  void compute(stretch& s, step_range r) {
    for (int i = r.begin; i < r.end; ++i) {
      const step& it = p_.steps[i];
      if (it.kind == action::compute && p_.levels[it.id] != level::scalar) s.computed[it.id] = true;
      if (it.kind == action::recall) s.computed[it.id] = s.recalled[it.id] = true;
    }
  }
  /// What a row has computed of its label's entry before a pass: x_t is x at t.
  void find_instead(stretch& entry, const schedule::sweep& s, int pass, value_id label) const {
    bool known[LOOM_MAX_NODES]{};
    const auto learn = [&](step_range r) {
      for (int i = r.begin; i < r.end; ++i)
        if (p_.steps[i].kind == action::compute && p_.levels[p_.steps[i].id] == level::row)
          known[p_.steps[i].id] = true;
    };
    learn(s.before);
    for (int k = 0; k < pass; ++k) learn(s.passes[k].after);
    for (int i = 0; i < g_.size(); ++i) {
      const node& n = g_[i];
      entry.instead[i] = no_value;
      if (p_.levels[i] != level::element || is_reduction(n.code) || p_.array_of[i] != 0) continue;
      for (int j = 0; j < g_.size(); ++j) {
        const node& m = g_[j];
        if (!known[j]) continue;
        if (n.code == op::tensor && m.code == op::gather && m.operand[0] == i && m.operand[1] == label &&
            m.over() == p_.column_axes)
          entry.instead[i] = static_cast<value_id>(j);
        if (!is_elementwise(n.code) || m.code != n.code) continue;
        bool same = true;
        for (int o = 0; o < arity(n.code); ++o) {
          const value_id v = n.operand[o];
          same = same && m.operand[o] == (p_.levels[v] == level::element ? entry.instead[v] : v);
        }
        if (same) entry.instead[i] = static_cast<value_id>(j);
      }
    }
  }
  /// At the label's entry nothing is recalled: it is computed again, for it may be overwritten by then.
  void compute_entry(step_range r, stretch& s) {
    for (int i = r.begin; i < r.end; ++i)
      if (p_.steps[i].kind == action::compute || p_.steps[i].kind == action::recall)
        add_with_operands(s, p_.steps[i].id);
  }
  void add_with_operands(stretch& s, value_id id) {
    if (p_.levels[id] != level::element || s.computed[id]) return;
    s.computed[id] = true;
    if (p_.array_of[id] != 0) return;
    for (value_id o : g_[id].operand)
      if (o != no_value && g_[id].code != op::gather) add_with_operands(s, o);
    if (g_[id].code == op::gather) add_with_operands(s, g_[id].operand[1]);
  }
  template <class Takes>
  void use_in_actions(stretch& s, stretch& row, step_range r, const Takes& takes) {
    for (int i = r.begin; i < r.end; ++i) {
      const step& it = p_.steps[i];
      if (!takes(it)) continue;
      const reduction_info& fold = reduction(g_[it.id].code);
      const std::string_view update = p_.array_of[it.id] != 0 ? std::string_view(fold.update_of_array)
                                      : p_.is_total[it.id]    ? std::string_view(fold.update)
                                                              : std::string_view(fold.row_update);
      switch (it.kind) {
        case action::compute:
        case action::recall: break;
        case action::park:
        case action::store: use_at_once(s, row, it.id, 1); break;
        case action::accumulate:
          if (g_[it.id].code == op::scatter) {
            use(s, row, g_[it.id].operand[0], 1);
            use(s, row, g_[it.id].operand[1], 3);
            break;
          }
          [[fallthrough]];
        case action::reduce:
        case action::total: {
          const int entries = fold.entry == itself ? 1 : times_in(info(fold.entry).cpp, 0);
          use_at_once(s, row, g_[it.id].operand[0], entries * times_in(update, 1));
        }
      }
    }
  }
  /// A parked value that is read where its place has been written by then needs a name.
  void keep_recalled(stretch& s, step_range r) {
    int stores = 0;
    for (int i = r.begin; i < r.end; ++i) stores += p_.steps[i].kind == action::store;
    for (int i = r.begin; i < r.end; ++i)
      if (p_.steps[i].kind == action::recall && stores > 1) s.uses[p_.steps[i].id] += 1;
  }

  void use_at_once(stretch& s, stretch& row, value_id id, int times) {
    use(s, row, id, times);
    s.acted[resolved(id, s.known)] = true;
  }
  /// Counts a use of a value, of the stretch that computes it.
  void use(stretch& s, stretch& row, value_id id, int times, known_onehot k) {
    if (id == no_value) return;
    id = resolved(id, k);
    const form f = form_of(id, k);
    if (f.is == form::zero || f.is == form::one || g_[id].code == op::constant) return;
    if (p_.levels[id] == level::element) s.uses[id] += times;
    else if (p_.levels[id] == level::row) row.uses[id] += &s == &row ? times : 2;
  }
  void use(stretch& s, stretch& row, value_id id, int times) { use(s, row, id, times, s.known); }

  /// Decides which values are folded, from their uses by actions and by other stretches. A one-hot that has a line of its own after
  /// all is not written out elsewhere.
  void finish(stretch& s, stretch& row, level at) {
    const stretch s_before = s, row_before = row;
    decide(s, row, at);
    std::uint64_t named = 0;
    for (int i = 0; i < g_.size(); ++i)
      if (g_[i].code == op::onehot && s.computed[i] && s.uses[i] > 0 && !s.folded[i])
        named |= bit(static_cast<value_id>(i));
    if (named != 0) {
      s = s_before;
      row = row_before;
      s.whole = named;
      decide(s, row, at);
    }
    for (int i = 0; i < g_.size(); ++i)
      if (s.computed[i] && s.uses[i] > 0 && !s.folded[i]) visible_[i] = true;
  }
  void decide(stretch& s, stretch& row, level at) {
    for (int i = g_.size() - 1; i >= 0; --i) {
      if (!s.computed[i] || s.uses[i] == 0 || s.recalled[i]) continue;
      if (is_reduction(g_[i].code) && p_.array_of[i] == 0) continue;
      s.split[i] = may_split(s, i);
      if (s.split[i]) {
        const value_id onehot = only_onehot(i);
        use(s, row, g_[onehot].operand[0], 1);
        for (bool one : {true, false}) use_in_arm(s, row, static_cast<value_id>(i), {onehot, one});
      } else {
        each_operand(i, s.known, [&](value_id o, int times) { use(s, row, o, times); });
      }
    }
    for (int i = 0; i < g_.size(); ++i) {
      if (!s.computed[i] || s.uses[i] == 0 || p_.levels[i] != at) continue;
      if (is_reduction(g_[i].code) && p_.array_of[i] == 0) continue;
      fold_operands(s, i);
      s.folded[i] = s.uses[i] == 1 && may_fold(s, i);
    }
    undo_folds_without_a_place(s);
  }

  // ---- one value --------------------------------------------------------------------------------------------------------

  /// Whether a value is best written as c == t_n ? a : b: if a 0 for a one-hot leaves less of it than its op.
  bool may_split(const stretch& s, int id) const {
    const value_id onehot = only_onehot(id);
    if (onehot == no_value || onehot == s.known.id || (onehot != id && (s.whole & bit(onehot)) != 0)) return false;
    if (form_of(id, {onehot, false}).is == form::itself) return false;
    return arm_weight(s, static_cast<value_id>(id), {onehot, true}) <= heaviest - 1 &&
           arm_weight(s, static_cast<value_id>(id), {onehot, false}) <= heaviest - 1;
  }
  /// The operators of a value that is written in full; too many if it cannot be.
  int arm_weight(const stretch& s, value_id id, known_onehot k) const {
    id = resolved(id, k);
    const form f = form_of(id, k);
    if (f.is == form::zero || f.is == form::one || !depends_on(id, k)) return 0;
    if (!s.computed[id] || s.recalled[id] || g_[id].code == op::where || g_[id].code == op::mul0) return 100;
    int weight = own_weight(id, k) + (leaves_a_number(id, k) ? 100 : 0);
    each_operand(id, k, [&](value_id o, int times) {
      weight += (times > 1 && depends_on(resolved(o, k), k) ? 100 : arm_weight(s, o, k));
    });
    return weight;
  }
  void use_in_arm(stretch& s, stretch& row, value_id id, known_onehot k) {
    id = resolved(id, k);
    const form f = form_of(id, k);
    if (f.is == form::zero || f.is == form::one) return;
    if (!depends_on(id, k)) return use(s, row, id, 1);
    each_operand(id, k, [&](value_id o, int) { use_in_arm(s, row, o, k); });
  }

  int own_weight(int id, known_onehot k) const {
    const node& n = g_[id];
    if (is_input(n.code) || p_.array_of[id] != 0 || n.code == op::onehot) return 0;
    if (form_of(id, k).is == form::negated || n.code == op::neg || n.code == op::logical_not) return 0;
    return info(n.code).kind == family::unary && n.code != op::square ? 2 : 1;
  }

  /// The weight of a value, with as many of its operands folded into it as a line may hold.
  void fold_operands(stretch& s, int id) {
    if (s.recalled[id]) return;
    if (s.split[id]) {
      const value_id onehot = only_onehot(id);
      s.weight[id] = 1 + std::max(arm_weight(s, static_cast<value_id>(id), {onehot, true}),
                                  arm_weight(s, static_cast<value_id>(id), {onehot, false}));
      return;  // the operands of its arms keep their names
    }
    s.weight[id] = own_weight(id, s.known);
    each_operand(id, s.known, [&](value_id o, int) {
      o = resolved(o, s.known);
      if (!s.folded[o] || p_.levels[o] != p_.levels[id]) return;
      if (s.weight[id] + s.weight[o] > heaviest) s.folded[o] = false;
      else s.weight[id] += s.weight[o];
    });
  }
  bool may_fold(const stretch& s, int id) const {
    const node& n = g_[id];
    if (n.type == kind::index || n.code == op::gather) return false;
    if (s.known.one || is_input(n.code)) return true;
    return !words_.is_landmark(id) || s.weight[id] == 0 || is_stored(id) || (s.acted[id] && s.weight[id] <= 3);
  }
  bool is_stored(int id) const {
    for (const output_info& o : g_.outputs)
      if (o.id == id) return true;
    return false;
  }

  /// A conditional expression is folded only where it is the whole of a line, or the last part of another one; and what stands on
  /// both sides of ours is not of one type of number.
  void undo_folds_without_a_place(stretch& s) {
    for (int i = 0; i < g_.size(); ++i) {
      if (!s.computed[i] || s.uses[i] == 0 || s.recalled[i] || (is_reduction(g_[i].code) && p_.array_of[i] == 0))
        continue;
      const auto keep = [&](value_id o) {
        o = resolved(o, s.known);
        if (o == i || p_.levels[o] != p_.levels[i] || !s.folded[o] || !is_conditional(s, o)) return;
        const bool short_choice = g_[o].code == op::where && !s.split[o] && s.weight[o] <= 2;  // in parentheses
        if (!short_choice || info(g_[i].code).kind != family::binary || g_[i].code == op::mul0) s.folded[o] = false;
      };
      if (s.split[i]) {
        const value_id onehot = only_onehot(i);
        for (bool one : {true, false}) keep_in_arm(s, static_cast<value_id>(i), {onehot, one});
      } else {
        const bool last = g_[i].code == op::where && form_of(i, s.known).is == form::itself;
        int at = 0;
        each_operand(i, s.known, [&](value_id o, int) {
          if (!(last && at == 2)) keep(o);
          ++at;
        });
      }
    }
  }
  /// Inside the arms of a conditional, what has nothing to do with the label keeps its name.
  void keep_in_arm(stretch& s, value_id id, known_onehot k) {
    id = resolved(id, k);
    const form f = form_of(id, k);
    if (f.is == form::zero || f.is == form::one) return;
    if (!depends_on(id, k)) {
      if (s.folded[id] && (s.weight[id] > 0 || is_conditional(s, id))) s.folded[id] = false;
      return;
    }
    each_operand(id, k, [&](value_id o, int) { keep_in_arm(s, o, k); });
  }

  // ---- scalars --------------------------------------------------------------------------------------------------------

  void analyze_scalars() {
    stretch& s = scalars_;
    bool loops_use[LOOM_MAX_NODES]{};
    for (const schedule::sweep& sweep : p_.loops)
      for (int i = sweep.hoisted.begin; i < sweep.hoisted.end; ++i)
        if (p_.steps[i].kind == action::compute) loops_use[p_.steps[i].id] = true;
    for (int i = 0; i < g_.size(); ++i)
      s.computed[i] =
          p_.levels[i] == level::scalar && !p_.is_total[i] && !is_input(g_[i].code) && g_[i].code != op::constant;
    for (const output_info& o : g_.outputs) s.uses[o.id] += p_.levels[o.id] == level::scalar;
    for (int i = g_.size() - 1; i >= 0; --i) {
      if (loops_use[i]) s.uses[i] += 2;
      if (!s.computed[i] || s.uses[i] == 0) continue;
      each_operand(i, {}, [&](value_id o, int times) { s.uses[o] += times; });
    }
    for (int i = 0; i < g_.size(); ++i) {
      if (!s.computed[i] || s.uses[i] == 0) continue;
      s.weight[i] = g_[i].code == op::extent ? 0 : own_weight(i, {});
      if (g_[i].code != op::extent)
        each_operand(i, {}, [&](value_id o, int) {
          if (!s.folded[o]) return;
          if (s.weight[i] + s.weight[o] > heaviest) s.folded[o] = false;
          else s.weight[i] += s.weight[o];
        });
      s.folded[i] = s.uses[i] == 1 && !loops_use[i];
    }
    undo_folds_without_a_place(s);
    for (int i = 0; i < g_.size(); ++i)
      if (s.computed[i] && s.uses[i] > 0 && !s.folded[i]) visible_[i] = true;
  }
};

}  // namespace loom::emit::detail
