// SPDX-License-Identifier: BSL-1.0
// bench/layouts.cpp — rows of floats against the same numbers laid out or stored in another way, by Loom alone.
#include "loom/collection/collection.hpp"
#ifdef LOOM_BENCH_THREADS
#include "loom/threads.hpp"
#endif
#include "loom.hpp"
#include "losses.hpp"

namespace bench {
namespace {

using loom::collection::C, loom::collection::cross_entropy, loom::collection::t, loom::collection::x;

auto labels(const data& d) { return loom::view(d.t, d.rows); }

// The same cross entropy over images: the classes of a pixel side by side, or a plane of pixels for each class.
constexpr auto image = loom::tensor<"image[N,C,H,W]">;
constexpr auto pixel = loom::index<"pixel[N,H,W]">;
constexpr auto segmentation = loom::loss<-gather(log_softmax(image, C), pixel, C).mean()>;
constexpr std::ptrdiff_t images = 16, height = 512, width = 512, pixel_classes = 21;

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
auto logits(const data& d) { return loom::view(d.x, d.rows, d.classes); }
double two(const data& r) { return cross_entropy(x = logits(r), t = labels(r), loom::threads = two_threads()); }
double two_g(const data& r) {
  return cross_entropy(x = logits(r), t = labels(r), d(x) = loom::view(r.dx, r.rows, r.classes),
                       loom::threads = two_threads());
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

/// A table of ways, to which lines are added.
class ways {
 public:
  ways(std::vector<std::string> names, int repetitions) : repetitions_(repetitions) {
    result_.columns = std::move(names);
    print_head(result_);
  }
  void measure(const std::string& what, const std::vector<way<float>>& all, const data& d,
               outputs_of<float> outputs = {}) {
    result_.lines.push_back(compare(what, all, d, repetitions_, outputs));
    print(result_.lines.back());
  }
  const table& result() const { return result_; }

 private:
  int repetitions_;
  table result_;
};

table measure_storage(int repetitions) {
  std::vector<std::string> names = {"float", "bf16", "f16"};
#ifdef LOOM_BENCH_THREADS
  names.push_back("float, 2 threads");
#endif
  ways of(names, repetitions);
  const loss_of<float> own = loom_itself().cross_entropy;
  const std::ptrdiff_t sizes[][2] = {{50000, 10}, {4096, 1000}};
  for (const auto& [rows, classes] : sizes) {
    inputs<float> in(rows, classes);
    const data d = in.view();
    store<loom::bf16>(d);
    store<loom::f16>(d);
    std::vector<way<float>> values = {{"float", own.value},
                                      {"bf16", halves<loom::bf16>, agreement::values},
                                      {"f16", halves<loom::f16>, agreement::values}};
    std::vector<way<float>> gradients = {{"float", own.gradient},
                                         {"bf16", halves_g<loom::bf16>, agreement::values},
                                         {"f16", halves_g<loom::f16>, agreement::values}};
#ifdef LOOM_BENCH_THREADS
    values.push_back({"float, 2 threads", two});
    gradients.push_back({"float, 2 threads", two_g});
#endif
    const std::string what = "cross entropy " + std::to_string(rows) + " x " + std::to_string(classes);
    of.measure(what, values, d);
    of.measure(what + ", gradient", gradients, d, {&data::dx});
  }
  return of.result();
}

table measure_planes(int repetitions) {
  ways of({"rows", "channels first"}, repetitions);
  constexpr std::size_t plane = height * width, classes = pixel_classes;
  inputs<float> in(images * height * width, pixel_classes);
  data d = in.view();
  std::vector<float> y(static_cast<std::size_t>(d.rows * d.classes));
  for (std::size_t i = 0; i < y.size() / classes; ++i)
    for (std::size_t c = 0; c < classes; ++c) y[(i / plane * classes + c) * plane + i % plane] = d.x[i * classes + c];
  d.y = y.data();
  const loss_of<float> own = loom_itself().cross_entropy;
  const std::string what = "cross entropy " + std::to_string(d.rows) + " x " + std::to_string(d.classes);
  of.measure(what, {{"rows", own.value}, {"channels first", first}}, d);
  of.measure(what + ", gradient", {{"rows", own.gradient}, {"channels first", first_g}}, d);
  return of.result();
}

}  // namespace

std::vector<table> measure_layouts(int repetitions) {
  return {measure_storage(repetitions), measure_planes(repetitions)};
}

}  // namespace bench
