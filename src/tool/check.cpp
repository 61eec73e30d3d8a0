// SPDX-License-Identifier: BSL-1.0
// src/tool/check.cpp — data is drawn, the formula is computed in every way, and what differs is told.
#include "tool/check.hpp"

#if !defined(LOOM_TOOL_MPFR)

namespace loom::tool {

check_result check(const notation::program&, const check_request&) {
  return {{}, {}, "this program was built without MPFR (Debian: libmpfr-dev), which says what a formula means", {}};
}

}  // namespace loom::tool

#else

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>

#include "accuracy/decimal.hpp"
#include "accuracy/drawing.hpp"
#include "accuracy/plot.hpp"
#include "accuracy/single.hpp"
#include "loom/compile.hpp"
#include "loom/ir/interpret.hpp"
#include "loom/ir/labels.hpp"
#include "tool/files.hpp"
#include "tool/numbers.hpp"

namespace loom::tool {

namespace {

using accuracy::single;
using ir::axis_set, ir::dense, ir::graph, ir::node, ir::op;
using real = accuracy::decimal<0>;

constexpr int steps_a_decade = 2, first_decade = -8, last_decade = 8;
constexpr double most_entries = 10000;
constexpr unsigned digits = 400, fewer_digits = 160, more_digits = 800;

/// A request that cannot be met.
struct refusal {
  std::string sentence, hint;
};

std::size_t entries_over(axis_set axes, const std::vector<std::ptrdiff_t>& extents) {
  std::size_t n = 1;
  for (std::size_t a = 0; a < extents.size(); ++a)
    if (ir::has(axes, static_cast<int>(a))) n *= static_cast<std::size_t>(extents[a]);
  return n;
}

template <class N>
std::vector<dense<N>> as(const std::vector<dense<double>>& inputs) {
  std::vector<dense<N>> r;
  for (const dense<double>& d : inputs) {
    r.push_back({d.axes, {}});
    for (const double v : d.entries) r.back().entries.push_back(N(v));
  }
  return r;
}

/// What a graph computes: its outputs by slot.
template <class N>
using outputs_of = std::vector<std::vector<N>>;

template <class N>
outputs_of<N> interpreted(const graph& g, const std::vector<std::ptrdiff_t>& extents,
                          const std::vector<dense<double>>& data) {
  const std::vector<dense<N>> inputs = as<N>(data);
  const ir::interpreter<N> values(g, extents, inputs);
  outputs_of<N> r;
  for (const ir::output_info& out : g.outputs) r.push_back(values.broadcast(out.id, ir::as_set(out.axes)));
  return r;
}

template <class N>
outputs_of<double> as_doubles(const outputs_of<N>& all) {
  outputs_of<double> r;
  for (const std::vector<N>& one : all) {
    r.emplace_back();
    for (const N& v : one) r.back().push_back(static_cast<double>(v));
  }
  return r;
}

/// One operation of a graph on the entries of its operands, in the number type N.
template <class N>
std::vector<double> performed(graph& one, const node& n, const std::vector<std::vector<double>>& values, const graph& g,
                              const std::vector<std::ptrdiff_t>& extents) {
  one.nodes.count = 0;
  node performing = n;
  std::vector<dense<N>> inputs;
  for (int k = 0; k < ir::arity(n.code); ++k) {
    const int operand = n.operand[k];
    dense<N> d{g[operand].axes, {}};
    for (const double v : values[static_cast<std::size_t>(operand)]) d.entries.push_back(N(v));
    inputs.push_back(std::move(d));
    one.nodes.push_back({op::tensor,
                         g[operand].type,
                         g[operand].axes,
                         {ir::no_value, ir::no_value, ir::no_value},
                         static_cast<std::uint64_t>(k)});
    performing.operand[k] = static_cast<ir::value_id>(k);
  }
  one.nodes.push_back(performing);
  const ir::interpreter<N> all(one, extents, inputs);
  std::vector<double> r;
  for (const N& v : all[one.size() - 1]) r.push_back(static_cast<double>(v));
  return r;
}

/// What the loops of float compute: `wide` values in double, the others in float.
outputs_of<double> in_float(const graph& g, const ir::value_set& wide, const std::vector<std::ptrdiff_t>& extents,
                            const std::vector<dense<double>>& data) {
  graph one;
  one.axes = g.axes;
  graph read = g;  // the inputs, also at the other places where they are read
  for (node& n : read.nodes)
    if (!ir::is_input(n.code)) n = {op::constant, ir::kind::number, 0, {ir::no_value, ir::no_value, ir::no_value}, 0};
  const ir::interpreter<double> inputs_read(read, extents, data);
  std::vector<std::vector<double>> values;
  for (int i = 0; i < g.size(); ++i) {
    const node& n = g[i];
    if (ir::is_input(n.code)) values.push_back(inputs_read[i]);
    else if (wide[i]) values.push_back(performed<double>(one, n, values, g, extents));
    else values.push_back(performed<single>(one, n, values, g, extents));
  }
  outputs_of<double> r;
  for (const ir::output_info& out : g.outputs) {
    // Spread over the axes of the output, and stored in float.
    graph spread;
    spread.axes = g.axes;
    spread.nodes.push_back({op::tensor, g[out.id].type, g[out.id].axes, {ir::no_value, ir::no_value, ir::no_value}, 0});
    const std::vector<dense<double>> inputs{{g[out.id].axes, values[static_cast<std::size_t>(out.id)]}};
    r.push_back(ir::interpreter<double>(spread, extents, inputs).broadcast(0, ir::as_set(out.axes)));
    for (double& v : r.back()) v = static_cast<double>(static_cast<float>(v));
  }
  return r;
}

// ---- data ------------------------------------------------------------------------------------------------------------

class sampler {
 public:
  sampler(const graph& g, const check_request& r) : g_(g), random_(r.seed) {
    double given = 1;
    for (const ir::axis_info& axis : g.axes) given *= axis.extent > 0 ? static_cast<double>(axis.extent) : 1;
    double all = 1;
    for (const ir::axis_info& axis : g.axes) {
      extents_.push_back(axis.extent > 0  ? static_cast<std::ptrdiff_t>(axis.extent)
                         : axis.follows() ? -1
                         : given > 64     ? 2
                                          : 5);
    }
    std::int64_t wanted = 0;
    if (const int few = ir::follow_extents(g.axes, extents_, wanted); few >= 0)
      throw refusal{fmt::format("axis {} would have {} entries, where the others have up to 5: declare them longer",
                                std::string(g.axes[few].name), wanted),
                    {}};
    for (const std::ptrdiff_t extent : extents_) all *= static_cast<double>(extent);
    if (all > most_entries)
      throw refusal{
          fmt::format("the axes have {:.0f} entries together, and are checked up to {:.0f}: declare them shorter", all,
                      most_entries),
          {}};
    fixed_.resize(static_cast<std::size_t>(g.inputs.size()), std::numeric_limits<double>::quiet_NaN());
    for (const binding& b : r.inputs) fix(b);
    for (const ir::label_use& use : ir::label_uses(g)) {
      const std::ptrdiff_t extent = extents_[static_cast<std::size_t>(use.axis)];
      std::ptrdiff_t& most = labels_[static_cast<std::size_t>(ir::declared_slot(g, use.input))];
      most = most == 0 ? extent : std::min(most, extent);
    }
  }

  const std::vector<std::ptrdiff_t>& extents() const { return extents_; }

  std::vector<dense<double>> data(const graph& of, double magnitude) {
    std::vector<dense<double>> r;
    for (int i = 0; i < of.inputs.size(); ++i) {
      const ir::input_info& in = of.inputs[i];
      dense<double> d{ir::as_set(in.axes), std::vector<double>(entries_over(ir::as_set(in.axes), extents_), 1)};
      if (in.origin == ir::input_origin::declared) {
        for (double& v : d.entries) v = entry(i, in, magnitude);
        if (in.code == op::mask && !in.axes.empty()) open(d.entries, d.axes);
      }
      r.push_back(std::move(d));
    }
    return r;
  }

 private:
  const graph& g_;
  std::mt19937_64 random_;
  std::vector<std::ptrdiff_t> extents_;
  std::vector<double> fixed_;  ///< by slot; NaN: drawn
  std::array<std::ptrdiff_t, ir::max_inputs> labels_{};  ///< how many an index may hold; 0: any

  void fix(const binding& b) {
    std::vector<std::string> names;
    for (int i = 0; i < g_.inputs.size(); ++i) {
      const ir::input_info& in = g_.inputs[i];
      names.emplace_back(in.name);
      if (names.back() != b.name) continue;
      double v = 0;
      if (!in.axes.empty() || (in.code != op::scalar && in.code != op::tensor) || !read_number(b.value, v) ||
          !std::isfinite(v))
        throw refusal{
            "check draws data by itself; " + b.name + "=NUMBER is for what is a number, not " + shown(b.value), {}};
      if (!lies_in(in.domain, v))
        throw refusal{"the number bound to " + b.name + " is outside the domain that its declaration says", {}};
      fixed_[static_cast<std::size_t>(i)] = static_cast<double>(static_cast<float>(v));
      return;
    }
    const std::string near = notation::closest(b.name, names);
    throw refusal{shown(b.name) + " is bound, but the formula has no such input",
                  near.empty() ? "" : "did you mean " + near + "?"};
  }

  /// The same on every standard library.
  double uniform(double low, double high) {
    const double fraction = static_cast<double>(random_() >> 11) * 0x1p-53;
    return low + (high - low) * fraction;
  }
  std::ptrdiff_t below(std::ptrdiff_t n) {
    return static_cast<std::ptrdiff_t>(random_() % static_cast<std::uint64_t>(n));
  }

  double entry(int slot, const ir::input_info& in, double magnitude) {
    if (in.code == op::mask) return static_cast<double>(below(2));
    if (in.code == op::index) {
      const std::ptrdiff_t most = labels_[static_cast<std::size_t>(slot)];
      return static_cast<double>(below(most == 0 ? 5 : most));
    }
    if (const double v = fixed_[static_cast<std::size_t>(slot)]; !std::isnan(v)) return v;
    if (in.code == op::tensor) return drawn(in.domain, -magnitude, magnitude);
    return drawn(in.domain, 0.5, 2);
  }

  static bool lies_in(const ir::number_domain& d, double v) {
    return (d.above_low ? v > d.low : v >= d.low) && (d.below_high ? v < d.high : v <= d.high);
  }
  /// From what lies between two numbers, else from as much of the domain as is next to them.
  double drawn(const ir::number_domain& d, double from, double to) {
    double low = std::max(d.low, from), high = std::min(d.high, to);
    if (low > high && d.low > to) high = std::min(d.high, low + (to - from));
    else if (low > high) low = std::max(d.low, high - (to - from));
    for (int attempt = 0; attempt < 20; ++attempt)
      if (const auto v = static_cast<double>(static_cast<float>(uniform(low, high))); lies_in(d, v)) return v;
    const auto end = static_cast<float>(low);  // between two floats, and open
    for (const float v : {end, std::nextafter(end, INFINITY)})
      if (lies_in(d, static_cast<double>(v))) return static_cast<double>(v);
    return static_cast<double>(std::nextafter(static_cast<float>(high), -INFINITY));
  }
  /// Makes one entry of every row of the last axis true.
  void open(std::vector<double>& entries, axis_set axes) {
    std::size_t row = 1;
    for (std::size_t a = 0; a < extents_.size(); ++a)
      if (ir::has(axes, static_cast<int>(a))) row = static_cast<std::size_t>(extents_[a]);
    for (std::size_t at = 0; at < entries.size(); at += row)
      entries[at + static_cast<std::size_t>(below(static_cast<std::ptrdiff_t>(row)))] = 1;
  }
};

// ---- errors ----------------------------------------------------------------------------------------------------------

enum { of_float, of_double };
constexpr const char* type_names[] = {"float", "double"};

double ulp_of(double v, int type) {
  const int least = type == of_float ? -126 : -1022, bits = type == of_float ? 23 : 52;
  return std::ldexp(1.0, std::max(v == 0 ? least : std::ilogb(v), least) - bits);
}
bool holds(int type, double v) {
  return std::fabs(v) <= (type == of_float ? static_cast<double>(std::numeric_limits<float>::max())
                                           : std::numeric_limits<double>::max());
}

/// The worse of two errors: none, a number, infinite, no number.
double worse(double a, double b) { return std::isnan(a) || std::isnan(b) ? NAN : std::max(a, b); }
void add(errors& all, const errors& one) {
  all.value = worse(all.value, one.value);
  all.gradient = worse(all.gradient, one.gradient);
}

double error_of(double got, const real& truth, double ulp) {
  if (std::isnan(got) || std::isinf(got)) return std::isnan(got) ? NAN : INFINITY;
  const real distance = real(got) - truth;
  return static_cast<double>(distance < 0 ? real(-distance) : distance) / ulp;
}

errors errors_of(const graph& g, const outputs_of<double>& got, const outputs_of<real>& truth, int type) {
  errors e;
  for (int s = 0; s < g.outputs.size(); ++s) {
    const auto k = static_cast<std::size_t>(s);
    const bool is_value = g.outputs[s].is_value();
    double largest = 0;
    bool known = true;
    for (const real& v : truth[k]) {
      known = known && accuracy::is_finite(v) && holds(type, static_cast<double>(v));
      largest = std::max(largest, std::fabs(static_cast<double>(v)));
    }
    for (std::size_t i = 0; i < truth[k].size(); ++i) {
      const double size = is_value ? std::fabs(static_cast<double>(truth[k][i])) : largest;
      if (!accuracy::is_finite(truth[k][i]) || !holds(type, size) || (!is_value && !known)) continue;
      double& of = is_value ? e.value : e.gradient;
      of = worse(of, error_of(got[k][i], truth[k][i], ulp_of(size, type)));
    }
  }
  return e;
}

/// Sum over the data of |entry times its derivative|, over the value.
double condition_of(const graph& g, const outputs_of<real>& truth, const std::vector<dense<double>>& data) {
  if (!g.outputs[0].axes.empty() || g.outputs.size() < 2) return 1;
  const real& value = truth[0][0];
  real moved = 0;
  for (int s = 1; s < g.outputs.size(); ++s) {
    if (g.outputs[s].kind != ir::derivative_kind::gradient) continue;
    const std::vector<double>& of = data[static_cast<std::size_t>(g.outputs[s].input)].entries;
    const std::vector<real>& slopes = truth[static_cast<std::size_t>(s)];
    for (std::size_t i = 0; i < of.size(); ++i)
      if (accuracy::is_finite(slopes[i])) moved += abs(real(slopes[i] * of[i]));
  }
  if (value == 0 || !accuracy::is_finite(value)) return 1;
  return std::max(1.0, static_cast<double>(real(moved / abs(value))));
}

/// Whether two numbers of digits agree on twenty.
bool agree(const outputs_of<real>& a, const outputs_of<real>& b) {
  for (std::size_t s = 0; s < a.size(); ++s)
    for (std::size_t i = 0; i < a[s].size(); ++i) {
      const real &v = a[s][i], &w = b[s][i];
      if (v == w || (accuracy::is_nan(v) && accuracy::is_nan(w))) continue;
      if (!accuracy::is_finite(v) || !accuracy::is_finite(w) || abs(real(v - w)) > abs(w) * 1e-20) return false;
    }
  return true;
}

/// As many digits as are asked for, for as long as it lives.
class precision {
 public:
  explicit precision(unsigned n) : before_(real::default_precision()) { real::default_precision(n); }
  ~precision() { real::default_precision(before_); }
  precision(const precision&) = delete;
  precision& operator=(const precision&) = delete;

 private:
  unsigned before_;
};

outputs_of<real> exact(const graph& g, const std::vector<std::ptrdiff_t>& extents,
                       const std::vector<dense<double>>& data) {
  const auto by = [&](unsigned n) {
    const precision here(n);
    return interpreted<real>(g, extents, data);
  };
  outputs_of<real> r = by(digits);
  if (!agree(by(fewer_digits), r)) r = by(more_digits);
  return r;
}

// ---- the report ------------------------------------------------------------------------------------------------------

std::string text_of(double error) {
  if (std::isnan(error)) return "NaN";
  if (std::isinf(error)) return "inf";
  if (error < 0) return "-";
  return error < 9999.5 ? fmt::format("{:.3g}", error) : fmt::format("{:.0e}", error);
}
nlohmann::ordered_json json_of(double error) {
  if (error < 0) return nullptr;
  return json_number(error);
}
nlohmann::ordered_json json_of(const errors (&written)[2], const errors (&rewritten)[2]) {
  nlohmann::ordered_json r;
  for (const int type : {of_float, of_double}) {
    const auto both = [](const errors& e) {
      return nlohmann::ordered_json{{"value", json_of(e.value)}, {"gradient", json_of(e.gradient)}};
    };
    r[type_names[type]] = {{"written", both(written[type])}, {"rewritten", both(rewritten[type])}};
  }
  return r;
}

constexpr const char* column_heads =
    "               condition   float:  written          rewritten        double: written          rewritten\n"
    "               of value    value    gradient    value    gradient    value    gradient    value    gradient\n";

std::string row_text(const std::string& name, const std::string& condition, const errors (&written)[2],
                     const errors (&rewritten)[2]) {
  std::string r = fmt::format("{:<15}{:<12}", name, condition);
  for (const int type : {of_float, of_double})
    for (const errors* e : {&written[type], &rewritten[type]})
      r += fmt::format("{:<9}{:<12}", text_of(e->value), text_of(e->gradient));
  return r.substr(0, r.find_last_not_of(' ') + 1) + "\n";
}

enum { of_value = 1, of_gradient = 2 };

/// The lines of a type: of values, of gradients, or of both.
accuracy::plot plot_of(const std::vector<magnitude_errors>& all, int type, int what) {
  const double highest = type == of_float ? 1e8 : 1e17;
  accuracy::plot p{.title = fmt::format("worst error in ulp of a {}", type_names[type]),
                   .x = {"magnitude of the data", all.front().magnitude, all.back().magnitude,
                         accuracy::decades(all.front().magnitude, all.back().magnitude, 4)},
                   .y = {"", 1e-1, highest * 10, accuracy::decades(1e-1, highest, type == of_float ? 2 : 4)},
                   .band = "NaN, inf",
                   .at = {},
                   .all = {}};
  for (const magnitude_errors& m : all) p.at.push_back(m.magnitude);
  const auto draw = [&](const char* name, const char* colour, const errors(magnitude_errors::* of)[2],
                        double errors::* part) {
    accuracy::series line{name, colour, {}};
    for (const magnitude_errors& m : all) line.values.push_back((m.*of)[type].*part);
    p.all.push_back(std::move(line));
  };
  if ((what & of_value) != 0) draw("as written, value", "#d62728", &magnitude_errors::written, &errors::value);
  if ((what & of_gradient) != 0) draw("as written, gradient", "#ff9896", &magnitude_errors::written, &errors::gradient);
  if ((what & of_value) != 0) draw("rewritten, value", "#1f77b4", &magnitude_errors::rewritten, &errors::value);
  if ((what & of_gradient) != 0)
    draw("rewritten, gradient", "#9edae5", &magnitude_errors::rewritten, &errors::gradient);
  return p;
}

class checker {
 public:
  checker(const notation::program& p, const check_request& r) : p_(p), r_(r) {}

  check_result run() {
    if (r_.samples < 1) throw refusal{"there must be one sample at least", {}};
    sampler random(p_.written, r_);
    make_programs();
    check_result result;
    for (int step = 0; step <= (last_decade - first_decade) * steps_a_decade; ++step) {
      magnitude_errors m{std::pow(10, first_decade + static_cast<double>(step) / steps_a_decade)};
      for (int k = 0; k < r_.samples; ++k) examine(random, m);
      result.all.push_back(m);
      add_to_worst(m);
    }
    if (!r_.svg.empty())
      if (const std::string wrong = write_file(r_.svg, svg(result.all)); !wrong.empty()) throw refusal{wrong, {}};
    result.text = r_.json ? json(result.all, random.extents()) : text(result.all, random.extents());
    return result;
  }

 private:
  const notation::program& p_;
  const check_request& r_;
  graph written_, rewritten_;
  ir::value_set wide_;
  bool differentiable_ = true;
  magnitude_errors worst_;

  void make_programs() {
    using compiler::form;
    const graph& g = p_.written;
    derive::input_set tensors = 0, numbers = 0;
    for (int i = 0; i < g.inputs.size(); ++i) {
      if (g.inputs[i].is_place()) continue;
      if (g.inputs[i].code == op::tensor) tensors |= 1u << i;
      if (g.inputs[i].code == op::tensor || g.inputs[i].code == op::scalar) numbers |= 1u << i;
    }
    if (p_.request.gradients != 0) numbers = p_.request.gradients;
    else if (tensors != 0) numbers = tensors;
    derive::derivative_request wanted{numbers};
    wanted.seeded = !g.result_axes.empty();
    derive::derived simple = compiler::in_form(form::simple, g, wanted);
    differentiable_ = numbers != 0 && simple.not_differentiable.empty() && !simple.program.too_large;
    if (!differentiable_) simple = compiler::in_form(form::simple, g);
    rewritten_ = simple.program;
    if (rewritten_.too_large) throw refusal{"the formula is too large for the compiler", {}};
    wide_ = rewrite::wide_values_of(rewritten_);
    written_ = compiler::stage::canonicalize(g);
    if (differentiable_) written_ = compiler::stage::differentiate(written_, wanted).program;
  }

  void examine(sampler& random, magnitude_errors& m) const {
    const std::vector<dense<double>> data = random.data(written_, m.magnitude);
    const std::vector<std::ptrdiff_t>& extents = random.extents();
    const outputs_of<real> truth = exact(written_, extents, data);
    m.condition = std::max(m.condition, condition_of(written_, truth, data));
    add(m.written[of_float],
        errors_of(written_, as_doubles(interpreted<single>(written_, extents, data)), truth, of_float));
    add(m.written[of_double], errors_of(written_, interpreted<double>(written_, extents, data), truth, of_double));
    add(m.rewritten[of_float], errors_of(rewritten_, in_float(rewritten_, wide_, extents, data), truth, of_float));
    add(m.rewritten[of_double],
        errors_of(rewritten_, interpreted<double>(rewritten_, extents, data), truth, of_double));
  }
  void add_to_worst(const magnitude_errors& m) {
    worst_.condition = std::max(worst_.condition, m.condition);
    for (const int type : {of_float, of_double}) {
      add(worst_.written[type], m.written[type]);
      add(worst_.rewritten[type], m.rewritten[type]);
    }
  }

  std::string text(const std::vector<magnitude_errors>& all, const std::vector<std::ptrdiff_t>& extents) const {
    std::string axes;
    for (int a = 0; a < p_.written.axes.size(); ++a)
      axes += fmt::format(", {} = {}", p_.written.axes[a].name, extents[static_cast<std::size_t>(a)]);
    std::string r = fmt::format("{}{}: worst of {} {} at each magnitude of the data, in ulp, against {} digits\n",
                                p_.name, axes, r_.samples, r_.samples == 1 ? "sample" : "samples", digits);
    if (!differentiable_) r += "(without gradients: it has none)\n";
    r += std::string("\n") + column_heads;
    for (std::size_t i = 0; i < all.size(); i += steps_a_decade) {
      magnitude_errors decade = all[i];
      for (std::size_t k = i + 1; k < std::min(i + steps_a_decade, all.size()); ++k) {
        decade.condition = std::max(decade.condition, all[k].condition);
        for (const int type : {of_float, of_double}) {
          add(decade.written[type], all[k].written[type]);
          add(decade.rewritten[type], all[k].rewritten[type]);
        }
      }
      r += row_text(fmt::format("1e{}", first_decade + static_cast<int>(i) / steps_a_decade), text_of(decade.condition),
                    decade.written, decade.rewritten);
    }
    r += row_text("worst", text_of(worst_.condition), worst_.written, worst_.rewritten);
    for (const int type : {of_float, of_double}) {
      accuracy::plot both[] = {plot_of(all, type, of_value), plot_of(all, type, of_gradient)};
      both[0].title = fmt::format("value in {}", type_names[type]);
      both[1].title = fmt::format("gradient in {}", type_names[type]);
      r += "\n" + accuracy::drawing_of(both);
    }
    return r +
           "\n           o as written, * rewritten, @ both; up: the error in ulp; right: the magnitude of the data\n";
  }

  std::string json(const std::vector<magnitude_errors>& all, const std::vector<std::ptrdiff_t>& extents) const {
    nlohmann::ordered_json r{{"loss", p_.name}, {"samples", r_.samples}, {"seed", r_.seed}, {"digits", digits}};
    r["extents"] = nlohmann::ordered_json::object();
    for (int a = 0; a < p_.written.axes.size(); ++a)
      r["extents"][std::string(p_.written.axes[a].name)] = extents[static_cast<std::size_t>(a)];
    r["worst"] = json_of(worst_.written, worst_.rewritten);
    r["magnitudes"] = nlohmann::ordered_json::array();
    for (const magnitude_errors& m : all) {
      nlohmann::ordered_json one{{"magnitude", m.magnitude}, {"condition", json_number(m.condition)}};
      one.update(json_of(m.written, m.rewritten));
      r["magnitudes"].push_back(one);
    }
    return json_text(r);
  }

  /// Both types, one below the other.
  static std::string svg(const std::vector<magnitude_errors>& all) {
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 690 640\" width=\"690\" height=\"640\">\n" +
           accuracy::svg_of(plot_of(all, of_float, of_value | of_gradient)) + "<g transform=\"translate(0,320)\">\n" +
           accuracy::svg_of(plot_of(all, of_double, of_value | of_gradient)) + "</g>\n</svg>\n";
  }
};

}  // namespace

check_result check(const notation::program& p, const check_request& r) {
  try {
    return checker(p, r).run();
  } catch (const refusal& why) { return {{}, {}, why.sentence, why.hint}; } catch (const std::bad_alloc&) {
    return {{}, {}, "there is not enough memory for the check", {}};
  }
}

}  // namespace loom::tool

#endif
