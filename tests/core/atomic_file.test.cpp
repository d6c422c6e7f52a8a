// SPDX-License-Identifier: Apache-2.0
#include "multilabel/core/atomic_file.hpp"

#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace {
namespace fs = std::filesystem;
using Catch::Matchers::Contains;

/// A folder that goes when the test ends.
struct Folder {
  fs::path path = fs::temp_directory_path() / ("multilabel_atomic_file_" + std::to_string(::getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(path), fs::directory_iterator{}));
  }
};

std::string content(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write(const fs::path& path, std::string_view text) {
  multilabel::AtomicFile file(path);
  file.write(text);
  file.commit();
}

/// While it lives, no file may grow beyond `bytes`: what a full disk looks like to a program.
struct FullDisk {
  rlimit before{};
  explicit FullDisk(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{bytes, before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &before); }
};

TEST_CASE("AtomicFile: the file has its name and all its bytes after commit, and nothing lies beside it") {
  const Folder folder;
  write(folder.path / "a", "first");
  write(folder.path / "a", "second");
  CHECK(content(folder.path / "a") == "second");
  CHECK(folder.files() == 1);
}

TEST_CASE("AtomicFile: without commit the old file stays and nothing lies beside it") {
  const Folder folder;
  write(folder.path / "a", "old");
  {
    multilabel::AtomicFile(folder.path / "a").write("new");
  }
  CHECK(content(folder.path / "a") == "old");
  CHECK(folder.files() == 1);
}

TEST_CASE("AtomicFile: a disk that is full keeps the old file whole") {
  const Folder folder;
  write(folder.path / "a", "old");
  {
    const FullDisk full(1024);
    const std::string much(4096, 'x');
    CHECK_THROWS_AS(write(folder.path / "a", much), multilabel::BundleError);
  }
  CHECK(content(folder.path / "a") == "old");
  CHECK(folder.files() == 1);
}

TEST_CASE("AtomicFile: a missing folder and a folder in the file's place are named") {
  const Folder folder;
  CHECK_THROWS_WITH(write(folder.path / "none" / "a", ""), Contains("none/a"));
  CHECK_THROWS_WITH(write(folder.path, ""), Contains("the path to write must be a file"));
}
}  // namespace
