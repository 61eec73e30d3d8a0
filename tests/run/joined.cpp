// SPDX-License-Identifier: BSL-1.0
// Products of matrices whose rows are counted by several axes: the same bits as with one axis of as many rows; and data that does not lie
// as one axis would, which is walked.
#include <cmath>
#include <cstring>
#include <vector>

#include "loom/loom.hpp"
#include "support/catch.hpp"

namespace {

using loom::view;
using std::ptrdiff_t, std::size_t;
constexpr auto T = loom::axis<"T">;
constexpr auto V = loom::axis<"V">;
constexpr auto D = loom::axis<"D">;
constexpr auto E = loom::axis<"E">;
constexpr auto w = loom::tensor<"w[V,D]">;

/// Cross entropy of a linear layer: of rows, of sequences, of pixels.
template <auto Features, auto Labels, auto Weights>
constexpr auto linear = sum(Weights * -gather(log_softmax(sum(Features * w, D), V), Labels, V)) + mean(Weights);
constexpr auto rows = loom::tensor<"h[N,D]">;
constexpr auto row_labels = loom::index<"t[N]">;
constexpr auto of_rows = loom::loss<linear<rows, row_labels, loom::tensor<"m[N]">>>;
constexpr auto steps = loom::tensor<"h[B,T,D]">;
constexpr auto step_labels = loom::index<"t[B,T]">;
constexpr auto of_steps = loom::loss<linear<steps, step_labels, loom::tensor<"m[B,T]">>>;
constexpr auto pixels = loom::tensor<"h[B,T,H,D]">;
constexpr auto pixel_labels = loom::index<"t[B,T,H]">;
constexpr auto of_pixels = loom::loss<linear<pixels, pixel_labels, loom::tensor<"m[B,T,H]">>>;

constexpr ptrdiff_t batch = 3, length = 14, classes = 37, depth = 21;

std::vector<float> waves(ptrdiff_t n, float step) {
  std::vector<float> v(static_cast<size_t>(n));
  for (size_t i = 0; i < v.size(); ++i) v[i] = std::sin(step * static_cast<float>(i));
  return v;
}

struct results {
  float value = 0;
  std::vector<float> h, w, m;
  bool operator==(const results&) const = default;
};

/// The values and gradients of a call with features, labels and weights of all rows, as `shaped` views them, and as much memory as the call
/// asks for, or so many numbers.
template <class Loss, class Shaped>
results of(const Loss& loss, const Shaped& shaped, ptrdiff_t numbers = -1) {
  constexpr ptrdiff_t n = batch * length;
  const std::vector<float> h = waves(n * depth, 1.3F), k = waves(classes * depth, 0.7F), m = waves(n, 0.9F);
  std::vector<int> labels(static_cast<size_t>(n));
  for (size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<int>(7 * i % classes);
  results r{0, std::vector<float>(h.size()), std::vector<float>(k.size()), std::vector<float>(m.size())};
  const auto with = [&](const auto& use, const auto&... more) {
    return shaped(use, h.data(), labels.data(), m.data(), r.h.data(), r.m.data(), w = view(k.data(), classes, depth),
                  d(w) = view(r.w.data(), classes, depth), more...);
  };
  if (numbers < 0) numbers = with([&](const auto&... all) { return loss.workspace_size(all...); });
  std::vector<double> memory(static_cast<size_t>(numbers));
  r.value = with(loss, loom::workspace = memory);
  return r;
}
results of_all_rows() {
  constexpr auto t = row_labels;
  constexpr auto m = loom::tensor<"m[N]">;
  return of(of_rows, [&](const auto& f, const float* h, const int* l, const float* k, float* dh, float* dm,
                         const auto&... more) {
    constexpr ptrdiff_t n = batch * length;
    return f(rows = view(h, n, depth), t = view(l, n), m = view(k, n), d(rows) = view(dh, n, depth), d(m) = view(dm, n),
             more...);
  });
}
bool near(const results& a, const results& b) {
  const auto close = [](const std::vector<float>& p, const std::vector<float>& q) {
    bool all = p.size() == q.size();
    for (size_t i = 0; all && i < p.size(); ++i) all = std::abs(p[i] - q[i]) <= 2e-5F * (1 + std::abs(q[i]));
    return all;
  };
  return std::abs(a.value - b.value) <= 1e-4F * std::abs(b.value) && close(a.h, b.h) && close(a.w, b.w) &&
         close(a.m, b.m);
}

/// Whether a call with these derivatives runs with axes joined.
template <class Loss, class... Derivatives>
constexpr bool is_joined(const Loss&, Derivatives...) {
  return loom::run::runs_joined<typename Loss::template program_of<Derivatives...>>();
}

}  // namespace

TEST_CASE("rows of two axes, and of three, are rows") {
  constexpr auto t = step_labels;
  constexpr auto m = loom::tensor<"m[B,T]">;
  STATIC_REQUIRE(is_joined(of_steps, d(steps), d(w), d(m)));
  STATIC_REQUIRE(is_joined(of_pixels, d(pixels), d(w)));
  STATIC_REQUIRE(loom::ir::axis_count(of_pixels.walks(d(pixels), d(w))[1].over) == 4);  // all three, and the classes
  const results expected = of_all_rows();
  CHECK(of(of_steps,
           [&](const auto& f, const float* h, const int* l, const float* k, float* dh, float* dm, const auto&... more) {
             return f(steps = view(h, batch, length, depth), t = view(l, batch, length), m = view(k, batch, length),
                      d(steps) = view(dh, batch, length, depth), d(m) = view(dm, batch, length), more...);
           }) == expected);
  constexpr auto tt = pixel_labels;
  constexpr auto mm = loom::tensor<"m[B,T,H]">;
  CHECK(of(of_pixels,
           [&](const auto& f, const float* h, const int* l, const float* k, float* dh, float* dm, const auto&... more) {
             return f(pixels = view(h, batch, 1, length, depth), tt = view(l, batch, 1, length),
                      mm = view(k, batch, 1, length), d(pixels) = view(dh, batch, 1, length, depth),
                      d(mm) = view(dm, batch, 1, length), more...);
           }) == expected);
}

TEST_CASE("data that does not lie as rows of one axis, or has less memory, is walked") {
  constexpr auto t = step_labels;
  constexpr auto m = loom::tensor<"m[B,T]">;
  const results expected = of_all_rows();
  // The gradient of the features has its steps apart.
  std::vector<float> apart(static_cast<size_t>(2 * batch * length * depth), -1.0F);
  results got = of(of_steps, [&](const auto& f, const float* h, const int* l, const float* k, float*, float* dm,
                                 const auto&... more) {
    return f(steps = view(h, batch, length, depth), t = view(l, batch, length), m = view(k, batch, length),
             d(steps) = view(apart.data(), {batch, length, depth}, {2 * length * depth, depth, 1}),
             d(m) = view(dm, batch, length), more...);
  });
  for (ptrdiff_t b = 0; b < batch; ++b)
    for (ptrdiff_t i = 0; i < length * depth; ++i)
      got.h[static_cast<size_t>(b * length * depth + i)] = apart[static_cast<size_t>(2 * b * length * depth + i)];
  CHECK(near(got, expected));
  CHECK(apart[static_cast<size_t>(length * depth)] == -1);
  const auto whole = [&](const auto& f, const float* h, const int* l, const float* k, float* dh, float* dm,
                         const auto&... more) {
    return f(steps = view(h, batch, length, depth), t = view(l, batch, length), m = view(k, batch, length),
             d(steps) = view(dh, batch, length, depth), d(m) = view(dm, batch, length), more...);
  };
  using program = decltype(of_steps)::program_of<decltype(d(steps)), decltype(d(w)), decltype(d(m))>;
  const ptrdiff_t extents[loom::ir::max_axes] = {batch, length, depth, classes};
  CHECK(near(of(of_steps, whole, loom::layout::workspace_size(program::schedule, extents)), expected));
}

TEST_CASE("a sum over two axes is a product as well") {
  constexpr auto a = loom::tensor<"a[N,D,E]">;
  constexpr auto b = loom::tensor<"b[V,D,E]">;
  constexpr auto f = loom::loss<logsumexp(sum(a * b, D, E), V).mean()>;
  constexpr auto x = loom::tensor<"a[N,D]">;
  constexpr auto y = loom::tensor<"b[V,D]">;
  constexpr auto g = loom::loss<logsumexp(sum(x * y, D), V).mean()>;
  STATIC_REQUIRE(is_joined(f, d(a), d(b)));
  const std::vector<float> p = waves(20 * 15, 1.1F), q = waves(30 * 15, 0.3F);
  std::vector<float> one(p.size()), other(q.size()), dp(p.size()), dq(q.size());
  std::vector<double> memory(1 << 18);
  const float value = g(x = view(p.data(), 20, 15), y = view(q.data(), 30, 15), d(x) = view(one.data(), 20, 15),
                        d(y) = view(other.data(), 30, 15), loom::workspace = memory);
  CHECK(f(a = view(p.data(), 20, 3, 5), b = view(q.data(), 30, 3, 5), d(a) = view(dp.data(), 20, 3, 5),
          d(b) = view(dq.data(), 30, 3, 5), loom::workspace = memory) == value);
  CHECK(dp == one);
  CHECK(dq == other);
}

TEST_CASE("axes that something tells apart stay two") {
  constexpr auto by_step = loom::tensor<"k[T]">;
  STATIC_REQUIRE(!is_joined(loom::loss<sum(by_step * logsumexp(sum(steps * w, D), V))>, d(steps), d(w)));
  STATIC_REQUIRE(!is_joined(loom::loss<sum(square(logsumexp(sum(steps * w, D), V).sum(T)))>, d(steps), d(w)));
  STATIC_REQUIRE(!is_joined(loom::loss<sum(where(T != 0, logsumexp(sum(steps * w, D), V), 0))>, d(steps), d(w)));
  STATIC_REQUIRE(
      !is_joined(loom::loss<sum(logsumexp(sum(steps * w, D) - sum(steps(T = T - 1) * w, D), V))>, d(steps), d(w)));
  // One product of rows is there as it is: nothing need be joined.
  constexpr auto b = loom::tensor<"b[N,D]">;
  constexpr auto x = loom::tensor<"x[H,E,N]">;
  STATIC_REQUIRE(!is_joined(loom::loss<logsumexp(sum(b * w, D), V).mean() + square(x).mean()>, d(b), d(w)));
}
