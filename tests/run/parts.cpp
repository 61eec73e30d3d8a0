// SPDX-License-Identifier: BSL-1.0
// tests/run/parts.cpp — reductions of more data than one part holds: parts are joined first, and finished once.
#include "loom/run/parts.hpp"

#include <cmath>
#include <limits>
#include <tuple>
#include <vector>

#include "loom/loom.hpp"
#include "support/catch.hpp"
#include "support/plain_pool.hpp"
#include "support/targets.hpp"

namespace {

using loom::view;
constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto u = loom::tensor<"u[N]">;
constexpr auto N = loom::axis<"N">;

constexpr auto whole = loom::loss<logsumexp(x)>;
constexpr auto row = loom::loss<logsumexp(u)>;
constexpr auto probabilities = loom::loss<softmax(x)>;
constexpr auto log_probabilities = loom::loss<log_softmax(x)>;
constexpr auto columns = loom::loss<logsumexp(x, N).sum()>;
constexpr auto nothing_but_infinities = loom::loss<x.max()>;

/// Rows whose first parts are all -inf, and their other entries far below 0: the shift of such a part alone is 0.
template <class T>
struct masked_parts {
  std::ptrdiff_t n = 4 * loom::run::part_size / 8, c = 8;
  std::vector<T> data, out;
  double logsumexp = 0;

  masked_parts() : data(static_cast<std::size_t>(n * c), -std::numeric_limits<T>::infinity()), out(data.size()) {
    const std::size_t kept = data.size() / 4;
    for (std::size_t i = data.size() - kept; i < data.size(); ++i) data[i] = -1000;
    logsumexp = -1000 + std::log(static_cast<double>(kept));
  }
};

template <class T, class Call>
void on_every_target(const Call& call) {
  trial::on_every_target([&] {
    masked_parts<T> m;
    trial::plain_pool pool(2);
    call(m, pool);
  });
}

template <class T>
void infinite_parts_count_for_nothing() {
  on_every_target<T>([](masked_parts<T>& m, trial::plain_pool& pool) {
    const auto close = [](T got, double want) {
      return std::fabs(static_cast<double>(got) - want) <= 4 * std::numeric_limits<T>::epsilon() * std::fabs(want);
    };
    const auto data = view(m.data.data(), m.n, m.c), out = view(m.out.data(), m.n, m.c);
    CHECK(close(whole(x = data), m.logsumexp));
    CHECK(close(whole(x = data, loom::threads = pool), m.logsumexp));
    CHECK(pool.calls > 1);
    CHECK(close(row(u = view(m.data.data(), m.n * m.c)), m.logsumexp));
    CHECK(nothing_but_infinities(x = view(m.data.data(), m.n / 2, m.c)) == -std::numeric_limits<T>::infinity());
    const std::size_t last = m.data.size() - 1;
    probabilities(x = data, loom::out = out, loom::threads = pool);
    CHECK(m.out[0] == 0);
    CHECK(close(m.out[last], 4.0 / static_cast<double>(m.data.size())));
    log_probabilities(x = data, loom::out = out);
    CHECK(m.out[0] == -std::numeric_limits<T>::infinity());
    CHECK(close(m.out[last], -std::log(static_cast<double>(m.data.size() / 4))));
  });
}

TEST_CASE("pieces of lines are whole vectors at least, and together all rows", "[exec]") {
  for (const auto& [lines, line, entries] : {std::tuple{1, 1003, 300},
                                             {3, 9001, 20},
                                             {400, 70, 11},
                                             {2, 129, 2000},
                                             {1, 5, 70000},
                                             {1, 1000000, 9},
                                             {500, 4096, 3},
                                             {1, 128, 0}}) {
    loom::layout::sweep_layout data{};
    data.shape = loom::layout::loop_shape::in_place;
    data.line = line;
    data.rows = static_cast<std::ptrdiff_t>(lines) * line;
    data.columns = entries;
    const auto parts = loom::run::partition::of<true>(data);
    CHECK(parts.count() <= loom::loops::max_parts);
    std::ptrdiff_t end = 0;
    for (int i = 0; i < parts.count(); ++i) {
      CHECK(parts[i].row_begin == end);
      end = parts[i].row_end;
      const std::ptrdiff_t size = end - parts[i].row_begin;
      const bool is_piece = parts[i].row_begin % line != 0 || end % line != 0;
      CHECK((!is_piece || (size >= 64 && parts[i].row_begin / line == (end - 1) / line)));
    }
    CHECK(end == data.rows);
  }
  loom::layout::sweep_layout matrix{};
  matrix.shape = loom::layout::loop_shape::in_place;
  matrix.rows = matrix.line = matrix.columns = 4096;
  CHECK(loom::run::partition::of<true>(matrix).count() == 64);
}

TEST_CASE("parts that are all -inf count for nothing in a log-sum-exp of several parts", "[exec]") {
  infinite_parts_count_for_nothing<float>();
  infinite_parts_count_for_nothing<double>();
}

TEST_CASE("rows that are all -inf count for nothing in a log-sum-exp over rows", "[exec]") {
  on_every_target<float>([](masked_parts<float>& m, trial::plain_pool& pool) {
    std::vector<double> workspace(static_cast<std::size_t>(columns.workspace_size(x = view(m.data.data(), m.n, m.c))));
    const double want = 8 * (m.logsumexp - std::log(8.0));
    const auto data = view(m.data.data(), m.n, m.c);
    CHECK(std::fabs(columns(x = data, loom::workspace = workspace) - static_cast<float>(want)) < 1e-2F);
    CHECK(std::fabs(columns(x = data, loom::workspace = workspace, loom::threads = pool) - static_cast<float>(want)) <
          1e-2F);
  });
}

}  // namespace
