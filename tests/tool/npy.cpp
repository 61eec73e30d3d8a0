// SPDX-License-Identifier: BSL-1.0
// tool/npy.cpp — files of NumPy: its own, those of other machines, and those that lie.
#include "tool/npy.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>

#include "support/catch.hpp"
#include "tool/files.hpp"
#include "tool/scratch.hpp"

using loom::tool::array;
using loom::tool::element_type;
using loom::tool::npy_of;
using loom::tool::read_array;

namespace {

using namespace std::string_literals;

std::string bytes_of(std::initializer_list<int> bytes) {
  std::string r;
  for (const int b : bytes) r += static_cast<char>(b);
  return r;
}

/// A file with a header of version 1.0, as long as it is.
std::string file_of(const std::string& dictionary, const std::string& entries) {
  return "\x93NUMPY\1\0"s + static_cast<char>(dictionary.size() & 0xFF) + static_cast<char>(dictionary.size() >> 8) +
         dictionary + entries;
}
std::string described(const std::string& type, const std::string& shape, const std::string& order = "False") {
  return "{'descr': '" + type + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
}

template <class T>
std::vector<T> entries_of(const array& a) {
  std::vector<T> r(a.bytes.size() / sizeof(T));
  if (!r.empty()) std::memcpy(r.data(), a.bytes.data(), a.bytes.size());
  return r;
}

std::string wrong(const std::string& bytes) { return npy_of(bytes, "x.npy").wrong; }

}  // namespace

TEST_CASE("a file that NumPy wrote is read") {
  // numpy 1.24: np.save("x.npy", np.array([[1, 2, 3], [4, 5, 6.5]], dtype="f4"))
  const std::string file = "\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"s +
                           std::string(58, ' ') + "\n" +
                           bytes_of({0, 0, 0x80, 0x3F, 0, 0, 0,    0x40, 0, 0, 0x40, 0x40,
                                     0, 0, 0x80, 0x40, 0, 0, 0xA0, 0x40, 0, 0, 0xD0, 0x40});
  const read_array r = npy_of(file, "x.npy");
  REQUIRE(r.wrong.empty());
  CHECK(r.data.type == element_type::f32);
  CHECK(r.data.shape == std::vector<std::ptrdiff_t>{2, 3});
  CHECK(r.data.strides() == std::vector<std::ptrdiff_t>{3, 1});
  CHECK(entries_of<float>(r.data) == std::vector<float>{1, 2, 3, 4, 5, 6.5F});
  CHECK(loom::tool::npy_header(r.data) == file.substr(0, 128));  // and what is written are its bytes
}

TEST_CASE("versions 2.0 and 3.0 have a longer length of the header") {
  for (const char version : {'\2', '\3'}) {
    const std::string dictionary = described("<i2", "(2,)");
    const read_array r = npy_of("\x93NUMPY"s + version + '\0' + static_cast<char>(dictionary.size()) + "\0\0\0"s +
                                    dictionary + bytes_of({1, 0, 0xFF, 0xFF}),
                                "t.npy");
    REQUIRE(r.wrong.empty());
    CHECK(entries_of<std::int16_t>(r.data) == std::vector<std::int16_t>{1, -1});
  }
  CHECK(wrong("\x93NUMPY\4\0"s + std::string(200, ' ')) ==
        "x.npy: version 4.0 of the format is not known; 1.0, 2.0 and 3.0 are");
}

TEST_CASE("every type of numbers is read, in both orders of bytes") {
  const struct {
    const char* code;
    element_type type;
    int size;
  } types[] = {{"f2", element_type::f16, 2}, {"f4", element_type::f32, 4}, {"f8", element_type::f64, 8},
               {"i1", element_type::i8, 1},  {"i2", element_type::i16, 2}, {"i4", element_type::i32, 4},
               {"i8", element_type::i64, 8}, {"u1", element_type::u8, 1},  {"u2", element_type::u16, 2},
               {"u4", element_type::u32, 4}, {"u8", element_type::u64, 8}, {"b1", element_type::boolean, 1}};
  for (const auto& t : types) {
    CAPTURE(t.code);
    std::string little, big;
    for (int entry = 0; entry < 3; ++entry)
      for (int k = 0; k < t.size; ++k) {
        const auto byte = [&](int i) { return static_cast<char>(t.size == 1 ? entry % 2 : 16 * entry + i + 1); };
        little += byte(k);
        big += byte(t.size - 1 - k);
      }
    const read_array a = npy_of(file_of(described("<"s + t.code, "(3,)"), little), "x.npy"),
                     b = npy_of(file_of(described(">"s + t.code, "(3,)"), big), "x.npy");
    REQUIRE(a.wrong.empty());
    REQUIRE(b.wrong.empty());
    CHECK(a.data.type == t.type);
    CHECK(b.data.type == t.type);
    CHECK(a.data.bytes == b.data.bytes);
    CHECK(a.data.bytes.size() == little.size());
    CHECK(npy_of(file_of(described("|"s + t.code, "(3,)"), little), "x.npy").wrong.empty() == (t.size == 1));
    CHECK(npy_of(loom::tool::npy_header(a.data) + little, "x.npy").wrong.empty());
  }
}

TEST_CASE("a truth value is 0 or 1, whatever its byte is") {
  const read_array r = npy_of(file_of(described("|b1", "(4,)"), bytes_of({0, 1, 2, 255})), "m.npy");
  REQUIRE(r.wrong.empty());
  CHECK(entries_of<unsigned char>(r.data) == std::vector<unsigned char>{0, 1, 1, 1});
}

TEST_CASE("shapes: a number, no entries, many axes, the order of Fortran") {
  const auto shape_of = [](const std::string& shape, std::size_t bytes, const std::string& order = "False") {
    const read_array r = npy_of(file_of(described("|u1", shape, order), std::string(bytes, '\0')), "x.npy");
    CHECK(r.wrong == "");
    return r.data;
  };
  CHECK(shape_of("()", 1).shape.empty());
  CHECK(shape_of("(0,)", 0).entries() == 0);
  CHECK(shape_of("(3, 0, 2)", 0).entries() == 0);
  CHECK(shape_of("(2, 3, 4, 5)", 120).strides() == std::vector<std::ptrdiff_t>{60, 20, 5, 1});
  CHECK(shape_of("(2, 3, 4, 5)", 120, "True").strides() == std::vector<std::ptrdiff_t>{1, 2, 6, 24});
  CHECK(shape_of("(1, 2, 3, 4, 5)", 120).strides() == std::vector<std::ptrdiff_t>{120, 60, 20, 5, 1});
  CHECK(shape_of("(3L,)", 3).entries() == 3);
  CHECK(shape_of("(3 , 2,)", 6).entries() == 6);
}

TEST_CASE("a header may have its keys in any order, and quotes of both kinds") {
  CHECK(wrong(file_of("{\"shape\":(1,),\"descr\":\"|i1\",\"fortran_order\":True}", "a")) == "");
}

TEST_CASE("a file that says more or less than it has is refused") {
  CHECK(wrong(file_of(described("<f4", "(4000000,)"), std::string(48, '\0'))) ==
        "x.npy: the header says 4000000 entries, the file has 12");
  CHECK(wrong(file_of(described("<f4", "()"), "")) == "x.npy: the header says 1 entry, the file has 0");
  CHECK(wrong(file_of(described("<f4", "(2,)"), std::string(12, '\0'))) ==
        "x.npy: the header says 2 entries, the file has 3");
  CHECK(wrong(file_of(described("<f4", "(2,)"), std::string(9, '\0'))) ==
        "x.npy: the file is 1 byte longer than its entries");
  CHECK(wrong(file_of(described("<f8", "(1152921504606846976,)"), "")) ==
        "x.npy: the header says 1152921504606846976 entries, the file has 0");
  for (const char* huge :
       {"(99999999999, 99999999999)", "(18446744073709551615,)", "(18446744073709551617, 0)",
        "(4294967296, 4294967296)", "(9223372036854775808,)", "(340282366920938463463374607431768211456, 1)"})
    CHECK(wrong(file_of(described("|i1", huge), "")) == "x.npy: the header says more than 2^60 entries");
}

TEST_CASE("a file cut off anywhere is refused") {
  const std::string whole = file_of(described("<f4", "(2, 3)"), std::string(24, '\1'));
  REQUIRE(wrong(whole).empty());
  for (std::size_t size = 0; size < whole.size(); ++size) CHECK(wrong(whole.substr(0, size)).starts_with("x.npy"));
  CHECK(wrong("") == "x.npy is no file of NumPy: it does not begin as a .npy does");
  CHECK(wrong("\x93NUMPY\1\0\xFF\xFF"s) == "x.npy: the file ends within its header");
  CHECK(wrong("\x93NUMPY\2\0\xFF\xFF\xFF\xFF"s) == "x.npy: the file ends within its header");
  CHECK(wrong("\x93NUMPY\2\0\0\0\2\0"s + std::string(1 << 17, ' ')) ==
        "x.npy: its header has 131072 bytes, no array of numbers needs as many");
}

TEST_CASE("a header that is not NumPy's is refused") {
  const std::string no_header = "x.npy: its header does not say type, order and shape as NumPy does";
  for (const char* dictionary : {"",
                                 "{",
                                 "{}",
                                 "}",
                                 "{'descr': '<f4'}",
                                 "{'descr': '<f4', 'fortran_order': False}",
                                 "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)",
                                 "{'descr': '<f4', 'fortran_order': False, 'shape': (1)}",
                                 "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
                                 "{'descr': '<f4', 'fortran_order': False, 'shape': (,)}",
                                 "{'descr': '<f4', 'fortran_order': False, 'shape': [1]}",
                                 "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}",
                                 "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}",
                                 "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1}",
                                 "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} 1",
                                 "{'descr': '<f4\\x', 'fortran_order': False, 'shape': (1,)}",
                                 "{'descr': <f4, 'fortran_order': False, 'shape': (1,)}",
                                 "{'descr': '<f4' 'fortran_order': False, 'shape': (1,)}",
                                 "{'descr': '<f4', 'fortran_order': False, 'shape': (1 1)}",
                                 "{'descr': '<f4', 'fortran_order': False, 'shape': (1.0,)}"}) {
    CAPTURE(dictionary);
    CHECK(wrong(file_of(dictionary, "abcd")) == no_header);
  }
}

TEST_CASE("what holds no numbers is named") {
  CHECK(wrong(file_of("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", "abcd")) ==
        "x.npy holds records with fields, not numbers");
  for (const char* type : {"|O", "<c8", "<U3", "|S4", "<M8[ns]", "|V2", "<f16", "|f4", "f4", "<b4", "", "<f3", "?f4"})
    CHECK(wrong(file_of(described(type, "(1,)"), "abcd")) ==
          "x.npy: entries of the type '"s + type + "' are not read; floats of 2, 4 or 8 bytes, integers and bool are");
  CHECK(wrong(file_of(described("\x1B[31m\n", "(1,)"), "abcd")).find("'?[31m?'") != std::string::npos);
  CHECK(wrong(file_of(described("<f4", "(1, 1, 1, 1, 1, 1)"), "abcd")) == "x.npy has 6 axes; 5 are allowed");
  CHECK(wrong("PK\3\4 and so on"s) ==
        "x.npy is an archive of arrays (.npz): save the one that is meant by itself, with numpy.save");
}

TEST_CASE("what is no regular file is refused at once") {
  const loom::test::scratch folder;
  CHECK(loom::tool::read_npy(folder / "none.npy").wrong ==
        (folder / "none.npy") + " cannot be read: No such file or directory");
  CHECK(loom::tool::read_npy(folder.path()).wrong == folder.path() + " is a folder");
  CHECK(loom::tool::read_npy("/dev/zero").wrong.starts_with("/dev/zero is no regular file"));
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);  // which nobody writes to
  CHECK(loom::tool::read_npy(folder / "pipe").wrong.starts_with(folder / "pipe is no regular file"));
  std::ofstream(folder / "sparse.npy") << file_of(described("|i1", "(1125899906842624,)"), "");
  const std::uintmax_t header = std::filesystem::file_size(folder / "sparse.npy");
  std::error_code unsupported;  // a petabyte of nothing
  std::filesystem::resize_file(folder / "sparse.npy", header + 1125899906842624, unsupported);
  if (!unsupported)
    CHECK(loom::tool::read_npy(folder / "sparse.npy").wrong ==
          (folder / "sparse.npy") + ": there is no memory for its 1125899906842624 bytes");
}

TEST_CASE("what is written is read again, and aligned") {
  const loom::test::scratch folder;
  for (const std::vector<std::ptrdiff_t>& shape :
       std::vector<std::vector<std::ptrdiff_t>>{{}, {0}, {7}, {2, 3}, {100000, 1}, {2, 1, 3, 4}}) {
    array a{element_type::f64, shape, false, {}};
    std::vector<double> numbers;
    for (std::size_t i = 0; i < a.entries(); ++i) numbers.push_back(i == 0 ? NAN : std::sqrt(static_cast<double>(i)));
    a.bytes.resize(8 * numbers.size());
    if (!numbers.empty()) std::memcpy(a.bytes.data(), numbers.data(), a.bytes.size());
    CHECK(loom::tool::npy_header(a).size() % 64 == 0);
    REQUIRE(loom::tool::write_npy(folder / "x.npy", a) == "");
    const read_array r = loom::tool::read_npy(folder / "x.npy");
    CHECK(r.wrong == "");
    CHECK(r.data.shape == shape);
    CHECK(r.data.bytes == a.bytes);
  }
  CHECK(folder.files() == std::vector<std::string>{"x.npy"});  // no temporary one
}

TEST_CASE("a file that cannot be completed leaves nothing behind, and what was there") {
  const loom::test::scratch folder;
  REQUIRE(loom::tool::write_file(folder / "x", "before") == "");
  {
    loom::tool::output_file file(folder / "x");
    CHECK(file.write("after") == "");
    CHECK(folder.files().size() == 2);
  }
  CHECK(folder.files() == std::vector<std::string>{"x"});
  CHECK(folder.text("x") == "before");
  CHECK(loom::tool::write_file(folder / "none" + "/x", "text")
            .ends_with("x cannot be written: No such file or directory"));
  CHECK(loom::tool::write_file(folder.path(), "text") == folder.path() + " is a folder");
  CHECK(loom::tool::write_file("/dev/null", "text") == "/dev/null is no regular file, and is not replaced");

  REQUIRE(::chmod((folder / "x").c_str(), 0640) == 0);
  std::filesystem::create_symlink("x", folder / "link");
  REQUIRE(loom::tool::write_file(folder / "link", "after") == "");
  CHECK(folder.text("x") == "after");
  CHECK(std::filesystem::is_symlink(folder / "link"));
  CHECK(std::filesystem::status(folder / "x").permissions() == static_cast<std::filesystem::perms>(0640));
  CHECK(loom::tool::same_file(folder / "x", folder / "link"));
  CHECK(loom::tool::same_file(folder / "new", folder / "./new"));
  CHECK(!loom::tool::same_file(folder / "x", folder / "new"));
}
