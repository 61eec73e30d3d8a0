// SPDX-License-Identifier: BSL-1.0
// examples/mnist/main.cpp — a classifier of images trained on one Loom formula.
// Tells the story in order: softmax of five scores, the data, the formula and its plan,
// the loss before training, the training, the picture.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include "atomic_file.hpp"
#include "by_hand.hpp"
#include "cross_entropy.hpp"
#include "dataset.hpp"
#include "perceptron.hpp"
#include "plot.hpp"
#include "training.hpp"

namespace {

using namespace mnist;

constexpr Index hidden = 32;

struct options {
  std::filesystem::path data = default_folder();
  std::filesystem::path plot = "loss_curve.svg";
  settings training;
  unsigned seed = 1;
  bool code = false;
};

void heading(std::string_view words) { fmt::print("\n{}\n{:-<{}}\n", words, "", words.size()); }

/// Two results that must be the same number; throws if they are not.
void agree(std::string_view what, double loom, double expected, double tolerance) {
  if (!(std::abs(loom - expected) <= tolerance)) {
    throw std::runtime_error(fmt::format("{}: Loom says {}, expected {}", what, loom, expected));
  }
}

void five_scores() {
  constexpr std::array names{"cat", "dog", "plane", "fish", "building"};
  constexpr std::array scores{2.44F, 3.92F, 2.50F, -1.27F, 3.23F};
  constexpr std::array tutorial{-2.1613F, -0.6813F, -2.1013F, -5.8713F, -1.3713F};
  std::array<float, scores.size()> result{};
  log_softmax(scores, result);

  heading("Five scores");
  fmt::print("  {:10} {:>8} {:>12} {:>12}\n", "", "score", "log softmax", "expected");
  for (std::size_t i = 0; i < scores.size(); ++i) {
    fmt::print("  {:10} {:8.2f} {:12.4f} {:12.4f}\n", names[i], scores[i], result[i], tutorial[i]);
    agree(names[i], result[i], tutorial[i], 1e-4);
  }
}

void describe(const dataset& data) {
  const auto row = [](std::string_view what, const labelled_images& part) {
    fmt::print("  {:11} images ({}, {}), labels ({})\n", what, part.size(), part.images.cols(), part.labels.size());
  };
  heading("The data");
  fmt::print("  {}: images of {} x {} pixels in {} classes, from {}\n", data.name, data.height, data.width, classes,
             data.folder.string());
  row("training", data.training);
  row("validation", data.validation);
  if (data.test.size() > 0) { row("test", data.test); }
}

void formula(bool with_code) {
  heading("The loss");
  fmt::print("{}\n", story());
  if (with_code) {
    heading("The loop, as C++");
    fmt::print("{}\n", code());
  }
}

/// Log of softmax of the first rows, the classes they should be, and the loss over all rows.
void before_training(const perceptron& model, const labelled_images& data) {
  const matrix logits = model.predict(data.images);
  heading("Before training");
  fmt::print("  predictions ({}, {}); the first rows of log softmax and the class of each:\n", logits.rows(),
             logits.cols());
  for (std::size_t row = 0; row < std::min<std::size_t>(3, data.labels.size()); ++row) {
    std::array<float, classes> result{};
    log_softmax({logits.data() + row * classes, classes}, result);
    fmt::print("  [{:.2f}]  {}\n", fmt::join(result, ", "), data.labels[row]);
  }
  const float loss = cross_entropy(logits.data(), data.labels, classes);
  const double by_hand = cross_entropy_by_hand(logits, data.labels);
  fmt::print("  loss {:.4f}; by hand in double {:.4f}; guessing, ln {}: {:.4f}\n", loss, by_hand, classes,
             std::log(classes));
  agree("the loss before training", loss, by_hand, 1e-5);
}

void run(const options& chosen) {
  const dataset data = load(chosen.data);
  check_writable(chosen.plot);
  std::mt19937 random(chosen.seed);
  perceptron model(data.training.images.cols(), hidden, classes, random);

  five_scores();
  describe(data);
  formula(chosen.code);
  before_training(model, data.training);

  heading("Training");
  fmt::print("  Linear({0}, {1}), ReLU, Linear({1}, {2}); batches of {3}, rate {4}, momentum {5}\n",
             data.training.images.cols(), hidden, classes, chosen.training.batch, chosen.training.rate,
             chosen.training.momentum);
  const history course = train(model, data, chosen.training, random);

  heading("After training");
  fmt::print("  validation accuracy {:.2f} %\n", 100 * course.epochs.back().accuracy);
  if (data.test.size() > 0) { fmt::print("  test accuracy       {:.2f} %\n", 100 * accuracy(model, data.test)); }
  const std::string title = fmt::format("{}: cross entropy of a {}-{}-{} perceptron", data.name,
                                        data.training.images.cols(), hidden, classes);
  write_whole(chosen.plot, loss_curve(course, title, std::log(classes)));
  fmt::print("  the loss curve is in {}\n", chosen.plot.string());
}

void declare(CLI::App& app, options& chosen) {
  settings& training = chosen.training;
  app.add_option("--data", chosen.data, "folder with the four files of MNIST, .gz or not, or with digits.csv.gz")
      ->type_name("FOLDER")
      ->default_str(chosen.data.string());
  app.add_option("--epochs", training.epochs, "times to go through the training images")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--batch", training.batch, "images in a step")->check(CLI::Range(1, 1000000))->capture_default_str();
  app.add_option("--rate", training.rate, "length of a step")->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--momentum", training.momentum, "share of the last step that is kept")
      ->check(CLI::Range(0.0, 0.999))
      ->capture_default_str();
  app.add_option("--seed", chosen.seed, "of the first weights and of the order of the images")->capture_default_str();
  app.add_option("--plot", chosen.plot, "SVG picture to write")->type_name("FILE")->default_str(chosen.plot.string());
  app.add_flag("--code", chosen.code, "also print the loop that Loom made, as C++");
}

} // namespace

int main(int argc, char** argv) {
  try {
    options chosen;
    CLI::App app("Trains a small classifier of images on a loss that is one Loom formula.", "loom_mnist");
    declare(app, chosen);
    CLI11_PARSE(app, argc, argv);
    run(chosen);
    if (std::fflush(stdout) != 0) { throw std::runtime_error("standard output: could not be written"); }
    return 0;
  } catch (const std::exception& error) {
    std::fflush(stdout);
    fmt::print(stderr, "loom_mnist: {}\n", error.what());
    return 1;
  }
}
