// SPDX-License-Identifier: BSL-1.0
#include "losses.hpp"

namespace bench {
namespace {

std::string named(const char* loss, std::ptrdiff_t rows, std::ptrdiff_t classes) {
  if (rows == 1) return std::string(loss) + " " + std::to_string(classes) + " in cache";
  return std::string(loss) + " " + std::to_string(rows) + " x " + std::to_string(classes);
}

}  // namespace

void comparison::measure_cross_entropy(std::ptrdiff_t rows, std::ptrdiff_t classes) {
  inputs<float> of(rows, classes);
  measure(named("cross entropy", rows, classes), of.view(), &contender::cross_entropy);
}

void comparison::measure_cross_entropy_f64(std::ptrdiff_t rows, std::ptrdiff_t classes) {
  inputs<double> of(rows, classes);
  measure(named("cross entropy, f64,", rows, classes), of.view(), &contender::cross_entropy_f64);
}

void comparison::measure_losses_of_rows(std::ptrdiff_t rows, std::ptrdiff_t classes) {
  inputs<float> of(rows, classes, inputs<float>::beside::teachers);
  measure(named("cross entropy", rows, classes), of.view(), &contender::cross_entropy);
  measure(named("focal", rows, classes), of.view(), &contender::focal);
  measure(named("distillation", rows, classes), of.view(), &contender::distillation);
}

void comparison::measure_elementwise_losses(std::ptrdiff_t rows, std::ptrdiff_t classes) {
  inputs<float> of(rows, classes, inputs<float>::beside::targets);
  measure(named("binary cross entropy", rows, classes), of.view(), &contender::bce);
  measure(named("weighted binary cross entropy", rows, classes), of.view(), &contender::weighted_bce);
  measure(named("Huber", rows, classes), of.view(), &contender::huber);
  measure(named("Gaussian NLL", rows, classes), of.view(), &contender::gaussian, {&data::dx, &data::dv});
}

}  // namespace bench
