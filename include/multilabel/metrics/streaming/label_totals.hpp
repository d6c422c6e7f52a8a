// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the metrics on predictions need to remember of batches that are gone: the confusion counts of each label, and how often
// each combination of counts occurred in a row. Both are whole numbers unless rows have weights, so the order of the batches
// leaves no trace, and their size does not grow with the rows.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>
#include <tuple>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/metrics/confusion.hpp"
#include "multilabel/metrics/detail/cells.hpp"
#include "multilabel/metrics/detail/counting.hpp"
#include "multilabel/metrics/streaming/concepts.hpp"
#include "multilabel/metrics/streaming/state.hpp"

namespace MULTILABEL_NAMESPACE::metrics {

/// The counts of all batches so far. A value: copy it, add two of them.
class LabelTotals {
 public:
  /// The counts of each label; of size 0 before the first batch.
  [[nodiscard]] const Confusion& by_label() const noexcept { return labels_; }
  [[nodiscard]] std::size_t labels() const noexcept { return labels_.size(); }
  [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }

  /// The different rows (as far as counts tell), as a confusion with one entry each; `known` is 0 for an entry without a row of
  /// which anything is known, else 1.
  [[nodiscard]] Confusion by_row() const {
    Confusion rows;
    for (const auto& [counts, weight] : rows_) {
      const auto [tp, predicted, positives] = counts;
      rows.true_positives.push_back(static_cast<double>(tp));
      rows.predicted.push_back(static_cast<double>(predicted));
      rows.positives.push_back(static_cast<double>(positives));
      rows.known.push_back(weight == 0.0 ? 0.0 : 1.0);
    }
    return rows;
  }

  /// How often each entry of `by_row()` occurred, or what those rows weigh together; rows of which nothing is known weigh
  /// nothing.
  [[nodiscard]] std::vector<double> row_weights() const {
    std::vector<double> weights;
    for (const auto& [counts, weight] : rows_) weights.push_back(weight);
    return weights;
  }

  /// The counts of one batch. Throws `ShapeError` or `ArgumentError` on shapes that differ, a cell that is no label or an
  /// impossible weight.
  [[nodiscard]] static LabelTotals of(std::string_view where, const detail::LabelCells& targets,
                                      const detail::LabelCells& predictions, const std::vector<double>& weights) {
    detail::require_weights(where, weights, targets.rows());
    LabelTotals batch;
    detail::ColumnCounter plain(targets.columns());
    detail::WeightedColumnCounter weighted(targets.columns());
    detail::for_each_block(where, targets, predictions, {}, [&](const detail::LabelBlock& block) {
      if (weights.empty()) plain.add(block);
      if (!weights.empty()) weighted.add(block, weights.data() + block.first);
      for (std::size_t i = 0; i < block.rows; ++i) {
        const std::size_t at = i * block.columns;
        const auto counts = detail::count_row(block.targets + at, block.predictions + at, block.columns);
        const bool any_known =
            block.unknown == nullptr || detail::count_ones(block.unknown + at, block.columns) < block.columns;
        const double weight = weights.empty() ? 1.0 : weights[block.first + i];
        batch.rows_[{counts.true_positives, counts.predicted, counts.positives}] += any_known ? weight : 0.0;
      }
    });
    batch.labels_ = weights.empty()
                        ? counts_of(plain, targets.rows())
                        : Confusion{weighted.true_positives, weighted.predicted, weighted.positives, weighted.known};
    return batch;
  }

  /// Throws `ShapeError` unless batches of `columns` labels fit what was seen.
  void require_width(std::string_view where, std::size_t columns) const {
    if (labels() == 0 || labels() == columns) return;
    fail<ShapeError>({where, join_text("every batch must have the ", labels(), " labels of the first"), join_text(columns)});
  }

  /// Adds what another has seen. Throws `ShapeError` when that had another number of labels.
  void merge(std::string_view where, const LabelTotals& other) {
    if (other.labels() == 0) return;
    require_width(where, other.labels());
    if (labels() == 0) {
      *this = other;
      return;
    }
    const auto add = [](std::vector<double>& to, const std::vector<double>& from) {
      for (std::size_t j = 0; j < to.size(); ++j) to[j] += from[j];
    };
    add(labels_.true_positives, other.labels_.true_positives);
    add(labels_.predicted, other.labels_.predicted);
    add(labels_.positives, other.labels_.positives);
    add(labels_.known, other.labels_.known);
    for (const auto& [counts, weight] : other.rows_) rows_[counts] += weight;
  }

  [[nodiscard]] MetricState state_dict() const {
    MetricState state{{"true_positives", labels_.true_positives},
                      {"predicted", labels_.predicted},
                      {"positives", labels_.positives},
                      {"known", labels_.known},
                      {"row_weights", row_weights()}};
    const Confusion rows = by_row();
    state["row_true_positives"] = rows.true_positives;
    state["row_predicted"] = rows.predicted;
    state["row_positives"] = rows.positives;
    return state;
  }

  /// Throws `ArgumentError`, and changes nothing, when `state` is not one of these.
  void load_state_dict(std::string_view where, const MetricState& state) {
    const auto& tp = detail::entry(where, state, "true_positives");
    const std::size_t labels = tp.size();
    LabelTotals loaded;
    loaded.labels_ = {tp, detail::entry(where, state, "predicted", labels), detail::entry(where, state, "positives", labels),
                      detail::entry(where, state, "known", labels)};
    const auto& weights = detail::entry(where, state, "row_weights");
    const auto& row_tp = detail::entry(where, state, "row_true_positives", weights.size());
    const auto& row_predicted = detail::entry(where, state, "row_predicted", weights.size());
    const auto& row_positives = detail::entry(where, state, "row_positives", weights.size());
    for (std::size_t i = 0; i < weights.size(); ++i) {
      loaded.rows_[{detail::whole(where, row_tp[i]), detail::whole(where, row_predicted[i]),
                    detail::whole(where, row_positives[i])}] = weights[i];
    }
    *this = std::move(loaded);
  }

 private:
  using RowCounts = std::tuple<std::size_t, std::size_t, std::size_t>;  // true positives, predicted, positives

  [[nodiscard]] static Confusion counts_of(const detail::ColumnCounter& counter, std::size_t rows) {
    const auto convert = [](const std::vector<std::uint64_t>& counts) {
      return std::vector<double>(counts.begin(), counts.end());
    };
    return {convert(counter.true_positives()), convert(counter.predicted()), convert(counter.positives()),
            convert(counter.known(rows))};
  }

  Confusion labels_;
  std::map<RowCounts, double> rows_;
};

}  // namespace MULTILABEL_NAMESPACE::metrics
