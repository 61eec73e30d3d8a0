// SPDX-License-Identifier: BSL-1.0
// tests/loops/rows_float.cpp — flagships in float against the interpreter: losses of a row.
#include "support/flagship_trials.hpp"

#include "loom/collection/collection.hpp"

using namespace loom::collection;

TEST_CASE("cross_entropy in float agrees with the interpreter, value and gradients") {
  trial::flagship<float, true>(cross_entropy, "cross_entropy");
}

TEST_CASE("weighted_cross_entropy in float agrees with the interpreter, value and gradients") {
  trial::flagship<float, true>(weighted_cross_entropy, "weighted_cross_entropy");
}

TEST_CASE("focal_cross_entropy in float agrees with the interpreter, value and gradients") {
  trial::flagship<float, true>(focal_cross_entropy, "focal_cross_entropy");
}

TEST_CASE("distillation in float agrees with the interpreter, value and gradients") {
  trial::flagship<float, true>(distillation, "distillation");
}
