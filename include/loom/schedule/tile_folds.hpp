// SPDX-License-Identifier: BSL-1.0
// schedule/tile_folds.hpp — folds of a tile that is seen one block after the other. Folds of two blocks are joined as their parts
// are; but a sum of exponentials is shifted by the largest entry of its block, and is scaled before it is joined to another one
// (Milakov and Gimelshein, Online normalizer calculation for softmax, 2018).
// Layer 4 (schedule).
#pragma once

#include "loom/ir/graph.hpp"
#include "loom/ir/value_set.hpp"

namespace loom::inline LOOM_ABI::schedule {

/// What a fold of exponentials is shifted by: each is exp(e + c shift), c the product of numbers, or of values as the fold has them.
struct fold_shift {
  value_id shift = no_value;  ///< a fold of the same entries; no_value: there is none
  bool negative = false;  ///< the sign of c
  fixed_vector<value_id, 4> factors{};  ///< of c
  value_set between{};  ///< the values that see the shift before they are folded

  constexpr bool is_none() const { return shift == no_value; }
};

namespace detail {

class fold_shift_finder {
 public:
  constexpr fold_shift_finder(const graph& g, axis_set tile, axis_set over) : g_(g), tile_(tile), over_(over) {}

  constexpr fold_shift of(int fold) {
    const node& n = g_[fold];
    if (n.code != op::sum && n.code != op::rest) return {};
    for (int i = 0; i < fold; ++i) {
      bool sees = is_fold(g_[i]);
      for (value_id o : g_[i].operand) sees = sees || (o != no_value && sees_fold_[o]);
      if (sees) sees_fold_.insert(i);
    }
    return scaled(n.operand[0]) ? found_ : fold_shift();
  }

 private:
  const graph& g_;
  axis_set tile_, over_;
  fold_shift found_;
  value_set sees_fold_;  ///< values that see a fold of the tile

  constexpr bool is_fold(const node& n) const { return is_reduction(n.code) && g_[n.operand[0]].axes == tile_; }
  constexpr bool is_zero(value_id v) const { return g_[v].code == op::constant && g_[v].constant_value() == 0; }

  constexpr bool is_free(value_id v) const { return !sees_fold_[v]; }
  constexpr bool marked(value_id v, bool is_so) {
    if (is_so) found_.between.insert(v);
    return is_so;
  }

  /// Whether a value is an exponential times what is free.
  constexpr bool scaled(value_id v) {
    const node& n = g_[v];
    switch (n.code) {
      case op::exp: return marked(v, shifted(n.operand[0]));
      case op::neg: return marked(v, scaled(n.operand[0]));
      case op::mul:
      case op::mul0:
        return marked(
            v, (is_free(n.operand[0]) && scaled(n.operand[1])) || (is_free(n.operand[1]) && scaled(n.operand[0])));
      case op::where:
        return is_free(n.operand[0]) && marked(v, (is_zero(n.operand[1]) && scaled(n.operand[2])) ||
                                                      (is_zero(n.operand[2]) && scaled(n.operand[1])));
      default: return false;
    }
  }
  /// Whether a value is what is free, and a number times the shift.
  constexpr bool shifted(value_id v) {
    const node& n = g_[v];
    const value_id a = n.operand[0], b = n.operand[1];
    switch (n.code) {
      case op::shift:
        if (!is_fold(n) || n.over() != over_ || !is_free(a)) return false;
        found_.shift = v;
        return true;
      case op::neg: found_.negative = !found_.negative; return marked(v, shifted(a));
      case op::add:
      case op::sub:
        if (is_free(a)) {
          if (n.code == op::sub) found_.negative = !found_.negative;
          return marked(v, shifted(b));
        }
        return is_free(b) && marked(v, shifted(a));
      case op::mul:
        for (int i = 0; i < 2; ++i)
          if (const value_id c = n.operand[i]; includes(without(tile_, over_), g_[c].axes) && is_free(c))
            return found_.factors.try_push(c) && marked(v, shifted(n.operand[1 - i]));
        return false;
      default: return false;
    }
  }
};

}  // namespace detail

/// What a fold of a tile is shifted by.
constexpr fold_shift shift_of(const graph& g, int fold) {
  const node& n = g[fold];
  const axis_set tile = g[n.operand[0]].axes;
  return axis_count(n.axes) != 1 ? fold_shift() : detail::fold_shift_finder(g, tile, n.over()).of(fold);
}

}  // namespace loom::schedule
