// SPDX-License-Identifier: Apache-2.0
#pragma once
// The numbers of the multi-label papers on COCO, VOC and NUS-WIDE: mAP, CP, CR, CF1, OP, OR and OF1, for all predictions and
// for the best k of each row. CF1 is the harmonic mean of CP and CR, which is not macro-F1.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/detail/known_cells.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/metrics/average_precision.hpp"
#include "multilabel/metrics/averaging.hpp"
#include "multilabel/metrics/classification.hpp"
#include "multilabel/metrics/concepts.hpp"
#include "multilabel/metrics/confusion.hpp"
#include "multilabel/metrics/detail/cells.hpp"
#include "multilabel/metrics/detail/chunks.hpp"
#include "multilabel/metrics/detail/label_source.hpp"

namespace MULTILABEL_NAMESPACE::metrics {

namespace detail {

[[nodiscard]] inline Matrix<std::uint8_t> top_k_predictions(MatrixView<const double> scores, std::size_t k) {
  constexpr auto where = "metrics::top_k_predictions";
  if (k == 0) fail<ArgumentError>({where, "k must be at least 1", "0"});
  require_finite(where, scores, 0, scores.rows());
  Matrix<std::uint8_t> predictions(scores.rows(), scores.columns());
  const std::size_t kept = std::min(k, scores.columns());
  Chunks(scores.rows(), scores.columns()).for_each([&](std::size_t, std::size_t begin, std::size_t end) {
    std::vector<std::size_t> order(scores.columns());
    for (std::size_t i = begin; i < end; ++i) {
      std::iota(order.begin(), order.end(), std::size_t{0});
      const auto row = scores.row(i);
      std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept), order.end(),
                        [&](std::size_t a, std::size_t b) { return row[a] > row[b] || (row[a] == row[b] && a < b); });
      for (std::size_t rank = 0; rank < kept; ++rank) predictions(i, order[rank]) = 1;
    }
  });
  return predictions;
}

}  // namespace detail

/// 1 for the `k` best scores of each row, 0 elsewhere; of equal scores the one in the first column. For the top-k form of any
/// metric on predictions. Throws `ArgumentError` when k is 0 or a score is not finite. O(samples * labels).
template <score_matrix Scores>
[[nodiscard]] Matrix<std::uint8_t> top_k_predictions(const Scores& scores, std::size_t k) {
  return detail::top_k_predictions(core::detail::KnownScores(scores).cells().cells, k);
}

struct CocoReportOptions {
  double threshold = 0.5;  ///< a label is predicted when its score is at or above it
  std::size_t k = 3;       ///< the second half of the report keeps the k best scores of a row that also pass the threshold
};

/// Per-class (C) and overall (O) precision, recall and F1. A label without predictions has precision 0; labels without
/// positives are left out of the per-class numbers.
struct CocoNumbers {
  double CP = 0.0, CR = 0.0, CF1 = 0.0;
  double OP = 0.0, OR = 0.0, OF1 = 0.0;
};

struct CocoReport {
  double mean_average_precision = 0.0;  ///< over labels with positives
  CocoNumbers all;                      ///< everything at or above the threshold
  CocoNumbers top_k;                    ///< of that the k best of each row
};

namespace detail {

[[nodiscard]] inline CocoNumbers coco_numbers(std::string_view where, const LabelCells& targets,
                                              const LabelCells& predictions) {
  const auto counts = count_by_label(where, targets, predictions, {}, {});
  const auto total = counts.total();
  std::vector<double> counted(counts.size());
  std::transform(counts.positives.begin(), counts.positives.end(), counted.begin(),
                 [](double n) { return n > 0.0 ? 1.0 : 0.0; });
  const auto harmonic = [](double a, double b) { return a + b > 0.0 ? 2.0 * a * b / (a + b) : 0.0; };
  CocoNumbers numbers;
  if (total.positives[0] > 0.0) {
    numbers.CP = mean(precision(counts).values, counted);
    numbers.CR = mean(recall(counts).values, counted);
  }
  numbers.CF1 = harmonic(numbers.CP, numbers.CR);
  numbers.OP = precision(total).values[0];
  numbers.OR = recall(total).values[0];
  numbers.OF1 = harmonic(numbers.OP, numbers.OR);
  return numbers;
}

[[nodiscard]] inline CocoReport coco_report(std::string_view where, const LabelCells& targets,
                                            const core::detail::ScoreCells& scores, const CocoReportOptions& options) {
  if (std::isnan(options.threshold)) fail<ArgumentError>({where, "threshold must be a number", "NaN"});
  const AveragePrecision metric{AveragePrecisionDefinition::sklearn, UndefinedLabel::skip};
  CocoReport report;
  report.mean_average_precision = mean(label_scores(where, targets, scores, {}, metric).values);
  const double limit = scores.in_their_type(options.threshold);
  Matrix<std::uint8_t> all(scores.rows(), scores.columns());
  auto top = top_k_predictions(scores.cells, options.k);
  for (std::size_t i = 0; i < all.size(); ++i) {
    all.data()[i] = scores.cells.data()[i] >= limit ? 1 : 0;
    top.data()[i] &= all.data()[i];
  }
  report.all = coco_numbers(where, targets, LabelCells(std::as_const(all).view()));
  report.top_k = coco_numbers(where, targets, LabelCells(std::as_const(top).view()));
  return report;
}

}  // namespace detail

/// All of them for `scores` [samples, labels]; unknown cells are left out. Throws `ShapeError` when the shapes differ and
/// `ArgumentError` on a score that is not finite or a threshold that is NaN.
template <label_matrix Targets, score_matrix Scores>
[[nodiscard]] CocoReport coco_report(const Targets& targets, const Scores& scores, const CocoReportOptions& options = {}) {
  const detail::LabelSource t(targets);
  const core::detail::KnownScores s(scores);
  return detail::coco_report("metrics::coco_report", t.cells(), s.cells(), options);
}

}  // namespace MULTILABEL_NAMESPACE::metrics
