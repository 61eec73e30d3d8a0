// SPDX-License-Identifier: BSL-1.0
// src/tool/main.cpp — the program `loom`: its command line.
// A formula and its declarations are read by src/formula; what a command prints is made in the file of its name, else in forms.cpp.
// Exit status: 0; 1 if a formula, its data or its results are wrong; 2 if the command line is.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <new>

#include "formula/words.hpp"
#include "loom/base/config.hpp"
#include "loom/emit/c99.hpp"
#include "loom/emit/cpp.hpp"
#include "loom/emit/gpu.hpp"
#include "tool/check.hpp"
#include "tool/collection.hpp"
#include "tool/completions.hpp"
#include "tool/evaluate.hpp"
#include "tool/files.hpp"
#include "tool/forms.hpp"
#include "tool/manual.hpp"
#include "tool/numbers.hpp"
#include "tool/processes.hpp"
#include "tool/rules.hpp"

namespace {

using namespace loom::tool;
namespace notation = loom::notation;

/// Left by an exception from anywhere in a command: what was printed is all there is.
struct exit_with {
  int status;
};

/// What all commands about a formula have in common.
struct source {
  std::string formula;
  std::vector<std::string> rest;  ///< declarations, and for `eval` data
  std::vector<std::string> gradients, curvatures, gauss_newton;
  std::string name;
  bool json = false;
  std::string output;
};

bool colours(int file) {
  const char* none = std::getenv("NO_COLOR");
  return isatty(file) == 1 && (none == nullptr || *none == '\0');
}

void print_error(const std::string& text) {
  const bool colour = colours(STDERR_FILENO);
  std::fprintf(stderr, "%serror:%s %s%s", colour ? "\033[1;31m" : "", colour ? "\033[0m" : "", text.c_str(),
               !text.empty() && text.back() == '\n' ? "" : "\n");
}

/// Says why, as text or, where data was asked for, as data. Returns the exit status.
int failed(const source& s, const std::string& sentence, const std::string& hint = {}) {
  if (s.json) {
    json error = {{"sentence", sentence}};
    if (!hint.empty()) error["hint"] = hint;
    std::cout << json_text({{"error", error}});
  } else {
    print_error(sentence + (hint.empty() ? "" : "\n  " + hint));
  }
  return 1;
}
[[noreturn]] void fail(const source& s, const std::string& sentence, const std::string& hint = {}) {
  throw exit_with{failed(s, sentence, hint)};
}

/// Without the mark that editors of Windows put in front of UTF-8.
std::string standard_input() {
  std::string text(std::istreambuf_iterator<char>(std::cin), {});
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  return text;
}

/// Reads and compiles the formula of a command line; the name of a loss of the collection stands for its formula.
struct reading {
  notation::formula formula;
  std::unique_ptr<notation::program> program;
};
reading read(source& s, const std::vector<std::string>& declarations, const notation::wanted& wanted) {
  reading r;
  const known_loss* known = declarations.empty() ? find_loss(s.formula) : nullptr;
  if (known != nullptr) {
    r.formula.written = known->written;
    r.formula.name = known->name;
  } else {
    if (s.formula == "-") s.formula = standard_input();
    r.formula = notation::parse(s.formula, declarations);
  }
  if (r.formula.wrong.failed()) {
    if (s.json) std::cout << json_text(failure_json(r.formula.wrong));
    else print_error(r.formula.wrong.text());
    throw exit_with{1};
  }
  if (!s.name.empty()) r.formula.name = s.name;
  r.program = notation::compile(r.formula, wanted);
  if (!r.program->wrong.empty()) fail(s, r.program->wrong);
  return r;
}
reading read(source& s) { return read(s, s.rest, {s.gradients, s.curvatures, s.gauss_newton}); }

/// To the file that was asked for, or to standard output.
void print(const source& s, const std::string& text) {
  if (s.output.empty() || s.output == "-") {
    std::cout << text;
    if (!std::cout.flush()) {
      print_error("standard output cannot be written");
      throw exit_with{1};
    }
  } else if (const std::string wrong = write_file(s.output, text); !wrong.empty()) {
    fail(s, wrong);
  }
}

/// The names of what is declared by its use, which an author may have meant otherwise.
std::string inferred_text(const notation::formula& f) {
  if (f.inferred.empty()) return {};
  std::string s = "Declared by use\n ";
  for (const std::string& d : f.inferred) s += " '" + d + "'";
  return s + "\n\n";
}

// ---- commands --------------------------------------------------------------------------------------------------------

void explain(source& s, bool steps) {
  const reading r = read(s);
  if (!s.json) return print(s, inferred_text(r.formula) + explanation(*r.program, steps));
  json j = explanation_json(*r.program);
  j["declared_by_use"] = r.formula.inferred;
  print(s, json_text(j));
}

struct code_options {
  std::string language = "cpp", type = "float";
  bool strided = false, restricted = false, simd = false;
};
struct language {
  const char* name;
  const loom::emit::dialect& dialect;
};
const language languages[] = {
    {"cpp", loom::emit::cpp}, {"c99", loom::emit::c99}, {"cuda", loom::emit::cuda}, {"hip", loom::emit::hip}};

void code(source& s, const code_options& o) {
  if (!s.name.empty() && !notation::is_variable(s.name))
    fail(s, shown(s.name) + " is no name that a function of C++ can have");
  const reading r = read(s);
  const auto* to = &languages[0];
  for (const language& l : languages)
    if (o.language == l.name) to = &l;
  const std::string text =
      loom::emit::print(r.program->plan, to->dialect, r.program->name,
                        o.type == "double" ? loom::emit::element::f64 : loom::emit::element::f32,
                        {o.strided, o.restricted, o.simd, loom::emit::formula_of(r.program->rewritten)});
  print(s, s.json ? json_text({{"name", r.program->name}, {"language", o.language}, {"type", o.type}, {"code", text}})
                  : text);
}

struct graph_options {
  std::string format = "dot";
  bool simple = false;
};

/// Graphviz, which draws better than anything that would be written here.
std::string svg_of(const source& s, const std::string& dot) {
  const std::string program = found_program("dot");
  if (program.empty())
    fail(s, "an SVG is drawn by Graphviz, whose program dot was not found", "apt install graphviz, or --to dot");
  std::error_code wrong;
  const workshop here(std::filesystem::temp_directory_path(wrong).string());
  if (wrong || !here.exists()) fail(s, "there is no folder for temporary files: set TMPDIR");
  if (const std::string why = write_file(here / "graph.dot", dot); !why.empty()) fail(s, why);
  const int status = run_program({program, "-Tsvg", "-o", here / "graph.svg", here / "graph.dot"}, here / "output");
  std::string svg = read_file(here / "graph.svg");
  if (status != 0 || svg.empty())
    fail(s, "Graphviz draws nothing: " + first_error(read_file(here / "output")), "--to dot prints what it is given");
  return svg;
}

void graph(source& s, const graph_options& o) {
  const reading r = read(s);
  drawing d;
  d.simple = o.simple;
  const std::string dot = graphviz(*r.program, d), text = o.format == "svg" ? svg_of(s, dot) : dot;
  print(s, s.json ? json_text({{"name", r.program->name}, {"format", o.format}, {"graph", text}}) : text);
}

void rules(const source& s, const std::string& word) {
  json list = json::array();
  std::string text, stage;
  for (const rule_text& r : all_rules()) {
    if (!word.empty() && r.name.find(word) == r.name.npos && r.left.find(word) == r.left.npos &&
        r.right.find(word) == r.right.npos)
      continue;
    json entry = {{"stage", r.stage}, {"name", r.name}, {"left", r.left}, {"right", r.right}};
    if (!r.condition.empty()) entry["condition"] = r.condition;
    if (r.in_a_sum) entry["in_a_sum"] = true;
    list.push_back(entry);
    if (stage != r.stage) text += (text.empty() ? "" : "\n") + r.stage + "\n";
    stage = r.stage;
    text += "  " + r.name + "\n    " + r.left + "  ->  " + r.right + "\n";
    if (!r.condition.empty()) text += "    " + r.condition + "\n";
  }
  if (list.empty()) fail(s, "no rule has " + shown(word) + " in it");
  print(s, s.json ? json_text(list) : text);
}

void list(const source& s) {
  json all = json::array();
  std::string text;
  for (const known_loss& k : collection()) {
    std::string formula;
    for (const auto& o : k.written.outputs)
      formula += (formula.empty() ? "" : "; ") + notation::text_of(k.written, o.id);
    std::vector<std::string> inputs = notation::declarations_of(k.written);
    all.push_back({{"name", k.name}, {"inputs", inputs}, {"formula", formula}});
    text += std::string(k.name) + "\n  " + formula + "\n ";
    for (const std::string& d : inputs) text += " '" + d + "'";
    text += "\n";
  }
  print(s, s.json ? json_text(all) : text);
}

void show(source& s) {
  if (find_loss(s.formula) == nullptr) {
    std::vector<std::string> names;
    for (const known_loss& k : collection()) names.emplace_back(k.name);
    const std::string meant = notation::closest(s.formula, names);
    fail(s, "the collection has no loss " + shown(s.formula),
         meant.empty() ? "loom list names them" : "did you mean " + meant + "?");
  }
  const reading r = read(s);
  if (s.json) {
    json j = explanation_json(*r.program);
    j["cpp"] = cpp_text(*r.program);
    return print(s, json_text(j));
  }
  print(s, cpp_text(*r.program) + "\n" + explanation(*r.program));
}

bool is_binding(const std::string& argument) {
  std::size_t n = 0;
  while (n < argument.size() && (std::isalnum(static_cast<unsigned char>(argument[n])) != 0 || argument[n] == '_')) ++n;
  return n > 0 && n < argument.size() && argument[n] == '=' && argument.compare(n, 2, "==") != 0;
}
binding split(const source& s, const std::string& argument) {
  const std::size_t at = argument.find('=');
  if (!is_binding(argument)) fail(s, shown(argument) + " is no binding", "write x=data.npy");
  return {argument.substr(0, at), argument.substr(at + 1)};
}

/// Takes the bindings out of what stands behind a formula; what is left are declarations.
std::vector<std::string> without_bindings(const source& s, std::vector<binding>& bindings) {
  std::vector<std::string> declarations;
  for (const std::string& argument : s.rest)
    if (is_binding(argument)) bindings.push_back(split(s, argument));
    else declarations.push_back(argument);
  return declarations;
}

void eval(source& s, evaluation_request& q, const std::string& out) {
  const std::vector<std::string> declarations = without_bindings(s, q.inputs);
  for (const std::string& g : s.gradients) q.gradients.push_back(split(s, g));
  for (const std::string& g : s.curvatures) q.curvatures.push_back(split(s, g));
  for (const std::string& g : s.gauss_newton) q.gauss_newton.push_back(split(s, g));
  if (!out.empty()) q.results.push_back({"out", out});
  q.json = s.json;
  const reading r = read(s, declarations, wanted_of(q));
  const evaluation e = evaluate(*r.program, q);
  if (!e.wrong.empty()) fail(s, e.wrong, e.hint);
  print(s, e.text);
}

void check(source& s, check_request& q) {
  const std::vector<std::string> declarations = without_bindings(s, q.inputs);
  q.json = s.json;
  const reading r = read(s, declarations, {s.gradients, {}, {}});
  const check_result c = loom::tool::check(*r.program, q);
  if (!c.wrong.empty()) fail(s, c.wrong, c.hint);
  print(s, c.text);
}

// ---- the command line ------------------------------------------------------------------------------------------------

/// A formula may begin with a minus; options are --word, --word=value, -h and -o alone. What is no option is marked for CLI11.
constexpr char minus_mark = '\x01';
bool looks_like_option(std::string_view a) {
  if (a.size() < 2 || a[0] != '-') return true;
  if (a[1] != '-') return a == "-h" || a == "-o";
  const std::size_t end = a.find('=');
  const std::string_view word = a.substr(2, end == a.npos ? a.npos : end - 2);
  return word.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == word.npos;
}
void unmark(std::string& s) {
  if (s.starts_with(minus_mark)) s.erase(0, 1);
}
void unmark(std::vector<std::string>& all) {
  for (std::string& s : all) unmark(s);
}

/// An option that may be given several times, each time with one value.
void add_list(CLI::App& command, const char* name, std::vector<std::string>& to, const char* type, const char* about) {
  command.add_option(name, to, about)->type_name(type)->expected(1)->take_all();
}
void add_derivatives(CLI::App& command, source& s) {
  add_list(command, "--grad", s.gradients, "x", "with the gradient by this input");
  add_list(command, "--d2", s.curvatures, "x", "with the diagonal of the Hessian by this input");
  add_list(command, "--gn", s.gauss_newton, "x", "with the diagonal of the Gauss-Newton matrix by this input");
}
void add_source(CLI::App& command, source& s) {
  command
      .add_option("formula", s.formula,
                  "in the notation of C++, '-log(gather(softmax(x, C), t)).mean()'; - reads standard input; or the "
                  "name of a loss of `loom list`")
      ->required();
  command.add_option("declarations", s.rest,
                     "'x[N,C]' 't[N]' 'scalar gamma >= 0'; what is missing is declared by its use");
  command.add_option("--name", s.name, "of the loss")->type_name("NAME");
}
void add_output(CLI::App& command, source& s) {
  command.add_flag("--json", s.json, "as data, and so is what is wrong");
  command.add_option("-o,--output", s.output, "a file instead of standard output, whole or not at all")
      ->type_name("FILE");
}

int run(int argc, char** argv) {
  const std::string version = "loom " + std::to_string(LOOM_VERSION_MAJOR) + "." + std::to_string(LOOM_VERSION_MINOR) +
                              "." + std::to_string(LOOM_VERSION_PATCH);
  CLI::App app("Loss formulas in, one loop out: what a formula becomes, as text, code and numbers.", "loom");
  app.set_version_flag("--version", version);
  app.require_subcommand(1);
  app.footer(
      "Examples\n"
      "  loom explain '-gather(log(exp(x) / sum(exp(x), -1)), t).mean()' 'x[N,C]' 't[N]' --grad x\n"
      "  loom code 'p = softmax(x, C); -log(gather(p, t)).mean()' --grad x --to c99\n"
      "  loom eval 'square(x - y).mean()' x=predictions.npy y=targets.npy --grad x=gradient.npy\n"
      "  loom check 'log(1 + exp(x)).mean()' --grad x --svg errors.svg\n"
      "Exit status: 0; 1 if a formula, its data or its results are wrong, which is said on standard error,\n"
      "or with --json as {\"error\": {...}}; 2 if the command line is.");

  source s;
  code_options printed;
  graph_options drawn;
  evaluation_request request;
  check_request checked;
  std::string word, shell, out;
  bool steps = false;

  CLI::App* explain_ =
      app.add_subcommand("explain", "every stage: as written, as rewritten, gradients, rules, hazards, plan");
  add_source(*explain_, s);
  add_derivatives(*explain_, s);
  explain_->add_flag("--steps", steps, "every step of the plan as well");
  add_output(*explain_, s);
  CLI::App* code_ = app.add_subcommand("code", "the loop, as a function that compiles without Loom");
  add_source(*code_, s);
  add_derivatives(*code_, s);
  code_->add_option("--to", printed.language, "the language")
      ->check(CLI::IsMember({"cpp", "c99", "cuda", "hip"}))
      ->capture_default_str();
  code_->add_option("--type", printed.type, "of the tensors")
      ->check(CLI::IsMember({"float", "double"}))
      ->capture_default_str();
  code_->add_flag("--strided", printed.strided, "a stride for each axis of each input and output");
  code_->add_flag("--restrict", printed.restricted, "every pointer says that nothing else points there");
  code_->add_flag("--simd", printed.simd, "#pragma omp simd in front of loops that may run in lanes");
  add_output(*code_, s);
  CLI::App* graph_ = app.add_subcommand("graph", "a drawing of the formula before and after");
  add_source(*graph_, s);
  add_derivatives(*graph_, s);
  graph_->add_option("--to", drawn.format, "Graphviz text, or a picture")
      ->check(CLI::IsMember({"dot", "svg"}))
      ->capture_default_str();
  graph_->add_flag("--simple", drawn.simple, "also as the loops compute it");
  add_output(*graph_, s);
  CLI::App* eval_ = app.add_subcommand("eval", "values and derivatives of data in NumPy files");
  add_source(*eval_, s);
  eval_->get_option("declarations")->description("data, x=logits.npy gamma=2, and declarations as for explain");
  add_list(*eval_, "--grad", s.gradients, "x=FILE", "writes the gradient by x to a file");
  add_list(*eval_, "--d2", s.curvatures, "x=FILE", "writes the diagonal of the Hessian by x to a file");
  add_list(*eval_, "--gn", s.gauss_newton, "x=FILE", "writes the diagonal of the Gauss-Newton matrix by x to a file");
  eval_->add_option("--out", out, "writes a result that is not a scalar to a file")->type_name("FILE");
  eval_->add_option("--type", request.type, "of the computation, else that of the data")
      ->check(CLI::IsMember({"float", "double"}));
  eval_->add_flag("--compile", request.compile,
                  "by the SIMD loops, which the system's compiler makes, instead of the interpreter");
  add_output(*eval_, s);
  CLI::App* check_ =
      app.add_subcommand("check", "errors over magnitudes of the data: as written, as rewritten, against 400 digits");
  add_source(*check_, s);
  check_->get_option("declarations")
      ->description("declarations as for explain, and numbers that are not drawn, gamma=2");
  add_list(*check_, "--grad", s.gradients, "x", "the gradient by this input, else those by all tensors");
  check_->add_option("--samples", checked.samples, "at each magnitude")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  check_->add_option("--seed", checked.seed, "of the random numbers")->capture_default_str();
  check_->add_option("--svg", checked.svg, "draws the errors to a file as well")->type_name("FILE");
  add_output(*check_, s);
  CLI::App* rules_ = app.add_subcommand("rules", "the rules that formulas are rewritten by");
  rules_->add_option("word", word, "only those that mention it");
  add_output(*rules_, s);
  CLI::App* list_ = app.add_subcommand("list", "the losses of the collection");
  add_output(*list_, s);
  CLI::App* show_ = app.add_subcommand("show", "a loss of the collection: as C++, and every stage");
  show_->add_option("loss", s.formula, "its name")->required();
  add_derivatives(*show_, s);
  add_output(*show_, s);
  CLI::App* completions_ = app.add_subcommand("completions", "a script that completes commands and options in a shell");
  completions_->add_option("shell", shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  CLI::App* manual_ = app.add_subcommand("manual", "this page, for man");

  std::vector<std::string> arguments;
  for (int k = argc - 1; k > 0; --k) {  // CLI11 takes them backwards
    std::string a = argv[k];
    if (!looks_like_option(a)) a.insert(0, 1, minus_mark);
    arguments.push_back(std::move(a));
  }
  try {
    app.parse(arguments);
  } catch (const CLI::ParseError& e) { return app.exit(e) == 0 ? 0 : 2; }
  for (std::string* value : {&s.formula, &s.name, &s.output, &word, &out, &checked.svg}) unmark(*value);
  for (std::vector<std::string>* values : {&s.rest, &s.gradients, &s.curvatures, &s.gauss_newton}) unmark(*values);
  try {
    if (explain_->parsed()) explain(s, steps);
    if (code_->parsed()) code(s, printed);
    if (graph_->parsed()) graph(s, drawn);
    if (eval_->parsed()) eval(s, request, out);
    if (check_->parsed()) check(s, checked);
    if (rules_->parsed()) rules(s, word);
    if (list_->parsed()) list(s);
    if (show_->parsed()) show(s);
    if (completions_->parsed()) print(s, completion_script(app, shell));
    if (manual_->parsed()) print(s, manual_page(app, version));
  } catch (const exit_with& e) { return e.status; } catch (const std::bad_alloc&) {
    return failed(s, "there is not enough memory for this");
  } catch (const std::exception& e) { return failed(s, e.what()); }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& e) { print_error(e.what()); }
  return 1;
}
