// SPDX-License-Identifier: BSL-1.0
// tests/fuzz/npy.cpp — any bytes are an array or a sentence: for libFuzzer.
//   clang++-19 -std=c++20 -O1 -g -fsanitize=fuzzer,address,undefined -Iinclude -Isrc tests/fuzz/npy.cpp src/tool/{npy,files}.cpp
#include "tool/npy.hpp"

#include <cstdint>
#include <cstdlib>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto [a, wrong] = loom::tool::npy_of(text, "x.npy");
  if (!wrong.empty()) {
    require(wrong.starts_with("x.npy") && wrong.size() < 600);
    return 0;
  }
  require(a.shape.size() <= 4 && a.bytes.size() <= size);
  require(a.bytes.size() == a.entries() * static_cast<std::size_t>(loom::call::size_of(a.type)));
  require(a.strides().size() == a.shape.size());
  // What was read is written, and read as the same.
  std::string again = loom::tool::npy_header(a);
  again.append(reinterpret_cast<const char*>(a.bytes.data()), a.bytes.size());
  const auto [b, nothing] = loom::tool::npy_of(again, "x.npy");
  require(nothing.empty() && b.type == a.type && b.shape == a.shape && b.first_axis_fastest == a.first_axis_fastest &&
          b.bytes == a.bytes);
  return 0;
}
