// SPDX-License-Identifier: BSL-1.0
// bench/peers/halide.cpp — Halide: the losses as its functions, and schedules for them. Pipelines are compiled once for a number of
// classes, when values are compared. What belongs to a row is computed where the row is needed; rows of few classes
// lie across the lanes of a vector.
#include <Halide.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "../peers.hpp"

namespace bench {
namespace {

using Halide::Expr, Halide::Func, Halide::ImageParam, Halide::RDom, Halide::RVar, Halide::Var;

constexpr int lanes = 16, few_classes = 32;

const Halide::Target& processor() {
  static const Halide::Target t = Halide::get_jit_target_from_environment()
                                      .with_feature(Halide::Target::NoAsserts)
                                      .with_feature(Halide::Target::NoBoundsQuery);
  return t;
}

using step = std::function<Expr(Expr so_far, Expr j)>;

// ---- rows ----------------------------------------------------------------------------------------------------------------

enum class of_rows { cross_entropy, focal, distillation };

class row_losses {
 public:
  row_losses(of_rows loss, bool has_gradient, int classes) : classes_(classes), has_gradient_(has_gradient) {
    for (ImageParam* in : {&x_, &y_}) set_shape(*in);
    if (loss == of_rows::distillation) define_distillation();
    else define_cross_entropy(loss == of_rows::focal);
    schedule();
    std::vector<Func> outputs = {total_};
    if (has_gradient_) outputs.push_back(gradient_);
    pipeline_ = Halide::Pipeline(outputs);
    pipeline_.compile_jit(processor());
  }

  double operator()(const data& d) {
    const int rows = static_cast<int>(d.rows);
    x_.set(Halide::Buffer<float>(const_cast<float*>(d.x), classes_, rows));
    y_.set(Halide::Buffer<float>(const_cast<float*>(d.y == nullptr ? d.x : d.y), classes_, rows));
    t_.set(Halide::Buffer<int>(const_cast<int*>(d.t), rows));
    scale_.set(1 / static_cast<float>(d.rows));
    losses_.resize(static_cast<std::size_t>(rows));
    std::vector<Halide::Buffer<>> outputs = {Halide::Buffer<float>(losses_.data(), rows)};
    if (has_gradient_) outputs.emplace_back(Halide::Buffer<float>(d.dx, classes_, rows));
    pipeline_.realize(Halide::Realization(outputs), processor());
    double total = 0;
    for (const float l : losses_) total += static_cast<double>(l);
    return total / static_cast<double>(rows);
  }

 private:
  int classes_;
  bool has_gradient_;
  ImageParam x_{Halide::Float(32), 2}, y_{Halide::Float(32), 2}, t_{Halide::Int(32), 1};
  Halide::Param<float> scale_;
  Var i_, j_;
  std::vector<Func> maps_, reductions_;  // of entries, and of rows
  Func total_, gradient_;
  Halide::Pipeline pipeline_;
  std::vector<float> losses_;

  void set_shape(Halide::OutputImageParam p) const {
    p.dim(0).set_bounds(0, classes_);
    p.dim(1).set_stride(classes_);
  }

  /// One number of a row; of many classes in two parts, the first of whole vectors.
  Func reduced(const Expr& first, const step& add) {
    Func f;
    const int whole = classes_ < few_classes ? classes_ : classes_ / few_classes * few_classes;
    const RDom r(0, whole);
    f(i_) = first;
    f(i_) = add(f(i_), r);
    if (whole < classes_) {
      const RDom rest(whole, classes_ - whole);
      f(i_) = add(f(i_), rest);
    }
    reductions_.push_back(f);
    return f;
  }
  Func largest(const ImageParam& x) {
    return reduced(Halide::Float(32).min(), [&](Expr m, Expr j) { return max(m, x(j, i_)); });
  }
  Func exponentials(const Expr& e) {
    Func f;
    f(j_, i_) = exp(e);
    maps_.push_back(f);
    return f;
  }
  Func sum_of(const std::function<Expr(Expr)>& term) {
    return reduced(0.f, [&](Expr s, Expr j) { return s + term(j); });
  }

  void define_cross_entropy(bool is_focal) {
    const Func m = largest(x_), e = exponentials(x_(j_, i_) - m(i_)), s = sum_of([&](Expr j) { return e(j, i_); });
    const Expr label = clamp(t_(i_), 0, classes_ - 1), lse = m(i_) + log(s(i_)), nll = lse - x_(label, i_);
    if (!is_focal) {
      total_(i_) = nll;
      gradient_(j_, i_) = e(j_, i_) * (scale_ / s(i_)) - select(j_ == label, Expr(scale_), 0.f);
      return;
    }
    const Func sx = sum_of([&](Expr j) { return x_(j, i_); });
    const float c = static_cast<float>(classes_);
    const Expr pt = exp(-nll), w = (1 - pt) * (1 - pt), smooth = 0.9f * nll + 0.1f * (lse - sx(i_) / c);
    const Expr a = 2 * (1 - pt) * pt * smooth;
    total_(i_) = w * smooth + 1e-4f * lse * lse;
    Func factor, offset, at_label;
    factor(i_) = scale_ * (a + w + 2e-4f * lse) / s(i_);
    offset(i_) = scale_ * w * (0.1f / c);
    at_label(i_) = scale_ * (a + 0.9f * w);
    gradient_(j_, i_) = e(j_, i_) * factor(i_) - offset(i_) - select(j_ == label, at_label(i_), 0.f);
    if (has_gradient_)
      for (const Func& f : {factor, offset, at_label}) reductions_.push_back(f);
  }

  void define_distillation() {
    const Func mx = largest(x_), mt = largest(y_);
    const Func ex = exponentials(0.5f * (x_(j_, i_) - mx(i_))), et = exponentials(0.5f * (y_(j_, i_) - mt(i_)));
    const Func sx = sum_of([&](Expr j) { return ex(j, i_); }), st = sum_of([&](Expr j) { return et(j, i_); });
    const Func dot = sum_of([&](Expr j) { return et(j, i_) * ((y_(j, i_) - mt(i_)) - (x_(j, i_) - mx(i_))); });
    total_(i_) = 4 * (0.5f * dot(i_) / st(i_) + log(sx(i_)) - log(st(i_)));
    gradient_(j_, i_) = ex(j_, i_) * (2 * scale_ / sx(i_)) - et(j_, i_) * (2 * scale_ / st(i_));
  }

  /// One walk along the rows computes both outputs.
  void schedule() {
    Func& out = has_gradient_ ? gradient_ : total_;
    if (has_gradient_) set_shape(gradient_.output_buffer());
    if (classes_ < few_classes) schedule_across_lanes(out);
    else schedule_along_rows(out);
  }
  void schedule_across_lanes(Func& out) {
    Var outer, inner;
    total_.split(i_, outer, inner, lanes, Halide::TailStrategy::ShiftInwards).vectorize(inner);
    if (has_gradient_) {
      out.split(i_, outer, inner, lanes, Halide::TailStrategy::ShiftInwards).vectorize(inner);
      out.bound(j_, 0, classes_).reorder(inner, j_, outer).unroll(j_);
      total_.compute_with(out, outer);
    }
    for (Func& f : maps_)
      f.compute_at(out, outer).bound_extent(j_, classes_).reorder_storage(i_, j_).reorder(i_, j_).vectorize(i_, lanes);
    for (Func& f : reductions_) {
      f.compute_at(out, outer).vectorize(i_, lanes);
      if (!f.has_update_definition()) continue;
      const RVar r(f.rvars(0)[0]);
      f.update().reorder(r, i_).unroll(r).vectorize(i_, lanes);
    }
  }
  void schedule_along_rows(Func& out) {
    if (has_gradient_) {
      out.vectorize(j_, lanes, Halide::TailStrategy::ShiftInwards);
      total_.compute_with(out, i_);
    }
    for (Func& f : maps_) f.compute_at(out, i_).vectorize(j_, lanes, Halide::TailStrategy::RoundUp);
    for (Func& f : reductions_) {
      f.compute_at(out, i_);
      if (!f.has_update_definition()) continue;
      RVar outer, inner;
      Var lane;
      f.update(0).split(RVar(f.rvars(0)[0]), outer, inner, few_classes);
      Func parts = f.update(0).rfactor(inner, lane);
      parts.compute_at(out, i_).vectorize(lane, lanes);
      parts.update().reorder(lane, outer).vectorize(lane, lanes).unroll(lane);
      f.update(0).atomic().vectorize(inner);
      if (f.num_update_definitions() > 1) f.update(1).unscheduled();
    }
  }
};

template <of_rows Loss, bool Gradient>
double rows(const data& d) {
  static std::map<std::ptrdiff_t, std::unique_ptr<row_losses>> known;
  auto& one = known[d.classes];
  if (!one) one = std::make_unique<row_losses>(Loss, Gradient, static_cast<int>(d.classes));
  return (*one)(d);
}

// ---- entries -------------------------------------------------------------------------------------------------------------

enum class of_entries { bce, weighted_bce, huber, gaussian };

/// A block that the caches hold: a gradient is a pass of its own over it.
class entry_losses {
 public:
  static constexpr int longest = 1 << 14;

  entry_losses(of_entries loss, bool has_gradient, int count)
      : loss_(loss), has_gradient_(has_gradient), count_(count) {
    define();
    const RDom r(0, count / few_classes * few_classes);
    total_() = 0.f;
    total_() += value_(r);
    RVar outer, inner;
    Var lane;
    total_.update(0).split(r, outer, inner, few_classes);
    Func parts = total_.update(0).rfactor(inner, lane);
    parts.compute_root().vectorize(lane, lanes);
    parts.update().reorder(lane, outer).vectorize(lane, lanes).unroll(lane);
    std::vector<Func> outputs = {total_};
    if (has_gradient) {
      outputs.push_back(dx_.vectorize(i_, lanes));
      if (loss == of_entries::gaussian) {
        outputs.push_back(dv_.vectorize(i_, lanes));
        dv_.compute_with(dx_, i_);
      }
    }
    pipeline_ = Halide::Pipeline(outputs);
    pipeline_.compile_jit(processor());
  }

  double operator()(const data& d, std::ptrdiff_t from) {
    const auto part = [&](const float* p) { return Halide::Buffer<float>(const_cast<float*>(p) + from, count_); };
    x_.set(part(d.x));
    y_.set(part(d.y));
    v_.set(part(d.v));
    scale_.set(1 / static_cast<float>(d.rows * d.classes));
    float total = 0;
    std::vector<Halide::Buffer<>> outputs = {Halide::Buffer<float>::make_scalar(&total)};
    if (has_gradient_) {
      outputs.emplace_back(part(d.dx));
      if (loss_ == of_entries::gaussian) outputs.emplace_back(part(d.dv));
    }
    pipeline_.realize(Halide::Realization(outputs), processor());
    return static_cast<double>(total);
  }

 private:
  of_entries loss_;
  bool has_gradient_;
  int count_;
  ImageParam x_{Halide::Float(32), 1}, y_{Halide::Float(32), 1}, v_{Halide::Float(32), 1};
  Halide::Param<float> scale_;
  Var i_;
  Func value_, total_, dx_, dv_;
  Halide::Pipeline pipeline_;

  void define() {
    const Expr x = x_(i_), y = y_(i_), r = x - y;
    if (loss_ == of_entries::huber) {
      const Expr slope = clamp(r, -1.f, 1.f);
      value_(i_) = slope * (r - 0.5f * slope);
      dx_(i_) = slope * scale_;
      return;
    }
    if (loss_ == of_entries::gaussian) {
      const Expr v = max(v_(i_), 1e-6f), inverse = 1 / v, q = r * inverse;
      value_(i_) = 0.5f * (log(v) + r * q);
      dx_(i_) = q * scale_;
      dv_(i_) = (inverse - q * q) * (0.5f * scale_);
      return;
    }
    const Expr e = exp(-abs(x)), sigmoid = select(x >= 0, 1.f, e) / (1 + e), log_1p = log(1 + e);
    if (loss_ == of_entries::bce) {
      value_(i_) = max(x, 0.f) - x * y + log_1p;
      dx_(i_) = (sigmoid - y) * scale_;
    } else {
      const Expr k = 1 + (positive_weight - 1) * y;
      value_(i_) = (1 - y) * x + k * (max(-x, 0.f) + log_1p);
      dx_(i_) = (k * sigmoid - positive_weight * y) * scale_;
    }
  }
};

template <of_entries Loss, bool Gradient>
double entries(const data& d) {
  static std::map<int, std::unique_ptr<entry_losses>> known;
  const std::ptrdiff_t count = d.rows * d.classes;
  double total = 0;
  for (std::ptrdiff_t from = 0; from < count; from += entry_losses::longest) {
    const int block = static_cast<int>(std::min<std::ptrdiff_t>(entry_losses::longest, count - from));
    auto& one = known[block];
    if (!one) one = std::make_unique<entry_losses>(Loss, Gradient, block);
    total += (*one)(d, from);
  }
  return total / static_cast<double>(count);
}

}  // namespace

contender LOOM_BENCH_PEER() {
  using r = of_rows;
  using e = of_entries;
  return {.name = "Halide",
          .version = LOOM_BENCH_VERSION,
          .cross_entropy = {rows<r::cross_entropy, false>, rows<r::cross_entropy, true>},
          .focal = {rows<r::focal, false>, rows<r::focal, true>},
          .bce = {entries<e::bce, false>, entries<e::bce, true>},
          .weighted_bce = {entries<e::weighted_bce, false>, entries<e::weighted_bce, true>},
          .huber = {entries<e::huber, false>, entries<e::huber, true>},
          .gaussian = {entries<e::gaussian, false>, entries<e::gaussian, true>},
          .distillation = {rows<r::distillation, false>, rows<r::distillation, true>}};
}

}  // namespace bench
