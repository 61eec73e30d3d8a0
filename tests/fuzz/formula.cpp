// SPDX-License-Identifier: BSL-1.0
// tests/fuzz/formula.cpp — any bytes as a formula: read, printed and read again, compiled, explained, printed as code.
// The first byte says which derivatives are wanted; lines that begin with ! are declarations. ./run fuzz formula
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "formula/program.hpp"
#include "loom/emit/c99.hpp"
#include "loom/emit/cpp.hpp"
#include "loom/emit/explain.hpp"
#include "loom/emit/gpu.hpp"
#include "notation/same.hpp"

namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace loom;
  if (size == 0 || size > 4000) return 0;
  const unsigned wants = data[0];
  std::string text;
  std::vector<std::string> declarations;
  for (std::size_t k = 1; k < size;) {
    std::size_t end = k;
    while (end < size && data[end] != '\n') ++end;
    const std::string line(reinterpret_cast<const char*>(data) + k, end - k);
    if (line.starts_with('!') && declarations.size() < 20) declarations.push_back(line.substr(1));
    else text += line + "\n";
    k = end + 1;
  }
  const notation::formula f = notation::parse(text, declarations);
  if (f.wrong.failed()) {
    require(f.wrong.at <= f.wrong.source.size(), "a mistake is in its source");
    require(!f.wrong.text().empty() && f.wrong.line() > 0 && f.wrong.column() > 0, "a mistake has a place");
    return 0;
  }
  notation::wanted wanted;
  for (const ir::input_info& in : f.written.inputs) {
    if ((in.code != ir::op::tensor && in.code != ir::op::scalar) || in.is_place()) continue;
    if ((wants & 1) != 0) wanted.gradients.emplace_back(in.name);
    if ((wants & 2) != 0) wanted.curvatures.emplace_back(in.name);
  }
  // What was printed means the same, but for what is too long to print.
  const std::string printed = notation::text_of(f.written, f.written.outputs[0].id);
  if (printed.find("...") == printed.npos && f.written.outputs.size() == 1) {
    const notation::formula again = notation::parse(printed, notation::declarations_of(f.written));
    const bool too_deep = again.wrong.sentence.find(" levels") != std::string::npos;  // parentheses count
    if (again.wrong.failed() && !too_deep) std::fprintf(stderr, "%s\n%s", printed.c_str(), again.wrong.text().c_str());
    require(too_deep || (!again.wrong.failed() && test::same(f.written, again.written)),
            "a printed formula reads as itself");
  }
  const auto p = notation::compile(f, wanted);
  if (!p->wrong.empty()) return 0;
  require(!emit::explain({p->written, p->rewritten, p->gradients, p->plan}, true).empty(), "a program is explained");
  const std::string name = p->name.empty() ? "loss" : p->name;
  require(!emit::print(p->plan, emit::cpp, name, emit::element::f32, {false, true, true, {}}).empty(), "as C++");
  require(!emit::print(p->plan, emit::c99, name, emit::element::f64, {true, false, false, {}}).empty(), "as C");
  require(!emit::print(p->plan, emit::cuda, name, emit::element::f32).empty(), "as a kernel");
  return 0;
}
