// SPDX-License-Identifier: BSL-1.0
// tests/laboratory/main.cpp — how much is left of a formula: its value and gradient in float, as it is spelled and as Loom computes it,
// against 80 digits, over magnitudes of its data. Writes docs/reference/accuracy.md and its plots: ./run accuracy.
//   loom_laboratory FOLDER     the folder of the page
// A formula of one's own is one more entry of `experiments`.
#include <fmt/format.h>

#include <functional>
#include <iostream>
#include <random>

#include "accuracy/plot.hpp"
#include "loom/compile.hpp"
#include "loom/loom.hpp"
#include "support/differences.hpp"
#include "support/numbers.hpp"
#include "support/points.hpp"
#include "support/write.hpp"

namespace {

using namespace loom;
using namespace loom::layers;
using loom::index;
using loom::test::point, loom::test::real, loom::test::single;

constexpr auto x = tensor<"x[C]">;
constexpr auto y = tensor<"y[C]">;
constexpr auto w = tensor<"w[C] > 0">;
constexpr auto m = mask<"m[C]">;
constexpr auto t = index<"t">;
constexpr int columns = 6;

/// One call's data. What a formula does not have is not read.
struct sample {
  std::vector<float> x = std::vector<float>(columns), y = x, w = std::vector<float>(columns, 1);
  bool m[columns] = {};
  int t = 1;
};
struct result {
  double value = 0;
  std::vector<double> gradient;
};

using generator = std::function<sample(double magnitude, std::mt19937&)>;

struct experiment {
  std::string name, formula, about, magnitude;
  double from = 1, to = 1;
  generator data;
  graph written;
  std::function<result(const sample&)> loom;
};

double uniform(std::mt19937& random, double low, double high) {
  return low + (high - low) * static_cast<double>(random() >> 8) * 0x1p-24;
}

point point_of(const graph& g, const sample& s) {
  point p{std::vector<std::ptrdiff_t>(static_cast<std::size_t>(g.axes.size()), columns), {}};
  for (const input_info& in : g.inputs) {
    dense<double> d{as_set(in.axes), {}};
    if (in.name == "x") d.entries.assign(s.x.begin(), s.x.end());
    if (in.name == "y") d.entries.assign(s.y.begin(), s.y.end());
    if (in.name == "w") d.entries.assign(s.w.begin(), s.w.end());
    if (in.name == "m") d.entries.assign(std::begin(s.m), std::end(s.m));
    if (in.name == "t") d.entries.push_back(s.t);
    p.inputs.push_back(d);
  }
  return p;
}

/// Binds what the formula has.
template <auto Formula>
result call(const sample& s) {
  constexpr auto f = loss<Formula>;
  std::vector<float> g(columns);
  const auto with = [&](const auto&... more) {
    result r;
    r.value = f(x = s.x, more..., d(x) = g);
    r.gradient.assign(g.begin(), g.end());
    return r;
  };
  constexpr auto has = [](std::string_view name) {
    for (const input_info& in : compiler::source<Formula>::written.program.inputs)
      if (in.name == name) return true;
    return false;
  };
  static_assert(has("x"));
  if constexpr (has("y") && has("w")) return with(y = s.y, w = s.w);
  else if constexpr (has("y")) return with(y = s.y);
  else if constexpr (has("w")) return with(w = s.w);
  else if constexpr (has("t")) return with(t = s.t);
  else if constexpr (has("m")) return with(m = s.m);
  else return with();
}

template <auto Formula>
experiment of(std::string name, std::string formula, std::string about, std::string magnitude, double from, double to,
              generator data) {
  return {std::move(name),
          std::move(formula),
          std::move(about),
          std::move(magnitude),
          from,
          to,
          std::move(data),
          compiler::source<Formula>::written.program,
          call<Formula>};
}
#define OF(name, about, magnitude, from, to, data, ...) \
  of<(__VA_ARGS__)>(name, #__VA_ARGS__, about, magnitude, from, to, data)

/// Errors of one result, in ulp of the truth: of the value; of an entry of the gradient; and the first over the condition.
struct errors {
  double value = 0, gradient = 0, over_condition = 0;
};
double ulp_of(double v) { return std::ldexp(1.0, std::max(std::ilogb(v), -126) - 23); }
double error_of(double got, const real& want) {
  const double truth = static_cast<double>(want);
  if (!std::isfinite(truth) || std::fabs(truth) > 3e38) return 0;  // no float
  if (!std::isfinite(got)) return INFINITY;
  return std::fabs(static_cast<double>(real(real(got) - want))) / ulp_of(truth == 0 ? 1e-38 : truth);
}

struct judged {
  graph exact;
  explicit judged(const graph& written)
      : exact(compiler::stage::differentiate(compiler::stage::canonicalize(written), {loom::test::numbers_of(written)})
                  .program) {}

  template <class N>
  std::vector<N> gradient(const point& p, int slot) const {
    return loom::test::gradient_at<N>(exact, p, slot);
  }
  errors of(const result& r, const point& p) const {
    const real value = loom::test::value_at<real>(exact, p, exact.outputs[0].id, 0)[0];
    errors e;
    e.value = error_of(r.value, value);
    const real moved = loom::test::movement(exact, p);
    for (int slot = 0; slot < exact.inputs.size(); ++slot) {
      if (exact.inputs[slot].name != "x") continue;
      const std::vector<real> g = gradient<real>(p, slot);
      double largest = 0;
      for (const real& v : g) largest = std::max(largest, std::fabs(static_cast<double>(v)));
      for (std::size_t i = 0; i < g.size(); ++i)
        e.gradient = std::max(e.gradient, std::isfinite(r.gradient[i])
                                              ? std::fabs(r.gradient[i] - static_cast<double>(g[i])) / ulp_of(largest)
                                          : std::isfinite(largest) && largest < 3e38 ? INFINITY
                                                                                     : 0);
    }
    const double condition = value == 0 ? 1 : static_cast<double>(real(moved / abs(value)));
    e.over_condition = e.value / std::max(condition, 1.0);
    return e;
  }
  /// The spelling, every operation rounded to float.
  result naive(const point& p) const {
    result r;
    r.value = static_cast<double>(loom::test::value_at<single>(exact, p, exact.outputs[0].id, 0)[0]);
    for (int slot = 0; slot < exact.inputs.size(); ++slot)
      if (exact.inputs[slot].name == "x")
        for (const single& v : gradient<single>(p, slot)) r.gradient.push_back(static_cast<double>(v));
    return r;
  }
};

sample of_logits(std::mt19937& random, double size) {
  sample s;
  for (float& v : s.x) v = static_cast<float>(uniform(random, -size, size));
  for (float& v : s.y) v = static_cast<float>(uniform(random, -size, size));
  s.t = static_cast<int>(random() % columns);
  for (int i = 0; i < columns; ++i) s.m[i] = i == 2 || random() % 2 == 0;
  return s;
}

std::vector<experiment> experiments() {
  const generator logits = [](double size, std::mt19937& random) { return of_logits(random, size); };
  const generator led = [](double lead, std::mt19937& random) {
    sample s = of_logits(random, 1);
    s.t = 1;
    s.x[1] = static_cast<float>(lead);
    return s;
  };
  const generator near_each_other = [](double ratio, std::mt19937& random) {
    sample s;
    for (int i = 0; i < columns; ++i) {
      const auto k = static_cast<std::size_t>(i);
      s.x[k] = static_cast<float>(uniform(random, 1, 2));
      s.y[k] = static_cast<float>(s.x[k] * (1 + uniform(random, -1, 1) / ratio));
      s.w[k] = static_cast<float>(uniform(random, 0.5, 1));
    }
    return s;
  };
  const generator offset = [](double ratio, std::mt19937& random) {
    sample s;
    for (float& v : s.x) v = static_cast<float>(1 + uniform(random, -1, 1) / ratio);
    return s;
  };
  const generator sizes = [](double size, std::mt19937& random) {
    sample s;
    for (float& v : s.x) v = static_cast<float>(size * uniform(random, 0.5, 1));
    for (float& v : s.y) v = static_cast<float>(size * uniform(random, 0.5, 1));
    return s;
  };
  const generator labels = [](double size, std::mt19937& random) {
    sample s = of_logits(random, size);
    for (float& v : s.y) v = static_cast<float>(random() % 2);
    return s;
  };
  return {
      OF("logits", "The algebra of exponentials: no intermediate overflows, whatever the spelling.", "largest logit",
         1e-2, 1e5, logits, -gather(log(exp(x) / sum(exp(x))), t)),
      OF("masked", "The same under a mask.", "largest logit", 1e-2, 1e5, logits, log(sum(where(m, exp(x), 0)))),
      OF("rest", "The rest of a log-sum-exp: a row whose label leads keeps its loss and its gradient.",
         "lead of the label", 1e-1, 85, led, -gather(log(exp(x) / sum(exp(x))), t)),
      OF("logistic", "Rules about sums: binary cross entropy of logits with labels 0 and 1.", "largest logit", 1e-3,
         1e4, labels, mean(log(1 + exp(x)) - x * y)),
      OF("variance", "Identities: a variance in two passes.", "mean over deviation", 1, 1e6, offset,
         mean(x * x) - square(mean(x))),
      OF("wide",
         "Sums in double: squared distances with weights, multiplied out. The gradient is as sensitive as its data.",
         "size over distance", 1, 1e6, near_each_other, sum(w * x * x) - 2 * sum(w * x * y) + sum(w * y * y)),
      OF("tail", "Functions of a tail: the log-probability of a normal tail.", "distance", 1e-1, 1e4, sizes,
         mean(log(0.5 * erfc(x)))),
      OF("tangent", "Functions less their tangent.", "size", 1e-8, 10, sizes, sum((exp(x) - 1 - x) / x)),
      OF("deviance", "A deviance near its minimum.", "size over distance", 1, 1e7, near_each_other,
         sum(y * log(y / x) - y + x)),
      OF("norm", "Edges and ranges: a norm of any size.", "size", 1e-37, 1e37, sizes, sqrt(sum(x * x))),
  };
}

std::string number(double v) {
  return std::isfinite(v) ? fmt::format("{:.3g}", v) : std::isnan(v) ? "NaN" : v > 0 ? "inf" : "-inf";
}

/// A row of the table: the worst of all magnitudes.
std::string examine(const experiment& e, const std::string& folder) {
  constexpr int steps = 60, draws = 12;
  const judged judge(e.written);
  std::mt19937 random(20240801);
  std::vector<double> at;
  loom::accuracy::series of[] = {{"as spelled, value", "#d62728", {}},
                                 {"as spelled, gradient", "#ff9896", {}},
                                 {"Loom, value", "#1f77b4", {}},
                                 {"Loom, gradient", "#9edae5", {}}};
  double worst[6] = {};
  for (int i = 0; i <= steps; ++i) {
    at.push_back(e.from * std::pow(e.to / e.from, static_cast<double>(i) / steps));
    errors naive, loom;
    const auto take = [](errors& all, const errors& one) {
      all.value = std::max(all.value, one.value);
      all.gradient = std::max(all.gradient, one.gradient);
      all.over_condition = std::max(all.over_condition, one.over_condition);
    };
    for (int k = 0; k < draws; ++k) {
      const sample s = e.data(at.back(), random);
      const point p = point_of(e.written, s);
      take(naive, judge.of(judge.naive(p), p));
      take(loom, judge.of(e.loom(s), p));
    }
    const double all[] = {naive.value, naive.over_condition, naive.gradient,
                          loom.value,  loom.over_condition,  loom.gradient};
    for (int k = 0; k < 6; ++k) worst[k] = std::max(worst[k], all[k]);
    of[0].values.push_back(naive.value);
    of[1].values.push_back(naive.gradient);
    of[2].values.push_back(loom.value);
    of[3].values.push_back(loom.gradient);
  }
  test::write(folder + "/accuracy/" + e.name + ".svg",
              loom::accuracy::svg_of(
                  {.title = "worst error in ulp of a float",
                   .x = {e.magnitude, at.front(), at.back(),
                         loom::accuracy::decades(at.front(), at.back(), at.back() / at.front() < 1e12 ? 1 : 10)},
                   .y = {"", 1e-1, 1e9, loom::accuracy::decades(1e-1, 1e8, 2)},
                   .band = "NaN, inf",
                   .at = at,
                   .all = {std::begin(of), std::end(of)}}));
  return fmt::format("| [{}](#{}) | {} | {} | {} | {} | {} | {} |\n", e.name, e.name, number(worst[0]),
                     number(worst[1]), number(worst[2]), number(worst[3]), number(worst[4]), number(worst[5]));
}

/// Data that has no magnitude: value and gradient of three losses.
std::string hard_data(const std::vector<experiment>& all) {
  const double inf = INFINITY, nan = NAN;
  const struct {
    const char* name;
    std::vector<double> x;
  } kinds[] = {{"all equal", {3, 3, 3, 3, 3, 3}},
               {"zeros of both signs", {0, -0.0, 0, -0.0, 0, 0}},
               {"denormal", {1e-40, 1e-41, -1e-40, 0, 1e-42, 1e-40}},
               {"one -inf", {1, 2, -inf, 0, 1, 2}},
               {"all -inf", {-inf, -inf, -inf, -inf, -inf, -inf}},
               {"one +inf", {1, 2, inf, 0, 1, 2}},
               {"one NaN", {1, 2, nan, 0, 1, 2}},
               {"1e30", {1e30, -1e30, 1e30, 0, 0, 0}}};
  std::string s = "| data | formula | as spelled | Loom | gradient of Loom |\n|---|---|---|---|---|\n";
  for (const auto& kind : kinds)
    for (const experiment& e : all) {
      if (e.name != "logits" && e.name != "logistic" && e.name != "norm") continue;
      sample d;
      for (int i = 0; i < columns; ++i) {
        d.x[static_cast<std::size_t>(i)] = static_cast<float>(kind.x[static_cast<std::size_t>(i)]);
        d.y[static_cast<std::size_t>(i)] = static_cast<float>(i % 2);
      }
      const point p = point_of(e.written, d);
      const result naive = judged(e.written).naive(p), loom = e.loom(d);
      std::string g;
      for (double v : loom.gradient) g += (g.empty() ? "" : " ") + number(v);
      s += fmt::format("| {} | {} | {} | {} | {} |\n", kind.name, e.name, number(naive.value), number(loom.value), g);
    }
  return s;
}

/// Means of many rows, and rows of many classes: float against the same data in double.
std::string long_sums() {
  constexpr auto logits = tensor<"logits[N,C]">;
  constexpr auto label = index<"label[N]">;
  constexpr auto cross_entropy = loss<-gather(log(exp(logits) / sum(exp(logits), -1)), label).mean()>;
  std::string s = "| rows | classes | error in ulp, rows contiguous | columns contiguous |\n|---|---|---|---|\n";
  const std::ptrdiff_t sizes[][2] = {{100, 10},  {10000, 10},  {1000000, 10}, {10000000, 2},
                                     {100, 100}, {100, 10000}, {100, 128256}};
  for (const auto& [rows, classes] : sizes) {
    std::mt19937 random(5);
    const auto count = static_cast<std::size_t>(rows * classes);
    std::vector<float> data(count);
    for (float& v : data) v = static_cast<float>(uniform(random, -3, 3));
    const std::vector<double> wide(data.begin(), data.end());
    std::vector<int> labels(static_cast<std::size_t>(rows));
    for (int& l : labels) l = static_cast<int>(random() % static_cast<unsigned>(classes));
    double e[2];
    for (int k = 0; k < 2; ++k) {
      const auto shape = [&](const auto* v) {
        return k == 0 ? view(v, {rows, classes}, {classes, 1}) : view(v, {rows, classes}, {1, rows});
      };
      const double got = cross_entropy(logits = shape(data.data()), label = labels),
                   want = cross_entropy(logits = shape(wide.data()), label = labels);
      e[k] = std::fabs(got - want) / ulp_of(want);
    }
    s += fmt::format("| {} | {} | {:.2f} | {:.2f} |\n", rows, classes, e[0], e[1]);
  }
  return s;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "loom_laboratory FOLDER: writes FOLDER/accuracy.md and FOLDER/accuracy/*.svg\n";
    return 2;
  }
  const std::string folder = arguments[1];
  std::string page =
      "# Accuracy\n\nMade by `./run accuracy` (`tests/laboratory`), which takes any formula: value and gradient in "
      "float, as it is spelled, every\n"
      "operation rounded, and as Loom computes it, against 80 digits. A point of a plot is the worst of 12 random rows "
      "of 6 entries. Errors are in\n"
      "units in the last place of a float: of the value; of the largest entry of the gradient.\n\n"
      "| | as spelled: value | over condition | gradient | Loom: value | over condition | gradient "
      "|\n|---|---|---|---|---|---|---|\n";
  const std::vector<experiment> all = experiments();
  std::string plots;
  for (const experiment& e : all) {
    page += examine(e, folder);
    plots += fmt::format("### {}\n\n`{}`. {}\n\n![errors of {}](accuracy/{}.svg)\n\n", e.name, e.formula, e.about,
                         e.name, e.name);
  }
  page += "\nThe condition is how many ulp the value moves when every entry of the data moves by one, at least 1.\n\n" +
          plots + "## Data that has no magnitude\n\n" + hard_data(all) +
          "\n## Long sums\n\nThe cross entropy in float, against the same data in double.\n\n" + long_sums();
  test::write(folder + "/accuracy.md", page);
}
