// SPDX-License-Identifier: BSL-1.0
// run/allocation.cpp — a call asks for no memory: not for its bindings, its loops, its checks, or the names in them. The loops
// of the whole collection are counted where they are compared: support/trial.hpp, support/collection_trials.hpp.
#include "support/allocated.hpp"

#if LOOM_TEST_OWN_ALLOCATOR
#include <cstddef>
#include <memory>
#include <vector>

#include "loom/collection/collection.hpp"
#include "support/catch.hpp"

namespace {

namespace lc = loom::collection;
using loom::d;
using loom::view;
using trial::allocated;

/// Data for every loss of a row: n rows of c entries.
struct batch {
  std::ptrdiff_t n, c;
  std::vector<float> values, others, weights, row, row2, row3, g, g2, g3;
  std::vector<int> labels;

  batch(std::ptrdiff_t rows, std::ptrdiff_t columns) : n(rows), c(columns) {
    const auto size = static_cast<std::size_t>(n * c), count = static_cast<std::size_t>(n);
    values.assign(size, 0.5F);
    others.assign(size, 0.25F);
    weights.assign(static_cast<std::size_t>(c), 1.0F);
    row.assign(count, 0.5F);
    row2.assign(count, 0.75F);
    row3.assign(count, 2.0F);
    g.assign(size, 0);
    g2.assign(size, 0);
    g3.assign(size, 0);
    labels.assign(count, 1);
  }
  auto x() const { return view(values.data(), n, c); }
  auto s() const { return view(others.data(), n, c); }
  auto t() const { return view(labels.data(), n); }
};

}  // namespace

std::unique_ptr<std::vector<int>> escaped;  // from the compiler, which may leave out what is only allocated and freed

TEST_CASE("a call of a flagship, with its gradients, allocates nothing") {
  const std::ptrdiff_t columns = GENERATE(10, 1000);
  batch b(64, columns);
  const auto gx = view(b.g.data(), b.n, b.c), gs = view(b.g2.data(), b.n, b.c);
  const auto g1 = view(b.g.data(), b.n), g2 = view(b.g2.data(), b.n), g3 = view(b.g3.data(), b.n);

  CHECK(allocated([&] { lc::cross_entropy(lc::x = b.x(), lc::t = b.t()); }) == 0);
  CHECK(allocated([&] { lc::cross_entropy(lc::x = b.x(), lc::t = b.t(), d(lc::x) = gx); }) == 0);
  CHECK(allocated([&] {
          lc::weighted_cross_entropy(lc::x = b.x(), lc::t = b.t(), lc::w = b.weights, lc::e = 0.1, d(lc::x) = gx);
        }) == 0);
  CHECK(allocated([&] {
          lc::focal_cross_entropy(lc::x = b.x(), lc::t = b.t(), lc::e = 0.1, lc::gamma = 2, lc::z = 1e-4,
                                  d(lc::x) = gx);
        }) == 0);
  CHECK(allocated([&] {
          lc::binary_cross_entropy(lc::a = b.row, lc::y = b.row2, lc::pw = 2, d(lc::a) = g1, d(lc::y) = g2);
        }) == 0);
  CHECK(allocated([&] { lc::huber(lc::a = b.row, lc::y = b.row2, lc::delta = 1, d(lc::a) = g1, d(lc::y) = g2); }) == 0);
  CHECK(allocated([&] {
          lc::gaussian_nll(lc::mu = b.row, lc::y = b.row2, lc::v = b.row3, d(lc::mu) = g1, d(lc::y) = g2,
                           d(lc::v) = g3);
        }) == 0);
  CHECK(allocated([&] { lc::distillation(lc::x = b.x(), lc::s = b.s(), lc::T = 2, d(lc::x) = gx, d(lc::s) = gs); }) ==
        0);
}

TEST_CASE("a call does not copy names, however long they are") {
  constexpr auto logits = loom::tensor<"logits_of_the_classes[examples_of_the_batch,classes_of_the_task]">;
  constexpr auto f = loom::loss<logsumexp(logits, -1).mean()>;
  batch b(4, 10);
  CHECK(allocated([&] { f(logits = b.x(), d(logits) = view(b.g.data(), b.n, b.c)); }) == 0);
}

TEST_CASE("the count of allocations counts") {
  CHECK(allocated([] { escaped = std::make_unique<std::vector<int>>(3); }) == 2);
  CHECK(escaped->size() == 3);
}

#endif
