// SPDX-License-Identifier: BSL-1.0
// Which products a formula has, and the stages that it is cut into.
#include "loom/schedule/stage_program.hpp"

#include "loom/loom.hpp"
#include "support/catch.hpp"

namespace {

using namespace loom::schedule;
constexpr auto N = loom::axis<"N">;
constexpr auto M = loom::axis<"M">;
constexpr auto D = loom::axis<"D">;
constexpr auto C = loom::axis<"C">;
constexpr auto a = loom::tensor<"a[N,D]">;
constexpr auto b = loom::tensor<"b[M,D]">;
constexpr auto w = loom::tensor<"w[N]">;
constexpr auto k = loom::scalar<"k">;

template <class E>
loom::ir::graph simple(E formula, loom::derive::derivative_request request) {
  return loom::compiler::in_form(loom::compiler::form::simple, loom::lang::lower(formula).program, request).program;
}
int tiles_of(const stage_map& m) {
  int tiles = 0;
  for (loom::ir::axis_set tile : m.tiles) tiles += tile != 0;
  return tiles;
}

}  // namespace

TEST_CASE("a product is found among signs, numbers and masks") {
  CHECK(map_stages(simple(square(sum(-(k * a * b), D)).sum(), {0b110})).products.size() == 3);
  CHECK(map_stages(simple(exp(sum(a * where(b > 0, b, 0), D)).sum(), {0b11})).products.size() == 3);
  CHECK(map_stages(simple((square(loom::tensor<"u[N,M]">) * sum(a * b, D)).sum(), {0b110}))
            .possible);  // data meets a tile
  CHECK_FALSE(map_stages(simple(square(a - b).sum(), {0b11})).possible);
  CHECK_FALSE(may_have_stages(simple(square(a).sum(), {1})));
  CHECK_FALSE(may_have_stages(simple(softmax(loom::tensor<"x[N,C]">, C).sum(), {1})));
}
TEST_CASE("a tile is folded in one stage, and its gradient has a later one") {
  const stage_map m = map_stages(simple(logsumexp(sum(a * b, D), M).mean(), {0b11}));
  REQUIRE(m.possible);
  CHECK(m.in_blocks);
  CHECK(m.products.size() == 3);
  CHECK(m.tiles.size() == 5);
  CHECK(tiles_of(m) == 2);
  CHECK(m.direct_outputs(~output_set{0}, 0) == 0b110);
  CHECK(make_stage(m, 0, 0b110).outputs.empty());
  const stage_program folds = make_stage(m, 1, 0b110);
  REQUIRE(folds.folds.size() == 2);  // the sum before what it is shifted by
  CHECK(folds.folds[0].shift == folds.folds[1].slot);
  CHECK(folds.folds[1].shift == -1);
  CHECK(make_stage(m, 3, 0b110).folds.empty());
  CHECK(make_stage(m, 4, 0b110).outputs.empty());  // products write the gradients
  CHECK(make_stage(m, 4, 0).outputs.size() == 2);
}
TEST_CASE("a fold that sees a complete one waits for the next stage of the tile") {
  const auto s = sum(a * b, D);
  // The largest, then the distances from the mean, which is folded with it.
  const stage_map m = map_stages(simple((max(s, M) + sum(square(s - mean(s, M)), M)).mean(), {}));
  REQUIRE(m.possible);
  CHECK(m.in_blocks);
  CHECK(tiles_of(m) == 2);
  // A mask of rows has no parts that are kept: whole rows.
  const stage_map masks = map_stages(simple(where(any(s > 0, M), max(s, M), 0).sum(), {}));
  REQUIRE(masks.possible);
  CHECK_FALSE(masks.in_blocks);
}
TEST_CASE("what a fold is shifted by, however it is written") {
  const auto x = loom::tensor<"x[N,M]">;
  const auto shifted_folds = [&](auto formula) {
    const loom::ir::graph g = simple(formula, {});
    int count = 0;
    for (int i = 0; i < g.size(); ++i) count += is_reduction(g[i].code) && !shift_of(g, i).is_none();
    return count;
  };
  CHECK(shifted_folds(logsumexp(x, M).mean()) == 1);
  CHECK(shifted_folds(logsumexp(k * x, M).mean()) == 1);
  CHECK(shifted_folds(logsumexp(-(x / k), M).mean()) == 1);
  CHECK(shifted_folds(logsumexp(where(x > 1, x, -1e9), M).mean()) == 1);
  CHECK(shifted_folds((logsumexp(x, M).mean() + logsumexp(x, N).mean())) == 2);
  CHECK(shifted_folds(sum(x, M).mean()) == 0);
  CHECK(shifted_folds(logsumexp(w * x, M).mean()) == 1);  // by a factor of each row
  CHECK(shifted_folds(logsumexp(loom::tensor<"v[M]"> * x, M).mean()) == 1);
}
TEST_CASE("a batch against itself has one gradient, and half of its tile will do") {
  const auto against_itself = logsumexp(where(N != M, sum(a * a(N = M), D), -1e9), M).mean();
  const stage_map m = map_stages(simple(against_itself, {1}));
  REQUIRE(m.possible);
  CHECK(m.products.size() == 2);
  CHECK(tiles_of(m) >= 2);  // once for the folds, once for the gradient
  CHECK(m.is_symmetric(1));
  int images = 0;
  for (int i = 0; i < m.program.size(); ++i) images += m.image_of.items[i] != 0;
  CHECK(images == 2);
  const stage_map value = map_stages(simple(against_itself, {}));
  CHECK(value.is_symmetric(1));
  // Two batches have no such half, and a mask that is not its own image none of the tile.
  const stage_map two =
      map_stages(simple(logsumexp(sum(a * b, D), M).mean() + logsumexp(sum(a * b, D), N).mean(), {0b11}));
  REQUIRE(two.possible);
  CHECK(two.symmetric == 0);
}
TEST_CASE("a sum of a function of pairs is found as a product is") {
  const auto pairs_of = [](auto formula, unsigned gradients) {
    const isolated_products isolated = isolate_products(simple(formula, {gradients}));
    int count = 0;
    for (const matrix_product& p : isolated.products) count += p.is_of_pairs();
    return count;
  };
  CHECK(pairs_of(exp(-sum(abs(b - a), D)).sum(), 0) == 1);
  CHECK(pairs_of(exp(-sum(abs(b - a), D)).sum(), 0b11) == 3);
  CHECK(pairs_of(relu(1 - norm(a - b, D)).sum(), 0b11) == 3);
  // Multiples of a gradient, and terms that have their own.
  CHECK(pairs_of(square(sum(min(a, b), D)).sum(), 0b11) == 3);
  CHECK(pairs_of(exp(sum(where(a < b, square(a - b), abs(a - b)), D)).sum(), 0b11) == 3);
  // Of one side more than one value, of the summed axis one of its own, a number of the call: sums like any other.
  CHECK(pairs_of(exp(-sum(abs(a * a - b * exp(a)), D)).sum(), 0) == 0);
  CHECK(pairs_of(exp(-sum(loom::tensor<"v[D]"> * abs(a - b), D)).sum(), 0) == 0);
  CHECK(pairs_of(exp(-sum(abs(a - k * b + k), D)).sum(), 0) == 0);
  CHECK(map_stages(simple(exp(-sum(loom::tensor<"v[D]"> * abs(a - b), D)).sum(), {0b110})).products.empty());

  const auto own = exp(-norm(a - a(N = M), D));
  const stage_map half = map_stages(simple(sum(where(N != M, own, 0)), {1}));
  REQUIRE(half.possible);
  CHECK(half.products.size() == 2);  // the two halves of the gradient are one
  CHECK(half.is_symmetric(1));
  const stage_map whole = map_stages(simple(exp(-norm(a - a(N = M) + 1, D)).sum(), {1}));
  REQUIRE(whole.possible);
  CHECK(whole.symmetric == 0);
}
TEST_CASE("a running value waits for what it runs over") {
  const stage_map m = map_stages(simple(square(cumsum(exp(w), N)).mean(), {1}));
  REQUIRE(m.possible);
  CHECK(m.products.empty());
  CHECK(tiles_of(m) == 0);
  int kept = 0;
  for (int i = 0; i < m.program.size(); ++i) kept += m.kept[i];
  CHECK(kept >= 3);  // the exponentials, their sums, and what comes back of them
}
TEST_CASE("what is folded along one axis, and along another one that is read as the first, is folded once") {
  const auto M_of_N = logsumexp(where(M >= N, w(N = M), -1e9), M);
  const stage_map m = map_stages(simple(square(M_of_N - w).mean(), {1}));
  REQUIRE(m.possible);
  CHECK(tiles_of(m) == 0);
  int images = 0;
  for (int i = 0; i < m.program.size(); ++i) {
    if (m.image_of.items[i] == 0) continue;
    ++images;
    CHECK(m.kept[m.kept_as(static_cast<loom::ir::value_id>(i))]);
  }
  CHECK(images > 0);
  // Here is nothing to save: each fold is along one of the two.
  CHECK_FALSE(map_stages(simple(abs(w - w(N = M)).mean(), {1})).possible);
}
TEST_CASE("a fold that is compared along an axis of its own is kept") {
  const auto r = rank(w, N);
  const stage_map m = map_stages(simple(sum(where(r(N = M) < r, exp(w - w(N = M)), 0)), {1}));
  REQUIRE(m.possible);
  int pairs_in_the_first_stage = 0, kept = 0;
  for (int i = 0; i < m.program.size(); ++i) {
    kept += m.kept[i] && is_reduction(m.program[i].code);
    pairs_in_the_first_stage +=
        m.stage_of[i] == 0 && loom::ir::axis_count(m.program[i].axes) == 3;  // N, M and the axis along which it counts
  }
  CHECK(kept > 0);
  CHECK(pairs_in_the_first_stage == 0);
  // What is folded and broadcast along its own axis is not: a softmax, a deviation from a mean.
  const auto x = loom::tensor<"x[N,C]">;
  CHECK_FALSE(may_have_stages(simple(square(x - mean(x, C)).sum(), {1})));
  CHECK(may_have_stages(simple(square(mean(x, C) - loom::tensor<"c[M]">).sum(), {1})));
}
TEST_CASE("products are sums where they are not looked for") {
  const auto scores = sum(a * b, D) * loom::tensor<"c[N,M]">;
  const stage_map with = map_stages(simple(square(cumsum(scores, M)).sum(), {1}));
  const stage_map without = map_stages(simple(square(cumsum(scores, M)).sum(), {1}), false);
  CHECK(!with.products.empty());
  CHECK_FALSE(with.possible);  // nothing runs over a tile, which is never in memory
  CHECK(without.possible);
  CHECK(without.products.empty());
  CHECK(tiles_of(without) == 0);
}
TEST_CASE("no array is larger than the data") {
  // The distances of all pairs would be kept for the product with them.
  const auto distances = max(abs(a - b), D);
  const stage_map m = map_stages(simple(square(sum(distances * loom::tensor<"c[M,C]">, M)).sum(), {1}));
  CHECK(!m.products.empty());
  CHECK_FALSE(m.possible);
}
