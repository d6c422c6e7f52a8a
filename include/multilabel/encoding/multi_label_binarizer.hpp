// SPDX-License-Identifier: Apache-2.0
#pragma once
// How do rows of labels become a matrix of 0 and 1, and come back? `MultiLabelBinarizer` learns the distinct labels of the
// training rows once, sorted, and gives every later row the same columns. Fit it on the training labels only.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/encoding/concepts.hpp"
#include "multilabel/encoding/detail/nearest.hpp"
#include "multilabel/encoding/vocabulary.hpp"

namespace MULTILABEL_NAMESPACE::encoding {

/// What `transform` does with a label that is not among the classes.
enum class UnknownLabel {
  error,   ///< throw `LabelError`, naming the label, its row and the nearest known name
  ignore,  ///< leave it out; `unknown_labels` counts what was left out
};

template <label Label>
struct MultiLabelBinarizerOptions {
  std::vector<Label> classes{};  ///< the columns in this order; empty: the sorted labels of the rows given to `fit`
  UnknownLabel unknown = UnknownLabel::error;  ///< what to do with other labels
};

/// Rows of labels <-> a matrix [rows, classes] of 0 and 1, as scikit-learn's class of this name.
/// A label that comes twice in a row counts once; an empty row is a row of zeros.
template <label Label = std::string>
class MultiLabelBinarizer {
 public:
  using label_type = Label;

  MultiLabelBinarizer() = default;

  /// Throws `LabelError` when `options.classes` has a label twice.
  explicit MultiLabelBinarizer(MultiLabelBinarizerOptions<Label> options)
      : fixed_(!options.classes.empty()), fitted_(fixed_), unknown_(options.unknown) {
    set_classes(std::move(options.classes));
  }

  /// Learns the classes: the distinct labels of `rows`, sorted. With classes given in the options it keeps those.
  template <label_rows<Label> Rows>
  MultiLabelBinarizer& fit(const Rows& rows) {
    fitted_ = true;
    if (fixed_) return *this;
    std::vector<Label> seen;
    std::map<Label, bool> known;
    for (const auto& row : rows)
      for (const auto& item : row) known.emplace(static_cast<Label>(item), true);
    seen.reserve(known.size());
    for (const auto& entry : known) seen.push_back(entry.first);
    set_classes(std::move(seen));
    return *this;
  }

  /// The matrix [rows, classes] with 1 where a row has the label. `M` is `Matrix<T>` or an xtensor container of two dimensions.
  /// Throws `NotFittedError` before `fit`, `LabelError` on an unknown label unless the policy is `ignore`.
  template <class M = Matrix<std::uint8_t>, label_rows<Label> Rows>
  [[nodiscard]] M transform(const Rows& rows) const {
    require_fitted("encoding::MultiLabelBinarizer::transform");
    const auto count = static_cast<std::size_t>(std::ranges::distance(rows));
    M matrix = zeros<M>(count, size());
    std::size_t i = 0;
    for (const auto& row : rows) {
      for (const auto& item : row) {
        const Label& name = item;
        if (const auto found = columns_.find(name); found != columns_.end()) {
          matrix(i, found->second) = cell_t<M>{1};
        } else if (unknown_ == UnknownLabel::error) {
          fail_unknown(name, i);
        }
      }
      ++i;
    }
    return matrix;
  }

  /// `fit(rows)` and then `transform(rows)`.
  template <class M = Matrix<std::uint8_t>, label_rows<Label> Rows>
  [[nodiscard]] M fit_transform(const Rows& rows) {
    return fit(rows).template transform<M>(rows);
  }

  /// The labels of each row, in column order. Throws `ShapeError` when the width is not `size()` and `ArgumentError` on a cell
  /// that is neither 0 nor 1 (scores need a threshold first).
  template <matrix_like M>
  [[nodiscard]] std::vector<std::vector<Label>> inverse_transform(const M& matrix) const {
    constexpr auto where = "encoding::MultiLabelBinarizer::inverse_transform";
    require_fitted(where);
    const auto rows = static_cast<std::size_t>(matrix.shape(0));
    const auto columns = static_cast<std::size_t>(matrix.shape(1));
    if (columns != size()) {
      fail<ShapeError>({where, join_text("matrix must have ", size(), " columns, one a class"), shape_text(rows, columns)});
    }
    std::vector<std::vector<Label>> labels(rows);
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t j = 0; j < columns; ++j) {
        const auto cell = matrix(i, j);
        if (cell == cell_t<M>{1}) {
          labels[i].push_back(classes_[j]);
        } else if (!(cell == cell_t<M>{0})) {
          fail<ArgumentError>({where, "cells must be 0 or 1", join_text(+cell, " in row ", i, ", column ", j),
                               "Scores become 0 and 1 by a threshold."});
        }
      }
    }
    return labels;
  }

  /// The labels of `rows` that are not among the classes, sorted, each with how often it comes.
  template <label_rows<Label> Rows>
  [[nodiscard]] std::vector<std::pair<Label, std::size_t>> unknown_labels(const Rows& rows) const {
    require_fitted("encoding::MultiLabelBinarizer::unknown_labels");
    std::map<Label, std::size_t> counts;
    for (const auto& row : rows)
      for (const auto& item : row)
        if (const Label& name = item; !columns_.contains(name)) ++counts[name];
    return {counts.begin(), counts.end()};
  }

  /// The labels in column order; empty before `fit`.
  [[nodiscard]] const std::vector<Label>& classes() const noexcept { return classes_; }
  [[nodiscard]] std::size_t size() const noexcept { return classes_.size(); }
  [[nodiscard]] UnknownLabel unknown() const noexcept { return unknown_; }

  /// The classes by name, for everything that needs to know which column is which. Throws `NotFittedError` before `fit`.
  [[nodiscard]] Vocabulary vocabulary() const
    requires named_label<Label>
  {
    require_fitted("encoding::MultiLabelBinarizer::vocabulary");
    return Vocabulary(names());
  }

 private:
  template <class M>
  [[nodiscard]] static M zeros(std::size_t rows, std::size_t columns) {
    if constexpr (requires { M::from_shape({rows, columns}); }) {
      M matrix = M::from_shape({rows, columns});
      std::fill(matrix.begin(), matrix.end(), cell_t<M>{0});
      return matrix;
    } else {
      return M(rows, columns);
    }
  }

  void set_classes(std::vector<Label> classes) {
    columns_.clear();
    for (std::size_t i = 0; i < classes.size(); ++i) {
      const auto [entry, added] = columns_.emplace(classes[i], i);
      if (!added) {
        fail<LabelError>({"encoding::MultiLabelBinarizer", "classes must be distinct",
                          join_text("the same label at positions ", entry->second, " and ", i)});
      }
    }
    classes_ = std::move(classes);
  }

  void require_fitted(std::string_view where) const {
    if (!fitted_)
      fail<NotFittedError>({where, "fit must come first", "a binarizer without classes", "Call fit(rows), or give classes."});
  }

  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> result;
    if constexpr (named_label<Label>) {
      for (const auto& name : classes_) result.push_back(label_name(name));
    }
    return result;
  }

  [[noreturn]] void fail_unknown(const Label& name, std::size_t row) const {
    std::string actual = join_text("an unknown one in row ", row);
    std::string mend = "UnknownLabel::ignore leaves unknown labels out.";
    if constexpr (named_label<Label>) {
      const auto text = label_name(name);
      actual = join_text(quoted(text), " in row ", row);
      if (const auto offer = detail::did_you_mean(text, names()); !offer.empty()) mend = join_text(offer, " ", mend);
    }
    fail<LabelError>(
        {"encoding::MultiLabelBinarizer::transform", join_text("labels must be among the ", size(), " classes"), actual, mend});
  }

  std::vector<Label> classes_;
  std::map<Label, std::size_t> columns_;
  bool fixed_ = false;
  bool fitted_ = false;
  UnknownLabel unknown_ = UnknownLabel::error;
};

}  // namespace MULTILABEL_NAMESPACE::encoding

namespace MULTILABEL_NAMESPACE {
using encoding::MultiLabelBinarizer;
using encoding::UnknownLabel;
}  // namespace MULTILABEL_NAMESPACE
