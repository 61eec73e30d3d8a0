// SPDX-License-Identifier: BSL-1.0
// bench/torch.cpp — LibTorch: what its C++ users write. Labels are converted to int64 once, outside the time measured;
// gradients come from autograd into tensors of its own.
#include <torch/torch.h>

#include <map>

#include "peers.hpp"

namespace bench {
namespace {

namespace F = torch::nn::functional;
using torch::Tensor;

Tensor matrix(const float* p, const data& d) {
  return torch::from_blob(const_cast<float*>(p), {d.rows, d.classes}, torch::kFloat32);
}
Tensor vector(const float* p, const data& d) {
  return torch::from_blob(const_cast<float*>(p), {d.rows * d.classes}, torch::kFloat32);
}
Tensor labels(const data& d) {
  static std::map<std::pair<const int*, std::ptrdiff_t>, Tensor> known;
  Tensor& t = known[{d.t, d.rows}];
  if (!t.defined()) t = torch::from_blob(const_cast<int*>(d.t), {d.rows}, torch::kInt32).to(torch::kInt64);
  return t;
}

template <class Loss>
double value(Loss loss) {
  torch::NoGradGuard none;
  return loss().template item<float>();
}
template <class Loss>
double gradient(Loss loss, std::initializer_list<Tensor> inputs) {
  for (Tensor t : inputs) t.set_requires_grad(true);
  Tensor l = loss();
  l.backward();
  const double v = l.template item<float>();
  for (Tensor t : inputs) t.mutable_grad().reset();
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

double ce(const data& d) {
  const Tensor x = matrix(d.x, d), t = labels(d);
  return value([&] { return F::cross_entropy(x, t); });
}
double ce_g(const data& d) {
  const Tensor x = matrix(d.x, d), t = labels(d);
  return gradient([&] { return F::cross_entropy(x, t); }, {x});
}
double fo(const data& d) {
  const Tensor x = matrix(d.x, d), t = labels(d);
  return value([&] { return focal_of(x, t); });
}
double fo_g(const data& d) {
  const Tensor x = matrix(d.x, d), t = labels(d);
  return gradient([&] { return focal_of(x, t); }, {x});
}
double bc(const data& d) {
  const Tensor x = vector(d.x, d), y = vector(d.y, d);
  return value([&] { return F::binary_cross_entropy_with_logits(x, y); });
}
double bc_g(const data& d) {
  const Tensor x = vector(d.x, d), y = vector(d.y, d);
  return gradient([&] { return F::binary_cross_entropy_with_logits(x, y); }, {x});
}
double hu(const data& d) {
  const Tensor x = vector(d.x, d), y = vector(d.y, d);
  return value([&] { return F::huber_loss(x, y); });
}
double hu_g(const data& d) {
  const Tensor x = vector(d.x, d), y = vector(d.y, d);
  return gradient([&] { return F::huber_loss(x, y); }, {x});
}
double ga(const data& d) {
  const Tensor x = vector(d.x, d), v = vector(d.v, d), y = vector(d.y, d);
  return value([&] { return gaussian_of(x, v, y); });
}
double ga_g(const data& d) {
  const Tensor x = vector(d.x, d), v = vector(d.v, d), y = vector(d.y, d);
  return gradient([&] { return gaussian_of(x, v, y); }, {x, v});
}
double di(const data& d) {
  const Tensor x = matrix(d.x, d), s = matrix(d.y, d);
  return value([&] { return distillation_of(s, x); });
}
double di_g(const data& d) {
  const Tensor x = matrix(d.x, d), s = matrix(d.y, d);
  return gradient([&] { return distillation_of(s, x); }, {x});
}

}  // namespace

contender torch() {
  torch::set_num_threads(1);
  return {"LibTorch", agreement::values, ce, ce_g, fo, fo_g, bc, bc_g, hu, hu_g, ga, ga_g, di, di_g};
}

}  // namespace bench
