// SPDX-License-Identifier: BSL-1.0
// examples/mnist/progress.hpp — one line of progress an epoch.
// On a terminal a bar that is redrawn in place; elsewhere one plain line when the epoch is done.
#pragma once

#include <chrono>

namespace mnist {

class progress {
 public:
    /// Starts the clock of an epoch, counted from 1.
  progress(int epoch, int epochs);

    /// Leaves the terminal on a line of its own even when the epoch ends by an exception.
  ~progress();
  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;

    /// Redraws the bar: `done` from 0 to 1, and the mean loss so far.
  void show(double done, double loss);

    /// Ends the line: loss, accuracy (0 to 1) and seconds.
  void finish(double loss, double accuracy);

 private:
  void draw(double done, double loss);

  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  int epoch_, epochs_;
  bool terminal_;
  bool open_ = false; // a line without its end is on the terminal
};

} // namespace mnist
