// SPDX-License-Identifier: BSL-1.0
// examples/mnist/digits.cpp — the small data shipped beside the example: digits of 8 x 8 pixels.
#include "digits.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include <fmt/format.h>

#include "bytes.hpp"

namespace mnist {
namespace {

constexpr std::size_t pixels_of_a_row = digits_side * digits_side;
using row_values = std::array<std::uint8_t, pixels_of_a_row + 1>;

/// Exactly as many numbers as fit, separated by commas, each within its range.
bool parse(std::string_view line, row_values& values) {
  const char* at = line.data();
  const char* const end = at + line.size();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint8_t most = i < pixels_of_a_row ? digits_white : 9;
    const auto [next, error] = std::from_chars(at, end, values[i]);
    if (error != std::errc{} || values[i] > most) { return false; }
    at = next;
    const bool last = i + 1 == values.size();
    if (!last && (at == end || *at++ != ',')) { return false; }
  }
  return at == end;
}

} // namespace

digits read_digits(const std::filesystem::path& file) {
  const auto bytes = read_bytes(file);
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  digits result;
  row_values values{};
  for (std::size_t number = 1; !text.empty(); ++number) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.ends_with('\r')) { line.remove_suffix(1); }
    if (!parse(line, values)) {
      refuse(file,
             fmt::format("line {} is not {} pixels of 0 to {} and a digit", number, pixels_of_a_row, digits_white));
    }
    result.pixels.insert(result.pixels.end(), values.begin(), values.end() - 1);
    result.labels.push_back(values.back());
  }
  return result;
}

} // namespace mnist
