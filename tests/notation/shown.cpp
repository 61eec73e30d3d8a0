// SPDX-License-Identifier: BSL-1.0
// tests/notation/shown.cpp — the losses of the pages of notations: each is what the page calls it, and the text of a page is its formula.
#include <algorithm>
#include <boost/hana/for_each.hpp>
#include <cmath>
#include <fstream>
#include <iterator>
#include <numeric>
#include <regex>
#include <vector>

#include "formula/program.hpp"
#include "loom/compiled.hpp"
#include "notation/same.hpp"
#include "site/notations.hpp"
#include "support/catch.hpp"
#include "support/waves.hpp"

namespace {

using list = std::vector<double>;

void check_near(const list& found, const list& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(i);
    CHECK(std::abs(found[i] - expected[i]) <= 1e-7 * (1 + std::abs(expected[i])));
  }
}
void check_near(double found, double expected) { check_near(list{found}, list{expected}); }

/// The gradient of f at x, by central differences.
template <class F>
list differences(list x, const F& f) {
  list r;
  constexpr double h = 1e-5;
  for (double& v : x) {
    const double here = v;
    v = here + h;
    const double above = f(x);
    v = here - h;
    r.push_back((above - f(x)) / (2 * h));
    v = here;
  }
  return r;
}

list room() { return list(1 << 16); }
list waves(std::size_t n, double step = 1.3) { return loom::test::waves<double>(n, 1.5, step); }
double log_sum_exp(const list& x) {
  double s = 0;
  for (const double v : x) s += std::exp(v);
  return std::log(s);
}

}  // namespace

TEST_CASE("NT-Xent compares every row with all others", "[notation]") {
  using namespace notations::places;
  constexpr std::size_t rows = 6, features = 3;
  const std::vector<int> pairs = {3, 4, 5, 0, 1, 2};
  const double temperature = 0.5;
  const auto plain = [&](const list& data) {
    const auto similarity = [&](std::size_t n, std::size_t m) {
      double dot = 0, of_n = 0, of_m = 0;
      for (std::size_t i = 0; i < features; ++i) {
        const double p = data[n * features + i], q = data[m * features + i];
        dot += p * q;
        of_n += p * p;
        of_m += q * q;
      }
      return dot / std::sqrt(of_n * of_m) / temperature;
    };
    double total = 0;
    for (std::size_t n = 0; n < rows; ++n) {
      list others;
      for (std::size_t m = 0; m < rows; ++m)
        if (m != n) others.push_back(similarity(n, m));
      total += log_sum_exp(others) - similarity(n, static_cast<std::size_t>(pairs[n]));
    }
    return total / rows;
  };
  const list data = waves(rows * features);
  list gradient(data.size()), memory = room();
  const double value = nt_xent(z = loom::view(data.data(), rows, features), other = pairs, tau = temperature,
                               d(z) = loom::view(gradient.data(), rows, features), loom::workspace = memory);
  check_near(value, plain(data));
  check_near(gradient, differences(data, plain));
}

TEST_CASE("SigLIP decides every pair", "[notation]") {
  using namespace notations::products;
  constexpr std::size_t rows = 4, features = 3;
  const list images = waves(rows * features), texts = waves(rows * features, 0.7);
  const auto plain = [&](const list& of_a, const list& of_b) {
    double total = 0;
    for (std::size_t n = 0; n < rows; ++n)
      for (std::size_t m = 0; m < rows; ++m) {
        double dot = 0;
        for (std::size_t i = 0; i < features; ++i) dot += of_a[n * features + i] * of_b[m * features + i];
        total -= std::log(1 / (1 + std::exp((n == m ? -1 : 1) * (2 * dot - 0.5))));
      }
    return total / rows;
  };
  list of_a(images.size()), of_b(texts.size()), memory = room();
  const double value =
      siglip(a = loom::view(images.data(), rows, features), b = loom::view(texts.data(), rows, features), scale = 2.0,
             bias = -0.5, d(a) = loom::view(of_a.data(), rows, features),
             d(b) = loom::view(of_b.data(), rows, features), loom::workspace = memory);
  check_near(value, plain(images, texts));
  check_near(of_a, differences(images, [&](const list& moved) { return plain(moved, texts); }));
  check_near(of_b, differences(texts, [&](const list& moved) { return plain(images, moved); }));
}

TEST_CASE("Cox's likelihood has all that are still at risk", "[notation]") {
  using namespace notations::running;
  const list risks = waves(7);
  const bool happened[] = {true, false, true, true, false, false, true};
  const auto plain = [&](const list& at) {
    double total = 0;
    for (std::size_t i = 0; i < at.size(); ++i)
      if (happened[i]) total += log_sum_exp({at.begin() + static_cast<std::ptrdiff_t>(i), at.end()}) - at[i];
    return total / 4;
  };
  list gradient(risks.size()), memory = room();
  const double value = cox(x = risks, event = happened, d(x) = gradient, loom::workspace = memory);
  check_near(value, plain(risks));
  check_near(gradient, differences(risks, plain));
}

TEST_CASE("a conditional random field has all paths", "[notation]") {
  using namespace notations::chains;
  constexpr std::size_t batch = 2, steps = 3, tags = 3;
  const int right[batch * steps] = {0, 2, 1, 1, 1, 0};
  const list scores = waves(batch * steps * tags), start = waves(tags, 0.4), between = waves(tags * tags, 2.1);
  const auto plain = [&](const list& of_e, const list& of_first, const list& of_a) {
    double total = 0;
    for (std::size_t n = 0; n < batch; ++n) {
      const auto path_score = [&](const std::size_t* path) {
        double sum = of_first[path[0]];
        for (std::size_t k = 0; k < steps; ++k) {
          sum += of_e[(n * steps + k) * tags + path[k]];
          if (k > 0) sum += of_a[path[k - 1] * tags + path[k]];
        }
        return sum;
      };
      list all;
      for (std::size_t p = 0; p < tags * tags * tags; ++p) {
        const std::size_t path[] = {p % tags, p / tags % tags, p / tags / tags};
        all.push_back(path_score(path));
      }
      std::size_t path[steps];
      for (std::size_t k = 0; k < steps; ++k) path[k] = static_cast<std::size_t>(right[n * steps + k]);
      total += log_sum_exp(all) - path_score(path);
    }
    return total / batch;
  };
  list of_e(scores.size()), of_first(start.size()), of_a(between.size()), memory = room();
  const double value =
      crf(e = loom::view(scores.data(), batch, steps, tags), first = start, a = loom::view(between.data(), tags, tags),
          gold = loom::view(right, batch, steps), d(e) = loom::view(of_e.data(), batch, steps, tags),
          d(first) = of_first, d(a) = loom::view(of_a.data(), tags, tags), loom::workspace = memory);
  check_near(value, plain(scores, start, between));
  check_near(of_e, differences(scores, [&](const list& moved) { return plain(moved, start, between); }));
  check_near(of_first, differences(start, [&](const list& moved) { return plain(scores, moved, between); }));
  check_near(of_a, differences(between, [&](const list& moved) { return plain(scores, start, moved); }));
}

TEST_CASE("ListMLE takes documents by their relevance", "[notation]") {
  using namespace notations::sorted;
  constexpr std::size_t queries = 3, documents = 5;
  const list scores = waves(queries * documents), relevance = waves(queries * documents, 2.9);
  const auto plain = [&](const list& at) {
    double total = 0;
    for (std::size_t n = 0; n < queries; ++n) {
      std::vector<std::size_t> taken(documents);
      std::iota(taken.begin(), taken.end(), n * documents);
      std::sort(taken.begin(), taken.end(), [&](std::size_t i, std::size_t k) { return relevance[i] > relevance[k]; });
      for (std::size_t i = 0; i < documents; ++i) {
        list rest;
        for (std::size_t k = i; k < documents; ++k) rest.push_back(at[taken[k]]);
        total += log_sum_exp(rest) - rest[0];
      }
    }
    return total / queries;
  };
  list gradient(scores.size()), memory = room();
  const double value =
      list_mle(x = loom::view(scores.data(), queries, documents), y = loom::view(relevance.data(), queries, documents),
               d(x) = loom::view(gradient.data(), queries, documents), loom::workspace = memory);
  check_near(value, plain(scores));
  check_near(gradient, differences(scores, plain));
}

TEST_CASE("the next token is that of the step after", "[notation]") {
  using namespace notations::extents;
  constexpr std::size_t batch = 2, steps = 4, words = 3;
  const int text[batch * steps] = {0, 2, 1, 1, 2, 2, 0, 1};
  const list logits = waves(batch * steps * words);
  const auto plain = [&](const list& at) {
    double total = 0;
    for (std::size_t n = 0; n < batch; ++n)
      for (std::size_t k = 0; k + 1 < steps; ++k) {
        const auto begin = at.begin() + static_cast<std::ptrdiff_t>((n * steps + k) * words);
        total += log_sum_exp({begin, begin + words}) - begin[text[n * steps + k + 1]];
      }
    return total / (batch * (steps - 1));
  };
  list gradient(logits.size()), memory = room();
  const double value =
      next_token(x = loom::view(logits.data(), batch, steps, words), token = loom::view(text, batch, steps),
                 d(x) = loom::view(gradient.data(), batch, steps, words), loom::workspace = memory);
  check_near(value, plain(logits));
  check_near(gradient, differences(logits, plain));
}

TEST_CASE("one less Cohen's kappa is what grades disagree by", "[notation]") {
  using namespace notations::numbers;
  constexpr std::size_t rows = 5, grades = 4;
  const int labels[rows] = {3, 0, 1, 1, 2};
  const list logits = waves(rows * grades);
  const auto plain = [&](const list& at) {
    double observed[grades][grades]{}, given[grades]{}, rated[grades]{};
    for (std::size_t n = 0; n < rows; ++n) {
      const auto begin = at.begin() + static_cast<std::ptrdiff_t>(n * grades);
      const double all = log_sum_exp({begin, begin + grades});
      given[labels[n]] += 1;
      for (std::size_t c = 0; c < grades; ++c) {
        const double share = std::exp(at[n * grades + c] - all);
        observed[labels[n]][c] += share;
        rated[c] += share;
      }
    }
    double apart = 0, by_chance = 0;
    for (std::size_t i = 0; i < grades; ++i)
      for (std::size_t k = 0; k < grades; ++k) {
        const double distance_of = static_cast<double>(i) - static_cast<double>(k),
                     weight = distance_of * distance_of / 9;
        apart += weight * observed[i][k];
        by_chance += weight * given[i] * rated[k] / rows;
      }
    return apart / by_chance;
  };
  list gradient(logits.size()), memory = room();
  const double value = kappa(x = loom::view(logits.data(), rows, grades), t = labels,
                             d(x) = loom::view(gradient.data(), rows, grades), loom::workspace = memory);
  check_near(value, plain(logits));
  check_near(gradient, differences(logits, plain));
}

TEST_CASE("a learned step size has the slopes of its paper", "[notation]") {
  using namespace notations::slopes;
  constexpr std::size_t rows = 3, features = 6;
  const list inputs = waves(rows * features), weights = {0.31, -0.62, 5, -7, 0.06, 0.2}, wanted = {1, -2, 0.5};
  const double size = 0.13;
  list codes, residual(rows), of_w(features);
  double expected = 0, of_step = 0;
  for (const double v : weights) codes.push_back(v / size <= -8 ? -8 : v / size >= 7 ? 7 : std::round(v / size));
  for (std::size_t n = 0; n < rows; ++n) {
    residual[n] = -wanted[n];
    for (std::size_t i = 0; i < features; ++i) residual[n] += inputs[n * features + i] * codes[i] * size;
    expected += residual[n] * residual[n] / rows;
  }
  for (std::size_t i = 0; i < features; ++i) {
    double received = 0;
    for (std::size_t n = 0; n < rows; ++n) received += 2 * residual[n] * inputs[n * features + i] / rows;
    const bool inside = weights[i] / size >= -8 && weights[i] / size <= 7;
    of_w[i] = inside ? received : 0;
    of_step += received * (inside ? codes[i] - weights[i] / size : codes[i]);
  }
  CHECK(std::count(of_w.begin(), of_w.end(), 0.0) == 2);
  list gradient(features), memory = room();
  double of_size = 0;
  const double value = lsq(x = loom::view(inputs.data(), rows, features), y = wanted, w = weights, step = size,
                           d(w) = gradient, d(step) = of_size, loom::workspace = memory);
  check_near(value, expected);
  check_near(gradient, of_w);
  check_near(of_size, of_step);
}

// As src/site/data/notations.js quotes it, and a reader pastes it.
TEST_CASE("what a page of a notation quotes is its loss", "[notation]") {
  std::ifstream file(LOOM_TEST_ROOT "/src/site/notations.hpp");
  const std::string header{std::istreambuf_iterator<char>(file), {}};
  int found = 0;
  boost::hana::for_each(notations::losses, [&](const auto& entry) {
    const std::string name = boost::hana::to<const char*>(boost::hana::first(entry));
    using loss = std::remove_cvref_t<decltype(boost::hana::second(entry))>;
    CAPTURE(name);
    const std::size_t at = header.find("auto " + name + " =");
    REQUIRE(at != header.npos);
    const std::size_t begin = header.find('\n', header.rfind("\nnamespace ", at) + 1), end = header.find("\n}", at);
    const std::string text = std::regex_replace(header.substr(begin, end - begin), std::regex("\ninline "), "\n");
    const loom::notation::formula f = loom::notation::parse(text);
    CAPTURE(text, f.wrong.text());
    CHECK(!f.wrong.failed());
    CHECK(loom::test::comparison(f.written, loss::front::written.program).same());
    CHECK(loom::notation::compile(f)->wrong.empty());
    ++found;
  });
  CHECK(found == 8);
}
