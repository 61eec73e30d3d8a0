// SPDX-License-Identifier: BSL-1.0
// src/tool/files.cpp — files by the calls of POSIX.
#include "tool/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace loom::tool {

namespace {

std::string reason(int number) { return std::generic_category().message(number); }

}  // namespace

input_file::input_file(const std::string& name) {
  // Not blocking: a pipe that nobody writes to is opened, and refused.
  file_ = ::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat about{};
  if (file_ < 0 || ::fstat(file_, &about) != 0) wrong_ = shown(name) + " cannot be read: " + reason(errno);
  else if (S_ISDIR(about.st_mode)) wrong_ = shown(name) + " is a folder";
  else if (!S_ISREG(about.st_mode))
    wrong_ = shown(name) + " is no regular file: its size must be known before it is read";
  else size_ = static_cast<std::size_t>(about.st_size);
}

input_file::~input_file() {
  if (file_ >= 0) ::close(file_);
}

std::size_t input_file::read(void* to, std::size_t count) {
  std::size_t done = 0;
  while (wrong_.empty() && done < count) {
    const ssize_t n = ::read(file_, static_cast<char*>(to) + done, count - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    done += static_cast<std::size_t>(n);
  }
  return done;
}

output_file::output_file(const std::string& name) : name_(name), target_(name) {
  // A link stays a link: what it leads to is written.
  std::error_code ignored;
  if (std::filesystem::is_symlink(target_, ignored)) {
    const std::filesystem::path led = std::filesystem::weakly_canonical(target_, ignored);
    if (!ignored) target_ = led.string();
  }
  struct stat about{};
  const bool exists = ::stat(target_.c_str(), &about) == 0;
  if (exists && !S_ISREG(about.st_mode)) {
    wrong_ = shown(name_) + (S_ISDIR(about.st_mode) ? " is a folder" : " is no regular file, and is not replaced");
    return;
  }
  const std::filesystem::path path(target_);
  if (path.filename().empty()) {
    fail(EISDIR);
    return;
  }
  for (int attempt = 0; attempt < 1000; ++attempt) {
    temporary_ = (path.parent_path() / ("." + path.filename().string().substr(0, 200) + "." +
                                        std::to_string(::getpid()) + "." + std::to_string(attempt) + ".tmp"))
                     .string();
    file_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file_ >= 0 || errno != EEXIST) break;
  }
  if (file_ < 0) fail(errno);
  else if (exists && ::fchmod(file_, about.st_mode & 07777) != 0) fail(errno);  // as it was before
}

output_file::~output_file() {
  if (file_ < 0) return;
  ::close(file_);
  ::unlink(temporary_.c_str());
}

const std::string& output_file::fail(int number) {
  if (wrong_.empty()) wrong_ = shown(name_) + " cannot be written: " + reason(number);
  return wrong_;
}

const std::string& output_file::write(const void* bytes, std::size_t count) {
  for (std::size_t done = 0; wrong_.empty() && done < count;) {
    const ssize_t n = ::write(file_, static_cast<const char*>(bytes) + done, count - done);
    if (n < 0 && errno != EINTR) fail(errno);
    if (n > 0) done += static_cast<std::size_t>(n);
  }
  return wrong_;
}

const std::string& output_file::complete() {
  if (!wrong_.empty()) return wrong_;
  const int file = file_;
  file_ = -1;
  if (::close(file) != 0 || std::rename(temporary_.c_str(), target_.c_str()) != 0) {
    fail(errno);
    ::unlink(temporary_.c_str());
  }
  return wrong_;
}

std::string read_file(const std::string& name) {
  input_file in(name);
  std::string bytes(in.size(), '\0');
  if (in.read(bytes.data(), bytes.size()) < bytes.size()) bytes.clear();
  return bytes;
}

std::string write_file(const std::string& name, std::string_view text) {
  output_file file(name);
  file.write(text);
  return file.complete();
}

bool same_file(const std::string& a, const std::string& b) {
  std::error_code wrong;
  const bool same = std::filesystem::equivalent(a, b, wrong);
  if (!wrong) return same;
  return std::filesystem::weakly_canonical(a, wrong) == std::filesystem::weakly_canonical(b, wrong);
}

std::string shown(std::string_view text) {
  constexpr std::size_t longest = 200;
  const auto within_letter = [&](std::size_t k) { return (static_cast<unsigned char>(text[k]) & 0xC0u) == 0x80u; };
  std::size_t end = std::min(text.size(), longest);
  while (end < text.size() && end > longest - 3 && within_letter(end)) --end;
  std::string r;
  for (const char c : text.substr(0, end)) r += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c;
  return end < text.size() ? r + "..." : r;
}

}  // namespace loom::tool
