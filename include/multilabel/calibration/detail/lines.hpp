// SPDX-License-Identifier: Apache-2.0
#pragma once
// Fitted lines on logits: which label takes its own and which the pooled one, and how they become probabilities.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

#include "multilabel/calibration/detail/exponential.hpp"
#include "multilabel/calibration/detail/logistic.hpp"
#include "multilabel/calibration/options.hpp"
#include "multilabel/core/shape.hpp"

namespace multilabel::calibration::detail {

/// Whether each label has a known positive and a known negative.
[[nodiscard]] inline std::vector<bool> has_both(MatrixView<const std::int8_t> targets) {
  std::vector<std::uint8_t> seen(targets.columns(), 0);
  for (std::size_t i = 0; i < targets.rows(); ++i) {
    for (std::size_t j = 0; j < targets.columns(); ++j) {
      seen[j] = static_cast<std::uint8_t>(seen[j] | (targets(i, j) == 1 ? 1u : targets(i, j) == 0 ? 2u : 0u));
    }
  }
  std::vector<bool> both;
  for (const auto bits : seen) both.push_back(bits == 3);
  return both;
}

/// One line for all labels, or one per label; a label without both kinds of targets takes the line of all. Where even the pool
/// lacks one kind, logits stay as they are.
template <class S>
[[nodiscard]] std::vector<Line> fit_all(MatrixView<const std::int8_t> targets, MatrixView<const S> logits, LogisticModel model,
                                        Scope scope) {
  const std::size_t threads = logits.size() < (std::size_t{1} << 16) ? 1 : 0;
  std::optional<Line> pooled;
  const auto pool = [&] {
    if (!pooled) pooled = fit_pooled_line(targets, logits, model, threads);
    return pooled->slope == 0.0 && pooled->intercept == 0.0 ? Line{1.0, 0.0} : *pooled;
  };
  if (scope == Scope::global) return {pool()};
  auto lines = fit_lines(targets, logits, model, threads);
  const auto both = has_both(targets);
  for (std::size_t j = 0; j < lines.size(); ++j) {
    if (!both[j]) lines[j] = pool();
  }
  return lines;
}

/// sigmoid(slope * logit + intercept) in the logits' type (double for integers), by `line_of(label)`, or `line_of(0)` for all.
template <class Logits, class LineOf>
[[nodiscard]] auto apply_lines(std::string_view where, std::size_t fitted, const Logits& logits, LineOf line_of) {
  using T = cell_t<Logits>;
  using Result = std::conditional_t<std::is_floating_point_v<T>, T, double>;
  const auto rows = row_major(logits);
  const auto view = rows.view();
  require_labels(where, fitted, view.rows(), view.columns());
  std::vector<Line> lines;
  for (std::size_t j = 0; j < view.columns(); ++j) lines.push_back(line_of(fitted == 1 ? 0 : j));
  Matrix<Result> probabilities(view.rows(), view.columns());
  for (std::size_t i = 0; i < view.rows(); ++i) {
    for (std::size_t j = 0; j < view.columns(); ++j) {
      const double probability = sigmoid(lines[j].slope * static_cast<double>(view(i, j)) + lines[j].intercept);
      probabilities(i, j) = static_cast<Result>(probability);
    }
  }
  return probabilities;
}

}  // namespace multilabel::calibration::detail
