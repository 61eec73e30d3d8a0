// SPDX-License-Identifier: BSL-1.0
// ir/declaration.cpp — the text of an input, read.
#include "loom/ir/declaration.hpp"

#include "support/catch.hpp"

using loom::lang::declared;

TEST_CASE("a declaration is a name and its axes") {
  constexpr loom::lang::declaration d = declared("x[N,C]");
  LOOM_CHECK(d.error_column == 0);
  LOOM_CHECK(d.name == "x");
  LOOM_CHECK(d.axes.size() == 2);
  LOOM_CHECK(d.axes[0].name == "N");
  LOOM_CHECK(d.axes[1].name == "C");
  LOOM_CHECK(d.axes[1].extent == 0);
}

TEST_CASE("an axis may carry its extent") {
  constexpr loom::lang::declaration d = declared("x[N,C=10]");
  LOOM_CHECK(d.axes[0].extent == 0);
  LOOM_CHECK(d.axes[1].extent == 10);
}

TEST_CASE("a declaration without axes is a single number") {
  LOOM_CHECK(declared("gamma").name == "gamma");
  LOOM_CHECK(declared("gamma").axes.empty());
  LOOM_CHECK(declared("x[]").axes.empty());
  LOOM_CHECK(declared("x[]").error_column == 0);
}

TEST_CASE("blanks between the tokens of a declaration do not matter") {
  constexpr loom::lang::declaration d = declared(" a_1 [ N , C = 7 ] ");
  LOOM_CHECK(d.error_column == 0);
  LOOM_CHECK(d.name == "a_1");
  LOOM_CHECK(d.axes[1].extent == 7);
}

TEST_CASE("axes past the fifth are counted, not kept") {
  LOOM_CHECK(declared("x[A,B,C,D,E]").rank == 5);
  LOOM_CHECK(declared("x[A,B,C,D,E,F]").rank == 6);
  LOOM_CHECK(declared("x[A,B,C,D,E,F]").axes.size() == 5);
  LOOM_CHECK(declared("x[A,B,C,D,E,F]").error_column == 0);
}

TEST_CASE("a text that is no declaration is refused at the column where it stops making sense") {
  LOOM_CHECK(declared("").error_column == 1);
  LOOM_CHECK(declared("2x").error_column == 1);
  LOOM_CHECK(declared("x[N,").error_column == 5);
  LOOM_CHECK(declared("x[N").error_column == 4);
  LOOM_CHECK(declared("x]").error_column == 2);
  LOOM_CHECK(declared("x[N,3]").error_column == 5);
  LOOM_CHECK(declared("x[N=]").error_column == 5);
  LOOM_CHECK(declared("x[N=0]").error_column == 6);
  LOOM_CHECK(declared("x[N]y").error_column == 5);
  LOOM_CHECK(declared("x y").error_column == 3);
}

TEST_CASE("an axis is named once in a declaration") { LOOM_CHECK(declared("x[N,N]").error_column == 6); }

TEST_CASE("a declaration may say what the numbers are") {
  constexpr auto domain_of = [](const char* text) { return declared(text).domain; };
  using domain = loom::ir::number_domain;
  LOOM_CHECK(declared("p[N,C] in [0,1]").axes.size() == 2);
  LOOM_CHECK(declared("p[N,C] in [0,1]").domain_column == 8);
  LOOM_CHECK(declared("p[N,C]").domain_column == 0);
  LOOM_CHECK(domain_of("p[N,C]") == domain{});
  LOOM_CHECK(domain_of("p[N,C] in [0,1]") == domain{0, 1});
  LOOM_CHECK(domain_of("p in (0, 1]") == domain{0, 1, true, false});
  LOOM_CHECK(domain_of("p in[-1.5,2.5e-3)") == domain{-1.5, 2.5e-3, false, true});
  LOOM_CHECK(domain_of("s2[N] > 0").low == 0);
  LOOM_CHECK(domain_of("s2[N] > 0").above_low);
  LOOM_CHECK(domain_of("s2[N] >= 0.1") == domain{0.1});
  LOOM_CHECK(domain_of("z<=-4").high == -4);
  LOOM_CHECK(domain_of("z < 1e10").below_high);
}

TEST_CASE("a domain that cannot be read, or that no number is in, is refused where it stops making sense") {
  LOOM_CHECK(declared("p[N] on [0,1]").error_column == 6);
  LOOM_CHECK(declared("p[N] in 0,1").error_column == 9);
  LOOM_CHECK(declared("p[N] in [0,1").error_column == 13);
  LOOM_CHECK(declared("p[N] in [0;1]").error_column == 11);
  LOOM_CHECK(declared("p[N] in [1,0]").error_column == 6);
  LOOM_CHECK(declared("p[N] in [1,1)").error_column == 6);
  LOOM_CHECK(declared("p[N] in [1,1]").error_column == 0);
  LOOM_CHECK(declared("p > ").error_column == 5);
  LOOM_CHECK(declared("p > 1e99").error_column == 9);
  LOOM_CHECK(declared("p > 1234567890123456").error_column == 20);
  LOOM_CHECK(declared("p > 0 x").error_column == 7);
}
