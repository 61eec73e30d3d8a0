// SPDX-License-Identifier: BSL-1.0
// loops/chains.hpp — chains of states in memory: what runs along a chain forwards, and what comes back of it.
// The states of one step are a row in double, in scratch memory; the loops go over them in vectors.
// Layer 7 (loops).
#pragma once

#include "loom/call/erased_view.hpp"
#include "loom/ir/graph.hpp"
#include "loom/loops/matrices.hpp"
#include "loom/loops/targets.hpp"

namespace loom::inline LOOM_ABI::loops {

/// What a chain is made of: steps along its axes, 0 along those that an operand does not have.
struct chain_operand {
  const void* data = nullptr;
  element_type type = element_type::f64;
  std::ptrdiff_t along = 0, to = 0, from = 0;
  std::ptrdiff_t batch[max_rank]{};

  double at(std::ptrdiff_t index) const { return load_number(data, index, type); }
};

/// One of the values of a chain, over all batches. The batches that have moves of their own come first, and are the outer ones.
template <class T>
struct chain_problem {
  op code = op::forward;
  bool band = false;  ///< a state s comes of s - k, and k is the axis `from` of the moves
  bool best = false;  ///< it follows the largest
  std::ptrdiff_t steps = 0, states = 0, moves = 0;
  int rank = 0;  ///< of the batches
  int own = 0;  ///< of those, the ones of which each has its own moves
  std::ptrdiff_t extents[max_rank]{};
  chain_operand of[3];  ///< what each state adds, or receives; of what comes back also the chain; and the moves
  T* data = nullptr;
  std::ptrdiff_t along = 0, to = 0, from = 0;
  std::ptrdiff_t batch[max_rank]{};
  double* scratch = nullptr;
};

/// Numbers from one row of states, or of moves, to the next: whole vectors of any target.
constexpr std::ptrdiff_t chain_row(std::ptrdiff_t n) { return rounded_up(n, 16); }
/// Before the first state of a band lie as many as moves reach back.
constexpr std::ptrdiff_t chain_pad(bool band, std::ptrdiff_t moves) { return band ? chain_row(moves) : 0; }

/// The numbers of double that the scratch memory of a chain must hold.
constexpr std::ptrdiff_t chain_scratch(bool band, std::ptrdiff_t states, std::ptrdiff_t moves) {
  constexpr std::ptrdiff_t most = std::ptrdiff_t{1} << 56;  // more than there is memory
  if (static_cast<double>(moves) * static_cast<double>(states) > static_cast<double>(most) / 128) return most;
  const std::ptrdiff_t table = moves * chain_row(states), row = chain_row(states) + chain_pad(band, moves);
  return 3 * table + 5 * row;
}

}  // namespace loom::loops

#define LOOM_EACH_TARGET "loom/loops/chains-inl.h"
#include "loom/simd/each_target.h"

namespace loom::inline LOOM_ABI::loops {

/// Computes a value of a chain by the loops of this thread's target.
template <class T>
void run_chain(const chain_problem<T>& p) {
  const auto run = [] {
#define LOOM_RUN_TARGET(name, function) \
  case target::name: return &name::function<T>;
    switch (current_target()) {
      LOOM_VECTOR_TARGETS(LOOM_RUN_TARGET, run_chain)
      default: return &baseline::run_chain<T>;
    }
#undef LOOM_RUN_TARGET
  }();
  run(p);
}

}  // namespace loom::loops
