// SPDX-License-Identifier: BSL-1.0
// tests/collection/stored_rows.cpp — losses of a row in 16 bits, against the interpreter on the numbers they hold; loops/stored.cpp
// has the others.
#include "loom/collection/collection.hpp"
#include "support/collection_trials.hpp"

namespace lc = loom::collection;

namespace {

template <loom::storage Inputs>
void rows() {
  collected::stored<Inputs>(lc::distillation, "distillation");
  collected::stored<Inputs>(lc::huber, "huber");
  collected::stored<Inputs>(lc::softmax_objective, "softmax_objective");
  collected::stored<Inputs>(lc::logistic_objective, "logistic_objective");
}

}  // namespace

TEST_CASE("losses of a row in bf16, with gradients in f16, agree with the interpreter") { rows<loom::storage::bf16>(); }

TEST_CASE("losses of a row in f16, with gradients in bf16, agree with the interpreter") { rows<loom::storage::f16>(); }
