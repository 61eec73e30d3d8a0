// SPDX-License-Identifier: BSL-1.0
// budget/collection.cpp — losses of images, pairs and sequences, their values and the gradients of all their tensors,
// compiled under the limits of check.cmake.
#include <boost/hana/second.hpp>
#include <boost/hana/unpack.hpp>

#include "loom/collection/collection.hpp"
#include "support/differentiable.hpp"

namespace {

namespace lc = loom::collection;

/// Forces every stage, up to the plan.
struct has_plans {
  template <auto Formula>
  constexpr bool operator()(const loom::loss_function<Formula>&) const {
    return loom::compiler::compiled<Formula, loom::derive::input_set{0}>::problem().kind == loom::lang::issue::none &&
           loom::compiler::compiled<Formula, trial::differentiable<Formula>()>::problem().kind ==
               loom::lang::issue::none;
  }
};

constexpr bool all_have_plans(const auto& losses) {
  return loom::hana::unpack(losses,
                            [](const auto&... named) { return (has_plans{}(loom::hana::second(named)) && ...); });
}

static_assert(all_have_plans(lc::segmentation_losses));
static_assert(all_have_plans(lc::contrastive_losses));
static_assert(all_have_plans(lc::preference_losses));
static_assert(has_plans{}(lc::softmax_objective) && has_plans{}(lc::logistic_objective));
static_assert(lc::softmax_objective.plan(d2(lc::x)).problem == loom::schedule::unplanned::none);
static_assert(lc::logistic_objective.plan(d2(lc::a)).problem == loom::schedule::unplanned::none);
static_assert(lc::clip.plan(d(lc::contrastive::a), d(lc::contrastive::b), d(lc::contrastive::scale)).problem ==
              loom::schedule::unplanned::none);

}  // namespace
