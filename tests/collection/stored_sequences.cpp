// SPDX-License-Identifier: BSL-1.0
// tests/collection/stored_sequences.cpp — losses of sequences whose tensors are stored in 16 bits, against the interpreter on the numbers
// they hold.
#include "loom/collection/preference.hpp"
#include "support/collection_trials.hpp"

TEST_CASE("losses of sequences in bf16, with gradients in f16, agree with the interpreter") {
  loom::hana::for_each(loom::collection::preference_losses, [](auto named) {
    collected::stored<loom::storage::bf16>(loom::hana::second(named), loom::hana::first(named).c_str());
  });
}

TEST_CASE("losses of sequences in f16, with gradients in bf16, agree with the interpreter") {
  loom::hana::for_each(loom::collection::preference_losses, [](auto named) {
    collected::stored<loom::storage::f16>(loom::hana::second(named), loom::hana::first(named).c_str());
  });
}
