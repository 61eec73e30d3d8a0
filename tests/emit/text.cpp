// SPDX-License-Identifier: BSL-1.0
#include "loom/emit/text.hpp"

#include "support/catch.hpp"

using namespace loom::emit;
using namespace loom::emit::detail;

TEST_CASE("only a negative operand of an operator is put in parentheses") {
  const std::string operands[] = {"-1.0", "v2", "-3.0"};
  CHECK(filled("{0} + {1}", operands) == "-1.0 + v2");
  CHECK(filled("{1} - {0}", operands) == "v2 - (-1.0)");
  CHECK(filled("-{0}", operands) == "-(-1.0)");
  CHECK(filled("std::pow({0}, {2})", operands) == "std::pow(-1.0, -3.0)");
  CHECK(filled("{1} ? {0} : {2}", operands) == "v2 ? -1.0 : -3.0");
}

TEST_CASE(
    "an operand is put in parentheses where it binds less tightly than its place demands, or would round otherwise") {
  const expression sum("a + b", binding::sum), product("c * d", binding::product),
      choice("m ? x : y", binding::conditional);
  const expression o[] = {sum, product, choice};
  CHECK(filled("{0} - {1}", o).text == "a + b - c * d");
  CHECK(filled("{1} - {0}", o).text == "c * d - (a + b)");
  CHECK(filled("{1} * {1}", o).text == "c * d * (c * d)");
  CHECK(filled("{1} / {0}", o).text == "c * d / (a + b)");
  CHECK(filled("-{1}", o).text == "-(c * d)");
  CHECK(filled("std::exp({0})", o).text == "std::exp(a + b)");
  CHECK(filled("{1} < {0}", o).text == "c * d < a + b");
  CHECK(filled("{1} <= {0} ? {0} : {2}", o).text == "c * d <= a + b ? a + b : m ? x : y");
  CHECK(filled("{2} + {1}", o).text == "(m ? x : y) + c * d");
  CHECK(filled("({0}){1}", o).text == "(a + b)(c * d)");
  CHECK(filled("{0} - {1}", o).level == binding::sum);
  CHECK(filled("std::pow({0}, {1})", o).level == binding::primary);
  CHECK(filled("{1} == 0 ? 0 : {1} * {0}", o).level == binding::conditional);
}

TEST_CASE("a line that is too long is broken in front of its outermost operator") {
  const std::string a(40, 'a'), b(40, 'b'), c(40, 'c');
  CHECK(broken(a + " + f(" + b + " * " + c + ")", 0) == a + "\n    + f(" + b + " * " + c + ")");
  CHECK(broken(a + " = " + b, 0) == a + " = " + b);
}

TEST_CASE("a word is mentioned where it stands alone") {
  CHECK(mentions("x[n] + 1", "x"));
  CHECK(mentions("f(x)", "f("));
  CHECK_FALSE(mentions("x_row[n]", "x"));
  CHECK_FALSE(mentions("max", "x"));
  CHECK_FALSE(mentions("std::sign(v)", "sign("));
}

TEST_CASE("comments are no code") { CHECK(without_comments("a = b;  // kept\n// of x\n  c\n") == "a = b;  \n\n  c\n"); }

TEST_CASE("long texts are broken between words") {
  CHECK(wrapped("one two three", 7) == std::vector<std::string>{"one two", "three"});
  CHECK(wrapped("a_long_word b", 5) == std::vector<std::string>{"a_long_word", "b"});
  CHECK(argument_list("f", {"int a", "int b", "int c"}, 16) == "f(int a, int b,\n  int c)");
}
