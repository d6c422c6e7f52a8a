// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which column of a table is what.

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/data/csv.hpp"
#include "multilabel/data/csv_options.hpp"
#include "multilabel/data/detail/reading.hpp"
#include "multilabel/encoding/detail/nearest.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail {

/// Whether a header says nothing of a column: an index that pandas wrote, or what a comma at the end of each line makes.
inline bool is_nameless(std::string_view name) { return name.empty() || name.starts_with("Unnamed: "); }

inline std::optional<std::size_t> find_column(const CsvRow& header, std::string_view name) {
  auto found = std::find(header.cells.begin(), header.cells.end(), name);
  if (found == header.cells.end()) found = std::find(header.cells.begin(), header.cells.end(), trimmed(name));
  if (found == header.cells.end()) return std::nullopt;
  return static_cast<std::size_t>(found - header.cells.begin());
}

inline std::size_t column_of(const CsvRow& header, const std::string& name, const std::filesystem::path& path) {
  if (const auto found = find_column(header, name)) return *found;
  std::string present;
  for (const auto& cell : header.cells) present += (present.empty() ? "" : ", ") + quoted(cell);
  Place{"data::read_csv", path, header.line}.refuse(
      join_text("column ", quoted(name), " must be in the header of ", quoted_path(path)), join_text("the columns ", present),
      encoding::detail::did_you_mean(name, header.cells));
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
    if (!is_nameless(header.cells[i]) && std::find(out.begin(), out.end(), i) == out.end()) columns.push_back(i);
  if (columns.empty())
    Place{"data::read_csv", path, header.line}.refuse("the table must have a column for each label", "no column is left");
  return columns;
}

struct CsvLayout {
  std::size_t image = 0;
  std::optional<std::size_t> list = {};        ///< with the list of labels, unless each label has its own column
  std::optional<std::size_t> confidence = {};  ///< with what a row says about its label
  std::vector<std::size_t> one_each = {};      ///< the columns that are labels
  std::vector<std::size_t> rest = {};
};

inline CsvLayout csv_layout(const CsvRow& header, const ReadCsvOptions& options, const std::filesystem::path& path) {
  auto names = header.cells;
  std::erase_if(names, is_nameless);
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end())
    Place{"data::read_csv", path, header.line}.refuse("column names must be distinct", quoted(*twice) + " twice");
  CsvLayout layout{.image = column_of(header, options.image, path), .one_each = label_columns(header, options, path)};
  if (layout.one_each.empty()) {
    layout.list = column_of(header, options.labels, path);
    if (!options.confidence.empty()) layout.confidence = find_column(header, options.confidence);
  }
  for (std::size_t i = 0; i < header.cells.size(); ++i) {
    const bool label = std::find(layout.one_each.begin(), layout.one_each.end(), i) != layout.one_each.end();
    const bool taken = label || i == layout.image || i == layout.list || i == layout.confidence;
    if (!taken && !is_nameless(header.cells[i])) layout.rest.push_back(i);
  }
  return layout;
}

/// Takes from the ends of rows the empty cells that the header does not have, and gives the header of a table that is separated
/// by blanks the nameless first column that R and others leave out of it.
inline void even_out(CsvRow& header, std::span<CsvRow> rows, char separator) {
  const auto has_one_more = [&](const CsvRow& row) { return row.cells.size() == header.cells.size() + 1; };
  if (separator == ' ' && !rows.empty() && std::all_of(rows.begin(), rows.end(), has_one_more))
    header.cells.insert(header.cells.begin(), "");
  for (auto& row : rows)
    while (row.cells.size() > header.cells.size() && row.cells.back().empty()) row.cells.pop_back();
}

/// Whether each cell of the labels is 1 or -1, and some are -1: then that is what the table writes for absent.
inline bool has_signs_only(std::span<const CsvRow> rows, const CsvLayout& layout) {
  bool negative = false;
  for (const auto& row : rows)
    for (const std::size_t column : layout.one_each) {
      const auto number = column < row.cells.size() ? number_in(row.cells[column]) : std::nullopt;
      if (!number || (*number != 1 && *number != -1)) return false;
      negative = negative || *number == -1;
    }
  return negative;
}

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail
