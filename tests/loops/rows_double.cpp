// SPDX-License-Identifier: BSL-1.0
// tests/loops/rows_double.cpp — flagships in double against the interpreter: losses of a row.
#include "support/flagship_trials.hpp"

#include "loom/collection/collection.hpp"

using namespace loom::collection;

TEST_CASE("cross_entropy in double agrees with the interpreter, value and gradients") {
  trial::flagship<double, true>(cross_entropy, "cross_entropy");
}

TEST_CASE("weighted_cross_entropy in double agrees with the interpreter, value and gradients") {
  trial::flagship<double, true>(weighted_cross_entropy, "weighted_cross_entropy");
}

TEST_CASE("focal_cross_entropy in double agrees with the interpreter, value and gradients") {
  trial::flagship<double, true>(focal_cross_entropy, "focal_cross_entropy");
}

TEST_CASE("distillation in double agrees with the interpreter, value and gradients") {
  trial::flagship<double, true>(distillation, "distillation");
}
