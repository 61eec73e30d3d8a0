// SPDX-License-Identifier: BSL-1.0
// src/tool/loops.cpp — the source, the compiler, the cache.
#include "tool/loops.hpp"

#include <dlfcn.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <vector>

#include "loom/call/check_bindings.hpp"
#include "loom/ir/print.hpp"
#include "tool/files.hpp"
#include "tool/forms.hpp"
#include "tool/processes.hpp"

namespace loom::tool {

namespace {

namespace fs = std::filesystem;

// ---- the source ------------------------------------------------------------------------------------------------------

std::string_view spelled(element_type t) {
  switch (t) {
    case element_type::f32: return "float";
    case element_type::f64: return "double";
    case element_type::boolean: return "bool";
    case element_type::i8: return "std::int8_t";
    case element_type::u8: return "std::uint8_t";
    case element_type::i16: return "std::int16_t";
    case element_type::u16: return "std::uint16_t";
    case element_type::i32: return "std::int32_t";
    case element_type::u32: return "std::uint32_t";
    case element_type::i64: return "std::int64_t";
    case element_type::u64: return "std::uint64_t";
    default: return "void";
  }
}

/// The data of one slot: a view over its axes, or a number.
std::string data_of(const ir::graph& g, const ir::axis_order& axes, const std::string& pointer, std::string_view type) {
  if (axes.empty()) return "*static_cast<" + std::string(type) + "*>(" + pointer + ")";
  std::string r = "loom::view(static_cast<" + std::string(type) + "*>(" + pointer + ")";
  for (const int axis : axes) {
    const std::int64_t extent = g.axes[axis].extent;
    r += ", " + (extent > 0 ? std::to_string(extent) : "loom_extents[" + std::to_string(axis) + "]");
  }
  return r + ")";
}

// ---- the cache -------------------------------------------------------------------------------------------------------

/// FNV-1a, of 64 bits: it tells what is damaged from what is not, and formulas apart.
class hash {
 public:
  hash& add(std::string_view text) {
    for (const char c : text) value_ = (value_ ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
    return *this;
  }
  hash& add(std::uint64_t number) { return add(std::to_string(number) + ","); }
  std::string digits() const {
    std::string r;
    for (int at = 60; at >= 0; at -= 4) r += "0123456789abcdef"[value_ >> at & 15];
    return r;
  }

 private:
  std::uint64_t value_ = 0xCBF29CE484222325u;
};

constexpr std::string_view seal =
    "\nsealed by loom ";  // then the hash of all before; a loader ignores what follows a library

/// Whether a file is a library with its seal unbroken: what was cut off would end the program when it is loaded.
bool is_whole(const std::string& file) {
  input_file in(file);
  const std::size_t sealed = seal.size() + 16;
  if (!in.wrong().empty() || in.size() < sealed || in.size() > std::size_t{1} << 30) return false;
  std::string bytes(in.size(), '\0');
  if (in.read(bytes.data(), bytes.size()) < bytes.size()) return false;
  const std::string_view library(bytes.data(), bytes.size() - sealed);
  return std::string_view(bytes).substr(library.size()) == std::string(seal) + hash().add(library).digits();
}

std::string setting(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// The folder of the cache, or nothing.
std::string cache_folder() {
  const std::string given = setting("XDG_CACHE_HOME");
  if (given.starts_with("/")) return given + "/loom";  // a relative one is to be ignored, says the specification
  const std::string home = setting("HOME");
  return home.empty() ? "" : home + "/.cache/loom";
}

// ---- the compiler ----------------------------------------------------------------------------------------------------

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (c != ' ' && c != '\t') words.back() += c;
    else if (!words.back().empty()) words.emplace_back();
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

struct command {
  std::vector<std::string> words;
  std::string wrong;
};

command compiler() {
  command c{words_of(setting("CXX")), {}};
  if (!c.words.empty()) {
    const std::string file = found_program(c.words[0]);
    if (file.empty()) c.wrong = "there is no compiler " + shown(c.words[0]) + ", which $CXX names";
    c.words[0] = file;
    return c;
  }
  for (const char* usual : {"c++", "g++", "clang++"})
    if (const std::string file = found_program(usual); !file.empty()) return {{file}, {}};
  return {{}, "there is no compiler: c++, g++ or clang++ is looked for on the path, or the one that $CXX names"};
}

/// The folder of the headers, or nothing.
std::string headers() {
  std::vector<std::string> places{setting("LOOM_INCLUDE")};
  std::error_code wrong;
  const fs::path program = fs::read_symlink("/proc/self/exe", wrong);
  if (!wrong) places.push_back((program.parent_path() / "../include").lexically_normal().string());
#if defined(LOOM_TOOL_INCLUDE)
  places.emplace_back(LOOM_TOOL_INCLUDE);
#endif
  for (const std::string& place : places)
    if (!place.empty() && fs::exists(place + "/loom/loom.hpp", wrong)) return place;
  return "";
}

/// What changes when the file does.
void add_file(hash& h, const std::string& file) {
  struct stat about{};
  if (::stat(file.c_str(), &about) == 0)
    h.add(file).add(static_cast<std::uint64_t>(about.st_size)).add(static_cast<std::uint64_t>(about.st_mtime));
}
void add_headers(hash& h, const std::string& folder) {
  std::error_code wrong;
  std::vector<std::string> files;
  for (fs::recursive_directory_iterator at(folder + "/loom", wrong), end; !wrong && at != end; at.increment(wrong))
    if (at->is_regular_file(wrong)) files.push_back(at->path().string());
  std::sort(files.begin(), files.end());
  for (const std::string& file : files) add_file(h, file);
}

std::string compiled(const std::vector<std::string>& command, const std::string& source, const std::string& cache,
                     const std::string& library) {
  const workshop here(cache);
  if (!here.exists()) return "there is no place to compile in " + shown(cache);
  if (std::string wrong = write_file(here / "formula.cpp", source); !wrong.empty()) return wrong;
  std::vector<std::string> words = command;
  for (const std::string& word : {here / "formula.cpp", std::string("-o"), here / "formula.so"}) words.push_back(word);
  const int status = run_program(words, here / "output");
  if (status < 0) return "the compiler " + shown(command[0]) + " does not run";
  if (status != 0)
    return "the compiler " + shown(command[0]) + " refuses the formula: " + first_error(read_file(here / "output"));
  const std::string bytes = read_file(here / "formula.so");
  if (bytes.empty()) return "the compiler " + shown(command[0]) + " wrote no library";
  write_file(cache + "/" + fs::path(library).stem().string() + ".cpp", source);  // for who wants to see it
  return write_file(library, bytes + std::string(seal) + hash().add(bytes).digits());
}

loaded_loops load(const std::string& file) {
  loaded_loops r;
  r.object = {::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL), [](void* handle) {
                if (handle != nullptr) ::dlclose(handle);
              }};
  if (r.object != nullptr) r.call = reinterpret_cast<loops_entry*>(::dlsym(r.object.get(), "loom_eval"));
  if (r.call == nullptr) {
    const char* why = ::dlerror();
    r.wrong = "the compiled formula cannot be loaded: " + shown(why == nullptr ? "it has no loom_eval" : why);
  }
  return r;
}

}  // namespace

std::string source_of_loops(const notation::program& p, std::span<const element_type> types, bool of_float) {
  const ir::graph &g = p.written, &planned = p.plan.program;
  const std::string_view number = of_float ? "float" : "double";
  std::string r =
      "// Made by `loom eval --compile`: the loops of a formula.\n"
      "#include <cmath>\n#include <cstddef>\n#include <cstdint>\n#include <exception>\n#include <vector>\n\n#include "
      "<loom/loom.hpp>\n\n"
      "namespace loom_formula {\n\nusing namespace loom;\n\n" +
      declarations_text(p);
  for (int a = 0; a < g.axes.size(); ++a) {
    const auto is_named_alike = [&](const ir::input_info& in) { return in.name == g.axes[a].name; };
    if (std::none_of(g.inputs.begin(), g.inputs.end(), is_named_alike))
      r += "constexpr auto " + std::string(g.axes[a].name) + " = loom::axis<\"" + ir::axis_declaration(g, a) + "\">;\n";
  }
  r += "constexpr auto loom_loss = loom::loss<(";
  if (g.outputs.size() == 1) {
    r += notation::text_of(g, g.outputs[0].id);
  } else {
    for (int k = 0; k < g.outputs.size(); ++k)
      r += (k == 0 ? "loom::results(" : ", ") + notation::text_of(g, g.outputs[k].id);
    r += ")";
  }
  r += ")>;\n\n";
  std::string bindings;
  const auto bind = [&](const std::string& what, const std::string& data) {
    bindings += (bindings.empty() ? "" : ",\n        ") + what + " = " + data;
  };
  for (int i = 0; i < g.inputs.size(); ++i)
    if (!g.inputs[i].is_place())
      bind(std::string(g.inputs[i].name), data_of(g, g.inputs[i].axes, "loom_inputs[" + std::to_string(i) + "]",
                                                  "const " + std::string(spelled(types[static_cast<std::size_t>(i)]))));
  for (int k = 0; k < planned.outputs.size(); ++k) {
    const ir::output_info& out = planned.outputs[k];
    if (out.is_value() && out.result == 0 && out.axes.empty()) continue;  // it is returned
    const std::string what =
        !out.is_value() ? "loom::" + std::string(out.symbol()) + "(" + std::string(planned.inputs[out.input].name) + ")"
        : out.result == 0 ? "loom::out"
                          : "loom::result<" + std::to_string(out.result) + ">";
    std::string layout;  // as the program has it, where several are possible
    if (out.is_value() && out.axes.size() > 1) {
      for (const int axis : out.axes)
        layout += (layout.empty() ? "(" : ", ") + ("loom::axis<\"" + std::string(planned.axes[axis].name)) + "\">";
      layout += ")";
    }
    bind(what + layout, data_of(planned, out.axes, "loom_outputs[" + std::to_string(k) + "]", number));
  }
  std::string workspace;
  if (!p.plan.arrays.empty() || p.in_stages()) {
    workspace = "  std::vector<double> loom_room(static_cast<std::size_t>(loom_loss.workspace_size(\n        " +
                bindings + ")));\n";
    bind("loom::workspace", "loom_room");
  }
  const bool scalar = g.result_axes.empty();
  return r +
         "int call([[maybe_unused]] const std::ptrdiff_t* loom_extents, [[maybe_unused]] const void* const* "
         "loom_inputs,\n"
         "         [[maybe_unused]] void* const* loom_outputs, [[maybe_unused]] double* loom_value) {\n" +
         workspace + "  " + (scalar ? "*loom_value = static_cast<double>(" : "") + "loom_loss(\n        " + bindings +
         (scalar ? "))" : ")") +
         ";\n  return 0;\n}\n\n}  // namespace loom_formula\n\n"
         "extern \"C\" int loom_eval(const std::ptrdiff_t* extents, const void* const* inputs, void* const* outputs,\n"
         "                         double* value, char* sentence, std::size_t room) {\n"
         "  try {\n    return loom_formula::call(extents, inputs, outputs, value);\n"
         "  } catch (const std::exception& e) {\n"
         "    std::size_t at = 0;\n"
         "    for (; at + 1 < room && e.what()[at] != '\\0'; ++at) sentence[at] = e.what()[at];\n"
         "    sentence[at] = '\\0';\n    return 1;\n  }\n}\n";
}

loaded_loops load_loops(const std::string& source) {
  const auto refuse = [](std::string why) {
    loaded_loops r;
    r.wrong = std::move(why);
    return r;
  };
  command c = compiler();
  if (!c.wrong.empty()) return refuse(c.wrong);
  const std::string include = headers();
  if (include.empty())
    return refuse(
        "Loom's headers are not found: $LOOM_INCLUDE names their folder, else it is ../include beside this program");
  const std::string cache = cache_folder();
  if (cache.empty()) return refuse("there is no folder for compiled formulas: set HOME or XDG_CACHE_HOME");
  std::error_code wrong;
  fs::create_directories(cache, wrong);
  if (wrong) return refuse("the folder of compiled formulas, " + shown(cache) + ", cannot be made: " + wrong.message());

  for (const char* option : {"-O2", "-g0", "-w", "-std=c++20", "-shared", "-fPIC", "-fdiagnostics-color=never"})
    c.words.push_back(option);
  c.words.push_back("-I" + include);
  hash key;
  key.add(source).add(LOOM_VERSION_MAJOR).add(LOOM_VERSION_MINOR).add(LOOM_VERSION_PATCH);
  for (const std::string& word : c.words) key.add(word).add("\n");
  const fs::path real = fs::canonical(c.words[0], wrong);
  add_file(key, wrong ? c.words[0] : real.string());
  add_headers(key, include);
  const std::string library = cache + "/" + key.digits() + ".so";
  if (is_whole(library))
    if (loaded_loops r = load(library); r.wrong.empty()) return r;
  if (std::string why = compiled(c.words, source, cache, library); !why.empty()) return refuse(why);
  loaded_loops r = load(library);
  r.was_compiled = true;
  return r;
}

}  // namespace loom::tool
