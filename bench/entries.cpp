// SPDX-License-Identifier: BSL-1.0
// bench/entries.cpp — losses that no kernel was written for: masks, labels and weights of entries, of rows and of columns, neighbours, running
// sums, maps of pixels, filters; value and gradient, beside loops by hand. One thread, binary32, in turn in one run.
//   loom_bench_entries [repetitions]
#include "entries.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <vector>

#include "loom/loom.hpp"
#include "measure.hpp"

namespace {

using bench::entries::data;
using std::ptrdiff_t, std::size_t;

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto y = loom::tensor<"y[N,C]">;
constexpr auto v = loom::tensor<"v[N]">;
constexpr auto c = loom::tensor<"c[C]">;
constexpr auto k = loom::tensor<"k[K]">;
constexpr auto m = loom::mask<"m[N,C]">;
constexpr auto r = loom::mask<"r[N]">;
constexpr auto u = loom::index<"u[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto i = loom::tensor<"i[B,C,H,W]">;
constexpr auto l = loom::index<"l[B,H,W]">;
constexpr auto q = loom::mask<"q[B,H,W]">;
constexpr auto N = loom::axis<"N">;
constexpr auto C = loom::axis<"C">;
constexpr auto K = loom::axis<"K">;
constexpr auto H = loom::axis<"H">;
constexpr auto W = loom::axis<"W">;
constexpr auto taps = loom::tensor<"taps[S]">;
constexpr auto kernel = loom::tensor<"kernel[P,S]">;
constexpr auto j = loom::tensor<"j[B,H,W]">;  // the images of all classes
constexpr auto P = loom::axis<"P">;
constexpr auto S = loom::axis<"S">;

constexpr auto e = x - y;
constexpr auto masked_squares = loom::loss<sum(where(m, square(e), 0))>;
constexpr auto masked_logits = loom::loss<sum(where(m, softplus(x) - x * y, 0))>;
constexpr auto ignored_entries = loom::loss<sum(where(u != 0, square(e), 0))>;
constexpr auto masked_rows = loom::loss<sum(where(r, sum(square(e), C), 0))>;
constexpr auto weighted_rows = loom::loss<sum(v* square(e))>;
constexpr auto weighted_columns = loom::loss<sum(c* square(e))>;
constexpr auto table = loom::loss<sum(square(x - k(K = u)))>;
constexpr auto weighted_entropies = loom::loss<-sum(c(C = t) * log_softmax(x, C)(C = t))>;
constexpr auto masked_entropies = loom::loss<sum(logsumexp(where(m, x, -INFINITY), C) - x(C = t))>;
constexpr auto neighbours_in_rows = loom::loss<sum(square(x - x(C = C - 1)))>;
constexpr auto neighbours_of_rows = loom::loss<sum(square(x - x(N = N - 1)))>;
constexpr auto running_sums = loom::loss<sum(square(cumsum(e, C)))>;
constexpr auto sums_of_columns = loom::loss<sum(square(sum(e, N)))>;
constexpr auto variances_of_columns = loom::loss<sum(var(x, N))>;
constexpr auto entropies_of_columns = loom::loss<sum(log(sum(exp(x), N)))>;
constexpr auto pixel_entropies = loom::loss<sum(where(q, -c(C = l) * log_softmax(i, C)(C = l), 0))>;
constexpr auto overlaps = loom::loss<sum(1 - 2 * sum(i * onehot(l, C), H, W) / (1 + sum(square(i), H, W)))>;
constexpr auto variation = loom::loss<sum(square(i - i(H = H - 1)) + square(i - i(W = W - 1)))>;
constexpr auto filters = loom::loss<sum(square(sum(taps* x(C = C + S - 3), S) - y))>;
constexpr auto image_filters = loom::loss<sum(square(sum(kernel* j(H = H + P - 1, W = W + S - 1), P, S)))>;

struct problem {
  std::vector<float> x, y, gradient, by_hand, of_rows, of_columns;
  std::unique_ptr<bool[]> mask;
  std::vector<int> labels, row_labels;
  std::vector<double> memory;
  data d{};

  problem(ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t images, ptrdiff_t classes, ptrdiff_t side)
      : x(static_cast<size_t>(std::max(rows * columns, images * classes * side * side))),
        y(x.size()),
        gradient(x.size()),
        by_hand(x.size()),
        of_rows(static_cast<size_t>(std::max<ptrdiff_t>(rows, 1))),
        of_columns(static_cast<size_t>(std::max(columns, classes))),
        mask(std::make_unique<bool[]>(x.size())),
        labels(x.size()),
        row_labels(of_rows.size()),
        memory(4 * x.size() + 1000) {
    for (size_t n = 0; n < x.size(); ++n) {
      x[n] = static_cast<float>(std::sin(0.1 * static_cast<double>(n)));
      y[n] = static_cast<float>(0.4 * std::sin(0.3 * static_cast<double>(n)));
      labels[n] = static_cast<int>(n * 7 % of_columns.size());
      mask[n] = n % 3 != 1;
    }
    for (size_t n = 0; n < of_rows.size(); ++n) {
      of_rows[n] = static_cast<float>(1 + n % 3);
      row_labels[n] = static_cast<int>(n * 7 % of_columns.size());
      if (rows > 0) mask[n * of_columns.size() + static_cast<size_t>(row_labels[n])] = true;
    }
    for (size_t n = 0; n < of_columns.size(); ++n) of_columns[n] = static_cast<float>(1 + n % 2);
    d = {rows,
         columns,
         images,
         classes,
         side,
         side,
         x.data(),
         y.data(),
         by_hand.data(),
         of_rows.data(),
         of_columns.data(),
         mask.get(),
         mask.get(),
         labels.data(),
         row_labels.data()};
  }
  template <class E>
  auto matrix(E* p) const {
    return loom::view(p, d.rows, d.columns);
  }
  template <class E>
  auto maps(E* p) const {
    return loom::view(p, d.images, d.classes, d.height, d.width);
  }
  template <class E>
  auto pixels(E* p) const {
    return loom::view(p, d.images, d.height, d.width);
  }
  auto X() const { return matrix(d.x); }
  auto Y() const { return matrix(d.y); }
  auto G() { return matrix(gradient.data()); }
};

struct loss {
  const char* what;
  std::function<float(problem&)> loom;
  float (*by_hand)(const data&);
};

namespace by_hand = bench::entries;
using loom::d, loom::workspace;

const loss of_matrices[] = {
    {"masked squares",
     [](problem& p) {
       return masked_squares(x = p.X(), y = p.Y(), m = p.matrix(p.d.mask), d(x) = p.G(), workspace = p.memory);
     },
     by_hand::masked_squares},
    {"masked logits",
     [](problem& p) {
       return masked_logits(x = p.X(), y = p.Y(), m = p.matrix(p.d.mask), d(x) = p.G(), workspace = p.memory);
     },
     by_hand::masked_logits},
    {"ignored entries",
     [](problem& p) {
       return ignored_entries(x = p.X(), y = p.Y(), u = p.matrix(p.d.labels), d(x) = p.G(), workspace = p.memory);
     },
     by_hand::ignored_entries},
    {"masked rows",
     [](problem& p) {
       return masked_rows(x = p.X(), y = p.Y(), r = loom::view(p.d.row_mask, p.d.rows), d(x) = p.G(),
                          workspace = p.memory);
     },
     by_hand::masked_rows},
    {"weighted rows",
     [](problem& p) { return weighted_rows(x = p.X(), y = p.Y(), v = p.of_rows, d(x) = p.G(), workspace = p.memory); },
     by_hand::weighted_rows},
    {"weighted columns",
     [](problem& p) {
       return weighted_columns(x = p.X(), y = p.Y(), c = p.of_columns, d(x) = p.G(), workspace = p.memory);
     },
     by_hand::weighted_columns},
    {"table",
     [](problem& p) {
       return table(x = p.X(), k = p.of_columns, u = p.matrix(p.d.labels), d(x) = p.G(), workspace = p.memory);
     },
     by_hand::table},
    {"weighted entropies",
     [](problem& p) {
       return weighted_entropies(x = p.X(), c = p.of_columns, t = p.row_labels, d(x) = p.G(), workspace = p.memory);
     },
     by_hand::weighted_entropies},
    {"masked entropies",
     [](problem& p) {
       return masked_entropies(x = p.X(), m = p.matrix(p.d.mask), t = p.row_labels, d(x) = p.G(), workspace = p.memory);
     },
     by_hand::masked_entropies},
    {"neighbours in rows", [](problem& p) { return neighbours_in_rows(x = p.X(), d(x) = p.G(), workspace = p.memory); },
     by_hand::neighbours_in_rows},
    {"neighbours of rows", [](problem& p) { return neighbours_of_rows(x = p.X(), d(x) = p.G(), workspace = p.memory); },
     by_hand::neighbours_of_rows},
    {"running sums", [](problem& p) { return running_sums(x = p.X(), y = p.Y(), d(x) = p.G(), workspace = p.memory); },
     by_hand::running_sums},
    {"sums of columns",
     [](problem& p) { return sums_of_columns(x = p.X(), y = p.Y(), d(x) = p.G(), workspace = p.memory); },
     by_hand::sums_of_columns},
    {"filters",
     [](problem& p) {
       return filters(x = p.X(), y = p.Y(), taps = loom::view(by_hand::weights, 7), d(x) = p.G(), workspace = p.memory);
     },
     by_hand::filters},
};

const loss of_columns[] = {
    {"variances of columns",
     [](problem& p) { return variances_of_columns(x = p.X(), d(x) = p.G(), workspace = p.memory); },
     by_hand::variances_of_columns},
    {"entropies of columns",
     [](problem& p) { return entropies_of_columns(x = p.X(), d(x) = p.G(), workspace = p.memory); },
     by_hand::entropies_of_columns},
};

const loss of_maps[] = {
    {"pixel entropies",
     [](problem& p) {
       return pixel_entropies(i = p.maps(p.d.x), l = p.pixels(p.d.labels), q = p.pixels(p.d.mask), c = p.of_columns,
                              d(i) = p.maps(p.gradient.data()), workspace = p.memory);
     },
     by_hand::pixel_entropies},
    {"overlaps",
     [](problem& p) {
       return overlaps(i = p.maps(p.d.x), l = p.pixels(p.d.labels), d(i) = p.maps(p.gradient.data()),
                       workspace = p.memory);
     },
     by_hand::overlaps},
    {"variation",
     [](problem& p) { return variation(i = p.maps(p.d.x), d(i) = p.maps(p.gradient.data()), workspace = p.memory); },
     by_hand::variation},
    {"image filters",
     [](problem& p) {
       const auto images = [&](auto* of) { return loom::view(of, p.d.images * p.d.classes, p.d.height, p.d.width); };
       return image_filters(j = images(p.d.x), kernel = loom::view(by_hand::weights, 3, 3),
                            d(j) = images(p.gradient.data()), workspace = p.memory);
     },
     by_hand::image_filters},
};

/// The medians of both, in nanoseconds an entry. A disagreement ends the run.
void measure(const loss& f, problem& p, const char* shape, int repetitions) {
  std::vector<double> loom, loops;
  double value = 0, value_by_hand = 0;
  for (int n = -1; n < repetitions; ++n) {
    const bench::stopwatch first;
    value = static_cast<double>(f.loom(p));
    const double of_loom = first.milliseconds();
    const bench::stopwatch second;
    value_by_hand = static_cast<double>(f.by_hand(p.d));
    if (n < 0) continue;  // caches and pages are warm
    loom.push_back(of_loom);
    loops.push_back(second.milliseconds());
  }
  double off = std::abs(value - value_by_hand) / (1 + std::abs(value_by_hand));
  for (size_t n = 0; n < p.gradient.size(); ++n)
    off = std::max(off, static_cast<double>(std::abs(p.gradient[n] - p.by_hand[n]) / (1 + std::abs(p.by_hand[n]))));
  if (!(off < 1e-3)) {
    std::fprintf(stderr, "%s, %s: values or gradients differ by %g\n", f.what, shape, off);
    std::exit(1);
  }
  const double per_entry = 1e6 / static_cast<double>(p.gradient.size());
  const double ours = bench::median(loom) * per_entry, theirs = bench::median(loops) * per_entry;
  std::printf("%-20s %-16s %8.3f %8.3f %8.2f\n", f.what, shape, ours, theirs, theirs / ours);
}

}  // namespace

int main(int argc, char** argv) {
  const int repetitions = argc > 1 ? std::atoi(argv[1]) : 101;
  if (repetitions < 1) {
    std::fprintf(stderr, "loom_bench_entries [repetitions]: at least 1\n");
    return 1;
  }
  std::printf("%-20s %-16s %8s %8s %8s\n", "ns an entry", "", "Loom", "loops", "ratio");
  problem narrow(10000, 10, 0, 0, 0), wide(1000, 100, 0, 0, 0), maps(0, 0, 2, 3, 128);
  for (const loss& f : of_matrices) {
    measure(f, narrow, "10000 x 10", repetitions);
    measure(f, wide, "1000 x 100", repetitions);
  }
  problem tall(4096, 512, 0, 0, 0);
  for (const loss& f : of_columns) {
    measure(f, wide, "1000 x 100", repetitions);
    measure(f, tall, "4096 x 512", repetitions);
  }
  for (const loss& f : of_maps) measure(f, maps, "2 x 3 x 128^2", repetitions);
}
