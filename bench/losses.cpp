// SPDX-License-Identifier: BSL-1.0
// bench/losses.cpp — the flagships against plain loops, loops by hand, LibTorch and memory itself, in one run.
// In each repetition every contender runs each workload once, in turn, after a warm-up; medians are printed, and the
// ratio of each contender's median to Loom's. Values and gradients are held against each other first. A second table
// holds rows of floats against the same numbers laid out or stored in another way.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "loom/collection/collection.hpp"
#ifdef LOOM_BENCH_THREADS
#include "loom/threads.hpp"
#endif
#include "peers.hpp"

namespace bench {
namespace {

using namespace loom::collection;
constexpr auto gamma = loom::collection::gamma;  // not the function of <math.h>

auto logits(const data& d) { return loom::view(d.x, d.rows, d.classes); }
auto flat(const float* p, const data& d) { return loom::view(p, d.rows * d.classes); }
auto flat(float* p, const data& d) { return loom::view(p, d.rows * d.classes); }
auto labels(const data& d) { return loom::view(d.t, d.rows); }
auto gradient(const data& d) { return loom::view(d.dx, d.rows, d.classes); }

double ce(const data& r) { return cross_entropy(x = logits(r), t = labels(r)); }
double ce_g(const data& r) { return cross_entropy(x = logits(r), t = labels(r), d(x) = gradient(r)); }
double fo(const data& r) { return focal_cross_entropy(x = logits(r), t = labels(r), gamma = 2, e = 0.1, z = 1e-4); }
double fo_g(const data& r) {
  return focal_cross_entropy(x = logits(r), t = labels(r), gamma = 2, e = 0.1, z = 1e-4, d(x) = gradient(r));
}
double bc(const data& r) { return binary_cross_entropy(a = flat(r.x, r), y = flat(r.y, r), pw = 1); }
double bc_g(const data& r) {
  return binary_cross_entropy(a = flat(r.x, r), y = flat(r.y, r), pw = 1, d(a) = flat(r.dx, r));
}
double hu(const data& r) { return huber(a = flat(r.x, r), y = flat(r.y, r), delta = 1); }
double hu_g(const data& r) { return huber(a = flat(r.x, r), y = flat(r.y, r), delta = 1, d(a) = flat(r.dx, r)); }
double ga(const data& r) { return gaussian_nll(mu = flat(r.x, r), v = flat(r.v, r), y = flat(r.y, r)); }
double ga_g(const data& r) {
  return gaussian_nll(mu = flat(r.x, r), v = flat(r.v, r), y = flat(r.y, r), d(mu) = flat(r.dx, r),
                      d(v) = flat(r.dv, r));
}
double di(const data& r) { return distillation(x = logits(r), s = loom::view(r.y, r.rows, r.classes), T = 2); }
double di_g(const data& r) {
  return distillation(x = logits(r), s = loom::view(r.y, r.rows, r.classes), T = 2, d(x) = gradient(r));
}

contender loom_itself() {
  return {"Loom", agreement::values_and_gradients, ce, ce_g, fo, fo_g, bc, bc_g, hu, hu_g, ga, ga_g, di, di_g};
}

// The same cross entropy over images: the classes of a pixel side by side, or a plane of pixels for each class.
constexpr auto image = loom::tensor<"image[N,C,H,W]">;
constexpr auto pixel = loom::index<"pixel[N,H,W]">;
constexpr auto segmentation = loom::loss<-gather(log_softmax(image, C), pixel, C).mean()>;
constexpr std::ptrdiff_t images = 16, height = 512, width = 512;

auto planes(const float* p, const data& d) { return loom::view(p, images, d.classes, height, width); }
auto planes(float* p, const data& d) { return loom::view(p, images, d.classes, height, width); }
auto pixels(const data& d) { return loom::view(d.t, images, height, width); }

double first(const data& r) { return segmentation(image = planes(r.y, r), pixel = pixels(r)); }
double first_g(const data& r) {
  return segmentation(image = planes(r.y, r), pixel = pixels(r), d(image) = planes(r.dx, r));
}

#ifdef LOOM_BENCH_THREADS
loom::thread_pool& two_threads() {
  static loom::thread_pool pool(2);
  return pool;
}
double two(const data& r) { return cross_entropy(x = logits(r), t = labels(r), loom::threads = two_threads()); }
double two_g(const data& r) {
  return cross_entropy(x = logits(r), t = labels(r), d(x) = gradient(r), loom::threads = two_threads());
}
#endif

// And in 16 bits.
template <class H> std::vector<H> stored_logits;
template <class H> std::vector<H> stored_gradient;
template <class H> auto stored_view(std::vector<H>& v, const data& d) {
  return loom::view(v.data(), d.rows, d.classes);
}
template <class H> double halves(const data& r) {
  return cross_entropy(x = stored_view(stored_logits<H>, r), t = labels(r));
}
template <class H> double halves_g(const data& r) {
  return cross_entropy(x = stored_view(stored_logits<H>, r), t = labels(r), d(x) = stored_view(stored_gradient<H>, r));
}

template <class H>
void store(const data& d) {
  const auto n = static_cast<std::size_t>(d.rows * d.classes);
  stored_logits<H>.resize(n);
  stored_gradient<H>.resize(n);
  for (std::size_t i = 0; i < n; ++i) stored_logits<H>[i] = loom::numeric::stored<H>(d.x[i]);
}

using clock = std::chrono::steady_clock;
double milliseconds(clock::time_point from) {
  return std::chrono::duration<double, std::milli>(clock::now() - from).count();
}

/// One timing: calls until at least two milliseconds have passed, so that short ones are measured too.
double time_of(workload f, const data& d) {
  int calls = 0;
  const auto begin = clock::now();
  double spent = 0;
  do {
    f(d);
    ++calls;
    spent = milliseconds(begin);
  } while (spent < 2);
  return spent / calls;
}

double median(std::vector<double> v) {
  std::nth_element(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2), v.end());
  return v[v.size() / 2];
}

/// One way to compute the same, by name.
struct way {
  const char* name;
  workload compute;
  agreement compared = agreement::values;
};

void check_values(const char* what, const std::vector<way>& all, const data& d) {
  const double reference = all[0].compute(d);
  for (const way& w : all) {
    const double v = w.compute(d);
    if (w.compared == agreement::nothing) continue;
    if (!(std::fabs(v - reference) <= 1e-3 * std::max(1.0, std::fabs(reference)))) {
      std::fprintf(stderr, "%s: %s computes %.9g where %s computes %.9g\n", what, w.name, v, all[0].name, reference);
      std::exit(1);
    }
  }
}

using output = float* data::*;  // where a gradient is written: &data::dx

/// Holds gradients against the first one's, entry by entry, by its largest entry.
void check_gradients(const char* what, const std::vector<way>& all, const data& d,
                     std::initializer_list<output> outputs) {
  const auto n = static_cast<std::size_t>(d.rows * d.classes);
  const auto compute = [&](const way& w) {  // what is not written stays NaN, and is found
    for (const output o : outputs) std::fill_n(d.*o, n, std::numeric_limits<float>::quiet_NaN());
    w.compute(d);
  };
  compute(all[0]);
  std::vector<std::vector<float>> references;
  for (const output o : outputs) references.emplace_back(d.*o, d.*o + n);
  for (std::size_t k = 1; k < all.size(); ++k) {
    if (all[k].compared != agreement::values_and_gradients) continue;
    compute(all[k]);
    for (std::size_t which = 0; which < references.size(); ++which) {
      const std::vector<float>& reference = references[which];
      const float* const computed = d.*(outputs.begin()[which]);
      float largest = 0;
      for (const float g : reference) largest = std::max(largest, std::fabs(g));
      for (std::size_t i = 0; i < n; ++i) {
        if (std::fabs(computed[i] - reference[i]) <= 1e-3f * largest) continue;
        std::fprintf(stderr, "%s: at entry %zu %s computes a gradient of %.9g where %s computes %.9g (largest %.9g)\n",
                     what, i, all[k].name, static_cast<double>(computed[i]), all[0].name,
                     static_cast<double>(reference[i]), static_cast<double>(largest));
        std::exit(1);
      }
    }
  }
}

void compare(const char* what, const std::vector<way>& all, const data& d, int repetitions,
             std::initializer_list<output> outputs = {}) {
  check_values(what, all, d);
  if (outputs.size() > 0) check_gradients(what, all, d, outputs);
  std::vector<std::vector<double>> times(all.size());
  for (int r = 0; r < repetitions; ++r)
    for (std::size_t k = 0; k < all.size(); ++k) times[k].push_back(time_of(all[k].compute, d));
  const double own = median(times[0]);
  std::printf("| %-46s | %8.3f |", what, own);
  for (std::size_t k = 1; k < all.size(); ++k)
    std::printf(" %8.3f (%5.2fx) |", median(times[k]), median(times[k]) / own);
  std::puts("");
  std::fflush(stdout);
}

/// Tables have a column for each contender after the first.
void print_head(const std::vector<const char*>& names) {
  std::printf("\n| %-46s | %8s |", "", names[0]);
  for (std::size_t k = 1; k < names.size(); ++k) std::printf(" %-17s |", names[k]);
  std::printf("\n|%s|---------:|", std::string(48, '-').c_str());
  for (std::size_t k = 1; k < names.size(); ++k) std::printf("------------------:|");
  std::puts("");
}

/// Rows of floats against channels first, and against 16 bits.
void compare_layouts(int repetitions) {
  const std::ptrdiff_t sizes[][2] = {{50000, 10}, {4096, 1000}, {images * height * width, 21}};
  for (const auto& size : sizes) {
    const auto n = static_cast<std::size_t>(size[0] * size[1]);
    std::mt19937 random(1);
    std::normal_distribution<float> normal(0, 3);
    std::vector<float> x(n), dx(n), y;
    std::vector<int> t(static_cast<std::size_t>(size[0]));
    for (float& v : x) v = normal(random);
    for (int& label : t) label = static_cast<int>(random() % static_cast<unsigned>(size[1]));
    data r{size[0], size[1], x.data(), nullptr, nullptr, t.data(), dx.data(), nullptr};
    char what[80];
    std::snprintf(what, sizeof what, "cross entropy %td x %td", size[0], size[1]);
    const std::string name(what);
    if (size[0] == images * height * width) {
      y.resize(n);
      const std::size_t plane = height * width, classes = static_cast<std::size_t>(size[1]);
      for (std::size_t i = 0; i < t.size(); ++i)
        for (std::size_t c = 0; c < classes; ++c) y[(i / plane * classes + c) * plane + i % plane] = x[i * classes + c];
      r.y = y.data();
      print_head({"rows", "channels first"});
      compare(name.c_str(), {{"rows", ce}, {"channels first", first}}, r, repetitions);
      compare((name + ", gradient").c_str(), {{"rows", ce_g}, {"channels first", first_g}}, r, repetitions);
    } else {
      store<loom::bf16>(r);
      store<loom::f16>(r);
      std::vector<way> values = {{"float", ce}, {"bf16", halves<loom::bf16>}, {"f16", halves<loom::f16>}};
      std::vector<way> gradients = {{"float", ce_g}, {"bf16", halves_g<loom::bf16>}, {"f16", halves_g<loom::f16>}};
#ifdef LOOM_BENCH_THREADS
      values.push_back({"float, 2 threads", two});
      gradients.push_back({"float, 2 threads", two_g, agreement::values_and_gradients});
#endif
      std::vector<const char*> names;
      for (const way& w : values) names.push_back(w.name);
      if (&size == &sizes[0]) print_head(names);
      compare(name.c_str(), values, r, repetitions);
      compare((name + ", gradient").c_str(), gradients, r, repetitions, {&data::dx});
    }
  }
}

/// The table of all contenders.
class comparison {
 public:
  comparison(std::vector<contender> all, int repetitions) : all_(std::move(all)), repetitions_(repetitions) {
    std::vector<const char*> names;
    for (const contender& c : all_) names.push_back(c.name);
    print_head(names);
  }

  enum class losses { cross_entropy, of_rows, elementwise, all };

  /// The rows of the table for one size; a single row is one that the caches hold.
  void measure(std::ptrdiff_t rows, std::ptrdiff_t classes, losses which) const {
    const auto n = static_cast<std::size_t>(rows * classes);
    std::mt19937 random(1);
    std::normal_distribution<float> normal(0, 3);
    std::uniform_real_distribution<float> unit(0, 1);
    std::vector<float> inputs(n), teacher_logits(n), targets(n), variances(n), dx(n), dv(n);
    std::vector<int> label_of_row(static_cast<std::size_t>(rows));
    for (std::size_t i = 0; i < n; ++i) {
      inputs[i] = normal(random);
      teacher_logits[i] = normal(random);
      targets[i] = unit(random);
      variances[i] = 0.1f + unit(random);
    }
    for (int& label : label_of_row) label = static_cast<int>(random() % static_cast<unsigned>(classes));
    data r{rows, classes, inputs.data(), targets.data(), variances.data(), label_of_row.data(), dx.data(), dv.data()};
    using c = contender;
    if (which != losses::elementwise) compare_both("cross entropy", r, &c::cross_entropy, &c::cross_entropy_gradient);
    if (which == losses::of_rows || which == losses::all) compare_both("focal", r, &c::focal, &c::focal_gradient);
    if (which == losses::elementwise || which == losses::all) {
      compare_both("binary cross entropy", r, &c::bce, &c::bce_gradient);
      compare_both("Huber", r, &c::huber, &c::huber_gradient);
      compare_both("Gaussian NLL", r, &c::gaussian, &c::gaussian_gradient, {&data::dx, &data::dv});
    }
    r.y = teacher_logits.data();
    if (which == losses::of_rows || which == losses::all)
      compare_both("distillation", r, &c::distillation, &c::distillation_gradient);
  }

 private:
  std::vector<contender> all_;
  int repetitions_;

  /// A value, and the value with its gradient.
  void compare_both(const char* loss, const data& d, workload contender::* value, workload contender::* gradient,
                    std::initializer_list<output> outputs = {&data::dx}) const {
    char what[80];
    if (d.rows == 1) std::snprintf(what, sizeof what, "%s %td in cache", loss, d.classes);
    else std::snprintf(what, sizeof what, "%s %td x %td", loss, d.rows, d.classes);
    std::vector<way> values, gradients;
    for (const contender& c : all_) {
      values.push_back({c.name, c.*value, c.compared});
      gradients.push_back({c.name, c.*gradient, c.compared});
    }
    compare(what, values, d, repetitions_);
    compare((std::string(what) + ", gradient").c_str(), gradients, d, repetitions_, outputs);
  }
};

bool machine_has_avx512() {
#ifdef LOOM_BENCH_AVX512
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx2") &&
         __builtin_cpu_supports("fma");
#else
  return false;
#endif
}

std::vector<contender> contenders() {
  std::vector<contender> all = {loom_itself(), plain()};
#ifdef LOOM_BENCH_AVX512
  if (machine_has_avx512()) all.push_back(by_hand());
#endif
#ifdef LOOM_BENCH_TORCH
  all.push_back(torch());
#endif
#ifdef LOOM_BENCH_AVX512
  if (machine_has_avx512()) all.push_back(memory());
#endif
  if (!machine_has_avx512())
    std::fputs("no AVX-512 here: measured without the loops by hand and without memory itself\n", stderr);
  return all;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  const int repetitions = argc > 1 ? std::max(1, std::atoi(argv[1])) : 11;
  const std::string target(loom::name(loom::current_target()));
  if (bench::machine_has_avx512() && loom::current_target() != loom::target::avx512) {
    std::fprintf(stderr, "Loom computes with %s on a machine that has AVX-512 (LOOM_TARGETS < 2?): not measured\n",
                 target.c_str());
    return 1;
  }
  const std::vector<bench::contender> all = bench::contenders();
  std::printf("target %s, one thread, medians of %d in ms; in brackets the ratio to the first column\n", target.c_str(),
              repetitions);
  const bench::comparison table(all, repetitions);
  using losses = bench::comparison::losses;
  table.measure(50000, 10, losses::of_rows);
  table.measure(4096, 1000, losses::all);
  table.measure(1, 16384, losses::elementwise);
  table.measure(1024, 32000, losses::cross_entropy);
  table.measure(256, 128256, losses::cross_entropy);
  bench::compare_layouts(repetitions);
}
