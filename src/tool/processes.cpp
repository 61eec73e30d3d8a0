// SPDX-License-Identifier: BSL-1.0
// src/tool/processes.cpp — programs by the calls of POSIX.
#include "tool/processes.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "tool/files.hpp"

extern "C" char** environ;

namespace loom::tool {

std::string found_program(const std::string& name) {
  const auto runs = [](const std::string& file) {
    std::error_code wrong;
    return ::access(file.c_str(), X_OK) == 0 && std::filesystem::is_regular_file(file, wrong);
  };
  if (name.find('/') != std::string::npos) return runs(name) ? name : "";
  const char* const set = std::getenv("PATH");
  const std::string path = set == nullptr ? "" : set;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find(':', begin), path.size());
    const std::string file = path.substr(begin, end - begin) + "/" + name;
    if (end > begin && runs(file)) return file;
    begin = end + 1;
  }
  return "";
}

int run_program(const std::vector<std::string>& words, const std::string& output) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  if (::posix_spawn_file_actions_init(&files) != 0) return -1;
  ::posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&files, 1, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  ::posix_spawn_file_actions_adddup2(&files, 1, 2);
  pid_t child = 0;
  const int refused = ::posix_spawn(&child, words[0].c_str(), &files, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&files);
  if (refused != 0) return -1;
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string first_error(const std::string& output) {
  std::string first;
  for (std::size_t begin = 0; begin < output.size();) {
    const std::size_t end = std::min(output.find('\n', begin), output.size());
    const std::string line = output.substr(begin, end - begin);
    if (const std::size_t at = line.find("error: "); at != std::string::npos) return shown(line.substr(at + 7));
    if (first.empty()) first = line;
    begin = end + 1;
  }
  return first.empty() ? "it says nothing" : shown(first);
}

workshop::workshop(const std::string& in) : path_(in + "/.loom-XXXXXX") {
  if (::mkdtemp(path_.data()) == nullptr) path_.clear();
}
workshop::~workshop() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace loom::tool
