// SPDX-License-Identifier: BSL-1.0
// tests/collection/similarities_double.cpp — losses of all pairs of collection/contrastive.hpp in double against the interpreter.
#include "loom/collection/contrastive.hpp"
#include "support/collection_trials.hpp"

using namespace loom::collection;

TEST_CASE("info_nce in double agrees with the interpreter, value and gradients") {
  collected::loops<double, true>(info_nce, "info_nce");
}

TEST_CASE("clip in double agrees with the interpreter, value and gradients") {
  collected::loops<double, true>(clip, "clip");
}
