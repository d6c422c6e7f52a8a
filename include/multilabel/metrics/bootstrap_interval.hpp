// SPDX-License-Identifier: Apache-2.0
#pragma once
// How sure is a number? The interval in which a metric would lie on other samples of as many rows: the percentile bootstrap
// over rows (Efron 1979). Not for comparing two models on the same rows, which is a question about their difference.

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/core/random.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/metrics/concepts.hpp"
#include "multilabel/metrics/detail/cells.hpp"
#include "multilabel/metrics/detail/drawn_rows.hpp"

namespace MULTILABEL_NAMESPACE::metrics {

struct BootstrapOptions {
  double confidence = 0.95;             ///< the share of resamples inside, in (0, 1)
  std::size_t resamples = 1000;         ///< how many times rows are drawn, 1 to 2^32 - 1
  std::uint64_t seed = 0;               ///< the same seed draws the same rows
  std::vector<double> sample_weight{};  ///< [samples]: the metric is given those of the rows drawn as a third argument
};

/// A metric and how far it would move.
struct BootstrapInterval {
  double value = 0.0;           ///< on the rows as they are
  double low = 0.0;             ///< the lower end of the interval; NaN where the metric is NaN on every resample
  double high = 0.0;            ///< the upper end
  std::vector<double> samples;  ///< the value on each resample
};

namespace detail {

inline constexpr std::uint32_t bootstrap_stream = 0xB0075742u;

/// The rows of one resample: `rows` numbers below `rows`, drawn with replacement. A function of its arguments alone.
[[nodiscard]] inline std::vector<std::size_t> bootstrap_rows(std::size_t rows, std::uint64_t seed, std::size_t resample) {
  Random random({.seed = seed, .index = static_cast<std::uint32_t>(resample), .stream = bootstrap_stream});
  std::vector<std::size_t> drawn(rows);
  for (auto& row : drawn) row = random.below(static_cast<std::uint32_t>(rows));
  return drawn;
}

inline void require_bootstrap(std::string_view where, std::size_t rows, double confidence, std::size_t resamples) {
  constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
  if (!(confidence > 0.0 && confidence < 1.0)) {
    fail<ArgumentError>({where, "confidence must be between 0 and 1", join_text(confidence)});
  }
  if (resamples < 1 || resamples > most) {
    fail<ArgumentError>({where, join_text("resamples must be from 1 to ", most), join_text(resamples)});
  }
  if (rows > most) fail<ShapeError>({where, join_text("there must be at most ", most, " rows"), join_text(rows)});
}

/// The value below which the share `q` of the ascending `values` lies, between two of them on the straight line, rounded as
/// NumPy's `quantile` does.
[[nodiscard]] inline double quantile(std::span<const double> values, double q) {
  const double place = q * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const double a = values[below];
  const double b = values[std::min(below + 1, values.size() - 1)];
  const double share = place - static_cast<double>(below);
  return share >= 0.5 ? b - (b - a) * (1.0 - share) : a + (b - a) * share;
}

/// The ends of the interval with the share `confidence` of `samples` inside; NaN values are left out, NaN when none remain.
[[nodiscard]] inline std::array<double, 2> percentile_interval(std::vector<double> samples, double confidence) {
  std::erase_if(samples, [](double value) { return std::isnan(value); });
  if (samples.empty()) return {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN()};
  std::sort(samples.begin(), samples.end());
  const double tail = (1.0 - confidence) / 2.0;
  return {quantile(samples, tail), quantile(samples, 1.0 - tail)};
}

/// The metric of `targets` and `other`, with the weights where it takes any.
template <class Metric, class Targets, class Other>
[[nodiscard]] double measured(const Metric& metric, const Targets& targets, const Other& other,
                              const std::vector<double>& weights) {
  if constexpr (std::invocable<const Metric&, const Targets&, const Other&, const std::vector<double>&>) {
    return static_cast<double>(metric(targets, other, weights));
  } else {
    return static_cast<double>(metric(targets, other));
  }
}

/// A metric that takes the rows as they are and as they are drawn, with or without weights.
template <class Metric, class Targets, class Other>
concept measures = std::invocable<const Metric&, const Targets&, const Other&, const std::vector<double>&> ||
                   std::invocable<const Metric&, const Targets&, const Other&>;

}  // namespace detail

/// How far `metric` would move on another sample of as many rows: percentiles of its values on rows of `targets` and `other`
/// [samples, labels] drawn with replacement, each pair as often as it is drawn. The draws are a function of `options.seed` and
/// the number of rows, and the interval has the bits of Python's function of this name.
/// @param metric called as `metric(targets, other)`, or with weights as `metric(targets, other, sample_weight)`, on the
///   matrices as they are and on drawn rows, which are a `Matrix` of the same cells (of bytes for bool; a hidden cell of
///   `masked` targets is NaN) or for sparse ones a `SparseView`: best a generic lambda.
/// @throws ShapeError when targets, other and weights differ in their rows; ArgumentError on options out of range, or on
///   weights that the metric does not take; and what the metric throws.
template <class Metric, label_matrix Targets, label_matrix Other>
  requires detail::measures<Metric, Targets, Other> &&
           detail::measures<Metric, detail::drawn_matrix<Targets>, detail::drawn_matrix<Other>>
[[nodiscard]] BootstrapInterval bootstrap_interval(const Metric& metric, const Targets& targets, const Other& other,
                                                   const BootstrapOptions& options = {}) {
  constexpr auto where = "metrics::bootstrap_interval";
  constexpr bool weighted = std::invocable<const Metric&, const Targets&, const Other&, const std::vector<double>&>;
  const auto rows = static_cast<std::size_t>(targets.shape(0));
  detail::require_bootstrap(where, rows, options.confidence, options.resamples);
  if (static_cast<std::size_t>(other.shape(0)) != rows) {
    fail<ShapeError>({where, "both matrices must have the same number of rows", join_text(rows, " and ", other.shape(0))});
  }
  if (!weighted && !options.sample_weight.empty()) {
    fail<ArgumentError>({where, "metric must take weights as its third argument when there are any", "one of two arguments"});
  }
  detail::require_weights(where, options.sample_weight, rows);
  BootstrapInterval interval{detail::measured(metric, targets, other, options.sample_weight), 0.0, 0.0, {}};
  interval.samples.reserve(options.resamples);
  std::vector<double> weights(options.sample_weight.size());
  for (std::size_t i = 0; i < options.resamples; ++i) {
    const auto drawn = detail::bootstrap_rows(rows, options.seed, i);
    const detail::DrawnRows<Targets> some_targets(targets, drawn);
    const detail::DrawnRows<Other> some_other(other, drawn);
    if (!weights.empty()) {
      std::transform(drawn.begin(), drawn.end(), weights.begin(), [&](std::size_t row) { return options.sample_weight[row]; });
    }
    interval.samples.push_back(detail::measured(metric, some_targets.matrix(), some_other.matrix(), weights));
  }
  const auto ends = detail::percentile_interval(interval.samples, options.confidence);
  interval.low = ends[0];
  interval.high = ends[1];
  return interval;
}

}  // namespace MULTILABEL_NAMESPACE::metrics
