// SPDX-License-Identifier: BSL-1.0
// tests/emit/collection.cpp — every loss of the collection, printed with all derivatives that it has, computes what its plan does, to
// a few ulp, on data of awkward sizes and logits of 1e4 or -inf.
#include <array>
#include <boost/hana/for_each.hpp>
#include <cmath>

#include "emit/comparison.hpp"
#include "emit/shared_object.hpp"
#include "loom/collection/collection.hpp"
#include "loom/emit/cpp.hpp"
#include "loom/schedule/run.hpp"
#include "support/catch.hpp"
#include "support/collection_data.hpp"

namespace {

using collected::extents, collected::point;
using loom::derive::input_set;
using loom::emit::element;
using loom::ir::derivative_kind;

constexpr double inf = std::numeric_limits<double>::infinity();

/// What an error may be, in ulp of what it is judged beside. Second derivatives of clip are differences of squares of its scale of
/// 16 times numbers of 3.
double ulps_allowed(const std::string& name, derivative_kind kind) {
  return name.starts_with("clip") && kind == derivative_kind::curvature ? 400 : 64;
}

/// The value of a loss, with the gradient by every tensor and scalar, and with the diagonals of its Hessian.
void add_functions_of(const std::string& name, const loom::ir::graph& g, std::vector<printed::subject>& all) {
  const input_set numbers = loom::test::numbers_of(g);
  const loom::derive::derivative_request together{numbers, numbers};
  INFO(name);
  CHECK(loom::compiler::in_form(loom::compiler::form::with_second_derivatives, g, together).no_diagonal.empty());
  all.push_back(printed::compiled(name, g, 0));
  all.push_back(printed::compiled(name + "_d", g, numbers));
  all.push_back(printed::compiled(name + "_d2", g, together));
}

std::vector<printed::subject> everything() {
  std::vector<printed::subject> all;
  loom::hana::for_each(loom::collection::losses, [&](auto named) {
    using loss = std::remove_cvref_t<decltype(loom::hana::second(named))>;
    add_functions_of(loom::hana::first(named).c_str(), loss::front::written.program, all);
  });
  return all;
}

/// What logits look like: numbers of 3, or of 1e4, or some are -inf, or all of the first row are, which then has no softmax.
enum class regime { moderate, large, masked, lost };

const char* name(regime r) {
  const char* names[] = {"moderate", "large", "masked", "lost"};
  return names[static_cast<int>(r)];
}

bool is_logits(std::string_view name) { return name == "x" || name == "s" || name == "xc" || name == "xr"; }

using coordinates = std::array<std::ptrdiff_t, loom::ir::max_axes>;

/// Of entry n of an array over axes.
coordinates place_of(std::size_t n, loom::ir::axis_set axes, const point& p) {
  coordinates at{};
  for (int a = loom::ir::max_axes - 1; a >= 0; --a) {
    if (!loom::ir::has(axes, a)) continue;
    const auto k = static_cast<std::size_t>(a), extent = static_cast<std::size_t>(p.extents[k]);
    at[k] = static_cast<std::ptrdiff_t>(n % extent);
    n /= extent;
  }
  return at;
}

/// Whether a label names the entry at a place of an array over axes: masked, it would make all of the loss infinite.
bool is_named(const coordinates& at, loom::ir::axis_set axes, const loom::ir::label_use_list& uses, const point& p) {
  for (const loom::ir::label_use& u : uses) {
    const loom::ir::dense<double>& labels = p.inputs[static_cast<std::size_t>(u.input)];
    if ((labels.axes & ~axes) != 0 || !loom::ir::has(axes, u.axis)) continue;
    std::size_t n = 0;
    for (int a = 0; a < loom::ir::max_axes; ++a)
      if (const auto k = static_cast<std::size_t>(a); loom::ir::has(labels.axes, a))
        n = n * static_cast<std::size_t>(p.extents[k]) + static_cast<std::size_t>(at[k]);
    if (labels.entries[n] == static_cast<double>(at[static_cast<std::size_t>(u.axis)])) return true;
  }
  return false;
}

point data_for(const loom::ir::graph& g, const extents& size, regime r) {
  const loom::ir::label_use_list uses = loom::ir::label_uses(g);
  point p = collected::data_for(g, uses, size, r == regime::large ? 1e4 : 3,
                                static_cast<std::uint64_t>(size.rows * 1000 + size.entries));
  for (int i = 0; i < g.inputs.size(); ++i) {
    if (!is_logits(g.inputs[i].name) || r < regime::masked) continue;
    loom::ir::dense<double>& x = p.inputs[static_cast<std::size_t>(i)];
    loom::test::points random(7);  // teacher and student mask the same
    for (std::size_t n = 0; n < x.entries.size(); ++n) {
      const coordinates at = place_of(n, x.axes, p);
      const bool here = r == regime::lost ? at[0] == 0 : random.once_in(4) && !is_named(at, x.axes, uses, p);
      if (here) x.entries[n] = -inf;
    }
  }
  return p;
}

/// How far each output goes if every number of the data moves by an ulp, up or down.
std::vector<double> moved_by_an_ulp(const printed::subject& s, const point& p, double ulp,
                                    const std::vector<std::vector<double>>& from) {
  std::vector<double> most(from.size(), 0);
  loom::test::points random(1);
  for (int trial = 0; trial < 3; ++trial) {
    point q = p;
    for (int i = 0; i < s.written.inputs.size(); ++i)
      for (double& v : q.inputs[static_cast<std::size_t>(i)].entries)
        if ((loom::test::numbers_of(s.written) >> i) & 1u) v *= random.once_in(2) ? 1 + ulp : 1 - ulp;
    const auto there = loom::schedule::run_plan(s.schedule, q.extents, q.inputs);
    for (std::size_t k = 0; k < from.size(); ++k)
      for (std::size_t n = 0; n < from[k].size(); ++n)
        if (const double d = std::fabs(there[k][n] - from[k][n]); std::isfinite(d)) most[k] = std::max(most[k], d);
  }
  return most;
}

/// How large the terms of an output are at least, where they cancel: 1 for the value, and for a derivative what changes the value
/// by 1 if its input, of a moderate size, changes by all of it. A scalar meets every logit, and its derivatives sum products of them.
double terms_of(const loom::ir::graph& g, const loom::ir::output_info& out, const point& p, regime r) {
  const int order = out.kind == derivative_kind::gradient ? 1 : out.kind == derivative_kind::curvature ? 2 : 0;
  if (order == 0) return 1;
  double largest = 0;
  for (double v : p.inputs[static_cast<std::size_t>(out.input)].entries)
    if (std::isfinite(v)) largest = std::max(largest, std::fabs(v));
  const double logits = g.inputs[out.input].code == loom::ir::op::scalar && r == regime::large ? 1e4 : 1;
  return logits * std::pow(logits / std::clamp(largest, 1e-3, 3.0), order);
}

constexpr extents sizes[] = {{1, 1, 1, 1}, {1, 3, 7, 5}, {7, 5, 1, 3}, {1, 1, 67, 1}, {5, 3, 11, 7}, {13, 1, 17, 1}};

void check_results(const printed::function& f, printed::entry_point* call) {
  const printed::subject& s = f.what;
  const double ulp = f.type == element::f32 ? 0x1p-23 : 0x1p-52;
  for (regime r : {regime::moderate, regime::large, regime::masked, regime::lost})
    for (const extents& size : sizes) {
      const point p = data_for(s.written, size, r);
      const auto want = loom::schedule::run_plan(s.schedule, p.extents, p.inputs);
      const auto have = printed::results(f, call, p.extents, p.inputs);
      const auto moved = moved_by_an_ulp(s, p, ulp, want);
      for (std::size_t k = 0; k < want.size(); ++k) {
        const loom::ir::output_info& out = s.gradients.outputs[static_cast<int>(k)];
        double beside = terms_of(s.gradients, out, p, r), error = 0;
        bool alike = want[k].size() == have[k].size();
        for (double w : want[k]) beside = std::isfinite(w) ? std::max(beside, std::fabs(w)) : beside;
        for (std::size_t n = 0; n < want[k].size() && alike; ++n) {
          const double w = want[k][n], h = have[k][n];
          if (std::isfinite(w) && std::isfinite(h)) error = std::max(error, std::fabs(w - h));
          else alike = w == h || (std::isnan(w) && std::isnan(h));
        }
        const double ulps = error / (ulp * beside + moved[k]);
        if (alike && ulps <= ulps_allowed(s.name, out.kind)) continue;
        INFO(s.name << (f.type == element::f32 ? ", f32, " : ", f64, ")
                    << loom::schedule::detail::output_text(s.gradients, static_cast<int>(k)) << ", " << size.rows
                    << " x " << size.inner << " x " << size.entries << " x " << size.width << ", logits " << name(r)
                    << "\n"
                    << f.text);
        CHECK(alike);
        CHECK(ulps <= ulps_allowed(s.name, out.kind));
      }
    }
}

void check(const printed::toolchain& by) {
  const std::vector<printed::subject> all = everything();
  for (element type : {element::f32, element::f64}) {
    std::vector<printed::function> functions;
    for (const printed::subject& s : all) functions.push_back({s, type, {}, s.code(by.language, type)});
    const printed::shared_object object(by.compiler, by.extension, by.files(by.language, functions));
    for (std::size_t k = 0; k < functions.size(); ++k) {
      const auto call = object.find<printed::entry_point>("call_" + std::to_string(k));
      REQUIRE(call != nullptr);
      check_results(functions[k], call);
    }
  }
}

}  // namespace

TEST_CASE("printed C++ of the collection, with every derivative, computes what its plans do") { check(printed::cpp); }
TEST_CASE("printed C99 of the collection, with every derivative, computes what its plans do") { check(printed::c99); }

TEST_CASE("every printed function of the collection, with every derivative, compiles alone") {
  const printed::scratch folder;
  std::string files;
  for (const printed::subject& s : everything())
    for (element type : {element::f32, element::f64}) {
      const std::string file = folder.path / (s.name + (type == element::f32 ? "_f32.cpp" : "_f64.cpp"));
      printed::write(file, s.code(loom::emit::cpp, type));
      files += " " + file;
    }
  CHECK(printed::compile(printed::cpp_compiler, "-fsyntax-only" + files));
}
