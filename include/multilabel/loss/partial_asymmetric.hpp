// SPDX-License-Identifier: Apache-2.0
#pragma once
// Partial asymmetric loss with class-aware selection (CSL): for data where some cells are annotated, positive or negative, and
// the rest is unknown. Unknown cells count as negatives of their own focusing, but for those that are likely missed positives.

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/where.h>

#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/options.hpp"
#include "multilabel/loss/asymmetric.hpp"
#include "multilabel/loss/cell_loss.hpp"
#include "multilabel/loss/cells.hpp"
#include "multilabel/loss/concepts.hpp"
#include "multilabel/loss/elementary.hpp"
#include "multilabel/loss/options.hpp"

namespace MULTILABEL_NAMESPACE::loss {

/// What `PartialAsymmetric` does with unknown cells.
enum class PartialMode {
  selective,  ///< negatives, but for the likeliest of the batch and the labels with a high prior
  negative,   ///< negatives, all of them
  ignore      ///< nothing
};

[[nodiscard]] constexpr std::string_view to_string(PartialMode mode) noexcept {
  return mode == PartialMode::ignore ? "ignore" : mode == PartialMode::negative ? "negative" : "selective";
}

/// The mode of that name; throws `ArgumentError` listing the names.
[[nodiscard]] inline PartialMode partial_mode_from_name(std::string_view name) {
  for (const auto mode : {PartialMode::selective, PartialMode::negative, PartialMode::ignore})
    if (name == to_string(mode)) return mode;
  fail<ArgumentError>({"loss", "mode must be one of 'selective', 'negative', 'ignore'", quoted(name)});
}

struct PartialAsymmetricOptions {
  static constexpr std::string_view kind = "PartialAsymmetric";  ///< the loss they are of
  double gamma_positive = 0;                                     ///< focusing of positives; at least 0
  double gamma_negative = 1;                                     ///< focusing of annotated negatives; at least 0
  double gamma_unknown = 4;                                      ///< focusing of unknown cells; at least 0
  double alpha_positive = 1;                                     ///< weight of positives; at least 0
  double alpha_negative = 1;                                     ///< weight of annotated negatives; at least 0
  double alpha_unknown = 1;                                      ///< weight of unknown cells; at least 0
  double clip = 0;                                               ///< as in `Asymmetric`, for both kinds of negatives
  FocusGradient focus_gradient = FocusGradient::detached;
  PartialMode mode = PartialMode::selective;
  double likeliest_per_image =
      5;  ///< `selective`: so many times the images of the batch, its likeliest unknown cells count nothing
  double prior_threshold = 0.5;           ///< `selective`: the unknown cells of labels whose prior is above count nothing
  std::vector<double> prior{};            ///< estimated share of positives of each label; empty: none is high
  std::vector<double> pos_weight{};       ///< one weight a label for its positive part
  std::vector<double> class_weight{};     ///< one weight a label for both parts
  LabelSmoothing label_smoothing{};       ///< see `LabelSmoothing`
  Reduction reduction = Reduction::mean;  ///< the published learning rates belong to `sum`
  friend bool operator==(const PartialAsymmetricOptions&, const PartialAsymmetricOptions&) = default;
};

/// The options by name; see `options_like`.
void describe(auto& visit, options_like<PartialAsymmetricOptions> auto& options) {
  visit("gamma_positive", options.gamma_positive)("gamma_negative", options.gamma_negative)("gamma_unknown",
                                                                                            options.gamma_unknown);
  visit("alpha_positive", options.alpha_positive)("alpha_negative", options.alpha_negative)("alpha_unknown",
                                                                                            options.alpha_unknown);
  visit("clip", options.clip)("focus_gradient", options.focus_gradient, focus_gradient_from_name);
  visit("mode", options.mode, partial_mode_from_name)("likeliest_per_image", options.likeliest_per_image);
  visit("prior_threshold", options.prior_threshold)("prior", options.prior);
  describe_cells(visit, options);
}

struct PartialAsymmetricFormula {
  AsymmetricFormula asymmetric;
  double gamma_unknown = 4;
  double alpha_positive = 1;
  double alpha_negative = 1;
  double alpha_unknown = 1;
  template <class T>
  [[nodiscard]] MULTILABEL_INLINE auto positive(const T& x) const {
    return alpha_positive * asymmetric.positive(x);
  }
  template <class T>
  [[nodiscard]] MULTILABEL_INLINE auto negative(const T& x) const {
    return alpha_negative * asymmetric.negative(x);
  }
  template <class T>
  [[nodiscard]] MULTILABEL_INLINE auto unknown(const T& x) const {
    return alpha_unknown * asymmetric.focused_negative(x, gamma_unknown);
  }
};

/// `Asymmetric` with three groups of cells, each with a focusing and a weight of its own: positives, annotated negatives and
/// unknown cells (Ben-Baruch et al. 2022, benbaruch2022; the focusing and the selection are their training script's). Give
/// annotated negatives as 0 and unknown cells as NaN, -1 or off in the mask.
///
/// When half of all cells are annotated, `ignore` is better than taking the rest for negatives; when few are, the reverse, and
/// `selective` is best in both (the paper's finding). Scores are no probabilities: tune the threshold.
class PartialAsymmetric {
 public:
  explicit PartialAsymmetric(PartialAsymmetricOptions options = {}) : options_(std::move(options)) {
    constexpr std::string_view where = "PartialAsymmetric";
    detail::check_options(where, shared(Unknown::negative));
    detail::check_asymmetric(where, options_.gamma_negative, options_.gamma_positive, options_.clip);
    detail::check_weights(where, "alpha", {options_.alpha_positive, options_.alpha_negative, options_.alpha_unknown});
    detail::check_weights(where, "prior", options_.prior);
    if (!(options_.gamma_unknown >= 0)) {
      fail<ArgumentError>({where, "gamma_unknown must be at least 0", join_text(options_.gamma_unknown)});
    }
    if (!(options_.likeliest_per_image >= 0)) {
      fail<ArgumentError>({where, "likeliest_per_image must be at least 0", join_text(options_.likeliest_per_image)});
    }
  }

  /// See `loss_function`.
  [[nodiscard]] at::Tensor operator()(const at::Tensor& logits, const at::Tensor& targets,
                                      const LossInputs& inputs = {}) const {
    constexpr std::string_view where = "PartialAsymmetric";
    const PartialAsymmetricFormula formula{.asymmetric = {.gamma_negative = options_.gamma_negative,
                                                          .gamma_positive = options_.gamma_positive,
                                                          .clip = options_.clip,
                                                          .focus_gradient = options_.focus_gradient},
                                           .gamma_unknown = options_.gamma_unknown,
                                           .alpha_positive = options_.alpha_positive,
                                           .alpha_negative = options_.alpha_negative,
                                           .alpha_unknown = options_.alpha_unknown};
    const bool ignore = options_.mode == PartialMode::ignore;
    const CellOptions common = shared(ignore ? Unknown::ignore : Unknown::negative);
    if (options_.mode != PartialMode::selective) return apply(where, formula, common, logits, targets, inputs);
    const at::Tensor left_out = select(make_cells(where, logits, targets, inputs, {}, Unknown::negative));
    return apply(where, formula, common, logits, targets, inputs, left_out);
  }

  [[nodiscard]] const PartialAsymmetricOptions& options() const noexcept { return options_; }

 private:
  // The unknown cells that count nothing.
  [[nodiscard]] at::Tensor select(const Cells& cells) const {
    at::Tensor unknown = cells.annotated.logical_not();
    at::Tensor chosen =
        detail::largest(cells.logits, unknown, options_.likeliest_per_image * static_cast<double>(unknown.size(0)));
    const at::Tensor prior = detail::label_weights("PartialAsymmetric", "prior", options_.prior, cells.logits);
    if (prior.defined()) chosen = chosen.logical_or(unknown.logical_and(prior.gt(options_.prior_threshold)));
    return chosen;
  }

  [[nodiscard]] CellOptions shared(Unknown unknown) const {
    return {.pos_weight = options_.pos_weight,
            .class_weight = options_.class_weight,
            .label_smoothing = options_.label_smoothing,
            .reduction = options_.reduction,
            .unknown = unknown};
  }

  PartialAsymmetricOptions options_;
};

static_assert(loss_function<PartialAsymmetric>);

}  // namespace MULTILABEL_NAMESPACE::loss
