// SPDX-License-Identifier: Apache-2.0
#pragma once
// Whether a constraint holds while predictions are made and withdrawn one by one, beside the mean that is made as good as can
// be.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "multilabel/core/shape.hpp"
#include "multilabel/metrics/averaging.hpp"
#include "multilabel/threshold/constraint.hpp"
#include "multilabel/threshold/detail/group_counts.hpp"
#include "multilabel/threshold/detail/group_mean.hpp"

namespace MULTILABEL_NAMESPACE::threshold::detail {

class Limit {
 public:
  /// Starts with everything predicted; groups are numbered as the objective's. Without a constraint it always holds.
  Limit(MatrixView<const std::int8_t> targets, metrics::Average average, const std::optional<Constraint>& constraint) {
    if (!constraint) return;
    at_most_ = constraint->quantity == Quantity::predictions_per_image;
    one_group_ = at_most_ || average == metrics::Average::micro;
    Objective objective{constraint->quantity == Quantity::precision ? Metric::precision : Metric::recall, average};
    double bound = constraint->bound;
    if (at_most_) {  // the share of the known cells that is predicted, for a bound over images
      objective = {Metric::cost, metrics::Average::micro, 1.0, {.false_positive = 1, .false_negative = 0, .true_positive = 1}};
      double images = 0, cells = 0;
      for (const auto& row : counts_of_nothing(targets, metrics::Average::samples)) {
        images += row.known > 0 ? 1 : 0;
        cells += row.known;
      }
      bound = std::min(1.0, bound * images / cells);
    }
    mean_.emplace(objective, counts_of_everything(targets, objective.average));
    const double sum = mean_->sum_of(bound);
    bound_ = static_cast<std::int64_t>(at_most_ ? std::floor(sum) : std::ceil(sum));
  }

  void predict(std::size_t group, bool positive) noexcept {
    if (mean_) mean_->predict(one_group_ ? 0 : group, positive);
  }
  void withdraw(std::size_t group, bool positive) noexcept {
    if (mean_) mean_->withdraw(one_group_ ? 0 : group, positive);
  }
  [[nodiscard]] bool holds() const noexcept {
    if (!mean_) return true;
    return at_most_ ? mean_->sum() <= bound_ + mean_->tolerance() : mean_->sum() >= bound_ - mean_->tolerance();
  }

 private:
  std::optional<GroupMean> mean_;
  bool one_group_ = false, at_most_ = false;  // groups are of no account; the bound is an upper one
  std::int64_t bound_ = 0;
};

}  // namespace MULTILABEL_NAMESPACE::threshold::detail
