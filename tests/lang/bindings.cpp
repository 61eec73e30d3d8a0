// SPDX-License-Identifier: BSL-1.0
// lang/bindings.cpp — name = data: what a call is given, and how it finds it.
#include "loom/lang/bindings.hpp"

#include <array>
#include <vector>

#include "loom/lang/inputs.hpp"
#include "support/catch.hpp"

using loom::binding_role;
using loom::d;
using loom::info_of;
using loom::out;
using loom::view;

namespace {
constexpr auto x = loom::tensor<"x[N,C=3]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto scale = loom::scalar<"scale">;
constexpr float six[6] = {0, 1, 2, 3, 4, 5};
}  // namespace

TEST_CASE("a binding knows its role, its name and what it is bound to") {
  constexpr auto b = (x = view(&six[0], 2, 3));
  constexpr loom::binding_info info = info_of<decltype(b)>();
  LOOM_CHECK(info.role == binding_role::input);
  LOOM_CHECK(info.name == "x");
  LOOM_CHECK(info.code == loom::op::tensor);
  LOOM_CHECK(b.data.data == &six[0]);
  LOOM_CHECK(b.data.rank == 2);
}

TEST_CASE("d names the gradient, out the result") {
  std::vector<float> buffer(6);
  const auto g = (d(x) = view(buffer.data(), 2, 3));
  const auto r = (out = buffer);
  CHECK(info_of<decltype(g)>().role == binding_role::gradient);
  CHECK(info_of<decltype(g)>().name == "x");
  CHECK(info_of<decltype(r)>().role == binding_role::out);
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
  LOOM_CHECK(info_of<decltype(b)>().code == loom::op::scalar);
}

TEST_CASE("bindings are found by role and name, in any order") {
  std::vector<float> buffer(6);
  const std::array<int, 2> labels{1, 2};
  const auto map = loom::map_of(d(x) = buffer, t = labels, scale = 0.5, x = six);
  CHECK(map[loom::binding_key<binding_role::gradient, loom::name_text("x")>{}].data == buffer.data());
  CHECK(map[loom::binding_key<binding_role::input, loom::name_text("x")>{}].data == &six[0]);
  CHECK(map[loom::binding_key<binding_role::input, loom::name_text("t")>{}].data == labels.data());
  CHECK(map[loom::binding_key<binding_role::input, loom::name_text("scale")>{}].value == 0.5);
}

TEST_CASE("only bindings are bindings") {
  LOOM_CHECK(loom::is_binding<decltype(scale = 2)>::value);
  LOOM_CHECK(!loom::is_binding<float>::value);
  LOOM_CHECK(!loom::is_binding<std::remove_const_t<decltype(x)>>::value);
}
