// SPDX-License-Identifier: BSL-1.0
// src/tool/npy.hpp — arrays of numbers in the files of NumPy (.npy), read and written.
// Format: numpy.lib.format, versions 1.0, 2.0 and 3.0. The reader is strict: it takes what describes an array of numbers and is as long
// as it says, and refuses everything else in a sentence that begins with the name of the file. It allocates no more than the file has.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "loom/call/element_type.hpp"

namespace loom::tool {

using call::element_type;

/// An array as it lies in a file, in the byte order of this machine.
struct array {
  element_type type = element_type::other;  ///< no bf16: NumPy has none
  std::vector<std::ptrdiff_t> shape;  ///< extents of at most 5 axes
  bool first_axis_fastest = false;  ///< the order of Fortran; else that of C
  std::vector<std::byte> bytes;  ///< of the entries; a truth value is 0 or 1

  std::size_t entries() const;
  /// In entries, by axis.
  std::vector<std::ptrdiff_t> strides() const;
};

/// What a type is called: "float32".
std::string_view name_of(element_type type);

/// An array, or why there is none.
struct read_array {
  array data;
  std::string wrong;
};

/// Reads a file.
/// Errors: what is no regular file, no .npy, no array of floats, integers or truth values, has more than 5 axes, is longer or shorter
/// than it says, or does not fit in memory, each in a sentence: "x.npy: the header says 4000000 entries, the file has 12".
read_array read_npy(const std::string& file);

/// The same of bytes in memory.
read_array npy_of(std::string_view bytes, const std::string& name);

/// What stands in a file before the entries.
std::string npy_header(const array& a);

/// Writes a file, whole or not at all. Returns why it failed, or nothing.
std::string write_npy(const std::string& file, const array& a);

}  // namespace loom::tool
