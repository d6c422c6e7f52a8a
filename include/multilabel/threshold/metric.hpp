// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a threshold is judged by: a metric, its average over rows or labels, and their parameters. Ranking metrics, which need
// no threshold, are in metrics.

#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "multilabel/core/check.hpp"
#include "multilabel/metrics/averaging.hpp"

namespace MULTILABEL_NAMESPACE::threshold {

/// The metrics of a group of cells, as scikit-learn defines them; a 0 / 0 counts as 0.
enum class Metric {
  f1,         ///< 2 TP / (predicted + true)
  fbeta,      ///< (1 + beta^2) TP / (predicted + beta^2 true)
  jaccard,    ///< TP / (predicted or true)
  precision,  ///< TP / predicted
  recall,     ///< TP / true
  accuracy,   ///< subset accuracy: 1 for a row with every cell right, else 0; samples average only
  hamming,    ///< Hamming loss: the share of wrong cells; lower is better
  youden,     ///< recall + specificity - 1; a side without cells counts as rate 0
  cost        ///< mean cost of a cell by the cost matrix; lower is better
};

/// What each outcome of a cell costs, in any unit. The defaults make it the Hamming loss.
struct CostMatrix {
  double false_positive = 1.0;
  double false_negative = 1.0;
  double true_positive = 0.0;
  double true_negative = 0.0;
  friend bool operator==(const CostMatrix&, const CostMatrix&) = default;
};

namespace detail {
inline constexpr std::array<std::pair<std::string_view, Metric>, 9> metric_names{{{"f1", Metric::f1},
                                                                                  {"fbeta", Metric::fbeta},
                                                                                  {"jaccard", Metric::jaccard},
                                                                                  {"precision", Metric::precision},
                                                                                  {"recall", Metric::recall},
                                                                                  {"accuracy", Metric::accuracy},
                                                                                  {"hamming", Metric::hamming},
                                                                                  {"youden", Metric::youden},
                                                                                  {"cost", Metric::cost}}};
}  // namespace detail

/// The name as users write it: "f1", "hamming".
[[nodiscard]] constexpr std::string_view to_string(Metric metric) noexcept {
  for (const auto& [name, value] : detail::metric_names)
    if (value == metric) return name;
  return "unknown";
}

/// The metric of that name, or nothing.
[[nodiscard]] constexpr std::optional<Metric> metric_from(std::string_view name) noexcept {
  for (const auto& [known, value] : detail::metric_names)
    if (known == name) return value;
  return std::nullopt;
}

/// Whether the best threshold is the one with the highest value (all metrics but the two losses).
[[nodiscard]] constexpr bool higher_is_better(Metric metric) noexcept {
  return metric != Metric::hamming && metric != Metric::cost;
}

/// What `sweep` and `tune` make as good as they can.
struct Objective {
  Metric metric = Metric::f1;
  metrics::Average average = metrics::Average::samples;
  double beta = 1.0;  ///< of `fbeta`: above 1 for recall, below for precision
  CostMatrix cost{};  ///< of `cost`
  friend bool operator==(const Objective&, const Objective&) = default;
};

/// Throws ArgumentError when the objective's parts do not fit together.
inline void require_valid(std::string_view where, const Objective& objective) {
  if (objective.metric == Metric::accuracy && objective.average != metrics::Average::samples) {
    fail<ArgumentError>({where, "average must be samples for the accuracy, which is right or wrong by the row",
                         std::string(metrics::to_string(objective.average)), "Use hamming to count cells."});
  }
  if (!(objective.beta >= 0) || !std::isfinite(objective.beta)) {
    fail<ArgumentError>({where, "beta must be finite and at least 0", join_text(objective.beta)});
  }
  const auto& cost = objective.cost;
  const bool finite = std::isfinite(cost.false_positive) && std::isfinite(cost.false_negative) &&
                      std::isfinite(cost.true_positive) && std::isfinite(cost.true_negative);
  if (!finite || cost.false_positive < cost.true_negative || cost.false_negative < cost.true_positive) {
    fail<ArgumentError>({where, "a wrong cell must cost at least as much as a right one",
                         join_text("false positive ", cost.false_positive, ", true negative ", cost.true_negative,
                                   ", false negative ", cost.false_negative, ", true positive ", cost.true_positive)});
  }
}

}  // namespace MULTILABEL_NAMESPACE::threshold
