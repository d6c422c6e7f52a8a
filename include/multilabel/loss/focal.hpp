// SPDX-License-Identifier: Apache-2.0
#pragma once
// Focal loss: cells that the model has right already count less. For many easy cells; on data with missing labels it makes
// things worse, because the wrongly negative cells are the hard ones.

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

struct FocalOptions {
  static constexpr std::string_view kind = "Focal";  ///< the loss they are of
  double gamma = 2;                                  ///< focusing, at least 0; 0 is binary cross-entropy
  double alpha = 0;  ///< weight of positives, negatives get 1 - alpha; 0: none of both, each weighs 1. In [0, 1)
  std::vector<double> pos_weight{};    ///< one weight a label for its positive part
  std::vector<double> class_weight{};  ///< one weight a label for both parts
  LabelSmoothing label_smoothing{};    ///< see `LabelSmoothing`
  Reduction reduction = Reduction::mean;
  Unknown unknown = Unknown::ignore;
  friend bool operator==(const FocalOptions&, const FocalOptions&) = default;
};

/// The options by name; see `options_like`.
void describe(auto& visit, options_like<FocalOptions> auto& options) {
  visit("gamma", options.gamma)("alpha", options.alpha);
  describe_cells(visit, options);
}

struct FocalFormula {
  double gamma = 2;
  double positive_weight = 1;
  double negative_weight = 1;
  template <class T>
  [[nodiscard]] MULTILABEL_INLINE auto positive(const T& x) const {
    return positive_weight * (sigmoid_power(-x, gamma) * log1p_exp(-x));
  }
  template <class T>
  [[nodiscard]] MULTILABEL_INLINE auto negative(const T& x) const {
    return negative_weight * (sigmoid_power(x, gamma) * log1p_exp(x));
  }
};

/// alpha y (1 - p)^gamma * -log p + (1 - alpha) (1 - y) p^gamma * -log(1 - p), p = sigmoid(x) (Lin et al. 2017, lin2017; gamma
/// is theirs). Their alpha of 0.25 belongs to detection: here it would give rare positives a third of the weight of negatives,
/// so it is off. Scores shrink towards 0.5 with a growing gamma: tune the threshold. At p = 0.5 and gamma 2 the gradient is 0.6
/// of that of binary cross-entropy, and less for better answers, so the same learning rate learns slower.
class Focal : public CellLoss<FocalFormula> {
 public:
  explicit Focal(FocalOptions options = {})
      : CellLoss(FocalFormula{.gamma = options.gamma,
                              .positive_weight = options.alpha == 0 ? 1 : options.alpha,
                              .negative_weight = options.alpha == 0 ? 1 : 1 - options.alpha},
                 cell_options(options), "Focal"),
        options_(std::move(options)) {
    if (!(options_.gamma >= 0)) fail<ArgumentError>({"Focal", "gamma must be at least 0", join_text(options_.gamma)});
    if (!(options_.alpha >= 0 && options_.alpha < 1))
      fail<ArgumentError>({"Focal", "alpha must be in [0, 1)", join_text(options_.alpha)});
  }

  [[nodiscard]] const FocalOptions& options() const noexcept { return options_; }

 private:
  FocalOptions options_;
};

static_assert(loss_function<Focal>);

}  // namespace MULTILABEL_NAMESPACE::loss
