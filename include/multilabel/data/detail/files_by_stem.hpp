// SPDX-License-Identifier: Apache-2.0
#pragma once
// Images whose ending an annotation leaves out or has wrong: found by the rest of their names.

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <system_error>
#include <unordered_map>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/data/detail/reading.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail {

/// Looks into each folder once, when a name that it does not hold is first asked for.
class FilesByStem {
 public:
  /// The file `given`, if it is there; or else the one image in its folder whose name without ending is one of `stems`, tried
  /// in their order. Where there is none, `given`. Throws `DataError` at `place` where there are two.
  [[nodiscard]] std::filesystem::path find(const std::filesystem::path& given, const std::vector<std::string>& stems,
                                           const Place& place) {
    if (std::error_code error; std::filesystem::is_regular_file(given, error)) return given;
    const auto& files = files_of(given.parent_path());
    for (const auto& stem : stems) {
      const auto found = files.find(stem);
      if (found == files.end()) continue;
      if (found->second.size() > 1)
        place.refuse("the name of an image must tell it from others by its ending",
                     join_text(quoted_path(given), " beside ", quoted_path(found->second[0].filename()), " and ",
                               quoted_path(found->second[1].filename())));
      return found->second[0];
    }
    return given;
  }

 private:
  using Files = std::unordered_map<std::string, std::vector<std::filesystem::path>>;

  const Files& files_of(const std::filesystem::path& folder) {
    const auto [known, is_new] = folders_.try_emplace(folder);
    std::error_code error;
    if (is_new)
      for (std::filesystem::directory_iterator file(folder, error), end; !error && file != end; file.increment(error))
        if (is_image_name(file->path())) known->second[file->path().stem().string()].push_back(file->path());
    return known->second;
  }

  std::map<std::filesystem::path, Files> folders_;
};

/// The file of the name in a row: one without the ending of an image is looked for.
inline std::filesystem::path placed(const std::filesystem::path& name, const std::filesystem::path& root, FilesByStem& files,
                                    const Place& place) {
  return is_image_name(name) ? root / name : files.find(root / name, {name.filename().string()}, place);
}

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail
