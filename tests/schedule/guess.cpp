// SPDX-License-Identifier: BSL-1.0
// schedule/guess.cpp — which plans leave out the pass for the largest entry, and which sums of logarithms are products.
#include "loom/schedule/guess.hpp"

#include "loom/loom.hpp"
#include "support/catch.hpp"

namespace {

using namespace loom;

constexpr auto x = tensor<"x[N,C]">;
constexpr auto w = tensor<"w[N]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto u = loom::index<"u[N]">;
constexpr auto C = axis<"C">;
constexpr auto a = tensor<"a[N]">;
constexpr auto y = tensor<"y[N]">;
constexpr auto v = tensor<"v[N] in [0,1]">;

template <auto Formula, class... Derivatives>
constexpr bool guesses(Derivatives... of) {
  return loss<Formula>.plan(of...).loops.back().guess.pass >= 0;
}
template <auto Formula, class... Derivatives>
constexpr bool has_products(Derivatives... of) {
  return loss<Formula>.plan(of...).log_sums.any();
}

constexpr auto p = exp(x) / sum(exp(x), C);

}  // namespace

TEST_CASE("what is compared with one label's entry is shifted by it", "[schedule]") {
  STATIC_REQUIRE(guesses<-gather(log(p), t).mean()>());
  STATIC_REQUIRE(guesses<-gather(log(p), t).mean()>(d(x)));
  STATIC_REQUIRE(guesses<-(w * gather(log(p), t)).mean()>(d(x), d(w)));
  STATIC_REQUIRE(guesses<(pow(1 - gather(p, t), 2) * -gather(log(p), t)).mean()>(d(x)));
  STATIC_REQUIRE(guesses<sum(where(t != -100, -gather(log(p), t), 0))>(d(x)));
  constexpr auto& cross_entropy = loss<-gather(log(p), t).mean()>.plan();
  const schedule::shift_guess found = cross_entropy.loops[0].guess;
  CHECK(found.pass == 0);
  CHECK(cross_entropy.program[found.shift].code == ir::op::shift);
  CHECK(cross_entropy.program[found.stand_in].code == ir::op::gather);
  CHECK(cross_entropy.program[found.sum].code == ir::op::rest);
}

TEST_CASE("what would lose digits by it, or has no label, is shifted by the largest entry", "[schedule]") {
  STATIC_REQUIRE(!guesses<logsumexp(x, C).mean()>());
  STATIC_REQUIRE(!guesses<sum(softmax(x, C) * log(p))>());
  STATIC_REQUIRE(!guesses<(-gather(log(p), t) + square(logsumexp(x, C))).mean()>());
  STATIC_REQUIRE(!guesses<-(gather(log(p), t) + gather(log(p), u)).mean()>());
  STATIC_REQUIRE(!guesses<-sum((onehot(t, C) * 0.9 + 0.01) * log(p))>());
  STATIC_REQUIRE(!guesses<-gather(log_softmax(x / 2, C), t).mean()>());
}

TEST_CASE("logarithms that only a total takes in are added up as products", "[schedule]") {
  STATIC_REQUIRE(has_products<softplus(a).mean()>());
  STATIC_REQUIRE(has_products<softplus(a).mean()>(d(a)));
  STATIC_REQUIRE(has_products<-(y * log(1 / (1 + exp(-a))) + (1 - y) * log(1 - 1 / (1 + exp(-a)))).mean()>(d(a)));
  STATIC_REQUIRE(has_products<sum(log(1 + v))>());
  STATIC_REQUIRE(has_products<sum(y - (a - softplus(v)))>());  // deep in a sum, with either sign
  STATIC_REQUIRE(has_products<sum(y - (a + log(1 + v)))>());
  STATIC_REQUIRE(has_products<-gather(log(p), t).mean()>(d(x)));  // of rows
  STATIC_REQUIRE(!has_products<sum(w * gather(log(p), t))>());
  STATIC_REQUIRE(has_products<sum(log(a))>());  // of any numbers
  STATIC_REQUIRE(has_products<(log(a) + square(y) / a).mean()>(d(a), d(y)));
  STATIC_REQUIRE(!has_products<sum(y * log(a))>());
  STATIC_REQUIRE(!has_products<sum(log1p(a))>());  // above 1, perhaps
  STATIC_REQUIRE(!has_products<sum(w * softplus(a))>());
  STATIC_REQUIRE(!has_products<square(softplus(a)).mean()>());
  STATIC_REQUIRE(!has_products<softplus(a)>());
  STATIC_REQUIRE(!has_products<sum(softplus(x), C).mean()>());  // of a row
}
