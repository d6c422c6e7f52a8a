// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which set of labels has the largest expected F1 for this image? Decided row by row from calibrated probabilities, with no
// threshold at all. Worth it when the number of true labels varies much between images; calibrate first. An image without true
// labels for which none is predicted counts as F1 = 1.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string_view>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/parallel.hpp"
#include "multilabel/core/shape.hpp"

namespace MULTILABEL_NAMESPACE::threshold {

struct DecodeOptions {
  double negligible =
      0.0;  ///< labels with a smaller probability are taken as absent: 1e-3 makes long rows several times faster
  std::size_t threads = 1;  ///< 0: all of the machine; the result does not depend on it
};

namespace detail {

/// How many of the most probable labels to predict when labels are independent; holds its memory from row to row.
class ExpectedF1 {
 public:
  /// @param sorted probabilities, descending.
  [[nodiscard]] std::size_t best(const std::vector<double>& sorted) {
    const std::size_t n = sorted.size(), width = n + 1;
    hits_.assign(width * width, 0.0);  // (k, i): the probability that i of the first k labels are true
    hits_[0] = 1.0;
    for (std::size_t k = 1; k <= n; ++k) {
      const double p = sorted[k - 1];
      const double* before = &hits_[(k - 1) * width];
      double* now = &hits_[k * width];
      now[0] = before[0] * (1 - p);
      for (std::size_t i = 1; i <= k; ++i) now[i] = before[i] * (1 - p) + before[i - 1] * p;
    }
    inverse_.resize(2 * n + 2);  // x: the expectation of 1 / (x + true labels after the first k)
    for (std::size_t x = 1; x < inverse_.size(); ++x) inverse_[x] = 1.0 / static_cast<double>(x);
    double top = hits_[n * width];
    std::size_t size = 0;
    for (std::size_t k = n; k >= 1; --k) {
      double expected = 0;
      for (std::size_t i = 1; i <= k; ++i) expected += 2.0 * static_cast<double>(i) * hits_[k * width + i] * inverse_[k + i];
      if (expected > top) top = expected, size = k;
      const double p = sorted[k - 1];
      for (std::size_t x = 1; x + 1 <= 2 * k; ++x) inverse_[x] = p * inverse_[x + 1] + (1 - p) * inverse_[x];
    }
    return size;
  }

 private:
  std::vector<double> hits_, inverse_;
};

}  // namespace detail

/// The predictions [samples, labels] of the largest expected F1 of each row, labels being independent given the image: some
/// number of its most probable labels (Ye, Chai, Lee and Chieu, ICML 2012). O(labels^2) a row.
/// @param scores calibrated probabilities [samples, labels].
/// @throws ArgumentError on a score or `negligible` outside [0, 1].
template <matrix_like Scores>
[[nodiscard]] Matrix<std::uint8_t> decode_expected_f1(const Scores& scores, const DecodeOptions& options = {}) {
  constexpr std::string_view where = "threshold::decode_expected_f1";
  if (!(options.negligible >= 0 && options.negligible <= 1)) {
    fail<ArgumentError>({where, "negligible must be a probability in [0, 1]", join_text(options.negligible)});
  }
  const auto rows = row_major(scores);
  const auto view = rows.view();
  for (const auto score : view.values()) {
    if (!(score >= 0 && score <= 1)) {
      fail<ArgumentError>({where, "scores must be probabilities in [0, 1]", join_text(score), "Calibrate the logits first."});
    }
  }
  Matrix<std::uint8_t> predictions(view.rows(), view.columns());
  parallel_for(view.rows(), options.threads, 64, [&](std::size_t begin, std::size_t end) {
    detail::ExpectedF1 expected;
    std::vector<std::size_t> order;
    std::vector<double> sorted;
    for (std::size_t i = begin; i < end; ++i) {
      order.clear();
      for (std::size_t j = 0; j < view.columns(); ++j) {
        if (static_cast<double>(view(i, j)) > 0 && static_cast<double>(view(i, j)) >= options.negligible) order.push_back(j);
      }
      std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return view(i, a) > view(i, b); });
      sorted.clear();
      for (const std::size_t j : order) sorted.push_back(static_cast<double>(view(i, j)));
      const std::size_t size = expected.best(sorted);
      for (std::size_t k = 0; k < size; ++k) predictions(i, order[k]) = 1;
    }
  });
  return predictions;
}

/// The label set of the largest expected F1 of one image whose labels depend on each other (general F-measure maximiser:
/// Dembczynski, Waegeman, Cheng and Huellermeier, NeurIPS 2011). O(labels^3).
/// @param joint [labels, labels]: the probability that label i is true and exactly s labels are, in row i and column s - 1.
/// @return 1 for each label to predict.
/// @throws ShapeError unless square; ArgumentError on an entry outside [0, 1].
template <matrix_like Joint>
[[nodiscard]] std::vector<std::uint8_t> decode_expected_f1_joint(const Joint& joint) {
  constexpr std::string_view where = "threshold::decode_expected_f1_joint";
  const auto held = row_major(joint);
  const auto view = held.view();
  const std::size_t n = view.rows();
  if (view.columns() != n) fail<ShapeError>({where, "joint must be square, [labels, labels]", shape_text(n, view.columns())});
  double top = 1.0;  // the probability that no label is true: 1 - sum over s of P(s), and P(s) = sum over i of P(i, s) / s
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t s = 1; s <= n; ++s) {
      const auto p = static_cast<double>(view(i, s - 1));
      if (!(p >= 0 && p <= 1)) fail<ArgumentError>({where, "joint must hold probabilities in [0, 1]", join_text(p)});
      top -= p / static_cast<double>(s);
    }
  }
  std::vector<std::uint8_t> best(n, 0);
  std::vector<double> gain(n);
  std::vector<std::size_t> order(n);
  for (std::size_t size = 1; size <= n; ++size) {
    for (std::size_t i = 0; i < n; ++i) {
      gain[i] = 0;
      for (std::size_t s = 1; s <= n; ++s) gain[i] += 2.0 * static_cast<double>(view(i, s - 1)) / static_cast<double>(s + size);
    }
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return gain[a] > gain[b]; });
    double expected = 0;
    for (std::size_t k = 0; k < size; ++k) expected += gain[order[k]];
    if (!(expected > top)) continue;
    top = expected;
    std::fill(best.begin(), best.end(), std::uint8_t{0});
    for (std::size_t k = 0; k < size; ++k) best[order[k]] = 1;
  }
  return best;
}

}  // namespace MULTILABEL_NAMESPACE::threshold
