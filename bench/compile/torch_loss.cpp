// SPDX-License-Identifier: BSL-1.0
// bench/compile/torch_loss.cpp — the loss of one_loss.cpp; the gradient is autograd's.
#include <torch/torch.h>

float step(const float* logits, const int* targets, float* grad, std::ptrdiff_t n, std::ptrdiff_t c) {
  torch::Tensor x = torch::from_blob(const_cast<float*>(logits), {n, c}).set_requires_grad(true);
  x.mutable_grad() = torch::from_blob(grad, {n, c}).zero_();
  const torch::Tensor t = torch::from_blob(const_cast<int*>(targets), {n}, torch::kInt32).to(torch::kInt64);
  const torch::Tensor loss = torch::nn::functional::cross_entropy(x, t);
  loss.backward();
  return loss.item().toFloat();
}
