// SPDX-License-Identifier: BSL-1.0
// tests/collection/masked_pairs.cpp — pixels and pairs that a label keeps out reach neither value nor gradient; masked pairs; vectors and
// distances of 0. Through the loops of every target.
#include "loom/collection/contrastive.hpp"
#include "loom/collection/segmentation.hpp"
#include "support/everywhere.hpp"

using namespace trial;
using loom::d, loom::view, loom::workspace;

namespace formulas {

using namespace loom::collection::segmentation;
// F.cross_entropy(x, t, ignore_index = 255): the mean over the pixels kept.
constexpr auto some_pixels =
    loom::loss<sum(where(t != 255, -gather(log(exp(x) / sum(exp(x), C)), t, C), 0)) / count(t != 255)>;

}  // namespace formulas

TEST_CASE("a pair whose label is neither 1 nor -1 may hold anything") {
  using namespace loom::collection::contrastive;
  everywhere([](std::ptrdiff_t entries) {
    numbers one = waves(3 * entries), other = waves(3 * entries, 1), g(one.size(), 7), h(one.size(), 7);
    for (std::size_t i = 0; i < other.size(); ++i) other[i] += 0.3 * static_cast<double>(i % 4);
    const std::vector<int> labels = {1, 0, -1};
    const auto call = [&] {
      return cosine_embedding(a = view(one.data(), 3, entries), c = view(other.data(), 3, entries), y = labels,
                              margin = -1.5, d(a) = view(g.data(), 3, entries), d(c) = view(h.data(), 3, entries));
    };
    const double clean = call();
    spoil(one, 1, 3);
    spoil(other, 1, 3);
    CHECK(call() == clean);
    check_silent(g, 1, 3);
    check_silent(h, 1, 3);
  });
}

TEST_CASE("an ignored pixel may hold anything") {
  using namespace loom::collection::segmentation;
  everywhere([](std::ptrdiff_t classes) {
    numbers logits = waves(2 * classes * 6), g(logits.size(), 7);
    const std::vector<std::uint8_t> labels = {0, 1, 2, 3, 255, 4, 1, 1, 0, 0, 2, 3};  // 2 images of 3 x 2 pixels
    const auto call = [&] {
      return formulas::some_pixels(x = view(logits.data(), 2, classes, 3, 2), t = view(labels.data(), 2, 3, 2),
                                   d(x) = view(g.data(), 2, classes, 3, 2));
    };
    const double clean = call();
    for (std::ptrdiff_t k = 0; k < classes; ++k)
      logits[static_cast<std::size_t>(k * 6 + 4)] = k % 2 == 0 ? not_a_number : inf;
    CHECK(call() == clean);
    for (std::ptrdiff_t k = 0; k < classes; ++k) CHECK(g[static_cast<std::size_t>(k * 6 + 4)] == 0);
    for (double v : g) CHECK(std::isfinite(v));
  });
}

TEST_CASE("distances of 0 and vectors of 0 have finite gradients") {
  using namespace loom::collection::contrastive;
  everywhere([](std::ptrdiff_t entries) {
    numbers same = waves(2 * entries), zero(same.size(), 0.0), g(same.size(), 7), h(same.size(), 7);
    const auto rows = view(same.data(), 2, entries), zeros = view(zero.data(), 2, entries);
    constexpr auto plain = loom::loss<
        max(0, sqrt(sum(square(anchor - positive), D)) - sqrt(sum(square(anchor - negative), D)) + margin).mean()>;
    CHECK(plain(anchor = rows, positive = rows, negative = rows, margin = 0.5, d(anchor) = view(g.data(), 2, entries),
                d(negative) = view(h.data(), 2, entries)) == 0.5);
    for (double v : g) CHECK(v == 0);
    for (double v : h) CHECK(v == 0);
    const std::vector<int> labels = {1, -1};
    CHECK(std::isfinite(cosine_embedding(a = zeros, c = rows, y = labels, margin = -0.5,
                                         d(a) = view(g.data(), 2, entries), d(c) = view(h.data(), 2, entries))));
    for (double v : g) CHECK(std::isfinite(v));
    for (double v : h) CHECK(v == 0);
  });
}

TEST_CASE("masked pairs have no probability and no gradient") {
  everywhere([](std::ptrdiff_t entries) {
    const auto n = static_cast<std::size_t>(entries);
    numbers logits(4 * n, 0.5), g(logits.size(), 7), scratch(4 * n + 64);
    for (std::size_t i = 0; i < logits.size(); ++i)
      if (i % n >= 3) logits[i] = -inf;
    const std::vector<int> labels = {0, 1, 2, 0};
    const auto check = [&](double value, double want, const numbers& gradient) {
      CHECK(std::fabs(value - want) < 1e-14);
      for (std::size_t i = 0; i < gradient.size(); ++i)
        CHECK((std::isfinite(gradient[i]) && (i % n < 3 || gradient[i] == 0)));
    };
    using namespace loom::collection::contrastive;  // four rows, of which three columns are not masked
    const auto rows = view(logits.data(), 4, entries), out = view(g.data(), 4, entries);
    constexpr auto rows_only = loom::loss<-gather(log(exp(s) / sum(exp(s), M)), t, M).mean()>;
    check(rows_only(s = rows, t = labels, d(s) = out), std::log(3.0), g);
    for (std::size_t i = 0; i < logits.size(); ++i)
      logits[i] = i % n == (i / n + 4) % n ? -inf : 0.5;  // one masked pair a row
    std::vector<int> columns(n, 0);
    columns[4] = 1;
    double both_ways = not_a_number;
    CHECK(trial::allocated(
              [&] { both_ways = info_nce(s = rows, t = labels, u = columns, d(s) = out, workspace = scratch); }) == 0);
    CHECK(std::isfinite(both_ways));
    for (std::size_t i = 0; i < g.size(); ++i) CHECK((std::isfinite(g[i]) && (logits[i] > -inf || g[i] == 0)));
  });
}
