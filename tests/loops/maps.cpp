// SPDX-License-Identifier: BSL-1.0
// loops/maps.cpp — classes of pixels: rows are counted by three axes, and what is read or added up for each has some of them: labels and a
// mask of pixels, weights of classes and of images, sums of an image and of its classes. Lines of pixels are long and short, joined in
// memory and apart.
#include <algorithm>
#include <cmath>
#include <vector>

#include "loom/loom.hpp"
#include "support/targets.hpp"

namespace {

using std::ptrdiff_t, std::size_t;

constexpr auto x = loom::tensor<"x[N,C,H,W]">;
constexpr auto l = loom::index<"l[N,H,W]">;
constexpr auto q = loom::mask<"q[N,H,W]">;
constexpr auto v = loom::tensor<"v[N]">;
constexpr auto c = loom::tensor<"c[C]">;
constexpr auto k = loom::mask<"k[N]">;
constexpr auto C = loom::axis<"C">;
constexpr auto H = loom::axis<"H">;
constexpr auto W = loom::axis<"W">;

constexpr auto entropies = loom::loss<sum(v* c(C = l) * where(q && k, logsumexp(x, C) - gather(x, l, C), 0))>;
constexpr auto overlaps = loom::loss<sum(square(sum(x* onehot(l, C), H, W) / (sum(square(x), H, W) + 1)))>;
constexpr auto images = loom::loss<sum(v* square(sum(where(q, sum(x* c, C), 0), H, W)))>;

struct size {
  ptrdiff_t n, c, h, w, gap;
};

template <class T>
struct data {
  size z;
  std::vector<T> x, g, v, c;
  std::vector<int> l;
  std::vector<unsigned char> q, k;

  explicit data(size s)
      : z(s),
        x(static_cast<size_t>(s.n * s.c * s.h * (s.w + s.gap))),
        g(x.size()),
        v(static_cast<size_t>(s.n)),
        c(static_cast<size_t>(s.c)),
        l(static_cast<size_t>(s.n * s.h * (s.w + s.gap))),
        q(l.size()),
        k(v.size()) {
    for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<T>(1 + std::sin(0.7 * static_cast<double>(i)));
    for (size_t i = 0; i < l.size(); ++i) l[i] = static_cast<int>(i * 7 % c.size()), q[i] = i % 5 != 1;
    for (size_t i = 0; i < v.size(); ++i) v[i] = static_cast<T>(1 + i % 2), k[i] = i != 1;
    for (size_t i = 0; i < c.size(); ++i) c[i] = static_cast<T>(1 + i % 3);
  }
  size_t pixel(ptrdiff_t n, ptrdiff_t h, ptrdiff_t w) const {
    return static_cast<size_t>((n * z.h + h) * (z.w + z.gap) + w);
  }
  size_t entry(ptrdiff_t n, ptrdiff_t j, ptrdiff_t h, ptrdiff_t w) const {
    return static_cast<size_t>(((n * z.c + j) * z.h + h) * (z.w + z.gap) + w);
  }
  template <class E>
  auto classes(E& all) {
    const ptrdiff_t line = z.w + z.gap;
    return loom::view(all.data(), {z.n, z.c, z.h, z.w}, {z.c * z.h * line, z.h * line, line, 1});
  }
  auto labels() {
    const ptrdiff_t line = z.w + z.gap;
    return loom::view(l.data(), {z.n, z.h, z.w}, {z.h * line, line, 1});
  }
  auto mask() {
    const ptrdiff_t line = z.w + z.gap;
    return loom::view(reinterpret_cast<const bool*>(q.data()), {z.n, z.h, z.w}, {z.h * line, line, 1});
  }
  template <class F>
  void for_each_pixel(const F& f) const {
    for (ptrdiff_t n = 0; n < z.n; ++n)
      for (ptrdiff_t h = 0; h < z.h; ++h)
        for (ptrdiff_t w = 0; w < z.w; ++w) f(n, h, w);
  }
};

template <class T>
void agrees(size z) {
  const double error = sizeof(T) == 4 ? 2e-5 : 1e-12;
  INFO(z.n << " x " << z.c << " x " << z.h << " x " << z.w << ", gap " << z.gap);
  data<T> d(z);
  std::vector<double> memory(10000);
  std::vector<double> expected(d.x.size());
  const auto number = [](T t) { return static_cast<double>(t); };
  const auto same = [&](double got, double loss) {
    CHECK(got == Approx(loss).epsilon(error));
    double worst = 0;
    d.for_each_pixel([&](ptrdiff_t n, ptrdiff_t h, ptrdiff_t w) {
      for (ptrdiff_t j = 0; j < z.c; ++j) {
        const double right = expected[d.entry(n, j, h, w)], off = number(d.g[d.entry(n, j, h, w)]) - right;
        worst = std::max(worst, std::abs(off) / (1 + std::abs(right)));
      }
    });
    CHECK(worst < error * 10);
  };
  const auto images_mask = loom::view(reinterpret_cast<const bool*>(d.k.data()), z.n);

  double loss = 0;
  d.for_each_pixel([&](ptrdiff_t n, ptrdiff_t h, ptrdiff_t w) {
    const size_t p = d.pixel(n, h, w);
    double sum = 0;
    for (ptrdiff_t j = 0; j < z.c; ++j) sum += std::exp(number(d.x[d.entry(n, j, h, w)]));
    const bool counts = d.q[p] != 0 && d.k[static_cast<size_t>(n)] != 0;
    const double weight = counts ? number(d.v[static_cast<size_t>(n)]) * number(d.c[static_cast<size_t>(d.l[p])]) : 0.0;
    loss += weight * (std::log(sum) - number(d.x[d.entry(n, d.l[p], h, w)]));
    for (ptrdiff_t j = 0; j < z.c; ++j)
      expected[d.entry(n, j, h, w)] =
          weight * (std::exp(number(d.x[d.entry(n, j, h, w)])) / sum - (j == d.l[p] ? 1 : 0));
  });
  same(static_cast<double>(entropies(x = d.classes(d.x), l = d.labels(), q = d.mask(), k = images_mask, v = d.v,
                                     c = d.c, loom::d(x) = d.classes(d.g))),
       loss);
  if (z.gap > 0) return;  // axes that are reduced together lie contiguously

  std::vector<double> shared(static_cast<size_t>(z.n * z.c)), squares(shared.size(), 1.0);
  const auto of_class = [&](ptrdiff_t n, ptrdiff_t j) { return static_cast<size_t>(n * z.c + j); };
  d.for_each_pixel([&](ptrdiff_t n, ptrdiff_t h, ptrdiff_t w) {
    for (ptrdiff_t j = 0; j < z.c; ++j) {
      const double e = number(d.x[d.entry(n, j, h, w)]);
      squares[of_class(n, j)] += e * e;
      if (j == d.l[d.pixel(n, h, w)]) shared[of_class(n, j)] += e;
    }
  });
  loss = 0;
  for (size_t i = 0; i < shared.size(); ++i) loss += std::pow(shared[i] / squares[i], 2);
  d.for_each_pixel([&](ptrdiff_t n, ptrdiff_t h, ptrdiff_t w) {
    for (ptrdiff_t j = 0; j < z.c; ++j) {
      const double a = shared[of_class(n, j)], b = squares[of_class(n, j)];
      expected[d.entry(n, j, h, w)] =
          2 * a / b * ((j == d.l[d.pixel(n, h, w)] ? 1 : 0) / b - a / b / b * 2 * number(d.x[d.entry(n, j, h, w)]));
    }
  });
  same(static_cast<double>(
           overlaps(x = d.classes(d.x), l = d.labels(), loom::d(x) = d.classes(d.g), loom::workspace = memory)),
       loss);

  std::vector<double> of_image(d.v.size());
  d.for_each_pixel([&](ptrdiff_t n, ptrdiff_t h, ptrdiff_t w) {
    for (ptrdiff_t j = 0; j < z.c; ++j)
      if (d.q[d.pixel(n, h, w)] != 0)
        of_image[static_cast<size_t>(n)] += number(d.x[d.entry(n, j, h, w)]) * number(d.c[static_cast<size_t>(j)]);
  });
  loss = 0;
  for (size_t i = 0; i < of_image.size(); ++i) loss += number(d.v[i]) * of_image[i] * of_image[i];
  d.for_each_pixel([&](ptrdiff_t n, ptrdiff_t h, ptrdiff_t w) {
    for (ptrdiff_t j = 0; j < z.c; ++j)
      expected[d.entry(n, j, h, w)] = d.q[d.pixel(n, h, w)] == 0
                                          ? 0.0
                                          : 2 * number(d.v[static_cast<size_t>(n)]) * of_image[static_cast<size_t>(n)] *
                                                number(d.c[static_cast<size_t>(j)]);
  });
  same(static_cast<double>(images(x = d.classes(d.x), q = d.mask(), v = d.v, c = d.c, loom::d(x) = d.classes(d.g),
                                  loom::workspace = memory)),
       loss);
}

}  // namespace

TEST_CASE("pixels of images, by class") {
  for (loom::target most : trial::targets()) {
    const loom::limit_target limit(most);
    for (const size z : {size{1, 1, 1, 1, 0}, size{2, 3, 8, 9, 0}, size{2, 3, 8, 9, 2}, size{3, 4, 2, 5, 0},
                         size{2, 3, 5, 70, 0}, size{2, 5, 3, 70, 3}, size{3, 20, 3, 41, 1}, size{2, 130, 2, 70, 0}}) {
      agrees<float>(z);
      agrees<double>(z);
    }
  }
}
