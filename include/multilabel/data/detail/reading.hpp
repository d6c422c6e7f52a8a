// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the readers share: the sentence that names file and place, labels in a cell of text, cells that say present, absent or
// unknown, and further columns that not every row has.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/data/dataset.hpp"
#include "multilabel/data/detail/utf8.hpp"
#include "multilabel/data/detail/written_list.hpp"
#include "multilabel/data/sample.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail {

/// Where a reader is, for its errors: the function, the file, and the line or the place in it.
struct Place {
  std::string_view where;
  const std::filesystem::path& path;
  std::size_t line = 0;  ///< 0: none
  std::string at = {};   ///< such as "annotations[3]"

  [[noreturn]] void refuse(std::string_view expected, const std::string& actual, std::string_view mend = {}) const {
    std::string file = quoted(path.string());
    if (line > 0) file += join_text(", line ", line);
    if (!at.empty()) file += ", " + at;
    fail<DataError>({where, expected, join_text(printable(actual), " (", printable(file, 4096), ")"), mend}, path,
                    line > 0 ? std::optional(line) : std::nullopt);
  }
};

/// Throws `DataError` at `place` for labels that are not UTF-8.
inline void require_utf8(std::string_view text, const Place& place) {
  if (first_invalid_utf8(text) < text.size()) place.refuse("labels must be text in UTF-8", quoted(text));
}

inline std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

/// Adds the labels in `text`, cut at `delimiter`, or those of a list that a program wrote; one that begins with `unknown_mark`
/// (if there is such a mark) is unknown.
inline void split_labels(std::string_view text, char delimiter, std::string_view unknown_mark, Sample& sample) {
  const auto add = [&](std::string_view label) {
    const bool marked = !unknown_mark.empty() && label.starts_with(unknown_mark);
    if (marked) {
      sample.unknown.emplace_back(trimmed(label.substr(unknown_mark.size())));
    } else if (!label.empty()) {
      sample.labels.emplace_back(label);
    }
  };
  if (const auto names = WrittenList::read(trimmed(text))) {
    for (const auto& name : *names) add(trimmed(name));
    return;
  }
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(delimiter, begin), text.size());
    add(trimmed(text.substr(begin, end - begin)));
    begin = end + 1;
  }
}

enum class Cell { present, absent, unknown };

/// What a cell of text means: 1, true, yes; 0, false, no; nothing, ?, NaN, NA, null, -1. Letter case and blanks do not matter.
/// Nothing returned: it is none of these.
inline std::optional<Cell> cell_of(std::string_view text) {
  std::string plain(trimmed(text));
  for (char& letter : plain)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  const auto among = [&](const auto& words) { return std::find(words.begin(), words.end(), plain) != words.end(); };
  if (among(std::array<std::string_view, 5>{"1", "1.0", "true", "yes", "1."})) return Cell::present;
  if (among(std::array<std::string_view, 5>{"0", "0.0", "false", "no", "0."})) return Cell::absent;
  if (among(std::array<std::string_view, 9>{"", "?", "nan", "na", "n/a", "null", "none", "-1", "-1.0"})) return Cell::unknown;
  return std::nullopt;
}

/// Adds `label` as its cell says; an absent one need not be named where that is what not naming means.
inline void add_cell(Sample& sample, std::string_view label, Cell cell) {
  if (cell == Cell::present) sample.labels.emplace_back(label);
  if (cell == Cell::unknown) sample.unknown.emplace_back(label);
  if (cell == Cell::absent && sample.unnamed == Unnamed::unknown) sample.absent.emplace_back(label);
}

/// Does what `empty` says with a sample without labels; false: leave it out.
inline bool settle_empty(Sample& sample, EmptyLabels empty, const Place& place) {
  if (!sample.labels.empty() || !sample.unknown.empty() || !sample.absent.empty()) return true;
  if (empty == EmptyLabels::error) place.refuse("the image must have a label", "none for " + quoted(sample.image.string()));
  if (empty == EmptyLabels::unknown) sample.unnamed = Unnamed::unknown;
  return empty != EmptyLabels::drop;
}

/// Adds a box from its corner and size; one without an area is left out, because nothing can be cut around it.
inline void add_box(Sample& sample, const std::array<double, 4>& box, std::string label, const Place& place) {
  const auto [x, y, width, height] = box;
  const bool usable = std::isfinite(x) && std::isfinite(y) && std::isfinite(width) && std::isfinite(height);
  if (!usable || width < 0 || height < 0)
    place.refuse("a box must be [x, y, width, height], finite, the last two not negative",
                 join_text("[", x, ", ", y, ", ", width, ", ", height, "]"));
  if (x + width > x && y + height > y) sample.boxes.push_back({x, y, x + width, y + height, std::move(label)});
}

/// Whether the ending is that of an image file.
inline bool is_image_name(const std::filesystem::path& path) {
  std::string ending = path.extension().string();
  for (char& letter : ending)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  constexpr std::array<std::string_view, 9> known = {".jpg", ".jpeg", ".jpe", ".png", ".webp", ".bmp", ".tif", ".tiff", ".ppm"};
  return std::find(known.begin(), known.end(), ending) != known.end();
}

/// Further columns, filled cell by cell; a row that lacks one has an empty cell.
class GrowingColumns {
 public:
  void set(const std::string& name, std::string cell) {
    auto& cells = columns_[name];
    cells.resize(rows_);
    cells.push_back(std::move(cell));
  }
  void end_row() { ++rows_; }
  [[nodiscard]] Dataset::Columns take() {
    for (auto& [name, cells] : columns_) cells.resize(rows_);
    return std::move(columns_);
  }

 private:
  Dataset::Columns columns_;
  std::size_t rows_ = 0;
};

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail
