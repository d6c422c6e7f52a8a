// SPDX-License-Identifier: Apache-2.0
#pragma once
// How much relevance comes early in each row's ranking? Discounted cumulative gain, also for graded relevance, as scikit-learn
// defines it. With plain labels label_ranking.hpp is easier to read.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/detail/known_cells.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/core/sparse.hpp"
#include "multilabel/metrics/averaging.hpp"
#include "multilabel/metrics/concepts.hpp"
#include "multilabel/metrics/detail/cells.hpp"
#include "multilabel/metrics/detail/chunks.hpp"
#include "multilabel/metrics/detail/finite.hpp"
#include "multilabel/metrics/masked.hpp"

namespace MULTILABEL_NAMESPACE::metrics {

struct GainOptions {
  std::size_t k = 0;                    ///< only the first k ranks count; 0: all
  double log_base = 2.0;                ///< of the discount 1 / log(rank + 1); above 0 and not 1
  std::vector<double> sample_weight{};  ///< [samples]; empty: every row weighs 1
};

namespace detail {

/// Relevance that is read where it lies.
template <matrix_like Targets>
[[nodiscard]] RowMajor<double> relevance_of(const Targets& targets) {
  return core::detail::KnownScores::as_doubles(targets);
}

/// Relevance of stored cells, with the others 0.
template <sparse_view Targets>
[[nodiscard]] RowMajor<double> relevance_of(const Targets& targets) {
  auto copy = std::make_unique<double[]>(targets.rows() * targets.columns());
  for (std::size_t i = 0; i < targets.rows(); ++i) {
    const auto values = targets.row_values(i);
    const auto columns = targets.row_columns(i);
    for (std::size_t k = 0; k < values.size(); ++k) {
      copy[i * targets.columns() + static_cast<std::size_t>(columns[k])] += static_cast<double>(values[k]);
    }
  }
  return {std::move(copy), targets.rows(), targets.columns()};
}

/// Relevance with NaN where the mask hides it.
template <class Targets, class Mask>
[[nodiscard]] RowMajor<double> relevance_of(const Masked<Targets, Mask>& both) {
  const auto held = relevance_of(both.targets());
  const auto view = held.view();
  const auto mask = row_major(both.mask());
  auto copy = std::make_unique<double[]>(view.size());
  for (std::size_t i = 0; i < view.size(); ++i) {
    const bool known = mask.view().data()[i] != cell_t<Mask>{0};
    copy[i] = known ? static_cast<double>(view.data()[i]) : std::numeric_limits<double>::quiet_NaN();
  }
  return {std::move(copy), view.rows(), view.columns()};
}

/// 1 / log(rank + 1) for ranks 1 ... size, 0 beyond k.
[[nodiscard]] inline std::vector<double> discounts(std::size_t size, std::size_t k, double log_base) {
  std::vector<double> result(size, 0.0);
  const std::size_t last = k == 0 ? size : std::min(k, size);
  for (std::size_t i = 0; i < last; ++i) result[i] = 1.0 / (std::log(static_cast<double>(i) + 2.0) / std::log(log_base));
  return result;
}

/// The gain of a row whose labels are ordered by `key`, ties sharing the mean of their gains.
[[nodiscard]] inline double gain_of(const std::vector<double>& relevance, const std::vector<double>& key,
                                    std::vector<std::size_t>& order, const std::vector<double>& discount) {
  order.resize(relevance.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key[a] > key[b]; });
  double gain = 0.0;
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin;
    double group = 0.0;
    double discounted = 0.0;
    for (; end < order.size() && key[order[end]] == key[order[begin]]; ++end) {
      group += relevance[order[end]];
      discounted += discount[end];
    }
    gain += group / static_cast<double>(end - begin) * discounted;
    begin = end;
  }
  return gain;
}

/// The mean gain over rows; `normalized` by the best gain possible, rows without relevance counting 0.
[[nodiscard]] inline double mean_gain(std::string_view where, MatrixView<const double> targets, MatrixView<const double> scores,
                                      const GainOptions& options, bool normalized) {
  require_same_shape(where, "targets and scores", targets, scores);
  require_weights(where, options.sample_weight, targets.rows());
  if (!(options.log_base > 0.0) || options.log_base == 1.0) {
    fail<ArgumentError>({where, "log_base must be above 0 and not 1", join_text(options.log_base)});
  }
  std::vector<double> values(targets.rows());
  const auto discount = discounts(targets.columns(), options.k, options.log_base);
  Chunks(targets.rows(), targets.columns()).for_each([&](std::size_t, std::size_t begin, std::size_t end) {
    require_finite(where, scores, begin, end - begin);
    std::vector<double> relevance;
    std::vector<double> known;
    std::vector<std::size_t> order;
    for (std::size_t i = begin; i < end; ++i) {
      relevance.clear();
      known.clear();
      for (std::size_t j = 0; j < targets.columns(); ++j) {
        const double value = targets(i, j);
        if (value != value || value == -1.0) continue;
        if (value < 0.0) {
          fail<ArgumentError>(
              {where, "targets must not be negative (NaN or -1: unknown)", join_text(value, " in row ", i, ", column ", j)});
        }
        relevance.push_back(value);
        known.push_back(scores(i, j));
      }
      if (known.empty() && targets.columns() > 0) {  // a row of which nothing is known leaves the mean
        values[i] = std::numeric_limits<double>::quiet_NaN();
        continue;
      }
      values[i] = gain_of(relevance, known, order, discount);
      if (!normalized) continue;
      const double best = gain_of(relevance, relevance, order, discount);
      values[i] = best == 0.0 ? 0.0 : values[i] / best;
    }
  });
  return mean(values, options.sample_weight);
}

}  // namespace detail

/// The mean over rows of the sum over ranks of relevance / log2(rank + 1). `targets` [samples, labels] hold any relevance of 0
/// or more; NaN and -1 are unknown. Ties share the mean of their gains (McSherry and Najork 2008). O(samples * labels log
/// labels).
template <label_matrix Targets, score_matrix Scores>
[[nodiscard]] double dcg_score(const Targets& targets, const Scores& scores, const GainOptions& options = {}) {
  const auto t = detail::relevance_of(targets);
  const core::detail::KnownScores s(scores);
  return detail::mean_gain("metrics::dcg_score", t.view(), s.cells().cells, options, false);
}

/// `dcg_score` of each row divided by the best possible, in [0, 1]; a row without relevance counts 0.
template <label_matrix Targets, score_matrix Scores>
[[nodiscard]] double ndcg_score(const Targets& targets, const Scores& scores, const GainOptions& options = {}) {
  const auto t = detail::relevance_of(targets);
  const core::detail::KnownScores s(scores);
  return detail::mean_gain("metrics::ndcg_score", t.view(), s.cells().cells, options, true);
}

}  // namespace MULTILABEL_NAMESPACE::metrics
