// SPDX-License-Identifier: BSL-1.0
// tests/loops/elements_float.cpp — flagships in float against the interpreter: elementwise losses.
#include "support/flagship_trials.hpp"

#include "loom/collection/collection.hpp"

using namespace loom::collection;

TEST_CASE("binary_cross_entropy in float agrees with the interpreter, value and gradients") {
  trial::flagship<float, true>(binary_cross_entropy, "binary_cross_entropy");
}

TEST_CASE("huber in float agrees with the interpreter, value and gradients") {
  trial::flagship<float, true>(huber, "huber");
}

TEST_CASE("gaussian_nll in float agrees with the interpreter, value and gradients") {
  trial::flagship<float, true>(gaussian_nll, "gaussian_nll");
}
