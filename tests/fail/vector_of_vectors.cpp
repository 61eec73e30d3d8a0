// SPDX-License-Identifier: BSL-1.0
// expect: loom: this container holds containers, whose numbers do not lie in one block
// lines: <= 15
#include <loom/loom.hpp>

#include <vector>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto f = loom::loss<x.mean()>;

#ifdef LOOM_FIXED
float call(std::vector<float>& rows) { return f(x = loom::view(rows.data(), 2, 3)); }
#else
float call(std::vector<std::vector<float>>& rows) { return f(x = rows); }
#endif
