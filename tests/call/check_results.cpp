// SPDX-License-Identifier: BSL-1.0
// call/check_results.cpp — what a call says of data other than inputs: seeds, directions, further results, second derivatives, masks,
// the workspace; and of axes that must lie contiguously. Nothing was written by then.
#include <array>
#include <cmath>
#include <string>

#include "loom/loom.hpp"
#include "support/catch.hpp"

namespace {

using loom::d, loom::d2, loom::direction, loom::hvp, loom::out, loom::result, loom::seed, loom::view, loom::workspace;

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto f = loom::tensor<"f[N,H,W]">;
constexpr auto m = loom::mask<"m[N]">;
constexpr auto C = loom::axis<"C">;
constexpr auto N = loom::axis<"N">;

constexpr auto rows = loom::loss<square(sum(x, C))>;
constexpr auto squares = loom::loss<sum(square(x))>;
constexpr auto two = loom::loss<loom::results(sum(x), sum(x, C))>;
constexpr auto kept = loom::loss<sum(where(m, sum(x, C), 0))>;
constexpr auto columns = loom::loss<sum(square(sum(x, C)) + sum(square(sum(x, N))))>;
constexpr auto images = loom::loss<sum(square(sum(f, loom::axis<"H">, loom::axis<"W">)))>;

constexpr float untouched = 77.0F;

/// Two rows of three, and buffers that must keep what they hold when a call is refused.
struct data {
  std::array<float, 12> values{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  std::array<float, 8> others{8, 7, 6, 5, 4, 3, 2, 1};
  std::array<float, 8> buffer{}, second{};
  std::array<double, 8> scratch{};
  std::array<bool, 4> both{true, true, true, true};
  data() {
    buffer.fill(untouched);
    second.fill(untouched);
    scratch.fill(untouched);
  }
  auto x23() const { return view(values.data(), 2, 3); }
  auto g23() { return view(buffer.data(), 2, 3); }
  auto h23() { return view(second.data(), 2, 3); }
};

template <class Call>
std::string refusal(const data& of, const Call& call) {
  std::string said = "nothing";
  try {
    call();
  } catch (const loom::error& e) { said = e.what(); }
  for (float v : of.buffer) CHECK(v == untouched);
  for (float v : of.second) CHECK(v == untouched);
  for (double v : of.scratch) CHECK(v == static_cast<double>(untouched));
  return said;
}

}  // namespace

TEST_CASE("a seed has the shape of the result") {
  data a;
  CHECK(refusal(a, [&] { rows(x = a.x23(), seed = view(a.others.data(), 3), d(x) = a.g23()); }) ==
        "axis N of seed has 3 entries, but axis N of x has 2");
  CHECK(refusal(a, [&] { rows(x = a.x23(), seed = view(static_cast<const float*>(nullptr), 2), d(x) = a.g23()); }) ==
        "the data bound to seed is a null pointer");
  CHECK(refusal(a, [&] { rows(x = a.x23(), seed = view(a.buffer.data() + 5, 2), d(x) = a.g23()); }) ==
        "the buffer bound to d(x) overlaps the data of seed");
  rows(x = a.x23(), seed = view(a.others.data(), 2), d(x) = a.g23());
  CHECK(a.buffer[0] == 8 * 2 * 6);
  CHECK(a.buffer[5] == 7 * 2 * 15);
}

TEST_CASE("a direction, a product and a curvature have the shape of their input, and their own names") {
  data a;
  const auto along = view(a.others.data(), 2, 3);
  CHECK(refusal(a, [&] { squares(x = a.x23(), direction(x) = view(a.others.data(), 2, 4), hvp(x) = a.g23()); }) ==
        "axis C of direction(x) has 4 entries, but axis C of x has 3");
  CHECK(refusal(a, [&] { squares(x = a.x23(), direction(x) = view(a.buffer.data(), 2, 3), hvp(x) = a.g23()); }) ==
        "the buffer bound to hvp(x) overlaps the data of direction(x)");
  CHECK(refusal(a, [&] {
          squares(x = a.x23(), direction(x) = view(static_cast<const float*>(nullptr), 2, 3), hvp(x) = a.g23());
        }) == "the data bound to direction(x) is a null pointer");
  CHECK(refusal(a, [&] { squares(x = a.x23(), direction(x) = along, hvp(x) = view(a.buffer.data(), 3, 2)); }) ==
        "axis N of hvp(x) has 3 entries, but axis N of x has 2");
  CHECK(refusal(a, [&] { squares(x = a.x23(), d(x) = a.h23(), d2(x) = view(a.buffer.data(), 2, 2)); }) ==
        "axis C of d2(x) has 2 entries, but axis C of x has 3");
  CHECK(refusal(a, [&] { squares(x = a.x23(), d(x) = a.g23(), d2(x) = a.g23()); }) ==
        "the buffers bound to d2(x) and d(x) overlap");
  CHECK(squares(x = a.x23(), d(x) = a.g23(), d2(x) = a.h23()) == 91);
  CHECK(a.second[5] == 2);
}

TEST_CASE("a further result has the shape of its formula, and its own name") {
  data a;
  CHECK(refusal(a, [&] { two(x = a.x23(), result<1> = view(a.buffer.data(), 3)); }) ==
        "axis N of result<1> has 3 entries, but axis N of x has 2");
  CHECK(refusal(a, [&] { two(x = view(a.buffer.data(), 2, 3), result<1> = view(a.buffer.data(), 2)); }) ==
        "the buffer bound to result<1> overlaps the data of x");
  CHECK(refusal(a, [&] { two(x = a.x23(), result<1> = view(a.buffer.data(), 2), d(x) = a.g23()); }) ==
        "the buffers bound to d(x) and result<1> overlap");
  CHECK(two(x = a.x23(), result<1> = view(a.buffer.data(), 2)) == 21);
  CHECK(a.buffer[1] == 15);
}

TEST_CASE("a mask has the shape it was declared with") {
  data a;
  CHECK(refusal(a, [&] { kept(x = a.x23(), m = view(a.both.data(), 3), d(x) = a.g23()); }) ==
        "axis N of x has 2 entries, but axis N of m has 3");
  CHECK(refusal(a, [&] { kept(x = a.x23(), m = view(static_cast<const bool*>(nullptr), 2), d(x) = a.g23()); }) ==
        "the data bound to m is a null pointer");
  CHECK(kept(x = a.x23(), m = view(a.both.data(), 2), d(x) = a.g23()) == 21);
}

TEST_CASE("a workspace is large enough, contiguous, and apart from everything else") {
  data a;
  const auto needed = columns.workspace_size(x = a.x23(), d(x) = a.g23());
  REQUIRE(needed > 1);
  REQUIRE(needed <= 8);
  const std::string n = std::to_string(needed);
  const auto call = [&](const auto& memory) {
    return refusal(a, [&] { columns(x = a.x23(), d(x) = a.g23(), workspace = memory); });
  };
  CHECK(call(view(a.scratch.data(), needed - 1)) ==
        "the workspace has " + std::to_string(needed - 1) + " numbers, but this call needs " + n);
  CHECK(call(view(a.scratch.data(), {needed}, {2})) ==
        "the workspace has " + n + " numbers that do not lie side by side, but this call needs " + n);
  CHECK(call(view(static_cast<double*>(nullptr), needed)) == "the workspace of a loss over x is a null pointer");
  double memory[16]{};
  const auto in_doubles = view(static_cast<const double*>(memory), 2, 3);
  CHECK(refusal(a, [&] {
          columns(x = in_doubles, d(x) = view(memory + 8, 2, 3), workspace = view(memory + 2, needed));
        }) == "the workspace overlaps the data of x");
  CHECK(refusal(a, [&] {
          columns(x = in_doubles, d(x) = view(memory + 8, 2, 3), workspace = view(memory + 7, needed));
        }) == "the workspace overlaps the buffer bound to d(x)");
  CHECK(std::isfinite(columns(x = a.x23(), d(x) = a.g23(), workspace = view(a.scratch.data(), needed))));
}

TEST_CASE("axes that are reduced together must lie contiguously") {
  data a;
  CHECK(images(f = view(a.values.data(), 2, 2, 3)) == 21 * 21 + 57 * 57);
  CHECK(refusal(a, [&] {
          images(f = view(a.values.data(), {2, 2, 2}, {6, 3, 1}), d(f) = view(a.buffer.data(), 2, 2, 2));
        }) == "axes H and W are reduced together and must lie contiguously in memory");
}
