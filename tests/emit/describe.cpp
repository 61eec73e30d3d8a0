// SPDX-License-Identifier: BSL-1.0
#include "loom/emit/describe.hpp"

#include "emit/subjects.hpp"
#include "loom/schedule/walk.hpp"
#include "support/catch.hpp"

using loom::emit::names, loom::emit::detail::description;

TEST_CASE("a comment tells what steps are for, an explanation what they do") {
  const printed::subject s = printed::flagships(false)[0];  // cross entropy
  const names n(s.schedule, "loss", {loom::emit::words_of_cpp});
  const description told(s.schedule, n);
  const loom::schedule::sweep& sweep = s.schedule.loops[0];
  CHECK(told.purpose(sweep.passes[0].body) == "The largest entry of x, to shift by, so that no exponential overflows.");
  CHECK(told.deeds(sweep.passes[0].body) == "reduces row_max (shift of x_nc)");
  CHECK(told.purpose(sweep.passes[1].body) ==
        "The sum of exp_x but for the largest, a 1 beside which small ones would be lost. Kept for the gradient: "
        "exp_x in d_x.");
  CHECK(told.deeds(sweep.passes[1].body) == "reduces row_rest (rest of exp_x); parks exp_x in d(x)");
  CHECK(told.purpose(sweep.passes[2].body) == "The gradient: d_x.");
  CHECK(told.deeds(sweep.passes[2].body) == "recalls exp_x in d(x); writes d(x) (grad_x)");
  CHECK(told.range_of(sweep) == "");
}

TEST_CASE("arrays and sweeps over fewer axes are told by their axes") {
  const printed::subject s = printed::with_a_workspace()[0];  // InfoNCE
  const names n(s.schedule, "loss", {loom::emit::words_of_cpp});
  const description told(s.schedule, n);
  CHECK(told.array(0) == "max_M[M]");
  CHECK(told.reduction_of(s.schedule.arrays[1].id) == "rest of exp_s_m");
  CHECK(told.range_of(s.schedule.loops[3]) == ", over M");
  CHECK(told.purpose(steps_of(s.schedule.loops[0])) ==
        "The largest entry of s, to shift by, so that no exponential overflows.");
  CHECK(told.deeds(steps_of(s.schedule.loops[0])) == "fills max_M[M]");
}
