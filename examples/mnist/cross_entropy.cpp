// SPDX-License-Identifier: BSL-1.0
// examples/mnist/cross_entropy.cpp — the loss of the example: one Loom formula.
// Written the unstable way on purpose; Loom makes it stable, fuses it and differentiates it.
#include "cross_entropy.hpp"

#include <loom/code.hpp>
#include <loom/loom.hpp>

namespace mnist {
namespace {

constexpr auto v = loom::tensor<"v[C]">;   // the scores of one image
constexpr auto x = loom::tensor<"x[N,C]">; // logits: N images, C classes
constexpr auto t = loom::index<"t[N]">;    // the class of each image

constexpr auto log_softmax_loss = loom::loss<log(exp(v) / sum(exp(v), -1))>;
constexpr auto cross_entropy_loss = loom::loss<-gather(log(exp(x) / sum(exp(x), -1)), t).mean()>;

} // namespace

void log_softmax(std::span<const float> scores, std::span<float> result) {
  log_softmax_loss(v = scores, loom::out = result);
}

float cross_entropy(const float* logits, std::span<const std::uint8_t> labels, std::size_t classes) {
  return cross_entropy_loss(x = loom::view(logits, labels.size(), classes), t = labels);
}

float cross_entropy(const float* logits, std::span<const std::uint8_t> labels, std::size_t classes, float* gradient) {
  const std::size_t rows = labels.size();
  return cross_entropy_loss(x = loom::view(logits, rows, classes), t = labels,
                            d(x) = loom::view(gradient, rows, classes));
}

std::string story() { return loom::explain(cross_entropy_loss, d(x)); }

std::string code() { return loom::code(cross_entropy_loss, d(x)); }

} // namespace mnist
