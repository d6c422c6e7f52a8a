// SPDX-License-Identifier: Apache-2.0
#pragma once
// Fits probability = sigmoid(slope * logit + intercept) by maximum likelihood for all labels at once: Newton's method on sums
// that one pass over the rows collects.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

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
  /// @return whether it moved by more than 1e-5 of its size; convergence is quadratic, so the next move would be about 1e-10.
  bool step(const TargetSums& targets, const LogisticSums& sums) {
    if (done_) return false;
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
      return true;
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
    return !done_;
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

/// The Newton iterations of all labels, or of all labels together, side by side. `sums_of(lines)` gives each label's sums at
/// its line; it may leave out labels whose line is done.
template <class SumsOf>
void iterate(std::vector<NewtonLine>& newton, const std::vector<TargetSums>& targets, SumsOf&& sums_of) {
  const bool pooled = newton.size() < targets.size();
  const TargetSums all = std::accumulate(targets.begin(), targets.end(), TargetSums{});
  for (auto& line : newton) line.restart();
  for (int round = 0; round < 60; ++round) {
    const auto sums = sums_of(newton);
    bool moving = false;
    if (pooled) {
      const auto sum = std::accumulate(sums.begin(), sums.end(), LogisticSums{});
      moving = all.has_both() && newton.front().step(all, sum);
    } else {
      for (std::size_t j = 0; j < newton.size(); ++j) moving |= targets[j].has_both() && newton[j].step(targets[j], sums[j]);
    }
    if (!moving) return;
  }
}

/// The maximum-likelihood line of every label, or one of all labels together. A label without both kinds of targets gets slope
/// 0. Starts on bins of the logits, so that few passes see all of them; usually one.
template <class S>
[[nodiscard]] std::vector<Line> fit_lines(MatrixView<const std::int8_t> targets, MatrixView<const S> logits,
                                          LogisticModel model, bool pooled) {
  const std::size_t labels = logits.columns(), blocks = (labels + lanes - 1) / lanes;
  std::vector<NewtonLine> newton(pooled ? 1 : labels, NewtonLine(model));
  std::vector<TargetSums> known(labels);
  std::vector<LaneBins> bins(blocks);
  const bool few = logits.size() < (std::size_t{1} << 16);
  const auto each_block = [&](auto&& work) {
    parallel_for(blocks, few ? 1 : 0, 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t b = begin; b < end; ++b) work(b, b * lanes, std::min(lanes, labels - b * lanes));
    });
  };
  each_block([&](std::size_t b, std::size_t first, std::size_t count) {
    bins[b] = binned<S>(targets, logits, first, count, known.data() + first);
  });
  const auto all_sums = [&](const std::vector<NewtonLine>& lines, auto&& add) {
    std::vector<LogisticSums> sums(labels);
    each_block([&](std::size_t b, std::size_t first, std::size_t count) {
      LaneLines own;
      bool moving = false;
      for (std::size_t l = 0; l < count; ++l) {
        const auto& line = lines[pooled ? 0 : first + l];
        own.slope[l] = line.line().slope, own.intercept[l] = line.line().intercept;
        moving |= !line.done();
      }
      if (!moving) return;
      LaneSums lane;
      add(b, first, count, own, lane);
      for (std::size_t l = 0; l < count; ++l) {
        sums[first + l] = {lane.p[l], lane.pz[l], lane.w[l], lane.wz[l], lane.wzz[l]};
      }
    });
    return sums;
  };
  if (logits.rows() >= 1024) {
    iterate(newton, known, [&](const auto& lines) {
      return all_sums(lines, [&](std::size_t b, std::size_t, std::size_t, const LaneLines& own, LaneSums& lane) {
        core::detail::run_kernel(AddLanes<true>{}, bins[b].logits.data(), bins[b].weights.data(), bins[b].logits.size() / lanes,
                                 &own, &lane);
      });
    });
  }
  iterate(newton, known, [&](const auto& lines) {
    return all_sums(lines, [&](std::size_t, std::size_t first, std::size_t count, const LaneLines& own, LaneSums& lane) {
      add_rows<S>(targets, logits, first, count, own, lane);
    });
  });
  std::vector<Line> lines;
  for (const auto& line : newton) lines.push_back(line.line());
  return lines;
}

}  // namespace multilabel::calibration::detail
