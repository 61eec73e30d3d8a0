// SPDX-License-Identifier: BSL-1.0
// bench/peers/onednn.cpp — oneDNN: its primitive of log-softmax, and its backward, which is given the gradient of what is picked.
// Primitives and their memory are made once for a size. It has no other of the losses, and computes in 32 bits.
#include <dnnl.hpp>

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "../peers.hpp"

namespace bench {
namespace {

const dnnl::engine& processor() {
  static const dnnl::engine e(dnnl::engine::kind::cpu, 0);
  return e;
}

class cross_entropy {
 public:
  static cross_entropy& of_size(std::ptrdiff_t rows, std::ptrdiff_t classes) {
    static std::map<std::pair<std::ptrdiff_t, std::ptrdiff_t>, std::unique_ptr<cross_entropy>> known;
    auto& one = known[{rows, classes}];
    if (!one) {
      known.clear();  // the memory of one size at a time
      return *(known[{rows, classes}] = std::make_unique<cross_entropy>(rows, classes));
    }
    return *one;
  }

  cross_entropy(std::ptrdiff_t rows, std::ptrdiff_t classes)
      : stream_(processor()),
        shape_({rows, classes}, dnnl::memory::data_type::f32, dnnl::memory::format_tag::ab),
        log_softmax_(static_cast<std::size_t>(rows * classes)),
        picked_(log_softmax_.size()),
        logits_(shape_, processor(), nullptr),
        result_(shape_, processor(), log_softmax_.data()),
        result_gradient_(shape_, processor(), picked_.data()),
        gradient_(shape_, processor(), nullptr) {
    const dnnl::logsoftmax_forward::primitive_desc forward({dnnl::prop_kind::forward_training, shape_, 1}, processor());
    forward_ = dnnl::logsoftmax_forward(forward);
    backward_ = dnnl::logsoftmax_backward({{shape_, shape_, 1}, processor(), forward});
  }

  double value(const data& d) {
    logits_.set_data_handle(const_cast<float*>(d.x));
    forward_.execute(stream_, {{DNNL_ARG_SRC, logits_}, {DNNL_ARG_DST, result_}});
    stream_.wait();
    double total = 0;
    for (std::ptrdiff_t i = 0; i < d.rows; ++i) total -= static_cast<double>(log_softmax_[at(d, i)]);
    return total / static_cast<double>(d.rows);
  }

  double gradient(const data& d) {
    const double v = value(d);
    for (std::ptrdiff_t i = 0; i < d.rows; ++i) picked_[at(d, i)] = -1 / static_cast<float>(d.rows);
    gradient_.set_data_handle(d.dx);
    backward_.execute(stream_,
                      {{DNNL_ARG_DST, result_}, {DNNL_ARG_DIFF_DST, result_gradient_}, {DNNL_ARG_DIFF_SRC, gradient_}});
    stream_.wait();
    for (std::ptrdiff_t i = 0; i < d.rows; ++i) picked_[at(d, i)] = 0;
    return v;
  }

 private:
  dnnl::stream stream_;
  dnnl::memory::desc shape_;
  std::vector<float> log_softmax_, picked_;  // 0 but at labels
  dnnl::memory logits_, result_, result_gradient_, gradient_;
  dnnl::primitive forward_, backward_;

  static std::size_t at(const data& d, std::ptrdiff_t row) {
    return static_cast<std::size_t>(row * d.classes + d.t[row]);
  }
};

double ce(const data& d) { return cross_entropy::of_size(d.rows, d.classes).value(d); }
double ce_g(const data& d) { return cross_entropy::of_size(d.rows, d.classes).gradient(d); }

}  // namespace

contender LOOM_BENCH_PEER() {
  const dnnl_version_t* v = dnnl_version();
  return {.name = "oneDNN",
          .version = std::to_string(v->major) + "." + std::to_string(v->minor) + "." + std::to_string(v->patch),
          .cross_entropy = {ce, ce_g}};
}

}  // namespace bench
