// SPDX-License-Identifier: BSL-1.0
// Losses that run along an axis, as textbooks write them, beside plain loops: formulas/textbook.cpp has the others. Large logits are where a
// running sum of exponentials, or a running product of probabilities, leaves the range of numbers.
#include <cmath>

#include "loom/loom.hpp"
#include "support/plain_loss.hpp"

namespace {

using loom::exclusive, loom::reverse;
using plain::real, plain::sample;
using std::size_t;

constexpr auto I = loom::axis<"I">;
constexpr auto x = loom::tensor<"x[B,I]">;
constexpr auto p = loom::tensor<"p[B,I] in (0,1)">;
constexpr auto risk = loom::tensor<"risk[N]">;
constexpr auto t = loom::index<"t[B]">;
constexpr auto event = loom::mask<"event[B]">;
constexpr auto seen = loom::mask<"seen[N]">;
constexpr auto N = loom::axis<"N">;

// The likelihood of an order: as a product, as a sum of logarithms, with its name.
constexpr auto list_mle = loom::loss<-log(prod(exp(x) / cumsum(exp(x), I, reverse), I)).mean()>;
constexpr auto list_mle_log = loom::loss<sum(log(cumsum(exp(x), I, reverse)) - x, I).mean()>;
constexpr auto list_mle_named = loom::loss<sum(logcumsumexp(x, I, reverse) - x, I).mean()>;

// Rows sorted by time, the longest first: the others at risk are those before.
constexpr auto cox = loom::loss<-sum(where(seen, log(exp(risk) / cumsum(exp(risk), N)), 0)) / max(count(seen), 1)>;

// Distances of cumulative distributions.
constexpr auto shares = exp(x) / sum(exp(x), I);
constexpr auto earth_mover = loom::loss<sum(square(cumsum(shares, I) - where(I >= t, 1, 0)), I).mean()>;
constexpr auto earth_mover_hot = loom::loss<sum(square(cumsum(shares - onehot(t, I), I)), I).mean()>;

// Survival in steps: to live until step t, and to die there or not to.
constexpr auto hazard = 1 / (1 + exp(-x));
constexpr auto survival = cumprod(1 - hazard, I);
constexpr auto death = hazard * cumprod(1 - hazard, I, exclusive);
constexpr auto likelihood = loom::loss<-log(where(event, death(I = t), survival(I = t))).mean()>;

constexpr auto chance = loom::loss<-log(cumprod(p, I)(I = loom::last)).mean()>;  // of all at once

real plain_cox(const sample& b, const sample&) {
  real r = 0, before = 0, events = 0;
  for (size_t i = 0; i < b.rows; ++i) {
    before += std::exp(b(i, 0));
    if (b.event[i] == 0) continue;
    r += std::log(before) - b(i, 0);
    ++events;
  }
  return r / std::max<real>(events, 1);
}
real plain_earth_mover(const sample& b, const sample&) {
  return b.mean_of_rows([&](size_t q) {
    real all = 0, sum = 0, r = 0;
    for (size_t i = 0; i < b.columns; ++i) all += std::exp(b(q, i));
    for (size_t i = 0; i < b.columns; ++i) {
      sum += std::exp(b(q, i)) / all - (static_cast<int>(i) == b.label[q]);
      r += sum * sum;
    }
    return r;
  });
}
real plain_likelihood(const sample& b, const sample&) {
  return b.mean_of_rows([&](size_t q) {
    real r = 0;
    for (int i = 0; i <= b.label[q]; ++i) {
      const real logit = b(q, static_cast<size_t>(i));
      r += plain::softplus(i == b.label[q] && b.event[q] != 0 ? -logit : logit);
    }
    return r;
  });
}
real plain_chance(const sample& b, const sample&) {
  return b.mean_of_rows([&](size_t q) {
    real r = 0;
    for (size_t i = 0; i < b.columns; ++i) r -= std::log(b(q, i));
    return r;
  });
}

TEST_CASE("running sums and products as they are written") {
  for (const sample& b : {plain::ordinary(7, 5), plain::ordinary(1, 3), plain::ordinary(5, 33),
                          plain::scaled(7, 5, 1000), plain::equal(4, 3)}) {
    const auto hold = [&](const char* name, const auto& loss, auto plain) {
      plain::agrees(name, b, plain, [&](auto& data, auto& gradient, auto& room) {
        return loss(x = data.matrix(), d(x) = gradient.matrix(), loom::workspace = room);
      });
    };
    hold("a product of shares", list_mle, plain::plackett_luce);
    hold("the logarithm of a running sum", list_mle_log, plain::plackett_luce);
    hold("logcumsumexp", list_mle_named, plain::plackett_luce);
    const auto hold_labelled = [&](const char* name, const auto& loss) {
      plain::agrees(name, b, plain_earth_mover, [&](auto& data, auto& gradient, auto& room) {
        return loss(x = data.matrix(), t = b.label, d(x) = gradient.matrix(), loom::workspace = room);
      });
    };
    hold_labelled("earth mover", earth_mover);
    hold_labelled("earth mover of a one-hot", earth_mover_hot);
    plain::agrees_in_both("survival", b, plain_likelihood, [&](auto& data, auto& gradient, auto& room) {
      return likelihood(x = data.matrix(), t = b.label,
                        event = loom::view(reinterpret_cast<const bool*>(b.event.data()), b.rows),
                        d(x) = gradient.matrix(), loom::workspace = room);
    });
  }
}

TEST_CASE("a risk of all that were sorted before") {
  for (const sample& b :
       {plain::ordinary(9, 1), plain::ordinary(1, 1), plain::ordinary(70, 1), plain::scaled(9, 1, 1000)})
    plain::agrees("Cox", b, plain_cox, [&](auto& data, auto& gradient, auto& room) {
      return cox(risk = data.line(), seen = loom::view(reinterpret_cast<const bool*>(b.event.data()), b.rows),
                 d(risk) = gradient.line(), loom::workspace = room);
    });
}

TEST_CASE("a product of more chances than a number has digits for") {
  for (const size_t columns : {size_t{3}, size_t{200}}) {
    sample b = plain::ordinary(3, columns);
    for (real& v : b.entries) v = static_cast<float>((v + 1.25L) / 4);
    plain::agrees("chances", b, plain_chance, [&](auto& data, auto& gradient, auto& room) {
      return chance(p = data.matrix(), d(p) = gradient.matrix(), loom::workspace = room);
    });
  }
}

}  // namespace
