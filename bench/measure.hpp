// SPDX-License-Identifier: BSL-1.0
// bench/measure.hpp — lines of a table: ways to compute the same, held against each other, then timed in turn.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <initializer_list>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "peers.hpp"

namespace bench {

/// Medians in milliseconds, a column each; NaN where there is no such way.
struct line {
  std::string what;
  std::vector<double> medians;
};
struct table {
  std::vector<std::string> columns;  // the first is what the others are compared with
  std::vector<line> lines;
};

void print_head(const table& t);
void print(const line& l);

/// One way to compute the same, by name; null where it is not offered.
template <class T>
struct way {
  std::string name;
  workload_of<T> compute;
  agreement compared = agreement::values_and_gradients;
  static constexpr double tolerance =
      sizeof(T) == sizeof(float) ? 1e-3 : 1e-9;  // sums of 128256 floats in a row leave 3e-4
};

template <class T> using output_of = T* data_of<T>::*;  // where a gradient is written: &data::dx
template <class T> using outputs_of = std::initializer_list<output_of<T>>;

double median(std::vector<double> v);

/// Milliseconds since it was made: those that passed, or the processor's if they are fewer. What else a machine runs is then not
/// counted; of several threads the first are fewer.
class stopwatch {
 public:
  double milliseconds() const {
    const std::chrono::duration<double, std::milli> passed = std::chrono::steady_clock::now() - passed_;
    return std::min(passed.count(), 1e3 * static_cast<double>(std::clock() - computed_) / CLOCKS_PER_SEC);
  }

 private:
  std::chrono::steady_clock::time_point passed_ = std::chrono::steady_clock::now();
  std::clock_t computed_ = std::clock();
};

/// One timing: as many calls as take two milliseconds, so that short ones are measured too and the clock is not. A call before
/// them brings what it needs back into the caches that others have used meanwhile.
template <class T>
double time_of(workload_of<T> f, const data_of<T>& d) {
  f(d);
  for (int calls = 1;;) {
    const stopwatch watch;
    for (int i = 0; i < calls; ++i) f(d);
    const double spent = watch.milliseconds();
    if (spent >= 2 || calls > 1 << 24) return spent / calls;
    calls = static_cast<int>(std::clamp(2.5 / std::max(spent, 1e-6), 2.0, 100.0) * calls);
  }
}

template <class T>
void check_values(const std::string& what, const std::vector<way<T>>& all, const data_of<T>& d) {
  const double reference = all[0].compute(d);
  for (const way<T>& w : all) {
    if (w.compute == nullptr || w.compared == agreement::nothing) continue;
    const double v = w.compute(d);
    if (std::fabs(v - reference) <= w.tolerance * std::max(1.0, std::fabs(reference))) continue;
    std::fprintf(stderr, "%s: %s computes %.9g where %s computes %.9g\n", what.c_str(), w.name.c_str(), v,
                 all[0].name.c_str(), reference);
    std::exit(1);
  }
}

/// Holds gradients against the first one's, entry by entry, by its largest entry.
template <class T>
void check_gradients(const std::string& what, const std::vector<way<T>>& all, data_of<T> d, outputs_of<T> outputs) {
  const auto n = static_cast<std::size_t>(d.rows * d.classes);
  d.is_check = true;
  const auto compute = [&](const way<T>& w) {  // what is not written stays NaN, and is found
    for (const output_of<T> o : outputs) std::fill_n(d.*o, n, std::numeric_limits<T>::quiet_NaN());
    w.compute(d);
  };
  compute(all[0]);
  std::vector<std::vector<T>> references;
  for (const output_of<T> o : outputs) references.emplace_back(d.*o, d.*o + n);
  for (const way<T>& w : all) {
    if (w.compute == nullptr || w.compared != agreement::values_and_gradients) continue;
    compute(w);
    for (std::size_t which = 0; which < references.size(); ++which) {
      const std::vector<T>& reference = references[which];
      const T* const computed = d.*(outputs.begin()[which]);
      T largest = 0;
      for (const T g : reference) largest = std::max(largest, std::fabs(g));
      for (std::size_t i = 0; i < n; ++i) {
        if (std::fabs(computed[i] - reference[i]) <= static_cast<T>(w.tolerance) * largest) continue;
        std::fprintf(stderr, "%s: at entry %zu %s computes a gradient of %.9g where %s computes %.9g (largest %.9g)\n",
                     what.c_str(), i, w.name.c_str(), static_cast<double>(computed[i]), all[0].name.c_str(),
                     static_cast<double>(reference[i]), static_cast<double>(largest));
        std::exit(1);
      }
    }
  }
}

/// In each repetition every way is timed once, in turn. With outputs, gradients are checked as well as values.
template <class T>
line compare(const std::string& what, const std::vector<way<T>>& all, const data_of<T>& d, int repetitions,
             outputs_of<T> outputs = {}) {
  check_values(what, all, d);
  if (outputs.size() > 0) check_gradients(what, all, d, outputs);
  std::vector<std::vector<double>> times(all.size());
  for (int r = 0; r < repetitions; ++r)
    for (std::size_t k = 0; k < all.size(); ++k)
      if (all[k].compute != nullptr) times[k].push_back(time_of(all[k].compute, d));
  line l{what, {}};
  for (std::vector<double>& t : times)
    l.medians.push_back(t.empty() ? std::numeric_limits<double>::quiet_NaN() : median(std::move(t)));
  return l;
}

}  // namespace bench
