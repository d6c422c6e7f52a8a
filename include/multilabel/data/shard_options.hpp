// SPDX-License-Identifier: Apache-2.0
#pragma once
// How shards of tar archives are read, and how their names are written in short.

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/data/label_meaning.hpp"
#include "multilabel/data/sample.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

/// WebDataset's layout: members whose names are equal up to the first dot are one sample, 0001.jpg and 0001.json. Members
/// without an ending, and hidden ones, are passed over.
struct ReadShardsOptions {
  std::string image = {};        ///< ending of the image; empty: jpg, jpeg, png, webp, bmp, tif or ppm
  std::string labels = "json";   ///< ending of the labels: a JSON object, or for any other ending text such as "cat|dog" or "3"
  std::string field = "labels";  ///< key of the labels in the JSON: ["cat"], {"cat": 1, "dog": 0, "cow": null}, or text
  std::string boxes = "boxes";   ///< key of the boxes: [{"label": "cat", "bbox": [x, y, width, height]}]
  char delimiter = '|';          ///< between labels in text
  EmptyLabels empty = EmptyLabels::none;  ///< what a sample without labels is
  Unnamed unnamed = Unnamed::absent;      ///< what a label means that a sample does not name
  /// Where the labels in the JSON are a row of cells, [1, 0, null]: what its columns are; they are then the vocabulary.
  std::vector<std::string> label_columns = {};
  LabelMeaning meaning = {};    ///< what codes and numbers in the shards stand for
  OnBad on_bad = OnBad::raise;  ///< what becomes of a sample that is wrong; `read_shards` lists it
};

/// "a-{000..002}.tar" -> a-000.tar, a-001.tar, a-002.tar; a name without braces is itself. Throws `ArgumentError` for braces
/// that hold no range, and for more than a million names.
[[nodiscard]] inline std::vector<std::filesystem::path> expand_shards(const std::vector<std::filesystem::path>& names) {
  constexpr std::string_view where = "data::expand_shards";
  std::vector<std::filesystem::path> expanded;
  std::vector<std::string> todo;
  for (auto name = names.rbegin(); name != names.rend(); ++name) todo.push_back(name->string());
  while (!todo.empty()) {
    const std::string name = std::move(todo.back());
    todo.pop_back();
    const std::size_t open = name.find('{');
    if (open == std::string::npos) {
      expanded.emplace_back(name);
      if (expanded.size() > 1'000'000) fail<ArgumentError>({where, "names must stand for at most 1000000 shards", "more"});
      continue;
    }
    const std::size_t close = std::min(name.find('}', open), name.size());
    const std::string_view range = std::string_view(name).substr(open + 1, close - open - 1);
    const std::size_t dots = range.find("..");
    const std::string_view first = range.substr(0, dots), last = dots < range.size() ? range.substr(dots + 2) : "";
    std::uint32_t from = 0, to = 0;
    const auto number = [](std::string_view text, std::uint32_t& value) {
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
      return !text.empty() && error == std::errc() && end == text.data() + text.size();
    };
    if (close == name.size() || !number(first, from) || !number(last, to) || from > to || to - from >= 1'000'000)
      fail<ArgumentError>({where, "braces must hold a range such as {000..012}", quoted(name)});
    for (std::uint64_t i = std::uint64_t{to} + 1; i-- > from;) {
      std::string digits = std::to_string(i);
      if (digits.size() < first.size()) digits.insert(0, first.size() - digits.size(), '0');
      todo.push_back(name.substr(0, open) + digits + name.substr(close + 1));
    }
  }
  return expanded;
}

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER
