// SPDX-License-Identifier: BSL-1.0
// src/tool/npy.cpp — the dictionary of a header, and the entries behind it.
#include "tool/npy.hpp"

#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <new>
#include <optional>

#include "loom/ir/type.hpp"
#include "tool/files.hpp"

namespace loom::tool {

namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t longest_header = 1 << 16;  // what describes an array of numbers takes a hundred bytes
constexpr std::size_t most_entries = std::size_t{1} << 60;

/// What a header says.
struct description {
  std::string type;
  bool is_record = false;
  bool first_axis_fastest = false;
  std::vector<std::uint64_t> shape;
  std::size_t axes = 0;  ///< of which the first ones are in `shape`
};

/// Reads the dictionary of a header, a literal of Python: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
class header_reader {
 public:
  explicit header_reader(std::string_view text) : text_(text) {}

  std::optional<description> read() {
    description d;
    bool type = false, order = false, shape = false;
    if (!accept('{')) return {};
    while (!accept('}')) {
      std::string key;
      if (!string(key) || !accept(':')) return {};
      bool* seen = key == "descr" ? &type : key == "fortran_order" ? &order : key == "shape" ? &shape : nullptr;
      if (seen == nullptr || *seen) return {};
      *seen = true;
      if (seen == &type && peek() == '[') {  // the rest is not looked at: it is refused
        d.is_record = true;
        return d;
      }
      if (seen == &type ? !string(d.type) : seen == &order ? !truth(d.first_axis_fastest) : !tuple(d)) return {};
      if (accept(',')) continue;
      if (!accept('}')) return {};
      break;
    }
    blanks();
    if (at_ < text_.size() || !type || !order || !shape) return {};
    return d;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;

  void blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r'))
      ++at_;
  }
  char peek() {
    blanks();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool accept(char c) {
    if (peek() != c || at_ == text_.size()) return false;
    ++at_;
    return true;
  }
  bool string(std::string& to) {
    const char quote = peek();
    if (quote != '\'' && quote != '"') return false;
    const std::size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) return false;
    to = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return to.find('\\') == std::string::npos;
  }
  bool truth(bool& to) {
    blanks();
    for (const bool value : {true, false})
      if (const std::string_view word = value ? "True" : "False"; text_.substr(at_, word.size()) == word) {
        at_ += word.size();
        to = value;
        return true;
      }
    return false;
  }
  bool digit() const { return at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; }
  /// An extent beyond 64 bits stays the largest of them, which no file has.
  bool number(std::uint64_t& to) {
    blanks();
    if (!digit()) return false;
    for (to = 0; digit(); ++at_) {
      const auto next = static_cast<std::uint64_t>(text_[at_] - '0');
      to = to > (UINT64_MAX - next) / 10 ? UINT64_MAX : to * 10 + next;
    }
    if (at_ < text_.size() && text_[at_] == 'L') ++at_;  // as Python 2 wrote it
    return true;
  }
  bool tuple(description& d) {
    if (!accept('(')) return false;
    if (accept(')')) return true;
    for (bool comma = true; comma;) {
      std::uint64_t n = 0;
      if (!number(n)) return false;
      if (++d.axes <= ir::max_rank) d.shape.push_back(n);
      comma = accept(',');
      if (accept(')')) return comma || d.axes > 1;  // (3) is a number
    }
    return false;
  }
};

struct named_type {
  std::string_view code, name;
  element_type type;
};
constexpr named_type types[] = {
    {"f2", "float16", element_type::f16},  {"f4", "float32", element_type::f32}, {"f8", "float64", element_type::f64},
    {"b1", "bool", element_type::boolean}, {"i1", "int8", element_type::i8},     {"i2", "int16", element_type::i16},
    {"i4", "int32", element_type::i32},    {"i8", "int64", element_type::i64},   {"u1", "uint8", element_type::u8},
    {"u2", "uint16", element_type::u16},   {"u4", "uint32", element_type::u32},  {"u8", "uint64", element_type::u64}};

constexpr bool little = std::endian::native == std::endian::little;

/// Whether the bytes of an entry stand in the other order; nothing if the type is none of these.
struct entry_type {
  element_type type = element_type::other;
  bool reversed = false;
};
entry_type type_of_text(std::string_view text) {
  if (text.size() != 3) return {};
  for (const named_type& t : types) {
    if (t.code != text.substr(1)) continue;
    if (call::size_of(t.type) == 1) return {std::string_view("|<>=").find(text[0]) < 4 ? t.type : element_type::other};
    if (text[0] == '<' || text[0] == '>') return {t.type, (text[0] == '<') != little};
    if (text[0] == '=') return {t.type};
  }
  return {};
}

void reverse_entries(std::vector<std::byte>& bytes, std::size_t size) {
  for (std::size_t at = 0; at + size <= bytes.size(); at += size)
    std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                 bytes.begin() + static_cast<std::ptrdiff_t>(at + size));
}

std::string amount(std::uint64_t n, const char* of) { return std::to_string(n) + " " + of + (n == 1 ? "" : "s"); }

/// Whether that much can be asked for: beyond the memory of the machine a request may be granted, and end the program later.
bool fits_in_memory(std::size_t bytes) {
  const long pages = ::sysconf(_SC_PHYS_PAGES), size = ::sysconf(_SC_PAGESIZE);
  return pages <= 0 || size <= 0 || bytes / static_cast<std::size_t>(size) < static_cast<std::size_t>(pages);
}

/// Reads an array of something with size(), in bytes, and read(to, count).
template <class Source>
read_array read_from(Source& from, const std::string& name) {
  const std::string who = shown(name);
  const auto refuse = [&](const std::string& why) { return read_array{{}, who + why}; };
  const std::string cut_off = ": the file ends within its header";

  std::string begin(magic.size() + 2, '\0');
  begin.resize(from.read(begin.data(), begin.size()));
  if (begin.starts_with("PK\x03\x04") || begin.starts_with("PK\x05\x06"))
    return refuse(" is an archive of arrays (.npz): save the one that is meant by itself, with numpy.save");
  if (!begin.starts_with(magic)) return refuse(" is no file of NumPy: it does not begin as a .npy does");
  if (begin.size() < magic.size() + 2) return refuse(cut_off);
  const int major = static_cast<unsigned char>(begin[6]), minor = static_cast<unsigned char>(begin[7]);
  if (major < 1 || major > 3 || minor != 0)
    return refuse(": version " + std::to_string(major) + "." + std::to_string(minor) +
                  " of the format is not known; 1.0, 2.0 and 3.0 are");

  unsigned char length[4]{};
  const std::size_t length_size = major == 1 ? 2 : 4;
  if (from.read(length, length_size) < length_size) return refuse(cut_off);
  std::size_t size = 0;
  for (int i = 3; i >= 0; --i) size = size << 8 | length[i];
  const std::size_t before = magic.size() + 2 + length_size;
  if (from.size() < before || size > from.size() - before) return refuse(cut_off);
  if (size > longest_header)
    return refuse(": its header has " + amount(size, "byte") + ", no array of numbers needs as many");
  std::string header(size, '\0');
  if (from.read(header.data(), size) < size) return refuse(cut_off);
  const std::optional<description> said = header_reader(header).read();
  if (!said) return refuse(": its header does not say type, order and shape as NumPy does");
  if (said->is_record) return refuse(" holds records with fields, not numbers");

  read_array r;
  const auto [type, reversed] = type_of_text(said->type);
  if (type == element_type::other)
    return refuse(": entries of the type '" + shown(said->type) +
                  "' are not read; floats of 2, 4 or 8 bytes, integers and bool are");
  if (said->axes > ir::max_rank)
    return refuse(" has " + std::to_string(said->axes) + " axes; " + std::to_string(ir::max_rank) + " are allowed");
  std::size_t count = 1, entries = 1;  // without and with axes that have no entries
  for (const std::uint64_t n : said->shape) {
    if (__builtin_mul_overflow(count, std::max<std::size_t>(n, 1), &count) || count > most_entries)
      return refuse(": the header says more than 2^60 entries");
    entries *= n == 0 ? 0 : std::size_t{1};
    r.data.shape.push_back(static_cast<std::ptrdiff_t>(n));
  }
  entries *= count;
  const auto entry_size = static_cast<std::size_t>(call::size_of(type));
  const std::size_t there = from.size() - before - size;
  if (there / entry_size != entries)
    return refuse(": the header says " + std::to_string(entries) + (entries == 1 ? " entry" : " entries") +
                  ", the file has " + std::to_string(there / entry_size));
  if (there % entry_size != 0)
    return refuse(": the file is " + amount(there % entry_size, "byte") + " longer than its entries");
  r.data.type = type;
  r.data.first_axis_fastest = said->first_axis_fastest;
  if (!fits_in_memory(there)) return refuse(": there is no memory for its " + amount(there, "byte"));
  try {
    r.data.bytes.resize(there);
  } catch (const std::bad_alloc&) { return refuse(": there is no memory for its " + amount(there, "byte")); }
  if (from.read(r.data.bytes.data(), there) < there) return refuse(" cannot be read to its end");
  if (reversed) reverse_entries(r.data.bytes, entry_size);
  if (type == element_type::boolean)
    for (std::byte& b : r.data.bytes) b = b == std::byte{0} ? std::byte{0} : std::byte{1};
  return r;
}

struct bytes_in_memory {
  std::string_view bytes;
  std::size_t at = 0;
  std::size_t size() const { return bytes.size(); }
  std::size_t read(void* to, std::size_t count) {
    const std::size_t n = std::min(count, bytes.size() - at);
    if (n > 0) std::memcpy(to, bytes.data() + at, n);
    at += n;
    return n;
  }
};

}  // namespace

std::size_t array::entries() const {
  std::size_t n = 1;
  for (const std::ptrdiff_t extent : shape) n *= static_cast<std::size_t>(extent);
  return n;
}

std::vector<std::ptrdiff_t> array::strides() const {
  std::vector<std::ptrdiff_t> r(shape.size());
  std::ptrdiff_t stride = 1;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const std::size_t axis = first_axis_fastest ? i : shape.size() - 1 - i;
    r[axis] = stride;
    stride *= std::max<std::ptrdiff_t>(shape[axis], 1);
  }
  return r;
}

std::string_view name_of(element_type type) {
  for (const named_type& t : types)
    if (t.type == type) return t.name;
  return "other";
}

read_array read_npy(const std::string& file) {
  input_file from(file);
  if (!from.wrong().empty()) return {{}, from.wrong()};
  return read_from(from, file);
}

read_array npy_of(std::string_view bytes, const std::string& name) {
  bytes_in_memory from{bytes};
  return read_from(from, name);
}

std::string npy_header(const array& a) {
  std::string dictionary = "{'descr': '";
  for (const named_type& t : types)
    if (t.type == a.type) dictionary += (call::size_of(t.type) == 1 ? "|" : little ? "<" : ">") + std::string(t.code);
  dictionary += std::string("', 'fortran_order': ") + (a.first_axis_fastest ? "True" : "False") + ", 'shape': (";
  for (std::size_t i = 0; i < a.shape.size(); ++i) dictionary += (i == 0 ? "" : ", ") + std::to_string(a.shape[i]);
  dictionary += a.shape.size() == 1 ? ",), }" : "), }";
  constexpr std::size_t before = magic.size() + 4, alignment = 64;  // entries begin at a multiple of it
  dictionary.append(alignment - 1 - (before + dictionary.size()) % alignment, ' ') += '\n';
  std::string r(magic);
  r += '\1';
  r += '\0';
  r += static_cast<char>(dictionary.size() & 0xFF);
  r += static_cast<char>(dictionary.size() >> 8);
  return r + dictionary;
}

std::string write_npy(const std::string& file, const array& a) {
  output_file to(file);
  to.write(npy_header(a));
  to.write(a.bytes.data(), a.bytes.size());
  return to.complete();
}

}  // namespace loom::tool
