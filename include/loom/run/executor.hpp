// SPDX-License-Identifier: BSL-1.0
// run/executor.hpp — who runs the parts of a sweep: the caller, or a pool of threads, which then computes as the caller would.
// Layer 8 (run).
#pragma once

#include "loom/call/error.hpp"
#include "loom/lang/bindings.hpp"
#include "loom/loops/executor.hpp"
#if !defined(__SSE__) && !defined(__aarch64__)
#include <cfenv>
#endif

namespace loom::inline LOOM_ABI::run {

/// How a thread rounds, and what it makes of subnormal numbers; also which exceptions trap.
class arithmetic_mode {
 public:
#if defined(__SSE__)
  using bits = unsigned;
  static bits read() { return __builtin_ia32_stmxcsr() & ~flags; }
  static void write(bits b) { __builtin_ia32_ldmxcsr(b | (__builtin_ia32_stmxcsr() & flags)); }
#elif defined(__aarch64__)
  using bits = unsigned long;
  static bits read() {
    bits b = 0;
    asm volatile("mrs %0, fpcr" : "=r"(b));
    return b;
  }
  static void write(bits b) { asm volatile("msr fpcr, %0" : : "r"(b)); }
#else
  using bits = int;
  static bits read() { return std::fegetround(); }
  static void write(bits b) { std::fesetround(b); }
#endif

  /// Holds this thread to a mode until the end of a scope.
  class scope {
   public:
    explicit scope(bits mode) : mode_(mode), before_(read()) {
      if (mode_ != before_) write(mode_);
    }
    ~scope() {
      if (mode_ != before_) write(before_);
    }
    scope(const scope&) = delete;
    scope& operator=(const scope&) = delete;

   private:
    bits mode_, before_;
  };

 private:
  static constexpr unsigned flags = 0x3F;  // of exceptions that occurred: state, not mode
};

/// The parts that a pool is given.
class shared_parts {
 public:
  shared_parts(void (*task)(void*, int), void* argument) : task_(task), argument_(argument) {}

  /// A part that the pool runs again is done already: it may add to what an output holds.
  void run(int i) {
    if (__atomic_exchange_n(&ran_[i], true, __ATOMIC_RELAXED)) return;
    const arithmetic_mode::scope as_the_caller(mode_);
    task_(argument_, i);
  }
  /// A pool that leaves out parts is an error: their totals and outputs are missing.
  void require_all(int count) const {
    int ran = 0;
    for (int i = 0; i < count; ++i) ran += __atomic_load_n(&ran_[i], __ATOMIC_RELAXED);
    if (ran == count) return;
    sentence s;
    s << "the pool bound to threads ran " << std::int64_t{ran} << " of the " << std::int64_t{count}
      << " parts of this call";
    call::fail(s);
  }

 private:
  void (*task_)(void*, int);
  void* argument_;
  arithmetic_mode::bits mode_ = arithmetic_mode::read();
  bool ran_[max_parts]{};
};

/// Any pool with for_each(count, f) as an executor.
template <class Pool>
executor executor_of(const pool_view<Pool>& v) {
  return {[](void* pool, int count, void (*task)(void*, int), void* argument) {
            shared_parts parts(task, argument);
            static_cast<Pool*>(pool)->for_each(count, [&](int i) { parts.run(i); });
            parts.require_all(count);
          },
          v.pool};
}

}  // namespace loom::run
