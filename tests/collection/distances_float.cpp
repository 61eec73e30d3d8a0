// SPDX-License-Identifier: BSL-1.0
// tests/collection/distances_float.cpp — losses row by row of collection/contrastive.hpp in float against the interpreter.
#include "loom/collection/contrastive.hpp"
#include "support/collection_trials.hpp"

using namespace loom::collection;

TEST_CASE("triplet_margin in float agrees with the interpreter, value and gradients") {
  collected::loops<float, true>(triplet_margin, "triplet_margin");
}

TEST_CASE("cosine_embedding in float agrees with the interpreter, value and gradients") {
  collected::loops<float, true>(cosine_embedding, "cosine_embedding");
}
