// SPDX-License-Identifier: BSL-1.0
// Losses that compare a batch, or a list, with itself, as textbooks write them: data is bound once. Each is held against a plain loop,
// its gradient against differences of that, on ordinary data and on data that is not. Running sums: formulas/textbook_running.cpp.
#include <algorithm>
#include <cmath>
#include <limits>

#include "loom/loom.hpp"
#include "support/plain_loss.hpp"

namespace {

using loom::axis;
using plain::real, plain::sample;
using std::size_t;

constexpr auto N = axis<"N">;
constexpr auto M = axis<"M">;
constexpr auto D = axis<"D">;
constexpr auto E = axis<"E">;
constexpr auto I = axis<"I">;
constexpr auto J = axis<"J">;
constexpr double infinity = std::numeric_limits<double>::infinity();

constexpr auto z = loom::tensor<"z[N,D]">;
constexpr auto w = loom::tensor<"w[M,D]">;
constexpr auto t = loom::tensor<"t[N]">;
constexpr auto risk = loom::tensor<"risk[N]">;
constexpr auto x = loom::tensor<"x[B,I]">;
constexpr auto grade = loom::tensor<"grade[B,I]">;
constexpr auto score = loom::tensor<"score[N]">;
constexpr auto truth = loom::tensor<"truth[N]">;
constexpr auto y = loom::index<"y[N]">;
constexpr auto event = loom::mask<"event[N]">;

// ---- embeddings --------------------------------------------------------------------------------------------------------

constexpr auto s = sum(z * z(N = M), D) / (norm(z, D) * norm(z, D)(N = M));  // cosines
constexpr auto positive = y == y(N = M) && N != M;
constexpr auto negative = y != y(N = M);
constexpr auto distance = norm(z - z(N = M), D);

constexpr auto log_share = 10 * s - log(sum(where(N != M, exp(10 * s), 0), M));
constexpr auto sup_con = loom::loss<-(sum(where(positive, log_share, 0), M) / max(count(positive, M), 1)).mean()>;

constexpr auto multi_similarity = loom::loss<(log(1 + sum(where(positive, exp(-2 * (s - 0.5)), 0), M)) / 2 +
                                              log(1 + sum(where(negative, exp(400 * (s - 0.5)), 0), M)) / 400)
                                                 .mean()>;

constexpr auto farthest = max(where(positive, distance, 0), M);
constexpr auto nearest = min(where(negative, distance, infinity), M);
constexpr auto triplet = loom::loss<softplus(farthest - nearest).mean()>;

constexpr auto contrastive =
    loom::loss<mean(where(N != M, where(positive, square(distance), square(relu(2 - distance))), 0))>;

constexpr auto energy = loom::loss<2 * norm(z - w, D).mean() - distance.mean()>;
constexpr auto discrepancy =
    loom::loss<exp(-sum(square(z - z(N = M)), D)).mean() - 2 * exp(-sum(square(z - w), D)).mean()>;

constexpr auto standard = (z - mean(z, N)) / stddev(z, N);
constexpr auto correlation = mean(standard * standard(D = E), N);
constexpr auto barlow = loom::loss<sum(where(D == E, square(1 - correlation), 0.1 * square(correlation)))>;

real cosine(const sample& b, size_t i, size_t j) { return b.dot(i, j) / std::sqrt(b.dot(i, i) * b.dot(j, j)); }
real between(const sample& b, size_t i, size_t j) {
  real r = 0;
  for (size_t k = 0; k < b.columns; ++k) r += (b(i, k) - b(j, k)) * (b(i, k) - b(j, k));
  return std::sqrt(r);
}
/// From row i to row j of what it is compared with.
real across(const sample& b, size_t i, size_t j) {
  real r = 0;
  for (size_t k = 0; k < b.columns; ++k)
    r += (b(i, k) - b.more[j * b.columns + k]) * (b(i, k) - b.more[j * b.columns + k]);
  return std::sqrt(r);
}
bool alike(const sample& b, size_t i, size_t j) { return i != j && b.label[i] == b.label[j]; }

real plain_sup_con(const sample& b, const sample&) {
  return b.mean_of_rows([&](size_t i) {
    real all = 0, kept = 0, positives = 0;
    for (size_t j = 0; j < b.rows; ++j) all += i == j ? 0 : std::exp(10 * cosine(b, i, j));
    for (size_t j = 0; j < b.rows; ++j)
      if (alike(b, i, j)) {
        kept += std::log(all) - 10 * cosine(b, i, j);
        ++positives;
      }
    return kept / std::max<real>(positives, 1);
  });
}
real plain_multi_similarity(const sample& b, const sample&) {
  return b.mean_of_rows([&](size_t i) {
    real near = 1, far = 1;
    for (size_t j = 0; j < b.rows; ++j) {
      if (alike(b, i, j)) near += std::exp(-2 * (cosine(b, i, j) - real(0.5)));
      if (b.label[i] != b.label[j]) far += std::exp(400 * (cosine(b, i, j) - real(0.5)));
    }
    return std::log(near) / 2 + std::log(far) / 400;
  });
}
real plain_triplet(const sample& b, const sample&) {
  return b.mean_of_rows([&](size_t i) {
    real far = 0, near = std::numeric_limits<real>::infinity();
    for (size_t j = 0; j < b.rows; ++j)
      if (alike(b, i, j)) far = std::max(far, between(b, i, j));
      else if (b.label[i] != b.label[j]) near = std::min(near, between(b, i, j));
    return plain::softplus(far - near);
  });
}
real plain_contrastive(const sample& b, const sample&) {
  return b.mean_of_rows([&](size_t i) {
    real r = 0;
    for (size_t j = 0; j < b.rows; ++j) {
      const real apart = between(b, i, j), gap = std::max<real>(2 - apart, 0);
      r += i == j ? 0 : alike(b, i, j) ? apart * apart : gap * gap;
    }
    return r / static_cast<real>(b.rows);
  });
}
real plain_energy(const sample& b, const sample&) {
  return b.mean_of_rows([&](size_t i) {
    real r = 0;
    for (size_t j = 0; j < b.rows; ++j) r += (2 * across(b, i, j) - between(b, i, j)) / static_cast<real>(b.rows);
    return r;
  });
}
real plain_discrepancy(const sample& b, const sample&) {
  return b.mean_of_rows([&](size_t i) {
    real r = 0;
    for (size_t j = 0; j < b.rows; ++j) {
      const real near = between(b, i, j), far = across(b, i, j);
      r += (std::exp(-near * near) - 2 * std::exp(-far * far)) / static_cast<real>(b.rows);
    }
    return r;
  });
}
real plain_barlow(const sample& b, const sample&) {
  const auto n = static_cast<real>(b.rows);
  const auto mean = [&](size_t d) { return b.mean_of_rows([&](size_t i) { return b(i, d); }); };
  const auto covariance = [&](size_t d, size_t e) {
    real r = 0;
    for (size_t i = 0; i < b.rows; ++i) r += (b(i, d) - mean(d)) * (b(i, e) - mean(e)) / n;
    return r;
  };
  real r = 0;
  for (size_t d = 0; d < b.columns; ++d)
    for (size_t e = 0; e < b.columns; ++e) {
      const real c = covariance(d, e) / std::sqrt(covariance(d, d) * covariance(e, e));
      r += d == e ? (1 - c) * (1 - c) : real(0.1) * c * c;
    }
  return r;
}

TEST_CASE("embeddings of a batch are compared with each other") {
  const auto hold = [](const char* name, const auto& loss, auto plain, const sample& b) {
    plain::agrees(name, b, plain, [&](auto& data, auto& gradient, auto& room) {
      return loss(z = data.matrix(), y = b.label, d(z) = gradient.matrix(), loom::workspace = room);
    });
  };
  for (const sample& b : {plain::ordinary(7, 5), plain::ordinary(16, 3), plain::ordinary(2, 4),
                          plain::scaled(7, 5, 1e4), plain::repeated(6, 3)}) {
    hold("supervised contrastive", sup_con, plain_sup_con, b);
    hold("multi-similarity", multi_similarity, plain_multi_similarity, b);
    hold("contrastive", contrastive, plain_contrastive, b);
  }
  for (const sample& b : {plain::ordinary(7, 5), plain::ordinary(9, 2), plain::scaled(7, 5, 1e4)})
    hold("triplet of the hardest", triplet, plain_triplet, b);
}

TEST_CASE("two samples are compared, and each with itself") {
  const auto hold = [](const char* name, const auto& loss, auto plain, const sample& b) {
    plain::agrees(name, b, plain, [&](auto& data, auto& gradient, auto& room) {
      const auto others = b.others_like(data);
      return loss(z = data.matrix(), w = loom::view(others.data(), b.rows, b.columns), d(z) = gradient.matrix(),
                  loom::workspace = room);
    });
  };
  for (const sample& b :
       {plain::ordinary(7, 5), plain::ordinary(1, 3), plain::scaled(7, 5, 1e4), plain::repeated(6, 3)}) {
    hold("energy", energy, plain_energy, b);
    hold("discrepancy", discrepancy, plain_discrepancy, b);
  }
}

TEST_CASE("features of a batch are compared with each other") {
  for (const sample& b : {plain::ordinary(7, 5), plain::ordinary(17, 4), plain::scaled(7, 5, 1e-4)})
    plain::agrees_in_both("Barlow twins", b, plain_barlow, [&](auto& data, auto& gradient, auto& room) {
      return barlow(z = data.matrix(), d(z) = gradient.matrix(), loom::workspace = room);
    });
}

// ---- lists -------------------------------------------------------------------------------------------------------------

constexpr auto better = grade > grade(I = J);
constexpr auto rank_net = loom::loss<sum(where(better, log(1 + exp(x(I = J) - x)), 0)) / max(count(better), 1)>;

constexpr auto gain = pow(2, grade) - 1;
constexpr auto discount = 1 / log2(2 + rank(x, I));
constexpr auto ideal = max(sum(gain / log2(2 + rank(grade, I)), I), 1);
constexpr auto weight = abs(gain - gain(I = J)) * abs(discount - discount(I = J)) / ideal;
constexpr auto lambda_rank = loom::loss<sum(where(better, weight* log(1 + exp(x(I = J) - x)), 0))>;

constexpr auto position = 1 + sum(where(I != J, sigmoid(10 * (x(I = J) - x)), 0), J);
constexpr auto approximate_ndcg = loom::loss<-(sum(gain / log2(1 + position), I) / ideal).mean()>;

constexpr auto plackett_luce = loom::loss<-sum(log(exp(x) / sum(where(J >= I, exp(x(I = J)), 0), J)), I).mean()>;

/// 0 at the largest of a row; of equal ones the first is before.
real place_in(const std::vector<real>& of, size_t row, size_t i, size_t columns) {
  const real* v = &of[row * columns];
  real before = 0;
  for (size_t j = 0; j < columns; ++j) before += v[j] > v[i] || (v[j] == v[i] && j < i);
  return before;
}
real gain_of(const sample& b, size_t q, size_t i) { return std::exp2(b.more[q * b.columns + i]) - 1; }
real ideal_of(const sample& b, size_t q) {
  real r = 0;
  for (size_t i = 0; i < b.columns; ++i) r += gain_of(b, q, i) / std::log2(2 + place_in(b.more, q, i, b.columns));
  return std::max<real>(r, 1);
}
/// The sum over pairs of which the first has the higher grade.
template <class F>
real over_better(const sample& b, const F& f) {
  real r = 0;
  for (size_t q = 0; q < b.rows; ++q)
    for (size_t i = 0; i < b.columns; ++i)
      for (size_t j = 0; j < b.columns; ++j)
        if (b.more[q * b.columns + i] > b.more[q * b.columns + j]) r += f(q, i, j);
  return r;
}
real plain_rank_net(const sample& b, const sample&) {
  const real pairs = over_better(b, [](auto...) { return real(1); });
  return over_better(b, [&](size_t q, size_t i, size_t j) { return plain::softplus(b(q, j) - b(q, i)); }) /
         std::max<real>(pairs, 1);
}
real plain_lambda_rank(const sample& b, const sample& where_ranked) {
  const auto discount_of = [&](size_t q, size_t i) {
    return 1 / std::log2(2 + place_in(where_ranked.entries, q, i, b.columns));
  };
  return over_better(b, [&](size_t q, size_t i, size_t j) {
    const real swap = std::abs(gain_of(b, q, i) - gain_of(b, q, j)) * std::abs(discount_of(q, i) - discount_of(q, j));
    return swap / ideal_of(b, q) * plain::softplus(b(q, j) - b(q, i));
  });
}
real plain_approximate_ndcg(const sample& b, const sample&) {
  return b.mean_of_rows([&](size_t q) {
    real r = 0;
    for (size_t i = 0; i < b.columns; ++i) {
      real at = 1;
      for (size_t j = 0; j < b.columns; ++j) at += i == j ? 0 : 1 / (1 + std::exp(10 * (b(q, i) - b(q, j))));
      r -= gain_of(b, q, i) / std::log2(1 + at);
    }
    return r / ideal_of(b, q);
  });
}

TEST_CASE("entries of a list are compared with each other") {
  const auto hold = [](const char* name, const auto& loss, auto plain, const sample& b) {
    plain::agrees(name, b, plain, [&](auto& data, auto& gradient, auto& room) {
      const auto grades = b.others_like(data);
      return loss(x = data.matrix(), grade = loom::view(grades.data(), b.rows, b.columns), d(x) = gradient.matrix(),
                  loom::workspace = room);
    });
  };
  for (sample b : {plain::ordinary(5, 7), plain::ordinary(1, 6), plain::ordinary(3, 1), plain::scaled(5, 7, 1000),
                   plain::equal(3, 5)}) {
    b.grade();
    hold("RankNet", rank_net, plain_rank_net, b);
    hold("LambdaRank", lambda_rank, plain_lambda_rank, b);
    hold("approximate NDCG", approximate_ndcg, plain_approximate_ndcg, b);
  }
  for (const sample& b : {plain::ordinary(5, 7), plain::scaled(5, 7, 1000), plain::equal(3, 5)})
    plain::agrees_in_both("Plackett-Luce", b, plain::plackett_luce, [&](auto& data, auto& gradient, auto& room) {
      return plackett_luce(x = data.matrix(), d(x) = gradient.matrix(), loom::workspace = room);
    });
}

// ---- one list ----------------------------------------------------------------------------------------------------------

constexpr auto at_risk = where(t(N = M) >= t, exp(risk(N = M)), 0);
constexpr auto breslow = loom::loss<-sum(where(event, risk - log(sum(at_risk, M)), 0)) / max(count(event), 1)>;

constexpr auto tied = event && event(N = M) && t == t(N = M);
constexpr auto part = count(tied && M < N, M) / max(count(tied, M), 1);
constexpr auto deaths = sum(where(tied, exp(risk(N = M)), 0), M);
constexpr auto efron =
    loom::loss<-sum(where(event, risk - log(sum(at_risk, M) - part * deaths), 0)) / max(count(event), 1)>;

constexpr auto margin = 1 - score * (2 * truth - 1);
constexpr auto r = rank(margin, N);
constexpr auto before = r(N = M) <= r;
constexpr auto missed = sum(truth) - sum(where(before, truth(N = M), 0), M);
constexpr auto united = sum(truth) + sum(where(before, 1 - truth(N = M), 0), M);
constexpr auto lovasz = loom::loss<sum(relu(margin) * ((missed + truth) / (united - (1 - truth)) - missed / united))>;

real plain_cox(const sample& b, bool shares_ties) {
  real total = 0, events = 0;
  for (size_t i = 0; i < b.rows; ++i) {
    if (b.event[i] == 0) continue;
    real all = 0, dead = 0, ties = 0, earlier = 0;
    for (size_t j = 0; j < b.rows; ++j) {
      if (b.more[j] >= b.more[i]) all += std::exp(b(j, 0));
      if (b.event[j] == 0 || b.more[j] != b.more[i]) continue;
      dead += std::exp(b(j, 0));
      ++ties;
      earlier += j < i;
    }
    total += std::log(shares_ties ? all - earlier / ties * dead : all) - b(i, 0);
    ++events;
  }
  return total / std::max<real>(events, 1);
}
real plain_breslow(const sample& b, const sample&) { return plain_cox(b, false); }
real plain_efron(const sample& b, const sample&) { return plain_cox(b, true); }

/// The Lovasz extension: errors from the largest on, each by how much the Jaccard index falls.
real plain_lovasz(const sample& b, const sample& where_ranked) {
  const auto margin_in = [](const sample& of, size_t i) { return 1 - of(i, 0) * (2 * of.more[i] - 1); };
  std::vector<size_t> order(b.rows);
  for (size_t i = 0; i < b.rows; ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](size_t i, size_t j) {
    const real a = margin_in(where_ranked, i), c = margin_in(where_ranked, j);
    return a > c || (a == c && i < j);
  });
  real all = 0, hit = 0, false_hit = 0, index = 0, total = 0;
  for (size_t i = 0; i < b.rows; ++i) all += b.more[i];
  for (size_t i : order) {
    hit += b.more[i];
    false_hit += 1 - b.more[i];
    const real next = 1 - (all - hit) / (all + false_hit);
    total += std::max<real>(margin_in(b, i), 0) * (next - index);
    index = next;
  }
  return total;
}

TEST_CASE("a list is compared with itself") {
  for (sample b : {plain::ordinary(9, 1), plain::ordinary(1, 1), plain::ordinary(40, 1), plain::scaled(9, 1, 500),
                   plain::equal(7, 1)}) {
    b.grade();  // times, many of them tied
    const auto hold = [&](const char* name, const auto& loss, auto plain) {
      plain::agrees(name, b, plain, [&](auto& data, auto& gradient, auto& room) {
        const auto times = b.others_like(data);
        return loss(risk = data.line(), t = times,
                    event = loom::view(reinterpret_cast<const bool*>(b.event.data()), b.rows),
                    d(risk) = gradient.line(), loom::workspace = room);
      });
    };
    hold("Breslow", breslow, plain_breslow);
    hold("Efron", efron, plain_efron);
  }
  for (sample b : {plain::ordinary(9, 1), plain::ordinary(1, 1), plain::ordinary(40, 1), plain::scaled(9, 1, 500),
                   plain::equal(7, 1)}) {
    b.grade();
    for (real& v : b.more) v = v > 1;
    b.more[0] = 1;
    plain::agrees_in_both("Lovasz hinge", b, plain_lovasz, [&](auto& data, auto& gradient, auto& room) {
      const auto truths = b.others_like(data);
      return lovasz(score = data.line(), truth = truths, d(score) = gradient.line(), loom::workspace = room);
    });
  }
}

}  // namespace
