// SPDX-License-Identifier: BSL-1.0
// call/domains.cpp — numbers held to the domains that declarations say, when a call asks for it.
#include <limits>
#include <vector>

#include "loom/loom.hpp"
#include "support/catch.hpp"

namespace {

using loom::checked, loom::view;

constexpr auto p = loom::tensor<"p[N,C] in [0,1]">;
constexpr auto s2 = loom::tensor<"s2[N] > 0">;
constexpr auto T = loom::scalar<"T in (0, 100]">;
constexpr auto weight = loom::tensor<"weight[N] <= 0.3">;
constexpr auto mean_of_p = loom::loss<p.mean()>;
constexpr auto scaled = loom::loss<sum(log(s2)) / T>;
constexpr auto weighted = loom::loss<sum(weight)>;

template <class Call>
std::string refusal(const Call& call) {
  try {
    call();
  } catch (const loom::error& e) { return e.what(); }
  return "";
}

TEST_CASE("a declared domain is trusted, and checked when the call asks for it") {
  std::vector<float> data{0, 0.5F, 1, 0.25F, 1.5F, 1};
  const auto bound = view(data.data(), 2, 3);
  CHECK(mean_of_p(p = bound) == Approx(4.25 / 6));
  CHECK(refusal([&] { mean_of_p(p = bound, checked); }) ==
        "the entry of p at 1, 1 is outside the domain that its declaration says");
  data[4] = 1;
  CHECK(refusal([&] { mean_of_p(p = bound, checked); }) == "");
  data[5] = std::numeric_limits<float>::quiet_NaN();
  CHECK(refusal([&] { mean_of_p(checked, p = bound); }) ==
        "the entry of p at 1, 2 is outside the domain that its declaration says");
}

TEST_CASE("entries are checked where they lie, and nothing is written before") {
  std::vector<double> data{0.5, 9, 2, 9}, gradient{7, 7};
  const auto rows = [&](std::ptrdiff_t first) { return view(data.data() + first, {2, 1}, {2, 1}); };
  CHECK(refusal([&] { mean_of_p(p = rows(0), d(p) = view(gradient.data(), 2, 1), checked); }) ==
        "the entry of p at 1, 0 is outside the domain that its declaration says");
  CHECK(gradient == std::vector<double>{7, 7});
  data[2] = 1;
  CHECK(refusal([&] { mean_of_p(p = rows(0), d(p) = view(gradient.data(), 2, 1), checked); }) == "");
  CHECK(gradient == std::vector<double>{0.5, 0.5});
}

TEST_CASE("an end that is left out is outside") {
  std::vector<double> data{1, std::numeric_limits<double>::denorm_min()};
  const auto call = [&](double t) { return refusal([&] { scaled(s2 = data, T = t, checked); }); };
  CHECK(call(1) == "");
  CHECK(call(100) == "");
  CHECK(call(0) == "the number bound to T is outside the domain that its declaration says");
  CHECK(call(101) == "the number bound to T is outside the domain that its declaration says");
  data[1] = 0;
  CHECK(call(1) == "the entry of s2 at 1 is outside the domain that its declaration says");
}

TEMPLATE_TEST_CASE("the ends of a domain are rounded as the data is", "", float, double, loom::bf16, loom::f16) {
  std::vector<TestType> data{static_cast<TestType>(0.3F), static_cast<TestType>(-1.0F)};
  if constexpr (std::is_same_v<TestType, double>) data[0] = 0.3;
  CHECK(refusal([&] { weighted(weight = data, checked); }) == "");
  data[0] = static_cast<TestType>(0.302F);
  CHECK(refusal([&] { weighted(weight = data, checked); }) ==
        "the entry of weight at 0 is outside the domain that its declaration says");
}

TEST_CASE("data without entries has none outside") {
  const float* none = nullptr;
  CHECK(refusal([&] { weighted(weight = view(none, 0), checked); }) == "");
}

TEST_CASE("domains are checked in constant expressions") {
  constexpr double rows[2][2] = {{0, 0.5}, {1, 0.5}};
  LOOM_CHECK(mean_of_p(p = rows, checked) == 0.5);
  constexpr double positive[] = {1, 1};
  LOOM_CHECK(scaled(s2 = positive, T = 2, checked) == 0);
}

}  // namespace
