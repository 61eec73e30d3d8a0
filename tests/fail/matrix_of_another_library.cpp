// SPDX-License-Identifier: BSL-1.0
// expect: loom: bind a matrix as loom::view\(m.data\(\), {m.rows\(\), m.cols\(\)}, {1, m.rows\(\)}\)
// lines: <= 15
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;

/// What Eigen's matrices have.
struct matrix {
  float* data();
  long rows() const;
  long cols() const;
};
constexpr auto f = loom::loss<x.mean()>;

#ifdef LOOM_FIXED
float call(matrix& m) { return f(x = loom::view(m.data(), {m.rows(), m.cols()}, {1, m.rows()})); }
#else
float call(matrix& m) { return f(x = m); }
#endif
