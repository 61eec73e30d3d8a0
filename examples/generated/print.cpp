// SPDX-License-Identifier: BSL-1.0
// examples/generated/print.cpp — writes the printed loops of this folder into the folder that it is given: `./run generated`.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "loom/code.hpp"
#include "loom/collection/collection.hpp"

namespace {

namespace losses = loom::collection;

// What an episode earns from each step on, beside what was predicted: Sutton and Barto (2018), section 3.3.
constexpr auto reward = loom::tensor<"reward[N,T]">;
constexpr auto baseline = loom::tensor<"baseline[N,T]">;
constexpr auto done = loom::mask<"done[N,T]">;
constexpr auto gamma = loom::scalar<"gamma in [0,1]">;
constexpr auto T = loom::axis<"T">;
constexpr auto returns =
    loom::loss<square(recurrence(reward, gamma * (1 - number(done)), T, loom::reverse) - baseline).mean()>;

std::string folder;
bool written = true;

/// A file: what was written, and what it became.
void write(const std::string& name, const char* formula, const std::string& code) {
  std::ofstream file(folder + "/" + name);
  file << "// SPDX-License-Identifier: BSL-1.0\n"
       << "// examples/generated/" << name << " — printed by `./run generated`, to be read; compiles without Loom.\n"
       << "//     " << formula << "\n"
       << "// clang-format off\n"
       << code;
  file.close();
  written = written && file.good();
}

template <auto Formula, class... Derivatives>
void print(const std::string& name, const char* formula, const loom::loss_function<Formula>& loss,
           Derivatives... derivatives) {
  write(name + ".cpp", formula, loom::code(loss, loom::cpp, name, derivatives...));
}
template <auto Formula, class... Derivatives>
void print_c(const std::string& name, const char* formula, const loom::loss_function<Formula>& loss,
             Derivatives... derivatives) {
  write(name + ".c", formula, loom::code(loss, loom::c99, name, derivatives...));
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("usage: loom_generated FOLDER\n", stderr);
    return EXIT_FAILURE;
  }
  folder = arguments[1];

  // The formulas as the collection has them.
  const char* const cross_entropy = "-gather(log(p), t).mean(), where p is exp(x) / sum(exp(x), C)";
  print("cross_entropy_value", cross_entropy, losses::cross_entropy);
  print("cross_entropy", cross_entropy, losses::cross_entropy, d(losses::x));
  print_c("cross_entropy", cross_entropy, losses::cross_entropy, d(losses::x));
  print("focal_cross_entropy",
        "(pow(1 - gather(p, t), gamma) * -sum(smoothed * log(p), C) + z * square(log(sum(exp(x), C)))).mean()",
        losses::focal_cross_entropy, d(losses::x));
  print("huber", "where(abs(r) <= delta, 0.5 * square(r), delta * (abs(r) - 0.5 * delta)).mean(), where r is a - y",
        losses::huber, d(losses::a));
  print("gaussian_nll", "0.5 * (log(s) + square(mu - y) / s).mean(), where s is max(v, 1e-6)", losses::gaussian_nll,
        d(losses::mu), d(losses::v));
  print("info_nce", "cross entropy along the rows of s and along its columns, averaged", losses::info_nce,
        d(losses::contrastive::s));
  print("distillation",
        "square(T) * sum(p * log(p / q), C).mean(), where p and q are the softmax of s / T and of x / T",
        losses::distillation, d(losses::x));
  print("discounted_returns", "square(recurrence(reward, gamma * (1 - number(done)), T, reverse) - baseline).mean()",
        returns, d(baseline), d(reward));

  if (!written) std::fprintf(stderr, "cannot write to %s\n", arguments[1]);
  return written ? EXIT_SUCCESS : EXIT_FAILURE;
}
