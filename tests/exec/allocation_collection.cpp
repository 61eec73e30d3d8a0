// SPDX-License-Identifier: BSL-1.0
// exec/allocation_collection.cpp — calls of losses of images, pairs and sequences ask for no memory either.
#include "support/allocated.hpp"

#if LOOM_TEST_OWN_ALLOCATOR
#include "loom/collection/flagships.hpp"
#include "support/catch.hpp"

namespace lc = loom::collection;
using loom::d, loom::view;
using trial::allocated, trial::batch;

TEST_CASE("a call of a loss of images, pairs or sequences allocates nothing, its arrays lie in the workspace") {
  const std::ptrdiff_t columns = GENERATE(10, 100);
  batch b(64, columns);
  std::vector<double> scratch(4096);
  std::vector<int> row_of_column(static_cast<std::size_t>(columns), 1);
  const std::vector<char> kept(64, 1);
  const auto m = view(reinterpret_cast<const bool*>(kept.data()), 8, 8);
  const auto t = view(b.labels.data(), 8, 8);
  const auto tokens = [&](const std::vector<float>& v) { return view(v.data(), 8, 8, columns); };
  const auto per_token = [&](const std::vector<float>& v) { return view(v.data(), 8, 8); };
  const auto gradient = view(b.g.data(), 8, 8, columns), other_gradient = view(b.g2.data(), 8, 8, columns);
  {
    using namespace lc::preference;
    const std::vector<float> advantage(8, 0.5F);
    CHECK(allocated([&] { token_cross_entropy(x = tokens(b.values), lc::preference::t = t, lc::preference::m = m, d(x) = gradient); }) == 0);
    CHECK(allocated([&] {
            dpo(xc = tokens(b.values), xr = tokens(b.others), tc = t, tr = t, rc = per_token(b.row), rr = per_token(b.row2), beta = 0.1, d(xc) = gradient,
                d(xr) = other_gradient, loom::workspace = scratch);
          }) == 0);
    CHECK(allocated([&] {
            grpo(x = tokens(b.values), lc::preference::t = t, lc::preference::m = m, old = per_token(b.row), reference = per_token(b.row2), A = advantage, eps = 0.2,
                 beta = 0.1, d(x) = gradient, loom::workspace = scratch);
          }) == 0);
  }
  {
    using namespace lc::contrastive;
    CHECK(allocated([&] { info_nce(s = b.x(), lc::contrastive::t = b.labels, u = row_of_column, d(s) = view(b.g.data(), b.n, b.c), loom::workspace = scratch); }) == 0);
    CHECK(allocated([&] { triplet_margin(anchor = b.x(), positive = b.s(), negative = b.x(), margin = 1, d(positive) = view(b.g.data(), b.n, b.c)); }) == 0);
  }
  {
    using namespace lc::segmentation;
    const auto images = view(b.values.data(), 4, columns, 4, 4), slopes = view(b.g.data(), 4, columns, 4, 4);
    CHECK(allocated([&] { dice(x = images, y = view(b.others.data(), 4, columns, 4, 4), smooth = 1, d(x) = slopes); }) == 0);
    CHECK(allocated([&] { class_dice(x = images, lc::segmentation::t = view(b.labels.data(), 4, 4, 4), smooth = 1, d(x) = slopes, loom::workspace = scratch); }) == 0);
  }
}

#endif
