// SPDX-License-Identifier: Apache-2.0
#pragma once
// A threshold with a guarantee that needs no model of the data: "on new images of the same kind, at most 10 % of the true
// labels are missed". Needs calibration rows that were used for nothing else and are exchangeable with the new ones.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/detail/known_cells.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/threshold/detail/risk_bounds.hpp"
#include "multilabel/threshold/risk.hpp"
#include "multilabel/threshold/rule.hpp"
#include "multilabel/threshold/tune.hpp"

namespace MULTILABEL_NAMESPACE::threshold {

enum class Guarantee {
  crc,   ///< the expected loss is at most alpha (conformal risk control); rates only, the exact threshold
  rcps,  ///< with probability 1 - delta the risk is at most alpha (risk-controlling prediction sets); rates only
  ltt    ///< the same for any risk, by testing a grid of thresholds (learn then test)
};

enum class RiskBound {
  hoeffding_bentkus,  ///< from the mean loss
  betting             ///< Waudby-Smith and Ramdas: from every loss, tighter where losses vary little
};

struct ConformalOptions {
  Risk risk = Risk::false_negative_rate;
  double alpha = 0.1;
  Guarantee method = Guarantee::crc;
  double delta = 0.1;  ///< of rcps and ltt
  RiskBound bound = RiskBound::hoeffding_bentkus;
  Scope scope = Scope::global;  ///< per_label: every label keeps its own rate
  std::size_t points = 99;      ///< thresholds 1 / (points + 1), ... that ltt and betting test: fixed before any data is seen
};

/// "fnr", "fpr", "fdr", "f1" or "jaccard".
[[nodiscard]] constexpr std::string_view to_string(Risk risk) noexcept {
  switch (risk) {
    case Risk::false_negative_rate:
      return "fnr";
    case Risk::false_positive_rate:
      return "fpr";
    case Risk::false_discovery_rate:
      return "fdr";
    case Risk::f1:
      return "f1 loss";
    case Risk::jaccard:
      return "jaccard loss";
  }
  return "unknown";
}

namespace detail {

/// A threshold and the mean loss it has on the calibration rows.
struct Controlled {
  double threshold = 0, loss = 0;
};

/// The threshold furthest from the safe end whose mean loss R passes `accepts(R)`, which has to be monotone in R.
template <class Accepts>
[[nodiscard]] std::optional<Controlled> furthest(const LossSteps& curve, const core::detail::ScoreCells& scores, bool positives,
                                                 Accepts accepts) {
  const auto& steps = curve.steps;
  const double above = steps.empty() ? 0.0 : scores.next_above(steps.back().first);
  const double rows = static_cast<double>(curve.rows);
  if (rows == 0 || !accepts(0.0)) return std::nullopt;
  if (positives) {  // misses what lies below: up from predicting everything
    double lost = 0;
    for (std::size_t i = 0; i < steps.size();) {
      double next = lost;
      std::size_t end = i;
      while (end < steps.size() && steps[end].first == steps[i].first) next += steps[end++].second;
      if (!accepts(next / rows)) return Controlled{steps[i].first, lost / rows};
      lost = next;
      i = end;
    }
    return Controlled{above, lost / rows};
  }
  double wrong = 0;  // predicts what lies at or above: down from predicting nothing
  double threshold = above;
  for (std::size_t i = steps.size(); i > 0;) {
    double next = wrong;
    std::size_t begin = i;
    while (begin > 0 && steps[begin - 1].first == steps[i - 1].first) next += steps[--begin].second;
    if (!accepts(next / rows)) break;
    wrong = next;
    threshold = steps[begin].first;
    i = begin;
  }
  return Controlled{threshold, wrong / rows};
}

[[nodiscard]] inline std::vector<double> test_points(std::size_t points) {
  std::vector<double> grid;
  for (std::size_t k = 1; k <= points; ++k) grid.push_back(static_cast<double>(k) / static_cast<double>(points + 1));
  return grid;
}

[[nodiscard]] inline double p_value(const std::vector<double>& losses, const ConformalOptions& options) {
  if (options.bound == RiskBound::betting) return betting(losses, options.alpha, options.delta);
  const double mean = std::accumulate(losses.begin(), losses.end(), 0.0) / static_cast<double>(losses.size());
  return hoeffding_bentkus(mean, losses.size(), options.alpha);
}

[[nodiscard]] inline double mean_of(const std::vector<double>& losses) {
  return std::accumulate(losses.begin(), losses.end(), 0.0) / static_cast<double>(losses.size());
}

/// Tests the points one after the other from the safe end and stops at the first that fails (fixed sequence testing).
template <class LossesAt>
[[nodiscard]] std::optional<Controlled> fixed_sequence(const ConformalOptions& options, LossesAt&& losses_at) {
  auto grid = test_points(options.points);
  if (options.risk != Risk::false_negative_rate) std::reverse(grid.begin(), grid.end());
  std::optional<Controlled> last;
  for (const double threshold : grid) {
    const auto losses = losses_at(threshold);
    if (losses.empty() || p_value(losses, options) > options.delta) break;
    last = {threshold, mean_of(losses)};
  }
  return last;
}

/// Tests all points at once (Holm) and takes the one with the smallest loss of those that pass, or for false discoveries the
/// lowest.
template <class LossesAt>
[[nodiscard]] std::optional<Controlled> holm(const ConformalOptions& options, LossesAt&& losses_at) {
  std::vector<std::pair<double, Controlled>> tests;
  for (const double threshold : test_points(options.points)) {
    const auto losses = losses_at(threshold);
    if (losses.empty()) {
      tests.push_back({1.0, {threshold, 1.0}});
    } else {
      tests.push_back({p_value(losses, options), {threshold, mean_of(losses)}});
    }
  }
  std::stable_sort(tests.begin(), tests.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  const auto better = [&](const Controlled& a, const Controlled& b) {
    return options.risk == Risk::false_discovery_rate ? a.threshold < b.threshold : a.loss < b.loss;
  };
  std::optional<Controlled> best;
  for (std::size_t k = 0; k < tests.size() && tests[k].first <= options.delta / static_cast<double>(tests.size() - k); ++k) {
    if (!best || better(tests[k].second, *best)) best = tests[k].second;
  }
  return best;
}

[[nodiscard]] inline std::optional<Controlled> control(MatrixView<const std::int8_t> targets,
                                                       const core::detail::ScoreCells& scores,
                                                       const ConformalOptions& options) {
  const auto losses_at = [&](double threshold) {
    return row_losses(targets, scores.cells, options.risk, scores.in_their_type(threshold));
  };
  if (options.method == Guarantee::ltt && !is_monotone(options.risk) && options.risk != Risk::false_discovery_rate) {
    return holm(options, losses_at);
  }
  if (options.method == Guarantee::ltt || (options.method == Guarantee::rcps && options.bound == RiskBound::betting)) {
    return fixed_sequence(options, losses_at);
  }
  const bool positives = options.risk == Risk::false_negative_rate;
  const auto curve = loss_steps(targets, scores.cells, positives);
  const double n = static_cast<double>(curve.rows);
  if (options.method == Guarantee::crc) {
    return furthest(curve, scores, positives, [&](double loss) { return n * loss + 1 <= options.alpha * (n + 1) + 1e-9; });
  }
  return furthest(curve, scores, positives,
                  [&](double loss) { return hoeffding_bentkus(loss, curve.rows, options.alpha) <= options.delta; });
}

/// The cells of one kind in one column, one a row: what a label's own rate is about.
[[nodiscard]] inline std::pair<Matrix<std::int8_t>, Matrix<double>> cells_of(MatrixView<const std::int8_t> targets,
                                                                             MatrixView<const double> scores, std::size_t label,
                                                                             std::int8_t kind) {
  std::vector<double> kept;
  for (std::size_t i = 0; i < targets.rows(); ++i) {
    if (targets(i, label) == kind) kept.push_back(scores(i, label));
  }
  const std::size_t rows = kept.size();
  return {Matrix<std::int8_t>(rows, 1, kind), Matrix<double>(rows, 1, std::move(kept))};
}

/// One label's threshold, or nothing where none can be promised.
[[nodiscard]] inline std::optional<Controlled> control_label(MatrixView<const std::int8_t> targets,
                                                             const core::detail::ScoreCells& scores, std::size_t label,
                                                             const ConformalOptions& options) {
  if (is_monotone(options.risk)) {
    const std::int8_t kind = options.risk == Risk::false_negative_rate ? 1 : 0;
    const auto [cells, values] = cells_of(targets, scores.cells, label, kind);
    return control(cells.view(), {values.view(), scores.are_floats}, options);
  }
  // A share of the cells that are predicted, or predicted or true. A label's F1 loss is m / (2 - m) where m is its Jaccard
  // loss.
  ConformalOptions shares = options;
  if (options.risk == Risk::f1) shares.alpha = 2 * options.alpha / (1 + options.alpha);
  auto found = holm(shares, [&](double threshold) {
    return label_losses(targets, scores.cells, label, options.risk, scores.in_their_type(threshold));
  });
  if (found && options.risk == Risk::f1) found->loss = found->loss / (2 - found->loss);
  return found;
}

inline void require_valid(std::string_view where, const ConformalOptions& options) {
  if (!(options.alpha > 0 && options.alpha < 1))
    fail<ArgumentError>({where, "alpha must be in (0, 1)", join_text(options.alpha)});
  if (!(options.delta > 0 && options.delta < 1))
    fail<ArgumentError>({where, "delta must be in (0, 1)", join_text(options.delta)});
  if (options.points == 0) fail<ArgumentError>({where, "points must be at least 1", "0"});
  if (options.method != Guarantee::ltt && !is_monotone(options.risk)) {
    fail<ArgumentError>({where, "crc and rcps must have a risk that only moves one way with the threshold: fnr or fpr",
                         std::string(to_string(options.risk)), "Use ltt."});
  }
}

/// What `conformal` does once the arguments have their one form.
[[nodiscard]] inline ThresholdRule conformal(std::string_view where, MatrixView<const std::int8_t> targets,
                                             const core::detail::ScoreCells& scores, const ConformalOptions& options) {
  const std::string name{to_string(options.risk)};
  if (options.scope == Scope::global) {
    const auto found = detail::control(targets, scores, options);
    if (found) return ThresholdRule({found->threshold}, name, "samples", found->loss);
    fail<ArgumentError>({where, join_text("a threshold must keep the ", name, " at ", options.alpha),
                         "none that can promise it", "Give more rows, a larger alpha, or a larger delta."});
  }
  const double most = static_cast<double>(std::numeric_limits<float>::max());
  std::vector<double> thresholds;
  double losses = 0;
  for (std::size_t j = 0; j < targets.columns(); ++j) {
    const auto found = detail::control_label(targets, scores, j, options);
    if (!found && (options.risk == Risk::f1 || options.risk == Risk::jaccard)) {
      fail<ArgumentError>({where, join_text("every label must have a threshold that keeps the ", name, " at ", options.alpha),
                           join_text("none that can promise it for label ", j),
                           "Give more rows, a larger alpha, a larger delta, or fewer points."});
    }
    thresholds.push_back(found ? found->threshold : options.risk == Risk::false_negative_rate ? -most : most);
    losses += found ? found->loss : 0.0;
  }
  return ThresholdRule(std::move(thresholds), name, "macro", losses / static_cast<double>(targets.columns()));
}

}  // namespace detail

/// The boldest threshold whose risk on new rows is controlled: the highest for the false negative rate, the lowest for false
/// positives and discoveries, the one of the smallest loss for F1 and Jaccard. The rule's value is the mean loss on the rows
/// given. Rows without true labels are allowed: they have nothing to miss.
///
/// With one threshold per label the rates are those of the label: among the images that have it (fnr) or lack it (fpr), among
/// those it is predicted for (fdr), its own F1 and Jaccard index. A label with too few cells to promise anything is always
/// predicted (fnr) or never (fpr, fdr), which keeps the promise; for F1 and Jaccard that is an error. CRC: Angelopoulos et al.,
/// ICLR 2024; RCPS: Bates et al., JACM 2021; LTT: Angelopoulos et al., 2021.
/// @param targets [samples, labels] of 0, 1, and NaN or -1 for unknown, of rows used for nothing else.
/// @param scores [samples, labels], finite; in [0, 1] where a grid is tested (ltt, betting).
/// @throws ShapeError, ArgumentError; ArgumentError also when no threshold can promise the level (too few rows).
template <matrix_like Targets, matrix_like Scores>
[[nodiscard]] ThresholdRule conformal(const Targets& targets, const Scores& scores, const ConformalOptions& options = {}) {
  constexpr std::string_view where = "threshold::conformal";
  detail::require_valid(where, options);
  const auto known = core::detail::known_targets(where, targets);
  const core::detail::KnownScores working(scores);
  core::detail::require_scores(where, known.view(), working.cells().cells);
  return detail::conformal(where, known.view(), working.cells(), options);
}

}  // namespace MULTILABEL_NAMESPACE::threshold
