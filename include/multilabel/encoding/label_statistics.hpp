// SPDX-License-Identifier: Apache-2.0
#pragma once
// What does a label matrix look like? How often each label comes, how many a row has, which come together, how uneven they are.
// All of these take targets [rows, labels] holding 0 and 1; unknown cells (NaN, or -1) count as neither.

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/core/shape.hpp"

namespace MULTILABEL_NAMESPACE::encoding {

namespace detail {

/// Calls `visit(row, column)` for every cell that holds 1. Throws `ArgumentError` on a cell that is not 0, 1 or unknown.
template <matrix_like M, class Visit>
void for_each_positive(std::string_view where, const M& targets, Visit&& visit) {
  const auto rows = static_cast<std::size_t>(targets.shape(0));
  const auto columns = static_cast<std::size_t>(targets.shape(1));
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) {
      const auto value = static_cast<double>(targets(i, j));
      if (value == 1.0) {
        visit(i, j);
      } else if (!(value == 0.0 || value == -1.0 || value != value)) {
        fail<ArgumentError>(
            {where, "targets must hold 0 or 1 (NaN or -1: unknown)", join_text(value, " in row ", i, ", column ", j)});
      }
    }
  }
}

}  // namespace detail

/// The number of rows that have each label, [labels].
template <matrix_like M>
[[nodiscard]] std::vector<std::size_t> label_counts(const M& targets) {
  std::vector<std::size_t> counts(static_cast<std::size_t>(targets.shape(1)), 0);
  detail::for_each_positive("encoding::label_counts", targets, [&](std::size_t, std::size_t j) { ++counts[j]; });
  return counts;
}

/// The mean number of labels a row has (Tsoumakas and Katakis 2007); NaN without rows.
template <matrix_like M>
[[nodiscard]] double label_cardinality(const M& targets) {
  if (targets.shape(0) == 0) return std::numeric_limits<double>::quiet_NaN();
  std::size_t total = 0;
  detail::for_each_positive("encoding::label_cardinality", targets, [&](std::size_t, std::size_t) { ++total; });
  return static_cast<double>(total) / static_cast<double>(targets.shape(0));
}

/// Cardinality divided by the number of labels, in [0, 1]; NaN without rows or labels.
template <matrix_like M>
[[nodiscard]] double label_density(const M& targets) {
  if (targets.shape(1) == 0) return std::numeric_limits<double>::quiet_NaN();
  return label_cardinality(targets) / static_cast<double>(targets.shape(1));
}

/// How many rows have both label i and label j, [labels, labels]; the diagonal is `label_counts`.
template <matrix_like M>
[[nodiscard]] Matrix<std::size_t> co_occurrence(const M& targets) {
  const auto labels = static_cast<std::size_t>(targets.shape(1));
  Matrix<std::size_t> counts(labels, labels);
  std::vector<std::size_t> present;
  std::size_t current = 0;
  const auto count_row = [&] {
    for (const auto a : present)
      for (const auto b : present) ++counts(a, b);
    present.clear();
  };
  detail::for_each_positive("encoding::co_occurrence", targets, [&](std::size_t i, std::size_t j) {
    if (i != current) {
      count_row();
      current = i;
    }
    present.push_back(j);
  });
  count_row();
  return counts;
}

/// For each label the count of the most frequent label divided by its own (IRLbl, Charte et al. 2015), [labels]: 1 for the most
/// frequent, infinity for one that never comes. Their mean is the data set's mean imbalance ratio.
template <matrix_like M>
[[nodiscard]] std::vector<double> imbalance_ratio(const M& targets) {
  const auto counts = label_counts(targets);
  const auto most = counts.empty() ? std::size_t{0} : *std::max_element(counts.begin(), counts.end());
  std::vector<double> ratios;
  ratios.reserve(counts.size());
  for (const auto count : counts) {
    ratios.push_back(count == 0 ? std::numeric_limits<double>::infinity()
                                : static_cast<double>(most) / static_cast<double>(count));
  }
  return ratios;
}

}  // namespace MULTILABEL_NAMESPACE::encoding
