// SPDX-License-Identifier: BSL-1.0
// examples/mnist/training.cpp — minibatch stochastic gradient descent on the Loom loss.
#include "training.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <stdexcept>

#include <fmt/format.h>

#include "cross_entropy.hpp"
#include "progress.hpp"

namespace mnist {
namespace {

constexpr Index points_per_epoch = 20;

/// The mean of what was added, weighted by the number of images.
class running_mean {
 public:
  void add(double value, Index images) {
    total_ += value * static_cast<double>(images);
    images_ += images;
  }
  double value() const { return total_ / static_cast<double>(images_); }

 private:
  double total_ = 0;
  Index images_ = 0;
};

/// One step on the chosen images: logits, loss and its gradient, weights. Returns the loss.
float learn(perceptron& model, const labelled_images& data, std::span<const Index> chosen, const settings& with) {
  const matrix images = data.images(chosen, Eigen::all);
  std::vector<std::uint8_t> labels(chosen.size());
  std::transform(chosen.begin(), chosen.end(), labels.begin(),
                 [&](Index row) { return data.labels[static_cast<std::size_t>(row)]; });

  const matrix logits = model.forward(images);
  matrix gradient(logits.rows(), logits.cols());
  const float loss = cross_entropy(logits.data(), labels, classes, gradient.data());
  model.backward(images, gradient);
  model.step(with.rate, with.momentum);
  return loss;
}

} // namespace

double accuracy(const perceptron& model, const labelled_images& data) {
  const matrix logits = model.predict(data.images);
  Index right = 0;
  for (Index row = 0; row < logits.rows(); ++row) {
    Index guess = 0;
    logits.row(row).maxCoeff(&guess);
    right += guess == data.labels[static_cast<std::size_t>(row)] ? 1 : 0;
  }
  return static_cast<double>(right) / static_cast<double>(logits.rows());
}

history train(perceptron& model, const dataset& data, const settings& chosen, std::mt19937& random) {
  const Index rows = data.training.size();
  const Index point = std::max(chosen.batch, rows / points_per_epoch);
  std::vector<Index> order(static_cast<std::size_t>(rows));
  std::iota(order.begin(), order.end(), Index{0});

  history result;
  for (int epoch = 0; epoch < chosen.epochs; ++epoch) {
    progress bar(epoch + 1, chosen.epochs);
    std::shuffle(order.begin(), order.end(), random);
    running_mean whole;
    running_mean recent;
    Index point_begin = 0;
    for (Index begin = 0; begin < rows; begin += chosen.batch) {
      const Index count = std::min(chosen.batch, rows - begin);
      const std::span<const Index> batch(order.data() + begin, static_cast<std::size_t>(count));
      const float loss = learn(model, data.training, batch, chosen);
      if (!std::isfinite(loss)) {
        throw std::runtime_error(
            fmt::format("the loss became {} in epoch {}: choose a --rate below {}", loss, epoch + 1, chosen.rate));
      }
      whole.add(loss, count);
      recent.add(loss, count);
      const Index done = begin + count;
      if (done - point_begin >= point || done == rows) {
        const double middle = static_cast<double>(point_begin + done) / 2;
        result.losses.push_back({epoch + middle / static_cast<double>(rows), recent.value()});
        bar.show(static_cast<double>(done) / static_cast<double>(rows), whole.value());
        recent = {};
        point_begin = done;
      }
    }
    result.epochs.push_back({whole.value(), accuracy(model, data.validation)});
    bar.finish(result.epochs.back().loss, result.epochs.back().accuracy);
  }
  return result;
}

} // namespace mnist
