// SPDX-License-Identifier: BSL-1.0
// ir/op.hpp — the operations a graph is made of, and what every stage may ask about one.
// The elementwise ops are the rows of ops.def, the reductions those of reductions.def; the few others are listed here.
// Layer 1 (ir).
#pragma once

#include <cstdint>
#include "loom/base/text_view.hpp"

namespace loom::inline LOOM_ABI::ir {

enum class op : std::uint8_t {
  // leaves
  constant,  // bits: the double
  tensor,
  scalar,
  index,
  mask,  // bits: the slot of the input
  extent,    // bits: the axes whose numbers of entries are multiplied
  position,  // bits: the axis whose positions 0, 1, 2, ... it is
  last,      // bits: the axis whose last position it is
  any,       // a pattern variable (in rules only); bits: which
  // elementwise, from the dictionary
#define LOOM_UNARY(name, ...) name,
#define LOOM_BINARY(name, ...) name,
#define LOOM_COMPARE(name, ...) name,
#define LOOM_UNARY_COMPOSED(name, ...) name,
#define LOOM_BINARY_COMPOSED(name, ...) name,
#include "loom/ir/ops.def"
  logical_and,
  logical_or,
  logical_not,
  where,          // a: mask, b: value where it holds, c: value elsewhere
  with_slope,     // a: value, b: its slope by c, taken entry by entry
  number,         // a: index, its labels or positions as numbers
  stop_gradient,
  // reductions; bits: the axes that disappear
#define LOOM_REDUCTION(code, ...) code,
#define LOOM_MASK_REDUCTION(code, ...) code,
#define LOOM_REDUCTION_COMPOSED(code, ...) code,
#include "loom/ir/reductions.def"
  // functions of a whole row that keep its shape; bits: the axes of the row
  softmax,
  log_softmax,
  // indexing; bits: the one axis
  gather,         // a: values, b: index
  onehot,         // a: index
  scatter,  // a: values, b: index; bits: the axes that disappear, and 8 bits further up the one that the index names
  elsewhere,  // a: values that are kept; y_(t,k) = a_(t + k - 1), and 0 beyond its ends; bits: the axis, and where (ir/graph.hpp)
  // running values; bits: the one axis, and running_order. An operand without the axis is constant along it
  cumsum,
  cumprod,
  cummax,
  logcumsumexp,
  recurrence,  // a: b, b: a of y = b + a * (y before), where an a of exactly 0 begins anew, whatever was before
  order,  // the positions of the entries from the smallest to the largest; or back; a NaN comes last
  permuted,  // a: values, b: an order; y_t = a_(b_t)
  unpermuted,  // a: values, b: an order; y_(b_t) = a_t
  // chains: a vector of states that runs along an axis; bits: chain_axes
  forward,  // a: what each state adds, b: what each move adds; y_t[s] = a_t[s] + log(sum over r of exp(y_(t-1)[r] + b[r,s]))
  viterbi,  // the same with the largest in the place of log(sum(exp))
  chain_back,  // a: what y receives, b: y, c: the moves; what each state receives, with what is kept of it by those after
  chain_moves,  // a: the same, b: y, c: the moves; what each move receives: a sum over everything the moves do not have
  // composites of the surface language; lowering replaces them
  mean,
  var,
  count,
  stddev,
  relu,
  clamp,
  log2,
  log10,
  lbeta,
  isnan,
  isfinite,
  argmax,  // an index that is computed: a number (ir/checked_builder.hpp)
  argmin,
  rank,
  end_
};

inline constexpr int op_count = static_cast<int>(op::end_);
inline constexpr int first_reduction = static_cast<int>(op::stop_gradient) + 1,
                     reduction_count = static_cast<int>(op::softmax) - first_reduction;

enum class family : std::uint8_t {
  leaf,
  unary,
  binary,
  compare,
  logical,
  select,
  custom,
  conversion,  ///< of an index to numbers
  reduction,
  row,
  indexing,
  running,
  chain,
  composite
};

/// Numbers between two bounds.
struct interval {
  double low, high;
  constexpr interval(double l, double h) : low(l), high(h) {}
};
inline constexpr interval reals{-__builtin_huge_val(), __builtin_huge_val()};

/// The largest error of a function in units of the last place.
struct ulp_bound {
  double f32, f64;
  constexpr ulp_bound(double narrow = 0, double wide = 0) : f32(narrow), f64(wide) {}
};
/// How a function of one number maps an interval of its domain.
enum class course : std::uint8_t { unknown, rising, falling, bowl, waves };

/// What the stages ask about an op.
struct op_info {
  text_view name;
  family kind = family::leaf;
  int arity = 0;
  int cost = 0;  // vector instructions, roughly
  text_view cpp;  // C++ text, {0} {1} the operands; empty: no back end sees this op
  interval domain_a = reals, domain_b = reals;  ///< of an elementwise op of numbers: of its operands
  interval range = reals;
  ulp_bound ulp = {};
  course maps = course::unknown;  ///< of a unary op
  bool commutative = false;
  bool exponential = false;  ///< counts as one in a plan
};

// A list, for a compiler reads one faster than it evaluates a function that fills an array.
namespace detail::op_table {

struct row {
  op code;
  op_info info;
};

constexpr double infinity = __builtin_huge_val(), half_pi = 1.57079632679489661923;
constexpr interval unit{0, 1};
enum { other, exponential };
enum { ordered, commutes };
using in = interval;
using ulp = ulp_bound;
#define LOOM_TEXT(literal) {literal, sizeof(literal) - 1}  // its length is not counted at every compilation
inline constexpr row rows[] = {
    {op::constant, {"constant", family::leaf, 0, 0, ""}},
    {op::tensor, {"tensor", family::leaf, 0, 1, ""}},
    {op::scalar, {"scalar", family::leaf, 0, 0, ""}},
    {op::index, {"index", family::leaf, 0, 1, ""}},
    {op::mask, {"mask", family::leaf, 0, 1, ""}},
    {op::extent, {"extent", family::leaf, 0, 0, "", reals, reals, in(0, infinity)}},
    {op::position, {"position", family::leaf, 0, 1, ""}},
    {op::last, {"last", family::leaf, 0, 0, ""}},
    {op::any, {"any", family::leaf, 0, 0, ""}},
#define LOOM_UNARY(name, cost, text, notation, ulp, domain, range, shape, weight, ...)                          \
  {op::name,                                                                                                    \
   {LOOM_TEXT(#name), family::unary, 1, cost, LOOM_TEXT(text), domain, reals, range, ulp, course::shape, false, \
    weight == exponential}},
#define LOOM_BINARY(name, cost, text, notation, ulp, domain_a, domain_b, fact, order, weight, ...)               \
  {op::name,                                                                                                     \
   {LOOM_TEXT(#name), family::binary, 2, cost, LOOM_TEXT(text), domain_a, domain_b, reals, ulp, course::unknown, \
    order == commutes, weight == exponential}},
#define LOOM_COMPARE(name, text, order, ...) \
  {op::name,                                 \
   {LOOM_TEXT(#name),                        \
    family::compare,                         \
    2,                                       \
    1,                                       \
    LOOM_TEXT(text),                         \
    reals,                                   \
    reals,                                   \
    reals,                                   \
    {},                                      \
    course::unknown,                         \
    order == commutes}},
#define LOOM_UNARY_COMPOSED(name, notation, domain, range, shape, ...) \
  {op::name, {LOOM_TEXT(#name), family::unary, 1, 40, {}, domain, reals, range, {}, course::shape}},
#define LOOM_BINARY_COMPOSED(name, notation, domain_a, domain_b, fact, order, ...) \
  {op::name,                                                                       \
   {LOOM_TEXT(#name), family::binary, 2, 40, {}, domain_a, domain_b, reals, {}, course::unknown, order == commutes}},
#include "loom/ir/ops.def"
    {op::logical_and, {"and", family::logical, 2, 1, "{0} && {1}", reals, reals, reals, {}, course::unknown, true}},
    {op::logical_or, {"or", family::logical, 2, 1, "{0} || {1}", reals, reals, reals, {}, course::unknown, true}},
    {op::logical_not, {"not", family::logical, 1, 1, "!{0}"}},
    {op::where, {"where", family::select, 3, 1, "{0} ? {1} : {2}"}},
    {op::with_slope, {"custom", family::custom, 3, 0, ""}},
    {op::number, {"number", family::conversion, 1, 1, "{0}"}},
    {op::stop_gradient, {"stop_gradient", family::unary, 1, 0, ""}},
#define LOOM_REDUCTION(code, name, word, cost, ...) {op::code, {LOOM_TEXT(name), family::reduction, 1, cost, {}}},
#define LOOM_MASK_REDUCTION(code, name, word, cost, ...) {op::code, {LOOM_TEXT(name), family::reduction, 1, cost, {}}},
#define LOOM_REDUCTION_COMPOSED(code, name, cost, ...) {op::code, {LOOM_TEXT(name), family::reduction, 1, cost, {}}},
#include "loom/ir/reductions.def"
    {op::softmax, {"softmax", family::row, 1, 20, "", reals, reals, unit}},
    {op::log_softmax, {"log_softmax", family::row, 1, 20, "", reals, reals, in(-infinity, 0)}},
    {op::gather, {"gather", family::indexing, 2, 1, ""}},
    {op::onehot, {"onehot", family::indexing, 1, 2, "", reals, reals, unit}},
    {op::scatter, {"scatter", family::indexing, 2, 4, ""}},
    {op::elsewhere, {"elsewhere", family::indexing, 1, 1, ""}},
    {op::cumsum, {"cumsum", family::running, 1, 1, ""}},
    {op::cumprod, {"cumprod", family::running, 1, 1, ""}},
    {op::cummax, {"cummax", family::running, 1, 3, ""}},
    {op::logcumsumexp, {"logcumsumexp", family::running, 1, 40, ""}},
    {op::recurrence, {"recurrence", family::running, 2, 4, ""}},
    {op::order, {"order", family::running, 1, 40, ""}},
    {op::permuted, {"permuted", family::running, 2, 4, ""}},
    {op::unpermuted, {"unpermuted", family::running, 2, 4, ""}},
    {op::forward, {"forward", family::chain, 2, 40, ""}},
    {op::viterbi, {"viterbi", family::chain, 2, 4, ""}},
    {op::chain_back, {"chain_back", family::chain, 3, 40, ""}},
    {op::chain_moves, {"chain_moves", family::chain, 3, 40, ""}},
    {op::mean, {"mean", family::composite, 1, 0, ""}},
    {op::var, {"var", family::composite, 1, 0, ""}},
    {op::count, {"count", family::composite, 1, 0, ""}},
    {op::stddev, {"stddev", family::composite, 1, 0, ""}},
    {op::relu, {"relu", family::composite, 1, 0, ""}},
    {op::clamp, {"clamp", family::composite, 3, 0, ""}},
    {op::log2, {"log2", family::composite, 1, 0, ""}},
    {op::log10, {"log10", family::composite, 1, 0, ""}},
    {op::lbeta, {"lbeta", family::composite, 2, 0, ""}},
    {op::isnan, {"isnan", family::composite, 1, 0, ""}},
    {op::isfinite, {"isfinite", family::composite, 1, 0, ""}},
    {op::argmax, {"argmax", family::composite, 1, 0, ""}},
    {op::argmin, {"argmin", family::composite, 1, 0, ""}},
    {op::rank, {"rank", family::composite, 1, 0, ""}},
};

constexpr bool every_op_has_its_row() {
  for (int i = 0; i < op_count; ++i)
    if (static_cast<int>(rows[i].code) != i) return false;
  return sizeof(rows) == op_count * sizeof(row);
}
static_assert(every_op_has_its_row());

}  // namespace detail::op_table

constexpr const op_info& info(op o) { return detail::op_table::rows[static_cast<int>(o)].info; }
constexpr int arity(op o) { return info(o).arity; }
constexpr bool is_leaf(op o) { return info(o).kind == family::leaf; }
constexpr bool is_reduction(op o) { return info(o).kind == family::reduction; }
constexpr bool is_comparison(op o) { return info(o).kind == family::compare; }
/// True of ops that give the same, to the last bit, of a value and of its negative.
constexpr bool is_even(op o) { return o == op::abs || o == op::square || o == op::norm; }
constexpr bool is_running(op o) { return info(o).kind == family::running; }
/// True of orders, and of what they permute.
constexpr bool is_of_order(op o) { return o >= op::order && o <= op::unpermuted; }
constexpr bool is_chain(op o) { return info(o).kind == family::chain; }
/// True of what goes along an axis entry by entry, from arrays in memory to an array in memory.
constexpr bool runs_along(op o) { return is_running(o) || is_chain(o); }
/// True of what is made of arrays in memory, which stages keep.
constexpr bool needs_arrays(op o) { return runs_along(o) || o == op::elsewhere; }
constexpr bool is_input(op o) { return o == op::tensor || o == op::scalar || o == op::index || o == op::mask; }

/// In the place of an op that is applied first: none is.
inline constexpr op itself = op::any;

/// What the stages ask about a reduction, beside what it computes (ir/evaluate.hpp).
struct reduction_info {
  double identity = 0;
  op entry = itself;  ///< what each entry goes through first
  op part = op::any;  ///< what reduces some of its axes and leaves the rest to it
  op scale = op::any;  ///< of a composed one: what is taken out of the entries first
  bool of_masks = false;
  bool composed = false;  ///< a rule removes it before the loops
  bool compensated = false;  ///< a sum
  bool finishes = false;  ///< finish does something
  text_view word = {};  ///< in printed code
  text_view update = {}, update_of_array = {}, end = {};  ///< C++ text
  text_view row_update = {}, row_end = {};  ///< of the entries of a row
  bool two_parts = false;  ///< a row is folded into two accumulators
};

namespace detail {

struct reduction_table {
  reduction_info rows[reduction_count + 1]{};  // the last: of what is no reduction
};
constexpr int reduction_row(op o) {
  const int row = static_cast<int>(o) - first_reduction;
  return row < 0 || row > reduction_count ? reduction_count : row;
}

constexpr reduction_table make_reduction_table() {
  enum rounding { plain, compensated };
  constexpr double infinity = __builtin_huge_val();
  reduction_table t;
  const auto row = [&](op o) -> reduction_info& { return t.rows[reduction_row(o)]; };
#define LOOM_REDUCTION(code, name, word, cost, entry, identity, combine, finish, part, rounding, fact, update, end, \
                       ...)                                                                                         \
  row(op::code) = {identity,                                                                                        \
                   entry,                                                                                           \
                   op::part,                                                                                        \
                   op::any,                                                                                         \
                   false,                                                                                           \
                   false,                                                                                           \
                   rounding == compensated,                                                                         \
                   sizeof(#finish) != sizeof("v"),                                                                  \
                   LOOM_TEXT(word),                                                                                 \
                   LOOM_TEXT(update),                                                                               \
                   LOOM_TEXT(update),                                                                               \
                   LOOM_TEXT(end),                                                                                  \
                   LOOM_TEXT(update),                                                                               \
                   LOOM_TEXT(end)};
#define LOOM_MASK_REDUCTION(code, name, word, cost, identity, combine, update, update_of_array) \
  row(op::code) = {identity,                                                                    \
                   itself,                                                                      \
                   op::code,                                                                    \
                   op::any,                                                                     \
                   true,                                                                        \
                   false,                                                                       \
                   false,                                                                       \
                   false,                                                                       \
                   LOOM_TEXT(word),                                                             \
                   LOOM_TEXT(update),                                                           \
                   LOOM_TEXT(update_of_array),                                                  \
                   {},                                                                          \
                   LOOM_TEXT(update),                                                           \
                   {}};
#define LOOM_ROW_REDUCTION(code, update, end)   \
  row(op::code).row_update = LOOM_TEXT(update); \
  row(op::code).row_end = LOOM_TEXT(end);       \
  row(op::code).two_parts = true;
#define LOOM_REDUCTION_COMPOSED(code, name, cost, entry, scale, ...) \
  row(op::code) = {0, entry, op::code, op::scale, false, true, false, true, LOOM_TEXT(name), {}, {}, {}, {}, {}};
#include "loom/ir/reductions.def"
#undef LOOM_TEXT
  return t;
}

inline constexpr reduction_table reductions = make_reduction_table();

}  // namespace detail

/// The row of a reduction; of any other op, that of a reduction that does nothing.
constexpr const reduction_info& reduction(op o) { return detail::reductions.rows[detail::reduction_row(o)]; }

/// The reduction of no entries, before it is finished.
constexpr double identity(op o) { return reduction(o).identity; }
template <op Code>
constexpr double identity() {
  return reduction(Code).identity;
}

/// What an op that adds up in an array does to an entry of it: a scatter is a sum whose labels say where.
constexpr op folded_as(op o) { return o == op::scatter ? op::sum : o; }

/// True of ops that no loop computes: a rule spells them with others.
constexpr bool is_composed(op o) {
  const family f = info(o).kind;
  return f == family::row || f == family::custom || reduction(o).composed || o == op::stop_gradient ||
         ((f == family::unary || f == family::binary) && info(o).cpp.empty());
}

/// True where entry i of the result is a function of entry i of the operands.
constexpr bool is_elementwise(op o) {
  switch (info(o).kind) {
    case family::unary:
    case family::binary:
    case family::compare:
    case family::logical:
    case family::select:
    case family::custom:
    case family::conversion: return true;
    default: return false;
  }
}

}  // namespace loom::ir
