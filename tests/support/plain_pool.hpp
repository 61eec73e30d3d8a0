// SPDX-License-Identifier: BSL-1.0
// tests/support/plain_pool.hpp — threads for a call, whatever the machine has.
#pragma once

#include <atomic>
#include <thread>
#include <vector>

namespace trial {

/// As many threads as it is told; tasks from the last to the first.
struct plain_pool {
  int size;
  std::atomic<int> calls{0};

  explicit plain_pool(int n) : size(n) {}
  template <class F>
  void for_each(int count, const F& f) {
    std::atomic<int> left{count};
    std::vector<std::jthread> threads;
    for (int k = 0; k < size; ++k)
      threads.emplace_back([&] {
        for (int i = --left; i >= 0; i = --left) {
          f(i);
          ++calls;
        }
      });
  }
};

}  // namespace trial
