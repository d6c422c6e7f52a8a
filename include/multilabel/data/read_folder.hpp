// SPDX-License-Identifier: Apache-2.0
#pragma once
// Folders whose names are the labels, as ImageNet has them: root/cat/1.jpg. A list may give a folder another name, or several.

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "multilabel/data/csv.hpp"
#include "multilabel/data/dataset.hpp"
#include "multilabel/data/detail/label_text.hpp"
#include "multilabel/data/detail/reading.hpp"
#include "multilabel/data/sample.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

/// Which folders on the way to an image give it labels.
enum class FolderLabels {
  first,  ///< the topmost: root/dog/beagle/1.jpg is a dog
  every,  ///< all: it is a dog and a beagle
};

struct ReadFolderOptions {
  std::vector<std::string> splits =
      {};  ///< folders above those of the labels, such as "train"; their names are the column "split"
  FolderLabels labels = FolderLabels::first;
  std::map<std::string, std::vector<std::string>> names = {};  ///< labels of a folder; a folder not named here is its own label
  /// A file with more of these, a folder and its labels a line: "n02084071 dog|animal"; a tab in place of the blank if the
  /// folder's name has blanks.
  std::optional<std::filesystem::path> label_list = {};
  char delimiter = '|';                    ///< between the labels in `label_list`
  EmptyLabels empty = EmptyLabels::error;  ///< what an image is that lies in no folder of a label
  OnBad on_bad = OnBad::raise;             ///< what becomes of an image whose labels cannot be told
};

namespace detail {

/// The images below `root`, as paths from there, sorted; hidden files and folders left out, other files noted. Links to folders
/// are followed where they stand in `root` itself, and nowhere below, so that none leads in a circle.
inline std::vector<std::filesystem::path> images_below(const std::filesystem::path& root, std::string_view where,
                                                       std::vector<PassedOver>& passed_over) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (!fs::is_directory(root, error)) Place{where, root}.refuse("path must be a folder", "none");
  std::vector<fs::path> images;
  const auto take = [&](const fs::directory_entry& entry) {
    std::error_code ignored;
    if (entry.is_directory(ignored)) return;
    if (is_image_name(entry.path()) && entry.is_regular_file(ignored)) {
      images.push_back(entry.path().lexically_relative(root));
    } else {
      passed_over.push_back({entry.path(), join_text(where, ": not a file with the ending of an image")});
    }
  };
  const auto hidden = [](const fs::directory_entry& entry) { return entry.path().filename().string().starts_with('.'); };
  for (auto top = fs::directory_iterator(root, error); !error && top != fs::directory_iterator(); top.increment(error)) {
    std::error_code ignored;
    if (hidden(*top)) continue;
    if (!top->is_directory(ignored)) {
      take(*top);
      continue;
    }
    for (auto entry = fs::recursive_directory_iterator(*top, error); !error && entry != fs::recursive_directory_iterator();
         entry.increment(error)) {
      if (hidden(*entry)) {
        entry.disable_recursion_pending();
      } else {
        take(*entry);
      }
    }
    if (error) break;
  }
  if (error) Place{where, root}.refuse("its folders must be ones that can be read", error.message());
  std::sort(images.begin(), images.end());
  return images;
}

inline std::map<std::string, std::vector<std::string>> folder_names(const ReadFolderOptions& options) {
  auto names = options.names;
  if (!options.label_list) return names;
  const std::string text = read_text(*options.label_list, "data::read_folder");
  std::size_t line = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    ++line;
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view row = trimmed(std::string_view(text).substr(begin, end - begin));
    begin = end + 1;
    if (row.empty()) continue;
    const auto cut = std::min(row.find('\t') != std::string_view::npos ? row.find('\t') : row.find(' '), row.size());
    Sample labels{.image = {}};
    const Place place{"data::read_folder", *options.label_list, line};
    split_labels(row.substr(cut), options.delimiter, {}, labels, place);
    if (labels.labels.empty()) place.refuse("every line must have a folder and its labels", quoted(row));
    if (!names.emplace(row.substr(0, cut), std::move(labels.labels)).second)
      place.refuse("every folder must come once", quoted(row.substr(0, cut)) + " again");
  }
  return names;
}

}  // namespace detail

/// Reads the images below `path`, sorted by their paths; hidden files are left out, and what has not the ending of an image is
/// listed in `passed_over`. Throws `DataError`, which names the folder, the image or the line of the list at fault.
[[nodiscard]] inline Dataset read_folder(const std::filesystem::path& path, const ReadFolderOptions& options = {}) {
  constexpr std::string_view where = "data::read_folder";
  const auto names = detail::folder_names(options);
  std::vector<Sample> samples;
  std::vector<std::string> splits;
  std::vector<PassedOver> passed_over;
  const auto read = [&](const std::filesystem::path& top, const std::string& split) {
    const std::size_t before = samples.size();
    for (const auto& image : detail::images_below(top, where, passed_over)) {
      Sample sample{.image = top / image};
      for (const auto& folder : image.parent_path()) {
        const auto other = names.find(folder.string());
        const std::vector<std::string> own = {folder.string()};
        for (const auto& label : other == names.end() ? own : other->second)
          if (std::find(sample.labels.begin(), sample.labels.end(), label) == sample.labels.end())
            sample.labels.push_back(label);
        if (options.labels == FolderLabels::first) break;
      }
      bool keeps = false;
      detail::attempt(options.on_bad, passed_over, [&] {
        for (const auto& label : sample.labels) detail::require_utf8(label, {where, top});
        keeps = detail::settle_empty(sample, options.empty, {where, top});
      });
      if (!keeps) continue;
      samples.push_back(std::move(sample));
      splits.push_back(split);
    }
    if (samples.size() == before) detail::Place{where, top}.refuse("the folder must hold images", "none");
  };
  if (options.splits.empty()) read(path, "");
  for (const auto& split : options.splits) read(path / split, split);
  Dataset::Columns columns;
  if (!options.splits.empty()) columns.emplace("split", std::move(splits));
  return Dataset(std::move(samples), std::move(columns), {}, std::move(passed_over));
}

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER
