// SPDX-License-Identifier: BSL-1.0
// bench/losses.hpp — the workloads: random data of some size, and the contenders' losses of it as lines of a table.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "measure.hpp"
#include "peers.hpp"

namespace bench {

/// Random data of one size: logits and labels, and what elementwise losses or a distillation have beside them.
template <class T>
class inputs {
 public:
  enum class beside { nothing, targets, teachers };

  inputs(std::ptrdiff_t rows, std::ptrdiff_t classes, beside what = beside::nothing)
      : rows_(rows), classes_(classes), x_(entries()), dx_(entries()), t_(static_cast<std::size_t>(rows)) {
    std::normal_distribution<T> normal(0, 3);
    std::uniform_real_distribution<T> unit(0, 1);
    for (T& v : x_) v = normal(random_);
    for (int& label : t_) label = static_cast<int>(random_() % static_cast<unsigned>(classes));
    t64_.assign(t_.begin(), t_.end());
    if (what == beside::nothing) return;
    y_.resize(entries());
    for (T& v : y_) v = what == beside::targets ? unit(random_) : normal(random_);
    if (what == beside::teachers) return;
    v_.resize(entries());
    dv_.resize(entries());
    for (T& v : v_) v = T(0.1) + unit(random_);
  }

  data_of<T> view() {
    return {rows_, classes_, x_.data(), y_.data(), v_.data(), t_.data(), t64_.data(), dx_.data(), dv_.data()};
  }

 private:
  std::ptrdiff_t rows_, classes_;
  std::mt19937 random_{1};
  std::vector<T> x_, y_, v_, dx_, dv_;
  std::vector<int> t_;
  std::vector<std::int64_t> t64_;

  std::size_t entries() const { return static_cast<std::size_t>(rows_ * classes_); }
};

/// A table of contenders, measured line by line.
class comparison {
 public:
  comparison(const std::vector<contender>& all, int repetitions) : all_(all), repetitions_(repetitions) {
    for (const contender& c : all_) result_.columns.push_back(c.name);
    print_head(result_);
  }
  const table& result() const { return result_; }

  /// Two lines: a value, and the value with its gradient.
  template <class T>
  void measure(const std::string& what, const data_of<T>& d, loss_of<T> contender::* loss,
               outputs_of<T> outputs = {&data_of<T>::dx}) {
    std::vector<way<T>> values, gradients;
    for (const contender& c : all_) {
      values.push_back({c.name, (c.*loss).value, c.compared});
      gradients.push_back({c.name, (c.*loss).gradient, c.compared});
    }
    add(compare(what, values, d, repetitions_));
    add(compare(what + ", gradient", gradients, d, repetitions_, outputs));
  }
  void measure_cross_entropy(std::ptrdiff_t rows, std::ptrdiff_t classes);
  void measure_cross_entropy_f64(std::ptrdiff_t rows, std::ptrdiff_t classes);
  void measure_losses_of_rows(std::ptrdiff_t rows, std::ptrdiff_t classes);
  /// One row is data that the caches hold.
  void measure_elementwise_losses(std::ptrdiff_t rows, std::ptrdiff_t classes);

 private:
  const std::vector<contender>& all_;
  int repetitions_;
  table result_;

  void add(line l) {
    print(l);
    result_.lines.push_back(std::move(l));
  }
};

/// All that is written down of a measurement.
struct measurements {
  int repetitions = 11;
  std::vector<contender> contenders, in_avx2;
  table all, avx2;             // of contenders, of in_avx2
  std::vector<table> layouts;  // rows of floats against the same numbers laid out or stored in another way

  /// Cross entropy over some number: lines are points, value and gradient in turn.
  struct curve {
    std::string file, title, over;
    std::vector<double> at, entries;
    table points;
  };
  std::vector<curve> curves;
};

std::vector<table> measure_layouts(int repetitions);
/// At some four million entries, over the number of classes.
measurements::curve measure_classes(const std::vector<contender>& all, int repetitions, bool is_f64);
/// Over the number of rows.
measurements::curve measure_rows(const std::vector<contender>& all, int repetitions, std::ptrdiff_t classes);

/// Writes FOLDER/speed.md and FOLDER/speed/*.svg. Of compile times: what bench/compile/measure.sh prints.
void write_page(const measurements& m, const std::string& folder, const std::string& compile_times);
/// Writes the part of README.md that shows some lines of the page.
void write_readme(const measurements& m, const std::string& file, const std::string& compile_times);

}  // namespace bench
