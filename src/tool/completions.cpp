// SPDX-License-Identifier: BSL-1.0
// src/tool/completions.cpp — commands and options of a CLI11 program as scripts of bash, zsh and fish.
#include "tool/completions.hpp"

#include <fmt/format.h>

namespace loom::tool {

namespace {

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

/// "--grad --d2 -o --output"
std::string options_of(const CLI::App& command) {
  std::string s;
  for (const CLI::Option* o : command.get_options()) {
    for (const std::string& name : o->get_snames()) s += (s.empty() ? "-" : " -") + name;
    for (const std::string& name : o->get_lnames()) s += (s.empty() ? "--" : " --") + name;
  }
  return s;
}

std::string shell_text(std::string s) {
  for (std::size_t at = 0; (at = s.find('\'', at)) != s.npos; at += 4) s.replace(at, 1, "'\\''");
  return "'" + s + "'";
}

std::string bash(const CLI::App& app) {
  std::string commands, cases;
  for (const CLI::App* c : commands_of(app)) {
    commands += (commands.empty() ? "" : " ") + c->get_name();
    cases += fmt::format("    {}) words='{}' ;;\n", c->get_name(), options_of(*c));
  }
  return fmt::format(
      "_{0}() {{\n"
      "  local words='{1} {2}' word=${{COMP_WORDS[COMP_CWORD]}}\n"
      "  [ \"$COMP_CWORD\" -gt 1 ] && case ${{COMP_WORDS[1]}} in\n{3}    *) words= ;;\n  esac\n"
      "  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
      "}}\n"
      "complete -o default -F _{0} {0}\n",
      app.get_name(), commands, options_of(app), cases);
}

std::string zsh(const CLI::App& app) {
  std::string commands, cases;
  for (const CLI::App* c : commands_of(app)) {
    commands += fmt::format("    {}\n", shell_text(c->get_name() + ":" + c->get_description()));
    cases += fmt::format("    {}) compadd -- {}; _files ;;\n", c->get_name(), options_of(*c));
  }
  return fmt::format(
      "#compdef {0}\n"
      "_{0}() {{\n"
      "  local -a commands=(\n{1}  )\n"
      "  if (( CURRENT == 2 )); then _describe command commands; compadd -- {2}; return; fi\n"
      "  case $words[2] in\n{3}  esac\n"
      "}}\n"
      "compdef _{0} {0}\n",
      app.get_name(), commands, options_of(app), cases);
}

std::string fish(const CLI::App& app) {
  std::string s;
  for (const CLI::App* c : commands_of(app)) {
    s += fmt::format("complete -c {} -n __fish_use_subcommand -f -a {} -d {}\n", app.get_name(), c->get_name(),
                     shell_text(c->get_description()));
    for (const CLI::Option* o : c->get_options()) {
      if (o->get_lnames().empty() && o->get_snames().empty()) continue;
      s += fmt::format("complete -c {} -n '__fish_seen_subcommand_from {}'", app.get_name(), c->get_name());
      for (const std::string& name : o->get_snames()) s += " -s " + name;
      for (const std::string& name : o->get_lnames()) s += " -l " + name;
      s += " -d " + shell_text(o->get_description()) + "\n";
    }
  }
  return s;
}

}  // namespace

std::string completion_script(const CLI::App& app, const std::string& shell) {
  return shell == "bash" ? bash(app) : shell == "zsh" ? zsh(app) : fish(app);
}

}  // namespace loom::tool
