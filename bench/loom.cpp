// SPDX-License-Identifier: BSL-1.0
#include "loom.hpp"

#include "loom/collection/collection.hpp"
#include "processor.hpp"

namespace bench {
namespace {

using namespace loom::collection;
constexpr auto gamma = loom::collection::gamma;  // not the function of <math.h>

/// What the loop by hand computes; that of the collection has a weight for targets of 1.
constexpr auto unweighted = loom::loss<-(y* log(yes) + (1 - y) * log(1 - yes)).mean()>;

auto flat(const float* p, const data& d) { return loom::view(p, d.rows * d.classes); }
auto flat(float* p, const data& d) { return loom::view(p, d.rows * d.classes); }
template <class T> auto logits(const data_of<T>& d) { return loom::view(d.x, d.rows, d.classes); }
template <class T> auto labels(const data_of<T>& d) { return loom::view(d.t, d.rows); }
template <class T> auto gradient(const data_of<T>& d) { return loom::view(d.dx, d.rows, d.classes); }
auto teachers(const data& d) { return loom::view(d.y, d.rows, d.classes); }

template <class T> double ce(const data_of<T>& r) { return cross_entropy(x = logits(r), t = labels(r)); }
template <class T> double ce_g(const data_of<T>& r) {
  return cross_entropy(x = logits(r), t = labels(r), d(x) = gradient(r));
}
double fo(const data& r) { return focal_cross_entropy(x = logits(r), t = labels(r), gamma = 2, e = 0.1, z = 1e-4); }
double fo_g(const data& r) {
  return focal_cross_entropy(x = logits(r), t = labels(r), gamma = 2, e = 0.1, z = 1e-4, d(x) = gradient(r));
}
double bc(const data& r) { return unweighted(a = flat(r.x, r), y = flat(r.y, r)); }
double bc_g(const data& r) { return unweighted(a = flat(r.x, r), y = flat(r.y, r), d(a) = flat(r.dx, r)); }
double wb(const data& r) { return binary_cross_entropy(a = flat(r.x, r), y = flat(r.y, r), pw = positive_weight); }
double wb_g(const data& r) {
  return binary_cross_entropy(a = flat(r.x, r), y = flat(r.y, r), pw = positive_weight, d(a) = flat(r.dx, r));
}
double hu(const data& r) { return huber(a = flat(r.x, r), y = flat(r.y, r), delta = 1); }
double hu_g(const data& r) { return huber(a = flat(r.x, r), y = flat(r.y, r), delta = 1, d(a) = flat(r.dx, r)); }
double ga(const data& r) { return gaussian_nll(mu = flat(r.x, r), v = flat(r.v, r), y = flat(r.y, r)); }
double ga_g(const data& r) {
  return gaussian_nll(mu = flat(r.x, r), v = flat(r.v, r), y = flat(r.y, r), d(mu) = flat(r.dx, r),
                      d(v) = flat(r.dv, r));
}
double di(const data& r) { return distillation(x = logits(r), s = teachers(r), T = 2); }
double di_g(const data& r) { return distillation(x = logits(r), s = teachers(r), T = 2, d(x) = gradient(r)); }

/// A call held to AVX2.
template <auto Call> struct held;
template <class T, double (*Call)(const data_of<T>&)>
struct held<Call> {
  static double to_avx2(const data_of<T>& r) {
    const loom::limit_target most(loom::target::avx2);
    return Call(r);
  }
};
template <auto Value, auto Gradient>
constexpr auto in_avx2 = loss_of<float>{held<Value>::to_avx2, held<Gradient>::to_avx2};

}  // namespace

contender loom_itself() {
  return {.name = "Loom",
          .cross_entropy = {ce<float>, ce_g<float>},
          .focal = {fo, fo_g},
          .bce = {bc, bc_g},
          .weighted_bce = {wb, wb_g},
          .huber = {hu, hu_g},
          .gaussian = {ga, ga_g},
          .distillation = {di, di_g},
          .cross_entropy_f64 = {ce<double>, ce_g<double>}};
}

contender loom_avx2() {
  return {.name = "Loom, AVX2",
          .cross_entropy = in_avx2<ce<float>, ce_g<float>>,
          .focal = in_avx2<fo, fo_g>,
          .bce = in_avx2<bc, bc_g>,
          .weighted_bce = in_avx2<wb, wb_g>,
          .huber = in_avx2<hu, hu_g>,
          .gaussian = in_avx2<ga, ga_g>,
          .distillation = in_avx2<di, di_g>,
          .cross_entropy_f64 = {held<ce<double>>::to_avx2, held<ce_g<double>>::to_avx2}};
}

std::string loom_target() { return std::string(loom::name(loom::current_target())); }
bool loom_target_is_best() { return !has_avx512() || loom::current_target() == loom::target::avx512; }

}  // namespace bench
