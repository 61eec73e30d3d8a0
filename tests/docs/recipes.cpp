// SPDX-License-Identifier: BSL-1.0
// tests/docs/recipes.cpp — the formulas of docs/how-to/write-a-formula.md, each with a value that says it is what the page calls it.
#include <loom/loom.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <numbers>
#include <vector>

namespace {

bool all_right = true;
void check(bool right, const char* what) {
  if (!right) std::printf("wrong: %s\n", what);
  all_right = all_right && right;
}
bool near(double a, double b) { return std::fabs(a - b) < 1e-5; }

// The table of axes: a result of these axes fits into the buffer.
namespace axes {
constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto w = loom::tensor<"w[C]">;
constexpr auto v = loom::tensor<"v[N]">;
constexpr auto a = loom::tensor<"a[N,D]">;
constexpr auto b = loom::tensor<"b[M,D]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto N = loom::axis<"N">;
constexpr auto M = loom::axis<"M">;
constexpr auto C = loom::axis<"C">;
constexpr auto D = loom::axis<"D">;

void run() {
  const float xs[2][3] = {{1, 2, 3}, {4, 5, 6}}, ws[3] = {1, 0, 2}, vs[2] = {3, 5};
  const float as[2][2] = {{1, 2}, {3, 4}}, bs[1][2] = {{5, 6}};
  const int ts[2] = {2, 0};
  float nc[2][3], n[2], nmd[2][1][2], nm[2][1];
  loom::loss<x * w>(x = xs, w = ws, loom::out = nc);
  check(near(nc[1][2], 12), "columns by weights");
  loom::loss<x * v>(x = xs, v = vs, loom::out = nc);
  check(near(nc[1][2], 30), "rows by weights");
  loom::loss<w * v>(w = ws, v = vs, loom::out(N, C) = nc);
  check(near(nc[1][2], 10), "every pair");
  loom::loss<a * b>(a = as, b = bs, loom::out(N, M, D) = loom::view(&nmd[0][0][0], 2, 1, 2));
  check(near(nmd[1][0][1], 24), "pairs of rows");
  loom::loss<sum(a * b, D)>(a = as, b = bs, loom::out(N, M) = nm);
  check(near(nm[1][0], 39), "product of matrices");
  loom::loss<sum(x, C)>(x = xs, loom::out = n);
  check(near(n[1], 15), "sum by name");
  loom::loss<sum(x, -1)>(x = xs, loom::out = n);
  check(near(n[1], 15), "sum by position");
  loom::loss<x - mean(x, -1)>(x = xs, loom::out = nc);
  check(near(nc[1][2], 1), "a mean that broadcasts");
  check(near(loom::loss<sum(x)>(x = xs), 21) && near(loom::loss<x.mean()>(x = xs), 3.5), "over all axes");
  loom::loss<softmax(x, -1)>(x = xs, loom::out = nc);
  check(near(nc[0][0] + nc[0][1] + nc[0][2], 1), "softmax");
  loom::loss<gather(x, t)>(x = xs, t = ts, loom::out = n);
  check(near(n[0], 3) && near(n[1], 4), "gather");
  loom::loss<x * onehot(t, C)>(x = xs, t = ts, loom::out = nc);
  check(near(nc[0][2], 3) && near(nc[0][0], 0), "one-hot");
}
}  // namespace axes

namespace product {
// [product]
constexpr auto a = loom::tensor<"a[N,D]">;
constexpr auto b = loom::tensor<"b[M,D]">;
constexpr auto N = loom::axis<"N">;
constexpr auto M = loom::axis<"M">;
constexpr auto D = loom::axis<"D">;

constexpr auto similarities = sum(a * b, D);  // N x M: a times the transpose of b
constexpr auto squared_distances = sum(square(a - b), D);
// [/product]

void run() {
  const float rows[2][2] = {{1, 2}, {3, 4}}, others[3][2] = {{1, 0}, {0, 1}, {1, 1}};
  float out[2][3];
  // [result]
  constexpr auto products = loom::loss<similarities>;
  products(a = rows, b = others, loom::out(N, M) = out);  // the axes of the result, outermost first
  // [/result]
  check(near(out[1][0], 3) && near(out[1][1], 4) && near(out[1][2], 7), "product");
  constexpr auto distances = loom::loss<squared_distances>;
  distances(a = rows, b = others, loom::out(N, M) = out);
  check(near(out[0][0], 4) && near(out[1][2], 13), "distances");
}
}  // namespace product

namespace last_layer {
// [last_layer]
// The logits of a large vocabulary, sum(h * w, D), are made a few rows at a time, and never in memory as a whole.
constexpr auto h = loom::tensor<"h[N,D]">;  // what a model ends with
constexpr auto w = loom::tensor<"w[V,D]">;  // the weights of its last layer
constexpr auto t = loom::index<"t[N]">;
constexpr auto D = loom::axis<"D">;
constexpr auto V = loom::axis<"V">;

constexpr auto next_token = loom::loss<-gather(log_softmax(sum(h* w, D), V), t, V).mean()>;
// [/last_layer]

void run() {
  const float hidden[2][3] = {{1, 0, -1}, {0, 2, 1}}, weights[4][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {1, 1, 1}};
  const int tokens[] = {0, 3};
  // [last_layer_call]
  float d_hidden[2][3], d_weights[4][3];
  std::vector<double> memory(static_cast<std::size_t>(
      next_token.workspace_size(h = hidden, w = weights, t = tokens, d(h) = d_hidden, d(w) = d_weights)));
  next_token(h = hidden, w = weights, t = tokens, d(h) = d_hidden, d(w) = d_weights, loom::workspace = memory);
  // [/last_layer_call]
  const auto value = [&](double at) {
    const double moved[2][3] = {{at, 0, -1}, {0, 2, 1}};
    double same[4][3];
    for (int i = 0; i < 12; ++i) same[i / 3][i % 3] = weights[i / 3][i % 3];
    std::vector<double> room(static_cast<std::size_t>(next_token.workspace_size(h = moved, w = same, t = tokens)));
    return next_token(h = moved, w = same, t = tokens, loom::workspace = room);
  };
  check(near(d_hidden[0][0], (value(1 + 1e-4) - value(1 - 1e-4)) / 2e-4), "a last layer");
}
}  // namespace last_layer

namespace itself {
// [itself]
// Every row against every other: z(N = M) is z read along M, and N != M leaves each out of its own sum.
constexpr auto z = loom::tensor<"z[N,D]">;
constexpr auto N = loom::axis<"N">;
constexpr auto M = loom::axis<"M">;
constexpr auto D = loom::axis<"D">;

constexpr auto others = where(N != M, exp(-sum(square(z - z(N = M)), D)), 0);
constexpr auto crowding = loom::loss<log(sum(others, M)).mean()>;
// [/itself]

void run() {
  const float rows[3][2] = {{0, 0}, {1, 0}, {0, 2}};
  // [itself_call]
  float gradient[3][2];
  std::vector<double> memory(static_cast<std::size_t>(crowding.workspace_size(z = rows, d(z) = gradient)));
  crowding(z = rows, d(z) = gradient, loom::workspace = memory);
  // [/itself_call]
  const auto value = [&](double at) {
    const double moved[3][2] = {{at, 0}, {1, 0}, {0, 2}};
    std::vector<double> room(static_cast<std::size_t>(crowding.workspace_size(z = moved)));
    return crowding(z = moved, loom::workspace = room);
  };
  check(near(gradient[0][0], (value(1e-4) - value(-1e-4)) / 2e-4), "a batch against itself");
}
}  // namespace itself

namespace counting {
// [counting]
constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto C = loom::axis<"C">;

constexpr auto sum_of_two = loom::loss<sum(where(top_k(x, 2, C), x, 0))>;
constexpr auto upper_median = sum(where(rank(x, C) == floor((extent(C) - 1) / 2), x, 0), C);  // rank 0 is the largest
constexpr auto spread = loom::loss<abs(x - upper_median).mean()>;
// [/counting]

void run() {
  const float rows[2][4] = {{1, 5, 3, 2}, {-1, -2, -3, -4}};
  float gradient[2][4];
  const float value = sum_of_two(x = rows, d(x) = gradient);
  check(near(value, 5) && near(gradient[0][2], 1) && near(gradient[0][3], 0), "counting");
  double memory[64];
  const float distance = spread(x = rows, loom::workspace = memory);  // from 3 and -2
  check(near(distance, (2 + 2 + 0 + 1 + 1 + 0 + 1 + 2) / 8.0), "median");
}
}  // namespace counting

namespace sorting {
// [sorting]
constexpr auto x = loom::tensor<"x[N,P]">;  // the score of each pixel
constexpr auto y = loom::tensor<"y[N,P]">;  // 1 or 0
constexpr auto P = loom::axis<"P">;

constexpr auto errors = 1 - x * (2 * y - 1);
constexpr auto falling = order(errors, P, loom::reverse);
constexpr auto hinge = relu(errors(P = falling));
constexpr auto missed = cumsum(y(P = falling), P);
constexpr auto jaccard = 1 - (sum(y, P) - missed) / (sum(y, P) + cumsum(1 - y(P = falling), P));
constexpr auto lovasz_hinge = loom::loss<sum((hinge - hinge(P = P + 1)) * jaccard, P).mean()>;
// [/sorting]

void run() {
  const double scores[1][4] = {{0.5, -1, 2, 0.25}}, labels[1][4] = {{1, 0, 1, 1}};
  double gradient[1][4], memory[512];
  const double value = lovasz_hinge(x = scores, y = labels, d(x) = gradient, loom::workspace = memory);
  // The errors 0.75 and 0.5 count, of the fourth pixel and the first: a third of the three is missed, then one more.
  check(near(value, (0.75 + 0.5) / 3) && near(gradient[0][3], -1.0 / 3) && near(gradient[0][0], -1.0 / 3) &&
            near(gradient[0][1], 0) && near(gradient[0][2], 0),
        "the Lovász hinge");
}
}  // namespace sorting

namespace running {
// [running]
constexpr auto x = loom::tensor<"x[N,K]">;
constexpr auto K = loom::axis<"K">;
constexpr auto J = loom::axis<"J">;

constexpr auto sums = sum(where(J <= K, x(K = J), 0), J);  // N x K: entry k is the sum of entries 0 to k
constexpr auto squares_of_sums = loom::loss<square(sums).mean()>;
// [/running]

void run() {
  const float rows[1][3] = {{1, 2, 4}};
  float gradient[1][3];
  double memory[64];
  const float value = squares_of_sums(x = rows, d(x) = gradient, loom::workspace = memory);
  check(near(value, (1 + 9 + 49) / 3.0) && near(gradient[0][0], 22 / 3.0) && near(gradient[0][2], 14 / 3.0),
        "running sums");
}
}  // namespace running

namespace field {
// [field]
constexpr auto e = loom::tensor<"e[N,T,S]">;  // the score of each tag S at each step T
constexpr auto a = loom::tensor<"a[R,S]">;  // of tag S after tag R
constexpr auto gold = loom::index<"gold[N,T]">;
constexpr auto T = loom::axis<"T">;
constexpr auto S = loom::axis<"S">;
constexpr auto R = loom::axis<"R">;

constexpr auto every_path = logsumexp(forward(e, a, T, S = R)(T = loom::last), S);
constexpr auto taken = sum(e(S = gold), T) + sum(where(T > 0 && R == gold(T = T - 1) && S == gold, a, 0), T, R, S);
constexpr auto crf = loom::loss<mean(every_path - taken)>;
// [/field]

void run() {
  const double scores[] = {1, 0, 0, 0}, moves[] = {0, 0, 0, 2};
  const int tags[] = {1, 1};
  double gradient[4], memory[512];
  const double value = crf(e = loom::view(scores, 1, 2, 2), a = loom::view(moves, 2, 2), gold = loom::view(tags, 1, 2),
                           d(a) = loom::view(gradient, 2, 2), loom::workspace = memory);
  const double all = 2 * std::exp(1.0) + 1 + std::exp(2.0);
  check(near(value, std::log(all) - 2) && near(gradient[0], std::exp(1.0) / all) &&
            near(gradient[3], std::exp(2.0) / all - 1),
        "a conditional random field");
}
}  // namespace field

namespace alignments {
// [alignments]
constexpr auto x = loom::tensor<"x[T,N,C]">;  // logits; class 0 is the blank
constexpr auto label = loom::index<"label[N,S]">;  // with blanks before, between and after the labels: S is 2 L + 1
constexpr auto end = loom::index<"end[N]">;  // the last of them, and the last frame
constexpr auto frame = loom::index<"frame[N]">;
constexpr auto move = loom::tensor<"move[K=3]">;  // three zeros: stay, go on, leave a blank out
constexpr auto T = loom::axis<"T">;
constexpr auto S = loom::axis<"S">;
constexpr auto K = loom::axis<"K">;
constexpr auto C = loom::axis<"C">;
constexpr double infinity = std::numeric_limits<double>::infinity();

constexpr auto e = where(T == 0 && S >= 2, -infinity, log_softmax(x, C)(C = label));
constexpr auto a = where(K == 2 && (label == 0 || label == label(S = S - 2)), -infinity, move);
constexpr auto y = forward(e, a, T, S = S - K);
constexpr auto ctc = loom::loss<mean(-logsumexp(where(T == frame && (S == end || S + 1 == end), y, -infinity), T, S))>;
// [/alignments]

void run() {
  const double logits[3 * 2] = {}, none[3] = {};  // two classes alike in three frames
  const int labels[] = {0, 1, 0}, ends[] = {2}, frames[] = {2};
  double gradient[3 * 2], memory[1024];
  const double value = ctc(x = loom::view(logits, 3, 1, 2), label = loom::view(labels, 1, 3), end = ends,
                           frame = frames, move = none, d(x) = loom::view(gradient, 3, 1, 2), loom::workspace = memory);
  // All of the 8 sequences but the one of blanks and the one with a blank between.
  check(near(value, -std::log(6.0 / 8)) && near(gradient[2], 0.5 - 2.0 / 6), "alignments");
}
}  // namespace alignments

namespace neighbours {
// [neighbours]
constexpr auto signal = loom::tensor<"signal[T]">;
constexpr auto T = loom::axis<"T">;

constexpr auto change = where(T >= 1, signal - signal(T = T - 1), 0);  // beyond the ends a signal is 0
constexpr auto smoothed = (signal(T = T - 1) + 2 * signal + signal(T = T + 1)) / 4;
constexpr auto roughness = loom::loss<sum(abs(change)) + sum(square(signal - smoothed))>;
// [/neighbours]

void run() {
  const double data[] = {0, 2, 1, 1, 4};
  double gradient[5];
  const double value = roughness(signal = data, d(signal) = gradient);
  check(near(value, 6 + 0.25 + 0.5625 + 0.0625 + 0.5625 + 3.0625), "neighbours");
}
}  // namespace neighbours

namespace windows {
// [windows]
constexpr auto image = loom::tensor<"image[B,H,W]">;
constexpr auto target = loom::tensor<"target[B,H,W]">;
constexpr auto kernel = loom::tensor<"kernel[K,L]">;  // 3 x 3
constexpr auto H = loom::axis<"H">;
constexpr auto W = loom::axis<"W">;
constexpr auto K = loom::axis<"K">;
constexpr auto L = loom::axis<"L">;

constexpr auto filtered = sum(kernel * (image - target)(H = H + K - 1, W = W + L - 1), K, L);
constexpr auto edges = loom::loss<sum(square(filtered)).mean()>;
// [/windows]

void run() {
  const double data[] = {1, 2, 0, 4, 5, 6}, zeros[6] = {}, laplacian[] = {0, 1, 0, 1, -4, 1, 0, 1, 0};
  double gradient[6], room[64];
  const double value =
      edges(image = loom::view(data, 1, 2, 3), target = loom::view(zeros, 1, 2, 3),
            kernel = loom::view(laplacian, 3, 3), d(image) = loom::view(gradient, 1, 2, 3), loom::workspace = room);
  check(near(value, 4 + 4 + 64 + 100 + 64 + 361), "windows");
  check(near(gradient[0], 2 * (-4 * 2 + -2 + -10)), "the gradient of windows");
}
}  // namespace windows

namespace straight {
// [straight]
constexpr auto x = loom::tensor<"x[N]">;
constexpr auto level = where(x > 0, 1.0, -1.0);
constexpr auto quantized = custom(level, slope(x) = 1);  // the value of level, the derivative of x
constexpr auto straight_through = loom::loss<square(quantized - 3).mean()>;

constexpr auto binary = custom(level, slope(x) = where(abs(x) <= 1, 1, 0));  // only where x is not saturated
constexpr auto saturating = loom::loss<square(binary - 3).mean()>;
constexpr auto reversed = custom(x, slope(x) = -0.5);  // the adversary of what comes after it
constexpr auto against = loom::loss<square(reversed - 3).mean()>;
// [/straight]

void run() {
  const float data[] = {0.5f, -0.2f};
  float gradient[2];
  const float value = straight_through(x = data, d(x) = gradient);
  check(near(value, 10) && near(gradient[0], -2) && near(gradient[1], -4), "straight through");
  const float far[] = {1.5f, -0.2f};
  check(near(saturating(x = far, d(x) = gradient), 10), "the value of a slope that is clipped");
  check(near(gradient[0], 0) && near(gradient[1], -4), "a slope that is clipped");
  check(near(against(x = far, d(x) = gradient), (2.25 + 10.24) / 2), "the value of what is reversed");
  check(near(gradient[0], 0.75) && near(gradient[1], 1.6), "what is reversed");
}
}  // namespace straight

// [names]
namespace decay {
using namespace loom;

constexpr auto y0 = tensor<"y0[N]">;  // a Bessel function in <math.h>, and this variable here
constexpr auto gamma = scalar<"gamma">;
constexpr auto d = tensor<"d[N]">;  // hides loom::d, which has its full name then
constexpr auto model = y0 * exp(-gamma);
constexpr auto misfit = loss<square(model - d).mean()>;
}  // namespace decay
// [/names]

namespace names {
void run() {
  const float start[] = {1, 2}, data[] = {0, 4};
  float gradient[2];
  // [names_call]
  const float value = decay::misfit(decay::y0 = start, decay::gamma = 0, decay::d = data, loom::d(decay::d) = gradient);
  // [/names_call]
  check(near(value, 2.5) && near(gradient[0], -1) && near(gradient[1], 2), "names that are taken");
}
}  // namespace names

namespace column {
// [column]
constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto column = loom::index<"column">;  // one number, bound at the call
constexpr auto mean_of_column = loom::loss<gather(x, column).mean()>;
constexpr auto mean_of_last = loom::loss<x(loom::axis<"C"> = loom::last).mean()>;  // one that the formula names
// [/column]

void run() {
  const float rows[2][3] = {{1, 2, 3}, {4, 5, 6}};
  const int second = 1;
  check(near(mean_of_column(x = rows, column = second), 3.5) && near(mean_of_last(x = rows), 4.5), "one column");
}
}  // namespace column

namespace masked {
// [masked]
constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto m = loom::mask<"m[N,C]">;
constexpr auto C = loom::axis<"C">;

// Over the entries that a mask keeps; either spelling is safe.
constexpr auto one = loom::loss<log(sum(where(m, exp(x), 0), C)).mean()>;
constexpr auto same = loom::loss<logsumexp(where(m, x, -std::numeric_limits<double>::infinity()), C).mean()>;
// [/masked]

void run() {
  const float rows[1][3] = {{1000, 1001, 5000}};
  const bool kept[1][3] = {{true, true, false}};
  check(std::fabs(one(x = rows, m = kept) - 1001.3133f) < 1e-3f, "a masked sum");
  check(std::fabs(same(x = rows, m = kept) - 1001.3133f) < 1e-3f, "a masked log-sum-exp");
}
}  // namespace masked

namespace parts {
// [parts]
// A function of formulas is a function; a constant is a constant of C++.
template <class Formula>
constexpr auto gelu(Formula e) {
  return 0.5 * e * (1 + erf(e / std::numbers::sqrt2));
}

constexpr auto x = loom::tensor<"x[N]">;
constexpr auto activation = loom::loss<gelu(x).mean()>;
// [/parts]

void run() {
  const double data[] = {1.0};
  check(near(activation(x = data), 0.841345), "a function of formulas");
}
}  // namespace parts

namespace joined {
// [joined]
constexpr auto known = loom::tensor<"known[B,N]">;  // scores of the classes of a catalogue
constexpr auto sampled = loom::tensor<"sampled[B,M]">;  // and of others, drawn for each row
constexpr auto label = loom::index<"label[B]">;
constexpr auto N = loom::axis<"N">;
constexpr auto M = loom::axis<"M">;
constexpr auto Q = loom::axis<"Q = N + M">;
constexpr auto all = where(Q < extent(N), known(N = Q), sampled(M = Q - extent(N)));
constexpr auto over_both = loom::loss<-log(exp(all(Q = label)) / sum(exp(all), Q)).mean()>;
// [/joined]

void run() {
  const float few[1][2] = {{0, 0}}, more[1][3] = {{0, 0, 0}};
  const int labels[] = {3};
  float to_few[1][2], to_more[1][3];
  check(near(over_both(known = few, sampled = more, label = labels, d(known) = to_few, d(sampled) = to_more),
             std::log(5.0)) &&
            near(to_few[0][1], 0.2) && near(to_more[0][1], -0.8),
        "a softmax over two arrays");
}
}  // namespace joined

namespace rows {
// [rows]
constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto of_rows = loom::loss<-gather(log(exp(x) / sum(exp(x), -1)), t)>;  // one number a row
// [/rows]

void run() {
  const float logits[2][2] = {{0, 0}, {0, 0}};
  const int labels[] = {0, 1};
  // [rows_call]
  float losses[2], gradient[2][2];
  const float weights[] = {1, 3};  // the derivatives of what follows by the loss of each row
  of_rows(x = logits, t = labels, loom::out = losses, loom::seed = weights, d(x) = gradient);
  // [/rows_call]
  check(near(losses[1], std::log(2.0)) && near(gradient[0][1], 0.5) && near(gradient[1][1], -1.5),
        "a loss of each row");
}
}  // namespace rows

namespace iterations {
// [iterations]
constexpr auto cost = loom::tensor<"cost[N,M]">;
constexpr auto f = loom::tensor<"f[N]">;  // potentials of both sides
constexpr auto g = loom::tensor<"g[M]">;
constexpr auto blur = loom::scalar<"blur">;
constexpr auto N = loom::axis<"N">;
constexpr auto M = loom::axis<"M">;

// A step each of Sinkhorn's iteration, between uniform marginals.
constexpr auto next_f = loom::loss<blur * (-log(extent(N)) - logsumexp((g - cost) / blur, M))>;
constexpr auto next_g = loom::loss<blur * (-log(extent(M)) - logsumexp((f - cost) / blur, N))>;
// How far the rows of the plan are from their marginal; its columns meet theirs after next_g.
constexpr auto missed = loom::loss<sum(abs(sum(exp((f + g - cost) / blur), M) - 1 / extent(N)))>;
// What both have made as large as it gets: so its derivative is that of the potentials held fixed.
constexpr auto transport = loom::loss<mean(f) + mean(g) + blur * (1 - sum(exp((f + g - cost) / blur)))>;
// [/iterations]

void run() {
  float costs[2][3] = {{0, 1, 0.5F}, {0.7F, 0.2F, 0.4F}};
  // [iterations_call]
  float of_rows[2], of_columns[3] = {}, plan[2][3];
  const auto settle = [&] {
    float far = 1;
    for (int step = 0; step < 1000 && far > 1e-5F; ++step) {
      next_f(cost = costs, g = of_columns, blur = 0.1F, loom::out = of_rows);
      next_g(cost = costs, f = of_rows, blur = 0.1F, loom::out = of_columns);
      far = missed(cost = costs, f = of_rows, g = of_columns, blur = 0.1F);
    }
    return transport(cost = costs, f = of_rows, g = of_columns, blur = 0.1F, d(cost) = plan);
  };
  // [/iterations_call]
  const float value = settle(), first = plan[0][0];
  check(near(plan[0][0] + plan[0][1] + plan[0][2], 0.5) && near(plan[0][1] + plan[1][1], 1 / 3.0),
        "a plan of transport");
  costs[0][0] += 0.01F;
  check(std::abs((settle() - value) / 0.01F - first) < 0.01F, "its derivative");
}
}  // namespace iterations

}  // namespace

int main() {
  axes::run();
  product::run();
  last_layer::run();
  itself::run();
  counting::run();
  sorting::run();
  running::run();
  field::run();
  alignments::run();
  neighbours::run();
  windows::run();
  straight::run();
  names::run();
  column::run();
  masked::run();
  parts::run();
  joined::run();
  rows::run();
  iterations::run();
  return all_right ? EXIT_SUCCESS : EXIT_FAILURE;
}
