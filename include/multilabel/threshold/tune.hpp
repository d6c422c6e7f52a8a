// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which threshold should turn these scores into predictions? Fits one for all labels or one per label on held-out targets and
// scores, and guards rare labels against overfitting where asked.

#include <cstddef>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/random.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/threshold/constraint.hpp"
#include "multilabel/threshold/detail/coordinate_ascent.hpp"
#include "multilabel/threshold/detail/pooled.hpp"
#include "multilabel/threshold/detail/separable.hpp"
#include "multilabel/threshold/sweep.hpp"
#include "multilabel/threshold/value.hpp"

namespace multilabel::threshold {

enum class Scope {
  global,    ///< one threshold for all labels: exact for every metric and average
  per_label  ///< one each: exact for micro, macro and weighted, a local optimum for samples
};

struct TuneOptions {
  Metric metric = Metric::f1;
  metrics::Average average = metrics::Average::samples;
  Scope scope = Scope::global;
  /// Pulls a label's threshold to the global one as if that many positives had voted for it: (n own + s global) / (n + s) for a
  /// label with n positives. Nothing: 0, or with cross_fit the one of 0, 1, 3, 10, 30, 100 and infinity with the best value.
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

struct Fitted {
  Best global;
  std::vector<double> own;  ///< one per label, or one for all
};

/// Whether each label adds its own part to the mean.
[[nodiscard]] constexpr bool is_separable(metrics::Average average) noexcept {
  return average == metrics::Average::macro || average == metrics::Average::weighted;
}

template <class S>
[[nodiscard]] Fitted fit(MatrixView<const std::int8_t> targets, MatrixView<const S> scores, const Objective& objective,
                         const TuneOptions& options) {
  const bool own_bounds = options.scope == Scope::per_label && options.constraint && is_separable(objective.average) &&
                          options.constraint->quantity != Quantity::predictions_per_image;
  const auto shared = own_bounds ? std::nullopt : options.constraint;
  const auto global = best_of_all<S>(targets, scores, objective, shared, [](S, double) {});
  if (!global) {
    fail<ArgumentError>({"threshold::tune", join_text("a threshold must keep ", to_string(*shared)), "none that does",
                         "Loosen the bound, or sweep that quantity to see what can be reached."});
  }
  Fitted fitted{*global, {}};
  if (options.scope == Scope::global) {
    fitted.own = {global->threshold};
  } else if (is_separable(objective.average) && !shared) {
    fitted.own = best_of_each<S>(targets, scores, objective, options.constraint, global->threshold);
  } else if (objective.average == metrics::Average::micro && !shared) {
    fitted.own = best_pooled<S>(targets, scores, objective, global->threshold);
  } else {
    fitted.own.assign(targets.columns(), global->threshold);
    ascend<S>(targets, scores, objective, shared, options.passes, fitted.own);
  }
  return fitted;
}

/// (n own + shrinkage global) / (n + shrinkage), n the label's positives; without either, the own one.
[[nodiscard]] inline std::vector<double> shrink(MatrixView<const std::int8_t> targets, const Fitted& fitted, double shrinkage) {
  std::vector<double> thresholds = fitted.own;
  if (shrinkage == 0 || thresholds.size() == 1) return thresholds;
  for (std::size_t j = 0; j < thresholds.size(); ++j) {
    double positives = 0;
    for (std::size_t i = 0; i < targets.rows(); ++i) positives += targets(i, j) == 1 ? 1.0 : 0.0;
    const double own = std::isinf(shrinkage) ? 0.0 : positives / (positives + shrinkage);
    thresholds[j] = own * thresholds[j] + (1.0 - own) * fitted.global.threshold;
  }
  return thresholds;
}

template <class T>
[[nodiscard]] Matrix<T> rows_of(MatrixView<const T> matrix, const std::vector<std::size_t>& rows) {
  Matrix<T> part(rows.size(), matrix.columns());
  for (std::size_t i = 0; i < rows.size(); ++i) std::copy_n(matrix.row(rows[i]).data(), matrix.columns(), part.row(i).data());
  return part;
}

/// Chooses the shrinkage among `candidates` by the value of out-of-fold predictions; of equals the strongest.
/// @return the shrinkage and its out-of-fold value.
template <class S>
[[nodiscard]] std::pair<double, double> cross_fit(MatrixView<const std::int8_t> targets, MatrixView<const S> scores,
                                                  const Objective& objective, const TuneOptions& options,
                                                  const std::vector<double>& candidates) {
  const auto order = permutation(targets.rows(), {.seed = options.seed});
  std::vector<Matrix<std::uint8_t>> predictions(candidates.size(), Matrix<std::uint8_t>(targets.rows(), targets.columns()));
  for (std::size_t fold = 0; fold < options.cross_fit; ++fold) {
    std::vector<std::size_t> inside, outside;
    for (std::size_t k = 0; k < order.size(); ++k) (k % options.cross_fit == fold ? outside : inside).push_back(order[k]);
    const auto part = rows_of(targets, inside);
    bool known = false;
    for (const auto target : part.view().values()) known |= target >= 0;
    if (!known) continue;
    const auto fitted = fit<S>(part.view(), rows_of(scores, inside).view(), objective, options);
    const auto held_out = rows_of(scores, outside);
    for (std::size_t c = 0; c < candidates.size(); ++c) {
      const auto predicted = ThresholdRule(shrink(part.view(), fitted, candidates[c])).apply(held_out);
      for (std::size_t i = 0; i < outside.size(); ++i) {
        std::copy_n(predicted.row(i).data(), predicted.columns(), predictions[c].row(outside[i]).data());
      }
    }
  }
  const double sign = higher_is_better(objective.metric) ? 1.0 : -1.0;
  std::pair<double, double> best{candidates.front(), value(targets, predictions.front(), objective)};
  for (std::size_t c = 1; c < candidates.size(); ++c) {
    const double out_of_fold = value(targets, predictions[c], objective);
    if (sign * out_of_fold >= sign * best.second) best = {candidates[c], out_of_fold};
  }
  return best;
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
  const auto working = core::detail::working_scores(scores);
  using S = core::detail::score_t<cell_t<Scores>>;
  core::detail::require_scores(where, known.view(), working.view());
  if (options.cross_fit == 1 || options.cross_fit > known.rows()) {
    fail<ArgumentError>({where, join_text("cross_fit must be 0 or from 2 to the number of samples, ", known.rows()),
                         join_text(options.cross_fit)});
  }
  double shrinkage = options.shrinkage.value_or(0.0);
  if (options.constraint) {
    require_valid(where, *options.constraint);
    if (shrinkage > 0) {
      fail<ArgumentError>(
          {where, "shrinkage must be 0 with a constraint, which shrunk thresholds may break", join_text(shrinkage)});
    }
  }
  std::optional<double> reached;
  if (options.cross_fit > 0) {
    std::vector<double> candidates{shrinkage};
    if (!options.shrinkage && !options.constraint && options.scope == Scope::per_label) {
      candidates = {0, 1, 3, 10, 30, 100, std::numeric_limits<double>::infinity()};
    }
    const auto best = detail::cross_fit<S>(known.view(), working.view(), objective, options, candidates);
    shrinkage = best.first;
    reached = best.second;
  }
  const auto fitted = detail::fit<S>(known.view(), working.view(), objective, options);
  auto thresholds = detail::shrink(known.view(), fitted, shrinkage);
  if (!reached && options.scope == Scope::global) reached = fitted.global.value;
  if (!reached) reached = value(known, ThresholdRule(thresholds).apply(working.view()), objective);
  return detail::rule(std::move(thresholds), objective, *reached);
}

}  // namespace multilabel::threshold
