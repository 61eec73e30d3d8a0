// SPDX-License-Identifier: BSL-1.0
// Values at other places, through the loops: a batch against itself, bound once. Each loss is held against a plain one in double,
// and its gradient, in which all places of an input meet, against differences of it.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "loom/loom.hpp"
#include "support/catch.hpp"

namespace {

using std::size_t;

constexpr auto z = loom::tensor<"z[N,D]">;
constexpr auto x = loom::tensor<"x[B,I]">;
constexpr auto grade = loom::tensor<"grade[B,I]">;
constexpr auto risk = loom::tensor<"risk[N]">;
constexpr auto time_ = loom::tensor<"time[N]">;
constexpr auto logits = loom::tensor<"logits[N,C]">;
constexpr auto w = loom::tensor<"w[N]">;
constexpr auto m = loom::tensor<"m[M]">;
constexpr auto tau = loom::scalar<"tau">;
constexpr auto p = loom::index<"p[N]">;
constexpr auto y = loom::index<"y[N]">;
constexpr auto event = loom::mask<"event[N]">;
constexpr auto N = loom::axis<"N">;
constexpr auto M = loom::axis<"M">;
constexpr auto D = loom::axis<"D">;
constexpr auto E = loom::axis<"E">;
constexpr auto B = loom::axis<"B">;
constexpr auto I = loom::axis<"I">;
constexpr auto J = loom::axis<"J">;
constexpr auto C = loom::axis<"C">;
using loom::last;
constexpr double infinity = std::numeric_limits<double>::infinity();

// ---- the losses, as papers write them ------------------------------------------------------------------------------------

constexpr auto u = z / norm(z, D);
constexpr auto s = sum(u * u(N = M), D) / tau;
constexpr auto sim_clr = loom::loss<-log(exp(s(M = p)) / sum(where(N != M, exp(s), 0), M)).mean()>;

constexpr auto positive = y == y(N = M) && N != M;
constexpr auto row =
    sum(where(positive, s - logsumexp(where(N != M, s, -infinity), M), 0), M) / max(count(positive, M), 1.0);
constexpr auto sup_con = loom::loss<-sum(row) / max(count(count(positive, M) > 0), 1.0)>;

constexpr auto better = grade > grade(I = J);
constexpr auto rank_net = loom::loss<sum(where(better, softplus(x(I = J) - x), 0)) / count(better)>;

constexpr auto list_mle = loom::loss<sum(log(sum(where(J >= I, exp(x(I = J)), 0), J)) - x, I).mean()>;

constexpr auto cox =
    loom::loss<-sum(where(event, risk - log(sum(where(time_(N = M) >= time_, exp(risk(N = M)), 0), M)), 0)) /
               count(event)>;

constexpr auto centred = z - mean(z, N);
constexpr auto covariance = sum(centred * centred(D = E), N) / (extent(N) - 1);
constexpr auto vic_reg =
    loom::loss<mean(relu(1 - sqrt(var(z, N) + 1e-4))) + sum(where(D != E, square(covariance), 0)) / extent(D)>;

constexpr auto spread = loom::loss<(abs(x(I = J) - x).mean(I, J) / 2 - abs(x - grade(I = 0)).mean(I)).mean()>;

constexpr auto ends = loom::loss<(square(logits(C = 0) - logits(C = last)) + softmax(logits, C)(C = 1)).sum()>;

constexpr auto gram = sum(z * z(N = M) * w(N = M), D);  // not symmetric
constexpr auto skew = loom::loss<sum(square(gram(N = M, M = N) - 2 * gram))>;
constexpr auto trace = loom::loss<sum(log(gram(M = N) + 4))>;

template <class E>
constexpr auto huber(E e) {
  return where(abs(e) < 1, 0.5 * square(e), abs(e) - 0.5);
}
constexpr auto state = loom::tensor<"state[B,T]">;
constexpr auto reward = loom::tensor<"reward[B,T]">;
constexpr auto word = loom::index<"word[B,T]">;
constexpr auto T = loom::axis<"T">;
constexpr auto S = loom::axis<"S">;
constexpr auto variation = loom::loss<sum(where(T >= 1, huber(state - state(T = T - 1)), 0))>;
constexpr auto advantage = loom::loss<sum(square(reward + 0.9 * state(T = T + 1) - state))>;
constexpr auto window = loom::loss<sum(square(sum(where(S <= T && S + 2 >= T, state(T = S), 0), S)))>;
constexpr auto above = loom::loss<sum(exp(state)(B = B - 1, T = T + 1, loom::outside = 2) * state)>;
constexpr auto ends_of_time = loom::loss<sum(state(T = last - 1) * state(T = 0)) + sum(state(T = T - 1)(T = last)) +
                                         3 * sum(state(T = T - 1)(T = T + 1))>;
constexpr auto repeated = loom::loss<sum(where(word == word(T = T - 1), state, state(T = T + 1)))>;

constexpr auto picture = loom::tensor<"picture[N,H,W]">;
constexpr auto H = loom::axis<"H">;
constexpr auto W = loom::axis<"W">;
constexpr auto below_diagonal = loom::loss<sum(where(H >= W, picture, 0) * picture(W = W - 1), H, W).mean()>;

// ---- the same, plainly ---------------------------------------------------------------------------------------------------

struct matrix {
  size_t rows, columns;
  std::vector<double> entries;
  double operator()(size_t i, size_t k) const { return entries[i * columns + k]; }
};
double dot(const matrix& a, size_t i, size_t j) {
  double r = 0;
  for (size_t k = 0; k < a.columns; ++k) r += a(i, k) * a(j, k);
  return r;
}
double cosine(const matrix& a, size_t i, size_t j) { return dot(a, i, j) / std::sqrt(dot(a, i, i) * dot(a, j, j)); }

struct batch {
  matrix z;  ///< or x, or logits
  std::vector<double> more;  ///< grades, times, weights
  std::vector<int> p, y;
  std::vector<char> event;
};
constexpr double temperature = 0.5;

double plain_sim_clr(const batch& b) {
  double total = 0;
  for (size_t i = 0; i < b.z.rows; ++i) {
    double sum = 0;
    for (size_t j = 0; j < b.z.rows; ++j) sum += j == i ? 0 : std::exp(cosine(b.z, i, j) / temperature);
    total -= cosine(b.z, i, static_cast<size_t>(b.p[i])) / temperature - std::log(sum);
  }
  return total / static_cast<double>(b.z.rows);
}
double plain_sup_con(const batch& b) {
  double total = 0, rows = 0;
  for (size_t i = 0; i < b.z.rows; ++i) {
    double sum = 0, of_positives = 0, positives = 0;
    for (size_t j = 0; j < b.z.rows; ++j) sum += j == i ? 0 : std::exp(cosine(b.z, i, j) / temperature);
    for (size_t j = 0; j < b.z.rows; ++j)
      if (j != i && b.y[i] == b.y[j]) {
        of_positives += cosine(b.z, i, j) / temperature - std::log(sum);
        ++positives;
      }
    total -= of_positives / std::max(positives, 1.0);
    rows += positives > 0;
  }
  return total / std::max(rows, 1.0);
}
double plain_rank_net(const batch& b) {
  double total = 0, pairs = 0;
  for (size_t q = 0; q < b.z.rows; ++q)
    for (size_t i = 0; i < b.z.columns; ++i)
      for (size_t j = 0; j < b.z.columns; ++j)
        if (b.more[q * b.z.columns + i] > b.more[q * b.z.columns + j]) {
          total += std::log1p(std::exp(b.z(q, j) - b.z(q, i)));
          ++pairs;
        }
  return total / pairs;
}
double plain_list_mle(const batch& b) {
  double total = 0;
  for (size_t q = 0; q < b.z.rows; ++q)
    for (size_t i = 0; i < b.z.columns; ++i) {
      double sum = 0;
      for (size_t j = i; j < b.z.columns; ++j) sum += std::exp(b.z(q, j));
      total += std::log(sum) - b.z(q, i);
    }
  return total / static_cast<double>(b.z.rows);
}
double plain_cox(const batch& b) {
  double total = 0, events = 0;
  for (size_t i = 0; i < b.z.rows; ++i) {
    if (b.event[i] == 0) continue;
    double sum = 0;
    for (size_t j = 0; j < b.z.rows; ++j) sum += b.more[j] >= b.more[i] ? std::exp(b.z(j, 0)) : 0;
    total -= b.z(i, 0) - std::log(sum);
    ++events;
  }
  return total / events;
}
double plain_vic_reg(const batch& b) {
  const auto n = static_cast<double>(b.z.rows);
  const auto mean = [&](size_t d) {
    double r = 0;
    for (size_t i = 0; i < b.z.rows; ++i) r += b.z(i, d);
    return r / n;
  };
  const auto product = [&](size_t d, size_t e) {
    double r = 0;
    for (size_t i = 0; i < b.z.rows; ++i) r += (b.z(i, d) - mean(d)) * (b.z(i, e) - mean(e));
    return r;
  };
  double hinge = 0, off = 0;
  for (size_t d = 0; d < b.z.columns; ++d) {
    hinge += std::max(1 - std::sqrt(product(d, d) / n + 1e-4), 0.0);
    for (size_t e = 0; e < b.z.columns; ++e) off += d == e ? 0 : std::pow(product(d, e) / (n - 1), 2);
  }
  return (hinge + off) / static_cast<double>(b.z.columns);
}
double plain_spread(const batch& b) {
  double total = 0;
  const auto k = static_cast<double>(b.z.columns);
  for (size_t q = 0; q < b.z.rows; ++q)
    for (size_t i = 0; i < b.z.columns; ++i) {
      for (size_t j = 0; j < b.z.columns; ++j) total += std::abs(b.z(q, j) - b.z(q, i)) / (2 * k * k);
      total -= std::abs(b.z(q, i) - b.more[q * b.z.columns]) / k;
    }
  return total / static_cast<double>(b.z.rows);
}
double plain_ends(const batch& b) {
  double total = 0;
  for (size_t i = 0; i < b.z.rows; ++i) {
    double sum = 0;
    for (size_t c = 0; c < b.z.columns; ++c) sum += std::exp(b.z(i, c));
    total += std::pow(b.z(i, 0) - b.z(i, b.z.columns - 1), 2) + std::exp(b.z(i, 1)) / sum;
  }
  return total;
}
double plain_gram(const batch& b, size_t i, size_t j) { return dot(b.z, i, j) * b.more[j]; }
double plain_skew(const batch& b) {
  double total = 0;
  for (size_t i = 0; i < b.z.rows; ++i)
    for (size_t j = 0; j < b.z.rows; ++j) total += std::pow(plain_gram(b, j, i) - 2 * plain_gram(b, i, j), 2);
  return total;
}
double plain_trace(const batch& b) {
  double total = 0;
  for (size_t i = 0; i < b.z.rows; ++i) total += std::log(plain_gram(b, i, i) + 4);
  return total;
}

/// 0 outside.
double entry(const batch& b, std::ptrdiff_t i, std::ptrdiff_t k) {
  const bool inside =
      i >= 0 && k >= 0 && i < static_cast<std::ptrdiff_t>(b.z.rows) && k < static_cast<std::ptrdiff_t>(b.z.columns);
  return inside ? b.z(static_cast<size_t>(i), static_cast<size_t>(k)) : 0;
}
template <class F>
double sum_over(const batch& b, const F& f) {
  double total = 0;
  for (std::ptrdiff_t i = 0; i < static_cast<std::ptrdiff_t>(b.z.rows); ++i)
    for (std::ptrdiff_t k = 0; k < static_cast<std::ptrdiff_t>(b.z.columns); ++k) total += f(i, k);
  return total;
}
double plain_variation(const batch& b) {
  return sum_over(b, [&](auto i, auto k) {
    const double e = std::abs(entry(b, i, k) - entry(b, i, k - 1));
    return k == 0 ? 0 : e < 1 ? e * e / 2 : e - 0.5;
  });
}
double plain_advantage(const batch& b) {
  return sum_over(b, [&](auto i, auto k) {
    const double reward_here = b.more[static_cast<size_t>(i) * b.z.columns + static_cast<size_t>(k)];
    return std::pow(reward_here + 0.9 * entry(b, i, k + 1) - entry(b, i, k), 2);
  });
}
double plain_window(const batch& b) {
  return sum_over(
      b, [&](auto i, auto k) { return std::pow(entry(b, i, k) + entry(b, i, k - 1) + entry(b, i, k - 2), 2); });
}
double plain_above(const batch& b) {
  return sum_over(b, [&](auto i, auto k) {
    const bool inside = i > 0 && k + 1 < static_cast<std::ptrdiff_t>(b.z.columns);
    return (inside ? std::exp(entry(b, i - 1, k + 1)) : 2) * entry(b, i, k);
  });
}
double plain_ends_of_time(const batch& b) {
  const auto end = static_cast<std::ptrdiff_t>(b.z.columns);
  return sum_over(b, [&](auto i, auto k) {
    const double there_and_back = k + 1 < end ? 3 * entry(b, i, k) : 0;
    return there_and_back + (k > 0 ? 0 : entry(b, i, end - 2) * entry(b, i, 0) + entry(b, i, end - 2));
  });
}
double plain_repeated(const batch& b) {
  const auto word_at = [&](std::ptrdiff_t i, std::ptrdiff_t k) {
    return k < 0 ? 0 : static_cast<int>((static_cast<size_t>(i) * b.z.columns + static_cast<size_t>(k)) % 5 / 2);
  };
  return sum_over(
      b, [&](auto i, auto k) { return word_at(i, k) == word_at(i, k - 1) ? entry(b, i, k) : entry(b, i, k + 1); });
}

// ---- the comparison ------------------------------------------------------------------------------------------------------

batch some_batch(size_t rows, size_t columns) {
  batch b{{rows, columns, {}}, {}, {}, {}, {}};
  for (size_t i = 0; i < rows * columns; ++i) {
    b.z.entries.push_back(static_cast<float>(std::sin(1.7 * static_cast<double>(i) + 1)));
    b.more.push_back(static_cast<float>(1 + std::fmod(static_cast<double>(i) * 0.37, 1)));
  }
  for (size_t i = 0; i < rows; ++i) {
    b.p.push_back(static_cast<int>((i + rows / 2) % rows));
    b.y.push_back(static_cast<int>(i * i % 3));
    b.event.push_back(i % 3 != 1);
  }
  return b;
}

/// value(memory, gradient) calls a loss in T; `plain` is what it should say.
template <class T, class Call>
void agrees(const std::string& name, const batch& b, const Call& call, double (*plain)(const batch&)) {
  CAPTURE(name, b.z.rows, b.z.columns, sizeof(T));
  const std::vector<T> memory(b.z.entries.begin(), b.z.entries.end()), more(b.more.begin(), b.more.end());
  std::vector<T> gradient(memory.size(), std::numeric_limits<T>::quiet_NaN());
  std::vector<double> room(1 << 16);
  const double tolerance = sizeof(T) == 4 ? 3e-4 : 1e-9;
  const double want = plain(b), value = static_cast<double>(call(b, memory, more, gradient, room));
  CHECK(std::abs(value - want) <= tolerance * (1 + std::abs(want)));
  double largest = 0, worst = 0;
  for (size_t i = 0; i < memory.size(); ++i) {
    constexpr double step = 1e-5;
    batch raised = b, lowered = b;
    raised.z.entries[i] += step;
    lowered.z.entries[i] -= step;
    const double slope = (plain(raised) - plain(lowered)) / (2 * step);
    largest = std::max(largest, std::abs(slope));
    worst = std::max(worst, std::abs(slope - static_cast<double>(gradient[i])));
    if (gradient[i] != gradient[i]) worst = infinity;
  }
  CHECK(worst <= (sizeof(T) == 4 ? 1e-3 : 1e-7) * (1 + largest));
}
template <class T, class Call>
void agrees(const std::string& name, double (*plain)(const batch&), const Call& call) {
  for (const auto& [rows, columns] : {std::array<size_t, 2>{6, 3}, {4, 5}, {17, 19}, {33, 16}})
    agrees<T>(name, some_batch(rows, columns), call, plain);
}
/// Where an entry is read knows no types, and double shows it best. In float sums are wide or go by blocks, and products by others:
/// one loss of each kind runs in both.
template <class Call>
void agrees(const std::string& name, double (*plain)(const batch&), const Call& call) {
  agrees<double>(name, plain, call);
}
template <class Call>
void agrees_in_both(const std::string& name, double (*plain)(const batch&), const Call& call) {
  agrees<double>(name, plain, call);
  agrees<float>(name, plain, call);
}
template <class T>
auto two(const batch& b, T& memory) {
  return loom::view(memory.data(), b.z.rows, b.z.columns);
}

TEST_CASE("a batch is compared with itself by one binding") {
  agrees_in_both("SimCLR", plain_sim_clr, [](const batch& b, const auto& data, const auto&, auto& grad, auto& room) {
    return sim_clr(z = two(b, data), tau = temperature, p = b.p, d(z) = two(b, grad), loom::workspace = room);
  });
  agrees("SupCon", plain_sup_con, [](const batch& b, const auto& data, const auto&, auto& grad, auto& room) {
    return sup_con(z = two(b, data), tau = temperature, y = b.y, d(z) = two(b, grad), loom::workspace = room);
  });
  agrees_in_both("VICReg", plain_vic_reg, [](const batch& b, const auto& data, const auto&, auto& grad, auto& room) {
    return vic_reg(z = two(b, data), d(z) = two(b, grad), loom::workspace = room);
  });
}

TEST_CASE("the entries of a row are compared with each other by one binding") {
  agrees_in_both("RankNet", plain_rank_net,
                 [](const batch& b, const auto& data, const auto& more, auto& grad, auto& room) {
                   return rank_net(x = two(b, data), grade = two(b, more), d(x) = two(b, grad), loom::workspace = room);
                 });
  agrees("ListMLE", plain_list_mle, [](const batch& b, const auto& data, const auto&, auto& grad, auto& room) {
    return list_mle(x = two(b, data), d(x) = two(b, grad), loom::workspace = room);
  });
  agrees("CRPS", plain_spread, [](const batch& b, const auto& data, const auto& more, auto& grad, auto& room) {
    return spread(x = two(b, data), grade = two(b, more), d(x) = two(b, grad), loom::workspace = room);
  });
}

TEST_CASE("a sum over those still at risk") {
  const auto call = [](const batch& b, const auto& data, const auto& more, auto& grad, auto& room) {
    const auto* const events = reinterpret_cast<const bool*>(b.event.data());
    const auto n = static_cast<std::ptrdiff_t>(b.z.rows);
    return cox(risk = loom::view(data.data(), n), time_ = loom::view(more.data(), n), event = loom::view(events, n),
               d(risk) = loom::view(grad.data(), n), loom::workspace = room);
  };
  for (const size_t rows : {size_t{3}, size_t{8}, size_t{35}}) {
    agrees<double>("Cox", some_batch(rows, 1), call, plain_cox);
    agrees<float>("Cox", some_batch(rows, 1), call, plain_cox);
  }
}

TEST_CASE("single entries, the transpose and the diagonal") {
  agrees("entries", plain_ends, [](const batch& b, const auto& data, const auto&, auto& grad, auto&) {
    return ends(logits = two(b, data), d(logits) = two(b, grad));
  });
  agrees("transpose", plain_skew, [](const batch& b, const auto& data, const auto& more, auto& grad, auto& room) {
    return skew(z = two(b, data), w = loom::view(more.data(), b.z.rows), d(z) = two(b, grad), loom::workspace = room);
  });
  agrees("diagonal", plain_trace, [](const batch& b, const auto& data, const auto& more, auto& grad, auto& room) {
    return trace(z = two(b, data), w = loom::view(more.data(), b.z.rows), d(z) = two(b, grad), loom::workspace = room);
  });
}

TEST_CASE("the step before and after, and what lies beyond the ends") {
  agrees("variation", plain_variation, [](const batch& b, const auto& data, const auto&, auto& grad, auto&) {
    return variation(state = two(b, data), d(state) = two(b, grad));
  });
  agrees("advantage", plain_advantage, [](const batch& b, const auto& data, const auto& more, auto& grad, auto&) {
    return advantage(state = two(b, data), reward = two(b, more), d(state) = two(b, grad));
  });
  agrees_in_both("window", plain_window, [](const batch& b, const auto& data, const auto&, auto& grad, auto& room) {
    return window(state = two(b, data), d(state) = two(b, grad), loom::workspace = room);
  });
  agrees("above", plain_above, [](const batch& b, const auto& data, const auto&, auto& grad, auto&) {
    return above(state = two(b, data), d(state) = two(b, grad));
  });
  agrees("ends", plain_ends_of_time, [](const batch& b, const auto& data, const auto&, auto& grad, auto&) {
    return ends_of_time(state = two(b, data), d(state) = two(b, grad));
  });
}

TEST_CASE("labels of any width are read a step before") {
  const auto call = []<class Label>(Label) {
    return [](const batch& b, const auto& data, const auto&, auto& grad, auto&) {
      std::vector<Label> words;
      for (size_t i = 0; i < b.z.entries.size(); ++i) words.push_back(static_cast<Label>(i % 5 / 2));
      return repeated(state = two(b, data), word = two(b, words), d(state) = two(b, grad));
    };
  };
  agrees("int32", plain_repeated, call(std::int32_t{}));
  agrees("int64", plain_repeated, call(std::int64_t{}));
  agrees("uint8", plain_repeated, call(std::uint8_t{}));
}

TEST_CASE("positions along one of the axes that are summed over together") {
  std::vector<double> data(2 * 3 * 4), gradient(data.size()), room(256);
  for (size_t i = 0; i < data.size(); ++i) data[i] = static_cast<double>(i % 7) - 2;
  const auto plain = [](const std::vector<double>& v) {
    double total = 0;
    for (size_t n = 0; n < 2; ++n)
      for (size_t h = 0; h < 3; ++h)
        for (size_t c = 1; c < 4; ++c) total += h >= c ? v[(n * 3 + h) * 4 + c] * v[(n * 3 + h) * 4 + c - 1] : 0;
    return total / 2;
  };
  const double value = below_diagonal(picture = loom::view(data.data(), 2, 3, 4),
                                      d(picture) = loom::view(gradient.data(), 2, 3, 4), loom::workspace = room);
  CHECK(value == plain(data));
  for (size_t i = 0; i < data.size(); ++i) {
    std::vector<double> above_it = data, below_it = data;
    above_it[i] += 1;
    below_it[i] -= 1;
    CHECK(gradient[i] == (plain(above_it) - plain(below_it)) / 2);
  }
}

// ---- the rest of a call --------------------------------------------------------------------------------------------------

constexpr float in_a_constant() {
  constexpr float data[3][2] = {{1, 2}, {3, 4}, {5, 6}};
  constexpr auto loss = loom::loss<sum(where(N != M, sum(z * z(N = M), D), 0)) + z(D = last).sum()>;
  return loss(z = data);
}

TEST_CASE("in a constant expression") { LOOM_CHECK(in_a_constant() == 2 * (11 + 17 + 39) + 12); }

constexpr auto of_last = loom::loss<sum(where(D == last, z, 0) + 10 * where(N + 1 < last, z, 0)) +
                                    100 * z(D = extent(D) - 2).sum() + sum(z* z(N = last - N, D = last - D))>;

TEST_CASE("the last position of an axis: of a place, and beside a comparison") {
  const float data[3][2] = {{1, 2}, {3, 4}, {5, 6}};
  float gradient[3][2];
  std::vector<double> room(100);
  CHECK(of_last(z = data, d(z) = gradient, loom::workspace = room) ==
        2 + 4 + 6 + 10 * (1 + 2) + 100 * (1 + 3 + 5) + 2 * (1 * 6 + 2 * 5 + 3 * 4));
  const float expected[3][2] = {{10 + 100 + 12, 1 + 10 + 10}, {100 + 8, 1 + 6}, {100 + 4, 1 + 2}};
  for (int n = 0; n < 3; ++n)
    for (int k = 0; k < 2; ++k) CHECK(gradient[n][k] == expected[n][k]);
}

constexpr auto second = loom::loss<z(D = 1).sum()>;
constexpr auto beside = loom::loss<sum(z(N = M) * m)>;

template <class F>
std::string refusal_of(const F& f) {
  try {
    f();
  } catch (const std::exception& e) { return e.what(); }
  return {};
}

TEST_CASE("an entry that is not there is refused, and axes that one place makes equal") {
  std::vector<float> four(4, 1.0f), gradient(4, 7.0f);
  CHECK(second(z = loom::view(four.data(), 2, 2)) == 2);
  CHECK(refusal_of([&] { second(z = loom::view(four.data(), 4, 1), d(z) = loom::view(gradient.data(), 4, 1)); }) ==
        "entry 1 of axis D of z is read, which has 1 entries");
  CHECK(gradient[0] == 7);  // nothing is written
  const std::vector<float> three(3, 1.0f);
  CHECK(refusal_of([&] { beside(z = loom::view(four.data(), 2, 2), m = three); }) ==
        "axis M of m has 3 entries, but axis M of z(N = M) has 2");
}

constexpr auto token = loom::index<"token[B,T]">;
constexpr auto valid = loom::mask<"valid[B,T]">;
constexpr auto scores = loom::tensor<"scores[B,T,V]">;
constexpr auto V = loom::axis<"V">;
constexpr auto next_token = -log_softmax(scores, V)(V = token(T = T + 1));
constexpr auto of_the_next = loom::loss<sum(where(valid(T = T + 1), next_token, 0))>;
constexpr auto of_another = loom::loss<sum(where(valid, next_token, 0))>;

TEST_CASE("a label that a mask leaves out may be any number, if the mask stands beside it") {
  const std::vector<float> zeros(2 * 3 * 4, 0.0f);
  const int tokens[2][3] = {{0, 3, -100}, {1, -100, 2}};
  const bool masks[2][3] = {{true, true, false}, {true, false, true}};
  const auto data = loom::view(zeros.data(), 2, 3, 4);
  CHECK(of_the_next(scores = data, token = tokens, valid = masks) == Approx(2 * std::log(4.0)));
  CHECK(refusal_of([&] { of_another(scores = data, token = tokens, valid = masks); }) ==
        "label -100 of token(T = T + 1) at row 0, 2 is outside axis V, which has 4 entries");
}

TEST_CASE("an entry of labels, and of a mask, that all rows share") {
  constexpr auto first = loom::loss<sum(where(word == word(T = 0) && valid(B = last), state, 0))>;
  const double states[2][3] = {{1, 2, 4}, {8, 16, 32}};
  const int words[2][3] = {{5, 5, 6}, {7, 5, 7}};
  const bool masks[2][3] = {{false, false, false}, {true, false, true}};
  CHECK(first(state = states, word = words, valid = masks) == 1 + 8 + 32);
}

TEST_CASE("data in columns, and the Hessian times a direction") {
  // gram without weights: the Hessian of sum(gram) is 2 everywhere along D.
  constexpr auto all = loom::loss<sum(z * z(N = M))>;
  const std::vector<double> data = {1, 2, 3, 4, 5, 6}, direction(6, 1.0);
  std::vector<double> product(6), gradient(6), room(64);
  const std::ptrdiff_t extents[] = {3, 2}, columns[] = {1, 3};
  const double value =
      all(z = loom::view(data.data(), extents, columns), loom::direction(z) = loom::view(direction.data(), 3, 2),
          hvp(z) = loom::view(product.data(), 3, 2), d(z) = loom::view(gradient.data(), extents, columns),
          loom::workspace = room);
  CHECK(value == 6 * 6 + 15 * 15);
  CHECK(gradient == std::vector<double>{12, 12, 12, 30, 30, 30});
  CHECK(product == std::vector<double>(6, 6));
}

}  // namespace
