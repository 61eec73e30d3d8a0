// SPDX-License-Identifier: BSL-1.0
// tests/collection/preference_float.cpp — losses of collection/preference.hpp in float against the interpreter.
#include "loom/collection/preference.hpp"
#include "support/collection_trials.hpp"

using namespace loom::collection;

TEST_CASE("token_cross_entropy in float agrees with the interpreter, value and gradients") {
  collected::loops<float, true>(token_cross_entropy, "token_cross_entropy");
}

TEST_CASE("dpo in float agrees with the interpreter, value and gradients") {
  collected::loops<float, true>(dpo, "dpo");
}

TEST_CASE("grpo in float agrees with the interpreter, value and gradients") {
  collected::loops<float, true>(grpo, "grpo");
}
