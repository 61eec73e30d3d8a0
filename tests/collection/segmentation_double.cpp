// SPDX-License-Identifier: BSL-1.0
// tests/collection/segmentation_double.cpp — losses of collection/segmentation.hpp in double against the interpreter.
#include "loom/collection/segmentation.hpp"
#include "support/collection_trials.hpp"

using namespace loom::collection;

TEST_CASE("pixel_cross_entropy in double agrees with the interpreter, value and gradients") {
  collected::loops<double, true>(pixel_cross_entropy, "pixel_cross_entropy");
}

TEST_CASE("dice in double agrees with the interpreter, value and gradients") {
  collected::loops<double, true>(dice, "dice");
}

TEST_CASE("image_dice in double agrees with the interpreter, value and gradients") {
  collected::loops<double, true>(image_dice, "image_dice");
}

TEST_CASE("class_dice in double agrees with the interpreter, value and gradients") {
  collected::loops<double, true>(class_dice, "class_dice");
}
