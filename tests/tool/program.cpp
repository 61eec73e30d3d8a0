// SPDX-License-Identifier: BSL-1.0
// tests/tool/program.cpp — the program `loom` as a shell sees it: what it prints where, and how it ends.
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "tool/scratch.hpp"

namespace {

using loom::test::contents, loom::test::scratch;

struct outcome {
  int status = -1;
  std::string out, error;
};

/// Runs loom with some arguments, and what it reads.
outcome run(const std::vector<std::string>& arguments, const std::string& input = {}) {
  const scratch folder;
  std::string command = "'" LOOM_TEST_PROGRAM "'";
  for (const std::string& a : arguments) {
    command += " '";
    for (const char c : a) command += c == '\'' ? "'\\''" : std::string(1, c);
    command += "'";
  }
  std::ofstream(folder / "in") << input;
  command += " <'" + folder / "in" + "' >'" + folder / "out" + "' 2>'" + folder / "error" + "'";
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, contents(folder / "out"), contents(folder / "error")};
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

const std::string cross_entropy = "-gather(log(exp(x) / sum(exp(x), -1)), t).mean()";

}  // namespace

TEST_CASE("a formula is explained, though it begins with a minus", "[tool]") {
  const outcome o = run({"explain", cross_entropy, "x[N,C]", "t[N]", "--grad", "x"});
  CHECK(o.status == 0);
  CHECK(o.error.empty());
  CHECK(has(o.out, "As rewritten\n  value = -mean(gather(log_softmax(x, C), t, C), N)\n"));
  CHECK(has(o.out, "Gradients\n  d(x) = "));
  CHECK(has(o.out, "log of a sum of exponentials"));
  CHECK_FALSE(has(o.out, "Declared by use"));
  // From standard input, and with what is not declared.
  const outcome p = run({"explain", "-"}, "p = softmax(x, C);\n-log(gather(p, t)).mean()\n");
  CHECK(p.status == 0);
  CHECK(has(p.out, "Declared by use\n  'x[N,C]' 'index t[N]'\n"));
  CHECK(run({"explain", "--x.mean()"}).status == 0);
  CHECK(has(run({"explain", "-x"}).out, "value = -x"));
  CHECK(run({"explain", "-x", "--grad", "-x"}).error == "error: the formula has no input -x\n");
  // Lines as those of Windows, and text that is no ASCII.
  const outcome w =
      run({"explain", "-"}, "\xEF\xBB\xBF// Größe\r\np = softmax(x, C);\r\n-log(gather(p, t)).mean()\r\n");
  CHECK(w.status == 0);
  CHECK(w.out == p.out);
}

TEST_CASE("code in two languages and types", "[tool]") {
  const outcome o = run({"code", cross_entropy, "--grad", "x", "--name", "nll"});
  CHECK(o.status == 0);
  CHECK(has(o.out, "double nll(std::ptrdiff_t N, std::ptrdiff_t C, const float* "));
  const outcome c = run({"code", cross_entropy, "--to", "c99", "--type", "double"});
  CHECK(c.status == 0);
  CHECK(has(c.out, "#include <math.h>"));
  CHECK(has(c.out, "const double* "));
  for (const char* name : {"a b", "int", "2nd", "größe"})
    CHECK(run({"code", cross_entropy, "--name", name}).status == 1);
  // The name that the text gives.
  CHECK(has(run({"code", "nll = " + cross_entropy}).out, "double nll("));
}

TEST_CASE("a mistake has its place, on standard error or as data", "[tool]") {
  const outcome o = run({"explain", "log_sofmax(x, -1).mean()"});
  CHECK(o.status == 1);
  CHECK(o.out.empty());
  CHECK(o.error ==
        "error: there is no function log_sofmax\n"
        "  log_sofmax(x, -1).mean()\n"
        "  ^^^^^^^^^^\n"
        "  did you mean log_softmax?\n");
  const outcome j = run({"explain", "log_sofmax(x, -1).mean()", "--json"});
  CHECK(j.status == 1);
  const auto error = nlohmann::json::parse(j.out).at("error");
  CHECK(error.at("column") == 1);
  CHECK(error.at("length") == 10);
  CHECK(error.at("hint") == "did you mean log_softmax?");
  const outcome d = run({"code", "x.mean()", "--grad", "y"});
  CHECK(d.status == 1);
  CHECK(d.error == "error: the formula has no input y\n");
}

TEST_CASE("every command says what is wrong as data, if data is asked for", "[tool]") {
  const scratch folder;
  const std::string nowhere = folder / "none/out";
  const std::vector<std::string> commands[] = {{"explain", "lgits(σ)"},
                                               {"code", "x.mean()", "--grad", "y"},
                                               {"code", "x.mean()", "-o", nowhere},
                                               {"graph", "x +"},
                                               {"eval", "x +"},
                                               {"eval", "x.mean()", "x=" + nowhere},
                                               {"eval", "x.mean()", "--grad", "x"},
                                               {"check", "x +"},
                                               {"check", "x.mean()", "y=1"},
                                               {"check", "x.mean()", "--samples", "1", "--svg", nowhere},
                                               {"rules", "frobnicate"},
                                               {"rules", "\xff"},
                                               {"list", "-o", nowhere},
                                               {"show", "frobnicate"}};
  for (std::vector<std::string> command : commands) {
    CAPTURE(command);
    command.push_back("--json");
    const outcome o = run(command);
    CHECK(o.status == 1);
    CHECK(o.error.empty());
    CHECK(nlohmann::json::parse(o.out).at("error").at("sentence").get<std::string>() != "");
  }
  // What is cut off is cut between letters.
  std::string word = "x";
  for (int i = 0; i < 150; ++i) word += "ö";
  const outcome cut = run({"rules", word, "--json"});
  CHECK(has(cut.out, "ö... in it"));
  CHECK_FALSE(has(cut.out, "\xEF\xBF\xBD"));
}

TEST_CASE("Graphviz draws, if it is there", "[tool]") {
  const scratch folder;
  const std::string path = std::getenv("PATH"), programs = folder / "programs", temporary = folder / "with a blank";
  for (const std::string& made : {programs, temporary}) std::filesystem::create_directory(made);
  const auto drawn_by = [&](const std::string& dot) {
    std::ofstream(programs + "/dot") << "#!/bin/sh\n" << dot << "\n";
    std::filesystem::permissions(programs + "/dot", std::filesystem::perms::owner_all);
    ::setenv("PATH", (programs + ":" + path).c_str(), 1);
    ::setenv("TMPDIR", temporary.c_str(), 1);
    const outcome o = run({"graph", cross_entropy, "--to", "svg"});
    ::unsetenv("TMPDIR");
    ::setenv("PATH", path.c_str(), 1);
    return o;
  };
  const outcome good = drawn_by("echo a warning >&2; { echo '<svg>'; cat \"$4\"; } >\"$3\"");
  CHECK(good.status == 0);
  CHECK(good.out == "<svg>\n" + run({"graph", cross_entropy}).out);
  const outcome bad = drawn_by("echo 'syntax error' >&2; exit 1");
  CHECK(bad.status == 1);
  CHECK(has(bad.error, "Graphviz draws nothing: syntax error"));
  CHECK(std::filesystem::is_empty(temporary));
  std::filesystem::remove(programs + "/dot");
  ::setenv("PATH", programs.c_str(), 1);
  const outcome none = run({"graph", cross_entropy, "--to", "svg"});
  ::setenv("PATH", path.c_str(), 1);
  CHECK(none.status == 1);
  CHECK(has(none.error, "apt install graphviz"));
}

TEST_CASE("a wrong command line is another thing than a wrong formula", "[tool]") {
  CHECK(run({}).status == 2);
  CHECK(run({"frobnicate"}).status == 2);
  CHECK(run({"explain"}).status == 2);
  CHECK(run({"explain", "x.mean()", "--frobnicate"}).status == 2);
  CHECK(run({"code", "x.mean()", "--to", "fortran"}).status == 2);
  CHECK(run({"--help"}).status == 0);
  CHECK(run({"code", "--help"}).status == 0);
  CHECK(has(run({"--version"}).out, "loom "));
}

TEST_CASE("the collection, its rules and drawings", "[tool]") {
  const auto list = nlohmann::json::parse(run({"list", "--json"}).out);
  CHECK(list.size() >= 20);
  for (const auto& loss : list) {
    CAPTURE(loss.dump());
    // What is listed can be pasted.
    std::vector<std::string> pasted{"explain", loss.at("formula")};
    for (const auto& d : loss.at("inputs")) pasted.push_back(d);
    CHECK(run(pasted).status == 0);
  }
  const outcome show = run({"show", "cross_entropy", "--grad", "x"});
  CHECK(show.status == 0);
  CHECK(has(show.out, "constexpr auto x = loom::tensor<\"x[N,C]\">;\n"));
  CHECK(has(show.out, "constexpr auto cross_entropy = loom::loss<-mean("));
  CHECK(run({"show", "cross_entrpy"}).error ==
        "error: the collection has no loss cross_entrpy\n  did you mean cross_entropy?\n");
  const auto rules = nlohmann::json::parse(run({"rules", "--json"}).out);
  CHECK(rules.size() > 150);
  for (const auto& r : rules) {
    CAPTURE(r.dump());
    CHECK(!r.at("name").get<std::string>().empty());
    CHECK(r.at("left") != r.at("right"));
    CHECK(r.value("condition", "where") != "under a condition");  // a guard without words in rules.cpp
  }
  CHECK(has(run({"rules", "logsumexp"}).out, "log(sum(exp(a), C))  ->  logsumexp(a, C)"));
  CHECK(run({"rules", "frobnicate"}).status == 1);
  const outcome dot = run({"graph", "cross_entropy", "--grad", "x"});
  CHECK(dot.status == 0);
  CHECK(dot.out.starts_with("digraph"));
  CHECK(has(dot.out, "label = \"with derivatives\""));
}

TEST_CASE("what is printed goes to a file whole, or not at all", "[tool]") {
  const scratch folder;
  CHECK(run({"code", cross_entropy, "-o", folder / "loss.hpp"}).status == 0);
  CHECK(contents(folder / "loss.hpp") == run({"code", cross_entropy}).out);
  const outcome o = run({"code", cross_entropy, "-o", folder / "none/loss.hpp"});
  CHECK(o.status == 1);
  CHECK(has(o.error, "none/loss.hpp"));
}

TEST_CASE("scripts for shells, and a manual page, know every command", "[tool]") {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const outcome o = run({"completions", shell});
    CHECK(o.status == 0);
    for (const char* word : {"explain", "code", "graph", "eval", "check", "rules", "list", "show", "compile", "grad"})
      CHECK(has(o.out, word));
  }
  const outcome page = run({"manual"});
  CHECK(page.status == 0);
  CHECK(page.out.starts_with(".TH LOOM 1"));
  for (const char* word : {"loom explain", "loom eval", "\\-\\-compile", "\\-\\-samples", "bash, zsh or fish"})
    CHECK(has(page.out, word));
}
