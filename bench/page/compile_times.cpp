// SPDX-License-Identifier: BSL-1.0
#include "compile_times.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <vector>

namespace bench {
namespace {

struct cost {
  double seconds = 0, memory = 0;
};
struct times {
  std::vector<std::string> compilers, about;
  std::map<std::pair<std::string, std::string>, cost> of;  // a compiler and a file
};

times read(const std::string& file) {
  std::ifstream in(file);
  times t;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("# ")) {
      t.about.push_back(line.substr(2));
      continue;
    }
    std::istringstream words(line);
    std::string compiler, name;
    cost c;
    double wall = 0;
    if (!(words >> compiler >> name >> c.seconds >> wall >> c.memory)) continue;  // the head
    if (t.compilers.empty() || t.compilers.back() != compiler) t.compilers.push_back(compiler);
    t.of[{compiler, name}] = c;
  }
  if (t.of.empty()) {
    std::cerr << file << " holds no compile times of bench/compile/measure.sh\n";
    std::exit(1);
  }
  return t;
}

constexpr struct {
  const char *file, *what;
} rows[] = {{"one_loss", "Loom: a loss, its value and gradient"},
            {"calls_only", "Loom: the same, compiled in another file"},
            {"header", "Loom: the header alone"},
            {"eigen_loss", "Eigen: the same loss, its gradient by hand"},
            {"eigen", "Eigen: the header alone"},
            {"xtensor_loss", "xtensor: the same loss, its gradient by hand"},
            {"torch_loss", "LibTorch: the same loss"}};

}  // namespace

std::string section_of_compile_times(const std::string& file) {
  const times t = read(file);
  std::string s =
      "Seconds of the processor and memory to compile one file at -O2, the shortest of some runs in turn "
      "(`bench/compile`).\n\n|";
  for (const std::string& c : t.compilers) s += fmt::format(" | {} | ", c);
  s += "|\n|---|";
  for (std::size_t i = 0; i < t.compilers.size(); ++i) s += "---:|---:|";
  s += "\n";
  for (const auto& row : rows) {
    s += fmt::format("| {} |", row.what);
    for (const std::string& c : t.compilers) {
      const auto found = t.of.find({c, row.file});
      s += found == t.of.end() ? " | |"
                               : fmt::format(" {:.2f} s | {:.0f} MB |", found->second.seconds, found->second.memory);
    }
    s += "\n";
  }
  for (const std::string& c : t.compilers) {
    std::string sentence;
    for (const auto& [peer, name] :
         {std::pair("eigen_loss", "Eigen"), std::pair("xtensor_loss", "xtensor"), std::pair("torch_loss", "LibTorch")})
      if (const auto found = t.of.find({c, peer}); found != t.of.end())
        sentence += fmt::format("{}{:.2f} times as long as with {}", sentence.empty() ? "" : ", ",
                                t.of.at({c, "one_loss"}).seconds / found->second.seconds, name);
    if (!sentence.empty()) s += fmt::format("\nWith {} a file with the loss takes {}.", c, sentence);
  }
  s += "\n\nCompilers:";
  for (const std::string& c : t.about) s += fmt::format("{} {}", &c == &t.about.front() ? "" : ";", c);
  return s + ".\n";
}

std::string sentence_of_compile_times(const std::string& file) {
  const times t = read(file);
  std::string seconds, ratios, calls;
  for (const std::string& c : t.compilers) {
    const auto of = [&](const char* name) { return t.of.at({c, name}).seconds; };
    const char* const comma = seconds.empty() ? "" : ", ";
    seconds += fmt::format("{}{:.1f} s ({})", comma, of("one_loss"), c);
    ratios += fmt::format("{}{:.1f}", comma, of("one_loss") / of("eigen"));
    calls += fmt::format("{}{:.1f} s", comma, of("calls_only"));
  }
  return fmt::format(
      "A file with the first loss and its gradient compiles at -O2 in {}: {} times what `#include <Eigen/Dense>` takes "
      "alone. One that calls a loss\n"
      "which [another file compiles](docs/how-to/compile-a-loss-once.md) takes {}.",
      seconds, ratios, calls);
}

}  // namespace bench
