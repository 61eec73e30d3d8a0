// SPDX-License-Identifier: BSL-1.0
// examples/mnist/plot.hpp — the course of the training as a picture.
#pragma once

#include <string>

#include "training.hpp"

namespace mnist {

/// An SVG picture of two panels above one axis of epochs: the training loss, and the accuracy on the validation images.
/// `guessing` is the loss of one who knows nothing, ln C; it is drawn as a level to compare with.
std::string loss_curve(const history& course, const std::string& title, double guessing);

}  // namespace mnist
