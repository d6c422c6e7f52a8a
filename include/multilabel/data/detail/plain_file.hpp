// SPDX-License-Identifier: Apache-2.0
#pragma once
// Whether a path leads to a file with an end. A pipe would be waited for, a device read for ever.

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "multilabel/core/check.hpp"
#include "multilabel/data/detail/utf8.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail {

/// What stands at `path` in place of a plain file, or of a link to one; empty if it is one.
[[nodiscard]] inline std::string_view other_than_file(const std::filesystem::path& path) {
  std::error_code error;
  switch (std::filesystem::status(path, error).type()) {
    case std::filesystem::file_type::regular:
      return {};
    case std::filesystem::file_type::directory:
      return "a folder";
    case std::filesystem::file_type::fifo:
      return "a pipe";
    case std::filesystem::file_type::socket:
      return "a socket";
    case std::filesystem::file_type::character:
    case std::filesystem::file_type::block:
      return "a device";
    case std::filesystem::file_type::not_found:
      return "a path that does not exist";
    default:
      return "a path without access";
  }
}

/// A path in quotes, for a message: bytes that are not UTF-8 are question marks.
[[nodiscard]] inline std::string quoted_path(const std::filesystem::path& path) {
  return quoted(printable(path.string(), 4096));
}

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail
