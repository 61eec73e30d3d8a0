// SPDX-License-Identifier: BSL-1.0
// budget/flagships.cpp — every flagship, its value and its gradients, compiled under the limits of check.cmake.
// Each stage of compiled.hpp is a constant of its own, and has the whole limit for itself.
#include "loom/collection/collection.hpp"

namespace {

namespace lc = loom::collection;
using loom::d;

/// Forces every stage, up to the plan.
template <class... Derivatives>
constexpr bool has_plan(auto f, Derivatives... derivatives) {
  return f.plan(derivatives...).problem == loom::schedule::unplanned::none;
}

static_assert(has_plan(lc::cross_entropy) && has_plan(lc::cross_entropy, d(lc::x)));
static_assert(has_plan(lc::weighted_cross_entropy) && has_plan(lc::weighted_cross_entropy, d(lc::x)));
static_assert(has_plan(lc::focal_cross_entropy) && has_plan(lc::focal_cross_entropy, d(lc::x)));
static_assert(has_plan(lc::binary_cross_entropy) && has_plan(lc::binary_cross_entropy, d(lc::a), d(lc::y)));
static_assert(has_plan(lc::huber) && has_plan(lc::huber, d(lc::a), d(lc::y)));
static_assert(has_plan(lc::gaussian_nll) && has_plan(lc::gaussian_nll, d(lc::mu), d(lc::y), d(lc::v)));
static_assert(has_plan(lc::distillation) && has_plan(lc::distillation, d(lc::x), d(lc::s)));

}  // namespace

/// A call adds its bindings, and the loops that read the plan.
float call(const float* scores, const int* labels, float* gradient) {
  return lc::cross_entropy(lc::x = loom::view(scores, 8, 10), lc::t = loom::view(labels, 8),
                           d(lc::x) = loom::view(gradient, 8, 10));
}
