// SPDX-License-Identifier: BSL-1.0
// src/tool/manual.cpp — commands, arguments and options as man(7).
#include "tool/manual.hpp"

#include <fmt/format.h>

namespace loom::tool {

namespace {

/// Text for roff: a minus that is copied as one, no line that looks like a request.
std::string roff(std::string_view s) {
  std::string r;
  for (const char c : s) {
    if ((c == '.' || c == '\'') && (r.empty() || r.back() == '\n')) r += "\\&";
    if (c == '-') r += "\\-";
    else if (c == '\\') r += "\\e";
    else r += c;
  }
  return r;
}

std::string options(const CLI::App& command) {
  std::string s;
  for (const CLI::Option* o : command.get_options()) {
    std::string names;
    for (const std::string& n : o->get_snames()) names += (names.empty() ? "-" : ", -") + n;
    for (const std::string& n : o->get_lnames()) names += (names.empty() ? "--" : ", --") + n;
    if (names.empty()) names = o->get_name();
    const std::string type = o->get_items_expected() == 0 || !o->get_positional() ? o->get_type_name() : "";
    s += fmt::format(".TP\n.B {}{}\n{}{}\n", roff(names),
                     type.empty() || o->get_items_expected() == 0 ? "" : " \\fI" + roff(type) + "\\fB",
                     roff(o->get_description()),
                     o->get_default_str().empty() ? "" : roff(fmt::format(" (default: {})", o->get_default_str())));
  }
  return s;
}

}  // namespace

std::string manual_page(const CLI::App& app, const std::string& version) {
  std::string s = fmt::format(
      ".TH LOOM 1 \"\" \"{}\" \"User Commands\"\n.SH NAME\nloom \\- loss formulas as text, code and numbers\n.SH "
      "SYNOPSIS\n",
      roff(version));
  const std::vector<const CLI::App*> commands = app.get_subcommands([](const CLI::App*) { return true; });
  for (const CLI::App* c : commands) {
    std::string arguments;
    for (const CLI::Option* o : c->get_options([](const CLI::Option* p) { return p->get_positional(); }))
      arguments += o->get_required() ? " " + o->get_name() : " [" + o->get_name() + "]";
    s += fmt::format(".B loom {}\n{} [options]\n.br\n", c->get_name(), roff(arguments));
  }
  s += ".SH DESCRIPTION\n" + roff(app.get_description()) + "\n.SH COMMANDS\n";
  for (const CLI::App* c : commands)
    s += fmt::format(".SS loom {}\n{}\n{}", c->get_name(), roff(c->get_description()), options(*c));
  return s + ".SH NOTES\n.nf\n" + roff(app.get_footer()) + "\n.fi\n";
}

}  // namespace loom::tool
