// SPDX-License-Identifier: BSL-1.0
// tests/collection/similarities_float.cpp — losses of all pairs of collection/contrastive.hpp in float against the interpreter.
#include "loom/collection/contrastive.hpp"
#include "support/collection_trials.hpp"

using namespace loom::collection;

TEST_CASE("info_nce in float agrees with the interpreter, value and gradients") {
  collected::loops<float, true>(info_nce, "info_nce");
}

TEST_CASE("clip in float agrees with the interpreter, value and gradients") {
  collected::loops<float, true>(clip, "clip");
}
