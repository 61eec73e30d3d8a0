// SPDX-License-Identifier: BSL-1.0
// expect: loom: this loss keeps arrays, with the axes named<>; bind loom::workspace = buffer
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto both_ways = loom::loss<(logsumexp(x, -1).mean() + logsumexp(x, -2).mean())>;

float call(const float* p, [[maybe_unused]] double* w) {
#ifdef LOOM_FIXED
  return both_ways(x = loom::view(p, 2, 3),
                   loom::workspace = loom::view(w, both_ways.workspace_size(x = loom::view(p, 2, 3))));
#else
  return both_ways(x = loom::view(p, 2, 3));
#endif
}
