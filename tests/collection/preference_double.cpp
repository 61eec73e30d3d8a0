// SPDX-License-Identifier: BSL-1.0
// tests/collection/preference_double.cpp — losses of collection/preference.hpp in double against the interpreter.
#include "loom/collection/preference.hpp"
#include "support/collection_trials.hpp"

using namespace loom::collection;

TEST_CASE("token_cross_entropy in double agrees with the interpreter, value and gradients") {
  collected::loops<double, true>(token_cross_entropy, "token_cross_entropy");
}

TEST_CASE("dpo in double agrees with the interpreter, value and gradients") {
  collected::loops<double, true>(dpo, "dpo");
}

TEST_CASE("grpo in double agrees with the interpreter, value and gradients") {
  collected::loops<double, true>(grpo, "grpo");
}
