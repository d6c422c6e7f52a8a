// SPDX-License-Identifier: Apache-2.0
#pragma once
// Fitted lines on logits: which label takes its own and which the pooled one, and how they become probabilities.

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "multilabel/calibration/detail/fit_cells.hpp"
#include "multilabel/calibration/detail/logistic.hpp"
#include "multilabel/calibration/options.hpp"
#include "multilabel/core/parallel.hpp"
#include "multilabel/core/shape.hpp"

namespace MULTILABEL_NAMESPACE::calibration::detail {

/// The known logits of the labels first ... first + count - 1: those of each apart, or of all together.
[[nodiscard]] inline std::vector<KnownLogits> known_logits(const FitCells& cells, std::size_t first, std::size_t count,
                                                           Scope scope) {
  const std::size_t rows = cells.targets().rows(), each = scope == Scope::global ? 0 : 1;
  std::vector<KnownLogits> labels(each == 0 ? 1 : count);
  for (auto& label : labels) label.logits.resize(each == 0 ? rows * count : rows);
  for (std::size_t i = 0; i < rows; ++i) {
    const auto targets = cells.targets().row(i).subspan(first, count);
    const auto scores = cells.scores().row(i).subspan(first, count);
    for (std::size_t j = 0; j < count; ++j) labels[each * j].add(targets[j], scores[j]);
  }
  return labels;
}

/// The line of all known cells. Where they lack one kind, logits stay as they are.
[[nodiscard]] inline Line pooled_line(const FitCells& cells, LogisticModel model) {
  auto pool = known_logits(cells, 0, cells.targets().columns(), Scope::global);
  return pool[0].has_both() ? fit_line(std::move(pool[0]), model, 0) : Line{1.0, 0.0};
}

/// One line for all labels, or one per label; a label without both kinds of targets takes the line of all.
[[nodiscard]] inline std::vector<Line> fit_lines(const FitCells& cells, LogisticModel model, Scope scope) {
  if (scope == Scope::global) return {pooled_line(cells, model)};
  constexpr std::size_t together = 16;  // labels, which share the cache lines of a row
  const std::size_t labels = cells.targets().columns();
  std::vector<std::optional<Line>> own(labels);
  const std::size_t grain = 1 + (std::size_t{1} << 16) / cells.targets().rows();
  parallel_for(labels, 0, grain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t first = begin; first < end; first += together) {
      auto known = known_logits(cells, first, std::min(together, end - first), scope);
      for (std::size_t j = 0; j < known.size(); ++j) {
        if (known[j].has_both()) own[first + j] = fit_line(std::move(known[j]), model, 1);
      }
    }
  });
  std::optional<Line> pooled;
  std::vector<Line> lines;
  for (const auto& line : own) {
    if (!line && !pooled) pooled = pooled_line(cells, model);
    lines.push_back(line ? *line : *pooled);
  }
  return lines;
}

/// sigmoid(slope * logit + intercept) in the logits' type (double for integers), by `lines[label]`, or `lines[0]` for all.
template <class Logits>
[[nodiscard]] auto apply_lines(std::string_view where, const std::vector<Line>& lines, const Logits& logits) {
  using T = cell_t<Logits>;
  using Result = std::conditional_t<std::is_floating_point_v<T>, T, double>;
  const auto rows = row_major(logits);
  const auto view = rows.view();
  require_labels(where, lines.size(), view.rows(), view.columns());
  Matrix<Result> probabilities(view.rows(), view.columns());
  for (std::size_t i = 0; i < view.rows(); ++i) {
    for (std::size_t j = 0; j < view.columns(); ++j) {
      const auto [slope, intercept] = lines[lines.size() == 1 ? 0 : j];
      probabilities(i, j) = static_cast<Result>(sigmoid(slope * static_cast<double>(view(i, j)) + intercept));
    }
  }
  return probabilities;
}

}  // namespace MULTILABEL_NAMESPACE::calibration::detail
