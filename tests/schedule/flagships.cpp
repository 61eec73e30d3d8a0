// SPDX-License-Identifier: BSL-1.0
// schedule/flagships.cpp — how often losses of images, pairs and sequences pass over their data: what a change of the planner
// could make worse.
#include "loom/collection/collection.hpp"

#include "support/catch.hpp"

namespace {

using loom::d, loom::plan;
namespace lc = loom::collection;

struct facts {
  int sweeps = 0, prologues = 0, row_passes = 0, arrays = 0, exponentials = 0, reads = 0, writes = 0;
  constexpr bool operator==(const facts&) const = default;
};

constexpr facts facts_of(const plan& p) {
  return {p.sweeps,       p.prologues,         p.row_passes,        p.arrays.size(),
          p.exponentials, p.reads_per_element, p.writes_per_element};
}

TEST_CASE("losses of images read them once, sums over a batch ask for a second sweep for the gradient", "[schedule]") {
  namespace s = lc::segmentation;
  LOOM_CHECK(facts_of(lc::pixel_cross_entropy.plan()) == facts{1, 0, 2, 0, 1, 1, 0});
  LOOM_CHECK(facts_of(lc::pixel_cross_entropy.plan(d(s::x))) == facts{1, 0, 3, 0, 1, 1, 1});
  LOOM_CHECK(facts_of(lc::dice.plan()) == facts{1, 0, 1, 0, 1, 2, 0});
  LOOM_CHECK(facts_of(lc::dice.plan(d(s::x))) == facts{1, 0, 2, 0, 1, 2, 1});
  LOOM_CHECK(facts_of(lc::image_dice.plan(d(s::x))) == facts{1, 0, 2, 0, 1, 2, 1});
  LOOM_CHECK(facts_of(lc::class_dice.plan()) == facts{1, 1, 4, 3, 2, 1, 0});
  LOOM_CHECK(facts_of(lc::class_dice.plan(d(s::x))) == facts{2, 1, 8, 3, 3, 2, 1});
}

TEST_CASE("a matrix of similarities is walked in both directions by arrays of its columns", "[schedule]") {
  namespace c = lc::contrastive;
  LOOM_CHECK(facts_of(lc::info_nce.plan()) == facts{2, 1, 4, 2, 2, 2, 0});
  LOOM_CHECK(facts_of(lc::info_nce.plan(d(c::s))) == facts{3, 1, 6, 2, 3, 3, 1});
  LOOM_CHECK(facts_of(lc::clip.plan()) == facts{2, 2, 4, 4, 0, 4, 0});
  LOOM_CHECK(facts_of(lc::clip.plan(d(c::a), d(c::b))) == facts{3, 2, 6, 6, 0, 6, 0});
  LOOM_CHECK(facts_of(lc::clip.plan(d(c::a), d(c::b), d(c::scale))) == facts{3, 2, 6, 6, 0, 6, 0});
}

TEST_CASE("pairs of rows are read once", "[schedule]") {
  namespace c = lc::contrastive;
  LOOM_CHECK(facts_of(lc::triplet_margin.plan()) == facts{1, 0, 2, 0, 0, 3, 0});
  LOOM_CHECK(facts_of(lc::triplet_margin.plan(d(c::anchor), d(c::positive), d(c::negative))) ==
             facts{1, 0, 3, 0, 0, 3, 3});
  LOOM_CHECK(facts_of(lc::cosine_embedding.plan()) == facts{1, 0, 1, 0, 0, 2, 0});
  LOOM_CHECK(facts_of(lc::cosine_embedding.plan(d(c::a), d(c::c))) == facts{1, 0, 2, 0, 0, 2, 2});
}

TEST_CASE("logits of sequences are read once, but for DPO's gradient, which needs the whole sequence first",
          "[schedule]") {
  namespace p = lc::preference;
  LOOM_CHECK(facts_of(lc::token_cross_entropy.plan()) == facts{1, 0, 2, 0, 1, 1, 0});
  LOOM_CHECK(facts_of(lc::token_cross_entropy.plan(d(p::x))) == facts{1, 1, 3, 0, 1, 1, 1});
  LOOM_CHECK(facts_of(lc::dpo.plan()) == facts{1, 1, 2, 2, 2, 2, 0});
  LOOM_CHECK(facts_of(lc::dpo.plan(d(p::xc), d(p::xr))) == facts{2, 1, 5, 2, 4, 4, 2});
  LOOM_CHECK(facts_of(lc::grpo.plan()) == facts{1, 1, 2, 2, 1, 1, 0});
  LOOM_CHECK(facts_of(lc::grpo.plan(d(p::x))) == facts{1, 2, 3, 2, 1, 1, 1});
}

TEST_CASE("objectives read the scores once", "[schedule]") {
  LOOM_CHECK(facts_of(lc::softmax_objective.plan(d(lc::x))) == facts{1, 0, 3, 0, 1, 1, 1});
  LOOM_CHECK(facts_of(lc::logistic_objective.plan(d(lc::a))) == facts{1, 0, 1, 0, 1, 2, 1});
}

}  // namespace
