// SPDX-License-Identifier: Apache-2.0
#pragma once
// Binary cross-entropy on logits: every label is a question of its own. The first loss to try, and the only one here whose
// scores are probabilities as they come. Label counts that differ by a factor of 100 and labels that are often missing ask for
// others.

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

struct BCEWithLogitsOptions {
  static constexpr std::string_view kind = "BCEWithLogits";  ///< the loss they are of
  std::vector<double> pos_weight{};    ///< one weight a label for its positive part; above 1 trades precision for recall
  std::vector<double> class_weight{};  ///< one weight a label for both parts
  LabelSmoothing label_smoothing{};    ///< see `LabelSmoothing`
  Reduction reduction = Reduction::mean;
  Unknown unknown = Unknown::ignore;  ///< `negative` is the "assume negative" base line of data with missing labels
  friend bool operator==(const BCEWithLogitsOptions&, const BCEWithLogitsOptions&) = default;
};

/// The options by name; see `options_like`.
void describe(auto& visit, options_like<BCEWithLogitsOptions> auto& options) { describe_cells(visit, options); }

/// log(1 + e^-x) for a positive, log(1 + e^x) for a negative.
struct BCEFormula {
  template <class T>
  [[nodiscard]] MULTILABEL_INLINE auto positive(const T& x) const {
    return log1p_exp(-x);
  }
  template <class T>
  [[nodiscard]] MULTILABEL_INLINE auto negative(const T& x) const {
    return log1p_exp(x);
  }
};

/// class_weight * (pos_weight * y * log(1 + e^-x) + (1 - y) * log(1 + e^x)), the formula of torch.nn.BCEWithLogitsLoss, with
/// unknown cells left out. With `pos_weight` w the scores estimate w p / (w p + 1 - p) instead of p: thresholds move with it.
class BCEWithLogits : public CellLoss<BCEFormula> {
 public:
  explicit BCEWithLogits(BCEWithLogitsOptions options = {})
      : CellLoss(BCEFormula{}, cell_options(options), "BCEWithLogits"), options_(std::move(options)) {}

  [[nodiscard]] const BCEWithLogitsOptions& options() const noexcept { return options_; }

 private:
  BCEWithLogitsOptions options_;
};

static_assert(loss_function<BCEWithLogits>);

}  // namespace MULTILABEL_NAMESPACE::loss
