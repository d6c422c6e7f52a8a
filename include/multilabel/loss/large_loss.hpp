// SPDX-License-Identifier: Apache-2.0
#pragma once
// Large-loss handling: for data where positives are missing. A model fits clean cells first, so the largest losses among the
// cells that were assumed negative are probably missed positives: they are rejected or corrected, more of them with each epoch.

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/where.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/options.hpp"
#include "multilabel/loss/binary_cross_entropy.hpp"
#include "multilabel/loss/cell_loss.hpp"
#include "multilabel/loss/cells.hpp"
#include "multilabel/loss/concepts.hpp"
#include "multilabel/loss/options.hpp"

namespace MULTILABEL_NAMESPACE::loss {

/// What `LargeLoss` does with the cells it suspects.
enum class LargeLossMode {
  reject,  ///< they count nothing
  correct  ///< they count as positives, for this step only
};

[[nodiscard]] constexpr std::string_view to_string(LargeLossMode mode) noexcept {
  return mode == LargeLossMode::correct ? "correct" : "reject";
}

/// The mode of that name; throws `ArgumentError` listing the names.
[[nodiscard]] inline LargeLossMode large_loss_mode_from_name(std::string_view name) {
  for (const auto mode : {LargeLossMode::reject, LargeLossMode::correct})
    if (name == to_string(mode)) return mode;
  fail<ArgumentError>({"loss", "mode must be one of 'reject', 'correct'", quoted(name)});
}

struct LargeLossOptions {
  static constexpr std::string_view kind = "LargeLoss";  ///< the loss they are of
  LargeLossMode mode = LargeLossMode::reject;
  double percent_per_epoch =
      0.2;  ///< of the batch's cells, in [0, 100]; epoch e suspects (e - 1) times as many. Published: 0.1 to 0.5
  bool zeros_are_unknown = true;       ///< targets of 0 are assumptions too; false: only NaN, -1 and cells off in the mask are
  std::vector<double> pos_weight{};    ///< one weight a label for its positive part
  std::vector<double> class_weight{};  ///< one weight a label for both parts
  LabelSmoothing label_smoothing{};    ///< see `LabelSmoothing`
  Reduction reduction = Reduction::mean;

  friend bool operator==(const LargeLossOptions&, const LargeLossOptions&) = default;
};

/// The options by name; see `options_like`.
void describe(auto& visit, options_like<LargeLossOptions> auto& options) {
  visit("mode", options.mode, large_loss_mode_from_name)("percent_per_epoch", options.percent_per_epoch);
  visit("zeros_are_unknown", options.zeros_are_unknown);
  describe_cells(visit, options);
}

/// Binary cross-entropy with unknown cells as negatives, of which the (epoch - 1) * percent_per_epoch percent with the largest
/// losses are rejected or counted as positives (Kim et al. 2022, kim2022). The first epoch, and a loss that was not told of
/// any, suspects none. `Reduction::mean` divides by the cells that are left. Scores come out near those of full labels,
/// somewhat low. Not for clean data: there the largest losses are the hard cells that matter most.
class LargeLoss {
 public:
  explicit LargeLoss(LargeLossOptions options = {}) : options_(std::move(options)) {
    detail::check_options("LargeLoss", {.pos_weight = options_.pos_weight,
                                        .class_weight = options_.class_weight,
                                        .label_smoothing = options_.label_smoothing});
    if (!(options_.percent_per_epoch >= 0 && options_.percent_per_epoch <= 100))
      fail<ArgumentError>({"LargeLoss", "percent_per_epoch must be in [0, 100]", join_text(options_.percent_per_epoch)});
  }

  /// See `loss_function`.
  [[nodiscard]] at::Tensor operator()(const at::Tensor& logits, const at::Tensor& targets,
                                      const LossInputs& inputs = {}) const {
    constexpr std::string_view where = "LargeLoss";
    const CellOptions common{.pos_weight = options_.pos_weight,
                             .class_weight = options_.class_weight,
                             .label_smoothing = options_.label_smoothing,
                             .reduction = options_.reduction,
                             .unknown = Unknown::negative};
    const double share = std::min(1.0, options_.percent_per_epoch / 100 * static_cast<double>(epoch_ - 1));
    if (share == 0) return apply(where, BCEFormula{}, common, logits, targets, inputs);
    const Cells cells = make_cells(where, logits, targets, inputs, {}, Unknown::negative);
    const at::Tensor assumed = options_.zeros_are_unknown ? cells.targets.eq(0) : cells.annotated.logical_not();
    // log(1 + e^x), the loss of a negative, grows with x: the largest losses are those of the largest logits.
    const at::Tensor suspects =
        detail::largest(cells.logits, assumed, std::ceil(share * static_cast<double>(cells.logits.numel())));
    if (options_.mode == LargeLossMode::reject) return apply(where, BCEFormula{}, common, logits, targets, inputs, suspects);
    return apply(where, BCEFormula{}, common, logits, at::where(suspects, 1, cells.targets),
                 {.sample_weight = inputs.sample_weight});
  }

  [[nodiscard]] const LargeLossOptions& options() const noexcept { return options_; }

  /// See `begin_epoch`.
  void on_epoch_begin(std::size_t epoch) { epoch_ = std::max<std::size_t>(1, epoch); }

 private:
  LargeLossOptions options_;
  std::size_t epoch_ = 1;
};

static_assert(loss_function<LargeLoss> && epoch_aware<LargeLoss>);

}  // namespace MULTILABEL_NAMESPACE::loss
