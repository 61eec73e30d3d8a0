// SPDX-License-Identifier: BSL-1.0
// src/tool/collection.hpp — the losses of the collection by name, as graphs.
#pragma once

#include <span>
#include <string_view>

#include "loom/ir/graph.hpp"

namespace loom::tool {

struct known_loss {
  std::string_view name;
  const ir::graph& written;
};

/// Every loss of loom/collection, in its order.
std::span<const known_loss> collection();
/// Null if there is none of that name.
const known_loss* find_loss(std::string_view name);

}  // namespace loom::tool
