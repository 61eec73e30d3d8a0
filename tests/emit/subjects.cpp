// SPDX-License-Identifier: BSL-1.0
#include "emit/subjects.hpp"

#include <boost/hana/for_each.hpp>
#include <limits>

#include "loom/collection/collection.hpp"
#include "loom/loom.hpp"
#include "loom/schedule/in_buffers.hpp"
#include "support/catch.hpp"
#include "support/layers.hpp"
#include "support/over_axes.hpp"

namespace printed {

namespace {

template <auto Formula>
const loom::ir::graph& written(const loom::loss_function<Formula>&) {
  return loom::compiler::source<Formula>::written.program;
}

/// Calls f(name, graph) for every loss of a map.
template <class Map, class F>
void for_each_loss(const Map& losses, const F& f) {
  boost::hana::for_each(
      losses, [&](auto pair) { f(std::string(boost::hana::first(pair).c_str()), written(boost::hana::second(pair))); });
}

template <class Map>
std::vector<subject> subjects_of(const Map& losses, bool values_too) {
  std::vector<subject> all;
  for_each_loss(losses, [&](const std::string& name, const loom::ir::graph& g) {
    all.push_back(compiled(name, g, differentiable(g)));
    if (values_too) all.push_back(compiled(name + "_value", g, 0));
  });
  return all;
}

template <auto Formula>
subject of(const std::string& name, bool gradients = true) {
  const loom::ir::graph& g = loom::compiler::source<Formula>::written.program;
  REQUIRE(loom::compiler::source<Formula>::written.problem.kind == loom::lang::issue::none);
  return compiled(name, g, gradients ? differentiable(g) : 0);
}

}  // namespace

subject compiled(const std::string& name, const loom::ir::graph& written,
                 const loom::derive::derivative_request& wanted) {
  using loom::compiler::form, loom::compiler::in_form;
  const subject s{name,
                  written,
                  in_form(form::stable, written).program,
                  in_form(form_before(form::expanded, wanted), written, wanted).program,
                  loom::compiler::compile(written, wanted),
                  wanted};
  INFO(name);
  REQUIRE((s.schedule.problem == loom::schedule::unplanned::none ||
           s.schedule.problem == loom::schedule::unplanned::running));
  return s;
}

std::vector<subject> adding(std::vector<subject> subjects) {
  for (subject& s : subjects) {
    const loom::ir::graph simple = loom::compiler::in_form(loom::compiler::form::simple, s.written, s.asked).program;
    s.schedule = loom::compiler::stage::schedule(simple, {.added = loom::schedule::in_buffers(simple)});
    INFO(s.name);
    REQUIRE((s.schedule.problem == loom::schedule::unplanned::none ||
             s.schedule.problem == loom::schedule::unplanned::running));
  }
  return subjects;
}

loom::derive::input_set differentiable(const loom::ir::graph& g) {
  loom::derive::input_set s = 0;
  for (int i = 0; i < g.inputs.size(); ++i)
    if (g.inputs[i].code == loom::ir::op::tensor && g.inputs[i].name != "w" && !g.inputs[i].is_place()) s |= 1u << i;
  return s;
}

std::vector<subject> flagships(bool values_too) { return subjects_of(loom::collection::flagships, values_too); }
std::vector<subject> collection(bool values_too) { return subjects_of(loom::collection::losses, values_too); }

std::vector<subject> second_derivatives() {
  std::vector<subject> all;
  for_each_loss(loom::collection::losses, [&](const std::string& name, const loom::ir::graph& g) {
    for (int i = 0; i < g.inputs.size(); ++i) {
      const loom::derive::input_set one = 1u << i;
      if ((differentiable(g) & one) == 0) continue;
      all.push_back(compiled(name + "_d2_" + std::string(g.inputs[i].name), g, {one, one}));
      all.push_back(compiled(name + "_hvp_" + std::string(g.inputs[i].name), g, {0, 0, one, one}));
    }
  });
  return all;
}

using namespace loom;
using namespace loom::layers;
using loom::index;  // not that of <strings.h>

namespace {

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
constexpr auto t = index<"t[N]">;
constexpr auto table = tensor<"table[K,D]">;
constexpr auto C = axis<"C">;
constexpr auto N = axis<"N">;
constexpr auto K = axis<"K">;

}  // namespace

std::vector<subject> every_loop() {
  return {
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
      of<logsumexp(x) + where(x > 0, 1, 0).sum()>("total_shift", false),
      of<(sum(u * x * x, C) * 3 - square(sum(u * x, C))).mean()>("wide_rows"),
      of<sum(x * x * x - 3 * x * x * n1 + 3 * x * n1 * n1 - n1 * n1 * n1)>("wide_entries"),
  };
}

std::vector<subject> with_a_workspace() {
  namespace over = over_axes;
  return {
      of<over::info_nce>("info_nce"),
      of<(sum(x * x, N) * 3 - square(sum(x, N))).mean()>("wide_columns"),
      of<over::info_nce>("info_nce_value", false),
      of<over::clip>("clip"),
      of<over::clip>("clip_value", false),
      of<over::dice_of_images>("dice_of_images"),
      of<over::dice_of_classes>("dice_of_classes"),
      of<over::dice_of_classes>("dice_of_classes_value", false),
      of<over::dpo>("dpo"),
      of<over::token_means>("token_means"),
      of<log_softmax(x, C) + log_softmax(x, N)>("crossed_out", false),
      of<sum(where(keep.any(N), x.max(N) - x.min(N), 1.5) + where(keep.all(N), 1, x.prod(N))) + logsumexp(x, C).mean()>(
          "every_fold", false),
      of<logsumexp(over::x, N, over::P).mean() + logsumexp(over::x, C, over::P).mean()>("overlapping"),
      of<x.mean(N) + T>("column_means_out", false),
      of<results((log_softmax(x, C) + log_softmax(x, N)).mean(), x.mean(N), sum(v))>("several", false),
  };
}

std::vector<subject> with_labels_that_sum() {
  const graph& weighted = written(loom::collection::weighted_cross_entropy);
  input_set weights_too = 0;
  for (int i = 0; i < weighted.inputs.size(); ++i)
    if (weighted.inputs[i].code == op::tensor) weights_too |= 1u << i;
  return {
      compiled("class_weights", weighted, weights_too),
      of<square(x - gather(x.mean(N), t)).mean()>("prototypes"),
      of<square(gather(table, t, K) - n1).mean()>("table"),
  };
}

std::vector<subject> every_function() {
  return {
      of<sum(sin(x) + cos(x) * tan(n1) + atan(x) + atan2(x, n1) + sinh(x / 4) * cosh(x / 4) + tanh(x))>("circular"),
      of<sum(asin(x / 50) + acos(x / 50) + asinh(x) + acosh(1 + v) + atanh(x / 50))>("inverse"),
      of<sum(erf(x) + erfc(x) + lgamma(v) + digamma(v) + log_ndtr(x) + lbeta(v, 2.0))>("special"),
      of<sum(i0e(x) + i1e(20 * n1) * v + log_i0(x * 8)) + log_i0(T)>("bessel"),
      of<sum(log(erfc(n1)) + abs(n1) + sign(n1) + min(n1, v) + max(n1, 0.25) + floor(n1) * n1 + round(4 * n1) * v)>(
          "piecewise"),
      of<sum(where(isnan(x) || !isfinite(n1), 0, log2(v) * x) + log10(v) * max(x, n1, 0.5)) + stddev(n1)>(
          "masks_of_numbers"),
      of<sum(expm1(x) + log1p(v) + sqrt(v) + pow(v, T) + sigmoid(x) + softplus(x) + xlogy(v, v))>("powers"),
      of<sum(relu(n1) + clamp(n1, -0.5, 0.5) + logaddexp(n1, v) + log1mexp(-v))>("composed"),
      of<sum(x) * digamma(T) + erfc(T)>("special_of_a_scalar"),
      of<sum(v) * max(T, 0.25) + sum(max(x, 0.5))>("largest_of_a_scalar"),
  };
}

std::vector<subject> at_places() {
  constexpr auto p = tensor<"p[N,D]">;
  constexpr auto M = axis<"M">;
  constexpr auto D = axis<"D">;
  constexpr auto products = sum(p * p(N = M), D);
  constexpr auto bins = axis<"bins = 4">;
  constexpr auto window = tensor<"window[W=3]">;
  constexpr auto W = axis<"W">;
  constexpr auto V = axis<"V = 2">;
  return {
      of<log(1 + sum(where(N != M, exp(products), 0), M)).mean()>("itself"),
      of<sum(where(M <= N, products(M = N) * n1(N = M), 0), M).mean()>("diagonal"),
      of<(square(x(C = 0) - x(C = last)) + exp(x(C = last) - x)).mean()>("ends"),
      of<where(label == N, x(N = 0), x(N = last) * T).mean()>("first_and_last_row"),
      of<(n1(N = last) * v).sum()>("last_of_all", false),
      of<sum(where(C >= 1, square(x - x(C = C - 1)), 0)) + sum(x(N = N + 1) * x)>("differences"),
      of<where(label(N = N - 1) == label, exp(n1)(N = N + 1, outside = T), 0).mean()>("after"),
      of<square(sum(softmax(x, C) * number(C), C) - number(label)).mean() + number(N)(N = last)>("numbers"),
      of<sum(x * pow(0.9, number(C + 1)) * number(label <= C) + n1 * number(N) * number(label(N = N - 1)))>("weights"),
      of<sum(gather(x * x, argmax(x, C)) * number(argmax(x, C) == label) + number(argmin(x, N)))>(
          "first_of_the_largest"),
      of<sum(where(top_k(x, 2, C), exp(x), 0)) + sum(where(label + 1 == C, x, 0))>("two_largest"),
      of<rank(x, C) + rank(n1, N)>("ranks", false),
      of<sum(abs(sum(where(number(bins) == floor(4 * x), x, 0), N))) +
         sum(exp(-square(n1 - number(bins))), bins).mean()>("bins"),
      of<sum(square(x) * sum(window * x(C = C + W - 1), W)) + sum(x(C = extent(C) - 1 - C) * n1)>("windows"),
      of<log(1 + sum(abs(x(C = 2 * W + V)), V)).mean() + sum(where(label(N = N + W) == label, window, 0)).mean()>(
          "frames"),
  };
}

std::vector<subject> in_stages() {
  constexpr auto e = tensor<"e[N,C,S]">;
  constexpr auto moves = tensor<"moves[R,S]">;
  constexpr auto own_moves = tensor<"own_moves[N,R,S]">;
  constexpr auto steps = tensor<"steps[S,K=3]">;
  constexpr auto left = tensor<"left[N,D]">;
  constexpr auto right = tensor<"right[C,D]">;
  constexpr auto S = axis<"S">;
  constexpr auto R = axis<"R">;
  constexpr auto D = axis<"D">;
  constexpr auto flat = 0.3 * x;
  // Connectionist temporal classification: label 0 is the blank.
  constexpr auto scores = tensor<"scores[C,N,D]">;
  constexpr auto blank = index<"blank[N,S]">;
  constexpr auto move = tensor<"move[K=3]">;
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr auto there = where(C == 0 && S >= 2, -infinity, log_softmax(scores, D)(D = blank));
  constexpr auto allowed = where(K == 2 && (blank == 0 || blank == blank(S = S - 2)), -infinity, move);
  constexpr auto aligned = forward(there, allowed, C, S = S - K);
  const graph& gated = source<sum(square(recurrence(flat, sigmoid(x), C)))>::written.program;
  const graph& largest = source<sum(square(cummax(x, C) - logcumsumexp(x, N, exclusive)))>::written.program;
  return {
      of<square(cumsum(softmax(x, C), C) - number(label <= C)).sum(C).mean()>("orders"),
      of<square(cumsum(flat, N, exclusive) + cumsum(x * u, C, reverse, exclusive)).mean()>("both_ways"),
      of<square(cumsum(cumsum(flat, C), N, reverse) - T).mean()>("twice"),
      of<sum(where(row_kept, logcumsumexp(n1, N, reverse) - n1, 0))>("cox"),
      of<sum(logcumsumexp(x, C, reverse) - x, C).mean()>("list_mle"),
      of<square(recurrence(x, T * (1 - number(keep)), C, reverse) - n1).mean()>("returns"),
      of<(square(recurrence(flat, 0.9, C) - recurrence(1 - T, sigmoid(n1), N)) * u).mean()>("numbers_run"),
      of<(cummax(x, C) * u - cummax(n1, N, reverse)).mean()>("largest_so_far"),
      of<square(cumprod(1 + 0.1 * tanh(x), C) - cumprod(n1 / 4, N, exclusive)).mean()>("products_so_far"),
      of<square(cumsum(flat, C)(C = last) - gather(cumsum(x, C, reverse), label)).mean()>("ends_of_sums"),
      of<square(x - cumsum(x, C)(C = C - 2)).mean()>("earlier_sums"),
      of<sum(cumsum(x(C = order(x, C, reverse)), C) * square(x), C).mean()>("largest_first"),
      of<square(x(C = order(flat, C)) - n1(N = order(n1, N))).mean()>("in_order"),
      of<results(cumsum(flat, C).mean(), x.max(), cumprod(n1, N))>("several_running", false),
      of<logcumsumexp(x, C) + T>("running_out", false),
      of<cumsum(x(C = 0), N)>("of_a_column", false),
      of<(logsumexp(forward(e, moves, C, S = R)(C = last), S) - e.sum(S).mean(C)).mean()>("random_field"),
      of<logsumexp(forward(e, own_moves, C, S = R)(C = last), S).mean()>("fields_of_their_own"),
      of<viterbi(e, moves, C, S = R)(C = last).max(S).mean()>("best_way"),
      of<logsumexp(forward(e, steps, C, S = S - K)(C = last), S).mean()>("band"),
      of<viterbi(e, steps, C, S = S - K)(C = last).max(S).mean()>("best_in_a_band"),
      of<sum(tanh(0.01 * forward(e, moves(R = S, S = R), C, S = R)) * n1)>("moves_back"),
      of<sum(tanh(0.01 * forward(e(C = C - 1), moves, C, S = R)(S = R)))>("other_places"),
      of<mean(-logsumexp(aligned(C = last), S))>("alignments"),
      of<square(cumsum(sum(left * right, D) + flat, C)).mean()>("running_products"),
      of<sum(square(sum(flat(C = C + K - 1) * move, K) - x))>("filters"),
      of<sum(abs(sum(e(C = C + K - 1, S = S - K) * steps, K, S)))>("filters_of_several"),
      of<sum(square(sum(cumsum(flat, C)(C = C + K - 1) * move, K) - x))>("filters_of_running"),
      of<square(cumsum(flat, C)(C = C + 9) - cumsum(x, C, reverse)(C = last - C)).mean()>("far_and_backwards"),
      compiled("gated_hvp", gated, {0, 0, 1, 1}),
      compiled("largest_hvp", largest, {0, 0, 1, 1}),
  };
}

std::vector<subject> odd_names() {
  constexpr auto keyword = tensor<"int[double]">;
  constexpr auto helper = tensor<"maximum[double]">;
  constexpr auto of_c = tensor<"restrict[ptrdiff_t,expf]">;
  constexpr auto function = tensor<"exp[ptrdiff_t,expf]">;
  constexpr auto scores = tensor<"fmax[ptrdiff_t]">;
  constexpr auto leading = tensor<"_x[_N,__]">;
  constexpr auto doubled = tensor<"x__row[_N]">;
  return {
      of<sum(square(keyword) * helper)>("keywords"),
      of<sum(exp(of_c) * abs(function) + max(scores, 0.5))>("functions"),
      of<logsumexp(leading, axis<"__">).mean() + sum(doubled)>("underscores"),
  };
}

std::vector<subject> unread_inputs() {
  constexpr auto finds = tensor<"finds[Row,of]">;
  constexpr auto over = scalar<"over">;
  constexpr auto left = source<results(logsumexp(x, C).mean(), sum(square(finds)) * over)>::written;
  return {compiled("unread", left.program, {1, 0, 0, 0, false, 2})};
}

}  // namespace printed
