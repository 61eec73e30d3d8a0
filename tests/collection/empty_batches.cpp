// SPDX-License-Identifier: BSL-1.0
// tests/collection/empty_batches.cpp — batches and sequences of which nothing is left, and rows without a finite logit, through
// the loops of every target.
#include "loom/collection/preference.hpp"
#include "support/everywhere.hpp"

using namespace trial;
using loom::d, loom::view, loom::workspace;

namespace formulas {

namespace p = loom::collection::preference;
// [empty]
constexpr auto total = sum(where(p::m, -p::logp, 0));
// 0 instead of NaN for a batch of which nothing is kept.
constexpr auto or_zero = loom::loss<where(count(p::m) > 0, total / max(count(p::m), 1), 0)>;
// [/empty]
// [unknown]
// Rows without a finite logit left out: they have no softmax.
constexpr auto known = max(p::x, p::V) > -std::numeric_limits<double>::infinity();
constexpr auto of_known_rows = loom::loss<sum(where(known, -p::logp, 0)) / count(known)>;
// [/unknown]
constexpr auto of_all_rows = loom::loss<-p::logp.mean()>;

}  // namespace formulas

TEST_CASE("nothing kept: the mean over nothing is NaN, or 0 with a gradient of 0 where the formula says so") {
  using namespace loom::collection::preference;
  everywhere([](std::ptrdiff_t words) {
    numbers logits = waves(2 * words), g(logits.size(), 7);
    const std::vector<int> labels = {-100, 3};
    bool keep[] = {false, false};
    const auto rows = view(logits.data(), 1, 2, words), out = view(g.data(), 1, 2, words);
    const auto targets = view(labels.data(), 1, 2);
    CHECK(std::isnan(token_cross_entropy(x = rows, t = targets, m = view(keep, 1, 2), d(x) = out)));
    for (double v : g) CHECK(v == 0);  // a token kept out has no part in the gradient of what is unknown, either
    CHECK(formulas::or_zero(x = rows, t = targets, m = view(keep, 1, 2), d(x) = out) == 0);
    for (double v : g) CHECK(v == 0);
    keep[1] = true;
    const double some = token_cross_entropy(x = rows, t = targets, m = view(keep, 1, 2), d(x) = out);
    const numbers slopes = g;
    CHECK(formulas::or_zero(x = rows, t = targets, m = view(keep, 1, 2), d(x) = out) == some);
    CHECK(g == slopes);
  });
}

TEST_CASE("a sequence of which nothing is kept loses nothing in GRPO and DPO") {
  using namespace loom::collection::preference;
  everywhere([](std::ptrdiff_t words) {
    numbers logits = waves(4 * words), g(logits.size(), 7), sampled(4, -1.5), given(4, -1.25), advantage = {1, -0.5},
            scratch(64);
    const std::vector<int> labels = {0, 1, -100, -100};
    const bool keep[] = {true, true, false, false};
    const auto rows = view(logits.data(), 2, 2, words);
    const auto targets = view(labels.data(), 2, 2);
    const double value = grpo(x = rows, t = targets, m = view(keep, 2, 2), old = view(sampled.data(), 2, 2),
                              reference = view(given.data(), 2, 2), A = advantage, eps = 0.2, beta = 0.1,
                              d(x) = view(g.data(), 2, 2, words), workspace = scratch);
    CHECK(std::isfinite(value));
    for (std::size_t i = 2 * static_cast<std::size_t>(words); i < g.size(); ++i) CHECK(g[i] == 0);
    const std::vector<int> none(4, -100);
    const double even = dpo(xc = rows, xr = rows, tc = view(none.data(), 2, 2), tr = view(none.data(), 2, 2),
                            rc = view(given.data(), 2, 2), rr = view(given.data(), 2, 2), beta = 0.1,
                            d(xc) = view(g.data(), 2, 2, words), workspace = scratch);
    CHECK(std::fabs(even - std::log(2.0)) < 1e-15);
    for (double v : g) CHECK(v == 0);
  });
}

TEST_CASE("a row without a finite logit has no softmax: NaN, unless the formula leaves it out") {
  using namespace loom::collection::preference;
  everywhere([](std::ptrdiff_t words) {
    numbers logits = waves(2 * words), g(logits.size(), 7);
    for (std::size_t k = 0; k < static_cast<std::size_t>(words); ++k) logits[k] = -inf;
    const std::vector<int> labels = {0, 3};
    const auto rows = view(logits.data(), 1, 2, words), out = view(g.data(), 1, 2, words);
    CHECK(std::isnan(formulas::of_all_rows(x = rows, t = view(labels.data(), 1, 2), d(x) = out)));
    for (std::size_t k = 0; k < g.size(); ++k) CHECK(std::isnan(g[k]) == (k < static_cast<std::size_t>(words)));
    CHECK(std::isfinite(formulas::of_known_rows(x = rows, t = view(labels.data(), 1, 2), d(x) = out)));
    check_silent(g, 0, 2);
  });
}
