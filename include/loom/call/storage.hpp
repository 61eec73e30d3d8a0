// SPDX-License-Identifier: BSL-1.0
// call/storage.hpp — how the tensors of a call lie in memory, and which outputs add to what is there, as part of its program's type.
// The loops convert where they load and store, so each slot's storage must be a constant there. A program of floats or
// doubles is itself; one with tensors of 16 bits is wrapped, and its plan parks no value in an output too narrow for it. So is one that
// adds to an output, in which nothing can be parked.
// Layer 5 (call).
#pragma once

#include <cstdint>
#include <type_traits>

#include "loom/compile.hpp"
#include "loom/ir/issue.hpp"
#include "loom/numeric/half.hpp"
#include "loom/schedule/in_place.hpp"

namespace loom::inline LOOM_ABI::call {

/// The storage of every slot, two bits each: they are spelled out in the name of every function over the program. One bit says of an
/// output that it is added to what its buffer holds, another that its buffer is the data of its input.
struct storages {
  std::uint64_t inputs = 0;
  std::uint64_t outputs = 0;
  output_set added = 0;
  output_set in_place = 0;

  constexpr storage input(int slot) const { return static_cast<storage>(inputs >> 2 * slot & 3u); }
  constexpr storage output(int slot) const { return static_cast<storage>(outputs >> 2 * slot & 3u); }
  constexpr bool operator==(const storages&) const = default;
};

static_assert(2 * max_inputs <= 64 && 2 * max_outputs <= 64, "storages has two bits a slot");

constexpr std::uint64_t storage_bits(int slot, storage s) { return static_cast<std::uint64_t>(s) << 2 * slot; }

/// A number of a slot, as it lies in memory, where the program computes with T.
template <storage Storage, class T>
using element = std::conditional_t<Storage == storage::own, T, std::conditional_t<Storage == storage::bf16, bf16, f16>>;

/// The outputs that can hold any value of a program unrounded.
constexpr output_set exact_outputs(storages memory) {
  output_set set = 0;
  for (int slot = 0; slot < max_outputs; ++slot)
    if (memory.output(slot) == storage::own) set |= output_set{1} << slot;
  return set;
}

/// The plan of a program whose buffers are used so: it does not matter in what those are stored that hold no value exactly.
template <class Program, output_set Exact, output_set Added, output_set InPlace>
struct planned {
  static constexpr plan schedule = stage::schedule(Program::simple, {Exact, Added, InPlace});
};
template <class Program>
struct planned<Program, ~output_set{0}, 0, 0> {
  static constexpr const plan& schedule = Program::schedule;
};

/// What is wrong with writing outputs of a plan over their inputs, if anything.
constexpr mistake mistake_in_place(const plan& p) {
  const schedule::overwritten_read r = schedule::first_overwritten_read(p);
  if (r.slot < 0) return {};
  return {issue::read_after_it_was_overwritten, p.program.inputs[p.program.outputs[r.slot].input].name, r.sweep + 1,
          r.pass + 1};
}

/// A program whose tensors are stored as `Memory` says. It is planned once, for that memory.
template <class Program, storages Memory>
struct in_memory : Program {
  static constexpr const plan& schedule =
      planned<Program, exact_outputs(Memory), Memory.added, Memory.in_place>::schedule;
  static constexpr auto problem() {
    if constexpr (Memory.in_place == 0) {
      return Program::problem_with(schedule);
    } else {
      const mistake unplannable = Program::problem_with(schedule);
      return unplannable.kind != issue::none ? unplannable : mistake_in_place(schedule);
    }
  }
};

/// How the tensors of a program are stored.
template <class Program> inline constexpr storages memory_of{};
template <class Program, storages Memory> inline constexpr storages memory_of<in_memory<Program, Memory>> = Memory;

}  // namespace loom::call
