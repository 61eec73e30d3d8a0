// SPDX-License-Identifier: BSL-1.0
// Chains of states against all paths, one by one, and their derivatives against differences in 80 digits and the share of each path.
#include <cmath>
#include <functional>
#include <limits>

#include "loom/ir/verify.hpp"
#include "support/catch.hpp"
#include "support/second_order.hpp"
#include "support/written.hpp"

namespace {

using namespace loom::test;
using namespace loom;
using numbers = std::vector<double>;

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr auto e = tensor<"e[N,T,S]">;
constexpr auto moves = tensor<"a[R,S]">;
constexpr auto own_moves = tensor<"b[N,R,S]">;
constexpr auto steps = tensor<"k[K,S]">;
constexpr auto weight = tensor<"weight[N,T,S]">;
constexpr auto N = axis<"N">;
constexpr auto T = axis<"T">;
constexpr auto S = axis<"S">;
constexpr auto R = axis<"R">;
constexpr auto K = axis<"K">;

/// A chain of one batch: e[t][s], and the moves a[r][s], or those of a band.
struct chain_data {
  std::size_t steps, states, moves;
  bool band = false;
  numbers e, a;
};

/// Calls f(path, score) for every path of so many steps that is not of probability 0.
void for_each_path(const chain_data& d, std::size_t length,
                   const std::function<void(const std::vector<std::size_t>&, long double)>& f) {
  std::vector<std::size_t> path;
  const std::function<void(long double)> go_on = [&](long double score) {
    const std::size_t t = path.size();
    if (t == length) return f(path, score);
    for (std::size_t s = 0; s < d.states; ++s) {
      long double more = score + static_cast<long double>(d.e[t * d.states + s]);
      if (t > 0) {
        const std::size_t before = path.back();
        if (d.band && (before > s || s - before >= d.moves)) continue;
        more += static_cast<long double>(d.a[(d.band ? s - before : before) * d.states + s]);
      }
      if (more == -std::numeric_limits<long double>::infinity()) continue;
      path.push_back(s);
      go_on(more);
      path.pop_back();
    }
  };
  go_on(0);
}

/// Entry [t][s] of the chain by its definition: the paths that end there.
long double ending_at(const chain_data& d, bool best, std::size_t t, std::size_t s) {
  long double sum = 0, most = -std::numeric_limits<long double>::infinity();
  for_each_path(d, t + 1, [&](const auto& path, long double score) {
    if (path.back() != s) return;
    sum += std::exp(score);
    if (score > most) most = score;
  });
  return best ? most : std::log(sum);
}

/// What a chain that ends anywhere owes to each state of each step, and to each move: the shares of the paths.
std::vector<numbers> shares(const chain_data& d) {
  std::vector<long double> of_states(d.e.size()), of_moves(d.a.size());
  long double all = 0;
  for_each_path(d, d.steps, [&](const auto& path, long double score) {
    const long double share = std::exp(score);
    all += share;
    for (std::size_t t = 0; t < d.steps; ++t) {
      of_states[t * d.states + path[t]] += share;
      if (t > 0) of_moves[(d.band ? path[t] - path[t - 1] : path[t - 1]) * d.states + path[t]] += share;
    }
  });
  std::vector<numbers> r(2);
  for (const long double v : of_states) r[0].push_back(static_cast<double>(v / all));
  for (const long double v : of_moves) r[1].push_back(static_cast<double>(v / all));
  return r;
}

numbers random_numbers(points& random, std::size_t n, bool some_masked) {
  numbers r;
  for (std::size_t i = 0; i < n; ++i) r.push_back(some_masked && random.once_in(3) ? -inf : random.number(domain::any));
  return r;
}
chain_data random_chain(points& random, bool band, std::size_t length, std::size_t states, bool some_masked) {
  const std::size_t count = band ? 3 : states;
  return {length,
          states,
          count,
          band,
          random_numbers(random, length * states, false),
          random_numbers(random, count * states, some_masked)};
}

/// The data of a formula of x[T,S] and a[R,S], or a[K,S].
point point_for(const graph& g, const chain_data& d) {
  point p{std::vector<std::ptrdiff_t>(static_cast<std::size_t>(g.axes.size())), {}};
  for (int k = 0; k < g.axes.size(); ++k)
    p.extents[static_cast<std::size_t>(k)] = static_cast<std::ptrdiff_t>(g.axes[k].name == "T"   ? d.steps
                                                                         : g.axes[k].name == "S" ? d.states
                                                                                                 : d.moves);
  for (const input_info& in : g.inputs) {
    REQUIRE((in.name == "x" || in.axes[0] > in.axes[1] || in.axes[0] < in.axes[1]));
    const numbers& data = in.name == "x" ? d.e : d.a;
    dense<double> entries{as_set(in.axes), data};
    if (in.axes[0] > in.axes[1]) {  // the graph numbers S before R
      const std::size_t rows = in.name == "x" ? d.steps : d.moves;
      for (std::size_t i = 0; i < data.size(); ++i) entries.entries[i % d.states * rows + i / d.states] = data[i];
    }
    p.inputs.push_back(entries);
  }
  return p;
}
/// The entries of an array over the axes of an input, in the order of its declaration.
numbers as_declared(const graph& g, int slot, const chain_data& d, const numbers& entries) {
  const input_info& in = g.inputs[slot];
  if (in.axes[0] < in.axes[1]) return entries;
  numbers r = entries;
  const std::size_t rows = in.name == "x" ? d.steps : d.moves;
  for (std::size_t i = 0; i < r.size(); ++i) r[i] = entries[i % d.states * rows + i / d.states];
  return r;
}

constexpr auto x = tensor<"x[T,S]">;

template <formula F>
void is_defined(const F& f, const chain_data& d, bool best) {
  const graph g = written(f);
  REQUIRE(graph_problem(g) == "");
  const point p = point_for(g, d);
  const numbers have = value_at<double>(g, p, g.outputs[0].id, as_set(g.result_axes));
  for (std::size_t t = 0; t < d.steps; ++t)
    for (std::size_t s = 0; s < d.states; ++s) {
      const auto want = static_cast<double>(ending_at(d, best, t, s));
      const double is = have[t * d.states + s];
      CAPTURE(t, s, is, want);
      CHECK((is == want || std::abs(is - want) <= 1e-13 * (1 + std::abs(want))));
    }
}

TEST_CASE("a chain is what all paths that end in a state are together", "[laws][chain]") {
  points random(11);
  for (const bool masked : {false, true})
    for (const auto& [length, states] : {std::pair<std::size_t, std::size_t>{5, 3}, {1, 4}, {6, 1}, {4, 4}}) {
      const chain_data full = random_chain(random, false, length, states, masked);
      is_defined(forward(x, moves, T, S = R), full, false);
      is_defined(viterbi(x, moves, T, S = R), full, true);
      const chain_data band = random_chain(random, true, length, states, masked);
      is_defined(forward(x, steps, T, S = S - K), band, false);
      is_defined(viterbi(x, steps, T, S = S - K), band, true);
    }
}

template <formula F>
void owes(const F& f, const chain_data& d) {
  const graph g = written(f), program = with_gradients(g, 3);
  CAPTURE(listing(program));
  REQUIRE(graph_problem(program) == "");
  const point p = point_for(g, d);
  const std::vector<numbers> want = shares(d);
  for (int slot = 0; slot < 2; ++slot) {
    const numbers have = as_declared(g, slot, d, gradient_at<double>(program, p, slot));
    const numbers& shares_of = want[g.inputs[slot].name == "x" ? 0 : 1];
    REQUIRE(have.size() == shares_of.size());
    for (std::size_t i = 0; i < have.size(); ++i) {
      CAPTURE(slot, i, have[i], shares_of[i]);
      CHECK(std::abs(have[i] - shares_of[i]) <= 1e-13);
    }
  }
}

TEST_CASE("the gradients of a chain are the shares of the paths", "[laws][chain]") {
  points random(13);
  for (const bool masked : {false, true})
    for (const auto& [length, states] : {std::pair<std::size_t, std::size_t>{5, 3}, {2, 4}, {6, 1}}) {
      chain_data full = random_chain(random, false, length, states, masked);
      full.a[0] = 0.5;  // one path at least is left
      owes(logsumexp(forward(x, moves, T, S = R)(T = last), S), full);
      chain_data band = random_chain(random, true, length, states, masked);
      band.a[0] = -0.5;
      owes(logsumexp(forward(x, steps, T, S = S - K)(T = last), S), band);
    }
}

TEST_CASE("states that are not reached have no share, and no NaN", "[laws][chain]") {
  // From the first state alone, by moves of one or two; what begins elsewhere is impossible.
  const chain_data d{
      3, 4, 3, true, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, {-inf, -inf, -inf, -inf, 0, 0, 0, 0, 0, 0, 0, 0}};
  const auto f = logsumexp(forward(where(T == 0 && S > 0, -inf, x), steps, T, S = S - K)(T = last), S);
  const graph g = written(f), program = with_gradients(g, 3);
  const point p = point_for(g, d);
  const int slot = g.inputs[0].name == "x" ? 0 : 1;
  // The paths 0 1 2, 0 1 3 and 0 2 3.
  const numbers have = as_declared(g, slot, d, gradient_at<double>(program, p, slot));
  const numbers want = {1, 0, 0, 0, 0, 2. / 3, 1. / 3, 0, 0, 0, 1. / 3, 2. / 3};
  for (std::size_t i = 0; i < have.size(); ++i) CHECK(std::abs(have[i] - want[i]) < 1e-15);
  for (const double v : gradient_at<double>(program, p, 1 - slot)) CHECK(std::isfinite(v));
}

/// The declared inputs that are numbers.
input_set declared_numbers(const graph& g) {
  input_set s = numbers_of(g);
  for (int k = 0; k < g.inputs.size(); ++k)
    if (g.inputs[k].is_place()) s &= ~(1u << k);
  return s;
}
point random_point(const graph& g, points& random) {
  point p{std::vector<std::ptrdiff_t>(static_cast<std::size_t>(g.axes.size()), 3), {}};
  for (int k = 0; k < g.axes.size(); ++k)
    if (g.axes[k].name == "T") p.extents[static_cast<std::size_t>(k)] = 4;
  for (int k = 0; k < g.axes.size(); ++k)
    if (g.axes[k].name == "N") p.extents[static_cast<std::size_t>(k)] = 2;
  for (const input_info& in : g.inputs) {
    dense<double> entries{as_set(in.axes), {}};
    for (std::size_t i = 0; !in.is_place() && i < size_of(entries.axes, p.extents); ++i)
      entries.entries.push_back(random.number(domain::any));
    p.inputs.push_back(entries);
  }
  return p;
}

template <formula F>
void differentiates(const F& f) {
  const graph g = written(f);
  CAPTURE(listing(g));
  REQUIRE(lower(f).problem.kind == issue::none);
  const graph program = with_gradients(g, declared_numbers(g)), finished_program = finished(program);
  REQUIRE(graph_problem(program) == "");
  REQUIRE(graph_problem(finished_program) == "");
  points random(5);
  for (int n = 0; n < 2; ++n) {
    const point p = random_point(g, random);
    const directions way = random_directions(p, random, declared_numbers(g));
    const real want = slope(g, p, way);
    for (const graph* const made : {&program, &finished_program}) {
      real have = 0;
      for (int slot = 0; slot < static_cast<int>(p.inputs.size()); ++slot) {
        const numbers& moved = way[static_cast<std::size_t>(slot)].entries;
        const std::vector<real> entries = gradient_at<real>(*made, p, slot);
        for (std::size_t i = 0; i < entries.size(); ++i) have += entries[i] * real(moved[i]);
      }
      CAPTURE(have.str(20), want.str(20));
      CHECK(close(have, want, 1e-25));
    }
  }
}

TEST_CASE("the gradients of chains are those of differences", "[laws][chain]") {
  differentiates(sum(sin(forward(e, moves, T, S = R)) * weight));
  differentiates(sum(sin(viterbi(e, moves, T, S = R)) * weight));
  differentiates(sum(sin(forward(e, steps, T, S = S - K)) * weight));
  differentiates(sum(sin(viterbi(e, steps, T, S = S - K)) * weight));
}
TEST_CASE("moves of each batch, and batches of the moves alone", "[laws][chain]") {
  differentiates(sum(sin(forward(e, own_moves, T, S = R)) * weight));
  differentiates(sum(sin(forward(x, own_moves, T, S = R)) * weight));
  differentiates(sum(forward(x, square(own_moves), T, S = R)));
}
TEST_CASE("chains elsewhere", "[laws][chain]") {
  constexpr auto M = axis<"M">;
  constexpr auto others = tensor<"others[M,S]">;
  differentiates(sum(sin(forward(e, own_moves, T, S = R)(N = M)) * others));
  differentiates(sum(sin(forward(e, moves, T, S = R)(T = 2, S = 1))));
  differentiates(sum(sin(forward(e, moves, T, S = R)(S = R)) * moves));
  differentiates(sum(sin(forward(e, moves, T, S = R)(T = T - 1, S = S + 2)) * weight));
  differentiates(sum(sin(forward(e(T = T - 1), moves(R = S, S = R), T, S = R)(N = 1))));
}

TEST_CASE("of equal ways the first has the derivative", "[laws][chain]") {
  const graph g = written(sum(viterbi(x, moves, T, S = R)(T = last), S)), program = with_gradients(g, 3);
  const chain_data d{2, 3, 3, false, {0, 0, -1, 0, 0, 0}, {1, 0, -inf, 1, 0, -inf, 0, 1, -inf}};
  const point p = point_for(g, d);
  const int slot = g.inputs[0].name == "x" ? 0 : 1;
  CHECK(as_declared(g, slot, d, gradient_at<double>(program, p, slot)) == numbers{2, 0, 0, 1, 1, 1});
  CHECK(as_declared(g, 1 - slot, d, gradient_at<double>(program, p, 1 - slot)) == numbers{1, 1, 0, 0, 0, 0, 0, 0, 0});
}

TEST_CASE("what a chain is not is refused", "[laws][chain]") {
  const auto problem = [](const auto& f) { return lower(f).problem.kind; };
  constexpr auto timed = tensor<"timed[T,R,S]">;
  constexpr auto U = axis<"U">;
  constexpr auto square_ = tensor<"square_[T,S]">;
  constexpr auto many = tensor<"many[U,S=4]">;
  constexpr auto few = tensor<"few[R=3,S]">;
  CHECK(problem(forward(e, timed, T, S = R)) == issue::chain_of_other_axes);
  CHECK(problem(forward(moves, steps, R, S = S - T)) == issue::chain_of_other_axes);
  CHECK(problem(forward(e, steps, T, S = R)) == issue::chain_of_other_axes);
  CHECK(problem(forward(e, moves, T, S = S - S)) == issue::chain_of_other_axes);
  CHECK(problem(forward(sum(e, T), moves, T, S = R)) == issue::chain_of_other_axes);
  CHECK(problem(forward(many, few, U, S = R)) == issue::extents_disagree);
  CHECK(problem(forward(e, moves, T, S = R)(T = T - 9)) == issue::none);
  CHECK(problem(forward(e, moves, T, S = R)(T = last - T)) == issue::place_of_a_running_value);
  CHECK(problem(forward(x, moves, T, S = R)(T = S)) == issue::place_of_a_running_value);
  CHECK(problem(forward(x, moves, T, S = R)(T = S, S = T) + square_) == issue::none);
  const auto f = written(sum(forward(x, moves, T, S = R)(T = last)));
  CHECK(!with_derivatives(f, {0, 0, 1, 1}).not_differentiable.empty());
  CHECK(!with_derivatives(f, {0, 1, 0, 0}).no_diagonal.empty());
}

}  // namespace
