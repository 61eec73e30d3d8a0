// SPDX-License-Identifier: BSL-1.0
// tests/loops/channels.cpp — rows whose columns lie far apart: images with channels first, or last, of any size.
#include "support/flagship_trials.hpp"

namespace {

constexpr auto x = loom::tensor<"x[N,C,H,W]">;
constexpr auto s = loom::tensor<"s[N,C,L]">;
constexpr auto w = loom::tensor<"w[C]">;
constexpr auto v = loom::tensor<"v[N,H,W]">;
constexpr auto t = loom::index<"t[N,H,W]">;
constexpr auto m = loom::mask<"m[N,H,W]">;
constexpr auto b = loom::tensor<"x[N,C=600,L]">;
constexpr auto k = loom::index<"k[N,L]">;
constexpr auto C = loom::axis<"C">;

constexpr trial::memory layouts[] = {trial::memory::contiguous, trial::memory::channels_last,
                                     trial::memory::padded_rows, trial::memory::every_third, trial::memory::transposed};
constexpr trial::element_type label_types[] = {trial::element_type::i32, trial::element_type::i64,
                                               trial::element_type::u8, trial::element_type::i16,
                                               trial::element_type::u64};

struct size {
  int n, c, h, w;
};

template <auto Formula, class T = float, loom::call::storages Memory = loom::call::storages{}>
void agrees(const char* what, std::initializer_list<size> sizes) {
  constexpr const loom::ir::graph& graph = loom::compiler::source<Formula>::written.program;
  constexpr loom::derive::input_set wanted = 1;
  static_assert(loom::compiler::compiled<Formula, wanted>::problem().kind == loom::lang::issue::none);
  for (loom::target target : trial::targets()) {
    const loom::limit_target limit(target);
    int labels = 0;
    for (const size& e : sizes) {
      trial::settings set;
      for (int a = 0; a < graph.axes.size(); ++a) {
        const std::string_view name = graph.axes[a].name;
        set.extents.push_back(name == "N"   ? e.n
                              : name == "C" ? e.c
                              : name == "H" ? e.h
                              : name == "L" ? e.h * e.w
                                            : e.w);
      }
      set.condition = 4;
      for (trial::memory layout : layouts) {
        set.layout = layout;
        set.labels = label_types[labels++ % 5];
        trial::check<Formula, wanted, T, Memory>(set, what);
      }
    }
  }
}

}  // namespace

TEST_CASE("channels first, last and padded: images of odd sizes") {
  agrees<-gather(log_softmax(x, C), t, C).mean()>("cross entropy", {{1, 1, 1, 1},
                                                                    {2, 3, 2, 3},
                                                                    {3, 21, 7, 7},
                                                                    {2, 5, 17, 3},
                                                                    {1, 64, 5, 33},
                                                                    {2, 65, 3, 19},
                                                                    {1, 21, 1, 500},
                                                                    {1, 100, 2, 2}});
}

TEST_CASE("channels of any number: through tiles, and straight from memory") {
  agrees<-gather(log_softmax(x, C), t, C).mean(), double>(
      "cross entropy", {{1, 300, 5, 7}, {2, 1100, 4, 5}, {1, 2100, 1, 17}, {3, 1100, 3, 5}});
}

TEST_CASE("many pixels of a channel: vectors of rows abreast, and what is left of a line") {
  const auto sizes = {size{1, 3, 1, 64}, {2, 5, 9, 31}, {1, 300, 8, 17}, {3, 21, 7, 10}, {2, 130, 1, 95}};
  agrees<-gather(log_softmax(x, C), t, C).mean()>("cross entropy", sizes);
  agrees<-gather(log_softmax(x, C), t, C).mean(), double>("cross entropy", sizes);
  agrees<-gather(log_softmax(x, C), t, C).mean(), float, trial::all_stored(loom::storage::bf16, loom::storage::f16)>(
      "cross entropy", sizes);
  agrees<sum(where(m, v * gather(w, t) * (logsumexp(x, C) - gather(x, t, C)), 0))>("weighted", sizes);
  agrees<(v * var(x, C)).mean() + x.max() + x.min() + prod(1 + square(v) / 100)>("totals", sizes);
  agrees<(log(1 + v * var(x, C))).mean(), double>("logarithms", sizes);
  agrees<log(1 + square(v) * var(x, C)).mean()>("logarithms", sizes);
}

TEST_CASE("of vectors of rows abreast, each row has the shift that serves it") {
  constexpr std::ptrdiff_t c = 150, pixels = 203;
  constexpr auto logits = loom::tensor<"logits[C,P]">;
  constexpr auto labels = loom::index<"labels[P]">;
  constexpr auto loss = loom::loss<sum(square(2 - gather(log_softmax(logits, C), labels, C)))>;
  std::vector<float> planes(c * pixels), rows(c * pixels), by_planes(c * pixels), by_rows(c * pixels);
  std::vector<int> label(pixels);
  for (std::size_t p = 0; p < label.size(); ++p) {
    label[p] = static_cast<int>(p % c);
    const bool is_far =
        p == 29 || p == 61 || p == 130;  // of the widest vectors, in the second, in the fourth and in the first
    for (std::size_t j = 0; j < c; ++j)
      planes[j * pixels + p] = rows[p * c + j] =
          static_cast<float>((j * 7919 + p * 131) % 1009) * 0.01F - (is_far && j == p % c ? 300.0F : 0.0F);
  }
  trial::on_every_target([&] {
    const float of_planes = loss(logits = loom::view(planes.data(), c, pixels), labels = label,
                                 d(logits) = loom::view(by_planes.data(), c, pixels));
    const float of_rows = loss(logits = loom::view(rows.data(), {c, pixels}, {1, c}), labels = label,
                               d(logits) = loom::view(by_rows.data(), {c, pixels}, {1, c}));
    CHECK(of_planes == Approx(of_rows).epsilon(1e-6));
    for (std::size_t p = 0; p < label.size(); ++p)
      for (std::size_t j = 0; j < c; ++j)
        CHECK(by_planes[j * pixels + p] == Approx(by_rows[p * c + j]).epsilon(1e-4).margin(1e-4));
  });
}

TEST_CASE("a gradient too large for any cache is the same, wherever its planes begin in memory") {
  constexpr std::ptrdiff_t c = 9, pixels = 1000003;  // 36 MB of float; no plane begins on a line of memory
  static_assert(c * pixels * static_cast<std::ptrdiff_t>(sizeof(float)) > loom::run::uncached_bytes);
  constexpr auto logits = loom::tensor<"logits[C,P]">;
  constexpr auto labels = loom::index<"labels[P]">;
  std::vector<float> planes(c * pixels), by_planes(c * pixels + 1, 7), rows(c * pixels), by_rows(c * pixels);
  std::vector<std::uint8_t> label(pixels);
  for (std::ptrdiff_t i = 0; i < c * pixels; ++i)
    planes[static_cast<std::size_t>(i)] = static_cast<float>(i * 7919 % 1009) * 0.01F - 5;
  for (std::size_t p = 0; p < label.size(); ++p) {
    label[p] = static_cast<std::uint8_t>(p % c);
    for (std::size_t j = 0; j < c; ++j) rows[p * c + j] = planes[j * pixels + p];
  }
  constexpr auto loss = loom::loss<-gather(log_softmax(logits, C), labels, C).mean()>;
  const auto first = loom::view(planes.data(), c, pixels), last = loom::view(rows.data(), {c, pixels}, {1, c});
  const float of_planes = loss(logits = first, labels = label, d(logits) = loom::view(by_planes.data() + 1, c, pixels));
  const float of_rows =
      loss(logits = last, labels = label, d(logits) = loom::view(by_rows.data(), {c, pixels}, {1, c}));
  CHECK(of_planes == Approx(of_rows).epsilon(1e-6));
  CHECK(by_planes[0] == 7);  // what lies before the buffer
  float most = 0;
  for (std::size_t p = 0; p < label.size(); ++p)
    for (std::size_t j = 0; j < c; ++j)
      most = std::max(most, std::fabs(by_planes[1 + j * pixels + p] - by_rows[p * c + j]));
  CHECK(most < 1e-12F);
}

TEST_CASE("weights of rows and of channels, masks and labels beside channels") {
  agrees<sum(where(m, v * gather(w, t) * (logsumexp(x, C) - gather(x, t, C)), 0))>(
      "weighted", {{2, 5, 5, 7}, {2, 70, 1, 23}, {1, 1100, 6, 3}});
}

TEST_CASE("channels in the middle of three axes, of a known number") {
  agrees<-gather(log_softmax(b, C), k, C).mean()>("cross entropy", {{2, 600, 3, 5}, {2, 600, 5, 5}});
}

TEST_CASE("channels first in 16 bits") {
  constexpr auto halves = trial::all_stored(loom::storage::bf16, loom::storage::f16);
  agrees<-gather(log_softmax(x, C), t, C).mean(), float, halves>(
      "cross entropy", {{3, 21, 7, 7}, {1, 64, 5, 33}, {2, 65, 3, 19}, {1, 1100, 3, 7}, {1, 2100, 1, 17}});
}

TEST_CASE("rows over several axes that do not join") {
  agrees<sum(square(s - loom::tensor<"u[N,L]">) * w)>("elements", {{2, 5, 3, 3}, {3, 40, 2, 9}, {2, 70, 4, 5}});
  agrees<(v * var(x, C)).mean(), double>("variances", {{2, 5, 3, 3}, {3, 40, 2, 9}, {2, 70, 4, 5}});
}
