// SPDX-License-Identifier: BSL-1.0
// threads.hpp — a pool of threads for calls: cross_entropy(x = logits, ..., loom::threads = pool). Needs oneTBB.
#pragma once

#include "loom/base/config.hpp"

#if !__has_include(<oneapi/tbb/task_arena.h>)
#error "loom/threads.hpp needs oneTBB, whose headers were not found (Debian: libtbb-dev)"
#endif

#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/partitioner.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>

#include "loom/loom.hpp"

namespace loom::inline LOOM_ABI {

/// Threads of oneTBB. Calls may share a pool, also at the same time.
class thread_pool {
 public:
  /// At most `most` at once, the calling one among them, and never more than the machine has; by default, these.
  explicit thread_pool(int most = tbb::info::default_concurrency())
      : arena_(std::clamp(most, 1, tbb::info::default_concurrency())) {}

  int size() { return arena_.max_concurrency(); }

  template <class F>
  void for_each(int count, const F& f) {
    arena_.execute([&] { tbb::parallel_for(0, count, f, tbb::simple_partitioner()); });
  }

 private:
  tbb::task_arena arena_;
};

}  // namespace loom
