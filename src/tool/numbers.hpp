// SPDX-License-Identifier: BSL-1.0
// src/tool/numbers.hpp — numbers as text, and in JSON, which has no word for those that are none; JSON as text.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace loom::tool {

/// The shortest text that reads as the same number, of a float or of a double; nan, inf or -inf.
std::string number_text(double v, bool of_float = false);

/// Reads a whole text as a number: 2, -1.5e3, inf. Whether it is one.
bool read_number(const std::string& text, double& to);

/// A number, or "nan", "inf" or "-inf".
nlohmann::ordered_json json_number(double v);

/// With names of files as they are: bytes that are no text are replaced. Ends with a newline.
std::string json_text(const nlohmann::ordered_json& j);

}  // namespace loom::tool
