// SPDX-License-Identifier: Apache-2.0
#pragma once
// Hill loss: for data where positives are missing. A negative that the model scores high is likely a missed positive, so its
// loss falls again towards p = 1 and its gradient nearly vanishes. Where all cells are known, BCE is the better choice.

#include <ATen/core/Tensor.h>

#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/options.hpp"
#include "multilabel/loss/cell_loss.hpp"
#include "multilabel/loss/concepts.hpp"
#include "multilabel/loss/elementary.hpp"
#include "multilabel/loss/options.hpp"

namespace MULTILABEL_NAMESPACE::loss {

struct HillOptions {
  static constexpr std::string_view kind = "Hill";  ///< the loss they are of
  double lambda = 1.5;               ///< height of the hill of negatives, at least 1; 1.5 puts the steepest gradient at p = 0.5
  double margin = 1;                 ///< taken from the logit of positives
  double gamma = 2;                  ///< focusing of positives; at least 0
  std::vector<double> pos_weight{};  ///< one weight a label for its positive part
  std::vector<double> class_weight{};     ///< one weight a label for both parts
  LabelSmoothing label_smoothing{};       ///< see `LabelSmoothing`
  Reduction reduction = Reduction::mean;  ///< the published learning rates belong to `sum`
  Unknown unknown = Unknown::negative;
  friend bool operator==(const HillOptions&, const HillOptions&) = default;
};

/// The options by name; see `options_like`.
void describe(auto& visit, options_like<HillOptions> auto& options) {
  visit("lambda_", options.lambda)("margin", options.margin)("gamma", options.gamma);
  describe_cells(visit, options);
}

struct HillFormula {
  double lambda = 1.5;
  double margin = 1;
  double gamma = 2;
  template <class T>
  [[nodiscard]] MULTILABEL_INLINE auto positive(const T& x) const {
    const auto shifted = x - margin;
    return sigmoid_power(-shifted, gamma) * log1p_exp(-shifted);
  }
  template <class T>
  [[nodiscard]] MULTILABEL_INLINE auto negative(const T& x) const {
    const auto p = logistic(x);
    return (p * -1.0 + lambda) * (p * p);
  }
};

/// y (1 - p')^gamma * -log p' + (1 - y) (lambda - p) p^2 with p = sigmoid(x), p' = sigmoid(x - margin) (Zhang et al. 2021,
/// zhang2021; the defaults are theirs). Unknown cells count as negatives unless `unknown` says otherwise. The margin pushes the
/// scores of positives up; they are no probabilities: tune the threshold.
class Hill : public CellLoss<HillFormula> {
 public:
  explicit Hill(HillOptions options = {})
      : CellLoss(HillFormula{.lambda = options.lambda, .margin = options.margin, .gamma = options.gamma}, cell_options(options),
                 "Hill"),
        options_(std::move(options)) {
    if (!(options_.lambda >= 1)) fail<ArgumentError>({"Hill", "lambda must be at least 1", join_text(options_.lambda)});
    if (!(options_.gamma >= 0)) fail<ArgumentError>({"Hill", "gamma must be at least 0", join_text(options_.gamma)});
    if (!(options_.margin > -1e4 && options_.margin < 1e4))
      fail<ArgumentError>({"Hill", "margin must be finite", join_text(options_.margin)});
  }

  [[nodiscard]] const HillOptions& options() const noexcept { return options_; }

 private:
  HillOptions options_;
};

static_assert(loss_function<Hill>);

}  // namespace MULTILABEL_NAMESPACE::loss
