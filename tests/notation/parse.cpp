// SPDX-License-Identifier: BSL-1.0
// tests/notation/parse.cpp — a formula as text is the formula that the same text is in C++.
#include "formula/parse.hpp"

#include <bit>
#include <boost/hana/for_each.hpp>
#include <limits>
#include <numbers>
#include <regex>

#include "loom/collection/collection.hpp"
#include "loom/compiled.hpp"
#include "loom/ir/print.hpp"
#include "notation/same.hpp"
#include "support/catch.hpp"
#include "support/random_formula.hpp"

namespace {

using namespace loom::test;
using loom::notation::parse;
namespace notation = loom::notation;

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto y = loom::tensor<"y[N,C]">;
constexpr auto w = loom::tensor<"w[C] > 0">;
constexpr auto v = loom::tensor<"v[N]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto k = loom::index<"k[N]">;
constexpr auto m = loom::mask<"m[N]">;
constexpr auto gamma_ = loom::scalar<"gamma_ >= 0">;
constexpr auto N = loom::axis<"N">;
constexpr auto C = loom::axis<"C">;
using loom::axis;

const std::vector<std::string> declarations = {"x[N,C]",     "y[N,C]",     "w[C] > 0",  "v[N]",
                                               "index t[N]", "index k[N]", "mask m[N]", "scalar gamma_ >= 0"};

// The graph of an expression, and of its text: the numbers of the values are the same, too.
#define SAME(...)                                                                      \
  {                                                                                    \
    const graph written = loom::lang::lower(__VA_ARGS__).program;                      \
    const notation::formula read = parse(#__VA_ARGS__, declarations);                  \
    CAPTURE(#__VA_ARGS__, read.wrong.text(), listing(written), listing(read.written)); \
    CHECK(listing(read.written) == listing(written));                                  \
    CHECK(same(read.written, written));                                                \
    CHECK(read.inferred.empty());                                                      \
  }

TEST_CASE("the text of a formula is read as C++ reads it", "[notation]"){
    SAME(-gather(log(exp(x) / sum(exp(x), -1)), t).mean()) SAME(x + y * w - v / 2 - -y)
        SAME(-x.mean() + 2.5e-3 * (x - y).sum()) SAME(where(x > 0 && !(y <= x) || m, x, -y).sum())
            SAME(where(v < w == m, 1, 0).mean(-1).sum()) SAME(max(x, y) + min(x, -1.0) + max(w, 0) + max(x, C) +
                                                              min(x, axis<"C">, N)) SAME(x.max() + x.max(-1).sum() +
                                                                                         max(x) + y.min(C, N))
                SAME(pow(1 - gather(softmax(x, C), t), gamma_) * -sum(log_softmax(x, -1) * onehot(t, C), C))
                    SAME(clamp(x, -1, 1) + relu(y) + stop_gradient(x) + as_written(x + y))
                        SAME(custom(round(x), slope(x) = 1) + custom(x * y, slope(x) = y, slope(x + y) = 2 * x) +
                             custom(-custom(x, slope(y) = w), slope(x - 1) = 1))
                            SAME(where(t != -100, gather(x, t), 0).sum() /
                                 count(t != -100)) SAME(where(t == k, v, 0).sum() + where(t == 0x10, 1, 0).sum())
                                SAME(logsumexp(x, -1) + norm(x, C) + var(x, -1) + prod(y, C) + logaddexp(v, sum(x, C)) +
                                     xlogy(v, v) + hypot(v, 1)) SAME(where(any(x > 0, C) && all(y > 0, C), 1, 0) +
                                                                     (x > 0).count(-1) + (x > 0).any(C).count())
                                    SAME(x.softmax(-1) * x.log_softmax(C) + extent(C) / extent(axis<"N">))
                                        SAME(results(x.sum(), where(m, 1, 0).sum())) SAME(x * 2.f + y * 1'000 +
                                                                                          0.1f * x + 1e3 * x + .5 * x)
                                            SAME((x * (3 / 1 + 2 * 4) - 7 / 7 + x * (1.0 / 3)).sum())
                                                SAME(where(t == 9007199254740992, 1, 0).sum()) SAME(sum(x, 0 - 1) +
                                                                                                    sum(x, -1))
                                                    SAME(where(m, x, -std::numeric_limits<double>::infinity()) +
                                                         std::numeric_limits<float>::epsilon() * x)
                                                        SAME(digamma(v) + lgamma(v) + i0e(v) * i1e(v) + log_i0(v) +
                                                             erf(v) + tanh(v) + softplus(v) + sigmoid(v) +
                                                             log1mexp(-v) + expm1(v) + log1p(v))
                                                            SAME(log2(v) + log10(v) + lbeta(v, 2.0) + atan2(v, -1.5) +
                                                                 floor(v) + round(v) + log_ndtr(v) + stddev(x, C) +
                                                                 x.stddev(-1))
                                                                SAME(max(x, y, w) + min(x, 1.5, y, w) + max(x, C, N))
                                                                    SAME(where(isnan(v) || !isfinite(v), 0, v).sum() +
                                                                         isfinite(x).count(C).sum())}

TEST_CASE("statements, declarations and comments of C++", "[notation]") {
  const auto r = parse(R"(
#include <loom/loom.hpp>
using namespace loom;
constexpr auto x = loom::tensor<"x[N,C]">;  // logits: N rows, C classes
constexpr auto t = loom::index<"t[N]">;     /* the class
                                               of each row */
inline constexpr auto C = loom::axis<"C">;
constexpr auto cross_entropy = loom::loss<-gather(log(exp(x) / sum(exp(x), C)), t).mean()>;
)");
  CAPTURE(r.wrong.text());
  REQUIRE(!r.wrong.failed());
  CHECK(r.name == "cross_entropy");
  CHECK(same(r.written, loom::lang::lower(-gather(log(exp(x) / sum(exp(x), -1)), t).mean()).program));

  // A > stands in parentheses inside of loss<...>.
  CHECK(same(parse("loss<(where((x > 0), x, 0) + gather(where(x > 0, 1, 0), t)).mean()>", declarations).written,
             loom::lang::lower((where((x > 0), x, 0) + gather(where(x > 0, 1, 0), t)).mean()).program));
  // The last name is the formula.
  const auto named = parse("p = softmax(x, C); nll = -log(gather(p, t)).mean()", declarations);
  CHECK(named.name == "nll");
  CHECK(same(named.written, loom::lang::lower(-log(gather(softmax(x, C), t)).mean()).program));
  // Functions of numbers are numbers.
  CHECK(same(parse("x * exp(0.0) + pow(2, 3) + relu(-9) + clamp(5, -1, 1) + std::sqrt(4.0)", declarations).written,
             loom::lang::lower(x * 1.0 + 8.0 + 0.0 + 1.0 + 2.0).program));
  CHECK(same(parse("x * log2(8.0) + log10(0.01) + round(2.5) + atan2(0.0, 1.0)", declarations).written,
             loom::lang::lower(x * 3.0 + -2.0 + 3.0 + 0.0).program));
  // A variable need not have the name of its input.
  CHECK(same(parse("a = tensor<\"x[N,C]\">; b = index<\"t[N]\">; gather(a, b).sum()").written,
             loom::lang::lower(gather(x, t).sum()).program));
}

TEST_CASE("the kinds of inputs follow from their use", "[notation]") {
  CHECK(parse("sum(where(T == last, v, 0), T)").inferred == std::vector<std::string>{"v[N,T]"});
  CHECK(parse("sum(where(T < 2, v, 0) + v(T = 1), T)").inferred == std::vector<std::string>{"v[N,T]"});
  const auto read = [](std::string_view text, std::vector<std::string> given = {}) {
    const notation::formula f = parse(text, given);
    CAPTURE(f.wrong.text());
    CHECK(!f.wrong.failed());
    std::string s;
    for (const std::string& d : notation::declarations_of(f.written)) s += (s.empty() ? "" : "; ") + d;
    return s;
  };
  CHECK(read("-gather(log_softmax(x, -1), t).mean()", {"x[N,C]", "t[N]"}) == "x[N,C]; index t[N]");
  CHECK(read("-gather(log_softmax(x, -1), t).mean()", {"x[N,C]"}) == "x[N,C]; index t[N]");
  CHECK(read("-gather(log_softmax(x, -1), t).mean()") == "x[N,C]; index t[N]");
  CHECK(read("-gather(log_softmax(x, C), t, C).mean()", {"x[N,C,H,W]"}) == "x[N,C,H,W]; index t[N,H,W]");
  CHECK(read("(gamma * square(x - y)).mean()") == "scalar gamma; x[N]; y[N]");
  CHECK(read("sum(a * b, D)") == "a[N,D]; b[N,D]");
  CHECK(read("where(m, -p, 0).sum() / count(m)", {"p[B,T]"}) == "mask m[B,T]; p[B,T]");
  CHECK(read("where(m, p, 0).sum()", {"p[B,T]", "m[B]"}) == "mask m[B]; p[B,T]");
  CHECK(read("sum((1 - e) * onehot(t, C) * x, C).mean()", {"x[N,C]"}) == "scalar e; index t[N]; x[N,C]");
  CHECK(read("(z * x).mean()", {"x[N] in (0,1]", "z > 0"}) == "scalar z > 0; x[N] in (0,1]");
  CHECK(read("(x - 1).sum()", {"x[N=10]"}) == "x[N=10]");
  CHECK(read("gather(x, t)", {"x[C]", "t"}) == "x[C]; index t");
  // Not from a name that a declaration is like.
  CHECK(parse("(logits - lgits).sum()", std::vector<std::string>{"logits[N]"}).wrong.hint ==
        "did you mean logits? If not, declare it");
}

TEST_CASE("the collection goes to text and back", "[notation]") {
  hana::for_each(hana::values(loom::collection::losses), []<auto Formula>(const loom::loss_function<Formula>&) {
    const graph& written = loom::compiler::source<Formula>::written.program;
    const std::string text = notation::text_of(written, written.outputs[0].id);
    const notation::formula f = parse(text, notation::declarations_of(written));
    CAPTURE(text, f.wrong.text());
    CHECK(!f.wrong.failed());
    CHECK(same(written, f.written));
  });
}

TEST_CASE("values at places are read as C++ reads them", "[notation]") {
  constexpr auto M = axis<"M">;
  using loom::last, loom::outside;
  SAME(sum(x * x(N = M), C).sum())
  SAME(x(C = 2) + x(C = last) + x(C = last - 1) + x(C = t) + exp(x - y)(C = 0))
  SAME(where(N != M && M <= N + 2, v * v(N = M), 0).sum())
  SAME(v(N = N - 1) + exp(v)(N = N + 3, outside = 1) + x(N = N - 1, C = C + 1) + v(N = 1 + N))
  SAME(sum(x * x(N = M), C)(N = M, M = N).sum() + sum(x * x(axis<"N"> = M), C)(M = N).sum())
  SAME(where(t == t(N = N - 1), v, 0).mean())
  SAME(where(C == last && N < last - 1, x, 0).sum() + x(C = last - C).sum() + x(C = extent(C) - 2).sum())
  SAME(where(gather(x > y, t), v, 0).mean() + where((x > 0)(C = t), v, 0).sum())
  constexpr auto one_before = last - 1;  // of whatever axis
  const notation::formula read =
      parse("one_before = last - 1; x(N = one_before).sum() + x(C = one_before).sum()", declarations);
  CHECK(same(read.written, loom::lang::lower(x(N = one_before).sum() + x(C = one_before).sum()).program));
}

TEST_CASE("axes whose extents follow are read as C++ reads them", "[notation]") {
  SAME(sum(x(C = axis<"K = C - 1"> + 1)))
  SAME(sum(where(axis<"Q = N + C"> < extent(N), v(N = axis<"Q = N + C">), w(C = axis<"Q = N + C"> - extent(N)))))
  SAME(sum(where(axis<"U = 2 * N + 1"> == 2 * N + 1, v, 0)))
  constexpr auto Q = axis<"Q = N + C">;
  constexpr auto all = where(Q < extent(N), v(N = Q), w(C = Q - extent(N)));
  const graph written = loom::lang::lower(logsumexp(all, Q)).program;
  const notation::formula read = parse(
      "constexpr auto Q = loom::axis<\"Q = N + C\">;\n"
      "constexpr auto all = where(Q < extent(N), v(N = Q), w(C = Q - extent(N)));\n"
      "logsumexp(all, Q)",
      declarations);
  CAPTURE(read.wrong.text());
  CHECK(same(read.written, written));
  CHECK(read.written.axes[2].follows());
  CHECK(loom::ir::axis_declaration(written, 2) == "Q = N + C");
}

TEST_CASE("labels, positions and masks are read as numbers as C++ reads them", "[notation]") {
  SAME(square(sum(softmax(x, C) * number(C), C) - number(t)).mean())
  SAME(sum(x * number(C + 1) * number(axis<"N">) + number(m) * number(t <= C)))
  SAME(sum(number(C)(C = loom::last) * number(t(N = N - 1)) + number(C)(C = 2)))
  SAME(sum(where(t + 1 == C, x, 0)) + sum(x(C = t - 1)) + sum(onehot(2 * t - 1, C) * x))
  SAME(number(t == argmax(x, C)).mean() + gather(y, x.argmin(-1)).sum() + number(argmax(v)))
  SAME(sum(where(top_k(x, 2, C), x, 0)) + sum(rank(x, -1) * y) + sum(where(top_k(v, w.sum()), v, 0)))
  const auto code_of = [](const char* text, const char* input) {
    const std::vector<std::string> given{"x[N,C]", "b[N]"};
    const notation::formula f = parse(text, given);  // has the names
    for (const loom::ir::input_info& in : f.written.inputs)
      if (in.name == input) return in.code;
    return op::any;
  };
  CHECK(code_of("gather(x, t) * number(t) + number(N)", "t") == op::index);
  CHECK(code_of("x * number(b)", "b") == op::index);
  CHECK(code_of("where(b, x, 0) * number(b)", "b") == op::mask);
}

TEST_CASE("what is made of numbers alone is a number", "[notation]") {
  const auto constant = [](const char* text) {
    const graph g = parse(std::string("v * ") + text, std::vector<std::string>{"v[N]"}).written;
    REQUIRE(g[1].code == op::constant);
    return g[1].constant_value();
  };
  CHECK(constant("-(-sum(3.0))") == 3);
  CHECK(constant("(max(-2) + mean(4))") == 2);
  CHECK(constant("norm(-2)") == 2);
  CHECK(constant("var(5)") == 0);
  CHECK(constant("softmax(7)") == 1);
  CHECK(constant("log_softmax(7)") == 0);
  CHECK(constant("-INFINITY") == -std::numeric_limits<double>::infinity());
  CHECK(constant("(2 * M_PI)") == 2 * std::numbers::pi);
  CHECK(std::bit_cast<std::uint64_t>(constant("(-nan)")) == std::bit_cast<std::uint64_t>(constant("nan")));
}

TEST_CASE("a row function of a single number goes to text and back", "[notation]") {
  const std::vector<std::string> numbers = {"scalar a", "scalar b"};
  const notation::formula f = parse("a * softmax(a - b) + log_softmax(b).mean()", numbers);
  REQUIRE(!f.wrong.failed());
  const std::string printed = notation::text_of(f.written, f.written.outputs[0].id);
  CHECK(printed == "a * softmax(a - b) + log_softmax(b)");
  const notation::formula again = parse(printed, notation::declarations_of(f.written));
  REQUIRE(!again.wrong.failed());
  CHECK(same(f.written, again.written));
}

TEST_CASE("running values are read as C++ reads them", "[notation]") {
  SAME(cumsum(x, C) + cumprod(y, -1) * cummax(x, axis<"N">));
  SAME(logcumsumexp(x, C, loom::reverse) + cumsum(v, N, loom::exclusive));
  SAME(cumsum(x, C, loom::reverse, loom::exclusive) + cumsum(y, C, loom::exclusive, loom::reverse));
  SAME(recurrence(x, gamma_ * where(m, 1, 0), N, loom::reverse) + recurrence(1, 0.5, C) + recurrence(w, v, C));
  SAME(cumsum(x, C)(C = loom::last) + cumsum(x, C)(C = t) + cumsum(v, N)(N = N + 1));
  // An input may have the name of what follows the axis.
  const notation::formula f = parse("cumsum(reverse, T, reverse, exclusive) + exclusive",
                                    std::vector<std::string>{"reverse[N,T]", "exclusive[T]"});
  CAPTURE(f.wrong.text());
  CHECK(notation::text_of(f.written, f.written.outputs[0].id) == "cumsum(reverse, T, reverse, exclusive) + exclusive");
  // What nothing declares.
  CHECK(parse("recurrence(r, gamma, T, reverse)").inferred == std::vector<std::string>{"r[N,T]", "scalar gamma"});
}

TEST_CASE("orders are read as C++ reads them", "[notation]") {
  SAME(x(C = order(y, C)) + y(C = order(x * y, -1, loom::reverse)) + number(order(x, C)));
  SAME((x + y)(N = order(v, N)) + gather(x, order(y, C), C) + number(order(x, C) == 2) + where(order(v, N) < N, v, 0));
  SAME(x(C = order(x, C))(C = loom::last) + x(C = order(x, C)(C = 0)));
  CHECK(parse("sum(x(C = order(y, C, reverse)), C)").inferred == std::vector<std::string>{"x[N,C]", "y[N,C]"});
}

TEST_CASE("text of running values and of their derivatives goes to text and back", "[notation]") {
  for (const std::string text :
       {"cumsum(x, T)", "cumprod(x, T, reverse)", "cummax(x, T, exclusive)", "logcumsumexp(x, N, reverse, exclusive)",
        "recurrence(x, w, T)", "recurrence(w - x, 0.5, N, reverse)", "cumsum(x, T)(T = T + 2)",
        "x(T = order(w - x, T, reverse))", "(x - w)(N = order(x, N))"}) {
    const std::vector<std::string> declared = {"x[N,T]", "w[T]"};
    const notation::formula f = parse("sum(x * square(" + text + ") * w)", declared);
    REQUIRE(!f.wrong.failed());
    const graph g = loom::compiler::in_form(loom::compiler::form::with_gradients, f.written, {1}).program;
    for (const output_info& out : g.outputs) {
      const std::string printed = notation::text_of(g, out.id);
      if (printed.find("mul0") != printed.npos) continue;  // without a notation
      const notation::formula again = parse(printed, declared);
      CAPTURE(printed, again.wrong.text());
      REQUIRE(!again.wrong.failed());
      if (printed.find("last") == printed.npos)  // a mask of the ends, which the place brings again
        CHECK(notation::text_of(again.written, again.written.outputs[0].id) == printed);
    }
  }
}

TEST_CASE("slopes go to text and back", "[notation]") {
  const std::vector<std::string> inputs = {"x[N]", "y[N]"};
  for (const std::string text :
       {"sum(custom(round(x), slope(x) = 1))", "sum(custom(x * y, slope(x) = y, slope(y) = x, slope(x + y) = 2 * x))",
        "sum(custom(custom(x, slope(y) = 1), slope(x) = 2) * custom(stop_gradient(x), slope(x) = -1))"}) {
    const notation::formula f = parse(text, inputs);
    const std::string printed = notation::text_of(f.written, f.written.outputs[0].id);
    const notation::formula again = parse(printed, inputs);
    CAPTURE(text, printed, f.wrong.text(), again.wrong.text());
    REQUIRE(!f.wrong.failed());
    CHECK(same(f.written, again.written));
  }
}

TEST_CASE("random formulas go to text and back", "[notation]") {
  int whole = 0;
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    points random(seed);
    // What a compiler computes with numbers alone is computed in both.
    const graph written = loom::compiler::stage::canonicalize(
        formula_maker(random, seed % 2 == 0 ? along::any : along::columns).make(2 + static_cast<int>(seed % 3)));
    const std::string text = notation::text_of(written, written.outputs[0].id);
    if (text.find("...") != text.npos) continue;
    // Functions of numbers, which a compiler of C++ computes.
    static const std::regex of_numbers(R"([a-z]\(\(?-?[0-9.e-]+\)?(, \(?-?[0-9.e-]+\)?)*\))");
    if (std::regex_search(text, of_numbers)) continue;
    const notation::formula f = parse(text, notation::declarations_of(written));
    CAPTURE(seed, text, f.wrong.text());
    // An axis of an input that is not used; what a compiler of C++ would have compared.
    if (f.wrong.sentence.find("so its extent is unknown") != std::string::npos) continue;
    if (f.wrong.sentence.find("two numbers are compared") != std::string::npos) continue;
    ++whole;
    REQUIRE(!f.wrong.failed());
    REQUIRE((same(written, f.written) || same(written, loom::compiler::stage::canonicalize(f.written))));
  }
  CHECK(whole > 2500);
}

TEST_CASE("chains are read as C++ reads them", "[notation]") {
  constexpr auto e = loom::tensor<"e[N,T,S]">;
  constexpr auto a = loom::tensor<"a[R,S]">;
  constexpr auto b = loom::tensor<"b[N,K,S]">;
  constexpr auto T = loom::axis<"T">;
  constexpr auto S = loom::axis<"S">;
  constexpr auto R = loom::axis<"R">;
  constexpr auto K = loom::axis<"K">;
  const auto is_read = [](std::string_view text, const auto& f) {
    const graph written = loom::lang::lower(f).program;
    const std::vector<std::string> given = {"e[N,T,S]", "a[R,S]", "b[N,K,S]"};
    const notation::formula read = parse(text, given);
    CAPTURE(read.wrong.text(), listing(written), listing(read.written));
    CHECK(listing(read.written) == listing(written));
    CHECK(same(read.written, written));
  };
  is_read("logsumexp(forward(e, a, T, S = R)(T = last), S).sum()",
          logsumexp(forward(e, a, T, S = R)(T = loom::last), S).sum());
  is_read("viterbi(where(T == 0 && S >= 2, 0, e), exp(b), T, S = S - K) + forward(e, a, axis<\"T\">, axis<\"S\"> = R)",
          viterbi(where(T == 0 && S >= 2, 0, e), exp(b), T, S = S - K) + forward(e, a, T, S = R));
}

}  // namespace
