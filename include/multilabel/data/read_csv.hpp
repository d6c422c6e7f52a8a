// SPDX-License-Identifier: Apache-2.0
#pragma once
// A table with one row an image: a column names the file, a column lists its labels. Every other column stays with the data
// set.

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
#include "multilabel/encoding/detail/nearest.hpp"

namespace multilabel::data {

/// What an empty label cell means.
enum class EmptyLabels {
  none,     ///< an image without any label: every cell is 0
  unknown,  ///< an image that nobody labelled: every cell is unknown
  error,    ///< a mistake: `DataError` with the row
};

struct ReadCsvOptions {
  std::string image = "image";                     ///< column with the image file
  std::string labels = "labels";                   ///< column with the labels
  char delimiter = '|';                            ///< between labels; blanks around a label and empty labels are dropped
  char separator = ',';                            ///< between cells
  std::optional<std::filesystem::path> root = {};  ///< where relative files start; default: the table's own folder
  EmptyLabels empty = EmptyLabels::none;
  Unnamed unnamed = Unnamed::absent;  ///< what a label means that a row does not name
  std::string unknown_mark = {};      ///< a label that begins with this is unknown, "?dog" for "?"; empty: no such mark
};

namespace detail {

inline std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

inline std::size_t column_of(const CsvRow& header, const std::string& name, const std::filesystem::path& path) {
  const auto found = std::find(header.cells.begin(), header.cells.end(), name);
  if (found != header.cells.end()) return static_cast<std::size_t>(found - header.cells.begin());
  std::string present;
  for (const auto& cell : header.cells) present += (present.empty() ? "" : ", ") + quoted(cell);
  fail<DataError>({"data::read_csv", join_text("column ", quoted(name), " must be in the header of ", quoted(path.string())),
                   join_text("the columns ", present), encoding::detail::did_you_mean(name, header.cells)},
                  path, header.line);
}

/// Fills `labels` and `unknown` of a sample from its cell.
inline void split_labels(std::string_view cell, const ReadCsvOptions& options, Sample& sample) {
  for (std::size_t begin = 0; begin <= cell.size();) {
    const std::size_t end = std::min(cell.find(options.delimiter, begin), cell.size());
    const std::string_view label = trimmed(cell.substr(begin, end - begin));
    const bool marked = !options.unknown_mark.empty() && label.starts_with(options.unknown_mark);
    if (marked) {
      sample.unknown.emplace_back(trimmed(label.substr(options.unknown_mark.size())));
    } else if (!label.empty()) {
      sample.labels.emplace_back(label);
    }
    begin = end + 1;
  }
}

}  // namespace detail

/// Reads the table at `path`. Image files are not opened; `inspect` does that. Throws `DataError` with the file and, where
/// there is one, the row (the line of the file, the header being line 1) for a file that cannot be read, a column that is not
/// there, a row with too few or too many cells, an empty image cell, and an empty label cell if `empty` says so.
[[nodiscard]] inline Dataset read_csv(const std::filesystem::path& path, const ReadCsvOptions& options = {}) {
  const std::string text = read_text(path, "data::read_csv");
  const auto rows = parse_csv(text, options.separator, path);
  const auto refuse = [&](std::string_view expected, const std::string& actual, std::size_t line) {
    fail<DataError>({"data::read_csv", expected, join_text(actual, " (", quoted(path.string()), ", line ", line, ")")}, path,
                    line);
  };
  if (rows.empty()) refuse("the table must have a header", "an empty file", 1);
  const CsvRow& header = rows.front();
  const std::size_t image = detail::column_of(header, options.image, path);
  const std::size_t labels = detail::column_of(header, options.labels, path);
  const std::filesystem::path root = options.root.value_or(path.parent_path());

  std::vector<Sample> samples;
  Dataset::Columns columns;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const CsvRow& row = rows[i];
    if (row.cells.size() != header.cells.size())
      refuse(join_text("every row must have ", header.cells.size(), " cells, as the header"), join_text(row.cells.size()),
             row.line);
    if (row.cells[image].empty()) refuse("the image cell must name a file", "an empty cell", row.line);
    Sample sample{.image = root / row.cells[image], .labels = {}, .unknown = {}, .unnamed = options.unnamed, .row = row.line};
    detail::split_labels(row.cells[labels], options, sample);
    if (sample.labels.empty() && sample.unknown.empty()) {
      if (options.empty == EmptyLabels::error) refuse("the label cell must name a label", "an empty cell", row.line);
      if (options.empty == EmptyLabels::unknown) sample.unnamed = Unnamed::unknown;
    }
    samples.push_back(std::move(sample));
    for (std::size_t cell = 0; cell < row.cells.size(); ++cell)
      if (cell != image && cell != labels) columns[header.cells[cell]].push_back(row.cells[cell]);
  }
  for (const auto& [name, cells] : columns)
    if (cells.size() != samples.size()) refuse("column names must be distinct", quoted(name) + " twice", header.line);
  return Dataset(std::move(samples), std::move(columns));
}

}  // namespace multilabel::data
