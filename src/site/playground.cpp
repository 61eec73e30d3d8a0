// SPDX-License-Identifier: BSL-1.0
// src/site/playground.cpp — the compiler for a page: text in, everything that a page shows out. Compiled to WebAssembly by build.sh.
// A request is five fields with the character 30 between them: the formula; declarations, one a line; the inputs to differentiate by, with
// blanks between, or * for the first tensor; extents, "N 3" a line; data, "x 1 2 3" a line. The answer is JSON.
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "formula/parse.hpp"
#include "formula/program.hpp"
#include "site/show.hpp"

namespace loom::site {
namespace {

/// What stands before the next separator; and the text behind it is left.
std::string_view take(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view first = text.substr(0, end);
  text = end == text.npos ? std::string_view() : text.substr(end + 1);
  return first;
}
std::vector<std::string> parts(std::string_view text, char separator) {
  std::vector<std::string> all;
  while (!text.empty())
    if (const std::string_view p = take(text, separator); !p.empty()) all.emplace_back(p);
  return all;
}

std::string strings(const std::vector<std::string>& all) {
  std::string s;
  for (const std::string& one : all) s += (s.empty() ? "" : ", ") + quoted(one);
  return "[" + s + "]";
}

std::string failure_of(const notation::failure& wrong) {
  return std::string("{") + member("text", quoted(wrong.text())) + member("sentence", quoted(wrong.sentence)) +
         member("hint", quoted(wrong.hint)) + member("at", std::to_string(wrong.at)) +
         member("length", std::to_string(wrong.length), false) + "}";
}

std::string answer(std::string_view request) {
  constexpr char separator = 30;
  const std::string_view text = take(request, separator);
  const std::vector<std::string> declarations = parts(take(request, separator), '\n');
  const std::string_view by = take(request, separator);
  const std::vector<std::string> extents = parts(take(request, separator), '\n'), data = parts(request, '\n');

  const notation::formula f = notation::parse(text, declarations);
  if (f.wrong.failed()) return std::string("{") + member("wrong", failure_of(f.wrong), false) + "}";

  // What is no input of this formula was one of the last.
  notation::wanted wanted;
  std::string first;
  for (const ir::input_info& in : f.written.inputs) {
    if ((in.code != ir::op::tensor && in.code != ir::op::scalar) || in.is_place()) continue;
    const std::string name(std::string_view(in.name));
    if (first.empty() && in.code == ir::op::tensor) first = name;
    if ((" " + std::string(by) + " ").find(" " + name + " ") != std::string::npos) wanted.gradients.push_back(name);
  }
  if (wanted.gradients.empty() && !by.empty() && !first.empty()) wanted.gradients.push_back(first);
  const std::unique_ptr<notation::program> p = notation::compile(f, wanted);
  if (!p->wrong.empty()) {
    return std::string("{") + member("inferred", strings(f.inferred)) +
           member(
               "wrong",
               std::string("{") + member("text", quoted(p->wrong)) + member("sentence", quoted(p->wrong), false) + "}",
               false) +
           "}";
  }
  const shown s{p->name, p->written, p->rewritten, p->gradients, p->plan, p->request};

  std::vector<extent_of_axis> sizes;
  for (std::string_view line : extents) {
    const std::string name(take(line, ' '));
    sizes.push_back({name, std::strtoll(std::string(line).c_str(), nullptr, 10)});
  }
  std::vector<numbers_of_input> numbers;
  for (std::string_view line : data) {
    numbers_of_input& in = numbers.emplace_back();
    in.name = take(line, ' ');
    for (const std::string& number : parts(line, ' ')) in.entries.push_back(std::strtod(number.c_str(), nullptr));
  }
  const std::string computed = values(s, p->simple, sizes, numbers);
  return std::string("{") + member("name", quoted(p->name)) + member("inferred", strings(f.inferred)) +
         member("by", strings(wanted.gradients)) +
         (computed.empty() ? "" : member("values", std::string("{") + computed + "}")) + members(s) + "}";
}

}  // namespace
}  // namespace loom::site

/// Room for a request of this many bytes and a 0 behind them; valid until the next call.
extern "C" char* loom_request(std::size_t size) {
  static std::string room;
  room.assign(size + 1, '\0');
  return room.data();
}

/// The answer to a request, ended by a 0; valid until the next call.
extern "C" const char* loom_show(const char* request) {
  static std::string text;
  text = loom::site::answer(request);
  return text.c_str();
}
