// SPDX-License-Identifier: BSL-1.0
// src/tool/completions.hpp — scripts that complete the commands and options of a CLI11 program in a shell.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace loom::tool {

/// shell: "bash", "zsh" or "fish". Read off the program's own command line, so that nothing is listed twice.
std::string completion_script(const CLI::App& app, const std::string& shell);

}  // namespace loom::tool
