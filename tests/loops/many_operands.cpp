// SPDX-License-Identifier: BSL-1.0
// loops/many_operands.cpp — as many inputs as a formula may have, and the gradient of each: more operands than an int has bits.
#include <vector>

#include "loom/loom.hpp"
#include "support/catch.hpp"

namespace {

using namespace loom;

constexpr auto a = tensor<"a[N,C]">;
constexpr auto b = tensor<"b[N,C]">;
constexpr auto c = tensor<"c[N,C]">;
constexpr auto e = tensor<"e[N,C]">;
constexpr auto f = tensor<"f[N,C]">;
constexpr auto g = tensor<"g[N,C]">;
constexpr auto h = tensor<"h[N,C]">;
constexpr auto i = tensor<"i[N,C]">;
constexpr auto j = tensor<"j[N,C]">;
constexpr auto k = tensor<"k[N,C]">;
constexpr auto l = tensor<"l[N,C]">;
constexpr auto m = tensor<"m[N,C]">;
constexpr auto n = tensor<"n[N,C]">;
constexpr auto o = tensor<"o[N,C]">;
constexpr auto p = tensor<"p[N,C]">;
constexpr auto q = tensor<"q[N,C]">;
constexpr auto row = (a + b + c + e + f + g + h + i) * (j + k + l + m + n + o + p + q);

/// The gradient by an input of the first factor is the second factor, and the other way round; of sixteen inputs 1 to 16.
template <auto Formula>
void check(std::ptrdiff_t rows, std::ptrdiff_t columns, float factor) {
  CAPTURE(rows, columns);
  const auto size = static_cast<std::size_t>(rows * columns);
  std::vector<std::vector<float>> x, d_x(16, std::vector<float>(size, -1));
  for (int s = 1; s <= 16; ++s) x.emplace_back(size, static_cast<float>(s));
  const auto in = [&](std::size_t s) { return view(x[s].data(), rows, columns); };
  const auto out = [&](std::size_t s) { return view(d_x[s].data(), rows, columns); };
  constexpr auto loss_of = loss<Formula>;
  const float value = loss_of(a = in(0), b = in(1), c = in(2), e = in(3), f = in(4), g = in(5), h = in(6), i = in(7),
                              j = in(8), k = in(9), l = in(10), m = in(11), n = in(12), o = in(13), p = in(14),
                              q = in(15), d(a) = out(0), d(b) = out(1), d(c) = out(2), d(e) = out(3), d(f) = out(4),
                              d(g) = out(5), d(h) = out(6), d(i) = out(7), d(j) = out(8), d(k) = out(9), d(l) = out(10),
                              d(m) = out(11), d(n) = out(12), d(o) = out(13), d(p) = out(14), d(q) = out(15));
  CHECK(value == 36.f * 100.f * factor * static_cast<float>(rows * columns));
  for (std::size_t s = 0; s < 16; ++s) {
    CAPTURE(s);
    for (const float v : d_x[s]) REQUIRE(v == (s < 8 ? 100.f : 36.f) * factor);
  }
}

}  // namespace

TEST_CASE("sixteen inputs and their gradients, entry by entry", "[loops]") {
  check<row.sum()>(3, 5, 1);
  check<row.sum()>(70, 33, 1);
}

TEST_CASE("sixteen inputs and their gradients, along rows and across them", "[loops]") {
  check<(row.sum(-1) * 2).sum()>(70, 5, 2);
  check<(row.sum(-1) * 2).sum()>(3, 200, 2);
}
