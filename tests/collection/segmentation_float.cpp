// SPDX-License-Identifier: BSL-1.0
// tests/collection/segmentation_float.cpp — losses of collection/segmentation.hpp in float against the interpreter.
#include "loom/collection/segmentation.hpp"
#include "support/collection_trials.hpp"

using namespace loom::collection;

TEST_CASE("pixel_cross_entropy in float agrees with the interpreter, value and gradients") {
  collected::loops<float, true>(pixel_cross_entropy, "pixel_cross_entropy");
}

TEST_CASE("dice in float agrees with the interpreter, value and gradients") {
  collected::loops<float, true>(dice, "dice");
}

TEST_CASE("image_dice in float agrees with the interpreter, value and gradients") {
  collected::loops<float, true>(image_dice, "image_dice");
}

TEST_CASE("class_dice in float agrees with the interpreter, value and gradients") {
  collected::loops<float, true>(class_dice, "class_dice");
}
