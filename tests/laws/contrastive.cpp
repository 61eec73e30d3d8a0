// SPDX-License-Identifier: BSL-1.0
// tests/laws/contrastive.cpp — losses of pairs against their textbook spelling in 80 digits.
#include "loom/collection/contrastive.hpp"
#include "support/collection_trials.hpp"

TEST_CASE("losses of pairs agree with their textbook spelling in 80 digits", "[laws]") {
  loom::hana::for_each(loom::collection::contrastive_losses, [](auto named) { collected::textbook(loom::hana::second(named), loom::hana::first(named).c_str()); });
}
