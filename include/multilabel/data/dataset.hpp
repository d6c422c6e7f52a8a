// SPDX-License-Identifier: Apache-2.0
#pragma once
// A list of samples that is cheap to copy, cut and join: the samples themselves are shared and never change. Columns of the
// table it came from stay with it, so a split, a source or a group can be asked for later.

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/data/sample.hpp"
#include "multilabel/data/target_table.hpp"
#include "multilabel/encoding/vocabulary.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

/// An ordered list of samples. Copies share everything.
class Dataset {
 public:
  /// A further column of the table: one cell a sample.
  using Columns = std::map<std::string, std::vector<std::string>, std::less<>>;

  Dataset() : Dataset(std::vector<Sample>{}) {}

  /// Takes the samples in their order, with `columns` of as many cells each (`ShapeError` otherwise). A `vocabulary` given here
  /// is that of the data set and of all its parts, with labels that no sample has; `LabelError` for a label that it lacks.
  /// `passed_over` is what a reader left out on the way.
  explicit Dataset(std::vector<Sample> samples, Columns columns = {}, std::optional<encoding::Vocabulary> vocabulary = {},
                   std::vector<PassedOver> passed_over = {}) {
    for (const auto& [name, cells] : columns) {
      if (cells.size() == samples.size()) continue;
      fail<ShapeError>({"data::Dataset", join_text("column ", quoted(name), " must have ", samples.size(), " cells"),
                        join_text(cells.size())});
    }
    std::vector<std::size_t> rows(samples.size());
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    rows_ = std::make_shared<const std::vector<std::size_t>>(std::move(rows));
    if (vocabulary) TargetTable(samples.size(), [&](std::size_t i) -> const Sample& { return samples[i]; }, *vocabulary);
    table_ = std::make_shared<const Table>(
        Table{std::move(samples), std::move(columns), std::move(vocabulary), std::move(passed_over)});
  }

  [[nodiscard]] std::size_t size() const noexcept { return rows_->size(); }
  [[nodiscard]] bool empty() const noexcept { return rows_->empty(); }

  /// Sample `i`, which must be below `size()`.
  [[nodiscard]] const Sample& operator[](std::size_t i) const { return table_->samples[(*rows_)[i]]; }

  /// The image files, in order.
  [[nodiscard]] std::vector<std::filesystem::path> images() const {
    std::vector<std::filesystem::path> images;
    images.reserve(size());
    for (std::size_t i = 0; i < size(); ++i) images.push_back((*this)[i].image);
    return images;
  }

  /// The labels of each sample, in order: what a binarizer fits and transforms.
  [[nodiscard]] std::vector<std::vector<std::string>> labels() const {
    std::vector<std::vector<std::string>> labels;
    labels.reserve(size());
    for (std::size_t i = 0; i < size(); ++i) labels.push_back((*this)[i].labels);
    return labels;
  }

  /// What the reader left out: files of another kind, and bad entries where it was told to skip them. Parts have the list of
  /// the whole.
  [[nodiscard]] const std::vector<PassedOver>& passed_over() const noexcept { return table_->passed_over; }

  /// The vocabulary that the data set was given, or else every label that occurs (present, unknown or absent), sorted.
  [[nodiscard]] encoding::Vocabulary vocabulary() const {
    if (table_->vocabulary) return *table_->vocabulary;
    std::set<std::string> names;
    for (std::size_t i = 0; i < size(); ++i) {
      names.insert((*this)[i].labels.begin(), (*this)[i].labels.end());
      names.insert((*this)[i].unknown.begin(), (*this)[i].unknown.end());
      names.insert((*this)[i].absent.begin(), (*this)[i].absent.end());
      for (const auto& one : (*this)[i].soft) names.insert(one.label);
    }
    return encoding::Vocabulary(std::vector<std::string>(names.begin(), names.end()));
  }

  /// The vocabulary that the data set was given; nothing if it has that of the labels that occur.
  [[nodiscard]] const std::optional<encoding::Vocabulary>& given_vocabulary() const noexcept { return table_->vocabulary; }

  /// [samples, labels]: 1 where the image has the label, 0 where not, NaN where unknown, between for a soft label. Throws
  /// `LabelError`, which names the image and the nearest label, for one that `vocabulary` lacks.
  [[nodiscard]] Matrix<float> targets(const encoding::Vocabulary& vocabulary) const {
    const TargetTable table(size(), [this](std::size_t i) -> const Sample& { return (*this)[i]; }, vocabulary);
    Matrix<float> targets(size(), vocabulary.size());
    for (std::size_t i = 0; i < size(); ++i) table.write(i, targets.row(i).data());
    return targets;
  }

  /// The names of the further columns, sorted.
  [[nodiscard]] std::vector<std::string> columns() const {
    std::vector<std::string> names;
    for (const auto& [name, cells] : table_->columns) names.push_back(name);
    return names;
  }

  /// The cells of a further column, in the order of the samples. Throws `ArgumentError`, which names those there are.
  [[nodiscard]] std::vector<std::string> column(std::string_view name) const {
    const auto found = table_->columns.find(name);
    if (found == table_->columns.end())
      fail<ArgumentError>({"data::Dataset::column", join_text("name must be one of ", list(columns())), quoted(name)});
    std::vector<std::string> cells;
    cells.reserve(size());
    for (const std::size_t row : *rows_) cells.push_back(found->second[row]);
    return cells;
  }

  /// One data set for each of `values`: the samples whose cell in `column` is that value. Samples with another value are in
  /// none. Throws `ArgumentError`, which names the values that occur, for one that does not.
  template <std::size_t N>
  [[nodiscard]] std::array<Dataset, N> split_by(std::string_view column, const std::string_view (&values)[N]) const {
    std::array<Dataset, N> parts;
    const auto cells = this->column(column);
    for (std::size_t i = 0; i < N; ++i) parts[i] = part_of(cells, column, values[i]);
    return parts;
  }

  /// As above, for a number of values known only when the program runs.
  [[nodiscard]] std::vector<Dataset> split_by(std::string_view column, std::span<const std::string> values) const {
    std::vector<Dataset> parts;
    const auto cells = this->column(column);
    for (const auto& value : values) parts.push_back(part_of(cells, column, value));
    return parts;
  }

  /// The samples at `positions`, in that order; a position may come twice. Throws `ArgumentError` past the end.
  [[nodiscard]] Dataset select(std::span<const std::size_t> positions) const {
    std::vector<std::size_t> rows;
    rows.reserve(positions.size());
    for (const std::size_t i : positions) {
      if (i >= size())
        fail<ArgumentError>({"data::Dataset::select", join_text("positions must be below ", size()), join_text(i)});
      rows.push_back((*rows_)[i]);
    }
    return Dataset(table_, std::move(rows));
  }

  /// Samples `begin` to `end` (not included), both cut to `size()`.
  [[nodiscard]] Dataset slice(std::size_t begin, std::size_t end) const {
    const auto from = rows_->begin() + static_cast<std::ptrdiff_t>(std::min(begin, size()));
    const auto to = rows_->begin() + static_cast<std::ptrdiff_t>(std::max(std::min(begin, size()), std::min(end, size())));
    return Dataset(table_, std::vector<std::size_t>(from, to));
  }

  /// The samples that `keep(sample)` accepts.
  template <std::predicate<const Sample&> Keep>
  [[nodiscard]] Dataset filter(Keep&& keep) const {
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < size(); ++i)
      if (keep((*this)[i])) rows.push_back((*rows_)[i]);
    return Dataset(table_, std::move(rows));
  }

  /// This one's samples, then the other's, with the columns that both have. If either was given a vocabulary, the whole has
  /// this one's labels, then those that only the other has.
  [[nodiscard]] Dataset concat(const Dataset& other) const {
    std::vector<Sample> samples;
    samples.reserve(size() + other.size());
    for (std::size_t i = 0; i < size(); ++i) samples.push_back((*this)[i]);
    for (std::size_t i = 0; i < other.size(); ++i) samples.push_back(other[i]);
    Columns joined;
    for (const auto& name : columns()) {
      if (!other.table_->columns.contains(name)) continue;
      auto cells = column(name);
      const auto more = other.column(name);
      cells.insert(cells.end(), more.begin(), more.end());
      joined.emplace(name, std::move(cells));
    }
    auto passed = passed_over();
    passed.insert(passed.end(), other.passed_over().begin(), other.passed_over().end());
    if (!table_->vocabulary && !other.table_->vocabulary)
      return Dataset(std::move(samples), std::move(joined), {}, std::move(passed));
    auto labels = vocabulary().labels();
    const auto known = vocabulary();
    for (const auto& label : other.vocabulary())
      if (!known.contains(label)) labels.push_back(label);
    return Dataset(std::move(samples), std::move(joined), encoding::Vocabulary(std::move(labels)), std::move(passed));
  }

 private:
  struct Table {
    std::vector<Sample> samples;
    Columns columns;
    std::optional<encoding::Vocabulary> vocabulary;
    std::vector<PassedOver> passed_over;
  };

  Dataset(std::shared_ptr<const Table> table, std::vector<std::size_t> rows)
      : table_(std::move(table)), rows_(std::make_shared<const std::vector<std::size_t>>(std::move(rows))) {}

  static std::string list(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "" : ", ") + quoted(name);
    return text.empty() ? "no column at all" : text;
  }

  [[nodiscard]] Dataset part_of(const std::vector<std::string>& cells, std::string_view column, std::string_view value) const {
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < size(); ++i)
      if (cells[i] == value) rows.push_back((*rows_)[i]);
    if (rows.empty()) {
      const std::set<std::string> present(cells.begin(), cells.end());
      fail<ArgumentError>(
          {"data::Dataset::split_by",
           join_text("values must occur in column ", quoted(column), ", which holds ", list({present.begin(), present.end()})),
           quoted(value)});
    }
    return Dataset(table_, std::move(rows));
  }

  std::shared_ptr<const Table> table_;
  std::shared_ptr<const std::vector<std::size_t>> rows_;
};

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER
