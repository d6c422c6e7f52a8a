// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the metrics take: targets and predictions of 0 and 1, scores, and what a metric itself is.

#include <concepts>
#include <type_traits>

#include "multilabel/core/shape.hpp"
#include "multilabel/core/sparse.hpp"
#include "multilabel/metrics/masked.hpp"

namespace MULTILABEL_NAMESPACE::metrics {

/// Targets or predictions [samples, labels] in any arithmetic type: `Matrix`, `MatrixView`, `xt::xtensor<T, 2>`, an xtensor
/// expression, a `SparseView`; targets also `masked`. Laws: cells hold 0 or 1; in targets NaN (floating point) or -1 (signed)
/// marks a cell whose truth is unknown, and every metric then equals what it would be had the cell never been there.
template <class M>
concept label_matrix = matrix_like<M> || sparse_view<M> || detail::is_masked<M>;

/// Scores [samples, labels] in float or double, higher meaning more likely: probabilities or logits. Laws: every cell is
/// finite.
template <class M>
concept score_matrix = matrix_like<M> && std::floating_point<cell_t<M>>;

/// A number that says how well predictions (or scores) fit targets: f(targets, predictions) -> double, without side effects,
/// and independent of the order of the rows.
template <class Metric, class Targets, class Predictions>
concept metric = label_matrix<Targets> && label_matrix<Predictions> &&
                 requires(const Metric& evaluate, const Targets& targets, const Predictions& predictions) {
                   { evaluate(targets, predictions) } -> std::convertible_to<double>;
                 };

}  // namespace MULTILABEL_NAMESPACE::metrics
