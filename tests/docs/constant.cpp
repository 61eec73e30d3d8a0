// SPDX-License-Identifier: BSL-1.0
// tests/docs/constant.cpp — a program of docs/tutorial.md that only has to compile: facts about a loop, and a value, as constants.
// [program]
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto cross_entropy = loom::loss<-gather(log(exp(x) / sum(exp(x), -1)), t).mean()>;

static_assert(cross_entropy.plan(d(x)).sweeps == 1);  // value and gradient: one pass over the scores
static_assert(cross_entropy.plan(d(x)).exponentials == 1);  // one exponential a score, kept for the gradient
static_assert(cross_entropy.safe(d(x)));  // no finite scores overflow

constexpr float scores[1][5] = {{2.44f, 3.92f, 2.50f, -1.27f, 3.23f}};  // cat, dog, plane, fish, building
constexpr int dog[1] = {1};
constexpr float loss = cross_entropy(x = scores, t = dog);
static_assert(loss > 0.6812f && loss < 0.6814f);

int main() {}
// [/program]
