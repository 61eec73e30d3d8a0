// SPDX-License-Identifier: BSL-1.0
// src/tool/manual.hpp — the manual page of a CLI11 program, from its own command line.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace loom::tool {

/// A page of section 1, in the macros of man(7).
std::string manual_page(const CLI::App& app, const std::string& version);

}  // namespace loom::tool
