// SPDX-License-Identifier: Apache-2.0
#pragma once
// Distribution-balanced loss: for long-tailed label counts, with class-aware sampling. It undoes what the co-occurrence of
// frequent labels does to such sampling and lets negatives of rare labels go easily. Without a long tail BCE is as good.

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>

#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/options.hpp"
#include "multilabel/loss/cell_loss.hpp"
#include "multilabel/loss/cells.hpp"
#include "multilabel/loss/concepts.hpp"
#include "multilabel/loss/elementary.hpp"
#include "multilabel/loss/options.hpp"

namespace MULTILABEL_NAMESPACE::loss {

struct DistributionBalancedOptions {
  static constexpr std::string_view kind = "DistributionBalanced";  ///< the loss they are of
  std::vector<double> positives{};     ///< images with each label in the training set, each at least 1; needed
  double images = 0;                   ///< images of the training set; needed
  double alpha = 0.1;                  ///< least weight of a cell
  double beta = 10;                    ///< steepness of the weight
  double mu = 0.2;                     ///< rebalancing ratio at which the weight is half way up; 0.3 was published for VOC
  double lambda = 2;                   ///< factor of negative logits, above 0; 5 was published for VOC
  double kappa = 0.05;                 ///< share of the prior's logit that is added to the logits
  double gamma = 2;                    ///< focusing, at least 0
  double scale = 2;                    ///< factor of the whole
  std::vector<double> pos_weight{};    ///< one weight a label for its positive part
  std::vector<double> class_weight{};  ///< one weight a label for both parts
  LabelSmoothing label_smoothing{};    ///< see `LabelSmoothing`
  Reduction reduction = Reduction::mean;
  Unknown unknown = Unknown::ignore;
  friend bool operator==(const DistributionBalancedOptions&, const DistributionBalancedOptions&) = default;
};

/// The options by name; see `options_like`.
void describe(auto& visit, options_like<DistributionBalancedOptions> auto& options) {
  visit("positives", options.positives)("images", options.images)("alpha", options.alpha)("beta", options.beta)(
      "mu", options.mu)("lambda_", options.lambda);
  visit("kappa", options.kappa)("gamma", options.gamma)("scale", options.scale);
  describe_cells(visit, options);
}

/// scale * w (y (1 - s)^gamma * -log s + (1 - y) (1 - t)^gamma / lambda * -log t) with z = x + kappa / lambda * logit(prior),
/// s = sigmoid(z), t = sigmoid(-lambda z), and the weight w = alpha + sigmoid(beta (r - mu)) of the ratio r = (1 / n_c) / sum
/// of 1 / n_j over the positives j of the image (Wu et al. 2020, wu2020; the defaults are theirs for COCO). An image without a
/// positive has w = alpha + 1. The logits you pass stay as they are: the shift belongs to the loss, and scores come out lower
/// for rare labels than their frequency, so tune one threshold a label.
class DistributionBalanced {
 public:
  explicit DistributionBalanced(DistributionBalancedOptions options = {}) : options_(std::move(options)) {
    detail::check_options("DistributionBalanced", cell_options(options_));
    constexpr std::string_view where = "DistributionBalanced";
    if (options_.positives.empty()) fail<ArgumentError>({where, "positives must be given", "none", "Count the training set."});
    for (const double count : options_.positives)
      if (!(count >= 1 && count < options_.images)) {
        fail<ArgumentError>(
            {where, join_text("positives must be at least 1 and below images, ", options_.images), join_text(count)});
      }
    if (!(options_.lambda > 0)) fail<ArgumentError>({where, "lambda must be above 0", join_text(options_.lambda)});
    if (!(options_.beta >= 0)) fail<ArgumentError>({where, "beta must be at least 0", join_text(options_.beta)});
    for (const double value : {options_.alpha, options_.beta, options_.mu, options_.kappa, options_.scale}) {
      if (!std::isfinite(value))
        fail<ArgumentError>({where, "alpha, beta, mu, kappa and scale must be finite", join_text(value)});
    }
    if (!(options_.gamma >= 0)) fail<ArgumentError>({where, "gamma must be at least 0", join_text(options_.gamma)});
    for (const double count : options_.positives) {
      const double prior = count / options_.images;
      shift_.push_back(options_.kappa / options_.lambda * std::log(prior / (1 - prior)));
      rarity_.push_back(1 / count);
    }
  }

  /// See `loss_function`.
  [[nodiscard]] at::Tensor operator()(const at::Tensor& logits, const at::Tensor& targets,
                                      const LossInputs& inputs = {}) const {
    return in_double_on_cpu(logits, [&](const at::Tensor& x) { return value(x, targets, inputs); });
  }

  [[nodiscard]] const DistributionBalancedOptions& options() const noexcept { return options_; }

 private:
  [[nodiscard]] at::Tensor value(const at::Tensor& logits, const at::Tensor& targets, const LossInputs& inputs) const {
    constexpr std::string_view where = "DistributionBalanced";
    const Cells cells = make_cells(where, logits, targets, inputs, options_.label_smoothing, options_.unknown);
    const at::Tensor z = cells.logits + detail::label_weights(where, "positives", shift_, cells.logits);
    const at::Tensor weights = detail::label_weights(where, "pos_weight", options_.pos_weight, cells.logits);
    at::Tensor positive = cells.targets * sigmoid_power(-z, options_.gamma) * log1p_exp(-z);
    if (weights.defined()) positive = positive * weights;
    const at::Tensor scaled = options_.lambda * z;
    const at::Tensor negative = sigmoid_power(scaled, options_.gamma) * log1p_exp(scaled) / options_.lambda;
    const at::Tensor values = rebalancing(cells) * (positive + (1 - cells.targets) * negative) * options_.scale;
    return reduce(where, values, cells, inputs, options_.class_weight, options_.reduction);
  }

  // The weight of each cell; a target above 0.5 is a positive.
  [[nodiscard]] at::Tensor rebalancing(const Cells& cells) const {
    const at::Tensor rarity = detail::label_weights("DistributionBalanced", "positives", rarity_, cells.logits);
    const at::Tensor together = (rarity * cells.targets.gt(0.5)).sum(1, true);
    const at::Tensor ratio = rarity / together;  // infinite without a positive: the sigmoid is 1 then
    const at::Tensor steep = options_.beta > 0 ? options_.beta * (ratio - options_.mu) : rarity * together * 0.0;
    return steep.sigmoid() + options_.alpha;
  }

  DistributionBalancedOptions options_;
  std::vector<double> shift_;
  std::vector<double> rarity_;
};

static_assert(loss_function<DistributionBalanced>);

}  // namespace MULTILABEL_NAMESPACE::loss
