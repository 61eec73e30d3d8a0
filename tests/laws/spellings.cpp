// SPDX-License-Identifier: BSL-1.0
// Formulas as people spell them, on data that breaks the spelling: logits of 100 and 10000, one that leads by 88, masks, weights of 0
// and 1, small scales. Value, gradient and diagonal of what Loom makes of them, in binary32 and binary64, against the spelling in 80 digits.
#include "loom/compile.hpp"

#include <map>

#include "support/catch.hpp"
#include "support/differences.hpp"
#include "support/numbers.hpp"
#include "support/points.hpp"
#include "support/written.hpp"

namespace {

using namespace loom;
using namespace loom::layers;
using namespace loom::test;

constexpr auto x = tensor<"x[N,C]">;
constexpr auto z = tensor<"z[N,C]">;
constexpr auto w = tensor<"w[N,C] >= 0">;
constexpr auto r = tensor<"r[N,C] in [0,1]">;  // 0 or 1
constexpr auto m = mask<"m[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto a = tensor<"a[N]">;
constexpr auto b = tensor<"b[N]">;
constexpr auto c = tensor<"c[N]">;
constexpr auto y = tensor<"y[N] in [0,1]">;  // 0 or 1
constexpr auto s = tensor<"s[N] > 0">;
constexpr auto q = tensor<"q[N,C] in [0,1]">;
constexpr auto p = tensor<"p[N,C] in [0,1]">;

enum class hard { ordinary, hundred, ten_thousand, leading, confident };  // confident: the label leads

constexpr int rows = 4, columns = 5;

/// Numbers by what the declaration of an input promises; logits by how hard they are.
double entry(const input_info& in, hard kind, std::size_t i, points& random) {
  if (in.name == "r" || in.name == "y") return random.below(2);
  if (in.name == "w") return random.once_in(3) ? 0 : random.uniform(0.25, 2);
  if (in.name == "s") return kind == hard::ordinary ? random.uniform(0.5, 2) : random.uniform(0.01, 0.1);
  if (in.name == "q" || in.name == "p") return random.once_in(4) ? random.below(2) : random.uniform(0, 1);
  switch (kind) {
    case hard::ordinary: return random.uniform(-3, 3);
    case hard::hundred: return random.uniform(-100, 100);
    case hard::ten_thousand: return random.uniform(-10000, 10000);
    case hard::leading: return (i % columns == 1 ? 80 : 0) + random.uniform(-1, 1);
    default: return (i % columns == 1 ? 40 : 0) + random.uniform(-1, 1);
  }
}

point data_of(const graph& g, hard kind, points& random) {
  point made{std::vector<std::ptrdiff_t>(static_cast<std::size_t>(g.axes.size()), 1), {}};
  for (int k = 0; k < g.axes.size(); ++k)
    made.extents[static_cast<std::size_t>(k)] = g.axes[k].name == "C" ? columns : rows;
  for (const input_info& in : g.inputs) {
    dense<double> d{as_set(in.axes), {}};
    for (std::size_t i = 0; i < test::size_of(d.axes, made.extents); ++i)
      d.entries.push_back(in.code == op::index  ? (kind == hard::confident ? 1 : random.below(columns))
                          : in.code == op::mask ? i % columns == 2 || random.below(2)  // no row is all masked
                                                : entry(in, kind, i, random));
    made.inputs.push_back(d);
  }
  return made;
}

double epsilon(single) { return 0x1p-24; }
double epsilon(double) { return 0x1p-53; }
double number_of(single v) { return static_cast<double>(v); }
double number_of(double v) { return v; }
double largest(single) { return 3e38; }
double largest(double) { return 1e300; }

/// The largest error in units of what the rounding of the inputs does to the result: `floor` is what counts as 0.
template <class N>
double worst(const std::vector<N>& got, const std::vector<real>& want, const std::vector<real>& moves, double floor) {
  double worst = 0;
  for (std::size_t i = 0; i < want.size(); ++i) {
    if (!is_finite(want[i]) || magnitude(want[i]) > largest(N())) continue;
    const double v = number_of(got[i]);
    if (v - v != 0) return numeric::infinity;
    const double unit = epsilon(N()) * std::max({magnitude(want[i]), magnitude(moves[i]), floor});
    worst = std::max(worst, magnitude(real(real(v) - want[i])) / unit);
  }
  return worst;
}

template <class N>
void check(const graph& g, const graph& exact, const graph& made, const point& at, double size) {
  const real moves = movement(exact, at);
  const std::vector<real> value = value_at<real>(exact, at, exact.outputs[0].id, 0);
  const double of_value = worst(value_at<N>(made, at, made.outputs[0].id, 0), value, {moves}, 1e-30);
  CAPTURE(value[0].str(12), of_value);
  CHECK(of_value <= 4);
  for (int slot = 0; slot < g.inputs.size(); ++slot) {
    if (g.inputs[slot].code != op::tensor) continue;
    const std::vector<real> want = gradient_at<real>(exact, at, slot);
    double floor = 1e-30;
    for (const real& v : want)
      if (is_finite(v)) floor = std::max(floor, magnitude(v));
    std::vector<real> own(want.size(), real(0));
    const double of_gradient = worst(gradient_at<N>(made, at, slot), want, own, floor);
    CAPTURE(std::string(g.inputs[slot].name), of_gradient);
    CHECK(of_gradient <= 8 * size);
  }
}

/// The diagonal of the Hessian, by second differences in 80 digits.
std::vector<real> diagonal_of(const graph& g, const point& at, int slot) {
  const real h("1e-20");
  std::vector<real> d;
  const std::size_t size = at.inputs[static_cast<std::size_t>(slot)].entries.size();
  for (std::size_t i = 0; i < size; ++i) {
    std::vector<dense<double>> e = no_direction(at);
    e[static_cast<std::size_t>(slot)].entries[i] = 1;
    d.push_back((moved_value(g, at, e, h) - 2 * moved_value(g, at, e, real(0)) + moved_value(g, at, e, real(-h))) /
                (h * h));
  }
  return d;
}

/// The second derivative adds a exp(-a^2) and -b exp(-b^2) where b = a + s was rounded before: binary32 loses what s has less than a.
bool is_hard_twice(std::string_view text) { return text.find("0.5 * erfc(-(a + s))") != text.npos; }

/// What there is of it. Differences know 0 to 20 digits of the value.
void check_diagonals(std::string_view text, const graph& g, const point& at, double size) {
  const double bound = (is_hard_twice(text) ? 128 : 16) * size;
  for (int slot = 0; slot < g.inputs.size(); ++slot) {
    if (g.inputs[slot].code != op::tensor) continue;
    const derivative_request wanted{1u << slot, 1u << slot};
    const derived made = with_derivatives(g, wanted);
    if (made.program.too_large || !made.no_diagonal.empty() || !made.not_differentiable.empty()) continue;
    const graph program = finished(made.program);
    const std::vector<real> want = diagonal_of(g, at, slot);
    double floor = 1e-20 * (1 + magnitude(value_at<real>(g, at, g.outputs[0].id, 0)[0]));
    for (const real& v : want)
      if (is_finite(v)) floor = std::max(floor, magnitude(v));
    const std::vector<real> own(want.size(), real(0));
    const auto error = [&](auto n) {
      using N = decltype(n);
      return worst(derivative_at<N>(program, at, derivative_kind::curvature, slot), want, own, floor);
    };
    CAPTURE(std::string(g.inputs[slot].name), floor, error(single()), error(0.0));
    CHECK(error(single()) <= bound);
    CHECK(error(0.0) <= bound);
  }
}

/// `kinds`: the data that the formula is finite on.
template <formula F>
void holds(const char* text, const F& f,
           std::initializer_list<hard> kinds = {hard::ordinary, hard::hundred, hard::ten_thousand, hard::leading}) {
  const graph g = written(sum(f));
  const input_set all = numbers_of(g);
  const graph exact = stage::differentiate(stage::canonicalize(g), {all}).program;
  const graph made = in_form(compiler::form::simple, g, {all}).program;
  CHECK(!made.too_large);
  for (const hard kind : kinds) {
    points random(77);
    const point at = data_of(g, kind, random);
    CAPTURE(text, static_cast<int>(kind));
    // An exponential moves by as much as the rounding of its exponent.
    const double size = kind == hard::ordinary ? 1 : kind == hard::ten_thousand ? 10000 : 100;
    check<single>(g, exact, made, at, size);
    check<double>(g, exact, made, at, size);
    if (kind == hard::ordinary || kind == hard::leading) check_diagonals(text, g, at, size);
  }
}
#define HOLDS(...) holds(#__VA_ARGS__, __VA_ARGS__)

TEST_CASE("spellings: masked and weighted", "[laws]") {
  HOLDS(log(sum(where(m, exp(x), 0), -1)));
  HOLDS(gather(where(m, exp(x), 0) / sum(where(m, exp(x), 0), -1), t),
        {hard::ordinary, hard::hundred, hard::ten_thousand});
  HOLDS(log(sum(exp(x) * r + 0 * x, -1) + exp(a)));
  HOLDS(log(sum(w * exp(x), -1) + exp(a)));
  HOLDS(log(mean(exp(x), -1)));
  HOLDS(log(gather(q * softmax(x, -1) + (1 - q) * softmax(z, -1), t)), {hard::ordinary, hard::leading});
}

TEST_CASE("spellings: with a constant or one more", "[laws]") {
  HOLDS(log(1 + sum(exp(x), -1)));
  HOLDS(log(exp(a) + sum(exp(x), -1)));
  HOLDS(log(exp(a) + exp(b) + exp(c)));
  HOLDS(log(1 + exp(a) + exp(b)));
}

TEST_CASE("spellings: differences of exponentials", "[laws]") {
  HOLDS(log(exp(abs(a) + abs(b)) - exp(abs(a))));
  HOLDS(log(exp(abs(a)) - 1));
  HOLDS(1 - gather(softmax(x, -1), t), {hard::ordinary, hard::hundred, hard::ten_thousand});
  HOLDS(log(1 - gather(softmax(x, -1), t)), {hard::ordinary, hard::hundred});
  HOLDS(log(exp(-abs(a)) / (1 - exp(-abs(a)))));
  HOLDS(log(exp(a) - exp(a - s)), {hard::ordinary, hard::hundred, hard::ten_thousand});
}

TEST_CASE("spellings: already by the larger", "[laws]") {
  HOLDS(max(a, 0) + log1p(exp(-abs(a))));
  HOLDS(max(a, 0) - a * y + log1p(exp(-abs(a))));
  HOLDS(max(a, 0) - a * y + log(1 + exp(-abs(a))));
  HOLDS(max(a, b) + log1p(exp(-abs(a - b))));
}

TEST_CASE("spellings: weighted logarithms of shares", "[laws]") {
  HOLDS(-sum(softmax(x, -1) * log(softmax(x, -1)), -1));
  HOLDS(-sum(w * log(softmax(x, -1)), -1));
  HOLDS(sum(q * log_softmax(x, -1), -1));
  HOLDS(sum(softmax(x, -1) * (log_softmax(x, -1) - log_softmax(z, -1)), -1), {hard::ordinary, hard::hundred});
  HOLDS(-mean(log_softmax(x, -1), -1));
}

TEST_CASE("spellings: hyperbolic", "[laws]") {
  HOLDS(log(cosh(a)));
  HOLDS(log(sinh(abs(a))));
  HOLDS(log((exp(a) + exp(-a)) / 2));
  HOLDS((exp(a) - exp(-a)) / (exp(a) + exp(-a)));
  HOLDS(cosh(a) / exp(a));
  HOLDS(gather(square(cosh(x)) / sum(square(cosh(x)), -1), t), {hard::ordinary, hard::hundred, hard::ten_thousand});
  HOLDS(log(square(cosh(x)) / sum(square(cosh(x)), -1)));
  HOLDS(log(sinh(abs(a)) / abs(a)),
        {hard::hundred, hard::ten_thousand, hard::leading});  // coth(a) - 1 / a cancels below 1
}

TEST_CASE("spellings: products and powers", "[laws]") {
  HOLDS(log(exp(a) * exp(b)));
  HOLDS(log(pow(exp(a), 2.5)));
  HOLDS(log(sqrt(exp(a))));
  HOLDS(gather(exp(x) * pow(sum(exp(x), -1), -1), t), {hard::ordinary, hard::hundred, hard::ten_thousand});
  HOLDS(gather(pow(softmax(x, -1), 2), t), {hard::ordinary, hard::hundred, hard::ten_thousand});
  HOLDS(-pow(1 - gather(softmax(x, -1), t), 0.5) * log(gather(softmax(x, -1), t)), {hard::ordinary});
  HOLDS(exp(-s) * square(a), {hard::ordinary, hard::hundred});
  HOLDS(exp(x) / (exp(x) + exp(z)));
  HOLDS(log(square(1 + exp(a))));
}

TEST_CASE("spellings: a choice by a label", "[laws]") {
  HOLDS(log(where(y > 0.5, sigmoid(a), 1 - sigmoid(a))));
  HOLDS(-(y * log(sigmoid(a)) + (1 - y) * log(1 - sigmoid(a))));
  HOLDS(log(1 + exp(a)) - a * y);
  HOLDS(log(y * sigmoid(a) + (1 - y) * (1 - sigmoid(a))), {hard::ordinary, hard::hundred, hard::leading});
}

TEST_CASE("spellings: densities", "[laws]") {
  HOLDS(-log(exp(-square(a) / 2) / (s * 2.5066282746310002)), {hard::ordinary, hard::hundred});
  HOLDS(-log(sum(softmax(x, -1) * exp(-square(z) / 2), -1)), {hard::ordinary, hard::hundred});
  HOLDS(-log(exp(-abs(a - b) / s) / (2 * s)));
  HOLDS(-log(exp(-(a - b) / s) / (s * square(1 + exp(-(a - b) / s)))));
}

TEST_CASE("spellings: tails of the normal distribution", "[laws]") {
  HOLDS(log(0.5 * erfc(a)), {hard::ordinary, hard::hundred});
  HOLDS(exp(-square(a)) / erfc(a), {hard::ordinary});
  HOLDS(log(0.5 * (1 + erf(a))), {hard::ordinary, hard::hundred});
  HOLDS(log(1 - 0.5 * erfc(-a)), {hard::ordinary, hard::hundred});
  HOLDS(log(0.5 * erfc(-max(a, b)) - 0.5 * erfc(-min(a, b))), {hard::ordinary});
  HOLDS(log(0.5 * erfc(-(a + s)) - 0.5 * erfc(-a)), {hard::ordinary});
}

TEST_CASE("spellings: 0 log 0", "[laws]") {
  HOLDS(-sum(q * log(p + 1e-3), -1), {hard::ordinary});
  HOLDS(-sum(q * log(q), -1), {hard::ordinary});
  HOLDS(q * log(q) + (1 - q) * log(1 - q), {hard::ordinary});
}

TEST_CASE("spellings: roots", "[laws]") {
  HOLDS(sqrt(var(x)));
  HOLDS(sqrt(a * a));
  HOLDS(sqrt(a * a + b * b));
  HOLDS(sqrt(mean(square(x - mean(x, -1)), -1)));
  HOLDS(sqrt(1 + a * a) - 1);
}

TEST_CASE("spellings: cancellation", "[laws]") {
  HOLDS(a * a - b * b);
  HOLDS(x * x - 2 * x * z + z * z);
  HOLDS(sum(x * x, -1) + sum(z * z, -1) - 2 * sum(x * z, -1));
  HOLDS(sqrt(1 + square(a / 1000)) - 1, {hard::ordinary, hard::hundred});
  HOLDS(log(a + sqrt(a * a + s)));
  HOLDS(log((a + sqrt(a * a + s)) / (2 * sqrt(a * a + s))));
  HOLDS(1 - cos(a), {hard::ordinary, hard::hundred});
  HOLDS(mean(x * x, -1) - square(mean(x, -1)));
  HOLDS(exp(a) - a - 1, {hard::ordinary});
  HOLDS((exp(a) - 1) / a, {hard::ordinary});
  HOLDS((1 - exp(-abs(a))) / abs(a));
  HOLDS(log(1 + abs(a)) / abs(a));
  HOLDS(log(1 + abs(a)) - log(1 + abs(b)));
  HOLDS(s * log(s / abs(a)) - s + abs(a));
  HOLDS(erf(a) - erf(b), {hard::ordinary});
  HOLDS(sigmoid(a) - sigmoid(b));
  HOLDS((1 - pow(p + 1e-3, s)) / s, {hard::ordinary, hard::hundred});
  HOLDS(lgamma(s + 1) - lgamma(s), {hard::ordinary});
  HOLDS(abs(a) / (exp(abs(a)) - 1));
  HOLDS(s + a - (exp(a) - 1 + s), {hard::ordinary});
}

/// Every entry by its own size: the loss of a row that is all but certain, and what its gradient still says of the label.
template <class N>
void check_entries(const graph& g, const graph& exact, const graph& made, const point& at) {
  constexpr double lead = 42;  // an exponential moves by as much as the rounding of its exponent
  const std::vector<real> value = value_at<real>(exact, at, exact.outputs[0].id, 0);
  const double of_value = worst(value_at<N>(made, at, made.outputs[0].id, 0), value, {real(0)}, 0);
  CAPTURE(value[0].str(12), of_value);
  CHECK(of_value <= 2 * lead);
  const int slot = 0;
  const std::vector<real> want = gradient_at<real>(exact, at, slot), none(want.size(), real(0));
  const double of_gradient = worst(gradient_at<N>(made, at, slot), want, none, 0);
  CAPTURE(std::string(g.inputs[slot].name), of_gradient);
  CHECK(of_gradient <= 4 * lead);
}

template <formula F>
void holds_beside_the_label(const char* text, const F& f) {
  const graph g = written(sum(f));
  const graph exact = stage::differentiate(stage::canonicalize(g), {numbers_of(g)}).program;
  const graph made = in_form(compiler::form::simple, g, {numbers_of(g)}).program;
  points random(78);
  const point at = data_of(g, hard::confident, random);
  CAPTURE(text);
  check_entries<single>(g, exact, made, at);
  check_entries<double>(g, exact, made, at);
}
#define HOLDS_BESIDE_THE_LABEL(...) holds_beside_the_label(#__VA_ARGS__, __VA_ARGS__)

TEST_CASE("spellings: what is left beside a label that leads", "[laws]") {
  HOLDS_BESIDE_THE_LABEL(-gather(log(exp(x) / sum(exp(x), -1)), t));
  HOLDS_BESIDE_THE_LABEL(-log(gather(softmax(x, -1), t)));
  HOLDS_BESIDE_THE_LABEL(log(sum(exp(x), -1)) - gather(x, t));
  HOLDS_BESIDE_THE_LABEL(logsumexp(x - gather(x, t), -1));
  HOLDS_BESIDE_THE_LABEL(-0.25 * gather(log_softmax(x, -1), t));
  HOLDS_BESIDE_THE_LABEL(-mean(sum(onehot(t, axis<"C">) * log(softmax(x, -1)), -1)));
  HOLDS_BESIDE_THE_LABEL(-gather(log_softmax(x * 0.8, -1), t));
  HOLDS_BESIDE_THE_LABEL(-gather(log_softmax(x / 1.25, -1), t));
  HOLDS_BESIDE_THE_LABEL(1 - gather(softmax(x, -1), t));
  HOLDS_BESIDE_THE_LABEL(-(1 - gather(softmax(x, -1), t)) * log(gather(softmax(x, -1), t)));
}

}  // namespace
