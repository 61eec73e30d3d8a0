// SPDX-License-Identifier: BSL-1.0
// bench/losses.cpp — the flagships against plain loops and LibTorch, in one run.
// In each repetition every contender runs each workload once, in turn, after a warm-up; medians are printed, and the
// ratio of each contender's median to Loom's. Values are held against each other first. A second table holds rows of
// floats against the same numbers laid out or stored in another way.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
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

contender loom_itself() { return {"Loom", ce, ce_g, fo, fo_g, bc, bc_g, hu, hu_g, ga, ga_g, di, di_g}; }

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

using way = std::pair<const char*, workload>;  // one way to compute the same, by name

void compare(const char* what, const std::vector<way>& all, const data& d, int repetitions) {
  const double reference = all[0].second(d);
  for (const auto& [name, f] : all) {
    const double v = f(d);
    if (!(std::fabs(v - reference) <= 1e-3 * std::max(1.0, std::fabs(reference)))) {
      std::fprintf(stderr, "%s: %s computes %.9g where %s computes %.9g\n", what, name, v, all[0].first, reference);
      std::exit(1);
    }
  }
  std::vector<std::vector<double>> times(all.size());
  for (int r = 0; r < repetitions; ++r)
    for (std::size_t k = 0; k < all.size(); ++k) times[k].push_back(time_of(all[k].second, d));
  const double own = median(times[0]);
  std::printf("| %-40s | %8.3f |", what, own);
  for (std::size_t k = 1; k < all.size(); ++k)
    std::printf(" %8.3f (%5.1fx) |", median(times[k]), median(times[k]) / own);
  std::puts("");
  std::fflush(stdout);
}

/// Tables have a column for each contender after the first.
void print_head(const std::vector<const char*>& names) {
  std::printf("\n| %-40s | %8s |", "", names[0]);
  for (std::size_t k = 1; k < names.size(); ++k) std::printf(" %-17s |", names[k]);
  std::printf("\n|%s|---------:|", std::string(42, '-').c_str());
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
      gradients.push_back({"float, 2 threads", two_g});
#endif
      std::vector<const char*> names;
      for (const way& w : values) names.push_back(w.first);
      if (&size == &sizes[0]) print_head(names);
      compare(name.c_str(), values, r, repetitions);
      compare((name + ", gradient").c_str(), gradients, r, repetitions);
    }
  }
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  const int repetitions = argc > 1 ? std::max(1, std::atoi(argv[1])) : 11;
  std::vector<bench::contender> all = {bench::loom_itself(), bench::plain()};
#ifdef LOOM_BENCH_TORCH
  all.push_back(bench::torch());
#endif
  std::printf("target %s, one thread, medians of %d in ms; in brackets the ratio to the first column\n",
              std::string(loom::name(loom::current_target())).c_str(), repetitions);
  std::vector<const char*> names;
  for (const bench::contender& c : all) names.push_back(c.name);
  bench::print_head(names);
  const std::ptrdiff_t sizes[][2] = {{50000, 10}, {4096, 1000}, {256, 128256}};
  for (const auto& size : sizes) {
    const auto n = static_cast<std::size_t>(size[0] * size[1]);
    std::mt19937 random(1);
    std::normal_distribution<float> normal(0, 3);
    std::uniform_real_distribution<float> unit(0, 1);
    std::vector<float> x(n), teacher(n), y(n), v(n), dx(n), dv(n);
    std::vector<int> t(static_cast<std::size_t>(size[0]));
    for (std::size_t i = 0; i < n; ++i) {
      x[i] = normal(random);
      teacher[i] = normal(random);
      y[i] = unit(random);
      v[i] = 0.1f + unit(random);
    }
    for (int& label : t) label = static_cast<int>(random() % static_cast<unsigned>(size[1]));
    bench::data d{size[0], size[1], x.data(), y.data(), v.data(), t.data(), dx.data(), dv.data()};
    const auto run = [&](const char* loss, bench::workload bench::contender::* value,
                         bench::workload bench::contender::* gradient) {
      for (auto [which, suffix] : {std::pair(value, ""), std::pair(gradient, ", gradient")}) {
        std::vector<std::pair<const char*, bench::workload>> entries;
        for (const bench::contender& c : all) entries.emplace_back(c.name, c.*which);
        char what[80];
        std::snprintf(what, sizeof what, "%s %td x %td%s", loss, size[0], size[1], suffix);
        bench::compare(what, entries, d, repetitions);
      }
    };
    using c = bench::contender;
    run("cross entropy", &c::cross_entropy, &c::cross_entropy_gradient);
    if (size[1] > 1000) continue;
    run("focal", &c::focal, &c::focal_gradient);
    if (size[1] == 1000) {
      run("binary cross entropy", &c::bce, &c::bce_gradient);
      run("Huber", &c::huber, &c::huber_gradient);
      run("Gaussian NLL", &c::gaussian, &c::gaussian_gradient);
    }
    d.y = teacher.data();
    run("distillation", &c::distillation, &c::distillation_gradient);
  }
  bench::compare_layouts(repetitions);
}
