// SPDX-License-Identifier: BSL-1.0
// src/tool/collection.cpp — the maps of loom/collection, flattened.
#include "tool/collection.hpp"

#include <boost/hana/for_each.hpp>
#include <boost/hana/second.hpp>
#include <vector>

#include "loom/collection/collection.hpp"
#include "loom/compiled.hpp"

namespace loom::tool {

namespace {

template <auto Formula>
const ir::graph& written(const loss_function<Formula>&) {
  return compiler::source<Formula>::written.program;
}

}  // namespace

std::span<const known_loss> collection() {
  static const std::vector<known_loss> all = [] {
    std::vector<known_loss> losses;
    hana::for_each(collection::losses, [&](const auto& entry) {
      losses.push_back({hana::first(entry).c_str(), written(hana::second(entry))});
    });
    return losses;
  }();
  return all;
}

const known_loss* find_loss(std::string_view name) {
  for (const known_loss& k : collection())
    if (k.name == name) return &k;
  return nullptr;
}

}  // namespace loom::tool
