// SPDX-License-Identifier: BSL-1.0
// tests/notation/mistakes.cpp — a wrong text gets a sentence, a place in it, and a hint where something of a similar name is known.
#include <chrono>

#include "formula/parse.hpp"
#include "formula/program.hpp"
#include "support/catch.hpp"

namespace {

using loom::notation::compile, loom::notation::failure, loom::notation::formula, loom::notation::parse;

const std::vector<std::string> declarations = {"x[N,C]",     "logits[N,C]", "tensor v[N]",
                                               "index t[N]", "mask m[N]",   "scalar gamma"};

/// The mistake, as "column: marked: sentence (hint)".
std::string mistake(std::string_view text, const std::vector<std::string>& given = declarations) {
  const failure f = parse(text, given).wrong;
  if (!f.failed()) return "none";
  std::string s = std::to_string(f.column()) + ": " + f.source.substr(f.at, f.length) + ": " + f.sentence;
  if (!f.hint.empty()) s += " (" + f.hint + ")";
  return s;
}

TEST_CASE("places that find no room are at least one too many", "[notation]") {
  const auto entries = [](int count) {
    std::string sum = "x(C = 0)";
    for (int k = 1; k < count; ++k) sum += " + x(C = " + std::to_string(k) + ")";
    return mistake("(" + sum + ").mean()", {"x[N,C]"});
  };
  CHECK(entries(loom::ir::max_inputs - 1) == "none");
  CHECK(
      entries(loom::ir::max_inputs + 8).find("has at least " + std::to_string(loom::ir::max_inputs + 1) + " inputs") !=
      std::string::npos);
}

TEST_CASE("slopes stand beside a value, and fit it", "[notation]") {
  CHECK(mistake("custom(x).sum()").starts_with("1: custom: custom(value, slope(u) = s) takes a value and"));
  CHECK(mistake("custom(x, v).sum()").starts_with("11: v: custom(value, slope(u) = s) takes a value and"));
  CHECK(mistake("custom(x, slope(v)).sum()").starts_with("11: slope(v): custom(value, slope(u) = s) takes"));
  CHECK(mistake("sum(slope(x))") ==
        "5: slope(x): slope(u) = s is the derivative that a value is to have, and stands beside it: custom(value, "
        "slope(u) = s)");
  CHECK(mistake("sum(slope(x) = 1)").starts_with("5: slope(x) = 1: slope(u) = s is the derivative that"));
  CHECK(mistake("sum(x, slope(x, v) = 1)").starts_with("20: =: expected , or ), not ="));
  CHECK(mistake("custom(x, slope(3) = x).sum()") ==
        "1: custom: slope(u) = s is the derivative by u, an input or what is computed from inputs; this u is a number");
  CHECK(mistake("custom(x, slope(x) = 1, slope(x) = 2).sum()") ==
        "1: custom: custom(value, slope(u) = s, ...) has two slopes by the same u");
  CHECK(mistake("custom(v, slope(x) = 1).sum()") ==
        "1: custom: in custom(value, slope(u) = s), u or s has the axis C, which the value does not have; a slope is "
        "taken entry by entry");
  CHECK(mistake("custom(x, slope(t) = 1).sum()").starts_with("17: t: an index is used as a number"));
  CHECK(mistake("custom(x, slope(x) = m).sum()").starts_with("22: m: a mask is used where a number is needed"));
}

TEST_CASE("words that are not known", "[notation]") {
  CHECK(mistake("log_sofmax(x, -1).mean()") ==
        "1: log_sofmax: there is no function log_sofmax (did you mean log_softmax?)");
  CHECK(mistake("exq(x)") == "1: exq: there is no function exq (did you mean exp?)");
  CHECK(mistake("frobnicate(x)") == "1: frobnicate: there is no function frobnicate");
  CHECK(mistake("x.men()") == "3: men: there is no method men (did you mean .mean()?)");
  CHECK(mistake("x * inf.sum()") == "9: sum: a number has no methods, and is summed up in no loop");
  CHECK(mistake("x.exp()") == "3: exp: exp is a function, and no method: write exp(x)");
  CHECK(mistake("(logtis - x).sum()") ==
        "2: logtis: there is no input logtis (did you mean logits? If not, declare it)");
  CHECK(mistake("v(3)") == "1: v: v is a value, and is called like a function");
  CHECK(mistake("(x + exp).sum()") == "6: exp: exp is a function; call it: exp(x)");
  CHECK(mistake("sum(x) / N") ==
        "10: N: N is an axis, which stands for its positions in a comparison; number(N) is them as numbers, "
        "extent(N) is how many entries it has");
}

TEST_CASE("running values", "[notation]") {
  CHECK(mistake("cumsun(x, C)") == "1: cumsun: there is no function cumsun (did you mean cumsum?)");
  CHECK(mistake("cumsum(x)") == "1: cumsum: cumsum(e, axis) takes a value and the one axis it runs along");
  CHECK(mistake("recurrence(x, 0.5)") ==
        "1: recurrence: recurrence(b, a, axis) takes two values and the one axis it runs along");
  CHECK(mistake("cumsum(x, N, C)") ==
        "14: C: a running value goes along one axis, and what follows the axis is reverse, exclusive or both");
  CHECK(mistake("cumsum(x, C, reverse, reverse)").starts_with("23: reverse: a running value goes along one axis"));
  CHECK(mistake("cumsum(v, C)") == "11: C: the operand does not have the axis C");
  CHECK(mistake("cumsum(m, N)") ==
        "8: m: a mask is used where a number is needed; write number(mask), which is 1 where it holds and 0 elsewhere");
  CHECK(mistake("cumsum(x, 2)").starts_with("11: 2: a negative axis counts from the last axis"));
  CHECK(mistake("x.cumsum(C)") == "3: cumsum: cumsum is a function, and no method: write cumsum(x, T)");
  CHECK(mistake("sum(cumsum(x, C)(C = C + extent(N)))").find("has a running value") != std::string::npos);
}

TEST_CASE("orders", "[notation]") {
  CHECK(mistake("order(x)") == "1: order: order(e, axis) takes a value and the one axis it sorts along");
  CHECK(mistake("number(order(x, C, exclusive))") ==
        "20: exclusive: order(e, C) sorts along one axis, and what follows the axis is reverse or nothing");
  CHECK(mistake("number(order(v, C))") == "17: C: the operand does not have the axis C");
  CHECK(mistake("order(x, C) * x").starts_with("1: order(x, C): an index is used as a number"));
  CHECK(mistake("x(N = order(x, C))").find("an index must not have the axis it picks from, N") != std::string::npos);
}

TEST_CASE("what other languages write", "[notation]") {
  CHECK(mistake("x ^ 2") == "3: ^: ^ is no power; write square(x), or pow(x, 3.0)");
  CHECK(mistake("x ** 2") == "3: **: ** is no power; write square(x), or pow(x, 3.0)");
  CHECK(mistake("x > 0 ? x : 0") ==
        "7: ?: a formula is used as a condition, as in if or ?:, but its numbers are bound later; write where(x > 0, "
        "a, b)");
  CHECK(mistake("std::exp(x)") == "6: exp: functions of formulas are Loom's: write exp(x), not std::exp(x)");
  CHECK(mistake("matmul(x, x)").find("sum(a * b, axis<\"D\">)") != std::string::npos);
  CHECK(mistake("std(x, C)") == "1: std: std is a namespace of C++: the standard deviation is stddev(e, axes...)");
  CHECK(mistake("where(m & m, x, 0)") == "9: &: formulas have no operator & (did you mean &&?)");
  CHECK(mistake("x[0]").find("write x(C = 2), or x(C = t)") != std::string::npos);
  CHECK(mistake("x += 1").find("cannot be changed") != std::string::npos);
  CHECK(mistake("sum(x, \"C\")").find("an axis is written axis<\"C\">") != std::string::npos);
}

TEST_CASE("syntax", "[notation]") {
  CHECK(mistake("") == "1: : there is no formula");
  CHECK(mistake("x +") == "4: : expected a value, not the end");
  CHECK(mistake("(x + v") == "7: : expected an operator or ), not the end");
  CHECK(mistake("sum(x,") == "7: : expected a value, not the end");
  CHECK(mistake("sum(x -1") == "9: : expected , or ), not the end");
  CHECK(mistake("x v") == "3: v: expected an operator or ;, not v");
  CHECK(mistake("/* x") == "1: /*: this comment does not end");
  CHECK(mistake("axis<\"C") == "6: \": this text does not end");
  CHECK(mistake("1.2.3 * x") == "1: 1.2.3: 1.2.3 is not a number");
  CHECK(mistake("08 * x") == "1: 08: 08 is not a number");
  CHECK(mistake("1e999 * x") == "1: 1e999: 1e999 is beyond what a double holds");
  CHECK(mistake("99999999999999999999 * x") == "1: 99999999999999999999: 99999999999999999999 is beyond 64 bits");
  CHECK(mistake("x * \xC3\xA9") == "5: \xC3\xA9: \xC3\xA9 has no meaning here");
  CHECK(mistake("x + float").starts_with("5: float: float is a word of C++, and no name"));
  CHECK(mistake("x = x - 1; x.sum()") == "5: x: x is used before it has a value; give the new value a name of its own");
  CHECK(mistake("q = r + x; r = x; q.sum()").starts_with("5: r: r is used before it has a value"));
  CHECK(mistake("p = x; p = v; p.sum()") == "8: p: the name p is given twice");
  CHECK(mistake("x\n + v\n + lgits(x)").starts_with("4: lgits: there is no function"));
  CHECK(parse("x\n + v\n + lgits(x)", declarations).wrong.line() == 3);
}

TEST_CASE("numbers as C++ computes them", "[notation]") {
  CHECK(mistake("1/2 * x") ==
        "1: 1/2: C++ divides integers to an integer, and loses a remainder here (write 1.0 / 2 for a fraction)");
  CHECK(mistake("x * (1/0)") == "5: (1/0): an integer is divided by 0 (write 1.0 / 2 for a fraction)");
  CHECK(mistake("9223372036854775807 + 1") ==
        "1: 9223372036854775807 + 1: these integers, or what they give, take more than 63 bits; write 1e20 for a "
        "number as large");
  CHECK(mistake("1 < 2") == "1: 1 < 2: two numbers are compared; a mask compares data");
}

TEST_CASE("what the compiler refuses, at the operand that it is about", "[notation]") {
  CHECK(mistake("x + t").starts_with("5: t: an index is used as a number"));
  CHECK(mistake("x * m").starts_with("5: m: a mask is used where a number is needed"));
  CHECK(mistake("argmax(x)")
            .find("the function argmax is about the entries along one axis, and takes one; here there are 2") !=
        std::string::npos);
  CHECK(mistake("argmax(x, C) * x").starts_with("1: argmax(x, C): an index is used as a number"));
  CHECK(mistake("top_k(x)").starts_with("1: top_k: top_k(e, k, axis) takes a value"));
  CHECK(mistake("(t + 1) * x").starts_with("1: (t + 1): an index is used as a number"));
  CHECK(mistake("where(t + 1 == 2.5, x, 0)").find("compared with a number that is not an integer") !=
        std::string::npos);
  CHECK(mistake("x * number(v)").starts_with("5: number: number(t) is labels"));
  CHECK(mistake("number(u) * x").find("the axes of the index u do not follow from its use") != std::string::npos);
  CHECK(mistake("where(v, x, 0)").starts_with("7: v: a number is used where a mask is needed"));
  CHECK(mistake("where(m, x, m)").starts_with("13: m: a mask is used where a number is needed"));
  CHECK(mistake("sum(x, K)") == "8: K: the operand does not have the axis K");
  CHECK(mistake("sum(x, C, C)") == "11: C: the axis C is listed twice in one reduction");
  CHECK(mistake("sum(x, -3)").starts_with("8: -3: a negative axis counts from the last axis"));
  CHECK(mistake("sum(x, 1)").starts_with("8: 1: a negative axis counts from the last axis"));
  CHECK(mistake("sum(x, 1.5)").starts_with("8: 1.5: an axis is written axis<\"C\">"));
  CHECK(mistake("gather(x, v)").starts_with("11: v: gather(values, index): the second argument must be an index"));
  CHECK(mistake("onehot(t, -1)").starts_with("11: -1: onehot(index, axis<\"C\">) takes the axis by name"));
  CHECK(mistake("sum(x * onehot(t, K))").starts_with("19: K: no input has the axis K"));
  CHECK(mistake("max(x, -1)").find("could mean an axis or a number") != std::string::npos);
  CHECK(mistake("where(t < 0.5, x, 0)").find("an index is compared with a number that is not an integer") !=
        std::string::npos);
  CHECK(mistake("x(C = 1.5)") ==
        "7: 1.5: the axis C is read at a number that is no whole literal; entries are counted by integers");
  CHECK(mistake("x(K = 1)") == "3: K: the operand does not have the axis K");
  CHECK(mistake("x(C = 1, C = 2)").find("the axis C is given two places at once") != std::string::npos);
  CHECK(mistake("x(C = 1, outside = 2)").find("outside = says what lies beyond the ends") != std::string::npos);
  CHECK(mistake("x(C = v)").find("the second argument must be an index") != std::string::npos);
  CHECK(mistake("v(N = t)").find("an index must not have the axis it picks from, N") != std::string::npos);
  CHECK(mistake("x * (N + 1)").find("an index is used as a number") != std::string::npos);
  CHECK(mistake("(x + y)(2)") ==
        "1: (x + y): a value is called like a function; where it is read is written x(C = 2), x(C = t) or x(N = M)");
  CHECK(mistake("results(x.sum(), v.sum()) + 1").find("stands outside of it") != std::string::npos);
  CHECK(mistake("clamp(1, v, 2)") == "7: 1: clamp(e, lo, hi) keeps data between two bounds; this is a number");
  CHECK(mistake("pow(x)") == "1: pow: the function pow takes 2 operands, not 1");
  CHECK(mistake("u = x + t; x.sum()")
            .starts_with("9: t: an index is used as a number"));  // in a statement that nothing uses
}

TEST_CASE("axes whose extents follow from what they cannot", "[notation]") {
  const std::vector<std::string> declared = {"x[N,C]"};
  const auto wrong = [&](const char* text) { return loom::notation::parse(text, declared).wrong; };
  CHECK(wrong("sum(x(C = axis<\"K = C / 2\">))").sentence.find("of the extents of other axes") != std::string::npos);
  CHECK(wrong("sum(x(C = axis<\"K = C / 2\">))").at == 22);
  CHECK(wrong("sum(x(C = axis<\"K = C * N\">))").sentence.find("is a product of other extents") != std::string::npos);
  CHECK(wrong("sum(x(C = axis<\"K = K + 1\">))").sentence.find("follows from itself") != std::string::npos);
  CHECK(wrong("sum(x(C = axis<\"K = D\">))").sentence.find("no input has the axis D") != std::string::npos);
  CHECK(wrong("sum(x(C = axis<\"K = 8 * C\">))").sentence.find("counts that of another one 8 times") !=
        std::string::npos);
  CHECK(wrong("sum(x(C = axis<\"K = C - 1\"> + 1))").sentence.empty());
}

TEST_CASE("declarations", "[notation]") {
  CHECK(mistake("x.sum()", {"x[N"}).starts_with("4: "));
  CHECK(mistake("x.sum()", {"x[N,C]", "x[N]"}).find("the same name, x, but different declarations") !=
        std::string::npos);
  CHECK(mistake("tensor<\"x[N,\">.sum()").starts_with("13: \": the text of an input is like"));
  CHECK(mistake("(x + y).sum()", {"x[N=3]", "y[N=4]"}).find("two different extents, 3 and 4") != std::string::npos);
  CHECK(mistake("x.sum()", {"index x[N] > 0"}).find("says what its numbers are, but it is an index") !=
        std::string::npos);
  CHECK(mistake("sum(x, -1)", {"x[N,for]"}) == "5: for: for is a word of C++, and no name");
  CHECK(mistake("tensor<\"u[N,for]\">.sum()") == "13: for: for is a word of C++, and no name");
  CHECK(mistake("(count(m) + 1) / count(m)", {}) ==
        "8: m: the axes of the mask m do not follow from its use (declare it: 'mask m[N]')");
}

TEST_CASE("lines may end as those of Windows do", "[notation]") {
  CHECK(mistake("// the loss\r\np = softmax(x, C);\r\n-log(gather(p, t)).mean()\r\n") == "none");
  CHECK(mistake("x +\r\nlgits(v)\r\n") == "1: lgits: there is no function lgits");
  CHECK(parse("x +\r\nlgits(v)\r\n", declarations).wrong.line() == 2);
}

TEST_CASE("a mistake is drawn under its line", "[notation]") {
  CHECK(parse("p = softmax(x, C);\n-log_sofmax(p, C).mean()", declarations).wrong.text() ==
        "there is no function log_sofmax\n"
        "  -log_sofmax(p, C).mean()\n"
        "   ^^^^^^^^^^\n"
        "  did you mean log_softmax?\n");
  // What is missing at the end is missing after the last word, whatever blanks, lines and comments follow.
  CHECK(parse("p = x;\r\nsum(p\r\n\r\n// done\r\n", declarations).wrong.text() ==
        "expected , or ), not the end\n"
        "  sum(p\n"
        "       ^\n");
  // A caret for a letter, however many bytes it has; what moves a cursor is a blank.
  CHECK(parse("x /* größer\x1b */ + σ", declarations).wrong.text() ==
        "σ has no meaning here\n"
        "  x /* größer  */ + σ\n"
        "                    ^\n");
  // A long line is shown around the place.
  std::string text;
  for (int i = 0; i < 50; ++i) text += "x + ";
  const failure f = parse(text + "lgits(x)" + " + x", declarations).wrong;
  CHECK(f.text().find("…") != std::string::npos);
  CHECK(f.text().find("^^^^^") != std::string::npos);
}

/// Seconds that reading and compiling take.
template <class F> double seconds(const F& f) {
  const auto begin = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

TEST_CASE("texts without measure are refused, and soon", "[notation]") {
  const auto repeated = [](std::string_view s, int n) {
    std::string r;
    for (int i = 0; i < n; ++i) r += s;
    return r;
  };
  CHECK(mistake(repeated("(", 50'000)).find("levels") != std::string::npos);
  CHECK(mistake(repeated("-", 50'000) + "x").find("levels") != std::string::npos);
  CHECK(mistake(repeated("x+", 40'000) + "x").find("levels") != std::string::npos);
  CHECK(mistake("x" + repeated(".sum()", 10'000)).find("levels") != std::string::npos);
  CHECK(mistake(repeated("x", 200'000)).find("100000 are allowed") != std::string::npos);
  std::string chain = "a0 = x;";
  for (int i = 1; i < 3000; ++i) chain += "a" + std::to_string(i) + " = a" + std::to_string(i - 1) + " + v;";
  CHECK(mistake(chain + "a2999.sum()").find("levels") != std::string::npos);
  // 2^100 values written out, 100 values in truth.
  std::string doubled = "a0 = x;";
  for (int i = 1; i < 100; ++i)
    doubled += "a" + std::to_string(i) + " = a" + std::to_string(i - 1) + (i % 2 == 0 ? " + " : " * ") + "a" +
               std::to_string(i - 1) + ";";
  doubled += "a99.sum()";
  CHECK(mistake(doubled) == "none");
  std::string many;
  for (int i = 0; i < 400; ++i) many += (i == 0 ? "exp(x * " : " + exp(x * ") + std::to_string(i) + ".5)";
  CHECK(mistake("sum(" + many + ")").find("needs at least") != std::string::npos);
}

TEST_CASE("what stands in the way of derivatives", "[notation]") {
  const auto wrong = [](std::string_view text, const loom::notation::wanted& w) {
    const formula f = parse(text, declarations);
    REQUIRE(!f.wrong.failed());
    return compile(f, w)->wrong;
  };
  CHECK(wrong("x.mean()", {{"x"}, {}}).empty());
  CHECK(wrong("x.mean()", {{"y"}, {}}) == "the formula has no input y");
  CHECK(wrong("gather(x, t).sum()", {{"t"}, {}}) == "d(t): only a tensor or a scalar has a gradient");
  CHECK(wrong("trigamma(v).sum()", {{"v"}, {}}).find("the derivative of trigamma") != std::string::npos);
  CHECK(wrong("x", {{"x"}, {}}).empty());  // with a seed
}

TEST_CASE("chains that are none", "[notation]") {
  const std::vector<std::string> chain = {"e[T,S]", "a[R,S]", "moved[T,R,S]"};
  const std::string written =
      "a chain is written forward(e, a, T, S = R), where a moves from state R to state S, or forward(e, a, T, S = S - "
      "K), where it moves by K";
  CHECK(mistake("forward(e, a, T)", chain) == "1: forward: " + written);
  CHECK(mistake("forward(e, a, T, R)", chain) == "1: forward: " + written);
  CHECK(mistake("forward(e, a, T, S = T - R)", chain) == "18: S = T - R: " + written);
  CHECK(mistake("sum(forward(e, moved, T, S = R))", chain) ==
        "5: forward: a chain, forward(e, a, T, S = R) or viterbi(...), takes three axes of different names, values e "
        "with T and S but not R, and moves a with R and S but not T; T is not where it should be");
  CHECK(mistake("pow(e, S = R)", chain) ==
        "8: S = R: this function takes values; where one is read is written x(N = M)");
}

}  // namespace
