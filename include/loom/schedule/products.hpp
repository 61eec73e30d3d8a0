// SPDX-License-Identifier: BSL-1.0
// schedule/products.hpp — which sums are products of matrices, and each of those as one factor by another; and sums like them, of a
// function of pairs, as distances are.
// Layer 4 (schedule).
#pragma once

#include "loom/ir/rebuild.hpp"
#include "loom/ir/value_set.hpp"

namespace loom::inline LOOM_ABI::schedule {

/// sum(left * right, over): left lies over `rows` and `over`, right over `columns` and `over`. Or sum(core, over) or its norm, the core a function
/// of entries of left and right; or sum(left * core, over), the core one of right and of what lies between, over `rows` and `columns`.
struct matrix_product {
  value_id id, left, right;
  std::int8_t rows, columns, over;
  value_id masked = no_value;  ///< the factor whose zeros add nothing, even times infinity: they are those of a mask
  value_id core = no_value, between = no_value;
  bool factored = false;  ///< left is a factor, and not in the core
  bool core_masked = false;  ///< zeros of the core add nothing, even times infinity

  constexpr bool is_of_pairs() const { return core != no_value; }
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

/// Of the multiplication in a product of matrices, as its bits: the factors whose zeros add nothing, for they are those of a mask.
enum class masked_factor : std::uint8_t { none, first, second, both };

constexpr masked_factor masked_factors(bool first, bool second) {
  return static_cast<masked_factor>((first ? 1 : 0) + (second ? 2 : 0));
}
constexpr bool is_masked(const node& product, int operand) { return (product.bits >> operand & 1) != 0; }

constexpr value_id product_of(builder& out, value_id left, value_id right, masked_factor masked) {
  const auto bits = static_cast<std::uint64_t>(masked);
  return out.make(op::mul, left, right, no_value,
                  right < left ? bits >> 1 | (bits & 1) << 1 : bits);  // as operands are ordered
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

// ---- functions of pairs ----------------------------------------------------------------------------------------------------

/// What a function over three axes is made of.
class pair_operands {
 public:
  value_id first = no_value, second = no_value;  ///< over the summed axis and another one, each
  value_id between = no_value;  ///< over the two others

  /// Whether v is computed from such values and constants, entry by entry.
  static constexpr bool read(const graph& g, value_id v, axis_set over, pair_operands& to) {
    to = {};
    value_set seen;
    return axis_count(g[v].axes) == 3 && to.read_entries(g, v, over, seen);
  }

 private:
  constexpr bool read_entries(const graph& g, value_id v, axis_set over, value_set& seen) {
    const node& n = g[v];
    if (n.code == op::constant) return true;
    if (axis_count(n.axes) < 3) return n.type == kind::number && axis_count(n.axes) == 2 && take(g, v, over);
    if (seen[v]) return true;
    seen.insert(v);
    const ir::family kind = info(n.code).kind;
    if (n.bits != 0 || (kind != ir::family::unary && kind != ir::family::binary && kind != ir::family::compare &&
                        kind != ir::family::select))
      return false;
    for (value_id o : n.operand)
      if (o != no_value && !read_entries(g, o, over, seen)) return false;
    return true;
  }
  constexpr bool take(const graph& g, value_id v, axis_set over) {
    value_id& place = !includes(g[v].axes, over)                        ? between
                      : first == no_value || g[first].axes == g[v].axes ? first
                                                                        : second;
    if (place != no_value && place != v) return false;
    place = v;
    return true;
  }
};

/// A value, or what it is the negative of: differences have their operands in the order of their numbers, so that a batch against
/// itself has one distance both ways.
constexpr value_id in_order(builder& out, value_id v, bool& negative) {
  const node n = out[v];
  if (n.code == op::neg || (n.code == op::sub && n.operand[1] < n.operand[0])) negative = !negative;
  switch (n.code) {
    case op::neg: return in_order(out, n.operand[0], negative);
    case op::sub: return n.operand[1] < n.operand[0] ? out.binary(op::sub, n.operand[1], n.operand[0]) : v;
    case op::sign: return out.unary(op::sign, in_order(out, n.operand[0], negative));
    default: return v;
  }
}
/// The operand of an even function.
constexpr value_id without_sign(builder& out, value_id v) {
  bool ignored = false;
  return in_order(out, v, ignored);
}

/// A value over three axes that is a multiple of one over two, as that times a function of its entries: base * of(v).
class multiple_reader {
 public:
  value_id base = no_value;

  constexpr multiple_reader(builder& out, axis_set over) : out_(out), over_(over) {}

  /// No_value if v is none, or a multiple of another value than base.
  constexpr value_id of(value_id v) {
    const node n = out_[v];
    const value_id a = n.operand[0], b = n.operand[1], c = n.operand[2];
    if (axis_count(n.axes) < 3) return is_number(v, 0) ? v : of_base(v);
    switch (n.code) {
      case op::neg: return made(op::neg, of(a));
      case op::add:
      case op::sub: return made(n.code, of(a), of(b));
      case op::where: return made(op::where, a, of(b), of(c));
      case op::div: return made(op::div, of(a), b);
      case op::mul: {
        if (n.bits != 0) return no_value;
        const value_id known = base, first = of(a);
        if (first != no_value) return times(first, b);
        base = known;
        return times(of(b), a);
      }
      default: return no_value;
    }
  }

 private:
  builder& out_;
  axis_set over_;

  constexpr bool is_number(value_id v, double number) const {
    return out_[v].code == op::constant && out_[v].constant_value() == number;
  }
  constexpr value_id made(op code, value_id a, value_id b = 0, value_id c = 0) {
    if (a == no_value || b == no_value || c == no_value) return no_value;
    return code == op::neg ? out_.unary(code, a) : code == op::where ? out_.where(a, b, c) : out_.binary(code, a, b);
  }
  constexpr value_id times(value_id multiple, value_id v) {
    if (multiple == no_value) return no_value;
    return is_number(multiple, 1) ? v : out_.binary(op::mul, multiple, v);
  }
  constexpr value_id of_base(value_id v) {
    double number = 1;
    for (;;) {
      const node n = out_[v];
      const bool of_number = n.code == op::mul && out_[n.operand[0]].code == op::constant;
      if (n.code == op::neg) number = -number;
      else if (of_number) number *= out_[n.operand[0]].constant_value();
      else if (n.code == op::mul && out_[n.operand[1]].code == op::constant)
        number *= out_[n.operand[1]].constant_value();
      else break;
      v = n.operand[of_number ? 1 : 0];
    }
    if (base == no_value && axis_count(out_[v].axes) == 2 && includes(out_[v].axes, over_)) base = v;
    return v == base ? out_.constant(number) : no_value;
  }
};

/// What a function of pairs is multiplied by, or divided.
struct pulled_factor {
  op code;
  value_id by;
};

/// A sum over one axis of a function of pairs, with what can be done to the result instead of the terms; no_value if it is none.
constexpr value_id as_pairs(builder& out, value_id term, axis_set over) {
  if (axis_count(over) != 1 || axis_count(out[term].axes) != 3) return no_value;
  fixed_vector<pulled_factor, 8> factors;
  term_masks masks;
  bool negative = false, pulls = true;
  const auto is_less = [&](value_id v) { return axis_count(out[v].axes) < 3; };
  const auto is_zero = [&](value_id v) { return out[v].code == op::constant && out[v].constant_value() == 0; };
  value_id core = term;
  while (pulls) {
    const node n = out[core];
    const value_id a = n.operand[0], b = n.operand[1], c = n.operand[2];
    const bool multiplies = (n.code == op::mul && n.bits == 0) || n.code == op::mul0;
    if (n.code == op::neg) {
      negative = !negative;
      core = a;
    } else if (n.code == op::where && is_less(a) && (is_zero(b) || is_zero(c))) {
      pulls = masks.try_push({a, is_zero(b)});
      core = is_zero(b) ? c : b;
    } else if (multiplies && is_less(a)) {
      pulls = factors.try_push({n.code, a});
      core = b;
    } else if ((n.code == op::mul && multiplies && is_less(b)) || (n.code == op::div && is_less(b))) {
      pulls = factors.try_push({n.code, b});
      core = a;
    } else {
      break;
    }
  }
  pair_operands pair;
  bool left_masked = false, core_masked = false;
  if (!pulls) return no_value;
  core = in_order(out, core, negative);
  if (!pair_operands::read(out.view(), core, over, pair)) {
    multiple_reader multiple(out, over);
    core = multiple.of(core);
    core_masked = true;
    if (core == no_value || !factors.try_push({op::mul, multiple.base}) ||
        !pair_operands::read(out.view(), core, over, pair))
      return no_value;
  }

  value_id left = no_value;
  for (const pulled_factor& f : factors) {
    if (!includes(out[f.by].axes, over)) continue;
    left_masked = left_masked || f.code == op::mul0;
    if (f.code != op::div) left = left == no_value ? f.by : out.binary(op::mul, left, f.by);
  }
  for (const pulled_factor& f : factors)
    if (f.code == op::div && includes(out[f.by].axes, over))
      left = out.binary(op::div, left == no_value ? out.constant(1) : left, f.by);
  for (const term_mask& m : masks) {
    if (!includes(out[m.mask].axes, over)) continue;
    left_masked = true;
    left = m.on(out, left == no_value ? out.constant(1) : left);
  }
  const bool fits = left == no_value ? pair.second != no_value
                                     : pair.first != no_value && pair.second == no_value && pair.between != no_value &&
                                           axis_count(out[left].axes) == 2 && out[left].axes != out[pair.first].axes;
  if (!fits) return no_value;
  const masked_factor masked = masked_factors(left_masked, core_masked);
  value_id r = out.reduce(op::sum, left == no_value ? core : product_of(out, left, core, masked), over);
  for (const pulled_factor& f : factors)
    if (!includes(out[f.by].axes, over))
      r = f.code == op::div ? out.binary(op::div, r, f.by) : out.binary(f.code, f.by, r);
  if (negative) r = out.unary(op::neg, r);
  for (const term_mask& m : masks)
    if (!includes(out[m.mask].axes, over)) r = m.on(out, r);
  return r;
}

/// A sum over one axis as a product, or as the sum of several.
constexpr value_id as_products(builder& out, value_id term, axis_set over, bool with_pairs) {
  value_id r = as_product(out, term, over);
  if (!with_pairs || r != no_value) return r;
  r = as_pairs(out, term, over);
  const node n = out[term];
  if (r != no_value || (n.code != op::add && n.code != op::sub) || axis_count(n.axes) != 3) return r;
  const value_id first = as_products(out, n.operand[0], over, true);
  const value_id second = first == no_value ? first : as_products(out, n.operand[1], over, true);
  return second == no_value ? second : out.binary(n.code, first, second);
}

/// A norm over one axis of a function of pairs, from what the loops would have: where(m > 0, where(m < inf, m sqrt(sum(square(v / m))), m), m),
/// m the largest abs(v). No_value if it is none.
constexpr value_id as_norm(builder& out, value_id is_positive, value_id length, value_id most) {
  const node m = out[most];
  if (m.code != op::reduce_max || axis_count(m.over()) != 1 || axis_count(m.axes) != 2) return no_value;
  const auto of = [&](value_id v, op code, int k = 0) {
    return v != no_value && out[v].code == code ? out[v].operand[k] : no_value;
  };
  const value_id finite = of(length, op::where, 1);
  if (of(m.operand[0], op::abs) == no_value || of(is_positive, op::gt) != most || of(length, op::where, 2) != most ||
      of(of(length, op::where), op::lt) != most || finite == no_value)
    return no_value;
  const value_id root = of(finite, op::mul) == most ? of(finite, op::mul, 1) : of(finite, op::mul);
  const value_id scaled = of(of(of(root, op::sqrt), op::sum), op::square), v = of(scaled, op::div);
  if (v == no_value || of(scaled, op::div, 1) != most) return no_value;
  const value_id entry = without_sign(out, v);
  pair_operands pair;
  if (without_sign(out, of(m.operand[0], op::abs)) != entry ||
      !pair_operands::read(out.view(), entry, m.over(), pair) || pair.second == no_value || pair.between != no_value)
    return no_value;
  return out.reduce(op::norm, entry, m.over());
}

/// Whether a value is a sum of a function of pairs, or a norm.
constexpr bool is_of_pairs(const graph& g, int id, matrix_product& p) {
  const node& n = g[id];
  if ((n.code != op::sum && n.code != op::norm) || axis_count(n.over()) != 1 || axis_count(n.axes) != 2) return false;
  value_id left = no_value, core = n.operand[0];
  const node& term = g[core];
  int place = 0;  // of the factor
  if (n.code == op::sum && term.code == op::mul)
    for (int k = 0; k < 2; ++k)
      if (const axis_set axes = g[term.operand[k]].axes; axis_count(axes) == 2 && includes(axes, n.over())) {
        place = k;
        left = term.operand[k];
        core = term.operand[1 - k];
      }
  pair_operands pair;
  if (!pair_operands::read(g, core, n.over(), pair)) return false;
  const value_id right = left == no_value ? pair.second : pair.first;
  if (right == no_value || (left != no_value && (pair.second != no_value || g[left].axes == g[right].axes)))
    return false;
  p = {static_cast<value_id>(id),
       left == no_value ? pair.first : left,
       right,
       0,
       0,
       static_cast<std::int8_t>(first_axis(n.over()))};
  p.rows = static_cast<std::int8_t>(first_axis(without(g[p.left].axes, n.over())));
  p.columns = static_cast<std::int8_t>(first_axis(without(g[p.right].axes, n.over())));
  p.core = core;
  p.between = pair.between;
  p.factored = left != no_value;
  if (p.factored && is_masked(term, place)) p.masked = left;
  p.core_masked = p.factored && is_masked(term, 1 - place);
  return true;
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
  if (is_masked(term, 0)) p.masked = p.left;
  if (is_masked(term, 1)) p.masked = p.right;
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
        for (int i = 0; i < 2; ++i)
          for (int k = 0; k < 2; ++k)
            if (const masked_factor masked = masked_factors(is_masked(a, i), is_masked(a, 1 - i));
                a.operand[i] == b.operand[k] && masked == masked_factors(is_masked(b, k), is_masked(b, 1 - k)))
              return times(a.operand[i], sum_of(a.operand[1 - i], b.operand[1 - k], depth + 1), masked);
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
  constexpr value_id times(value_id factor, value_id r, masked_factor masked) {
    return r == no_value ? r : product_of(out_, factor, r, masked);
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
    if (is_of_pairs(out_.view(), x, p) && is_of_pairs(out_.view(), y, q))
      return p.factored && q.factored && p.core == q.core ? one_product(p, q, p.left, q.left, p.core) : no_value;
    if (!is_product(out_.view(), x, p) || !is_product(out_.view(), y, q)) return no_value;
    const value_id shared = p.left == q.left || p.left == q.right ? p.left : p.right;
    if (shared != q.left && shared != q.right) return no_value;
    const value_id of_p = shared == p.left ? p.right : p.left, of_q = shared == q.left ? q.right : q.left;
    return one_product(p, q, of_p, of_q, shared);
  }
  /// Products of one factor, or core, by two others.
  constexpr value_id one_product(const matrix_product& p, const matrix_product& q, value_id of_p, value_id of_q,
                                 value_id shared) {
    if (out_[of_p].axes != out_[of_q].axes) return no_value;
    // Where both masks are, nothing is added either way; else one of the terms is.
    if ((p.masked == no_value) != (q.masked == no_value) ||
        (p.masked != no_value && (p.masked != of_p || q.masked != of_q)))
      return no_value;
    const value_id both = out_.binary(op::add, of_p, of_q);
    const masked_factor masked = masked_factors(p.core_masked || q.core_masked, p.masked != no_value);
    return out_.reduce(op::sum, product_of(out_, shared, both, masked), only(p.over));
  }
};

}  // namespace detail

struct isolated_products {
  graph program;
  matrix_products products;

  constexpr bool has_pairs() const {
    for (const matrix_product& p : products)
      if (p.is_of_pairs()) return true;
    return false;
  }
};

/// The same graph with each product of matrices as sum(left * right, over); all of them, if they fit in the list. With sums of functions
/// of pairs as well, or without.
constexpr isolated_products isolate_products(const graph& g, bool with_pairs = true) {
  builder out(g);
  isolated_products r;
  r.program = rebuild(g, out, [&](op code, value_id a, value_id b, value_id c, std::uint64_t bits) {
    value_id product = no_value;
    const auto over = static_cast<axis_set>(bits);
    if (code == op::sum) product = detail::as_products(out, a, over, with_pairs);
    if (with_pairs && code == op::where) product = detail::as_norm(out, a, b, c);
    if (with_pairs && ir::is_even(code) && axis_count(out[a].axes) == 3) a = detail::without_sign(out, a);
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
    const bool found = detail::is_product(r.program, i, p) || (with_pairs && detail::is_of_pairs(r.program, i, p));
    if (found && !r.products.try_push(p)) break;
  }
  return r;
}

}  // namespace loom::schedule
