// SPDX-License-Identifier: Apache-2.0
#pragma once
// A file that appears whole or not at all: the bytes go to a temporary file beside it, are flushed to the disk, and only then
// take the name. A full disk, a crash or an exception leaves the old file as it was. For anything whose half would be worse
// than none.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>

#include "multilabel/core/check.hpp"

namespace MULTILABEL_NAMESPACE {

/// Writes `path` in one go: construct, `write` any number of times, `commit`. Destroyed without `commit`, it removes what it
/// wrote.
class AtomicFile {
 public:
  /// Opens a temporary file beside `path`. Throws `BundleError` when the folder is missing or closed to writing, or when `path`
  /// is there and is no regular file (a folder, a device).
  explicit AtomicFile(std::filesystem::path path) : path_(std::move(path)) {
    std::error_code ignored;
    if (std::filesystem::exists(path_, ignored) && !std::filesystem::is_regular_file(path_, ignored)) {
      fail<BundleError>(
          {"AtomicFile", "the path to write must be a file", quoted(path_.string()) + ", which is something else"});
    }
    static std::atomic<unsigned> counter{0};
    temporary_ = path_;
    temporary_ += join_text(".", ::getpid(), ".", counter++, ".tmp");
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ < 0) complain();
  }
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile() { discard(); }

  /// Appends `size` bytes. Throws `BundleError` with the system's reason (disk full, quota) after removing the temporary file.
  void write(const void* data, std::size_t size) {
    const char* next = static_cast<const char*>(data);
    while (size > 0) {
      const ::ssize_t written = ::write(descriptor_, next, size);
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) complain();
      next += written;
      size -= static_cast<std::size_t>(written);
    }
  }
  void write(std::string_view text) { write(text.data(), text.size()); }

  /// Flushes to the disk and takes the name. Throws `BundleError` as `write` does; the old file is whole in that case.
  void commit() {
    if (::fsync(descriptor_) != 0) complain();
    const int closed = ::close(descriptor_);
    descriptor_ = -1;
    if (closed != 0) complain();
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) complain();
    temporary_.clear();
    const auto folder = path_.has_parent_path() ? path_.parent_path() : std::filesystem::path(".");
    const int directory =
        ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);  // so that the new name survives a crash too
    if (directory >= 0) {
      ::fsync(directory);
      ::close(directory);
    }
  }

 private:
  void discard() noexcept {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
    temporary_.clear();
  }

  [[noreturn]] void complain() {
    const std::string reason = std::strerror(errno);
    if (descriptor_ < 0 && errno != 0 && !std::filesystem::exists(temporary_)) temporary_.clear();
    discard();
    fail<BundleError>(
        {"AtomicFile", join_text(quoted(path_.string()), " must be writable"), reason, "What was there before is untouched."});
  }

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  int descriptor_ = -1;
};

/// Writes `text` to `path` through an `AtomicFile`.
inline void write_file(const std::filesystem::path& path, std::string_view text) {
  AtomicFile file(path);
  file.write(text);
  file.commit();
}

}  // namespace MULTILABEL_NAMESPACE
