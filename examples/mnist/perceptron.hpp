// SPDX-License-Identifier: BSL-1.0
// examples/mnist/perceptron.hpp — the classifier: Linear, ReLU, Linear.
// Eigen multiplies the matrices. The gradient of the logits comes from outside, from the loss.
#pragma once

#include <random>

#include "matrix.hpp"

namespace mnist {

/// outputs = inputs * weights + bias, with what training by momentum needs.
class linear {
 public:
    /// Weights and bias are uniform in +-1/sqrt(inputs), as PyTorch's Linear has them.
  linear(Index inputs, Index outputs, std::mt19937& random);

  matrix forward(const matrix& inputs) const;

    /// Keeps the gradients of weights and bias for the next step.
  void backward(const matrix& inputs, const matrix& outputs_gradient);

    /// The gradient of the inputs, from that of the outputs.
  matrix inputs_gradient(const matrix& outputs_gradient) const;

  void step(float rate, float momentum);

 private:
  matrix weights_, weights_gradient_, weights_velocity_;
  row_vector bias_, bias_gradient_, bias_velocity_;
};

class perceptron {
 public:
  perceptron(Index inputs, Index hidden, Index classes, std::mt19937& random);

    /// Shape: images [N, inputs] -> logits [N, classes].
  matrix predict(const matrix& images) const;

    /// The same, keeping the hidden layer for backward.
  matrix forward(const matrix& images);

    /// From the images of the last forward and the gradient of the loss with respect to its logits.
  void backward(const matrix& images, const matrix& logits_gradient);

    /// One step of gradient descent with momentum.
  void step(float rate, float momentum);

 private:
  linear first_, second_;
  matrix hidden_;
};

} // namespace mnist
