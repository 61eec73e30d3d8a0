// SPDX-License-Identifier: BSL-1.0
// expect: loom: bind a tensor as loom::view\(t.data_ptr<float>\(\)
// lines: <= 15
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;

/// What LibTorch's tensors have.
struct tensor {
  template <class T> T* data_ptr() const;
  long size(int axis) const;
  long stride(int axis) const;
};
template <> float* tensor::data_ptr<float>() const;
constexpr auto f = loom::loss<x.mean()>;

#ifdef LOOM_FIXED
float call(const tensor& t) {
  return f(x = loom::view(t.data_ptr<float>(), {t.size(0), t.size(1)}, {t.stride(0), t.stride(1)}));
}
#else
float call(const tensor& t) { return f(x = t); }
#endif
