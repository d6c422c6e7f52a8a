// SPDX-License-Identifier: Apache-2.0
#pragma once
// How is the range of scores cut into bins, to compare what they promise with what came true? Shared by the calibration error
// and the reliability curve.

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"

namespace MULTILABEL_NAMESPACE::metrics {

/// Scikit-learn's names.
enum class BinStrategy {
  uniform,   ///< bins of equal width in [0, 1]
  quantile,  ///< bins of about equally many cells (adaptive); equal scores share a bin
};

namespace detail {

/// Throws `ArgumentError` unless there are 1 to 1,000,000 bins.
inline void require_bins(std::string_view where, std::size_t n_bins) {
  constexpr std::size_t most = 1'000'000;
  if (n_bins < 1 || n_bins > most)
    fail<ArgumentError>({where, join_text("n_bins must be from 1 to ", most), join_text(n_bins)});
}

/// The upper edge of the lowest `share` of `count` ascending scores, `score(i)`: interpolated linearly between two of them, as
/// numpy.percentile does. The score at the edge belongs to the bin below.
template <class Score>
[[nodiscard]] double quantile_edge(std::size_t count, double share, Score&& score) {
  const double place = share * static_cast<double>(count - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, count - 1);
  return score(below) + (place - static_cast<double>(below)) * (score(above) - score(below));
}

}  // namespace detail

}  // namespace MULTILABEL_NAMESPACE::metrics
