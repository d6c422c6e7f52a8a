// SPDX-License-Identifier: Apache-2.0
#pragma once
// Weights of labels from the counts of a training set, for any loss: `BCEWithLogits loss(weighted(BCEWithLogitsOptions{},
// ClassBalanced(counts)))`. For labels whose counts differ by a factor of ten and more; each moves the scores, so tune
// thresholds.

#include <cmath>
#include <concepts>
#include <cstddef>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"

namespace MULTILABEL_NAMESPACE::loss {

/// Weights for the positive part and for both parts of each label; an empty list is 1 everywhere.
template <class W>
concept weight_provider = requires(const W& weights) {
  { weights.pos_weight() } -> std::convertible_to<std::vector<double>>;
  { weights.class_weight() } -> std::convertible_to<std::vector<double>>;
};

/// Weights of labels by the effective number of their samples: (1 - beta) / (1 - beta^n), scaled to a mean of 1 (Cui et al.
/// 2019, cui2019, whose beta is between 0.9 and 0.9999). A label with n = 0 counts as n = 1. Rare labels weigh more, positives
/// and negatives alike, so their scores stay probabilities.
class ClassBalanced {
 public:
  explicit ClassBalanced(const std::vector<double>& positives, double beta = 0.999) {
    if (!(beta >= 0 && beta < 1)) fail<ArgumentError>({"ClassBalanced", "beta must be in [0, 1)", join_text(beta)});
    for (const double n : positives) {
      if (!(n >= 0)) fail<ArgumentError>({"ClassBalanced", "positives must be at least 0", join_text(n)});
      // expm1 and log1p, because beta is near 1.
      weights_.push_back(beta == 0 ? 1 : (1 - beta) / -std::expm1((n < 1 ? 1 : n) * std::log(beta)));
    }
    const double sum = std::accumulate(weights_.begin(), weights_.end(), 0.0);
    for (double& weight : weights_) weight *= static_cast<double>(weights_.size()) / sum;
  }

  [[nodiscard]] std::vector<double> pos_weight() const { return {}; }
  [[nodiscard]] const std::vector<double>& class_weight() const noexcept { return weights_; }

 private:
  std::vector<double> weights_;
};

/// Weights from the share r of positives of each label: e^(1 - r) for positives, e^r for negatives (the ratio weighting of
/// pedestrian attribute recognition, li2015). Scores of rare labels come out higher than their frequency.
class PriorWeighting {
 public:
  PriorWeighting(const std::vector<double>& positives, double images) {
    for (const double n : positives) {
      if (!(n >= 0 && n <= images)) {
        fail<ArgumentError>({"PriorWeighting", join_text("positives must be in [0, images], ", images), join_text(n)});
      }
      const double share = images > 0 ? n / images : 0;
      class_weight_.push_back(std::exp(share));
      pos_weight_.push_back(std::exp(1 - 2 * share));
    }
  }

  [[nodiscard]] const std::vector<double>& pos_weight() const noexcept { return pos_weight_; }
  [[nodiscard]] const std::vector<double>& class_weight() const noexcept { return class_weight_; }

 private:
  std::vector<double> pos_weight_;
  std::vector<double> class_weight_;
};

static_assert(weight_provider<ClassBalanced> && weight_provider<PriorWeighting>);

namespace detail {

inline void multiply(std::vector<double>& weights, const std::vector<double>& factors) {
  if (factors.empty()) return;
  if (weights.empty()) weights.assign(factors.size(), 1);
  if (weights.size() != factors.size()) {
    fail<ShapeError>(
        {"weighted", join_text("the weights must be of the same ", factors.size(), " labels"), join_text(weights.size())});
  }
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] *= factors[i];
}

}  // namespace detail

/// The options of any loss with the weights multiplied in.
template <class Options, weight_provider W>
[[nodiscard]] Options weighted(Options options, const W& weights) {
  detail::multiply(options.pos_weight, weights.pos_weight());
  detail::multiply(options.class_weight, weights.class_weight());
  return options;
}

}  // namespace MULTILABEL_NAMESPACE::loss
