// SPDX-License-Identifier: BSL-1.0
// exec/allocation.cpp — a call asks for no memory: not for its loops, its checks, or the names in them.
#include "support/allocated.hpp"

#if LOOM_TEST_OWN_ALLOCATOR
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

#include "loom/collection/flagships.hpp"
#include "support/catch.hpp"

std::atomic<std::size_t> trial::allocations{0};
using trial::allocations;

// Every form of new that is not replaced here ends in one of these two.
void* operator new(std::size_t size) {
  ++allocations;
  if (void* p = std::malloc(size == 0 ? 1 : size)) return p;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  ++allocations;
  const auto a = static_cast<std::size_t>(alignment);
  if (void* p = std::aligned_alloc(a, (size + a - 1) / a * a)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }

namespace {

namespace lc = loom::collection;
using loom::d;
using loom::view;
using trial::allocated, trial::batch;

}  // namespace

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
  CHECK(allocated([] { std::vector<int>(3).swap(*std::make_unique<std::vector<int>>()); }) == 2);
}

#endif
