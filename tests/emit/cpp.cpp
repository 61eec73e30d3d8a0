// SPDX-License-Identifier: BSL-1.0
// tests/emit/cpp.cpp — printed code is compiled, without a warning, and computes what the interpreter computes.
#include "loom/emit/cpp.hpp"

#include "emit/shared_object.hpp"
#include "support/catch.hpp"
#include "support/over_axes.hpp"
#include "support/layers.hpp"

namespace {

using loom::emit::element;
using printed::function;

void add(std::vector<function>& all, const printed::subject& s) {
  for (element type : {element::f32, element::f64}) all.push_back({s, type, s.cpp(type)});
}

/// Extents by axis: C the columns of a size, a formula of one axis all its entries, others the rows.
std::vector<std::ptrdiff_t> extents_of(const loom::ir::graph& g, std::ptrdiff_t rows, std::ptrdiff_t columns) {
  std::vector<std::ptrdiff_t> e;
  for (int a = 0; a < g.axes.size(); ++a)
    e.push_back(g.axes[a].extent != 0 ? g.axes[a].extent : g.axes.size() == 1 ? rows * columns : g.axes[a].name == "C" ? columns : g.axes[a].name == "N" ? rows : 2 + a);
  return e;
}

void check(const std::vector<function>& all, std::initializer_list<trial::regime> regimes = {trial::regime::normal}) {
  const printed::shared_object object(printed::one_file(all));
  for (std::size_t k = 0; k < all.size(); ++k) {
    const function& f = all[k];
    const bool narrow = f.type == element::f32;
    const auto call = object.find<printed::entry_point>("call_" + std::to_string(k));
    REQUIRE(call != nullptr);
    for (trial::regime logits : regimes)
      for (const auto& [rows, columns] : {std::pair<int, int>{1, 1}, {3, 7}, {5, 10}, {4, 100}}) {
        const std::vector<std::ptrdiff_t> extents = extents_of(f.what.written, rows, columns);
        for (const printed::result& r : narrow ? printed::compare<float>(f, call, extents, logits) : printed::compare<double>(f, call, extents, logits)) {
          INFO(f.what.name << (narrow ? ", f32, " : ", f64, ") << r.output << ", " << rows << " x " << columns << ", logits " << trial::name(logits) << "\n" << f.text);
          CHECK(r.finite_alike);
          CHECK(r.error <= (narrow ? 2e-5 : 1e-10));
        }
      }
  }
}

namespace formulas {

using namespace loom;

using namespace loom::layers;
using loom::index;  // not that of <strings.h>
constexpr auto x = tensor<"x[N,C]">;
constexpr auto u = tensor<"u[C]">;
constexpr auto n1 = tensor<"n1[N]">;
constexpr auto image = tensor<"image[N,C,H,W]">;
constexpr auto flipped = tensor<"flipped[C,N]">;
constexpr auto fixed = tensor<"fixed[N,K=5]">;
constexpr auto label = index<"label[N]">;
constexpr auto pixel = index<"pixel[N,H,W]">;
constexpr auto one = index<"one">;
constexpr auto keep = mask<"keep[N,C]">;
constexpr auto row_kept = mask<"row_kept[N]">;
constexpr auto v = tensor<"v[N]">;  // positive
constexpr auto T = scalar<"T">;
constexpr auto cube = tensor<"cube[A,B,C]">;
constexpr auto sheet = tensor<"sheet[A,C]">;
constexpr auto C = axis<"C">;
// Names that C++ has other plans for.
constexpr auto keyword = tensor<"int[double]">;
constexpr auto helper = tensor<"maximum[double]">;

template <auto Formula>
printed::subject of(const std::string& name, bool gradients = true) {
  const graph& g = source<Formula>::written.program;
  REQUIRE(source<Formula>::written.problem.what == issue::none);
  return printed::compiled(name, g, gradients ? printed::differentiable(g) : 0);
}

}  // namespace formulas

}  // namespace

TEST_CASE("printed flagships compute what the interpreter computes") {
  std::vector<function> all;
  for (const printed::subject& s : printed::flagships(true)) add(all, s);
  check(all, {trial::regime::normal, trial::regime::masked});
}

TEST_CASE("printed code of every shape of loop computes what the interpreter computes") {
  using namespace formulas;
  std::vector<function> all;
  for (const printed::subject& s : {
           of<logsumexp(image, C).mean()>("pixels_summed"),
           of<-gather(log_softmax(image, C), pixel, C).mean()>("pixels"),
           of<logsumexp(u, C)>("one_row"),
           of<-gather(log_softmax(u, C), one)>("one_row_gathered"),
           of<log_softmax(x, C) + log(v)>("rows_out", false),
           of<softmax(image, C)>("pixels_out", false),
           of<logsumexp(x, C)>("row_values_out", false),
           of<sum(x * flipped)>("transposed"),
           of<sum(square(fixed - fixed.mean(-1)), -1).mean()>("static_extent"),
           of<sum(where(keep, exp(x), 0), C).mean()>("masked"),
           of<where(row_kept, where(keep.any(C), x.max(C) - x.min(C), 0), -1.5).mean()>("largest_and_smallest", false),
           of<where(keep.all(C), 1, x.prod(C)).mean() + T>("all_and_product", false),
           of<where(label == 2 || !(label >= 1), n1, -n1).sum() / x.max() - x.min()>("totals", false),
           of<sum(sheet * square(cube - T), C).mean()>("missing_axis", false),
           of<sum(square(keyword) * helper)>("keywords"),
           of<logsumexp(x) + where(x > 0, 1, 0).sum()>("total_shift", false),
       }) {
    INFO(s.name);
    CHECK(s.schedule.problem == loom::schedule::unplanned::none);
    if (s.schedule.problem != loom::schedule::unplanned::none) continue;
    add(all, s);
  }
  check(all);
}

TEST_CASE("printed code with a workspace computes what the interpreter computes") {
  using namespace formulas;
  namespace over = over_axes;
  std::vector<function> all;
  constexpr auto N = axis<"N">;
  constexpr auto t = loom::index<"t[N]">;
  constexpr auto K = axis<"K">;
  constexpr auto table = tensor<"table[K,D]">;
  for (const printed::subject& s : {
           of<over::info_nce>("info_nce"),
           of<over::info_nce>("info_nce_value", false),
           of<over::clip>("clip"),
           of<over::clip>("clip_value", false),
           of<over::dice_of_images>("dice_of_images"),
           of<over::dice_of_classes>("dice_of_classes"),
           of<over::dice_of_classes>("dice_of_classes_value", false),
           of<over::dpo>("dpo"),
           of<over::token_means>("token_means"),
           of<log_softmax(x, C) + log_softmax(x, N)>("crossed_out", false),
           of<sum(where(keep.any(N), x.max(N) - x.min(N), 1.5) + where(keep.all(N), 1, x.prod(N))) + logsumexp(x, C).mean()>("every_fold", false),
           of<logsumexp(over::x, N, over::P).mean() + logsumexp(over::x, C, over::P).mean()>("overlapping"),
           of<x.mean(N) + T>("column_means_out", false),
           of<results((log_softmax(x, C) + log_softmax(x, N)).mean(), x.mean(N), sum(v))>("several", false),
       }) {
    INFO(s.name);
    CHECK(s.schedule.problem == loom::schedule::unplanned::none);
    if (s.schedule.problem != loom::schedule::unplanned::none) continue;
    add(all, s);
  }
  check(all, {trial::regime::normal, trial::regime::masked});
  // What no label names gets nothing from a row, not 0 times its infinity: only finite data is comparable.
  std::vector<function> scattered;
  const graph& weighted = printed::written(loom::collection::weighted_cross_entropy);
  input_set weights_too = 0;
  for (int i = 0; i < weighted.inputs.size(); ++i)
    if (weighted.inputs[i].code == op::tensor) weights_too |= 1u << i;
  add(scattered, printed::compiled("class_weights", weighted, weights_too));
  add(scattered, of<square(x - gather(x.mean(N), t)).mean()>("prototypes"));
  add(scattered, of<square(gather(table, t, K) - n1).mean()>("table"));
  check(scattered);
}

TEST_CASE("printed code has every function of the language") {
  using namespace formulas;
  std::vector<function> all;
  for (const printed::subject& s : {
           of<sum(sin(x) + cos(x) * tan(n1) + atan(x) + sinh(x / 4) * cosh(x / 4) + tanh(x))>("circular"),
           of<sum(asin(x / 50) + acos(x / 50) + asinh(x) + acosh(1 + v) + atanh(x / 50))>("inverse"),
           of<sum(erf(x) + erfc(x) + lgamma(v) + digamma(v))>("special"),
           of<sum(log(erfc(n1)) + abs(n1) + sign(n1) + min(n1, v) + max(n1, 0.25))>("piecewise"),
           of<sum(expm1(x) + log1p(v) + sqrt(v) + pow(v, T) + sigmoid(x) + softplus(x) + xlogy(v, v))>("powers"),
           of<sum(relu(n1) + clamp(n1, -0.5, 0.5) + logaddexp(n1, v) + log1mexp(-v))>("composed"),
       }) {
    INFO(s.name);
    CHECK(s.schedule.problem == loom::schedule::unplanned::none);
    if (s.schedule.problem != loom::schedule::unplanned::none) continue;
    add(all, s);
  }
  check(all);
}

TEST_CASE("every printed function of the collection compiles alone") {
  const printed::scratch folder;
  std::string files;
  for (const printed::subject& s : printed::subjects_of(loom::collection::losses, false)) {
    INFO(s.name);
    CHECK(s.schedule.problem == loom::schedule::unplanned::none);
    const std::string file = folder.path / (s.name + ".cpp");
    printed::write(file, "double loss(...);\n" + s.cpp(element::f32));
    files += " " + file;
  }
  CHECK(printed::compile("-fsyntax-only" + files));
}

TEST_CASE("what the printed code brings along for <cmath> is right to 1e-12") {
  std::string text = "#include <cmath>\n#include <limits>\n";
  for (const std::string name : {"erfcx", "digamma", "trigamma"})
    text += loom::emit::detail::prelude_of(name + "(", false) + "extern \"C\" double call_" + name + "(double v) { return " + name + "(v); }\n";
  const printed::shared_object object(text);
  const auto alike = [&](const std::string& name, double (*wanted)(double), double x) {
    const double v = (*object.find<double(double)>("call_" + name))(x), w = wanted(x);
    INFO(name << "(" << x << ") = " << v << ", not " << w);
    CHECK(((std::isnan(v) && std::isnan(w)) || v == w || std::fabs(v - w) <= 1e-12 * std::max(1e-12, std::fabs(w)) || (std::fabs(w) < 3 && std::fabs(v - w) <= 2e-12)));
  };
  for (double x = -30; x < 60; x += 0.37) {
    alike("erfcx", loom::numeric::erfcx, x);
    alike("digamma", loom::numeric::digamma, x);
    alike("trigamma", loom::numeric::trigamma, x);
  }
  const double inf = loom::numeric::infinity;
  for (double x : {0.0, -0.0, -1.0, -2.0, 1e-300, 1e-3, 1e8, 1e300, inf, -inf, loom::numeric::not_a_number}) {
    alike("erfcx", loom::numeric::erfcx, x);
    alike("digamma", loom::numeric::digamma, x);
    alike("trigamma", loom::numeric::trigamma, x);
  }
}

TEST_CASE("literals read back as the same number") {
  using loom::emit::detail::literal;
  CHECK(literal(1, element::f64) == "1.0");
  CHECK(literal(0.1, element::f32) == "0.1f");
  CHECK(literal(-0.0, element::f32) == "-0.0f");
  CHECK(literal(1e300, element::f64) == "1e+300");
  CHECK(literal(-1e300, element::f32) == "-std::numeric_limits<float>::infinity()");
  CHECK(literal(loom::numeric::not_a_number, element::f64) == "std::numeric_limits<double>::quiet_NaN()");
}

TEST_CASE("only a negative operand of an operator is put in parentheses") {
  using loom::emit::detail::filled;
  const std::string operands[] = {"-1.0", "v2", "-3.0"};
  CHECK(filled("{0} + {1}", operands) == "-1.0 + v2");
  CHECK(filled("{1} - {0}", operands) == "v2 - (-1.0)");
  CHECK(filled("-{0}", operands) == "-(-1.0)");
  CHECK(filled("std::pow({0}, {2})", operands) == "std::pow(-1.0, -3.0)");
  CHECK(filled("{1} ? {0} : {2}", operands) == "v2 ? -1.0 : -3.0");
}
