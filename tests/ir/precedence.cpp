// SPDX-License-Identifier: BSL-1.0
// ir/precedence.cpp — axes in the order of declarations.
#include "loom/ir/precedence.hpp"

#include <initializer_list>

#include "support/catch.hpp"

using loom::ir::axis_order;
using loom::ir::axis_ranking;
using loom::ir::axis_set;
using loom::ir::only;
using loom::ir::precedence;

namespace {

/// Declarations, each a list of axes.
constexpr precedence listed(std::initializer_list<std::initializer_list<int>> declarations) {
  precedence r;
  for (const auto& d : declarations) {
    axis_order order;
    for (int a : d) order.push_back(static_cast<std::int8_t>(a));
    r.list(order);
  }
  return r;
}
constexpr axis_set set(std::initializer_list<int> axes) {
  axis_set r = 0;
  for (int a : axes) r |= only(a);
  return r;
}
constexpr bool is(const axis_order& order, std::initializer_list<int> expected) {
  int i = 0;
  for (int a : expected)
    if (i >= order.size() || order[i++] != a) return false;
  return i == order.size();
}

}  // namespace

TEST_CASE("an axis is before another if a declaration says so, or several together") {
  constexpr precedence p = listed({{3, 1}, {1, 7}, {7, 0}}).closed();
  LOOM_CHECK(p.before(3, 1));
  LOOM_CHECK(p.before(3, 0));
  LOOM_CHECK(!p.before(0, 3));
  LOOM_CHECK(!p.before(2, 3));
}

TEST_CASE("declarations that disagree say nothing, also where they do so in a ring") {
  constexpr precedence p = listed({{0, 1}, {1, 0}, {1, 2}}).closed();
  LOOM_CHECK(!p.before(0, 1));
  LOOM_CHECK(!p.before(1, 0));
  LOOM_CHECK(p.before(0, 2));
  constexpr precedence ring = listed({{0, 1}, {1, 2}, {2, 0}}).closed();
  LOOM_CHECK(!ring.before(0, 1));
  LOOM_CHECK(!ring.before(2, 1));
}

TEST_CASE("a position is one axis where the order is known there, even if it is open elsewhere") {
  constexpr axis_ranking r(set({0, 1, 2}), listed({{0, 2}, {1, 2}}), {});
  LOOM_CHECK(r.at(1) == only(2));
  LOOM_CHECK(r.at(2) == set({0, 1}));
  LOOM_CHECK(r.at(3) == set({0, 1}));
  LOOM_CHECK(r.in_doubt() == set({0, 1}));
  constexpr axis_ranking diamond(set({4, 5, 6, 7}), listed({{7, 5}, {7, 6}, {5, 4}, {6, 4}}), {});
  LOOM_CHECK(diamond.at(1) == only(4));
  LOOM_CHECK(diamond.at(2) == set({5, 6}));
  LOOM_CHECK(diamond.at(4) == only(7));
}

TEST_CASE("what a value's own inputs say is asked first") {
  constexpr precedence formula = listed({{0, 1}, {1, 0}});
  constexpr axis_ranking own(set({0, 1}), listed({{1, 0}}), formula);
  LOOM_CHECK(is(own.order(), {1, 0}));
  LOOM_CHECK(own.in_doubt() == 0);
  constexpr axis_ranking other(set({0, 1}), {}, formula);
  LOOM_CHECK(other.in_doubt() == set({0, 1}));
  constexpr axis_ranking from_formula(set({0, 1}), {}, listed({{1, 0}}));
  LOOM_CHECK(is(from_formula.order(), {1, 0}));
  constexpr axis_ranking transposed(set({0, 1}), listed({{1, 0}}), listed({{0, 1}}));
  LOOM_CHECK(is(transposed.order(), {1, 0}));
  LOOM_CHECK(transposed.at(1) == set({0}));
}

TEST_CASE("an order keeps to what is known, and is complete anyway") {
  constexpr axis_ranking r(set({0, 1, 2, 3}), listed({{3, 1}, {1, 0}}), {});
  LOOM_CHECK(is(r.order(), {3, 1, 0, 2}));
  LOOM_CHECK(is(axis_ranking(set({5}), {}, {}).order(), {5}));
  // A value at a place may list axes as no input does; with what the inputs say, these go round.
  LOOM_CHECK(axis_ranking(set({0, 1, 2}), listed({{0, 1}}), listed({{1, 2}, {2, 0}})).order().size() == 3);
  LOOM_CHECK(is(axis_ranking(0, {}, {}).order(), {}));
}
