// SPDX-License-Identifier: BSL-1.0
// Folds of parts, joined: those of all entries, in whichever parts they come.
#include "loom/loops/joined.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "support/catch.hpp"

namespace {

using loom::ir::op;
using loom::loops::join_parts;
using loom::loops::join_shifted_parts;
constexpr float inf = std::numeric_limits<float>::infinity();

struct sums {
  float largest = -inf, sum = 0, rest = -1;
};
float shift_of(float largest) { return std::isfinite(largest) ? largest : 0; }
/// What a block leaves: sums of exp(scale * (e - largest)), as floats.
sums fold(const std::vector<float>& entries, float scale) {
  sums r;
  for (float e : entries) r.largest = std::isnan(e) || e > r.largest ? e : r.largest;
  long double sum = 0, rest = 0;
  bool counted = false;
  for (float e : entries) {
    const long double v =
        std::exp(static_cast<long double>(scale) * (static_cast<long double>(e) - shift_of(r.largest)));
    sum += v;
    if (e == r.largest && std::isfinite(e) && !counted) counted = true;
    else rest += v;
  }
  r.sum = static_cast<float>(sum);
  r.rest = static_cast<float>(counted ? rest : rest - 1);
  return r;
}
void join(sums& all, const sums& part, float scale) {
  const loom::loops::shifted_parts<float> by{&all.largest, &part.largest, -static_cast<double>(scale)};
  join_shifted_parts<float>(op::sum, &all.sum, &part.sum, by, 1);
  join_shifted_parts<float>(op::rest, &all.rest, &part.rest, by, 1);
  join_parts(op::shift, &all.largest, &part.largest, 1);
}

}  // namespace

TEST_CASE("sums of exponentials of parts make those of all") {
  std::mt19937 random(7);
  for (const float scale : {1.0F, 0.25F, 20.0F})
    for (const float spread : {1.0F, 30.0F, 300.0F})
      for (int round = 0; round < 200; ++round) {
        std::normal_distribution<float> number(0, spread);
        std::vector<float> entries;
        for (int i = 0; i < 12; ++i) entries.push_back(random() % 4 == 0 ? -inf : number(random));
        sums joined = fold({entries.begin(), entries.begin() + 3}, scale);
        for (const auto& [from, to] : {std::pair{3, 4}, {4, 8}, {8, 12}})
          join(joined, fold({entries.begin() + from, entries.begin() + to}, scale), scale);
        const sums wanted = fold(entries, scale);
        INFO(scale << ", " << spread << ", round " << round);
        CHECK(joined.largest == wanted.largest);
        CHECK(std::fabs(joined.sum - wanted.sum) <= 4e-6F * wanted.sum);
        // Nothing is lost where one entry outweighs the others.
        CHECK(std::fabs(joined.rest - wanted.rest) <= 4e-6F * std::fabs(wanted.rest) + 1e-37F);
      }
}
TEST_CASE("parts that are not finite, and parts of nothing") {
  const std::vector<float> nothing = {-inf, -inf}, some = {1, 2}, infinite = {3, inf};
  for (const bool first : {true, false}) {
    sums a = fold(first ? nothing : some, 1);
    join(a, fold(first ? some : nothing, 1), 1);
    CHECK(a.largest == 2);
    CHECK(a.rest == fold(some, 1).rest);
    sums b = fold(first ? infinite : some, 1);
    join(b, fold(first ? some : infinite, 1), 1);
    CHECK(b.largest == inf);
    CHECK(b.sum == inf);
  }
  sums none = fold(nothing, 1);
  join(none, fold(nothing, 1), 1);
  CHECK(none.largest == -inf);
  CHECK(none.sum == 0);
  CHECK(none.rest == -1);
  sums wrong = fold(some, 1);
  join(wrong, fold({std::numeric_limits<float>::quiet_NaN(), 1}, 1), 1);
  CHECK(std::isnan(wrong.sum));
  CHECK(std::isnan(wrong.largest));
}
TEST_CASE("other folds are joined as their parts are") {
  double sum[] = {1, -2}, most[] = {1, -2}, product[] = {3, 4};
  const double part[] = {0.5, 7};
  join_parts(op::sum, sum, part, 2);
  join_parts(op::reduce_max, most, part, 2);
  join_parts(op::prod, product, part, 2);
  CHECK(sum[0] == 1.5);
  CHECK(sum[1] == 5);
  CHECK(most[0] == 1);
  CHECK(most[1] == 7);
  CHECK(product[1] == 28);
}
