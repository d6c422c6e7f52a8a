// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which of many thresholds is the best, and of equally good ones the highest? Equal within the rounding of the sums.

#include <cstdint>
#include <limits>
#include <vector>

#include "multilabel/threshold/metric.hpp"

namespace MULTILABEL_NAMESPACE::threshold::detail {

/// Takes the sums of ascending thresholds and keeps the highest threshold whose sum is as good as the best, within the
/// tolerance.
class BestSum {
 public:
  BestSum(Metric metric, std::int64_t tolerance) : sign_(higher_is_better(metric) ? 1 : -1), tolerance_(tolerance) {}

  /// A threshold higher than all before.
  void offer(double threshold, std::int64_t sum) {
    const std::int64_t good = sign_ * sum;
    if (good < best_.good - tolerance_) return;
    if (good >= best_.good) {
      best_ = {threshold, good};
      if (!near_.empty()) near_.clear();
    } else {
      while (!near_.empty() && near_.back().good <= good) near_.pop_back();
      near_.push_back({threshold, good});
    }
  }

  [[nodiscard]] bool found() const noexcept { return best_.good != nothing; }
  [[nodiscard]] double threshold() const noexcept { return kept().threshold; }
  [[nodiscard]] std::int64_t sum() const noexcept { return sign_ * kept().good; }

 private:
  static constexpr std::int64_t nothing = std::numeric_limits<std::int64_t>::min() / 2;  // sums stay above
  struct Seen {
    double threshold = 0;
    std::int64_t good = nothing;
  };
  [[nodiscard]] const Seen& kept() const noexcept { return near_.empty() ? best_ : near_.back(); }

  std::int64_t sign_, tolerance_;
  Seen best_;               // of equally good ones the highest
  std::vector<Seen> near_;  // higher ones within the tolerance, each better than all above it; mostly none
};

}  // namespace MULTILABEL_NAMESPACE::threshold::detail
