// SPDX-License-Identifier: Apache-2.0
#pragma once
// Entropy maximisation: for data where only positives were ever written down. Unknown cells are neither positive nor negative:
// they are kept uncertain, and once the model knows something, the least likely of them become weak negatives.

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/options.hpp"
#include "multilabel/loss/binary_cross_entropy.hpp"
#include "multilabel/loss/cell_loss.hpp"
#include "multilabel/loss/cells.hpp"
#include "multilabel/loss/concepts.hpp"
#include "multilabel/loss/elementary.hpp"
#include "multilabel/loss/options.hpp"

namespace MULTILABEL_NAMESPACE::loss {

struct EntropyMaximizationOptions {
  static constexpr std::string_view kind = "EntropyMaximization";  ///< the loss they are of
  double alpha = 0.1;  ///< weight of the entropy of unknown cells; the paper has 0.2, 0.1, 0.1 and 0.01 for VOC, COCO, NUS, CUB
  double beta = 0.9;   ///< weight of pseudo-negatives; the paper has 0.02, 0.9, 0.2 and 0.4
  double negative_share =
      0.9;  ///< share of the batch's unknown cells, the lowest scored, that become pseudo-negatives, in [0, 1]
  std::size_t warmup_epochs = 5;       ///< epochs without pseudo-negatives
  std::vector<double> pos_weight{};    ///< one weight a label for its positive part
  std::vector<double> class_weight{};  ///< one weight a label for both parts
  LabelSmoothing label_smoothing{};    ///< see `LabelSmoothing`
  Reduction reduction = Reduction::mean;
  friend bool operator==(const EntropyMaximizationOptions&, const EntropyMaximizationOptions&) = default;
};

/// The options by name; see `options_like`.
void describe(auto& visit, options_like<EntropyMaximizationOptions> auto& options) {
  visit("alpha", options.alpha)("beta", options.beta)("negative_share", options.negative_share)("warmup_epochs",
                                                                                                options.warmup_epochs);
  describe_cells(visit, options);
}

/// Binary cross-entropy, and what unknown cells and pseudo-negatives cost instead.
struct EntropyFormula : BCEFormula {
  double alpha = 0.1;
  double beta = 0.9;
  template <class T>
  [[nodiscard]] MULTILABEL_INLINE auto unknown(const T& x) const {
    return (log1p_exp(x) - x * logistic(x)) * -alpha;
  }
  template <class T>
  [[nodiscard]] MULTILABEL_INLINE auto chosen(const T& x) const {
    return log1p_exp(x) * beta;
  }
};

/// Known cells: binary cross-entropy. Unknown cells (NaN, -1 or off in the mask): -alpha H(p) with the entropy H(p) = -p log p
/// - (1 - p) log(1 - p); from the epoch after `warmup_epochs` on, the `negative_share` of them with the lowest scores cost beta
/// * log(1 + e^x) instead (after Zhou et al. 2022, zhou2022).
///
/// It differs from the paper in one thing: there a pseudo-negative's target is its score of the epoch before, here it is 0,
/// chosen anew in each batch, so that nothing need be remembered for each image. The loss may be negative. Unknown cells hover
/// about p = 0.5 by design, so a threshold of 0.5 is useless: tune it. Not for data with known negatives everywhere: plain BCE
/// is the better one then.
class EntropyMaximization {
 public:
  explicit EntropyMaximization(EntropyMaximizationOptions options = {}) : options_(std::move(options)) {
    constexpr std::string_view where = "EntropyMaximization";
    detail::check_options(where, {.pos_weight = options_.pos_weight,
                                  .class_weight = options_.class_weight,
                                  .label_smoothing = options_.label_smoothing});
    detail::check_weights(where, "alpha and beta", {options_.alpha, options_.beta});
    if (!(options_.negative_share >= 0 && options_.negative_share <= 1)) {
      fail<ArgumentError>({where, "negative_share must be in [0, 1]", join_text(options_.negative_share)});
    }
  }

  /// See `loss_function`.
  [[nodiscard]] at::Tensor operator()(const at::Tensor& logits, const at::Tensor& targets,
                                      const LossInputs& inputs = {}) const {
    constexpr std::string_view where = "EntropyMaximization";
    const CellOptions common{.pos_weight = options_.pos_weight,
                             .class_weight = options_.class_weight,
                             .label_smoothing = options_.label_smoothing,
                             .reduction = options_.reduction,
                             .unknown = Unknown::negative};
    const at::Tensor pseudo =
        pseudo_ ? pseudo_negatives(make_cells(where, logits, targets, inputs, {}, Unknown::negative)) : at::Tensor();
    return apply(where, EntropyFormula{{}, options_.alpha, options_.beta}, common, logits, targets, inputs, pseudo);
  }

  /// See `begin_epoch`.
  void on_epoch_begin(std::size_t epoch) { pseudo_ = epoch > options_.warmup_epochs; }

  [[nodiscard]] const EntropyMaximizationOptions& options() const noexcept { return options_; }

 private:
  [[nodiscard]] at::Tensor pseudo_negatives(const Cells& cells) const {
    const at::Tensor unknown = cells.annotated.logical_not();
    const auto count = options_.negative_share * unknown.sum().item<double>();
    return detail::largest(cells.logits.detach().neg(), unknown, count);
  }

  EntropyMaximizationOptions options_;
  bool pseudo_ = false;
};

static_assert(loss_function<EntropyMaximization> && epoch_aware<EntropyMaximization>);

}  // namespace MULTILABEL_NAMESPACE::loss
