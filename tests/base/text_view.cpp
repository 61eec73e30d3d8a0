// SPDX-License-Identifier: BSL-1.0
// base/text_view.cpp — text that is compared, cut, and handed to the standard's strings and streams.
#include "loom/base/text_view.hpp"

#include <sstream>
#include <string>
#include <string_view>

#include "support/catch.hpp"

using loom::base::text_view;
using namespace std::string_view_literals;

TEST_CASE("texts are equal if their characters are") {
  constexpr text_view axes = "x[N,C]";
  LOOM_CHECK(axes == "x[N,C]");
  LOOM_CHECK(axes != "x[N,D]");
  LOOM_CHECK(axes != "x[N,C");
  LOOM_CHECK(axes != "x[N,C]]");
  LOOM_CHECK(axes.substr(2, 3) == "N,C");
  LOOM_CHECK(axes.size() == 6);
  LOOM_CHECK(axes[0] == 'x');
  LOOM_CHECK(!axes.empty());
  LOOM_CHECK(text_view().empty());
  LOOM_CHECK(text_view() == "");
}

TEST_CASE("a text is as good as a string_view") {
  constexpr text_view name = "logits";
  LOOM_CHECK(name == "logits"sv);
  LOOM_CHECK("logit"sv != name);
  LOOM_CHECK(text_view("logits"sv) == name);
  LOOM_CHECK(std::string_view(name).starts_with("log"));
  CHECK(std::string(name) == "logits");
  CHECK(name == std::string("logits"));
  std::ostringstream to;
  to << name << ".";
  CHECK(to.str() == "logits.");
}
