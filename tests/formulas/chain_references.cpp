// SPDX-License-Identifier: BSL-1.0
// Losses with chains through a call: conditional random fields against all paths, connectionist temporal classification against all
// alignments and against the numbers of other libraries; where paths are too many, both against recursions in long double.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "loom/loom.hpp"
#include "support/catch.hpp"
#include "support/targets.hpp"

namespace {

using std::size_t;
using high = long double;
using numbers = std::vector<double>;
using high_numbers = std::vector<high>;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr auto T = loom::axis<"T">;
constexpr auto S = loom::axis<"S">;
constexpr auto R = loom::axis<"R">;
constexpr auto K = loom::axis<"K">;
constexpr auto C = loom::axis<"C">;

high log_sum(high p, high q) {
  const high m = std::max(p, q);
  return std::isinf(m) ? m : m + std::log(std::exp(p - m) + std::exp(q - m));
}

template <class F>
std::vector<F> waves(size_t count, double step, double height = 2) {
  std::vector<F> r;
  for (size_t i = 0; i < count; ++i) r.push_back(static_cast<F>(height * std::sin(step * static_cast<double>(i + 1))));
  return r;
}
template <class F>
numbers widened(const std::vector<F>& v) {
  return {v.begin(), v.end()};
}
template <class F>
void are_close(const std::vector<F>& have, const high_numbers& want, double tolerance) {
  REQUIRE(have.size() == want.size());
  high worst = 0;
  for (size_t i = 0; i < want.size(); ++i) {
    const high error = std::abs(static_cast<high>(have[i]) - want[i]);
    worst = error <= worst ? worst : error;  // a NaN as well
  }
  CHECK(static_cast<double>(worst) <= tolerance);
}

constexpr std::ptrdiff_t extent(size_t n) { return static_cast<std::ptrdiff_t>(n); }

// ---- a conditional random field ------------------------------------------------------------------------------------------
constexpr auto e = loom::tensor<"e[N,T,S]">;  // of each tag at each step
constexpr auto a = loom::tensor<"a[R,S]">;  // of each pair of tags
constexpr auto start = loom::tensor<"start[S]">;
constexpr auto gold = loom::index<"gold[N,T]">;
constexpr auto every = logsumexp(forward(where(T == 0, e + start, e), a, T, S = R)(T = loom::last), S);
constexpr auto taken = sum(e(S = gold), T) + sum(where(T == 0, start, 0)(S = gold), T) +
                       sum(where(T > 0 && R == gold(T = T - 1) && S == gold, a, 0), T, R, S);
constexpr auto crf = loom::loss<sum(every - taken)>;

struct crf_data {
  size_t batch, steps, tags;
  numbers scores, moves, begin;
  std::vector<int> tag;

  double score(size_t n, size_t t, size_t s) const { return scores[(n * steps + t) * tags + s]; }
  double move(size_t r, size_t s) const { return moves[r * tags + s]; }
};

/// Scores of a height; one pair of tags in eleven is forbidden, and never taken.
template <class F>
crf_data some_field(size_t batch, size_t steps, size_t tags, double height) {
  crf_data d{batch,
             steps,
             tags,
             widened(waves<F>(batch * steps * tags, 1.7, height)),
             widened(waves<F>(tags * tags, 2.3, height)),
             widened(waves<F>(tags, 0.4, height)),
             {}};
  for (size_t i = 0; i < tags * tags; ++i)
    if (i % 11 == 2) d.moves[i] = -infinity;
  for (size_t n = 0; n < batch; ++n)
    for (size_t t = 0; t < steps; ++t) {
      size_t next = (3 * t + n) % tags;
      while (t > 0 && std::isinf(d.move(static_cast<size_t>(d.tag.back()), next))) next = (next + 1) % tags;
      d.tag.push_back(static_cast<int>(next));
    }
  return d;
}

struct crf_result {
  explicit crf_result(const crf_data& d) : e(d.scores.size()), a(d.moves.size()), start(d.begin.size()) {}
  high value = 0;
  high_numbers e, a, start;

  /// The path that was taken, for one of the batch.
  void take(const crf_data& d, size_t n) {
    size_t before = 0;
    for (size_t t = 0; t < d.steps; ++t) {
      const auto s = static_cast<size_t>(d.tag[n * d.steps + t]);
      value -= d.score(n, t, s) + (t > 0 ? d.move(before, s) : d.begin[s]);
      e[(n * d.steps + t) * d.tags + s] -= 1;
      (t > 0 ? a[before * d.tags + s] : start[s]) -= 1;
      before = s;
    }
  }
};

crf_result by_paths(const crf_data& d) {
  crf_result r(d);
  std::vector<size_t> path(d.steps);
  for (size_t n = 0; n < d.batch; ++n) {
    const auto each = [&](const auto& f) {
      size_t count = 1;
      for (size_t t = 0; t < d.steps; ++t) count *= d.tags;
      for (size_t k = 0; k < count; ++k) {
        high score = 0;
        for (size_t t = 0, rest = k; t < d.steps; ++t, rest /= d.tags) {
          path[t] = rest % d.tags;
          score += d.score(n, t, path[t]) + (t > 0 ? d.move(path[t - 1], path[t]) : d.begin[path[t]]);
        }
        f(std::exp(score));
      }
    };
    high total = 0;
    each([&](high weight) { total += weight; });
    each([&](high weight) {
      for (size_t t = 0; t < d.steps; ++t) {
        r.e[(n * d.steps + t) * d.tags + path[t]] += weight / total;
        (t > 0 ? r.a[path[t - 1] * d.tags + path[t]] : r.start[path[t]]) += weight / total;
      }
    });
    r.value += std::log(total);
    r.take(d, n);
  }
  return r;
}

/// By sums forwards and backwards.
crf_result by_recursion(const crf_data& d) {
  crf_result r(d);
  for (size_t n = 0; n < d.batch; ++n) {
    high_numbers f(d.steps * d.tags), b(d.steps * d.tags);
    for (size_t t = 0; t < d.steps; ++t)
      for (size_t s = 0; s < d.tags; ++s) {
        high v = t > 0 ? -infinity : d.begin[s];
        for (size_t q = 0; t > 0 && q < d.tags; ++q) v = log_sum(v, f[(t - 1) * d.tags + q] + d.move(q, s));
        f[t * d.tags + s] = v + d.score(n, t, s);
      }
    for (size_t t = d.steps - 1; t-- > 0;)
      for (size_t s = 0; s < d.tags; ++s) {
        high v = -infinity;
        for (size_t q = 0; q < d.tags; ++q)
          v = log_sum(v, d.move(s, q) + d.score(n, t + 1, q) + b[(t + 1) * d.tags + q]);
        b[t * d.tags + s] = v;
      }
    high total = -infinity;
    for (size_t s = 0; s < d.tags; ++s) total = log_sum(total, f[(d.steps - 1) * d.tags + s]);
    for (size_t t = 0; t < d.steps; ++t)
      for (size_t s = 0; s < d.tags; ++s) {
        const high share = std::exp(f[t * d.tags + s] + b[t * d.tags + s] - total);
        r.e[(n * d.steps + t) * d.tags + s] += share;
        if (t == 0) r.start[s] += share;
        for (size_t q = 0; t > 0 && q < d.tags; ++q)
          r.a[q * d.tags + s] +=
              std::exp(f[(t - 1) * d.tags + q] + d.move(q, s) + d.score(n, t, s) + b[t * d.tags + s] - total);
      }
    r.value += total;
    r.take(d, n);
  }
  return r;
}

template <class F>
void crf_agrees(const crf_data& d, const crf_result& want, double tolerance) {
  const std::vector<F> scores(d.scores.begin(), d.scores.end()), moves(d.moves.begin(), d.moves.end()),
      begin(d.begin.begin(), d.begin.end());
  std::vector<F> of_e(scores.size()), of_a(moves.size()), of_start(begin.size());
  numbers room(64 * scores.size() + 4096);
  const std::ptrdiff_t n = extent(d.batch), m = extent(d.steps), k = extent(d.tags);
  const F value = crf(e = loom::view(scores.data(), n, m, k), a = loom::view(moves.data(), k, k), start = begin,
                      gold = loom::view(d.tag.data(), n, m), loom::d(e) = loom::view(of_e.data(), n, m, k),
                      loom::d(a) = loom::view(of_a.data(), k, k), loom::d(start) = of_start, loom::workspace = room);
  CHECK(std::abs(static_cast<high>(value) - want.value) <= tolerance * (1 + std::abs(want.value)));
  are_close(of_e, want.e, tolerance);
  are_close(of_a, want.a, tolerance * static_cast<double>(d.batch * d.steps));
  are_close(of_start, want.start, tolerance);
  for (size_t i = 0; i < moves.size(); ++i)
    if (std::isinf(moves[i])) CHECK(of_a[i] == 0);
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
  size_t size() const { return frames * batch * classes; }
  size_t row(size_t t, size_t n) const { return (t * batch + n) * classes; }
};

struct ctc_result {
  explicit ctc_result(const ctc_data& d) : x(d.size()) {}
  high value = 0;
  high_numbers x;
};

high_numbers log_probabilities(const ctc_data& d, const numbers& scores, size_t n) {
  high_numbers r(d.frames * d.classes);
  for (size_t t = 0; t < d.frames; ++t) {
    high sum = -infinity;
    for (size_t c = 0; c < d.classes; ++c) sum = log_sum(sum, scores[d.row(t, n) + c]);
    for (size_t c = 0; c < d.classes; ++c) r[t * d.classes + c] = scores[d.row(t, n) + c] - sum;
  }
  return r;
}

/// By all sequences of classes that become the labels once repetitions and blanks are left out.
ctc_result by_alignments(const ctc_data& d, const numbers& scores) {
  ctc_result r(d);
  for (size_t n = 0; n < d.batch; ++n) {
    const high_numbers log_p = log_probabilities(d, scores, n);
    const auto steps = static_cast<size_t>(d.steps[n]);
    const auto first = d.label.begin() + extent(n * d.labels);
    const std::vector<int> wanted(first, first + d.lengths[n]);
    std::vector<size_t> path(steps);
    const auto each = [&](const auto& f) {
      size_t count = 1;
      for (size_t t = 0; t < steps; ++t) count *= d.classes;
      for (size_t k = 0; k < count; ++k) {
        std::vector<int> left;
        high score = 0;
        for (size_t t = 0, rest = k; t < steps; ++t, rest /= d.classes) {
          path[t] = rest % d.classes;
          score += log_p[t * d.classes + path[t]];
          if (path[t] != 0 && (t == 0 || path[t] != path[t - 1])) left.push_back(static_cast<int>(path[t]));
        }
        if (left == wanted) f(std::exp(score));
      }
    };
    high total = 0;
    each([&](high weight) { total += weight; });
    each([&](high weight) {
      for (size_t t = 0; t < steps; ++t) r.x[d.row(t, n) + path[t]] -= weight / total;
    });
    for (size_t t = 0; t < steps; ++t)
      for (size_t c = 0; c < d.classes; ++c) r.x[d.row(t, n) + c] += std::exp(log_p[t * d.classes + c]);
    r.value -= std::log(total);
  }
  return r;
}

/// By the sums of Graves et al. (2006), forwards and backwards.
ctc_result by_recursion(const ctc_data& d, const numbers& scores) {
  ctc_result r(d);
  for (size_t n = 0; n < d.batch; ++n) {
    const high_numbers log_p = log_probabilities(d, scores, n);
    const auto states = static_cast<size_t>(2 * d.lengths[n] + 1), steps = static_cast<size_t>(d.steps[n]);
    const auto p = [&](size_t t, size_t s) { return log_p[t * d.classes + static_cast<size_t>(d.at(n, s))]; };
    const auto skips = [&](size_t s) { return s >= 2 && d.at(n, s) != 0 && d.at(n, s) != d.at(n, s - 2); };
    high_numbers f(steps * states, -infinity), b = f;
    for (size_t t = 0; t < steps; ++t)
      for (size_t s = 0; s < states; ++s) {
        high v = t == 0 && s < 2 ? 0 : -infinity;
        for (size_t k = 0; t > 0 && k < 3 && k <= s; ++k)
          if (k < 2 || skips(s)) v = log_sum(v, f[(t - 1) * states + s - k]);
        f[t * states + s] = v + p(t, s);
      }
    for (size_t t = steps; t-- > 0;)
      for (size_t s = 0; s < states; ++s) {
        high v = t + 1 == steps && s + 2 >= states ? 0 : -infinity;
        for (size_t k = 0; t + 1 < steps && k < 3 && s + k < states; ++k)
          if (k < 2 || skips(s + k)) v = log_sum(v, b[(t + 1) * states + s + k] + p(t + 1, s + k));
        b[t * states + s] = v;
      }
    const high total = log_sum(f[steps * states - 1], states > 1 ? f[steps * states - 2] : -infinity);
    r.value -= total;
    for (size_t t = 0; t < steps; ++t) {
      high* const row = r.x.data() + d.row(t, n);
      for (size_t c = 0; c < d.classes; ++c) row[c] += std::exp(log_p[t * d.classes + c]);
      for (size_t s = 0; s < states; ++s) row[d.at(n, s)] -= std::exp(f[t * states + s] + b[t * states + s] - total);
    }
  }
  return r;
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
  const std::ptrdiff_t t = extent(of.frames), n = extent(of.batch), c = extent(of.classes), s = extent(of.states());
  grad.assign(scores.size(), static_cast<F>(-1));
  return static_cast<double>(ctc(x = loom::view(scores.data(), t, n, c), label = loom::view(labels.data(), n, s),
                                 frame = last_frame, state = last_state, move = none,
                                 loom::d(x) = loom::view(grad.data(), t, n, c), loom::workspace = room));
}

template <class F>
void ctc_agrees(const ctc_data& d, const std::vector<F>& scores, const ctc_result& want, double tolerance) {
  std::vector<F> grad;
  const double value = call_ctc(d, scores, grad);
  CHECK(std::abs(value - want.value) <= tolerance * (1 + std::abs(want.value)));
  are_close(grad, want.x, tolerance);
}

ctc_data long_lists() {
  ctc_data d{400, 2, 60, 30, {}, {60, 41}, {400, 350}};
  for (int i = 0; i < 120; ++i) d.label.push_back(1 + i * i % 29);
  return d;
}

}  // namespace

TEST_CASE("a conditional random field against all paths") {
  for (size_t steps : {size_t{5}, size_t{2}, size_t{1}}) {
    const crf_data d = some_field<float>(2, steps, 3, 2);
    const crf_result want = by_paths(d);
    CHECK(static_cast<double>(by_recursion(d).value) == Approx(static_cast<double>(want.value)).epsilon(1e-15));
    trial::on_every_target([&] {
      crf_agrees<double>(d, want, 1e-13);
      crf_agrees<float>(d, want, 4e-6);
    });
  }
}

TEST_CASE("a conditional random field of 200 steps and 20 tags against long double") {
  const crf_data d = some_field<float>(2, 200, 20, 2);
  const crf_result want = by_recursion(d);
  crf_agrees<double>(d, want, 1e-11);
  crf_agrees<float>(d, want, 1e-3);
}

TEST_CASE("a conditional random field of scores of 10000") {
  const crf_data d = some_field<double>(2, 200, 20, 1e4);
  crf_agrees<double>(d, by_recursion(d), 1e-8);
}

TEST_CASE("connectionist temporal classification against all alignments") {
  // Lists, their number of labels and the fewest frames they fit in: equal neighbours need a blank between them.
  const std::vector<std::vector<int>> lists = {{},        {1},       {3},       {1, 2},   {2, 2},
                                               {3, 1, 2}, {1, 1, 3}, {2, 3, 2}, {2, 2, 2}};
  const int least[] = {1, 1, 1, 2, 3, 3, 4, 3, 5};
  for (int frames = 1; frames <= 6; ++frames) {
    INFO(frames << " frames");
    ctc_data d{static_cast<size_t>(frames), 0, 3, 4, {}, {}, {}};
    for (size_t i = 0; i < lists.size(); ++i)
      for (int steps : {frames - 2, frames}) {
        if (steps < least[i]) continue;
        ++d.batch;
        for (size_t s = 0; s < 3; ++s) d.label.push_back(s < lists[i].size() ? lists[i][s] : 0);
        d.lengths.push_back(static_cast<int>(lists[i].size()));
        d.steps.push_back(steps);
      }
    const std::vector<double> scores = waves<double>(d.size(), 1.3);
    const std::vector<float> rounded(scores.begin(), scores.end());
    const ctc_result want = by_alignments(d, scores), rounded_want = by_alignments(d, widened(rounded));
    trial::on_every_target([&] {
      ctc_agrees(d, scores, want, 1e-13);
      ctc_agrees(d, rounded, rounded_want, 2e-6);
    });
  }
}

TEST_CASE("lists without any label") {
  const ctc_data d{3, 2, 0, 4, {}, {0, 0}, {3, 2}};
  const std::vector<double> scores = waves<double>(d.size(), 1.3);
  ctc_agrees(d, scores, by_alignments(d, scores), 1e-13);
}

TEST_CASE("labels that do not fit in their frames") {
  const ctc_data d{2, 1, 2, 3, {1, 1}, {2}, {2}};  // a blank must lie between them
  const std::vector<double> scores = waves<double>(d.size(), 1.3);
  std::vector<double> grad;
  CHECK(call_ctc(d, scores, grad) == infinity);
}

TEST_CASE("connectionist temporal classification of long inputs against long double") {
  const ctc_data d = long_lists();
  const std::vector<double> scores = waves<double>(d.size(), 1.3);
  const std::vector<float> rounded(scores.begin(), scores.end());
  ctc_agrees(d, scores, by_recursion(d, scores), 1e-11);
  ctc_agrees(d, rounded, by_recursion(d, widened(rounded)), 1e-3);
}

TEST_CASE("connectionist temporal classification of logits of 10000") {
  const ctc_data d = long_lists();
  const std::vector<double> scores = waves<double>(d.size(), 1.3, 1e4);
  ctc_agrees(d, scores, by_recursion(d, scores), 1e-8);
}

TEST_CASE("connectionist temporal classification against the cases of TensorFlow") {
  // testBasic of ctc_loss_op_test.py, which tests of Keras and warp-ctc repeat; there the blank is the last class. Probabilities,
  // losses and gradients have six digits.
  const double probability[5][2][6] = {{{0.0260553, 0.633766, 0.221185, 0.0917319, 0.0129757, 0.0142857},
                                        {0.161508, 0.30176, 0.28562, 0.0831517, 0.0862751, 0.0816851}},
                                       {{0.010436, 0.111121, 0.588392, 0.278779, 0.0055756, 0.00569609},
                                        {0.19549, 0.24082, 0.397533, 0.0557226, 0.0546814, 0.0557528}},
                                       {{0.0037688, 0.0357786, 0.633813, 0.321418, 0.00249248, 0.00272882},
                                        {0.202456, 0.230246, 0.450868, 0.0389607, 0.038309, 0.0391602}},
                                       {{0.00331533, 0.0663296, 0.643849, 0.280111, 0.00283995, 0.0035545},
                                        {0.190345, 0.280884, 0.429522, 0.0326593, 0.0339046, 0.0326856}},
                                       {{0.00623107, 0.458235, 0.396634, 0.123377, 0.00648837, 0.00903441},
                                        {0.154046, 0.423286, 0.315517, 0.0338439, 0.0393744, 0.0339315}}};
  // Five frames have room for one alignment each: its class in each frame.
  const size_t one[5][2] = {{1, 1}, {2, 2}, {3, 0}, {2, 2}, {1, 1}};
  const ctc_data both{5, 2, 5, 6, {1, 2, 3, 2, 1, 1, 2, 2, 1, 0}, {5, 4}, {5, 5}};
  std::vector<double> scores, grad;
  high_numbers want;
  for (size_t t = 0; t < 5; ++t)
    for (size_t n = 0; n < 2; ++n)
      for (size_t c = 0; c < 6; ++c) {
        scores.push_back(std::log(probability[t][n][c]));
        want.push_back(probability[t][n][c] - (one[t][n] == c ? 1 : 0));
      }
  CHECK(call_ctc(both, scores, grad) == Approx(3.34211 + 5.42262).epsilon(2e-6));
  are_close(grad, want, 2e-6);
  for (const bool second : {false, true}) {
    const ctc_data d{5,  1, 5, 6, second ? std::vector{1, 2, 2, 1, 0} : std::vector{1, 2, 3, 2, 1}, {second ? 4 : 5},
                     {5}};
    scores.clear();
    for (const auto& step : probability)
      for (double p : step[second ? 1 : 0]) scores.push_back(std::log(p));
    CHECK(call_ctc(d, scores, grad) == Approx(second ? 5.42262 : 3.34211).epsilon(2e-6));
  }
}

TEST_CASE("connectionist temporal classification against the cases of warp-ctc and LibTorch") {
  std::vector<double> grad;
  // The first test of the bindings of warp-ctc.
  const std::vector<double> simple = {0.1, 0.6, 0.1, 0.1, 0.1, 0.1, 0.1, 0.6, 0.1, 0.1};
  CHECK(call_ctc({2, 1, 2, 5, {1, 2}, {2}, {2}}, simple, grad) == Approx(2.46285844).epsilon(1e-7));

  // What at::ctc_loss of LibTorch 1.13 gives in double after log_softmax, and sums over its gradient.
  const std::vector<double> with_empty = {0.1, 0.6, 0.1, 0.1, 0.1, 0.6, 0.1, 0.1, 0.1, 0.1,
                                          0.1, 0.1, 0.6, 0.1, 0.1, 0.1, 0.1, 0.5, 0.2, 0.1};
  CHECK(call_ctc({2, 2, 2, 5, {1, 2, 0, 0}, {2, 0}, {2, 2}}, with_empty, grad) ==
        Approx(2.4628583915467428 + 2.9536591523549545).epsilon(1e-13));
  CHECK(grad[0] == Approx(0.1770312168148554).epsilon(1e-13));
  CHECK(grad[15] == Approx(-0.82133271693265175).epsilon(1e-13));
  CHECK(grad[17] == Approx(0.26654026554033355).epsilon(1e-13));

  const auto libtorch = [&](double height, double first, double second, double size, double squares, double weighted) {
    CHECK(call_ctc(long_lists(), waves<double>(long_lists().size(), 1.3, height), grad) ==
          Approx(first + second).epsilon(1e-12));
    double sums[3] = {};
    for (size_t i = 0; i < grad.size(); ++i) {
      sums[0] += std::abs(grad[i]);
      sums[1] += grad[i] * grad[i];
      sums[2] += grad[i] * std::cos(static_cast<double>(i));
    }
    CHECK(sums[0] == Approx(size).epsilon(1e-7));
    CHECK(sums[1] == Approx(squares).epsilon(1e-7));
    CHECK(sums[2] == Approx(weighted).epsilon(1e-7));
  };
  libtorch(2, 1373.5969736188729, 1245.3764486479781, 1147.512330323925, 207.37920508545818, 1.1435267026710192);
  libtorch(1e4, 3254997.6518652611, 3007776.0803511534, 1451.2324148922739, 1428.8488526046408, 8.0616994817692529);
}
