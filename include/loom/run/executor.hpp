// SPDX-License-Identifier: BSL-1.0
// run/executor.hpp — who runs the parts of a sweep: the caller, or a pool of threads, which then computes as the caller would.
// Layer 8 (run).
#pragma once

#include "loom/lang/bindings.hpp"
#if !defined(__SSE__) && !defined(__aarch64__)
#include <cfenv>
#endif

namespace loom::inline LOOM_ABI::run {

inline constexpr int max_parts = 256;

/// Calls task(argument, i) for each i below count, on any threads, and returns when all are done. None: the caller does.
struct executor {
  void (*for_each)(void* pool, int count, void (*task)(void*, int), void* argument) = nullptr;
  void* pool = nullptr;
};

/// Any pool with for_each(count, f) as an executor.
template <class Pool>
executor executor_of(const pool_view<Pool>& v) {
  return {[](void* pool, int count, void (*task)(void*, int), void* argument) { static_cast<Pool*>(pool)->for_each(count, [=](int i) { task(argument, i); }); }, v.pool};
}

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

/// Runs every part in the caller's arithmetic mode. Returns how many ran: a pool may have left some out.
inline int run_on(const executor& on, int count, void (*task)(void*, int), void* argument) {
  if (on.for_each == nullptr || count == 1) {
    for (int i = 0; i < count; ++i) task(argument, i);
    return count;
  }
  struct shared {
    void (*task)(void*, int);
    void* argument;
    arithmetic_mode::bits mode;
    bool ran[max_parts];
  };
  shared all{task, argument, arithmetic_mode::read(), {}};
  on.for_each(
      on.pool, count,
      [](void* s, int i) {
        shared& of_call = *static_cast<shared*>(s);
        const arithmetic_mode::scope as_the_caller(of_call.mode);
        of_call.task(of_call.argument, i);
        __atomic_store_n(&of_call.ran[i], true, __ATOMIC_RELAXED);
      },
      &all);
  int ran = 0;
  for (int i = 0; i < count; ++i) ran += __atomic_load_n(&all.ran[i], __ATOMIC_RELAXED);
  return ran;
}

}  // namespace loom::run
