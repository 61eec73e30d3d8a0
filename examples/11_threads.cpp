// SPDX-License-Identifier: BSL-1.0
// examples/11_threads.cpp — a call shared among threads, by a pool of one's own: the same bits for every number of them.
#include <loom/loom.hpp>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <thread>
#include <vector>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto cross_entropy = loom::loss<-gather(log(exp(x) / sum(exp(x), -1)), t).mean()>;

// [pool]
/// All that a call asks of a pool: for_each(count, f) calls f(i) for each i below count, on any threads, and returns when all are done.
struct pool {
  int threads;

  template <class F>
  void for_each(int count, const F& f) {
    std::atomic<int> next = 0;
    const auto work = [&] {
      for (int i = next++; i < count; i = next++) f(i);
    };
    std::vector<std::thread> others;
    for (int k = 1; k < threads; ++k) others.emplace_back(work);
    work();
    for (std::thread& other : others) other.join();
  }
};
// [/pool]

int main() {
  constexpr std::size_t n = 20000, c = 50;
  std::mt19937 random(7);
  std::normal_distribution<float> normal(0, 3);
  std::vector<float> logits(n * c), alone(n * c), shared(n * c);
  std::vector<int> labels(n);
  for (float& l : logits) l = normal(random);
  for (int& l : labels) l = static_cast<int>(random() % c);

  const auto data = loom::view(logits.data(), n, c);
  const float value = cross_entropy(x = data, t = labels, d(x) = loom::view(alone.data(), n, c));
  bool right = true;
  for (int threads = 1; threads <= 4; ++threads) {
    // [call]
    pool workers = {threads};
    const float same =
        cross_entropy(x = data, t = labels, d(x) = loom::view(shared.data(), n, c), loom::threads = workers);
    // [/call]
    right = right && same == value && shared == alone;
  }
  std::printf("loss %.6f, with 1 to 4 threads %s\n", static_cast<double>(value), right ? "the same bits" : "different");
  return right ? EXIT_SUCCESS : EXIT_FAILURE;
}
