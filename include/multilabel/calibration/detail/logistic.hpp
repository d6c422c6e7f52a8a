// SPDX-License-Identifier: Apache-2.0
#pragma once
// Fits probability = sigmoid(slope * logit + intercept) by maximum likelihood, eight labels side by side or all as one:
// Newton's method on bins that one pass over the rows fills.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "multilabel/calibration/detail/logistic_bins.hpp"
#include "multilabel/calibration/detail/logistic_sums.hpp"
#include "multilabel/core/detail/simd.hpp"
#include "multilabel/core/parallel.hpp"
#include "multilabel/core/shape.hpp"

namespace multilabel::calibration::detail {

/// How the fit is regularised and which parameters move.
struct LogisticModel {
  bool intercept = true;  ///< false: the slope alone
  bool smooth = true;     ///< Platt's targets (N+ + 1) / (N+ + 2) and 1 / (N- + 2) for 1 and 0
};

/// One label's (or the pool's) Newton iteration; goes half way back when a step made the gradient longer.
class NewtonLine {
 public:
  explicit NewtonLine(LogisticModel model) : model_(model) {}

  [[nodiscard]] const Line& line() const noexcept { return line_; }
  [[nodiscard]] bool done() const noexcept { return done_; }

  /// Takes the sums at `line()` and moves it.
  /// It is done when that is by at most 1e-5 of its size; convergence is quadratic, so the next move would be about 1e-10.
  void step(const TargetSums& targets, const LogisticSums& sums) {
    if (done_) return;
    const auto [p, pz, w, wz, wzz] = sums;
    const double yes = model_.smooth ? (targets.positives + 1) / (targets.positives + 2) : 1.0;
    const double no = model_.smooth ? 1 / (targets.negatives + 2) : 0.0;
    const double slope = pz - yes * targets.positive_logits - no * targets.negative_logits;
    const double intercept = model_.intercept ? p - yes * targets.positives - no * targets.negatives : 0.0;
    if (square_ == 0.0) square_ = std::max(wzz / std::max(w, 1e-300), 1e-300);
    const double gradient = slope * slope / square_ + intercept * intercept;
    if (gradient > last_gradient_ && halvings_ < 40) {
      ++halvings_;
      line_ = {0.5 * (line_.slope + previous_.slope), 0.5 * (line_.intercept + previous_.intercept)};
      return;
    }
    const double ridge = 1e-12 * (1.0 + wzz);  // keeps a label whose probabilities are all 0 or 1 from dividing by 0
    const double cross = model_.intercept ? wz : 0.0, corner = model_.intercept ? w + ridge : 1.0;
    const double determinant = std::max((wzz + ridge) * corner - cross * cross, 1e-300);
    const Line move{-(corner * slope - cross * intercept) / determinant,
                    -((wzz + ridge) * intercept - cross * slope) / determinant};
    last_gradient_ = gradient;
    halvings_ = 0;
    previous_ = line_;
    line_ = {line_.slope + move.slope, line_.intercept + move.intercept};
    done_ = !(std::abs(move.slope) > 1e-5 * std::abs(line_.slope) ||
              std::abs(move.intercept) > 1e-5 * (1e-3 + std::abs(line_.intercept)));
  }

  /// Forgets the gradient seen so far, for the next sums are over other rows.
  void restart() noexcept {
    last_gradient_ = std::numeric_limits<double>::infinity();
    previous_ = line_;
    done_ = false;
  }

 private:
  LogisticModel model_;
  Line line_, previous_;
  double last_gradient_ = std::numeric_limits<double>::infinity();
  double square_ = 0.0;  // the mean square logit, so that both parts of the gradient count alike
  int halvings_ = 0;
  bool done_ = false;
};

/// The Newton iterations of up to eight labels side by side, but for those that are done. `sums_of(lines)` gives their sums.
template <class SumsOf>
void iterate(std::span<NewtonLine> newton, std::span<const TargetSums> targets, SumsOf&& sums_of) {
  for (int round = 0; round < 60; ++round) {
    LaneLines lines;
    bool moving = false;
    for (std::size_t l = 0; l < newton.size(); ++l) {
      lines.slope[l] = newton[l].line().slope, lines.intercept[l] = newton[l].line().intercept;
      moving |= targets[l].has_both() && !newton[l].done();
    }
    if (!moving) return;
    const LaneSums sums = sums_of(lines);
    for (std::size_t l = 0; l < newton.size(); ++l) {
      if (targets[l].has_both()) newton[l].step(targets[l], {sums.p[l], sums.pz[l], sums.w[l], sums.wz[l], sums.wzz[l]});
    }
  }
}

/// The lines of up to eight labels, whose cells lie in `table` where there is one; `exact_sums(lines)` gives the sums over all
/// cells. Bins do, first wide ones, then those of the table. Only where these are too wide for the slope, because a few logits
/// lie far off the others, do passes over all cells follow, usually one or two.
template <class ExactSums>
[[nodiscard]] std::vector<Line> fit_block(const std::vector<TargetSums>& known, const BinTable* table, LogisticModel model,
                                          ExactSums&& exact_sums) {
  std::vector<NewtonLine> newton(known.size(), NewtonLine(model));
  if (table != nullptr) {
    for (const std::size_t merged : {8, 1}) {
      const LanePoints points = quadrature(*table, known.size(), merged);
      for (auto& line : newton) line.restart();
      iterate(newton, known, [&](const LaneLines& lines) {
        LaneSums sums;
        core::detail::run_kernel(AddLanes<true>{}, points.logits.data(), points.weights.data(), points.logits.size() / lanes,
                                 &lines, &sums);
        return sums;
      });
    }
    // 0.06^4 / 1536: lines from bins this narrow are within 1e-8 of the exact ones, in units of the sigmoid's argument.
    for (std::size_t l = 0; l < newton.size(); ++l) {
      if (!(std::abs(newton[l].line().slope) * table->width[l] <= 0.06)) newton[l].restart();
    }
  }
  iterate(newton, known, exact_sums);
  std::vector<Line> lines;
  for (const auto& line : newton) lines.push_back(line.line());
  return lines;
}

inline constexpr std::size_t cells_worth_bins = 1024;  // of a label; of fewer, passes over all of them cost less

/// The maximum-likelihood line of every label. A label without both kinds of targets gets slope 0.
template <class S>
[[nodiscard]] std::vector<Line> fit_lines(MatrixView<const std::int8_t> targets, MatrixView<const S> logits,
                                          LogisticModel model, std::size_t threads) {
  const std::size_t labels = logits.columns();
  std::vector<Line> lines(labels);
  parallel_for(blocks_of(labels), threads, 1, [&](std::size_t begin, std::size_t end) {
    constexpr std::size_t together = 5;  // blocks: longer runs of a row, yet tables that stay in cache
    for (std::size_t b = begin; b < end; b += together) {
      const std::size_t first = b * lanes, count = std::min({(b + together) * lanes, end * lanes, labels}) - first;
      std::vector<BinTable> tables;
      if (logits.rows() >= cells_worth_bins) tables = own_tables<S>(targets, logits, first, count);
      for (std::size_t j = 0; j < count; j += lanes) {
        const std::size_t own = std::min(lanes, count - j);
        const BinTable* table = tables.empty() ? nullptr : &tables[j / lanes];
        const auto known = table != nullptr ? target_sums(*table, own) : target_sums(targets, logits, first + j, own);
        const auto fitted = fit_block(known, table, model, [&](const LaneLines& at) {
          LaneSums sums;
          add_rows<S>(targets, logits, first + j, own, at, sums);
          return sums;
        });
        std::copy(fitted.begin(), fitted.end(), lines.begin() + static_cast<std::ptrdiff_t>(first + j));
      }
    }
  });
  return lines;
}

/// The maximum-likelihood line of all labels together; slope 0 without both kinds of targets.
template <class S>
[[nodiscard]] Line fit_pooled_line(MatrixView<const std::int8_t> targets, MatrixView<const S> logits, LogisticModel model,
                                   std::size_t threads) {
  const std::size_t labels = logits.columns(), blocks = blocks_of(labels);
  const auto exact_sums = [&](const LaneLines& at) {
    LaneLines same;
    same.slope.fill(at.slope[0]), same.intercept.fill(at.intercept[0]);
    std::vector<LaneSums> sums(blocks);
    parallel_for(blocks, threads, 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t b = begin; b < end; ++b) {
        add_rows<S>(targets, logits, b * lanes, std::min(lanes, labels - b * lanes), same, sums[b]);
      }
    });
    LaneSums all;
    for (std::size_t j = 0; j < labels; ++j) {
      const LaneSums& own = sums[j / lanes];
      const std::size_t l = j % lanes;
      all.p[0] += own.p[l], all.pz[0] += own.pz[l];
      all.w[0] += own.w[l], all.wz[0] += own.wz[l], all.wzz[0] += own.wzz[l];
    }
    return all;
  };
  if (logits.size() >= cells_worth_bins) {
    const BinTable table = pooled_table<S>(targets, logits, threads);
    return fit_block(target_sums(table, 1), &table, model, exact_sums).front();
  }
  TargetSums known;
  for (const auto& own : target_sums(targets, logits, 0, labels)) {
    known.positives += own.positives, known.positive_logits += own.positive_logits;
    known.negatives += own.negatives, known.negative_logits += own.negative_logits;
  }
  return fit_block({known}, nullptr, model, exact_sums).front();
}

}  // namespace multilabel::calibration::detail
