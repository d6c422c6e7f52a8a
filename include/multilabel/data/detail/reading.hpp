// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the readers share: the sentence that names file and place, what a sample is told about a label, entries that are passed
// over, and further columns that not every row has.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/data/dataset.hpp"
#include "multilabel/data/detail/plain_file.hpp"
#include "multilabel/data/detail/utf8.hpp"
#include "multilabel/data/label_meaning.hpp"
#include "multilabel/data/sample.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail {

/// Where a reader is, for its errors: the function, the file, and the line or the place in it.
struct Place {
  std::string_view where;
  const std::filesystem::path& path;
  std::size_t line = 0;  ///< 0: none
  std::string at = {};   ///< such as "annotations[3]"

  [[noreturn]] void refuse(std::string_view expected, const std::string& actual, std::string_view mend = {}) const {
    std::string file = quoted_path(path);
    if (line > 0) file += join_text(", line ", line);
    if (!at.empty()) file += ", " + at;
    fail<DataError>({where, expected, join_text(printable(actual), " (", file, ")"), mend}, path,
                    line > 0 ? std::optional(line) : std::nullopt);
  }
};

/// The file at `place`, open. Throws `DataError` for what is no plain file.
inline std::ifstream open_file(const Place& place) {
  const std::string_view other = other_than_file(place.path);
  std::ifstream file;
  if (other.empty()) file.open(place.path, std::ios::binary);
  if (!file.is_open())
    place.refuse("path must be a file that can be read", std::string(other.empty() ? "one without access" : other));
  return file;
}

/// Throws `DataError` at `place` for labels that are not UTF-8.
inline void require_utf8(std::string_view text, const Place& place) {
  if (first_invalid_utf8(text) < text.size()) place.refuse("labels must be text in UTF-8", quoted(text));
}

/// Adds `label` with its target: 1, 0, NaN for unknown, or between. An absent one need not be named where that is what not
/// naming means.
inline void add_target(Sample& sample, std::string_view label, float target) {
  if (std::isnan(target)) {
    sample.unknown.emplace_back(label);
  } else if (target == 1) {
    sample.labels.emplace_back(label);
  } else if (target != 0) {
    sample.soft.push_back({std::string(label), target});
  } else if (sample.unnamed == Unnamed::unknown) {
    sample.absent.emplace_back(label);
  }
}

/// Does what a label says that excludes all others: without it the sample has none of them, and that is known.
inline bool settle_no_label(Sample& sample, const std::string& no_label, const Place& place) {
  if (no_label.empty()) return false;
  for (auto* names : {&sample.unknown, &sample.absent}) std::erase(*names, no_label);
  if (std::erase(sample.labels, no_label) == 0) return false;
  const auto contradicts = [&](const std::string& label) {
    place.refuse(join_text(quoted(no_label), " must stand alone, because it says that the image shows none of the others"),
                 join_text(quoted(label), " beside it"), "Mend the file, or pass over such entries with on_bad = skip.");
  };
  if (!sample.labels.empty()) contradicts(sample.labels[0]);
  if (!sample.soft.empty()) contradicts(sample.soft[0].label);
  sample.unknown.clear();
  sample.absent.clear();
  sample.unnamed = Unnamed::absent;
  return true;
}

/// Does what `empty` says with a sample without labels; false: leave it out.
inline bool settle_empty(Sample& sample, EmptyLabels empty, const Place& place) {
  if (!sample.labels.empty() || !sample.unknown.empty() || !sample.absent.empty() || !sample.soft.empty()) return true;
  if (empty == EmptyLabels::error) place.refuse("the image must have a label", "none for " + quoted_path(sample.image));
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
  constexpr std::array<std::string_view, 17> known = {".jpg", ".jpeg", ".jpe",  ".jfif", ".jif", ".pjpeg",
                                                      ".pjp", ".png",  ".webp", ".bmp",  ".tif", ".tiff",
                                                      ".ppm", ".pgm",  ".pbm",  ".pnm",  ".gif"};
  return std::find(known.begin(), known.end(), in_small_letters(path.extension().string())) != known.end();
}

/// `name` with the ending that a table leaves out.
inline std::string with_suffix(std::string name, std::string_view suffix) {
  if (!name.ends_with(suffix)) name += suffix;
  return name;
}

/// Runs `read` for one entry of a file: false where it is bad and is to be passed over, which is noted.
template <class Read>
bool attempt(OnBad on_bad, std::vector<PassedOver>& passed_over, const Read& read) {
  try {
    read();
    return true;
  } catch (const DataError& error) {
    if (on_bad == OnBad::raise) throw;
    passed_over.push_back({error.path(), error.what()});
    return false;
  }
}

/// Refuses a file that labels nothing although `empty` does not say what that means, where a misspelt name is likelier than a
/// data set without a label.
inline void require_some_labels(bool some, EmptyLabels empty, const std::string& expected, const std::string& actual,
                                const Place& place, std::string mend = {}) {
  if (some || empty != EmptyLabels::none) return;
  place.refuse(expected, actual,
               mend + (mend.empty() ? "" : " ") + "If nobody has labelled these images, say empty = unknown.");
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
