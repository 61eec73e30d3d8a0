// SPDX-License-Identifier: BSL-1.0
// Labels of labels: a table of labels that labels choose from, the group of a class.
#include <cmath>
#include <vector>

#include "loom/loom.hpp"
#include "support/catch.hpp"

namespace {

using namespace loom;

constexpr auto logits = loom::tensor<"logits[N,C]">;
constexpr auto spread = loom::tensor<"spread[G]">;
constexpr auto group = loom::index<"group[C]">;
constexpr auto chosen = loom::index<"chosen[N]">;
constexpr auto C = loom::axis<"C">;
constexpr auto G = loom::axis<"G">;
constexpr auto own = group(C = chosen);
constexpr auto inclusive = logsumexp(where(group == G, logits / spread, -INFINITY), C);
constexpr auto nested_logit = loom::loss<-sum(log_softmax(spread* inclusive, G)(G = own) +
                                              logits(C = chosen) / spread(G = own) - inclusive(G = own))>;
constexpr auto coarse = loom::loss<-sum(log(sum(where(group == own, softmax(logits, C), 0), C)))>;

TEST_CASE("labels of labels: a nested logit, and the classes of a group taken together") {
  constexpr int n = 7, classes = 5, groups = 3;
  const int group_of[classes] = {0, 0, 1, 1, 2};
  std::vector<double> x(n * classes), d_x(x.size()), d_spread(groups), room(2000);
  std::vector<int> label(n);
  for (std::size_t k = 0; k < x.size(); ++k) x[k] = 2 * std::sin(static_cast<double>(k * k));
  for (int i = 0; i < n; ++i) label[static_cast<std::size_t>(i)] = i * 3 % classes;
  std::vector<double> widths = {0.5, 0.7, 0.9};
  const auto at = [&](int i, int c) { return x[static_cast<std::size_t>(i * classes + c)]; };
  const auto of_nests = [&] {
    double sum = 0;
    for (int i = 0; i < n; ++i) {
      double mass[groups] = {}, all = 0;
      for (int c = 0; c < classes; ++c)
        mass[group_of[c]] += std::exp(at(i, c) / widths[static_cast<std::size_t>(group_of[c])]);
      for (int k = 0; k < groups; ++k) all += std::pow(mass[k], widths[static_cast<std::size_t>(k)]);
      const int c = label[static_cast<std::size_t>(i)], k = group_of[c];
      const double width = widths[static_cast<std::size_t>(k)];
      sum -= std::log(std::pow(mass[k], width) / all * std::exp(at(i, c) / width) / mass[k]);
    }
    return sum;
  };
  const double value =
      nested_logit(logits = loom::view(x.data(), n, classes), spread = widths, group = group_of, chosen = label,
                   d(logits) = loom::view(d_x.data(), n, classes), d(spread) = d_spread, loom::workspace = room);
  CHECK(value == Approx(of_nests()));
  const auto slope_by = [&](double& entry) {
    const double was = entry, h = 1e-6;
    entry = was + h;
    const double above = of_nests();
    entry = was - h;
    const double below = of_nests();
    entry = was;
    return (above - below) / (2 * h);
  };
  for (std::size_t k = 0; k < x.size(); ++k) CHECK(d_x[k] == Approx(slope_by(x[k])).margin(1e-8));
  for (std::size_t k = 0; k < widths.size(); ++k) CHECK(d_spread[k] == Approx(slope_by(widths[k])).margin(1e-8));

  double want = 0;
  for (int i = 0; i < n; ++i) {
    double together = 0, all = 0;
    for (int c = 0; c < classes; ++c) {
      all += std::exp(at(i, c));
      if (group_of[c] == group_of[label[static_cast<std::size_t>(i)]]) together += std::exp(at(i, c));
    }
    want -= std::log(together / all);
  }
  CHECK(coarse(logits = loom::view(x.data(), n, classes), group = group_of, chosen = label,
               d(logits) = loom::view(d_x.data(), n, classes), loom::workspace = room) == Approx(want));
}

TEST_CASE("entries of a mask that labels name, that are computed, and in an order") {
  constexpr auto v = tensor<"v[N,K]">;
  constexpr auto score = tensor<"score[N,C]">;
  constexpr auto holds = mask<"holds[N,C]">;
  constexpr auto common = mask<"common[C]">;
  constexpr auto k = index<"k[N,K]">;
  constexpr auto masks =
      loss<results(sum(where(gather(holds, chosen), v, 0)), sum(where(holds(C = k), v, 0)),
                   sum(where(common(C = k), v, 0)), sum(where(gather(holds && score > 1, chosen), v, 0)),
                   sum(where(holds(C = argmax(score, C)), v, 0)), sum(where(holds(C = order(score, C)), score, 0)))>;
  const double values[2][2] = {{1, 2}, {10, 20}}, scores[2][3] = {{3, 1, 2}, {1, 3, 2}};
  const bool of_rows[2][3] = {{true, false, false}, {false, false, true}}, of_all[3] = {true, false, true};
  const int labels[2] = {0, 2}, entries[2][2] = {{0, 1}, {1, 2}};
  double by[5], slope[2][2], room[200];
  CHECK(masks(v = values, score = scores, holds = of_rows, common = of_all, chosen = labels, k = entries,
              result<1> = by[0], result<2> = by[1], result<3> = by[2], result<4> = by[3], result<5> = by[4],
              loom::workspace = room) == 33);
  CHECK(by[0] == 1 + 20);
  CHECK(by[1] == 1 + 20);
  CHECK(by[2] == 33);
  CHECK(by[3] == 3);
  CHECK(by[4] == 2 + 3);
  constexpr auto picked = loss<sum(where(holds(C = k), v * v, 0))>;
  picked(v = values, holds = of_rows, k = entries, d(v) = slope);
  CHECK((slope[0][0] == 2 && slope[0][1] == 0 && slope[1][0] == 0 && slope[1][1] == 40));
}

TEST_CASE("labels in an order, compared with others and counted") {
  constexpr auto N = axis<"N">;
  constexpr auto key = tensor<"key[N]">;
  constexpr auto sorted = chosen(N = order(key, N));
  constexpr auto runs =
      loss<results(sum(where(sorted == 1, key(N = order(key, N)), 0)), sum(number(sorted) * number(N)))>;
  const double keys[5] = {3, 1, 2, 5, 4};
  const int labels[5] = {1, 0, 1, 2, 1};
  double weighed = 0, room[200];
  CHECK(runs(key = keys, chosen = labels, result<1> = weighed, loom::workspace = room) == 2 + 3 + 4);
  CHECK(weighed == 0 * 0 + 1 * 1 + 1 * 2 + 1 * 3 + 2 * 4);
}

}  // namespace
