// SPDX-License-Identifier: Apache-2.0
#pragma once
// How do many labels become one number? The four averages of the field by name, what a ratio without a denominator counts as,
// and the weighted mean that leaves undefined values out.

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/version.hpp"

namespace MULTILABEL_NAMESPACE::metrics {

/// How per-label or per-sample values become one number.
enum class Average {
  micro,     ///< count over all cells first, then one value: every cell weighs the same
  macro,     ///< the plain mean over labels: every label weighs the same
  weighted,  ///< the mean over labels, weighted by each label's number of positives
  samples,   ///< one value a row, then the mean over rows: every sample weighs the same
};

/// What a ratio counts as when its denominator is 0: precision without predictions, recall without positives, F and Jaccard
/// without either.
enum class ZeroDivision {
  zero,  ///< 0, as scikit-learn's default
  one,   ///< 1
  skip,  ///< undefined (NaN) per label, and left out of averages
};

/// What a label counts as for which a score metric is undefined: average precision without positives, ROC AUC without positives
/// or without negatives.
enum class UndefinedLabel {
  as_sklearn,  ///< average precision 0; ROC AUC NaN, and so is an average that it enters
  skip,        ///< NaN per label, and left out of averages
};

/// Which rows count how much, which columns count, and how they are averaged. Every metric on predictions takes these.
struct AverageOptions {
  Average average = Average::macro;                 ///< how labels or rows become one number
  ZeroDivision zero_division = ZeroDivision::zero;  ///< the value of a ratio without a denominator
  std::vector<double> sample_weight{};              ///< [samples], finite and not all 0; empty: every row weighs 1
  std::vector<std::size_t> labels{};                ///< the columns to use, in this order; empty: all
};

namespace detail {

inline constexpr std::array<std::pair<std::string_view, Average>, 4> average_names{
    {{"micro", Average::micro}, {"macro", Average::macro}, {"weighted", Average::weighted}, {"samples", Average::samples}}};

[[nodiscard]] constexpr double value_of(ZeroDivision zero_division) noexcept {
  if (zero_division == ZeroDivision::skip) return std::numeric_limits<double>::quiet_NaN();
  return zero_division == ZeroDivision::one ? 1.0 : 0.0;
}

/// The sum by halves, in the order in which NumPy adds: the error grows with the logarithm of the length.
[[nodiscard]] inline double pairwise_sum(std::span<const double> values) {
  const std::size_t count = values.size();
  if (count > 128) {
    const std::size_t half = count / 2 - (count / 2) % 8;
    return pairwise_sum(values.first(half)) + pairwise_sum(values.subspan(half));
  }
  double sum = 0.0;
  std::size_t i = 0;
  if (count >= 8) {
    std::array<double, 8> lanes{};
    for (; i + 8 <= count; i += 8)
      for (std::size_t lane = 0; lane < 8; ++lane) lanes[lane] += values[i + lane];
    sum = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
  }
  for (; i < count; ++i) sum += values[i];
  return sum;
}

}  // namespace detail

/// "micro", "macro", "weighted" or "samples".
[[nodiscard]] constexpr std::string_view to_string(Average average) noexcept {
  for (const auto& [name, value] : detail::average_names)
    if (value == average) return name;
  return "unknown";
}

/// The average of that name, or nothing.
[[nodiscard]] constexpr std::optional<Average> average_from(std::string_view name) noexcept {
  for (const auto& [known, value] : detail::average_names)
    if (known == name) return value;
  return std::nullopt;
}

/// The mean of `values`, weighted unless `weights` is empty. NaN values are left out with their weights; where the weights that
/// remain sum to 0 it is the plain mean of the values that remain; NaN when none remain.
[[nodiscard]] inline double mean(std::span<const double> values, std::span<const double> weights = {}) {
  std::vector<double> kept;
  std::vector<double> kept_weights;
  kept.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i])) continue;
    kept.push_back(values[i]);
    if (!weights.empty()) kept_weights.push_back(weights[i]);
  }
  if (kept.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double weight_sum = detail::pairwise_sum(kept_weights);
  if (weights.empty() || weight_sum == 0.0) return detail::pairwise_sum(kept) / static_cast<double>(kept.size());
  for (std::size_t i = 0; i < kept.size(); ++i) kept[i] *= kept_weights[i];
  return detail::pairwise_sum(kept) / weight_sum;
}

}  // namespace MULTILABEL_NAMESPACE::metrics
