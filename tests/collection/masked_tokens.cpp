// SPDX-License-Identifier: BSL-1.0
// tests/collection/masked_tokens.cpp — tokens that a mask or a label keeps out reach neither value nor gradient, whatever they hold;
// masked words have no probability. Through the loops of every target.
#include "loom/collection/preference.hpp"
#include "support/everywhere.hpp"

using namespace trial;
using loom::d, loom::view, loom::workspace;

TEST_CASE("a masked token may hold anything, and any label") {
  using namespace loom::collection::preference;
  everywhere([](std::ptrdiff_t words) {
    numbers logits = waves(6 * words), g(logits.size(), 7);
    std::vector<int> labels = {0, 1, 2, 3, 4, 0};
    const bool keep[] = {true, true, true, true, false, true};
    const auto rows = view(logits.data(), 2, 3, words);
    const auto call = [&] {
      return token_cross_entropy(x = rows, t = view(labels.data(), 2, 3), m = view(keep, 2, 3),
                                 d(x) = view(g.data(), 2, 3, words));
    };
    const double clean = call();
    spoil(logits, 4, 6);
    for (int label : {4, -1, 1 << 30}) {
      labels[4] = label;
      CHECK(call() == clean);
      check_silent(g, 4, 6);
    }
    const bool other[] = {true, true, true, true, true, false};
    CHECK_THROWS_AS(token_cross_entropy(x = rows, t = view(labels.data(), 2, 3), m = view(other, 2, 3)), loom::error);
  });
}

TEST_CASE("GRPO: a masked token may hold anything, a ratio beyond all bounds is clipped, in its gradient as well") {
  using namespace loom::collection::preference;
  everywhere([](std::ptrdiff_t words) {
    numbers logits = waves(6 * words), g(logits.size(), 7), sampled(6, -1.5), given(6, -1.25), advantage = {1, -0.5},
            scratch(64);
    std::vector<long> labels = {0, 1, 2, 3, 4, 0};
    const bool keep[] = {true, true, true, true, false, true};
    const auto call = [&] {
      return grpo(x = view(logits.data(), 2, 3, words), t = view(labels.data(), 2, 3), m = view(keep, 2, 3),
                  old = view(sampled.data(), 2, 3), reference = view(given.data(), 2, 3), A = advantage, eps = 0.2,
                  beta = 0.1, d(x) = view(g.data(), 2, 3, words), workspace = scratch);
    };
    const double clean = call();
    spoil(logits, 4, 6);
    sampled[4] = given[4] = not_a_number;
    labels[4] = 1000;
    CHECK(call() == clean);
    check_silent(g, 4, 6);
    // Every token of the first sequence: exp(800 + log p) times its advantage would be infinite.
    for (std::size_t k = 0; k < 3; ++k) sampled[k] = -2000;
    for (std::size_t k = 0; k < 3; ++k) given[k] = -1.25;
    const double bounded = call();
    CHECK(std::isfinite(bounded));
    for (double v : g) CHECK(std::isfinite(v));
    CHECK(trial::allocated(call) == 0);  // sums lie in the workspace
    // Without an advantage it gains nothing: what is left is the divergence, whatever the ratio.
    advantage[0] = 0;
    const double beyond = call();
    const numbers slopes = g;
    for (std::size_t k = 0; k < 3; ++k) sampled[k] = -1.5;
    CHECK(beyond == call());
    CHECK(slopes == g);
    for (double v : g) CHECK(std::isfinite(v));
  });
}

TEST_CASE("DPO: a token whose label is -100 may hold anything") {
  using namespace loom::collection::preference;
  everywhere([](std::ptrdiff_t words) {
    numbers good = waves(6 * words), bad = waves(6 * words, 3), g(good.size(), 7), h(good.size(), 7),
            reference_good(6, -1), reference_bad(6, -2), scratch(64);
    std::vector<int> good_labels = {0, 1, -100, 3, 4, 0}, bad_labels = {1, 1, 2, -100, 0, 4};
    const auto call = [&] {
      return dpo(xc = view(good.data(), 2, 3, words), xr = view(bad.data(), 2, 3, words),
                 tc = view(good_labels.data(), 2, 3), tr = view(bad_labels.data(), 2, 3),
                 rc = view(reference_good.data(), 2, 3), rr = view(reference_bad.data(), 2, 3), beta = 0.1,
                 d(xc) = view(g.data(), 2, 3, words), d(xr) = view(h.data(), 2, 3, words), workspace = scratch);
    };
    const double clean = call();
    spoil(good, 2, 6);
    spoil(bad, 3, 6);
    reference_good[2] = reference_bad[3] = not_a_number;
    CHECK(call() == clean);
    check_silent(g, 2, 6);
    check_silent(h, 3, 6);
  });
}

TEST_CASE("masked words have no probability and no gradient") {
  everywhere([](std::ptrdiff_t entries) {
    const auto n = static_cast<std::size_t>(entries);
    numbers logits(4 * n, 0.5), g(logits.size(), 7), h(logits.size(), 7), r(4, -1), scratch(4 * n + 64);
    for (std::size_t i = 0; i < logits.size(); ++i)
      if (i % n >= 3) logits[i] = -inf;
    const std::vector<int> labels = {0, 1, 2, 0};
    const auto check = [&](double value, double want, const numbers& gradient) {
      CHECK(std::fabs(value - want) < 1e-14);
      for (std::size_t i = 0; i < gradient.size(); ++i)
        CHECK((std::isfinite(gradient[i]) && (i % n < 3 || gradient[i] == 0)));
    };
    using namespace loom::collection::preference;
    const auto rows = view(logits.data(), 2, 2, entries), out = view(g.data(), 2, 2, entries);
    const auto t22 = view(labels.data(), 2, 2);
    const auto r22 = view(r.data(), 2, 2);
    const bool keep[] = {true, true, true, true};
    const numbers advantage = {0, 0};
    check(token_cross_entropy(x = rows, t = t22, m = view(keep, 2, 2), d(x) = out), std::log(3.0), g);
    check(dpo(xc = rows, xr = rows, tc = t22, tr = t22, rc = r22, rr = r22, beta = 1, d(xc) = out,
              d(xr) = view(h.data(), 2, 2, entries), workspace = scratch),
          std::log(2.0), g);
    check(0, 0, h);
    const double away = -1 + std::log(3.0);  // how far the reference is from log(1 / 3)
    check(grpo(x = rows, t = t22, m = view(keep, 2, 2), old = r22, reference = r22, A = advantage, eps = 0.2, beta = 1,
               d(x) = out, workspace = scratch),
          std::expm1(away) - away, g);
  });
}
