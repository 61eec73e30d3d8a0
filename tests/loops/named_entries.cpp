// SPDX-License-Identifier: BSL-1.0
// tests/loops/named_entries.cpp — the entries that labels name, of rows of every length about the one from which they are gathered.
#include <cmath>
#include <limits>

#include "loom/loom.hpp"
#include "support/targets.hpp"

namespace {

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto picked = loom::loss<gather(x, t)>;
constexpr auto cross_entropy = loom::loss<where(t != -1, -gather(log_softmax(x, -1), t), 0).mean()>;

}  // namespace

TEST_CASE("labels name entries of rows of any length", "[loops]") {
  trial::on_every_target([] {
    constexpr std::ptrdiff_t rows = 67;  // whole vectors of every target, and a rest
    for (std::ptrdiff_t classes = 1; classes <= 40; ++classes) {
      CAPTURE(classes);
      std::vector<float> logits(static_cast<std::size_t>(rows * classes)), entries(rows);
      std::vector<int> labels(rows);
      for (std::size_t i = 0; i < logits.size(); ++i) logits[i] = static_cast<float>(i % 251) * 0.03125f - 4;
      for (std::ptrdiff_t i = 0; i < rows; ++i)
        labels[static_cast<std::size_t>(i)] = static_cast<int>((i * 7 + 3) % classes);
      picked(x = loom::view(logits.data(), rows, classes), t = labels, loom::out = entries);
      for (std::size_t i = 0; i < rows; ++i)
        CHECK(entries[i] == logits[i * static_cast<std::size_t>(classes) + static_cast<std::size_t>(labels[i])]);
    }
  });
}

TEST_CASE("a row that no label names has no entry, whatever it holds", "[loops]") {
  trial::on_every_target([] {
    for (const std::ptrdiff_t classes : {3, 10, 16, 17, 40}) {
      CAPTURE(classes);
      std::vector<float> logits(static_cast<std::size_t>(20 * classes), 0.5f), g(logits.size());
      std::vector<int> labels(20, 1);
      for (std::size_t i = 0; i < 20; i += 3) {
        labels[i] = -1;
        for (std::ptrdiff_t j = 0; j < classes; ++j)
          logits[i * static_cast<std::size_t>(classes) + static_cast<std::size_t>(j)] =
              std::numeric_limits<float>::quiet_NaN();
      }
      const auto out = loom::view(g.data(), 20, classes);
      CHECK(cross_entropy(x = loom::view(logits.data(), 20, classes), t = labels, d(x) = out) ==
            Approx(13.0 / 20 * std::log(static_cast<double>(classes))));
      for (const float slope : g) CHECK(std::isfinite(slope));
    }
  });
}
