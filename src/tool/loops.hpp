// SPDX-License-Identifier: BSL-1.0
// src/tool/loops.hpp — the loops of a formula that is read while this program runs: C++ that includes Loom, compiled by the system's
// compiler, loaded, and kept in a cache.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "formula/program.hpp"
#include "loom/call/element_type.hpp"

namespace loom::tool {

using call::element_type;

/// A call of loops: extents by axis; data of inputs and buffers of outputs by slot of the program, contiguous in the order of their
/// axes. Writes the value of a formula that is a scalar, or a sentence.
/// Returns: 0, or 1 if there is a sentence.
using loops_entry = int(const std::ptrdiff_t* extents, const void* const* inputs, void* const* outputs, double* value,
                        char* sentence, std::size_t room);

/// C++ that defines loom_eval, a loops_entry. `types`: of the data by slot; tensors are all float, or all double.
std::string source_of_loops(const notation::program& p, std::span<const element_type> types, bool of_float);

/// Code that was loaded; it stays while this lives.
struct loaded_loops {
  std::shared_ptr<void> object;
  loops_entry* call = nullptr;
  bool was_compiled = false;  ///< not found in the cache
  std::string wrong;  ///< why there is none, in a sentence
};

/// Compiles code, unless the cache has it.
/// Compiler: $CXX, else c++, g++ or clang++ on the path. Headers: $LOOM_INCLUDE, else ../include beside the program, else where it was
/// built. Cache: loom/ in $XDG_CACHE_HOME, else in ~/.cache; what is damaged in it is compiled again.
loaded_loops load_loops(const std::string& source);

}  // namespace loom::tool
