// SPDX-License-Identifier: BSL-1.0
// ir/interpret.hpp — the interpreter for tests and tools: with std::vector, in any number type.
// Layer 1 (ir).
#pragma once

#include <vector>

#include "loom/ir/interpreter.hpp"

namespace loom::inline LOOM_ABI::ir {

template <class N> using dense = basic_dense<N, std::vector>;
template <class N> using interpreter = basic_interpreter<N, std::vector>;

}  // namespace loom::ir
