// SPDX-License-Identifier: BSL-1.0
// examples/mnist/perceptron.cpp — the classifier: Linear, ReLU, Linear.
#include "perceptron.hpp"

#include <cmath>

namespace mnist {
namespace {

matrix relu(matrix values) { return values.cwiseMax(0.0F); }

} // namespace

linear::linear(Index inputs, Index outputs, std::mt19937& random)
    : weights_gradient_(matrix::Zero(inputs, outputs)),
      weights_velocity_(matrix::Zero(inputs, outputs)),
      bias_gradient_(row_vector::Zero(outputs)),
      bias_velocity_(row_vector::Zero(outputs)) {
  const float bound = 1.0F / std::sqrt(static_cast<float>(inputs));
  std::uniform_real_distribution<float> uniform(-bound, bound);
  const auto draw = [&] { return uniform(random); };
  weights_ = matrix::NullaryExpr(inputs, outputs, draw);
  bias_ = row_vector::NullaryExpr(outputs, draw);
}

matrix linear::forward(const matrix& inputs) const { return (inputs * weights_).rowwise() + bias_; }

void linear::backward(const matrix& inputs, const matrix& outputs_gradient) {
  weights_gradient_.noalias() = inputs.transpose() * outputs_gradient;
  bias_gradient_ = outputs_gradient.colwise().sum();
}

matrix linear::inputs_gradient(const matrix& outputs_gradient) const { return outputs_gradient * weights_.transpose(); }

void linear::step(float rate, float momentum) {
  weights_velocity_ = momentum * weights_velocity_ + weights_gradient_;
  bias_velocity_ = momentum * bias_velocity_ + bias_gradient_;
  weights_ -= rate * weights_velocity_;
  bias_ -= rate * bias_velocity_;
}

perceptron::perceptron(Index inputs, Index hidden, Index classes, std::mt19937& random)
    : first_(inputs, hidden, random), second_(hidden, classes, random) {}

matrix perceptron::predict(const matrix& images) const { return second_.forward(relu(first_.forward(images))); }

matrix perceptron::forward(const matrix& images) {
  hidden_ = relu(first_.forward(images));
  return second_.forward(hidden_);
}

void perceptron::backward(const matrix& images, const matrix& logits_gradient) {
  second_.backward(hidden_, logits_gradient);
  const matrix passed = second_.inputs_gradient(logits_gradient);
  first_.backward(images, (hidden_.array() > 0.0F).select(passed, 0.0F));
}

void perceptron::step(float rate, float momentum) {
  first_.step(rate, momentum);
  second_.step(rate, momentum);
}

} // namespace mnist
