// SPDX-License-Identifier: BSL-1.0
// tests/loops/elements_double.cpp — flagships in double against the interpreter: elementwise losses.
#include "support/flagship_trials.hpp"

#include "loom/collection/collection.hpp"

using namespace loom::collection;

TEST_CASE("binary_cross_entropy in double agrees with the interpreter, value and gradients") {
  trial::flagship<double, true>(binary_cross_entropy, "binary_cross_entropy");
}

TEST_CASE("huber in double agrees with the interpreter, value and gradients") {
  trial::flagship<double, true>(huber, "huber");
}

TEST_CASE("gaussian_nll in double agrees with the interpreter, value and gradients") {
  trial::flagship<double, true>(gaussian_nll, "gaussian_nll");
}
