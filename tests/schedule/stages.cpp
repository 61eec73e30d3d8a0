// SPDX-License-Identifier: BSL-1.0
// Which products a formula has, and the stages that it is cut into.
#include "loom/schedule/stages.hpp"

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
  CHECK_FALSE(map_stages(simple(square(a - b).sum(), {0b11})).possible);
  CHECK_FALSE(may_have_stages(simple(square(a).sum(), {1})));
  CHECK_FALSE(may_have_stages(simple(softmax(loom::tensor<"x[N,C]">, C).sum(), {1})));
}
TEST_CASE("the gradients of a tile belong to its stage, its factors to none") {
  const stage_map m = map_stages(simple(logsumexp(sum(a * b, D), M).mean(), {0b11}));
  REQUIRE(m.possible);
  CHECK(m.products.size() == 3);
  CHECK(m.tiles.size() == 3);
  CHECK(tiles_of(m) == 1);
  CHECK(m.direct_outputs(~output_set{0}, 0) == 0b110);
  CHECK(make_stage(m, 0, 0b110).outputs.empty());
  CHECK(make_stage(m, 2, 0b110).outputs.empty());  // products write the gradients
  CHECK(make_stage(m, 2, 0).outputs.size() == 2);
}
TEST_CASE("a batch against itself has one gradient, and folds one side") {
  const auto against_itself = logsumexp(where(N != M, sum(a * a(N = M), D), -1e9), M).mean();
  const stage_map m = map_stages(simple(against_itself, {1}));
  REQUIRE(m.possible);
  CHECK(m.products.size() == 2);
  CHECK(tiles_of(m) == 2);  // once for the folds, once for the gradient
  int images = 0;
  for (int i = 0; i < m.program.size(); ++i) images += m.image_of.items[i] != 0;
  CHECK(images == 2);
  // The half that comes from the other place is a mirror image whatever the mask.
  const stage_map other = map_stages(simple(logsumexp(where(N < M, sum(a * a(N = M), D), -1e9), M).mean(), {1}));
  REQUIRE(other.possible);
  CHECK(tiles_of(other) == 2);
  // Two batches have no such half.
  const stage_map two =
      map_stages(simple(logsumexp(sum(a * b, D), M).mean() + logsumexp(sum(a * b, D), N).mean(), {0b11}));
  REQUIRE(two.possible);
  CHECK(tiles_of(two) == 1);
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
TEST_CASE("no array is larger than the data") {
  // The distances of all pairs would be kept for the product with them.
  const auto distances = sum(abs(a - b), D);
  const stage_map m = map_stages(simple(square(sum(distances * loom::tensor<"c[M,C]">, M)).sum(), {1}));
  CHECK(!m.products.empty());
  CHECK_FALSE(m.possible);
}
