// SPDX-License-Identifier: BSL-1.0
// bench/peers/torch.cpp — LibTorch: what its C++ users write. Gradients come from autograd
// into tensors of its own.
#include <torch/torch.h>

#include <initializer_list>
#include <type_traits>

#include "../peers.hpp"

namespace bench {
namespace {

namespace F = torch::nn::functional;
using torch::Tensor;

template <class T> constexpr auto type_of = std::is_same_v<T, double> ? torch::kFloat64 : torch::kFloat32;

template <class T>
Tensor matrix(const T* p, const data_of<T>& d) {
  return torch::from_blob(const_cast<T*>(p), {d.rows, d.classes}, type_of<T>);
}
Tensor vector(const float* p, const data& d) {
  return torch::from_blob(const_cast<float*>(p), {d.rows * d.classes}, torch::kFloat32);
}
template <class T>
Tensor labels(const data_of<T>& d) {
  return torch::from_blob(const_cast<std::int64_t*>(d.t64), {d.rows}, torch::kInt64);
}

template <class Loss>
double value(Loss loss) {
  torch::NoGradGuard none;
  return loss().item().toDouble();
}

/// An input, and where its gradient goes for a check.
template <class T>
struct slot {
  Tensor input;
  T* gradient;
};
template <class T, class Loss>
double gradient(const data_of<T>& d, Loss loss, std::initializer_list<slot<T>> inputs) {
  for (const slot<T>& s : inputs) s.input.set_requires_grad(true);
  Tensor l = loss();
  l.backward();
  const double v = l.item().toDouble();
  for (const slot<T>& s : inputs) {
    const Tensor g = s.input.grad();
    if (d.is_check) torch::from_blob(s.gradient, g.sizes(), type_of<T>).copy_(g);
    s.input.mutable_grad().reset();
  }
  return v;
}

Tensor focal_of(const Tensor& x, const Tensor& t) {  // gamma 2, label smoothing 0.1, z-loss 1e-4
  const Tensor logp = F::log_softmax(x, F::LogSoftmaxFuncOptions(1));
  const Tensor lse = torch::logsumexp(x, 1);
  const Tensor logpt = logp.gather(1, t.unsqueeze(1)).squeeze(1);
  return ((1 - logpt.exp()).square() * (-0.9 * logpt - 0.1 * logp.mean(1)) + 1e-4 * lse.square()).mean();
}
Tensor distillation_of(const Tensor& s, const Tensor& x) {  // temperature 2
  return 4 * F::kl_div(F::log_softmax(x / 2, F::LogSoftmaxFuncOptions(1)), F::softmax(s / 2, F::SoftmaxFuncOptions(1)),
                       F::KLDivFuncOptions().reduction(torch::kBatchMean));
}
Tensor gaussian_of(const Tensor& m, const Tensor& v0, const Tensor& y) {
  const Tensor v = v0.clamp_min(1e-6);
  return 0.5 * (v.log() + (m - y).square() / v).mean();
}

template <class T>
double ce(const data_of<T>& d) {
  const Tensor x = matrix(d.x, d), t = labels(d);
  return value([&] { return F::cross_entropy(x, t); });
}
template <class T>
double ce_g(const data_of<T>& d) {
  const Tensor x = matrix(d.x, d), t = labels(d);
  return gradient(d, [&] { return F::cross_entropy(x, t); }, {{x, d.dx}});
}
double fo(const data& d) {
  const Tensor x = matrix(d.x, d), t = labels(d);
  return value([&] { return focal_of(x, t); });
}
double fo_g(const data& d) {
  const Tensor x = matrix(d.x, d), t = labels(d);
  return gradient(d, [&] { return focal_of(x, t); }, {{x, d.dx}});
}
double bc(const data& d) {
  const Tensor x = vector(d.x, d), y = vector(d.y, d);
  return value([&] { return F::binary_cross_entropy_with_logits(x, y); });
}
double bc_g(const data& d) {
  const Tensor x = vector(d.x, d), y = vector(d.y, d);
  return gradient(d, [&] { return F::binary_cross_entropy_with_logits(x, y); }, {{x, d.dx}});
}
auto with_weight() {
  return F::BinaryCrossEntropyWithLogitsFuncOptions().pos_weight(torch::full({1}, positive_weight));
}
double wb(const data& d) {
  const Tensor x = vector(d.x, d), y = vector(d.y, d);
  return value([&] { return F::binary_cross_entropy_with_logits(x, y, with_weight()); });
}
double wb_g(const data& d) {
  const Tensor x = vector(d.x, d), y = vector(d.y, d);
  return gradient(d, [&] { return F::binary_cross_entropy_with_logits(x, y, with_weight()); }, {{x, d.dx}});
}
double hu(const data& d) {
  const Tensor x = vector(d.x, d), y = vector(d.y, d);
  return value([&] { return F::huber_loss(x, y); });
}
double hu_g(const data& d) {
  const Tensor x = vector(d.x, d), y = vector(d.y, d);
  return gradient(d, [&] { return F::huber_loss(x, y); }, {{x, d.dx}});
}
double ga(const data& d) {
  const Tensor x = vector(d.x, d), v = vector(d.v, d), y = vector(d.y, d);
  return value([&] { return gaussian_of(x, v, y); });
}
double ga_g(const data& d) {
  const Tensor x = vector(d.x, d), v = vector(d.v, d), y = vector(d.y, d);
  return gradient(d, [&] { return gaussian_of(x, v, y); }, {{x, d.dx}, {v, d.dv}});
}
double di(const data& d) {
  const Tensor x = matrix(d.x, d), s = matrix(d.y, d);
  return value([&] { return distillation_of(s, x); });
}
double di_g(const data& d) {
  const Tensor x = matrix(d.x, d), s = matrix(d.y, d);
  return gradient(d, [&] { return distillation_of(s, x); }, {{x, d.dx}});
}

}  // namespace

contender LOOM_BENCH_PEER() {
  torch::set_num_threads(1);
  contender c;
  c.name = "LibTorch";
  c.version = TORCH_VERSION;
  c.cross_entropy = {ce<float>, ce_g<float>};
  c.focal = {fo, fo_g};
  c.bce = {bc, bc_g};
  c.weighted_bce = {wb, wb_g};
  c.huber = {hu, hu_g};
  c.gaussian = {ga, ga_g};
  c.distillation = {di, di_g};
  c.cross_entropy_f64 = {ce<double>, ce_g<double>};
  return c;
}

}  // namespace bench
