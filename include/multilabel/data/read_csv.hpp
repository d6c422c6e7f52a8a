// SPDX-License-Identifier: Apache-2.0
#pragma once
// A table with one row an image: a column names the file, and either one column lists its labels or each label has a column of
// its own. Every other column stays with the data set.

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/data/csv.hpp"
#include "multilabel/data/dataset.hpp"
#include "multilabel/data/detail/reading.hpp"
#include "multilabel/encoding/detail/nearest.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

struct ReadCsvOptions {
  std::string image = "image";                     ///< column with the image file
  std::string labels = "labels";                   ///< column with the labels
  char delimiter = '|';                            ///< between labels; blanks around a label and empty labels are dropped
  char separator = ',';                            ///< between cells
  std::optional<std::filesystem::path> root = {};  ///< where relative files start; default: the table's own folder
  EmptyLabels empty = EmptyLabels::none;           ///< what it means that no label is named
  Unnamed unnamed = Unnamed::absent;               ///< what a label means that a row does not name
  std::string unknown_mark = {};                   ///< a label that begins with this is unknown, "?dog" for "?"; empty: no mark
  /// One column a label, in place of `labels`: 1, true, yes; 0, false, no; nothing, NaN, NA, ? or -1 for unknown. {"*"} stands
  /// for every column but `image` and `others`. The vocabulary is these columns, in this order.
  std::vector<std::string> label_columns = {};
  std::vector<std::string> others = {};  ///< columns that "*" leaves out
};

namespace detail {

inline std::size_t column_of(const CsvRow& header, const std::string& name, const std::filesystem::path& path) {
  const auto found = std::find(header.cells.begin(), header.cells.end(), name);
  if (found != header.cells.end()) return static_cast<std::size_t>(found - header.cells.begin());
  std::string present;
  for (const auto& cell : header.cells) present += (present.empty() ? "" : ", ") + quoted(cell);
  fail<DataError>({"data::read_csv", join_text("column ", quoted(name), " must be in the header of ", quoted(path.string())),
                   join_text("the columns ", present), encoding::detail::did_you_mean(name, header.cells)},
                  path, header.line);
}

/// The positions of the columns that are labels; none if a list of labels is read.
inline std::vector<std::size_t> label_columns(const CsvRow& header, const ReadCsvOptions& options,
                                              const std::filesystem::path& path) {
  std::vector<std::size_t> columns;
  if (options.label_columns != std::vector<std::string>{"*"}) {
    for (const auto& name : options.label_columns) columns.push_back(column_of(header, name, path));
    return columns;
  }
  std::vector<std::size_t> out = {column_of(header, options.image, path)};
  for (const auto& name : options.others) out.push_back(column_of(header, name, path));
  for (std::size_t i = 0; i < header.cells.size(); ++i)
    if (std::find(out.begin(), out.end(), i) == out.end()) columns.push_back(i);
  if (columns.empty())
    Place{"data::read_csv", path, header.line}.refuse("the table must have a column for each label", "no column is left");
  return columns;
}

/// Which column is what.
struct CsvLayout {
  std::size_t image = 0;
  std::size_t list = 0;               ///< with the list of labels, unless each label has its own
  std::vector<std::size_t> one_each;  ///< the columns that are labels
  std::vector<std::size_t> rest;
};

inline CsvLayout csv_layout(const CsvRow& header, const ReadCsvOptions& options, const std::filesystem::path& path) {
  auto names = header.cells;
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end())
    Place{"data::read_csv", path, header.line}.refuse("column names must be distinct", quoted(*twice) + " twice");
  CsvLayout layout{
      .image = column_of(header, options.image, path), .list = 0, .one_each = label_columns(header, options, path), .rest = {}};
  layout.list = layout.one_each.empty() ? column_of(header, options.labels, path) : layout.image;
  for (std::size_t i = 0; i < header.cells.size(); ++i) {
    const bool label = std::find(layout.one_each.begin(), layout.one_each.end(), i) != layout.one_each.end();
    if (!label && i != layout.image && i != layout.list) layout.rest.push_back(i);
  }
  return layout;
}

inline Sample csv_sample(const CsvRow& row, const CsvRow& header, const CsvLayout& layout, const ReadCsvOptions& options,
                         const Place& place) {
  if (row.cells.size() != header.cells.size())
    place.refuse(join_text("every row must have ", header.cells.size(), " cells, as the header"), join_text(row.cells.size()));
  if (row.cells[layout.image].empty()) place.refuse("the image cell must name a file", "an empty cell");
  Sample sample{.image = row.cells[layout.image], .unnamed = options.unnamed, .row = row.line};
  if (layout.one_each.empty()) split_labels(row.cells[layout.list], options.delimiter, options.unknown_mark, sample);
  for (const std::size_t column : layout.one_each) {
    const auto cell = cell_of(row.cells[column]);
    if (!cell)
      place.refuse(join_text("column ", quoted(header.cells[column]), " must hold 1, 0 or nothing"), quoted(row.cells[column]),
                   "Name the columns that are labels in label_columns.");
    add_cell(sample, header.cells[column], *cell);
  }
  return sample;
}

}  // namespace detail

/// Reads the table at `path`. Image files are not opened; `inspect` does that. Throws `DataError` with the file and, where
/// there is one, the row (the line of the file, the header being line 1) for a file that cannot be read, a column that is not
/// there, a row with too few or too many cells, an empty image cell, a cell of a label column that means nothing, and an image
/// without labels if `empty` says so (with `label_columns`, a row of zeros is no such image).
[[nodiscard]] inline Dataset read_csv(const std::filesystem::path& path, const ReadCsvOptions& options = {}) {
  const std::string text = read_text(path, "data::read_csv");
  const auto rows = parse_csv(text, options.separator, path);
  const auto at = [&](std::size_t line) { return detail::Place{"data::read_csv", path, line}; };
  if (rows.empty()) at(1).refuse("the table must have a header", "an empty file");
  const CsvRow& header = rows.front();
  const auto layout = detail::csv_layout(header, options, path);
  const std::filesystem::path root = options.root.value_or(path.parent_path());

  std::vector<Sample> samples;
  Dataset::Columns columns;
  for (const std::size_t cell : layout.rest) columns[header.cells[cell]].reserve(rows.size() - 1);
  for (std::size_t i = 1; i < rows.size(); ++i) {
    Sample sample = detail::csv_sample(rows[i], header, layout, options, at(rows[i].line));
    if (layout.one_each.empty() && !detail::settle_empty(sample, options.empty, at(rows[i].line))) continue;
    sample.image = root / sample.image;
    samples.push_back(std::move(sample));
    for (const std::size_t cell : layout.rest) columns[header.cells[cell]].push_back(rows[i].cells[cell]);
  }
  std::vector<std::string> names;
  for (const std::size_t column : layout.one_each) names.push_back(header.cells[column]);
  if (names.empty()) return Dataset(std::move(samples), std::move(columns));
  return Dataset(std::move(samples), std::move(columns), encoding::Vocabulary(std::move(names)));
}

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER
