// SPDX-License-Identifier: BSL-1.0
// examples/mnist/training.hpp — minibatch stochastic gradient descent on the Loom loss.
#pragma once

#include <random>
#include <vector>

#include "dataset.hpp"
#include "perceptron.hpp"

namespace mnist {

struct settings {
  int epochs = 20;
  Index batch = 64;
  float rate = 0.02F;
  float momentum = 0.9F;
};

/// A mean of the loss over some batches, and the middle of those batches, counted in epochs.
struct loss_point {
  double epoch;
  double loss;
};

struct epoch_result {
  double loss;     // the mean over the epoch's batches
  double accuracy; // on the images for validation, 0 to 1
};

struct history {
  std::vector<loss_point> losses; // several an epoch
  std::vector<epoch_result> epochs;
};

/// The share of the images whose highest logit is that of their own class.
double accuracy(const perceptron& model, const labelled_images& data);

/// Trains in place and prints a line of progress an epoch. A loss that is not finite is an exception.
history train(perceptron& model, const dataset& data, const settings& chosen, std::mt19937& random);

} // namespace mnist
