// SPDX-License-Identifier: Apache-2.0
#pragma once
// Whether a constraint holds while predictions are made and withdrawn one by one, beside the mean that is made as good as can
// be.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "multilabel/core/shape.hpp"
#include "multilabel/metrics/averaging.hpp"
#include "multilabel/threshold/constraint.hpp"
#include "multilabel/threshold/detail/group_counts.hpp"
#include "multilabel/threshold/detail/group_mean.hpp"

namespace multilabel::threshold::detail {

struct NoLimit {
  void predict(std::size_t, bool) const noexcept {}
  void withdraw(std::size_t, bool) const noexcept {}
  template <class Predicted>
  void restart(MatrixView<const std::int8_t>, const Predicted&) const noexcept {}
  [[nodiscard]] bool holds() const noexcept { return true; }
};

class Limit {
 public:
  /// Starts with everything predicted; groups are numbered as the objective's.
  Limit(MatrixView<const std::int8_t> targets, metrics::Average average, const Constraint& constraint)
      : average_(constraint.quantity == Quantity::predictions_per_image ? metrics::Average::micro : average),
        one_group_(average_ == metrics::Average::micro),
        most_(constraint.quantity == Quantity::predictions_per_image),
        mean_(mean_of(targets, average, constraint)) {
    double bound = constraint.bound;
    if (most_) {  // the mean is over cells, the bound over images
      double images = 0, cells = 0;
      for (const auto& row : row_counts<std::uint32_t>(targets, nothing_predicted)) {
        images += row.known > 0 ? 1 : 0;
        cells += row.known;
      }
      bound = std::min(1.0, bound * images / cells);
    }
    const double sum = mean_.sum_of(bound);
    bound_ = static_cast<std::int64_t>(most_ ? std::floor(sum) : std::ceil(sum));
  }

  void predict(std::size_t group, bool positive) noexcept { mean_.predict(one_group_ ? 0 : group, positive); }
  void withdraw(std::size_t group, bool positive) noexcept { mean_.withdraw(one_group_ ? 0 : group, positive); }
  template <class Predicted>
  void restart(MatrixView<const std::int8_t> targets, const Predicted& predicted) {
    mean_.restart(group_counts<std::uint32_t>(targets, average_, predicted));
  }
  [[nodiscard]] bool holds() const noexcept {
    return most_ ? mean_.sum() <= bound_ + mean_.tolerance() : mean_.sum() >= bound_ - mean_.tolerance();
  }

 private:
  using Mean = GroupMean<LinearFraction, std::uint32_t, std::vector<double>>;

  [[nodiscard]] static Mean mean_of(MatrixView<const std::int8_t> targets, metrics::Average average,
                                    const Constraint& constraint) {
    if (constraint.quantity == Quantity::predictions_per_image) {
      std::vector counts{total_counts(targets, all_predicted)};
      return Mean({{.predicted = 1}, {.known = 1}}, std::move(counts), {1.0}, 1.0);
    }
    const Metric metric = constraint.quantity == Quantity::precision ? Metric::precision : Metric::recall;
    auto counts = group_counts<std::uint32_t>(targets, average, all_predicted);
    auto weights = group_weights(counts, average);
    return Mean(linear_fraction({.metric = metric}), std::move(counts), std::move(weights), 1.0);
  }

  metrics::Average average_;
  bool one_group_, most_;  // groups are of no account; the bound is an upper one
  Mean mean_;
  std::int64_t bound_ = 0;
};

/// Calls `use(limit)` with the limit of the constraint, or with one that always holds.
template <class Use>
decltype(auto) with_limit(MatrixView<const std::int8_t> targets, metrics::Average average,
                          const std::optional<Constraint>& constraint, Use&& use) {
  return constraint ? use(Limit(targets, average, *constraint)) : use(NoLimit{});
}

}  // namespace multilabel::threshold::detail
