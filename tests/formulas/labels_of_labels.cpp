// SPDX-License-Identifier: BSL-1.0
// Labels of labels: a table of labels that labels choose from, the group of a class.
#include <algorithm>
#include <cmath>
#include <vector>

#include "loom/loom.hpp"
#include "support/catch.hpp"
#include "support/targets.hpp"

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

constexpr auto score = loom::tensor<"score[N,C]">;
constexpr auto holds = loom::mask<"holds[N,C]">;
constexpr auto common = loom::mask<"common[C]">;
constexpr auto v = loom::tensor<"v[N,K]">;
constexpr auto entry = loom::index<"entry[N,K]">;
constexpr auto by_labels =
    loom::loss<sum(where(gather(holds, chosen), v* v, 0)) + 3 * sum(where(holds(C = entry), v* v, 0)) +
               5 * sum(where(common(C = entry), v* v, 0)) + 7 * sum(where(gather(holds&& score > 1, chosen), v* v, 0))>;
constexpr auto by_order = loom::loss<results(sum(where(holds(C = argmax(score, C)), v, 0)),
                                             sum(where(holds(C = order(score, C)), score, 0)))>;

TEST_CASE("entries of a mask that labels name, that are computed, and in an order") {
  constexpr std::size_t n = 37, classes = 5, width = 3;
  std::vector<double> values(n * width), scores(n * classes), slope(values.size()), room(2000);
  std::vector<int> labels(n), entries(n * width);
  bool of_rows[n * classes], of_all[classes] = {true, false, true, true, false};
  for (std::size_t k = 0; k < values.size(); ++k) values[k] = 1 + static_cast<double>(k % 11);
  for (std::size_t k = 0; k < entries.size(); ++k) entries[k] = static_cast<int>(k * k % classes);
  for (std::size_t i = 0; i < n; ++i) labels[i] = static_cast<int>(i * 3 % classes);
  for (std::size_t k = 0; k < scores.size(); ++k)
    scores[k] = static_cast<double>(k * 7 % 13 % 5 * 10 + k % classes) / 10;
  for (std::size_t k = 0; k < scores.size(); ++k) of_rows[k] = k % 3 == 1 || k % 7 == 2;
  double expected = 0, of_largest = 0, in_order = 0;
  std::vector<double> slopes;
  for (std::size_t i = 0; i < n; ++i) {
    std::vector<std::size_t> order(classes);
    for (std::size_t c = 0; c < classes; ++c) order[c] = c;
    const double* const row = &scores[i * classes];
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return row[a] < row[b]; });
    const std::size_t label = i * classes + static_cast<std::size_t>(labels[i]);
    for (std::size_t c = 0; c < classes; ++c) in_order += of_rows[i * classes + order[c]] ? row[c] : 0;
    for (std::size_t k = i * width; k < (i + 1) * width; ++k) {
      const auto named = static_cast<std::size_t>(entries[k]);
      const int times = (of_rows[label] ? scores[label] > 1 ? 8 : 1 : 0) + (of_rows[i * classes + named] ? 3 : 0) +
                        (of_all[named] ? 5 : 0);
      expected += times * values[k] * values[k];
      slopes.push_back(2 * times * values[k]);
      of_largest += of_rows[i * classes + order.back()] ? values[k] : 0;
    }
  }
  const auto table = loom::view(scores.data(), n, classes);
  const auto of = loom::view(of_rows, n, classes);
  const auto data = loom::view(values.data(), n, width);
  for (const loom::target each : trial::targets()) {
    const loom::limit_target limit(each);
    CHECK(by_labels(v = data, score = table, holds = of, common = of_all, chosen = labels,
                    entry = loom::view(entries.data(), n, width),
                    d(v) = loom::view(slope.data(), n, width)) == expected);
    CHECK(slope == slopes);
    double second = 0;
    CHECK(by_order(v = data, score = table, holds = of, result<1> = second, loom::workspace = room) == of_largest);
    CHECK(second == Approx(in_order));
  }
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
