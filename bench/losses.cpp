// SPDX-License-Identifier: BSL-1.0
#include "losses.hpp"

namespace bench {
namespace {

std::string named(const char* loss, std::ptrdiff_t rows, std::ptrdiff_t classes) {
  if (rows == 1) return std::string(loss) + " " + std::to_string(classes) + " in cache";
  return std::string(loss) + " " + std::to_string(rows) + " x " + std::to_string(classes);
}

constexpr std::ptrdiff_t entries_of_curves = 1 << 22;

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

measurements::curve measure_classes(const std::vector<contender>& all, int repetitions, bool is_f64) {
  measurements::curve c{is_f64 ? "classes-f64" : "classes", is_f64 ? "f64" : "f32", "classes", {}, {}, {}};
  comparison points(all, repetitions);
  for (const std::ptrdiff_t classes : {2,   3,   4,   6,   8,    10,   12,   16,   20,    24,    32,    48,    64,
                                       100, 200, 400, 700, 1000, 2000, 4096, 8192, 16384, 32000, 65536, 128256}) {
    const std::ptrdiff_t rows = entries_of_curves / classes;
    c.at.push_back(static_cast<double>(classes));
    c.entries.push_back(static_cast<double>(rows * classes));
    if (is_f64) points.measure_cross_entropy_f64(rows, classes);
    else points.measure_cross_entropy(rows, classes);
  }
  c.points = points.result();
  return c;
}

measurements::curve measure_rows(const std::vector<contender>& all, int repetitions, std::ptrdiff_t classes) {
  const std::string n = std::to_string(classes);
  measurements::curve c{"rows-of-" + n, n + " classes", "rows", {}, {}, {}};
  comparison points(all, repetitions);
  for (std::ptrdiff_t rows = 1; rows * classes <= entries_of_curves; rows *= 4) {
    c.at.push_back(static_cast<double>(rows));
    c.entries.push_back(static_cast<double>(rows * classes));
    points.measure_cross_entropy(rows, classes);
  }
  c.points = points.result();
  return c;
}

}  // namespace bench
