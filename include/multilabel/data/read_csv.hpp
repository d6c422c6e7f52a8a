// SPDX-License-Identifier: Apache-2.0
#pragma once
// A table of images: a column names the file, and either one column lists its labels, in one row or in several, or each label
// has a column of its own. Every other column stays with the data set.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/data/csv.hpp"
#include "multilabel/data/csv_options.hpp"
#include "multilabel/data/dataset.hpp"
#include "multilabel/data/detail/csv_layout.hpp"
#include "multilabel/data/detail/files_by_stem.hpp"
#include "multilabel/data/detail/label_text.hpp"
#include "multilabel/data/detail/reading.hpp"
#include "multilabel/data/label_meaning.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

namespace detail {

/// Reads the rows of one table into samples.
class CsvTable {
 public:
  CsvTable(CsvRow header, CsvLayout layout, const ReadCsvOptions& options, const std::filesystem::path& path)
      : header_(std::move(header)), layout_(std::move(layout)), options_(options), path_(path) {}

  void add(const CsvRow& row) {
    const Place place{"data::read_csv", path_, row.line};
    Sample sample = sample_of(row, place);
    if (joins()) {
      const auto [known, is_new] = position_.emplace(sample.image.string(), samples_.size());
      if (!is_new) return join(samples_[known->second], std::move(sample), known->second, row, place);
    }
    samples_.push_back(std::move(sample));
    for (const std::size_t cell : layout_.rest) columns_[header_.cells[cell]].push_back(row.cells[cell]);
  }

  /// The data set of all rows so far.
  [[nodiscard]] Dataset take(std::vector<PassedOver> passed_over) {
    std::vector<Sample> kept;
    Dataset::Columns columns;
    for (const std::size_t cell : layout_.rest) columns[header_.cells[cell]];
    const std::filesystem::path root = options_.root.value_or(path_.parent_path());
    FilesByStem files;
    for (std::size_t i = 0; i < samples_.size(); ++i) {
      Sample& sample = samples_[i];
      bool keeps = false;
      attempt(options_.on_bad, passed_over, [&] {
        const Place place{"data::read_csv", path_, sample.row};
        sample.image = placed(sample.image, root, files, place);
        keeps = settle(sample, place);
      });
      if (!keeps) continue;
      kept.push_back(std::move(sample));
      for (auto& [name, cells] : columns) cells.push_back(std::move(columns_[name][i]));
    }
    auto names = vocabulary();
    if (names.empty()) return Dataset(std::move(kept), std::move(columns), {}, std::move(passed_over));
    return Dataset(std::move(kept), std::move(columns), encoding::Vocabulary(std::move(names)), std::move(passed_over));
  }

 private:
  [[nodiscard]] bool joins() const {
    return layout_.list && options_.repeated.value_or(layout_.confidence ? Repeated::join : Repeated::keep) == Repeated::join;
  }

  [[nodiscard]] Sample sample_of(const CsvRow& row, const Place& place) const {
    if (row.cells.size() != header_.cells.size())
      place.refuse(join_text("every row must have ", header_.cells.size(), " cells, as the header"),
                   join_text(row.cells.size()));
    if (row.cells[layout_.image].empty()) place.refuse("the image cell must name a file", "an empty cell");
    const Unnamed unnamed = options_.unnamed.value_or(Unnamed::absent);
    Sample sample{.image = with_suffix(row.cells[layout_.image], options_.suffix), .unnamed = unnamed, .row = row.line};
    if (layout_.list) {
      split_labels(row.cells[*layout_.list], options_.delimiter, options_.unknown_mark, sample, place);
      for (auto* labels : {&sample.labels, &sample.unknown}) name_numbers(*labels, options_.meaning.names, place);
    }
    if (layout_.confidence) weigh(sample, row.cells[*layout_.confidence], place);
    for (const std::size_t column : layout_.one_each)
      add_target(sample, header_.cells[column], target(row.cells[column], header_.cells[column], place));
    return sample;
  }

  [[nodiscard]] float target(const std::string& cell, const std::string& label, const Place& place) const {
    const bool blank_is_absent = options_.unnamed == Unnamed::absent && !layout_.one_each.empty();
    if (const auto found = code_target(cell, label, options_.meaning))
      return blank_is_absent && cell.empty() && std::isnan(*found) ? 0.0f : *found;
    const auto number = number_in(cell);
    place.refuse(join_text("column ", quoted(layout_.confidence ? options_.confidence : label), " must hold 1, 0 or nothing"),
                 quoted(cell),
                 number && *number > 0 && *number < 1
                     ? "If it is a probability, say probabilities = keep or round."
                     : "Name the columns that are labels in label_columns, or declare in codes what this one means.");
  }

  // Gives the labels of a row the target that stands beside them.
  void weigh(Sample& sample, const std::string& cell, const Place& place) const {
    for (const auto& label : std::exchange(sample.labels, {})) {
      const float cell_target = target(cell, label, place);
      if (cell_target == 0) {
        sample.absent.push_back(label);
      } else {
        add_target(sample, label, cell_target);
      }
    }
  }

  // A further row of an image that is there. Cells that differ from row to row are listed.
  void join(Sample& known, Sample more, std::size_t i, const CsvRow& row, const Place& place) {
    const auto both = [&](const std::vector<std::string>& some, const std::vector<std::string>& others) {
      for (const auto& label : some)
        if (std::find(others.begin(), others.end(), label) != others.end())
          place.refuse("rows of one image must not contradict each other",
                       join_text(quoted(label), " present and absent for ", quoted_path(known.image)));
    };
    both(more.labels, known.absent), both(more.absent, known.labels);
    const auto append = [](auto& to, auto& from) {
      for (auto& one : from)
        if (std::find(to.begin(), to.end(), one) == to.end()) to.push_back(std::move(one));
    };
    append(known.labels, more.labels), append(known.unknown, more.unknown), append(known.absent, more.absent);
    append(known.soft, more.soft);
    for (const std::size_t column : layout_.rest) {
      std::string& cell = columns_[header_.cells[column]][i];
      const std::string bar(1, '|'), more_cell = bar + row.cells[column];
      if ((bar + cell + bar).find(more_cell + bar) == std::string::npos) cell += more_cell;
    }
  }

  bool settle(Sample& sample, const Place& place) const {
    if (settle_no_label(sample, options_.meaning.no_label, place)) return true;
    return !layout_.list || settle_empty(sample, options_.empty, place);
  }

  [[nodiscard]] std::vector<std::string> vocabulary() const {
    std::vector<std::string> names = layout_.list ? options_.meaning.names : std::vector<std::string>{};
    for (const std::size_t column : layout_.one_each) names.push_back(header_.cells[column]);
    std::erase(names, options_.meaning.no_label);
    return names;
  }

  CsvRow header_;
  CsvLayout layout_;
  ReadCsvOptions options_;
  const std::filesystem::path& path_;
  std::vector<Sample> samples_;
  Dataset::Columns columns_;
  std::unordered_map<std::string, std::size_t> position_;  // of an image among the samples
};

}  // namespace detail

/// Reads the table at `path`. Image files are not opened; `inspect` does that. Throws `DataError` with the file and, where
/// there is one, the row (the line of the file, the header being line 1) for a file that cannot be read, a column that is not
/// there, a row with too few or too many cells, an empty image cell, a cell of a label column that means nothing, joined rows
/// that contradict each other, and an image without labels if `empty` says so (with `label_columns`, a row of zeros is no such
/// image).
[[nodiscard]] inline Dataset read_csv(const std::filesystem::path& path, const ReadCsvOptions& options = {}) {
  const std::string text = read_text(path, "data::read_csv");
  auto rows = parse_csv(text, options.separator, path);
  if (rows.size() <= options.skip_rows)
    detail::Place{"data::read_csv", path, 1}.refuse("the table must have a header",
                                                    rows.empty() ? "an empty file" : join_text(rows.size(), " rows"));
  CsvRow header = std::move(rows[options.skip_rows]);
  const auto body = std::span(rows).subspan(options.skip_rows + 1);
  detail::even_out(header, body, options.separator);
  auto layout = detail::csv_layout(header, options, path);
  ReadCsvOptions settled = options;
  auto& codes = settled.meaning.codes;
  if (!detail::declared(codes, "-1") && detail::has_signs_only(body, layout)) codes.emplace("-1", 0.0f);
  detail::CsvTable table(std::move(header), std::move(layout), settled, path);
  std::vector<PassedOver> passed_over;
  for (const CsvRow& row : body) detail::attempt(options.on_bad, passed_over, [&] { table.add(row); });
  return table.take(std::move(passed_over));
}

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER
