// SPDX-License-Identifier: Apache-2.0
#pragma once
// One JSON object a line, one line an image: {"image": "a.png", "labels": ["cat", "dog"]}. The file is read line by line, so
// its size does not matter.

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/data/dataset.hpp"
#include "multilabel/data/detail/files_by_stem.hpp"
#include "multilabel/data/detail/json_fields.hpp"
#include "multilabel/data/detail/reading.hpp"
#include "multilabel/data/label_meaning.hpp"
#include "multilabel/data/sample.hpp"
#include "multilabel/encoding/detail/nearest.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

struct ReadJsonlOptions {
  std::string image = "image";    ///< key of the image file
  std::string labels = "labels";  ///< key of the labels: ["cat"], {"cat": 1, "dog": 0, "cow": null} (unknown), or "cat|dog"
  std::string boxes = "boxes";    ///< key of the boxes: [{"label": "cat", "bbox": [x, y, width, height]}], in pixels
  char delimiter = '|';           ///< between the labels of a text
  std::optional<std::filesystem::path> root = {};  ///< where relative files start; default: the file's own folder
  EmptyLabels empty = EmptyLabels::none;           ///< what it means that the labels are missing, null or an empty list
  Unnamed unnamed = Unnamed::absent;               ///< what a label means that a line does not name
  /// Where the labels are a row of cells, [1, 0, null]: what its columns are; they are then the vocabulary.
  std::vector<std::string> label_columns = {};
  std::string suffix = {};      ///< what the names of the files lack, ".jpg"; else such files are found by their names alone
  LabelMeaning meaning = {};    ///< what codes and numbers in this file stand for
  OnBad on_bad = OnBad::raise;  ///< what becomes of a line that is wrong
};

namespace detail {

/// Reads the lines of one file into samples.
class JsonLines {
 public:
  JsonLines(const ReadJsonlOptions& options, const std::filesystem::path& path)
      : options_(options), root_(options.root.value_or(path.parent_path())) {}

  void add(std::string_view text, const Place& place) {
    const auto json = parse_object(text, place);
    for (const auto& [key, value] : json.items()) keys_.insert(key);
    const auto image = json.find(options_.image);
    if (image == json.end() || !image->is_string() || image->get_ref<const std::string&>().empty())
      place.refuse(join_text("key ", quoted(options_.image), " must name a file"),
                   image == json.end() ? "no such key" : "no text");
    Sample sample{.image = placed(with_suffix(image->get<std::string>(), options_.suffix), root_, files_, place),
                  .unnamed = options_.unnamed,
                  .row = place.line};
    if (const auto labels = json.find(options_.labels); labels != json.end())
      add_labels(sample, *labels, {options_.delimiter, options_.meaning, options_.label_columns}, place);
    if (const auto boxes = json.find(options_.boxes); boxes != json.end()) add_boxes(sample, *boxes, place);
    const bool stated = settle_no_label(sample, options_.meaning.no_label, place);
    if (!stated && !settle_empty(sample, options_.empty, place)) return;
    samples_.push_back(std::move(sample));
    for (const auto& [key, value] : json.items()) {
      if (key == options_.image || key == options_.labels || key == options_.boxes) continue;
      if (auto cell = plain_text(value)) columns_.set(key, std::move(*cell));
    }
    columns_.end_row();
  }

  [[nodiscard]] Dataset take(std::vector<PassedOver> passed_over, const Place& place) {
    require_keys(place);
    auto names = options_.label_columns.empty() ? options_.meaning.names : options_.label_columns;
    std::erase(names, options_.meaning.no_label);
    if (names.empty()) return Dataset(std::move(samples_), columns_.take(), {}, std::move(passed_over));
    return Dataset(std::move(samples_), columns_.take(), encoding::Vocabulary(std::move(names)), std::move(passed_over));
  }

 private:
  void require_keys(const Place& place) const {
    if (keys_.empty()) return;
    const std::vector<std::string> known(keys_.begin(), keys_.end());
    const auto expected = [](const std::string& key) { return join_text("some line must have the key ", quoted(key)); };
    std::string actual = "none with it; the keys there are:";
    for (const auto& key : known) actual += " " + quoted(key);
    require_some_labels(keys_.contains(options_.labels), options_.empty, expected(options_.labels), actual, place,
                        encoding::detail::did_you_mean(options_.labels, known));
    if (options_.boxes != ReadJsonlOptions{}.boxes && !keys_.contains(options_.boxes))
      place.refuse(expected(options_.boxes), actual, encoding::detail::did_you_mean(options_.boxes, known));
  }

  const ReadJsonlOptions& options_;
  std::filesystem::path root_;
  FilesByStem files_;
  std::vector<Sample> samples_;
  GrowingColumns columns_;
  std::set<std::string> keys_;
};

}  // namespace detail

/// Reads the lines of `path`; blank ones do not count. Other keys that hold text, a number or a truth value are columns of the
/// data set. Throws `DataError` with the file and the row (the line, counted from 1), and for a key that no line has.
[[nodiscard]] inline Dataset read_jsonl(const std::filesystem::path& path, const ReadJsonlOptions& options = {}) {
  constexpr std::string_view where = "data::read_jsonl";
  std::ifstream file = detail::open_file({where, path});
  detail::JsonLines lines(options, path);
  std::vector<PassedOver> passed_over;
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    std::string_view text = line;
    if (number == 1 && text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    if (detail::trimmed(text).empty()) continue;
    detail::attempt(options.on_bad, passed_over, [&] { lines.add(text, {where, path, number}); });
  }
  if (file.bad()) detail::Place{where, path}.refuse("the file must be readable to its end", "an error of the system");
  return lines.take(std::move(passed_over), {where, path});
}

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER
