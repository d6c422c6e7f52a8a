// SPDX-License-Identifier: Apache-2.0
#pragma once
// Fits probability = sigmoid(slope * logit + intercept) by maximum likelihood for all labels at once: Newton's method on sums
// that one pass over the rows collects. Starts on a sample of the rows, so that few passes see them all.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

#include "multilabel/calibration/detail/exponential.hpp"
#include "multilabel/core/shape.hpp"

namespace multilabel::calibration::detail {

struct Line {
  double slope = 0.0, intercept = 0.0;
};

/// What the likelihood needs to know of the targets, and of the model at its present lines; one entry a label.
struct LogisticSums {
  explicit LogisticSums(std::size_t labels) : p(labels), pz(labels), w(labels), wz(labels), wzz(labels) {}
  std::vector<double> p, pz, w, wz, wzz;  // sums of probability p, w = p (1 - p), times logit z
};

struct TargetSums {
  double positives = 0, negatives = 0, positive_logits = 0, negative_logits = 0;

  [[nodiscard]] bool has_both() const noexcept { return positives > 0 && negatives > 0; }
  friend TargetSums operator+(const TargetSums& a, const TargetSums& b) noexcept {
    return {a.positives + b.positives, a.negatives + b.negatives, a.positive_logits + b.positive_logits,
            a.negative_logits + b.negative_logits};
  }
};

/// How the fit is regularised and which parameters move.
struct LogisticModel {
  bool intercept = true;  ///< false: the slope alone
  bool smooth = true;     ///< Platt's targets (N+ + 1) / (N+ + 2) and 1 / (N- + 2) for 1 and 0
};

/// Sums over every `stride`-th row.
template <class S>
[[nodiscard]] LogisticSums logistic_sums(MatrixView<const std::int8_t> targets, MatrixView<const S> logits,
                                         const std::vector<Line>& lines, std::size_t stride) {
  const std::size_t labels = logits.columns();
  LogisticSums sums(labels);
  std::vector<double> slopes, intercepts;
  for (const Line& line : lines) slopes.push_back(line.slope), intercepts.push_back(line.intercept);
  double *p = sums.p.data(), *pz = sums.pz.data(), *w = sums.w.data(), *wz = sums.wz.data(), *wzz = sums.wzz.data();
  const double *slope = slopes.data(), *intercept = intercepts.data();
  for (std::size_t i = 0; i < logits.rows(); i += stride) {
    const S* row = logits.row(i).data();
    const std::int8_t* target = targets.row(i).data();
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC ivdep
#endif
    for (std::size_t j = 0; j < labels; ++j) {
      const double known = target[j] >= 0 ? 1.0 : 0.0, z = static_cast<double>(row[j]);
      const double probability = known * fast_sigmoid(slope[j] * z + intercept[j]);
      const double weight = probability - probability * probability;
      p[j] += probability;
      pz[j] += probability * z;
      w[j] += weight;
      wz[j] += weight * z;
      wzz[j] += weight * z * z;
    }
  }
  return sums;
}

template <class S>
[[nodiscard]] std::vector<TargetSums> target_sums(MatrixView<const std::int8_t> targets, MatrixView<const S> logits,
                                                  std::size_t stride) {
  std::vector<TargetSums> sums(logits.columns());
  for (std::size_t i = 0; i < logits.rows(); i += stride) {
    for (std::size_t j = 0; j < logits.columns(); ++j) {
      const double z = static_cast<double>(logits(i, j));
      const double positive = targets(i, j) == 1 ? 1.0 : 0.0, negative = targets(i, j) == 0 ? 1.0 : 0.0;
      sums[j].positives += positive, sums[j].positive_logits += positive * z;
      sums[j].negatives += negative, sums[j].negative_logits += negative * z;
    }
  }
  return sums;
}

/// One label's (or the pool's) Newton iteration; goes half way back when a step made the gradient longer.
class NewtonLine {
 public:
  explicit NewtonLine(LogisticModel model) : model_(model) {}

  [[nodiscard]] const Line& line() const noexcept { return line_; }

  /// Takes the sums at `line()` and moves it.
  /// @return whether it moved by more than 1e-5 of its size; convergence is quadratic, so the next move would be about 1e-10.
  bool step(const TargetSums& targets, double p, double pz, double w, double wz, double wzz) {
    if (done_) return false;
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

/// The maximum-likelihood line of every label, or one of all labels together. A label without both kinds of targets gets slope
/// 0.
template <class S>
[[nodiscard]] std::vector<Line> fit_lines(MatrixView<const std::int8_t> targets, MatrixView<const S> logits,
                                          LogisticModel model, bool pooled) {
  const std::size_t labels = logits.columns(), groups = pooled ? 1 : labels;
  std::vector<NewtonLine> newton(groups, NewtonLine(model));
  std::vector<std::size_t> strides{1};
  if (logits.rows() >= 8000) strides = {logits.rows() / 2000, 1};
  for (const std::size_t stride : strides) {
    auto known = target_sums(targets, logits, stride);
    if (pooled) known.front() = std::accumulate(known.begin() + 1, known.end(), known.front());
    for (auto& line : newton) line.restart();
    for (int round = 0; round < 60; ++round) {
      std::vector<Line> lines(labels);
      for (std::size_t j = 0; j < labels; ++j) lines[j] = newton[pooled ? 0 : j].line();
      auto sums = logistic_sums(targets, logits, lines, stride);
      if (pooled) {
        for (auto* sum : {&sums.p, &sums.pz, &sums.w, &sums.wz, &sums.wzz}) {
          sum->front() = std::accumulate(sum->begin() + 1, sum->end(), sum->front());
        }
      }
      bool moving = false;
      for (std::size_t g = 0; g < groups; ++g) {
        if (!known[g].has_both()) continue;
        moving |= newton[g].step(known[g], sums.p[g], sums.pz[g], sums.w[g], sums.wz[g], sums.wzz[g]);
      }
      if (!moving) break;
    }
  }
  std::vector<Line> lines;
  for (const auto& line : newton) lines.push_back(line.line());
  return lines;
}

}  // namespace multilabel::calibration::detail
