// SPDX-License-Identifier: BSL-1.0
// schedule/products.hpp — which sums are products of matrices, and each of those as one factor by another.
// Layer 4 (schedule).
#pragma once

#include "loom/ir/rebuild.hpp"

namespace loom::inline LOOM_ABI::schedule {

/// sum(left * right, over): left lies over `rows` and `over`, right over `columns` and `over`.
struct matrix_product {
  value_id id, left, right;
  std::int8_t rows, columns, over;
  value_id masked = no_value;  ///< the factor whose zeros add nothing, even times infinity: they are those of a mask
};
using matrix_products = fixed_vector<matrix_product, 12>;

namespace detail {

using factor_list = fixed_vector<value_id, 16>;

/// The factors that a value is multiplied of. False if there are too many of them.
constexpr bool add_factors(const graph& g, value_id v, factor_list& factors) {
  const node& n = g[v];
  if (n.code == op::neg) return add_factors(g, n.operand[0], factors);
  if (n.code != op::mul) return factors.try_push(v);
  return add_factors(g, n.operand[0], factors) && add_factors(g, n.operand[1], factors);
}

/// The axes of the first factor, and of every other one that shares one of them, however far; the summed axis joins nothing.
constexpr axis_set side_of_first(const graph& g, const factor_list& factors, axis_set over) {
  axis_set side = 0;
  for (bool grows = true; grows;) {
    grows = false;
    for (value_id f : factors) {
      const axis_set own = without(g[f].axes, over);
      if (side != 0 && (own & side) == 0) continue;
      grows = grows || !includes(side, own);
      side |= own;
    }
  }
  return side;
}

/// What lies on the two sides of a product, and what belongs to neither: factors without axes.
struct product_sides {
  value_id left = no_value, right = no_value, number = no_value;
  axis_set left_axes = 0;  ///< and the summed axis
  axis_set over = 0;
  bool negative = false;

  /// Gathers the factors of v; what lies on one side as a whole stays as it is.
  constexpr void add(builder& out, value_id v) {
    const node n = out[v];
    const axis_set apart = without(n.axes, over);
    value_id* side = n.axes == 0                  ? &number
                     : includes(left_axes, apart) ? &left
                     : (apart & left_axes) == 0   ? &right
                                                  : nullptr;
    if (side == nullptr) {
      if (n.code == op::neg) negative = !negative;
      add(out, n.operand[0]);
      if (n.code == op::mul) add(out, n.operand[1]);
    } else {
      *side = *side == no_value ? v : out.binary(op::mul, *side, v);
    }
  }
};

/// Where a term is not 0.
struct term_mask {
  value_id mask;
  bool zero_first;  ///< 0 where the mask holds, else where it does not

  constexpr value_id on(builder& out, value_id v) const {
    const value_id zero = out.constant(0);
    return zero_first ? out.where(mask, zero, v) : out.where(mask, v, zero);
  }
};
using term_masks = fixed_vector<term_mask, 4>;

/// Takes signs and masks off a term.
constexpr value_id without_masks(const graph& g, value_id term, term_masks& masks, bool& negative) {
  const auto is_zero = [&](value_id v) { return g[v].code == op::constant && g[v].constant_value() == 0; };
  for (;;) {
    const node& n = g[term];
    if (n.code == op::neg) {
      negative = !negative;
      term = n.operand[0];
    } else if (n.code == op::where && is_zero(n.operand[1]) && masks.try_push({n.operand[0], true})) {
      term = n.operand[2];
    } else if (n.code == op::where && is_zero(n.operand[2]) && masks.try_push({n.operand[0], false})) {
      term = n.operand[1];
    } else {
      return term;
    }
  }
}

/// Of the multiplication in a product of matrices, as its bits: the factor whose zeros add nothing, for they are those of a mask.
enum class masked_factor : std::uint8_t { none, first, second };

constexpr value_id product_of(builder& out, value_id left, value_id right, masked_factor masked) {
  if (masked != masked_factor::none && right < left)  // operands are in the order of their numbers
    masked = masked == masked_factor::first ? masked_factor::second : masked_factor::first;
  return out.make(op::mul, left, right, no_value, static_cast<std::uint64_t>(masked));
}

/// A sum over one axis as a product of matrices, with what can be done to the result instead of the terms; no_value if it is
/// none. A mask along the axis goes to the factor that has its axes.
constexpr value_id as_product(builder& out, value_id term, axis_set over) {
  if (axis_count(over) != 1) return no_value;
  product_sides sides;
  term_masks masks;
  const value_id core = without_masks(out.view(), term, masks, sides.negative);
  factor_list factors;
  if (out[core].code != op::mul || !add_factors(out.view(), core, factors)) return no_value;
  sides.over = over;
  sides.left_axes = side_of_first(out.view(), factors, over);
  axis_set left = 0, right = 0;
  for (value_id f : factors) {
    const axis_set own = out[f].axes;
    (includes(sides.left_axes, without(own, over)) ? left : right) |= own;
  }
  if (!includes(left, over) || !includes(right, over) || axis_count(left) != 2 || axis_count(right) != 2)
    return no_value;
  axis_set of_masks = 0;
  for (const term_mask& m : masks)
    if (includes(out[m.mask].axes, over)) of_masks |= out[m.mask].axes;
  if (!includes(left, of_masks) && !includes(right, of_masks)) return no_value;
  sides.add(out, core);
  masked_factor masked = masked_factor::none;
  for (const term_mask& m : masks) {
    if (!includes(out[m.mask].axes, over)) continue;
    const bool first = includes(left, of_masks);
    masked = first ? masked_factor::first : masked_factor::second;
    value_id& factor = first ? sides.left : sides.right;
    factor = m.on(out, factor);
  }
  value_id r = out.reduce(op::sum, product_of(out, sides.left, sides.right, masked), over);
  if (sides.number != no_value) r = out.binary(op::mul, sides.number, r);
  if (sides.negative) r = out.unary(op::neg, r);
  for (const term_mask& m : masks)
    if (!includes(out[m.mask].axes, over)) r = m.on(out, r);
  return r;
}

}  // namespace detail

/// Whether a graph may have a product of matrices: a quick look, for most have none.
constexpr bool may_have_products(const graph& g) {
  for (const node& n : g.nodes)
    if (n.code == op::sum && axis_count(n.axes) == 2 && axis_count(n.over()) == 1 &&
        axis_count(g[n.operand[0]].axes) == 3)
      return true;
  return false;
}

namespace detail {

/// Whether a value is a product of matrices, its sides apart.
constexpr bool is_product(const graph& g, int id, matrix_product& p) {
  const node& n = g[id];
  if (n.code != op::sum || axis_count(n.over()) != 1) return false;
  const node& term = g[n.operand[0]];
  if (term.code != op::mul) return false;
  const axis_set left = g[term.operand[0]].axes, right = g[term.operand[1]].axes, over = n.over();
  if (!includes(left, over) || !includes(right, over) || axis_count(left) != 2 || axis_count(right) != 2 ||
      left == right)
    return false;
  p = {static_cast<value_id>(id),
       term.operand[0],
       term.operand[1],
       static_cast<std::int8_t>(first_axis(without(left, over))),
       static_cast<std::int8_t>(first_axis(without(right, over))),
       static_cast<std::int8_t>(first_axis(over))};
  if (const auto masked = static_cast<masked_factor>(term.bits); masked != masked_factor::none)
    p.masked = masked == masked_factor::first ? p.left : p.right;
  return true;
}

/// Adds values that are the same linear function of two products with a factor in common: the function of one product. A loss
/// that compares a batch with itself has its gradient in two such halves.
class product_merger {
 public:
  constexpr explicit product_merger(builder& out) : out_(out) {}

  /// x + y, or no_value if they are not alike.
  constexpr value_id sum_of(value_id x, value_id y, int depth = 0) {
    const node a = out_[x], b = out_[y];
    if (x == y || a.code != b.code || a.axes != b.axes || depth > 16) return no_value;
    switch (a.code) {
      case op::neg: return made(a, sum_of(a.operand[0], b.operand[0], depth + 1));
      case op::sum: {
        if (a.bits != b.bits) return no_value;
        const value_id r = sum_of(a.operand[0], b.operand[0], depth + 1);
        return r != no_value ? out_.reduce(op::sum, r, a.over()) : of_products(x, y);
      }
      case op::mul:
        if (a.bits != b.bits) return no_value;
        for (int i = 0; i < 2; ++i)
          for (int k = 0; k < 2; ++k)
            if (a.operand[i] == b.operand[k])
              return times(a.operand[i], sum_of(a.operand[1 - i], b.operand[1 - k], depth + 1), a.bits);
        return no_value;
      case op::div:
        if (a.operand[1] != b.operand[1]) return no_value;
        return over(sum_of(a.operand[0], b.operand[0], depth + 1), a.operand[1]);
      case op::add: {
        const value_id r = pair(a.code, a.operand[0], b.operand[0], a.operand[1], b.operand[1], depth);
        return r != no_value ? r : pair(a.code, a.operand[0], b.operand[1], a.operand[1], b.operand[0], depth);
      }
      case op::sub: return pair(a.code, a.operand[0], b.operand[0], a.operand[1], b.operand[1], depth);
      default: return no_value;
    }
  }

 private:
  builder& out_;

  constexpr value_id made(const node& n, value_id of) {
    return of == no_value ? of : out_.make(n.code, of, no_value, no_value, n.bits);
  }
  constexpr value_id times(value_id factor, value_id r, std::uint64_t bits) {
    return r == no_value ? r : out_.make(op::mul, factor, r, no_value, bits);
  }
  constexpr value_id over(value_id r, value_id divisor) { return r == no_value ? r : out_.binary(op::div, r, divisor); }
  constexpr value_id pair(op code, value_id x0, value_id y0, value_id x1, value_id y1, int depth) {
    const value_id first = sum_of(x0, y0, depth + 1);
    if (first == no_value) return first;
    const value_id second = sum_of(x1, y1, depth + 1);
    return second == no_value ? second : out_.binary(code, first, second);
  }
  constexpr value_id of_products(value_id x, value_id y) {
    matrix_product p{}, q{};
    if (!is_product(out_.view(), x, p) || !is_product(out_.view(), y, q)) return no_value;
    const value_id shared = p.left == q.left || p.left == q.right ? p.left : p.right;
    if (shared != q.left && shared != q.right) return no_value;
    const value_id of_p = shared == p.left ? p.right : p.left, of_q = shared == q.left ? q.right : q.left;
    if (out_[of_p].axes != out_[of_q].axes) return no_value;
    // Where both masks are, nothing is added either way; else one of the terms is.
    if ((p.masked == no_value) != (q.masked == no_value) ||
        (p.masked != no_value && (p.masked != of_p || q.masked != of_q)))
      return no_value;
    const value_id both = out_.binary(op::add, of_p, of_q);
    const masked_factor masked = p.masked == no_value ? masked_factor::none : masked_factor::second;
    return out_.reduce(op::sum, product_of(out_, shared, both, masked), only(p.over));
  }
};

}  // namespace detail

struct isolated_products {
  graph program;
  matrix_products products;
};

/// The same graph with each product of matrices as sum(left * right, over); all of them, if they fit in the list.
constexpr isolated_products isolate_products(const graph& g) {
  builder out(g);
  isolated_products r;
  r.program = rebuild(g, out, [&](op code, value_id a, value_id b, value_id c, std::uint64_t bits) {
    const value_id product = code == op::sum ? detail::as_product(out, a, static_cast<axis_set>(bits)) : no_value;
    return product != no_value ? product : out.make(code, a, b, c, bits);
  });
  if (r.program.too_large) return r;
  builder merged(r.program);
  detail::product_merger merger(merged);
  r.program = rebuild(r.program, merged, [&](op code, value_id a, value_id b, value_id c, std::uint64_t bits) {
    const value_id one = code == op::add ? merger.sum_of(a, b) : no_value;
    return one != no_value ? one : merged.make(code, a, b, c, bits);
  });
  if (r.program.too_large) return r;
  for (int i = 0; i < r.program.size(); ++i) {
    matrix_product p{};
    if (detail::is_product(r.program, i, p) && !r.products.try_push(p)) break;
  }
  return r;
}

}  // namespace loom::schedule
