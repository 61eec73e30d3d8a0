// SPDX-License-Identifier: BSL-1.0
// tests/ir/tables.cpp — the rows of ops.def and reductions.def: what must hold of them, and docs/reference/ops.md, which is
// printed from them. With the environment variable LOOM_UPDATE_GOLDEN=1 the page is rewritten instead.
#include "loom/ir/op.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "loom/ir/interpret.hpp"
#include "support/catch.hpp"
#include "support/points.hpp"

namespace {

using namespace loom;
using namespace loom::layers;

std::string number(double v) {
  char text[40];
  std::snprintf(text, sizeof text, "%.5g", v);
  return text;
}

std::string bounds(const interval& i) {
  const bool below = i.low > -numeric::infinity, above = i.high < numeric::infinity;
  return below && above ? number(i.low) + " to " + number(i.high)
         : below        ? "from " + number(i.low)
         : above        ? "to " + number(i.high)
                        : "";
}

struct page {
  std::string text;

  void row(op code, const char* meaning, const std::string& adjoint) {
    const op_info& op = info(code);
    const std::string a = bounds(op.domain_a), b = bounds(op.domain_b), range = bounds(op.range);
    text += "| `" + std::string(op.name) + "` | `" + meaning + "` | " + a + (a.empty() || b.empty() ? "" : "; ") +
            (b.empty() ? "" : "b: " + b) + " | " + range + " | ";
    text += op.cpp.empty() ? "" : number(op.ulp.f32) + " / " + number(op.ulp.f64);
    text += " | " + adjoint + " |\n";
  }
  static std::string adjoint(const std::string& of_a) {
    return of_a == "undefined" ? "none" : of_a == "zero" ? "0" : "`" + of_a + "`";
  }
  static std::string adjoint(const std::string& of_a, const std::string& of_b) {
    return "`" + of_a + "`, `" + of_b + "`";
  }
  void reduction(op code, const char* each, const char* combine, const char* finish) {
    const reduction_info& row = layers::reduction(code);
    const std::string entry = row.entry == itself ? "" : std::string(info(row.entry).name);
    text += "| `" + std::string(info(code).name) + "` | " + (entry.empty() ? "" : "`" + entry + "`") + " | " + each +
            " | `" + combine + "` | " + (std::string(finish) == "v" ? "" : std::string("`") + finish + "`") + " |\n";
  }
  void composed(op code, const char* term, const char* finish) {
    reduction(code, ("`" + std::string(info(layers::reduction(code).scale).name) + "`").c_str(), term, finish);
  }
};

std::string reference_page() {
  page p;
  p.text =
      "# Ops\n\n"
      "Printed from the rows of `ir/ops.def` and `ir/reductions.def` by `tests/ir/tables.cpp`; `LOOM_UPDATE_GOLDEN=1 "
      "loom_tests_ir`\n"
      "rewrites it. How the functions are used: [language.md](language.md).\n\n"
      "## Elementwise\n\n"
      "`g` is the adjoint of the result `y`; the last column is what the operands receive. Domain: where the op is "
      "real and smooth. ulp: the\n"
      "bound on the error of the vector function, float / double, in the domain; none where a rule replaces the op.\n\n"
      "| op | means | domain | range | ulp | adjoint |\n|---|---|---|---|---|---|\n";
#define LOOM_UNARY(name, cost, text, notation, ulp, domain, range, course, weight, definition, of_x) \
  p.row(op::name, #definition, page::adjoint(#of_x));
#define LOOM_BINARY(name, cost, text, notation, ulp, domain_a, domain_b, fact, order, weight, definition, of_a, of_b) \
  p.row(op::name, #definition, page::adjoint(#of_a, #of_b));
#define LOOM_UNARY_COMPOSED(name, notation, domain, range, course, definition, of_x) \
  p.row(op::name, #definition, page::adjoint(#of_x));
#define LOOM_BINARY_COMPOSED(name, notation, domain_a, domain_b, fact, order, definition, of_a, of_b) \
  p.row(op::name, #definition, page::adjoint(#of_a, #of_b));
#include "loom/ir/ops.def"
  p.text +=
      "\n## Reductions\n\n"
      "Each entry goes through the op `each`; the result starts as the identity, combines with every entry, and is "
      "finished once.\n\n"
      "| reduction | each | identity | combine | finish |\n|---|---|---|---|---|\n";
#define LOOM_REDUCTION(code, name, word, cost, entry, identity, combine, finish, ...) \
  p.reduction(op::code, #identity, #combine, #finish);
#define LOOM_MASK_REDUCTION(code, name, word, cost, identity, combine, ...) \
  p.reduction(op::code, #identity, #combine, "v");
#include "loom/ir/reductions.def"
  p.text +=
      "\nComposed of others: `m` is the reduction `scale` of the entries, `s` the sum of the terms.\n\n"
      "| reduction | each | scale | term | result |\n|---|---|---|---|---|\n";
#define LOOM_REDUCTION_COMPOSED(code, name, cost, entry, scale, fact, term, finish, ...) \
  p.composed(op::code, #term, #finish);
#include "loom/ir/reductions.def"
  return p.text;
}

TEST_CASE("the reference page of the ops is printed from their rows", "[ir]") {
  const std::string path = std::string(LOOM_TEST_DOCS) + "/reference/ops.md", text = reference_page();
  if (const char* update = std::getenv("LOOM_UPDATE_GOLDEN"); update != nullptr && std::string(update) == "1")
    std::ofstream(path) << text;
  std::ostringstream written;
  written << std::ifstream(path).rdbuf();
  INFO(path << " (LOOM_UPDATE_GOLDEN=1 rewrites it)");
  CHECK(written.str() == text);
}

TEST_CASE("results lie in the range of their row", "[ir]") {
  test::points random(5);
  for (int i = 0; i < op_count; ++i) {
    const op code = static_cast<op>(i);
    const family f = info(code).kind;
    if ((f != family::unary && f != family::binary) || code == op::stop_gradient) continue;
    CAPTURE(std::string(info(code).name));
    for (int k = 0; k < 200; ++k) {
      const double a = test::operand_of(code, 0, random), b = test::operand_of(code, 1, random);
      const double y = numbers::evaluate(code, a, b, 0.0);
      CHECK((y >= info(code).range.low && y <= info(code).range.high));
      if (info(code).commutative) CHECK(numbers::evaluate(code, b, a, 0.0) == y);
    }
  }
}

/// Every reduction of numbers that the loops know, and those of masks.
template <class Law>
void for_each_fold(const Law& law) {
  for (int i = 0; i < op_count; ++i) {
    const op code = static_cast<op>(i);
    if (!is_reduction(code) || reduction(code).composed) continue;
    CAPTURE(std::string(info(code).name));
    law(code, reduction(code));
  }
}

TEST_CASE("the identity of a reduction changes nothing, and parts combine as their entries do", "[ir]") {
  test::points random(6);
  for_each_fold([&](op code, const reduction_info& row) {
    for (int k = 0; k < 100; ++k) {
      double e[4];
      for (double& v : e)
        v = numbers::entry(
            code, row.of_masks ? static_cast<double>(random.below(2)) : static_cast<double>(random.below(17) - 8));
      CHECK(numbers::combine(code, identity(code), e[0]) == e[0]);
      CHECK(numbers::combine(code, e[0], identity(code)) == e[0]);
      double one = identity(code), first = identity(code), second = identity(code);
      for (int i = 0; i < 4; ++i) {
        one = numbers::combine(code, one, e[i]);
        double& part = i < 2 ? first : second;
        part = numbers::combine(code, part, e[i]);
      }
      CHECK(numbers::combine(code, first, second) == one);
      CHECK((numbers::finish(code, one) == one || row.finishes));
      CHECK(reduction(row.part).finishes == false);
      CHECK(identity(row.part) == row.identity);
    }
  });
}

TEST_CASE("a reduction of one entry is the op of its entry", "[ir]") {
  for_each_fold([&](op code, const reduction_info& row) {
    if (row.of_masks || code == op::rest) return;
    for (double v : {-2.0, 0.0, 3.0})
      CHECK(numbers::finish(code, numbers::combine(code, identity(code), numbers::entry(code, v))) ==
            numbers::entry(code, v));
  });
}

}  // namespace
