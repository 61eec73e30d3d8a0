// SPDX-License-Identifier: BSL-1.0
// Why rewriting stops: for each table, an order that has no infinite descent, in which every rule's right side is smaller.
// Folded constants are smaller in each of them. A reduction over axes that its operand lacks is narrowed when it is made, once.
#include "loom/rewrite/order.hpp"

#include "loom/rewrite/compiled/cheap.hpp"
#include "loom/rewrite/compiled/expand.hpp"
#include "loom/rewrite/compiled/stable.hpp"
#include "loom/rewrite/narrowing.hpp"
#include "loom/rewrite/rules/cheap.hpp"
#include "loom/rewrite/rules/expand.hpp"
#include "support/catch.hpp"
#include "support/rule_instances.hpp"
#include "support/weights.hpp"

namespace {

using namespace loom;
using namespace loom::layers;
using namespace loom::rewrite;
using namespace loom::test;

// ---- the path order ----------------------------------------------------------------------------------------------------

/// What a rule replaces ranks above what it brings. A difference is a sum whose signs are counted apart.
constexpr precedence ranks() {
  precedence p;
  const auto set = [&](op code, int rank) { p.rank[static_cast<int>(code)] = rank; };
  // Removed by expand: everything that the loops compute is smaller. Signs and constant factors leave sums, then quotients and
  // products, then sums of two.
  for (int i = 0; i < op_count; ++i) {
    const op code = static_cast<op>(i);
    const family f = info(code).kind;
    const bool no_loop = (f == family::unary || f == family::binary || f == family::custom) && info(code).cpp.empty();
    if (no_loop || f == family::row || reduction(code).composed) set(code, 11);
    else if (is_reduction(code) || code == op::gather) set(code, 9);
    else if (!is_leaf(code)) set(code, 2);
  }
  for (op code : {op::share, op::exprel_slope, op::over_expm1, op::log1prel_slope, op::log_softplus, op::kl_div})
    set(code, 12);  // of such functions
  set(op::expm1, 10);  // of a log-probability it brings exp, and both bring quotients
  set(op::exp, 9);
  set(op::div, 8);
  set(op::mul0, 7);  // a factor leaves it
  set(op::mul, 6);
  for (op code : {op::add, op::sub}) set(code, 5);
  set(op::neg, 4);
  p.like[static_cast<int>(op::sub)] = op::add;
  return p;
}

/// The one rule whose op comes back, a / b -> a * (1 / b): its guard asks that a has more axes than b, and 1 has none. A quotient
/// whose dividend has more axes is an op of its own, next above the others; no rule makes one of another quotient.
constexpr text_view once = "reciprocal of a shared divisor";

/// A rule about a sum that leaves fewer sums: the others of its table bring none that they do not take, but for the ops that
/// expand removes, each of which goes once.
constexpr int sums(const term& t) {
  int count = 0;
  for (const term_node& n : t) count += n.code == op::add || n.code == op::sub;
  return count;
}
/// A rule about a share of a row, a / (1 + rest(a)), that leaves fewer of them. They come from ops that expand removes, and from no
/// other rule.
constexpr int shares(const term& t) {
  int count = 0;
  for (const term_node& n : t) {
    if (n.code != op::div) continue;
    const term_node& below = t[n.operand[1]];
    for (int k = 0; k < 2 && below.code == op::add; ++k)
      count += t[below.operand[k]].code == op::rest && t[t[below.operand[k]].operand[0]] == t[n.operand[0]];
  }
  return count;
}
constexpr bool leaves_fewer_shares(const rule& r) { return r.parts.count != 0 && shares(r.rhs) < shares(r.lhs); }
constexpr bool leaves_fewer_sums(const rule& r) { return r.parts.count != 0 && sums(r.rhs) < sums(r.lhs); }

constexpr bool all_decrease(const rule_table& table) {
  const path_order order{ranks()};
  for (const rule& r : table.rows)
    if (r.name != once && !leaves_fewer_sums(r) && !leaves_fewer_shares(r) && !order.decreases(r)) return false;
  return true;
}

TEST_CASE("canonicalize, expand and simplify stop: every right side is smaller in a path order", "[laws]") {
  LOOM_CHECK(all_decrease(canonical_rules));
  LOOM_CHECK(all_decrease(expand_rules));
  LOOM_CHECK(all_decrease(cheap_rules));
  const path_order order{ranks()};
  for (const rule_table* table :
       std::initializer_list<const rule_table*>{&canonical_rules, &expand_rules, &cheap_rules})
    for (const rule& r : table->rows) {
      CAPTURE(std::string(r.name));
      CHECK((r.name == once || leaves_fewer_sums(r) || leaves_fewer_shares(r) || order.decreases(r)));
    }
}

TEST_CASE("what stands for a shared quotient is smaller than one", "[laws]") {
  int found = 0;
  for (const rule& r : cheap_rules.rows) {
    if (r.name != once) continue;
    ++found;
    CHECK(r.lhs.root().code == op::div);
    CHECK(r.holds == guards::b_is_shared_and_safe);
    // Each quotient of the right side divides a constant: it has no axes, so the guard does not hold of it.
    for (const term_node& n : r.rhs) {
      if (n.code == op::div) CHECK(r.rhs[n.operand[0]].code == op::constant);
      if (n.code != op::any && n.code != op::constant && n.code != op::div) CHECK(ranks().above(op::div, n.code));
    }
  }
  CHECK(found == 1);
}

TEST_CASE("a path order refuses rules that could go on for ever", "[laws]") {
  using namespace rewrite::terms;
  const written_rules<> wrong({
      {"commute", a + b, b + a},
      {"grow", log(a), log(a * b)},
      {"back and forth", a * b, sum(a, k)},
      {"the sign of a difference", -(a - b), b - -a},
      {"turn", where(m, a, b), where(m, b, a)},
  });
  const path_order order{ranks()};
  for (const rule& r : wrong.rows) {
    CAPTURE(std::string(r.name));
    CHECK(!order.decreases(r));
  }
}

TEST_CASE("what a reduction is narrowed to ranks below it", "[laws]") {
  const precedence ops = ranks();
  for (int i = 0; i < reduction_count + 2; ++i) {
    const op code = static_cast<op>(first_reduction + i);
    CAPTURE(std::string(info(code).name));
    for (const term_node& n : rewrite::detail::narrowings[code])
      if (n.code != op::any) CHECK(ops.above(code, n.code));
  }
}

// ---- weights: the stabilising rules -------------------------------------------------------------------------------------

constexpr long double least = 3;

/// Masks move outwards and add up, so a where weighs as much as its parts; what it leaves multiplies the weight of its operands.
/// The second operand of a difference weighs double, since its sign may still move.
polynomial weight_of(op code, const std::vector<polynomial>& w) {
  const polynomial& x = w[0];
  const auto squared = [](const polynomial& p) { return p * p; };
  switch (code) {
    case op::neg: return 2 * x;
    case op::add: return squared(x) + squared(w[1]);
    case op::sub: return squared(x) + 2 * squared(w[1]);
    case op::mul: return squared(x) * squared(w[1]) + 1;
    case op::div: return 2 * squared(x) * squared(w[1]);
    case op::mul0: return squared(x) * squared(w[1]);
    case op::where: return x + w[1] + w[2] + 2;
    case op::gather: return squared(x) * w[1];
    case op::kl_div: return x + w[1];
    case op::prod:
    case op::square: return 2 * squared(x) * x;
    case op::sum:
    case op::sqrt:
    case op::log:
    case op::logsumexp: return squared(x);
    case op::exp: return x + 6;
    case op::softmax:
    case op::sigmoid:
    case op::expm1:
    case op::log1p:
    case op::onehot:
    case op::logical_not:
    case op::erf:
    case op::erfc:
    case op::abs: return x + 1;
    case op::acosh: return 60000 * squared(squared(x));
    case op::log_softmax:
    case op::log_softplus:
    case op::softplus:
    case op::log1mexp:
    case op::erfcx:
    case op::asinh:
    case op::atanh:
    case op::exprel:
    case op::over_expm1:
    case op::log1prel:
    case op::expm1_rest:
    case op::log1p_rest:
    case op::sin:
    case op::sqrt1pm1:
    case op::norm: return x;
    case op::hypot:
    case op::quadratic_root:
    case op::sqrt_product:
    case op::logit_loss:
    case op::log1p_gap:
    case op::erf_gap:
    case op::logaddexp: return 2 * (x + w[1]);
    case op::ge:
    case op::max:
    case op::logical_or: return x + w[1];
    default: FAIL("no weight for " << std::string(info(code).name)); return 0;
  }
}

/// Moves a mask that the caller gave out of one that is computed: the weights stay, and no other rule puts it back. Alone it
/// stops, for each use makes one pair of such masks fewer.
constexpr guard moves_given_masks = guards::only_m_is_given;

/// Differences of squares, of the mean of squares, of a cosine (which stands for four products), of shares that add up to 1: fewer
/// products than before, and no rule brings such a difference back.
int products(const term& t) {
  int count = 0;
  for (const term_node& n : t)
    count += n.code == op::cos ? 4 : n.code == op::mul || n.code == op::mul0 || n.code == op::square;
  return count;
}

TEST_CASE("stabilize stops: every right side weighs less, or has fewer products", "[laws]") {
  int equal = 0, with_fewer_products = 0;
  for (const rule& r : rows_of(stable_rules)) {
    CAPTURE(std::string(r.name));
    if (r.parts.count != 0 && products(r.rhs) < products(r.lhs)) {
      ++with_fewer_products;
      continue;
    }
    const polynomial left = weight(r.lhs, least, weight_of), right = weight(r.rhs, least, weight_of),
                     less = left - right;
    CHECK((left.is_exact() && right.is_exact()));
    CHECK((less.is_positive() || (r.holds == moves_given_masks && less.is_zero())));
    equal += less.is_zero();
  }
  CHECK(equal == 1);
  CHECK(with_fewer_products == 23);
}

TEST_CASE("weights refuse rules that could go on for ever", "[laws]") {
  using namespace rewrite::terms;
  const written_rules<> wrong({
      {"commute", a + b, b + a},
      {"grow", log(a), log(a * b)},
      {"sums of logarithms", log(a) + log(b), log(a * b)},
      {"mask inside a product", where(m, a * b, 0), where(m, a, 0) * b},
  });
  for (const rule& r : wrong.rows) {
    CAPTURE(std::string(r.name));
    CHECK(!(weight(r.lhs, least, weight_of) - weight(r.rhs, least, weight_of)).is_positive());
  }
}

}  // namespace
