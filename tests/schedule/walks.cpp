// SPDX-License-Identifier: BSL-1.0
// What a call walks and what that costs per entry: pairs, prologues, stages of products, running values and chains.
#include "loom/schedule/walks.hpp"

#include <initializer_list>

#include "loom/collection/collection.hpp"
#include "loom/loom.hpp"
#include "support/catch.hpp"

namespace {

using loom::d;
constexpr auto N = loom::axis<"N">;
constexpr auto M = loom::axis<"M">;
constexpr auto T = loom::axis<"T">;
constexpr auto S = loom::axis<"S">;
constexpr auto R = loom::axis<"R">;
constexpr auto C = loom::axis<"C">;
constexpr auto D = loom::axis<"D">;
constexpr auto risk = loom::tensor<"risk[N]">;
constexpr auto time_ = loom::tensor<"time[N]">;
constexpr auto event = loom::mask<"event[N]">;
constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto y = loom::tensor<"y[N,C]">;
constexpr auto w = loom::tensor<"w[N]">;
constexpr auto z = loom::tensor<"z[N,D]">;
constexpr auto e = loom::tensor<"e[N,T,S]">;
constexpr auto a = loom::tensor<"a[R,S]">;
/// Cox, at risk from some time on: `from` 0 is the usual one, whose sums run in the order of times.
template <auto From>
constexpr auto cox_from =
    loom::loss<-sum(where(event, risk - log(sum(where(time_(N = M) + From >= time_, exp(risk(N = M)), 0), M)), 0)) /
               count(event)>;
constexpr auto cox = cox_from<0.5>;
constexpr auto earth = loom::loss<square(cumsum(softmax(x, C) - softmax(y, C), C)).sum(C).mean()>;
constexpr auto listwise = loom::loss<sum(logcumsumexp(x, C, loom::reverse) - x, C).mean()>;
constexpr auto crf = loom::loss<logsumexp(forward(e, a, T, S = R)(T = loom::last), S).sum()>;
constexpr auto pairs = sum(z * z(N = M), D) / 0.1;
constexpr auto nt_xent = loom::loss<mean(logsumexp(where(N != M, pairs, -1e9), M))>;
constexpr auto ranknet = loom::loss<sum(where(time_ > time_(N = M), softplus(risk(N = M) - risk), 0))>;
constexpr auto kernel = loom::loss<sum(w* w(N = M) * exp(-square(risk - risk(N = M))))>;
constexpr auto columns = loom::loss<sum(square(sum(x* w, N)))>;
constexpr auto weighted = loom::loss<sum(w* log_softmax(x, C).sum(C)) / sum(exp(w))>;

using loom::ir::op;

/// A walk, by the names of its axes.
struct expected {
  loom::base::text_view over;
  op makes;
  int exponentials, reads, writes;
};
constexpr op sweep = op::any;

template <class Loss, class... Derivatives>
constexpr bool walks(const Loss& loss, std::initializer_list<expected> all, Derivatives... derivatives) {
  const loom::ir::graph& g = loss.plan(derivatives...).program;
  const loom::schedule::walk_list list = loss.walks(derivatives...);
  if (list.size() != static_cast<int>(all.size())) return false;
  int k = 0;
  for (const expected& want : all) {
    const loom::schedule::walk_facts& have = list[k++];
    loom::ir::axis_set over = 0;  // names of one letter
    for (int axis = 0; axis < g.axes.size(); ++axis)
      for (char letter : want.over)
        if (g.axes[axis].name == loom::base::text_view(&letter, 1)) over |= loom::ir::only(axis);
    if (have.over != over || have.makes != want.makes || have.exponentials != want.exponentials ||
        have.reads != want.reads || have.writes != want.writes)
      return false;
  }
  return true;
}

}  // namespace

TEST_CASE("an entry of pairs reads what lies along a row", "[schedule]") {
  LOOM_CHECK(walks(cox, {{"NM", sweep, 1, 2, 0}}));  // times and risks of the others
  LOOM_CHECK(walks(cox, {{"NM", sweep, 1, 2, 0}, {"NM", sweep, 1, 3, 0}}, d(risk)));  // the sums of risks are kept
  LOOM_CHECK(cox.plan(d(risk)).exponentials == 3);  // of one plan of all, whose loops nobody runs
  LOOM_CHECK(cox.plan(d(risk)).reads_per_element == 4);
  LOOM_CHECK(cox.plan(d(risk)).bytes_read<float>() == 16);
  LOOM_CHECK(cox.walks(d(risk))[1].bytes_read<double>() == 24);
}
TEST_CASE("the gradient of a batch against itself, read from either side, has one exponential a pair", "[schedule]") {
  LOOM_CHECK(ranknet.plan(d(risk)).exponentials == 1);
  LOOM_CHECK(kernel.plan(d(risk)).exponentials == 1);
}
TEST_CASE("sums in order are walked entry by entry", "[schedule]") {
  constexpr auto sorted = cox_from<0>;
  LOOM_CHECK(walks(sorted, {{"NM", sweep, 1, 2, 0}}));  // without memory for an order
  LOOM_CHECK(sorted.plan(d(risk)).uses("sum in order"));
  for (const loom::schedule::walk_facts& one : sorted.walks(d(risk))) CHECK(loom::ir::axis_count(one.over) == 1);
}
TEST_CASE("a prologue is counted per entry of what it walks", "[schedule]") {
  LOOM_CHECK(walks(weighted, {{"N", sweep, 0, 1, 0}, {"N", sweep, 1, 1, 0}, {"NC", sweep, 1, 1, 1}}, d(x)));
  LOOM_CHECK(weighted.plan(d(x)).exponentials == 1);
  LOOM_CHECK(walks(columns, {{"NC", sweep, 0, 1, 1}}, d(x)));
}
TEST_CASE("a loss with products walks their tiles", "[schedule]") {
  // Largest entries of columns, sums of rows and columns, both stored; what is made of them; the gradient.
  LOOM_CHECK(
      walks(nt_xent, {{"NM", sweep, 0, 1, 0}, {"NM", sweep, 2, 1, 0}, {"M", sweep, 0, 0, 2}, {"N", sweep, 0, 2, 0}}));
  LOOM_CHECK(walks(nt_xent,
                   {{"NM", sweep, 0, 1, 0},
                    {"NM", sweep, 2, 1, 0},
                    {"M", sweep, 0, 0, 2},
                    {"N", sweep, 0, 2, 1},
                    {"M", sweep, 0, 1, 1},
                    {"NM", sweep, 2, 1, 1}},
                   d(z)));
}
TEST_CASE("running values and chains are walked between the sweeps of stages", "[schedule]") {
  LOOM_CHECK(walks(earth,
                   {{"NC", sweep, 3, 2, 1},
                    {"NC", op::cumsum, 0, 1, 1},
                    {"NC", sweep, 0, 1, 1},
                    {"NC", op::cumsum, 0, 1, 1},
                    {"NC", sweep, 1, 2, 1}},
                   d(x)));
  LOOM_CHECK(listwise.walks()[0].makes == op::logcumsumexp);
  LOOM_CHECK(listwise.walks()[0].exponentials == 1);
  LOOM_CHECK(walks(crf, {{"NTSR", op::forward, 1, 1, 0}, {"NTS", sweep, 0, 1, 0}, {"NS", sweep, 1, 0, 0}}));
  int back = 0, moves = 0;
  for (const loom::schedule::walk_facts& one : crf.walks(d(e), d(a))) {
    back += one.makes == op::chain_back;
    moves += one.makes == op::chain_moves;
  }
  CHECK(back == 1);
  CHECK(moves == 1);
}

namespace {

/// The facts of a plan are the sums over the walks of everything.
template <class Loss, class... Derivatives>
constexpr bool adds_up(const Loss& loss, Derivatives... derivatives) {
  const loom::plan& p = loss.plan(derivatives...);
  int sweeps = 0, others = 0, exponentials = 0, reads = 0, writes = 0;
  for (const loom::schedule::walk_facts& one : loss.walks(derivatives...)) {
    const bool everything = one.over == (p.row_axes | p.column_axes);
    (everything ? sweeps : others) += 1;
    if (!everything) continue;
    exponentials += one.exponentials;
    reads += one.reads;
    writes += one.writes;
  }
  return sweeps == p.sweeps && others == p.prologues && exponentials == p.exponentials &&
         reads == p.reads_per_element && writes == p.writes_per_element;
}

}  // namespace

TEST_CASE("a call that runs its plan walks what the facts of the plan say", "[schedule]") {
  namespace lc = loom::collection;
  LOOM_CHECK(adds_up(cox));
  LOOM_CHECK(adds_up(weighted, d(x)));
  LOOM_CHECK(adds_up(lc::info_nce, d(lc::contrastive::s)));  // arrays of columns
  LOOM_CHECK(lc::info_nce.walks(d(lc::contrastive::s)).size() == 4);
  LOOM_CHECK(adds_up(lc::class_dice, d(lc::segmentation::x)));
  LOOM_CHECK(adds_up(lc::pixel_cross_entropy, d(lc::segmentation::x)));
  LOOM_CHECK(adds_up(lc::dpo));
}
