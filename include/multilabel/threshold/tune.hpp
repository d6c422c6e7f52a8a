// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which threshold should turn these scores into predictions? Fits one for all labels or one per label on held-out targets and
// scores, and guards rare labels against overfitting where asked.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/detail/known_cells.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/threshold/constraint.hpp"
#include "multilabel/threshold/detail/coordinate_ascent.hpp"
#include "multilabel/threshold/detail/cross_fit.hpp"
#include "multilabel/threshold/detail/global.hpp"
#include "multilabel/threshold/detail/pooled.hpp"
#include "multilabel/threshold/detail/separable.hpp"
#include "multilabel/threshold/metric.hpp"
#include "multilabel/threshold/rule.hpp"
#include "multilabel/threshold/value.hpp"

namespace MULTILABEL_NAMESPACE::threshold {

enum class Scope {
  global,    ///< one threshold for all labels: exact for every metric and average
  per_label  ///< one each: exact for micro, macro and weighted, a local optimum for samples
};

struct TuneOptions {
  Metric metric = Metric::f1;
  metrics::Average average = metrics::Average::samples;
  Scope scope = Scope::global;
  /// Pulls a label's threshold to the global one as if that many positives had voted for it: (n own + s global) / (n + s) for a
  /// label with n positives. Nothing: 0, or with cross_fit the strongest of 0, 1, 3, 10, 30, 100, 300 and infinity whose
  /// out-of-fold value is within two standard errors of the best; a label's own threshold is then the mean over the folds.
  std::optional<double> shrinkage{};
  /// 0, or the number of folds whose predictions, made by thresholds tuned on the other folds, give the rule's value.
  std::size_t cross_fit = 0;
  double beta = 1.0;       ///< of Metric::fbeta
  CostMatrix cost{};       ///< of Metric::cost
  int passes = 20;         ///< at most so many times round the labels in the coordinate ascent
  std::uint64_t seed = 0;  ///< which rows share a fold
  /// What the thresholds must keep on the data given. One threshold per label: each label keeps a bound on precision or recall
  /// for the macro and weighted averages; otherwise the average keeps it, and the thresholds are a local optimum. Not with
  /// shrinkage.
  std::optional<Constraint> constraint{};
};

namespace detail {

/// Whether each label adds its own part to the mean.
[[nodiscard]] constexpr bool is_separable(metrics::Average average) noexcept {
  return average == metrics::Average::macro || average == metrics::Average::weighted;
}

/// @param with_global whether the global threshold is wanted beside the labels' own.
[[nodiscard]] inline Fitted fit(MatrixView<const std::int8_t> targets, const core::detail::ScoreCells& scores,
                                const Objective& objective, const TuneOptions& options, bool with_global) {
  const bool per_label = options.scope == Scope::per_label;
  const bool own_bounds = per_label && options.constraint && is_separable(objective.average) &&
                          options.constraint->quantity != Quantity::predictions_per_image;
  const auto shared = own_bounds ? std::nullopt : options.constraint;
  std::optional<Best> global;
  const auto global_threshold = [&] {
    if (!global) global = best_of_all(targets, scores, objective, shared);
    if (global) return global->threshold;
    fail<ArgumentError>({"threshold::tune", join_text("a threshold must keep ", to_string(*shared)), "none that does",
                         "Loosen the bound, or sweep that quantity to see what can be reached."});
  };
  if (with_global) global_threshold();
  std::vector<double> own;
  if (!per_label) {
    own = {global_threshold()};
  } else if (!shared && objective.average != metrics::Average::samples) {
    const auto found = is_separable(objective.average) ? best_of_each(targets, scores, objective, options.constraint)
                                                       : best_pooled(targets, scores, objective);
    for (const auto& threshold : found) own.push_back(threshold ? *threshold : global_threshold());
  } else {
    own.assign(targets.columns(), global_threshold());
    CoordinateAscent(targets, scores, objective, shared, own).run(options.passes);
  }
  return {global, std::move(own)};
}

/// What `tune` does once the arguments have their one form.
[[nodiscard]] inline ThresholdRule tune(MatrixView<const std::int8_t> targets, const core::detail::ScoreCells& scores,
                                        const Objective& objective, const TuneOptions& options) {
  double shrinkage = options.shrinkage.value_or(0.0);
  const bool chooses = !options.shrinkage && !options.constraint && options.scope == Scope::per_label;
  std::optional<double> reached;
  std::optional<CrossFitted> crossed;
  if (options.cross_fit > 0) {
    std::vector<double> candidates{shrinkage};
    if (chooses) candidates = {0, 1, 3, 10, 30, 100, 300, std::numeric_limits<double>::infinity()};
    const bool with_global = chooses || shrinkage > 0;
    crossed = cross_fit(targets, scores, objective, options.cross_fit, options.seed, candidates,
                        [&](MatrixView<const std::int8_t> part, const core::detail::ScoreCells& part_scores) {
                          return fit(part, part_scores, objective, options, with_global);
                        });
    shrinkage = crossed->shrinkage;
    reached = crossed->value;
  }
  Fitted fitted;
  if (chooses && crossed) {
    TuneOptions single = options;
    single.scope = Scope::global;
    fitted = fit(targets, scores, objective, single, true);
    fitted.own = std::move(crossed->own);
  } else {
    fitted = fit(targets, scores, objective, options, shrinkage > 0);
  }
  auto thresholds = shrink(targets, fitted, shrinkage);
  if (!reached && options.scope == Scope::global) reached = fitted.global->value;
  if (!reached) reached = value_of(targets, predictions_of(scores, thresholds).view(), objective);
  return rule(std::move(thresholds), objective, *reached);
}

}  // namespace detail

/// The fitted rule with the best value of the metric; ties go to the higher threshold, and a threshold is a score that is still
/// predicted. With one threshold per label, a label whose value no threshold changes keeps the global threshold.
///
/// The rule's value is the one reached on the data given, which flatters per-label thresholds; with `cross_fit` it is the
/// out-of-fold value instead.
/// @param targets [samples, labels] of 0, 1, and NaN or -1 for unknown; unknown cells are skipped.
/// @param scores [samples, labels], finite, of any range; of held-out samples, not of those the model was trained on.
/// @throws ShapeError, ArgumentError.
template <matrix_like Targets, matrix_like Scores>
[[nodiscard]] ThresholdRule tune(const Targets& targets, const Scores& scores, const TuneOptions& options = {}) {
  constexpr std::string_view where = "threshold::tune";
  const Objective objective{options.metric, options.average, options.beta, options.cost};
  require_valid(where, objective);
  if (options.shrinkage && !(*options.shrinkage >= 0)) {
    fail<ArgumentError>({where, "shrinkage must be at least 0", join_text(*options.shrinkage)});
  }
  if (options.passes < 1) fail<ArgumentError>({where, "passes must be at least 1", join_text(options.passes)});
  const auto known = core::detail::known_targets(where, targets);
  const core::detail::KnownScores working(scores);
  core::detail::require_scores(where, known.view(), working.cells().cells);
  if (options.cross_fit == 1 || options.cross_fit > known.rows()) {
    fail<ArgumentError>({where, join_text("cross_fit must be 0 or from 2 to the number of samples, ", known.rows()),
                         join_text(options.cross_fit)});
  }
  if (options.constraint) {
    require_valid(where, *options.constraint);
    if (const double shrinkage = options.shrinkage.value_or(0.0); shrinkage > 0) {
      fail<ArgumentError>(
          {where, "shrinkage must be 0 with a constraint, which shrunk thresholds may break", join_text(shrinkage)});
    }
  }
  return detail::tune(known.view(), working.cells(), objective, options);
}

}  // namespace MULTILABEL_NAMESPACE::threshold
