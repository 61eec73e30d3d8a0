// SPDX-License-Identifier: BSL-1.0
// examples/09_libtorch.cpp — a Loom loss as a function of LibTorch's autograd, against the loss that LibTorch has.
#include <loom/loom.hpp>

#include <torch/torch.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto cross_entropy = loom::loss<-gather(log(exp(x) / sum(exp(x), -1)), t).mean()>;

namespace {

// [bound]
/// A matrix of floats, of any strides; a tensor on the CPU.
loom::strided_view<float, 2> matrix(const torch::Tensor& m) {
  return loom::view(m.data_ptr<float>(), {m.size(0), m.size(1)}, {m.stride(0), m.stride(1)});
}
auto labels(const torch::Tensor& v) { return loom::view(v.data_ptr<std::int64_t>(), {v.size(0)}, {v.stride(0)}); }
// [/bound]

// [function]
/// One sweep over the logits computes the loss and keeps the gradient; backward only scales it.
struct loom_cross_entropy : torch::autograd::Function<loom_cross_entropy> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& logits,
                               const torch::Tensor& targets) {
    torch::Tensor gradient = torch::empty(logits.sizes());
    const float value = cross_entropy(x = matrix(logits), t = labels(targets), d(x) = matrix(gradient));
    context->save_for_backward({gradient});
    return torch::tensor(value);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& seeds) {
    return {seeds[0] * context->get_saved_variables()[0], torch::Tensor()};
  }
};
// [/function]

}  // namespace

int main() {
  torch::manual_seed(1);
  const torch::Tensor logits = torch::randn({64, 10});
  const torch::Tensor targets = torch::randint(10, {64}, torch::kInt64);
  torch::Tensor a = logits.clone().requires_grad_(), b = logits.clone().requires_grad_();

  const torch::Tensor by_loom = loom_cross_entropy::apply(a, targets);
  const torch::Tensor by_torch = torch::nn::functional::cross_entropy(b, targets);
  (3 * by_loom).backward();
  (3 * by_torch).backward();
  const double apart = (a.grad() - b.grad()).abs().max().item<double>();
  const double of_a_transpose =
      static_cast<double>(cross_entropy(x = matrix(logits.t().contiguous().t()), t = labels(targets)));

  std::printf("loss %.6f and %.6f, gradients apart by %.1e\n", by_loom.item<double>(), by_torch.item<double>(), apart);
  const bool right = std::abs(by_loom.item<double>() - by_torch.item<double>()) < 1e-5 && apart < 1e-6 &&
                     std::abs(of_a_transpose - by_torch.item<double>()) < 1e-5;
  return right ? EXIT_SUCCESS : EXIT_FAILURE;
}
