// SPDX-License-Identifier: BSL-1.0
// Chains of states through a call: conditional random fields against all paths, connectionist temporal classification against all
// alignments and, where these are too many, against a plain recursion in double.
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "loom/loom.hpp"
#include "support/catch.hpp"
#include "support/targets.hpp"
#include "support/trial.hpp"

namespace {

using loom::derive::derivative_request;
using std::size_t;
using numbers = std::vector<double>;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr auto T = loom::axis<"T">;
constexpr auto S = loom::axis<"S">;
constexpr auto R = loom::axis<"R">;
constexpr auto K = loom::axis<"K">;
constexpr auto C = loom::axis<"C">;

// ---- a conditional random field ------------------------------------------------------------------------------------------
constexpr auto e = loom::tensor<"e[N,T,S]">;  // of each tag at each step
constexpr auto a = loom::tensor<"a[R,S]">;  // of each pair of tags
constexpr auto start = loom::tensor<"start[S]">;
constexpr auto gold = loom::index<"gold[N,T]">;
constexpr auto every = logsumexp(forward(where(T == 0, e + start, e), a, T, S = R)(T = loom::last), S);
constexpr auto taken = sum(e(S = gold), T) + sum(where(T == 0, start, 0)(S = gold), T) +
                       sum(where(T > 0 && R == gold(T = T - 1) && S == gold, a, 0), T, R, S);
constexpr auto crf = loom::loss<sum(every - taken)>;

struct crf_result {
  double value = 0;
  numbers e, a, start;
};
/// By all paths.
crf_result plain_crf(size_t batch, size_t steps, size_t tags, const numbers& scores, const numbers& moves,
                     const numbers& begin, const std::vector<int>& tag) {
  crf_result r{0, numbers(scores.size()), numbers(moves.size()), numbers(begin.size())};
  for (size_t n = 0; n < batch; ++n) {
    std::vector<size_t> path(steps);
    const auto score = [&] {
      double s = begin[path[0]];
      for (size_t t = 0; t < steps; ++t)
        s += scores[(n * steps + t) * tags + path[t]] + (t > 0 ? moves[path[t - 1] * tags + path[t]] : 0);
      return s;
    };
    const auto add = [&](double share) {
      for (size_t t = 0; t < steps; ++t) {
        r.e[(n * steps + t) * tags + path[t]] += share;
        if (t > 0) r.a[path[t - 1] * tags + path[t]] += share;
      }
      r.start[path[0]] += share;
    };
    const auto each = [&](const auto& f) {
      size_t count = 1;
      for (size_t t = 0; t < steps; ++t) count *= tags;
      for (size_t k = 0; k < count; ++k) {
        for (size_t t = 0, rest = k; t < steps; ++t, rest /= tags) path[t] = rest % tags;
        f();
      }
    };
    double total = 0;
    each([&] { total += std::exp(score()); });
    each([&] { add(std::exp(score()) / total); });
    for (size_t t = 0; t < steps; ++t) path[t] = static_cast<size_t>(tag[n * steps + t]);
    r.value += std::log(total) - score();
    add(-1);
  }
  return r;
}

template <class F>
std::vector<F> some_numbers(size_t count, double step) {
  std::vector<F> r;
  for (size_t i = 0; i < count; ++i) r.push_back(static_cast<F>(2 * std::sin(step * static_cast<double>(i + 1))));
  return r;
}
template <class F>
numbers widened(const std::vector<F>& v) {
  return {v.begin(), v.end()};
}
template <class F>
void are_close(const std::vector<F>& have, const numbers& want, double tolerance) {
  REQUIRE(have.size() == want.size());
  double worst = 0;
  for (size_t i = 0; i < want.size(); ++i) {
    const double error = std::abs(static_cast<double>(have[i]) - want[i]);
    worst = error <= worst ? worst : error;  // a NaN as well
  }
  CHECK(worst <= tolerance);
}

template <class F>
void crf_agrees(double tolerance, size_t steps = 5) {
  constexpr size_t batch = 2, tags = 3;
  const std::vector<F> scores = some_numbers<F>(batch * steps * tags, 1.7), begin = some_numbers<F>(tags, 0.4);
  std::vector<F> moves = some_numbers<F>(tags * tags, 2.3);
  moves[2] = static_cast<F>(-infinity);  // from the first tag never to the last
  std::vector<int> tag;
  for (size_t i = 0; i < batch * steps; ++i) tag.push_back(i % 3 == 1 ? 1 : 0);
  std::vector<F> of_e(scores.size()), of_a(moves.size()), of_start(tags);
  numbers room(4096);
  const auto n = static_cast<std::ptrdiff_t>(batch), m = static_cast<std::ptrdiff_t>(steps);
  for (loom::target most : trial::targets()) {
    const loom::limit_target limit(most);
    const F value = crf(e = loom::view(scores.data(), n, m, 3), a = loom::view(moves.data(), 3, 3), start = begin,
                        gold = loom::view(tag.data(), n, m), d(e) = loom::view(of_e.data(), n, m, 3),
                        d(a) = loom::view(of_a.data(), 3, 3), d(start) = of_start, loom::workspace = room);
    const crf_result want = plain_crf(batch, steps, tags, widened(scores), widened(moves), widened(begin), tag);
    CHECK(std::abs(static_cast<double>(value) - want.value) <= tolerance * 20);
    are_close(of_e, want.e, tolerance);
    are_close(of_a, want.a, tolerance * 10);
    are_close(of_start, want.start, tolerance);
  }
}

// ---- connectionist temporal classification ----------------------------------------------------------------------------------
constexpr auto x = loom::tensor<"x[T,N,C]">;
constexpr auto label = loom::index<"label[N,S]">;  // blanks, which are 0, before, between and after the labels
constexpr auto frame = loom::index<"frame[N]">;  // the last one
constexpr auto state = loom::index<"state[N]">;  // likewise
constexpr auto move = loom::tensor<"move[K]">;
constexpr auto there = log_softmax(x, C)(C = label);
constexpr auto moves = where(K == 2 && (label == 0 || label == label(S = S - 2)), -infinity, move);
constexpr auto aligned = forward(where(T == 0 && S >= 2, -infinity, there), moves, T, S = S - K);
constexpr auto done = where(T == frame && (S == state || S + 1 == state), aligned, -infinity);
constexpr auto ctc = loom::loss<sum(-logsumexp(done, T, S))>;

struct ctc_data {
  size_t frames, batch, labels, classes;
  std::vector<int> label;  // without blanks
  std::vector<int> lengths, steps;

  size_t states() const { return 2 * labels + 1; }
  int at(size_t n, size_t s) const { return s % 2 == 0 ? 0 : label[n * labels + s / 2]; }
};

numbers log_probabilities(const ctc_data& d, const numbers& scores, size_t n) {
  numbers r(d.frames * d.classes);
  for (size_t t = 0; t < d.frames; ++t) {
    double sum = 0;
    for (size_t c = 0; c < d.classes; ++c) sum += std::exp(scores[(t * d.batch + n) * d.classes + c]);
    for (size_t c = 0; c < d.classes; ++c)
      r[t * d.classes + c] = scores[(t * d.batch + n) * d.classes + c] - std::log(sum);
  }
  return r;
}

/// The loss by all sequences of classes that become the labels once repetitions and blanks are left out.
double by_alignments(const ctc_data& d, const numbers& scores) {
  double all = 0;
  for (size_t n = 0; n < d.batch; ++n) {
    const numbers log_p = log_probabilities(d, scores, n);
    const auto steps = static_cast<size_t>(d.steps[n]);
    size_t count = 1;
    for (size_t t = 0; t < steps; ++t) count *= d.classes;
    double total = 0;
    for (size_t k = 0; k < count; ++k) {
      std::vector<int> left;
      double score = 0;
      int before = 0;
      for (size_t t = 0, rest = k; t < steps; ++t, rest /= d.classes) {
        const auto c = static_cast<int>(rest % d.classes);
        score += log_p[t * d.classes + rest % d.classes];
        if (c != 0 && c != before) left.push_back(c);
        before = c;
      }
      const auto first = d.label.begin() + static_cast<std::ptrdiff_t>(n * d.labels);
      if (left == std::vector<int>(first, first + d.lengths[n])) total += std::exp(score);
    }
    all -= std::log(total);
  }
  return all;
}

double log_sum(double p, double q) {
  const double m = p > q ? p : q;
  return m == -infinity ? m : m + std::log(std::exp(p - m) + std::exp(q - m));
}

/// The loss and its gradient by the sums of Graves et al. (2006), forwards and backwards.
double plain_ctc(const ctc_data& d, const numbers& scores, numbers& grad) {
  double all = 0;
  grad.assign(scores.size(), 0);
  for (size_t n = 0; n < d.batch; ++n) {
    const numbers log_p = log_probabilities(d, scores, n);
    const auto states = static_cast<size_t>(2 * d.lengths[n] + 1), steps = static_cast<size_t>(d.steps[n]);
    const auto p = [&](size_t t, size_t s) { return log_p[t * d.classes + static_cast<size_t>(d.at(n, s))]; };
    const auto skips = [&](size_t s) { return s >= 2 && d.at(n, s) != 0 && d.at(n, s) != d.at(n, s - 2); };
    numbers f(steps * states, -infinity), b = f;
    for (size_t t = 0; t < steps; ++t)
      for (size_t s = 0; s < states; ++s) {
        double v = t == 0 && s < 2 ? 0 : -infinity;
        for (size_t k = 0; t > 0 && k < 3 && k <= s; ++k)
          if (k < 2 || skips(s)) v = log_sum(v, f[(t - 1) * states + s - k]);
        f[t * states + s] = v + p(t, s);
      }
    for (size_t t = steps; t-- > 0;)
      for (size_t s = 0; s < states; ++s) {
        double v = t + 1 == steps && s + 2 >= states ? 0 : -infinity;
        for (size_t k = 0; t + 1 < steps && k < 3 && s + k < states; ++k)
          if (k < 2 || skips(s + k)) v = log_sum(v, b[(t + 1) * states + s + k] + p(t + 1, s + k));
        b[t * states + s] = v;
      }
    const double total = log_sum(f[steps * states - 1], states > 1 ? f[steps * states - 2] : -infinity);
    all -= total;
    for (size_t t = 0; t < steps; ++t) {
      double* const row = grad.data() + (t * d.batch + n) * d.classes;
      for (size_t c = 0; c < d.classes; ++c) row[c] += std::exp(log_p[t * d.classes + c]);
      for (size_t s = 0; s < states; ++s) row[d.at(n, s)] -= std::exp(f[t * states + s] + b[t * states + s] - total);
    }
  }
  return all;
}

template <class F>
double call_ctc(const ctc_data& of, const std::vector<F>& scores, std::vector<F>& grad) {
  std::vector<int> labels, last_state, last_frame;
  for (size_t n = 0; n < of.batch; ++n) {
    for (size_t s = 0; s < of.states(); ++s) labels.push_back(of.at(n, s));
    last_state.push_back(2 * of.lengths[n]);
    last_frame.push_back(of.steps[n] - 1);
  }
  const std::vector<F> none(3);
  numbers room(64 * of.frames * of.batch * of.states() + 4096);
  const auto extent = [](size_t n) { return static_cast<std::ptrdiff_t>(n); };
  const std::ptrdiff_t t = extent(of.frames), n = extent(of.batch), c = extent(of.classes), s = extent(of.states());
  grad.assign(scores.size(), 0);
  return static_cast<double>(ctc(x = loom::view(scores.data(), t, n, c), label = loom::view(labels.data(), n, s),
                                 frame = last_frame, state = last_state, move = none,
                                 loom::d(x) = loom::view(grad.data(), t, n, c), loom::workspace = room));
}

template <class F>
void ctc_agrees(const ctc_data& d, double tolerance) {
  const std::vector<F> scores = some_numbers<F>(d.frames * d.batch * d.classes, 1.3);
  std::vector<F> grad;
  numbers want;
  const double value = plain_ctc(d, widened(scores), want);
  CHECK(std::abs(call_ctc(d, scores, grad) - value) <= tolerance * (1 + value) / 100);
  are_close(grad, want, tolerance);
}

// ---- any ---------------------------------------------------------------------------------------------------------------------
constexpr auto own = loom::tensor<"own[R,N,S]">;
constexpr auto back = loom::tensor<"back[S,K]">;
constexpr auto free_ = loom::tensor<"free[S,T]">;
constexpr auto w = loom::tensor<"w[N,T,S]">;
constexpr auto full = sum(sin(forward(e, own, T, S = R)) * w).mean();
constexpr auto best = sum(sin(viterbi(e + w, a, T, S = R)) * e).sum();
constexpr auto band = sum(sin(forward(e, back, T, S = S - K)) * w).sum();
constexpr auto best_of_band = sum(viterbi(square(e), -square(back), T, S = S - K) * w).sum();
constexpr auto without_batch = sum(forward(free_, own, T, S = R) * w).sum();
constexpr auto twice = logsumexp(forward(forward(e, a, T, S = R), back, T, S = S - K)(T = loom::last), S).sum();

/// Against the interpreter, in every layout and on every target.
template <auto Formula, derivative_request Request, class F, loom::call::storages Memory = loom::call::storages{}>
void agrees(double tolerance) {
  using program = trial::program_of<Formula, Request, Memory>;
  static_assert(loom::run::runs_in_stages<program>());
  const auto once = [&](std::ptrdiff_t batch, std::ptrdiff_t steps, std::ptrdiff_t states, trial::memory layout) {
    trial::settings set;
    for (const loom::ir::axis_info& axis : program::simple.axes)
      set.extents.push_back(axis.name == "N" ? batch : axis.name == "T" ? steps : axis.name == "K" ? 3 : states);
    set.layout = layout;
    set.condition = 4;
    INFO(batch << " x " << steps << " x " << states);
    trial::hold(trial::run<Formula, Request, F, Memory>(set), tolerance);
  };
  for (loom::target most : trial::targets()) {
    const loom::limit_target limit(most);
    once(2, 6, 19, trial::memory::contiguous);
    once(3, 4, 2, trial::memory::transposed);
    once(1, 1, 5, trial::memory::padded_rows);
    once(2, 3, 1, trial::memory::every_third);
  }
}

}  // namespace

TEST_CASE("chains of any batches in any layout") {
  agrees<full, derivative_request(0b111), double>(1e-12);
  agrees<full, derivative_request(0b111), float>(1e-4);
  agrees<band, derivative_request(0b111), double>(1e-12);
  agrees<without_batch, derivative_request(0b111), double>(1e-12);
  agrees<twice, derivative_request(0b111), double>(1e-12);
}
TEST_CASE("the best ways through chains") {
  agrees<best, derivative_request(0b111), double>(1e-12);
  agrees<best_of_band, derivative_request(0b111), double>(1e-12);
}
TEST_CASE("chains of 16 bits") {
  agrees<band, derivative_request(0b11), float, trial::all_stored(loom::storage::bf16, loom::storage::bf16)>(1e-4);
}
TEST_CASE("chains in constant expressions") {
  static constexpr auto f = loom::loss<logsumexp(forward(free_, a, T, S = R)(T = loom::last), S)>;
  static constexpr double none[2][2] = {{0, 0}, {0, 0}}, one_way[2][2] = {{0, -infinity}, {-infinity, 0}};
  constexpr double value = [] {
    double memory[64]{};
    return f(free_ = none, a = one_way, loom::workspace = memory);
  }();
  static_assert(value < 0.6931471805599454 && value > 0.6931471805599452);
}

TEST_CASE("a conditional random field against all paths") {
  crf_agrees<double>(1e-13);
  crf_agrees<float>(1e-5);
  crf_agrees<double>(1e-13, 1);
}

TEST_CASE("connectionist temporal classification against all alignments") {
  // Repeated labels, which need a blank between them, and lists and inputs of different lengths.
  const ctc_data d{6, 3, 3, 4, {2, 2, 1, 1, 3, 0, 2, 0, 0}, {3, 2, 1}, {6, 5, 4}};
  const std::vector<double> scores = some_numbers<double>(6 * 3 * 4, 1.3);
  std::vector<double> grad;
  CHECK(call_ctc(d, scores, grad) == Approx(by_alignments(d, scores)).epsilon(1e-13));
  for (loom::target most : trial::targets()) {
    const loom::limit_target limit(most);
    ctc_agrees<double>(d, 1e-13);
    ctc_agrees<float>(d, 1e-5);
  }
}

TEST_CASE("connectionist temporal classification of long inputs") {
  ctc_data d{400, 2, 60, 30, {}, {60, 41}, {400, 350}};
  for (int i = 0; i < 120; ++i) d.label.push_back(1 + i * i % 29);
  ctc_agrees<double>(d, 1e-10);
  ctc_agrees<float>(d, 1e-4);
}

TEST_CASE("states that are not as many as those before them") {
  constexpr auto f = loom::loss<sum(loom::forward(e, a, T, S = R)(T = loom::last))>;
  const numbers scores(12), pairs(6);
  numbers room(1024);
  std::string said;
  try {
    f(e = loom::view(scores.data(), 1, 4, 3), a = loom::view(pairs.data(), 2, 3), loom::workspace = room);
  } catch (const std::exception& found) { said = found.what(); }
  CHECK(said.find("axis R has 2 entries, but it counts the same states as axis S, which has 3") != said.npos);
}
