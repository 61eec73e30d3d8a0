// SPDX-License-Identifier: BSL-1.0
// lang/bindings.cpp — name = data: what a call is given, and how it finds it.
#include "loom/lang/bindings.hpp"

#include <array>
#include <vector>

#include "loom/lang/inputs.hpp"
#include "support/catch.hpp"
#include "support/layers.hpp"

using loom::d;
using loom::out;
using loom::view;
using loom::lang::binding_role;

namespace {
constexpr auto x = loom::tensor<"x[N,C=3]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto scale = loom::scalar<"scale">;
constexpr float six[6] = {0, 1, 2, 3, 4, 5};

template <class Binding>
constexpr std::string_view named(const Binding&) {
  return Binding::name.text;
}
}  // namespace

TEST_CASE("a binding knows its role, its name and what it is bound to") {
  constexpr auto b = (x = view(&six[0], 2, 3));
  LOOM_CHECK(b.role == binding_role::input);
  LOOM_CHECK(named(b) == "x");
  LOOM_CHECK(b.code == loom::ir::op::tensor);
  LOOM_CHECK(b.data.data == &six[0]);
  LOOM_CHECK(b.data.rank == 2);
}

TEST_CASE("derivatives, directions and results have names of their own") {
  std::vector<float> buffer(6);
  const auto g = (d(x) = view(buffer.data(), 2, 3));
  const auto r = (out = buffer);
  CHECK(g.role == binding_role::gradient);
  CHECK(named(g) == "x");
  CHECK(r.role == binding_role::out);
  CHECK(named(r) == "out");
  CHECK((d2(x) = buffer).role == binding_role::curvature);
  CHECK((hvp(x) = buffer).role == binding_role::product);
  CHECK((direction(x) = buffer).role == binding_role::direction);
  CHECK(named(loom::result<2> = buffer) == "result<2>");
  CHECK((loom::seed = 2.0).data.value == 2);
  CHECK((loom::seed = buffer).code == loom::ir::op::tensor);
  CHECK(r.data.data == buffer.data());
}

TEST_CASE("constant containers can be bound") {
  const std::vector<float> values{1, 2, 3};
  const std::array<int, 2> labels{1, 2};
  CHECK((x = values).data.data == values.data());
  CHECK((t = labels).data.data == labels.data());
}

TEST_CASE("a scalar is held by value, so a temporary will do") {
  constexpr auto b = (scale = 2);
  LOOM_CHECK(b.data.value == 2);
  LOOM_CHECK(b.data.rank == 0);
  LOOM_CHECK(b.code == loom::ir::op::scalar);
}

TEST_CASE("bindings are found by role and name, in any order") {
  std::vector<float> buffer(6);
  const std::array<int, 2> labels{1, 2};
  const auto map = loom::lang::map_of(d(x) = buffer, t = labels, scale = 0.5, x = six);
  CHECK(map.at<map.place_of(binding_role::gradient, "x")>().data == buffer.data());
  CHECK(map.at<map.place_of(binding_role::input, "x")>().data == &six[0]);
  CHECK(map.at<map.place_of(binding_role::input, "t")>().data == labels.data());
  CHECK(map.at<map.place_of(binding_role::input, "scale")>().value == 0.5);
  LOOM_CHECK(map.place_of(binding_role::gradient, "t") == -1);
}

TEST_CASE("only bindings are bindings") {
  LOOM_CHECK(loom::lang::is_binding<decltype(scale = 2)>::value);
  LOOM_CHECK(!loom::lang::is_binding<float>::value);
  LOOM_CHECK(!loom::lang::is_binding<std::remove_const_t<decltype(x)>>::value);
}

TEST_CASE("a name may be as long as it likes") {
  constexpr auto a = loom::tensor<"attention_probabilities_of_the_teacher[N]">;
  constexpr auto b = loom::tensor<"attention_probabilities_of_the_student[N]">;  // differs past the 27th character
  const std::array<float, 2> values{1, 2};
  CHECK(named(a = values) == "attention_probabilities_of_the_teacher");
  const auto map = loom::lang::map_of(a = values, b = values);
  LOOM_CHECK(map.place_of(binding_role::input, "attention_probabilities_of_the_student") == 1);
  std::array<float, 2> gradient{};
  CHECK(named(d(a) = gradient) == "attention_probabilities_of_the_teacher");
}

TEST_CASE("a result may state the order of its axes") {
  std::vector<float> buffer(6);
  constexpr auto N = loom::axis<"N">;
  constexpr auto M = loom::axis<"M">;
  const auto b = (out(M, N) = view(buffer.data(), 2, 3));
  CHECK(named(b) == "out");
  CHECK(b.data.data == buffer.data());
  CHECK(b.data.axes[0] == "M");
  CHECK(b.data.axes[1] == "N");
  CHECK(named(loom::result<2>(M, N) = view(buffer.data(), 2, 3)) == "result<2>");
  CHECK((loom::seed(M, N) = view(buffer.data(), 2, 3)).role == binding_role::seed);
}
