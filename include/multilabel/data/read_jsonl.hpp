// SPDX-License-Identifier: Apache-2.0
#pragma once
// One JSON object a line, one line an image: {"image": "a.png", "labels": ["cat", "dog"]}. The file is read line by line, so
// its size does not matter.

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "multilabel/data/dataset.hpp"
#include "multilabel/data/detail/json_fields.hpp"
#include "multilabel/data/detail/reading.hpp"
#include "multilabel/data/sample.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

struct ReadJsonlOptions {
  std::string image = "image";    ///< key of the image file
  std::string labels = "labels";  ///< key of the labels: ["cat"], {"cat": 1, "dog": 0, "cow": null} (unknown), or "cat|dog"
  std::string boxes = "boxes";    ///< key of the boxes: [{"label": "cat", "bbox": [x, y, width, height]}], in pixels
  char delimiter = '|';           ///< between the labels of a text
  std::optional<std::filesystem::path> root = {};  ///< where relative files start; default: the file's own folder
  EmptyLabels empty = EmptyLabels::none;           ///< what it means that the labels are missing, null or an empty list
  Unnamed unnamed = Unnamed::absent;               ///< what a label means that a line does not name
};

/// Reads the lines of `path`; blank ones do not count. Other keys that hold text, a number or a truth value are columns of the
/// data set. Throws `DataError` with the file and the row (the line, counted from 1).
[[nodiscard]] inline Dataset read_jsonl(const std::filesystem::path& path, const ReadJsonlOptions& options = {}) {
  constexpr std::string_view where = "data::read_jsonl";
  std::error_code error;
  std::ifstream file(path, std::ios::binary);
  if (!file || std::filesystem::is_directory(path, error))
    detail::Place{where, path}.refuse("path must be a file that can be read", "no such file");
  const std::filesystem::path root = options.root.value_or(path.parent_path());
  std::vector<Sample> samples;
  detail::GrowingColumns columns;
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    std::string_view text = line;
    if (number == 1 && text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    if (detail::trimmed(text).empty()) continue;
    const detail::Place place{where, path, number};
    const auto json = detail::parse_object(text, place);
    const auto image = json.find(options.image);
    if (image == json.end() || !image->is_string() || image->get_ref<const std::string&>().empty())
      place.refuse(join_text("key ", quoted(options.image), " must name a file"),
                   image == json.end() ? "no such key" : "no text");
    Sample sample{.image = root / image->get<std::string>(), .unnamed = options.unnamed, .row = number};
    if (const auto labels = json.find(options.labels); labels != json.end())
      detail::add_labels(sample, *labels, options.delimiter, place);
    if (const auto boxes = json.find(options.boxes); boxes != json.end()) detail::add_boxes(sample, *boxes, place);
    if (!detail::settle_empty(sample, options.empty, place)) continue;
    samples.push_back(std::move(sample));
    for (const auto& [key, value] : json.items()) {
      if (key == options.image || key == options.labels || key == options.boxes) continue;
      if (auto cell = detail::plain_text(value)) columns.set(key, std::move(*cell));
    }
    columns.end_row();
  }
  if (file.bad()) detail::Place{where, path}.refuse("the file must be readable to its end", "an error of the system");
  return Dataset(std::move(samples), columns.take());
}

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER
