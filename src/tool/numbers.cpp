// SPDX-License-Identifier: BSL-1.0
// src/tool/numbers.cpp — numbers by fmt and strtod.
#include "tool/numbers.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cmath>
#include <cstdlib>

namespace loom::tool {

std::string number_text(double v, bool of_float) {
  if (std::isnan(v)) return "nan";
  return of_float ? fmt::format("{}", static_cast<float>(v)) : fmt::format("{}", v);
}

bool read_number(const std::string& text, double& to) {
  // Not what strtod takes beside: blanks in front, hexadecimal digits, nan(...).
  if (text.empty() || text.find_first_not_of("0123456789+-.eEinfatyINFATY") != std::string::npos) return false;
  char* end = nullptr;
  const double v = std::strtod(text.c_str(), &end);
  if (end != text.c_str() + text.size()) return false;
  to = v;
  return true;
}

nlohmann::ordered_json json_number(double v) {
  if (std::isfinite(v)) return v;
  return number_text(v);
}

std::string json_text(const nlohmann::ordered_json& j) {
  return j.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace loom::tool
