// SPDX-License-Identifier: BSL-1.0
// rewrite/own_rules.cpp — rules of a user's: where they are applied, and what is said of rules that break a law.
#include "loom/laws.hpp"
#include "loom/loom.hpp"
#include "support/catch.hpp"

namespace {

namespace mine {
using namespace loom::rule_notation;
inline constexpr loom::rules rules({
    {"energy of a row", square(norm(a, k)), sum(square(a), k)},
    {"log of a scaled number", log(a* b), log(a) + log(b), guards::both_nonnegative},
    in_a_sum("complement of a square", 1 - square(a), (1 - a) * (1 + a)),
});
inline constexpr loom::rules unbound({{"from nowhere", log(a), log(b)}});
inline constexpr loom::rules without_axes({{"from nowhere", log(a), sum(log(a), k)}});
inline constexpr loom::rules adds_axes({{"a part for the whole", norm(a, k), abs(a)}});
inline constexpr loom::rules turns({{"turn", a + b, b + a}});
inline constexpr loom::rules grows({{"grow", log(a), log(2 * a) - log(number(2))}});
inline constexpr loom::rules in_a_ring({{"one way", exp(a) * exp(b), exp(a + b)},
                                        {"the other", exp(a + b), exp(a) * exp(b)}});
inline constexpr loom::rules never({{"a square", log(a* a), 2 * log(abs(a))}});
inline constexpr loom::rules wrong({{"sign of a root", sqrt(square(a)), a}});
inline constexpr loom::rules beside({{"a mask", where(m, a, 0), a}});
inline constexpr loom::rules impossible(
    {{"no such thing", exp(a), a, [](loom::rewrite::known_graph&, const loom::rewrite::matched&) { return false; }}});
}  // namespace mine

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto w = loom::tensor<"w[N] > 0">;
constexpr auto C = loom::axis<"C">;
using loom::d;

std::string only(const std::vector<std::string>& broken) {
  REQUIRE(broken.size() == 1);
  return broken[0];
}

}  // namespace

TEST_CASE("a rule of a user is applied to the formula, and its derivative is that of what it leaves", "[rewrite]") {
  constexpr auto energy = loom::loss<square(norm(x, C)).mean(), mine::rules>;
  constexpr auto plain = loom::loss<square(norm(x, C)).mean()>;
  STATIC_REQUIRE(energy.uses("energy of a row"));
  STATIC_REQUIRE(!plain.uses("energy of a row"));
  STATIC_REQUIRE(energy.plan(d(x)).row_passes < plain.plan(d(x)).row_passes);
  const float data[] = {1, 2, 3, 4, 5, 6};
  float g[6], h[6];
  CHECK(energy(x = loom::view(data, 2, 3), d(x) = loom::view(g, 2, 3)) == Approx(45.5));
  CHECK(plain(x = loom::view(data, 2, 3), d(x) = loom::view(h, 2, 3)) == Approx(45.5));
  for (int i = 0; i < 6; ++i) CHECK(g[i] == Approx(data[i]));
  for (int i = 0; i < 6; ++i) CHECK(h[i] == Approx(data[i]));
}

TEST_CASE("a guard of a user's rule asks what is known, and a rule about a sum finds its terms", "[rewrite]") {
  constexpr auto known = loom::loss<log(w * exp(x)).mean(), mine::rules>;
  constexpr auto unknown = loom::loss<log(abs(x) * x).mean(), mine::rules>;
  STATIC_REQUIRE(known.uses("log of a scaled number"));
  STATIC_REQUIRE(!unknown.uses("log of a scaled number"));
  constexpr auto sum = loom::loss<(x * 3 - square(tanh(x)) + w + 1).mean(), mine::rules>;
  STATIC_REQUIRE(sum.uses("complement of a square"));
}

TEST_CASE("the same formula with rules and without is two losses", "[rewrite]") {
  constexpr auto with = loom::loss<square(norm(x, C)).mean(), mine::rules>;
  constexpr auto without = loom::loss<square(norm(x, C)).mean()>;
  STATIC_REQUIRE(!std::is_same_v<decltype(with), decltype(without)>);
}

TEST_CASE("rules that keep the laws", "[rewrite]") { CHECK(loom::broken_laws(mine::rules).empty()); }

TEST_CASE("what is said of rules that do not", "[rewrite]") {
  using loom::broken_laws;
  CHECK(only(broken_laws(mine::unbound)) == "rule \"from nowhere\": its right side has b, which its left side has not");
  CHECK(only(broken_laws(mine::without_axes)) ==
        "rule \"from nowhere\": its right side has k, which its left side has not");
  CHECK(only(broken_laws(mine::adds_axes)).find("its right side has more axes than its left side: a[NC]") !=
        std::string::npos);
  CHECK(only(broken_laws(mine::turns)).find("\"turn\": it does not stop") != std::string::npos);
  CHECK(only(broken_laws(mine::grows)).find("\"grow\": it does not stop") != std::string::npos);
  CHECK(broken_laws(mine::in_a_ring).size() == 2);
  CHECK(only(broken_laws(mine::never)) ==
        "rule \"a square\": it is never applied: in canonical form its left side is log(square(a)), with a[NC]");
  CHECK(only(broken_laws(mine::wrong)).find("it is false: its left side is") != std::string::npos);
  CHECK(only(broken_laws(mine::beside)).find("it is false") != std::string::npos);
  CHECK(only(broken_laws(mine::impossible)).find("nothing that its guard allows") != std::string::npos);
}
