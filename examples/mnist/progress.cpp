// SPDX-License-Identifier: BSL-1.0
// examples/mnist/progress.cpp — one line of progress an epoch.
#include "progress.hpp"

#include <cstddef>
#include <cstdio>
#include <string>

#include <fmt/format.h>
#include <unistd.h>

namespace mnist {
namespace {

constexpr std::size_t bar_width = 24;

std::string bar(double done) {
  const auto filled = static_cast<std::size_t>(done * static_cast<double>(bar_width));
  return std::string(filled, '=') + std::string(bar_width - filled, '.');
}

} // namespace

progress::progress(int epoch, int epochs) : epoch_(epoch), epochs_(epochs), terminal_(isatty(STDOUT_FILENO) != 0) {}

progress::~progress() {
  if (open_) { std::putchar('\n'); }
}

void progress::draw(double done, double loss) {
  const std::string bar_if_any = terminal_ ? fmt::format("\r  [{}]", bar(done)) : std::string(" ");
  fmt::print("{} epoch {:2}/{}  loss {:.4f}", bar_if_any, epoch_, epochs_, loss);
  open_ = true;
}

void progress::show(double done, double loss) {
  if (terminal_) {
    draw(done, loss);
    std::fflush(stdout);
  }
}

void progress::finish(double loss, double accuracy) {
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start_;
  draw(1, loss);
  fmt::print("  validation accuracy {:5.2f} %  {:.1f} s\n", 100 * accuracy, seconds.count());
  std::fflush(stdout);
  open_ = false;
}

} // namespace mnist
