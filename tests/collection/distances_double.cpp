// SPDX-License-Identifier: BSL-1.0
// tests/collection/distances_double.cpp — losses row by row of collection/contrastive.hpp in double against the interpreter.
#include "loom/collection/contrastive.hpp"
#include "support/collection_trials.hpp"

using namespace loom::collection;

TEST_CASE("triplet_margin in double agrees with the interpreter, value and gradients") {
  collected::loops<double, true>(triplet_margin, "triplet_margin");
}

TEST_CASE("cosine_embedding in double agrees with the interpreter, value and gradients") {
  collected::loops<double, true>(cosine_embedding, "cosine_embedding");
}
