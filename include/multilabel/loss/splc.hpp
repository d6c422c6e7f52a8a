// SPDX-License-Identifier: Apache-2.0
#pragma once
// SPLC, self-paced loss correction: for data where positives are missing. After the first epochs a negative that the model
// scores above a threshold is taken for a missed positive. It needs to hear of the epochs; with labels that look alike it may
// talk itself into co-occurrences.

#include <ATen/core/Tensor.h>

#include <cmath>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/options.hpp"
#include "multilabel/loss/cell_loss.hpp"
#include "multilabel/loss/concepts.hpp"
#include "multilabel/loss/elementary.hpp"
#include "multilabel/loss/options.hpp"

namespace MULTILABEL_NAMESPACE::loss {

struct SPLCOptions {
  static constexpr std::string_view kind = "SPLC";  ///< the loss they are of
  double tau = 0.6;                                 ///< score above which a negative is corrected, in (0, 1)
  std::size_t change_epoch = 1;                     ///< the first epoch that corrects comes after this one
  double margin = 1;                                ///< taken from the logit of given positives
  double gamma = 2;                                 ///< focusing of both sides; at least 0
  std::vector<double> pos_weight{};                 ///< one weight a label for its positive part
  std::vector<double> class_weight{};               ///< one weight a label for both parts
  LabelSmoothing label_smoothing{};                 ///< see `LabelSmoothing`
  Reduction reduction = Reduction::mean;            ///< the published learning rates belong to `sum`
  Unknown unknown = Unknown::negative;
  friend bool operator==(const SPLCOptions&, const SPLCOptions&) = default;
};

/// The options by name; see `options_like`.
void describe(auto& visit, options_like<SPLCOptions> auto& options) {
  visit("tau", options.tau)("change_epoch", options.change_epoch)("margin", options.margin)("gamma", options.gamma);
  describe_cells(visit, options);
}

struct SPLCFormula {
  double logit_of_tau = 0;
  bool correcting = false;
  double margin = 1;
  double gamma = 2;
  template <class T>
  [[nodiscard]] MULTILABEL_INLINE auto positive(const T& x) const {
    return focused(x - margin);
  }
  template <class T>
  [[nodiscard]] MULTILABEL_INLINE auto negative(const T& x) const {
    if (!correcting) return focused(-x);
    return where_positive(x - logit_of_tau, focused(x), focused(-x));
  }
  template <class T>
  [[nodiscard]] MULTILABEL_INLINE auto focused(const T& x) const {
    return sigmoid_power(-x, gamma) * log1p_exp(-x);
  }
};

/// y (1 - p')^gamma * -log p' + (1 - y) p^gamma * -log(1 - p) with p = sigmoid(x), p' = sigmoid(x - margin); in epochs after
/// `change_epoch` a negative with p above `tau` costs (1 - p)^gamma * -log p instead (Zhang et al. 2021, zhang2021; the
/// defaults are theirs). Unknown cells count as negatives unless `unknown` says otherwise. Before the first `on_epoch_begin`
/// nothing is corrected. Scores are no probabilities: tune the threshold.
class SPLC : public CellLoss<SPLCFormula> {
 public:
  explicit SPLC(SPLCOptions options = {})
      : CellLoss(
            SPLCFormula{
                .logit_of_tau = std::log(options.tau / (1 - options.tau)), .margin = options.margin, .gamma = options.gamma},
            cell_options(options), "SPLC"),
        options_(std::move(options)) {
    if (!(options_.tau > 0 && options_.tau < 1))
      fail<ArgumentError>({"SPLC", "tau must be in (0, 1)", join_text(options_.tau)});
    if (!(options_.gamma >= 0)) fail<ArgumentError>({"SPLC", "gamma must be at least 0", join_text(options_.gamma)});
    if (!(options_.margin > -1e4 && options_.margin < 1e4))
      fail<ArgumentError>({"SPLC", "margin must be finite", join_text(options_.margin)});
  }

  [[nodiscard]] const SPLCOptions& options() const noexcept { return options_; }

  /// See `begin_epoch`.
  void on_epoch_begin(std::size_t epoch) { formula_.correcting = epoch > options_.change_epoch; }

 private:
  SPLCOptions options_;
};

static_assert(loss_function<SPLC> && epoch_aware<SPLC>);

}  // namespace MULTILABEL_NAMESPACE::loss
