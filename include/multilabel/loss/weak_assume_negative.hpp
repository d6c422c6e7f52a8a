// SPDX-License-Identifier: Apache-2.0
#pragma once
// Weak assume negative: for data where each image has about one positive written down. All that is not a known positive counts
// as a negative, but weakly, so that the one positive weighs as much as all the others together.

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

struct WeakAssumeNegativeOptions {
  static constexpr std::string_view kind = "WeakAssumeNegative";  ///< the loss they are of
  double negative_weight = 0;          ///< weight of negatives, in [0, 1]; 0: 1 / (labels - 1), the published choice
  std::vector<double> pos_weight{};    ///< one weight a label for its positive part
  std::vector<double> class_weight{};  ///< one weight a label for both parts
  LabelSmoothing label_smoothing{};    ///< see `LabelSmoothing`
  Reduction reduction = Reduction::mean;
  Unknown unknown = Unknown::negative;
  friend bool operator==(const WeakAssumeNegativeOptions&, const WeakAssumeNegativeOptions&) = default;
};

/// The options by name; see `options_like`.
void describe(auto& visit, options_like<WeakAssumeNegativeOptions> auto& options) {
  visit("negative_weight", options.negative_weight);
  describe_cells(visit, options);
}

struct WeakNegativeFormula {
  double weight = 1;
  template <class T>
  [[nodiscard]] MULTILABEL_INLINE auto positive(const T& x) const {
    return log1p_exp(-x);
  }
  template <class T>
  [[nodiscard]] MULTILABEL_INLINE auto negative(const T& x) const {
    return weight * log1p_exp(x);
  }
};

/// y * log(1 + e^-x) + (1 - y) * w * log(1 + e^x) with w = 1 / (labels - 1) (Cole et al. 2021, cole2021). Unknown cells count
/// as negatives. With w all scores come out too high, p / (p + w (1 - p)) for a frequency p: tune the threshold. Not for data
/// with many known positives an image: they drown the negatives.
class WeakAssumeNegative {
 public:
  explicit WeakAssumeNegative(WeakAssumeNegativeOptions options = {}) : options_(std::move(options)) {
    detail::check_options("WeakAssumeNegative", cell_options(options_));
    if (!(options_.negative_weight >= 0 && options_.negative_weight <= 1)) {
      fail<ArgumentError>({"WeakAssumeNegative", "negative_weight must be in [0, 1]", join_text(options_.negative_weight)});
    }
  }

  /// See `loss_function`.
  [[nodiscard]] at::Tensor operator()(const at::Tensor& logits, const at::Tensor& targets,
                                      const LossInputs& inputs = {}) const {
    const double others = logits.dim() == 2 && logits.size(1) > 1 ? static_cast<double>(logits.size(1) - 1) : 1.0;
    const double weight = options_.negative_weight > 0 ? options_.negative_weight : 1 / others;
    return apply("WeakAssumeNegative", WeakNegativeFormula{weight}, cell_options(options_), logits, targets, inputs);
  }

  [[nodiscard]] const WeakAssumeNegativeOptions& options() const noexcept { return options_; }

 private:
  WeakAssumeNegativeOptions options_;
};

static_assert(loss_function<WeakAssumeNegative>);

}  // namespace MULTILABEL_NAMESPACE::loss
