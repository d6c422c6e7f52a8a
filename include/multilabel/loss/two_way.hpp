// SPDX-License-Identifier: Apache-2.0
#pragma once
// Two-way loss: ranks the labels of each image and the images of each label against each other, with a temperature for either
// side. For large batches (the published runs have 512): the second half compares within the batch.

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/full.h>
#include <ATen/ops/where.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/options.hpp"
#include "multilabel/loss/cell_loss.hpp"
#include "multilabel/loss/cells.hpp"
#include "multilabel/loss/concepts.hpp"
#include "multilabel/loss/elementary.hpp"
#include "multilabel/loss/fused.hpp"
#include "multilabel/loss/fused_log_sums.hpp"
#include "multilabel/loss/log_sum.hpp"
#include "multilabel/loss/options.hpp"

namespace MULTILABEL_NAMESPACE::loss {

/// Which comparisons `TwoWay` makes.
enum class TwoWayTerms { both, images, labels };

[[nodiscard]] constexpr std::string_view to_string(TwoWayTerms terms) noexcept {
  return terms == TwoWayTerms::images ? "images" : terms == TwoWayTerms::labels ? "labels" : "both";
}

/// The terms of that name; throws `ArgumentError` listing the names.
[[nodiscard]] inline TwoWayTerms two_way_terms_from_name(std::string_view name) {
  for (const auto terms : {TwoWayTerms::both, TwoWayTerms::images, TwoWayTerms::labels})
    if (name == to_string(terms)) return terms;
  fail<ArgumentError>({"loss", "terms must be one of 'both', 'images', 'labels'", quoted(name)});
}

struct TwoWayOptions {
  static constexpr std::string_view kind = "TwoWay";  ///< the loss they are of
  double temperature_positive = 4;                    ///< above 0
  double temperature_negative = 1;                    ///< above 0
  TwoWayTerms terms = TwoWayTerms::both;
  std::vector<double> pos_weight{};       ///< one weight a label for its terms among the positives
  std::vector<double> class_weight{};     ///< one weight a label for its terms on either side, and for its column
  LabelSmoothing label_smoothing{};       ///< see `LabelSmoothing`
  Reduction reduction = Reduction::mean;  ///< not `none`
  Unknown unknown = Unknown::ignore;
  friend bool operator==(const TwoWayOptions&, const TwoWayOptions&) = default;
};

/// The options by name; see `options_like`.
void describe(auto& visit, options_like<TwoWayOptions> auto& options) {
  visit("temperature_positive", options.temperature_positive)("temperature_negative", options.temperature_negative);
  visit("terms", options.terms, two_way_terms_from_name);
  describe_cells(visit, options);
}

/// softplus(Tn * logsumexp over negatives of x / Tn + Tp * logsumexp over positives of -x / Tp) along each row, plus the same
/// down each column (Kobayashi 2023, kobayashi2023; the temperatures are theirs). A soft target is in both sums, with weights y
/// and 1 - y. A row or column without a positive or without a negative costs 0. `mean` is the mean over rows that have a
/// positive plus the mean over columns that have one; `sum` the sum of all; `sum_per_image` that by n. Only differences of
/// logits count, and the scale is free: scores are ranks, so tune one threshold a label.
class TwoWay {
 public:
  explicit TwoWay(TwoWayOptions options = {}) : options_(std::move(options)) {
    detail::check_options("TwoWay", cell_options(options_));
    const auto above = [](std::string_view name, double value) {
      if (!(value > 0)) fail<ArgumentError>({"TwoWay", join_text(name, " must be above 0"), join_text(value)});
    };
    above("temperature_positive", options_.temperature_positive);
    above("temperature_negative", options_.temperature_negative);
    if (options_.reduction == Reduction::none) {
      fail<ArgumentError>({"TwoWay", "reduction must be one of 'mean', 'sum', 'sum_per_image'", "'none'",
                           "Rows and columns have no values in common."});
    }
  }

  /// See `loss_function`.
  [[nodiscard]] at::Tensor operator()(const at::Tensor& logits, const at::Tensor& targets,
                                      const LossInputs& inputs = {}) const {
#if MULTILABEL_LANES
    detail::check_inputs("TwoWay", logits, targets, inputs);
    const bool half = logits.scalar_type() == at::kHalf || logits.scalar_type() == at::kBFloat16;
    if (auto value = compiled(half ? logits.to(at::kFloat) : logits, targets, inputs)) return *std::move(value);
#endif
    return precise(logits, targets, inputs);
  }

  [[nodiscard]] const TwoWayOptions& options() const noexcept { return options_; }

 private:
  [[nodiscard]] at::Tensor precise(const at::Tensor& logits, const at::Tensor& targets, const LossInputs& inputs) const {
    return in_double_on_cpu(logits, [&](const at::Tensor& x) { return composite(x, targets, inputs); });
  }

  // In tensor operations.
  [[nodiscard]] at::Tensor composite(const at::Tensor& logits, const at::Tensor& targets, const LossInputs& inputs) const {
    const Cells cells = make_cells("TwoWay", logits, targets, inputs, options_.label_smoothing, options_.unknown);
    const double infinity = std::numeric_limits<double>::infinity();
    at::Tensor negative = cells.logits / options_.temperature_negative + (1 - cells.targets).log();
    at::Tensor positive = cells.targets.log() - cells.logits / options_.temperature_positive;
    const at::Tensor pos_weight = detail::label_weights("TwoWay", "pos_weight", options_.pos_weight, cells.logits);
    const at::Tensor class_weight = detail::label_weights("TwoWay", "class_weight", options_.class_weight, cells.logits);
    if (pos_weight.defined()) positive = positive + pos_weight.log();
    positive = at::where(cells.known, positive, -infinity);
    negative = at::where(cells.known, negative, -infinity);
    at::Tensor image_weight;
    if (inputs.sample_weight.defined()) image_weight = inputs.sample_weight.to(cells.logits.options());
    at::Tensor sum = cells.logits.sum() * 0;
    if (options_.terms != TwoWayTerms::labels) sum = sum + along(positive, negative, class_weight, image_weight, 1);
    if (options_.terms != TwoWayTerms::images) sum = sum + along(positive, negative, image_weight, class_weight, 0);
    return options_.reduction == Reduction::sum_per_image ? sum / std::max<std::int64_t>(1, logits.size(0)) : sum;
  }

#if MULTILABEL_LANES
  // In one compiled go; nothing where that cannot be.
  [[nodiscard]] std::optional<at::Tensor> compiled(const at::Tensor& logits, const at::Tensor& targets,
                                                   const LossInputs& inputs) const {
    return detail::fused_log_sums("TwoWay", cell_options(options_),
                                  {.temperature_positive = options_.temperature_positive,
                                   .temperature_negative = options_.temperature_negative,
                                   .rows = options_.terms != TwoWayTerms::labels,
                                   .columns = options_.terms != TwoWayTerms::images},
                                  logits, targets, inputs, [self = *this, targets, inputs](const at::Tensor& again) {
                                    return self.precise(again, targets, inputs);
                                  });
  }
#endif

  // The loss along `dim`: `inside` weighs the terms of each sum, `outside` the sums.
  [[nodiscard]] at::Tensor along(at::Tensor positive, at::Tensor negative, const at::Tensor& inside, const at::Tensor& outside,
                                 std::int64_t dim) const {
    if (inside.defined()) {
      const at::Tensor logarithm = inside.log().unsqueeze(1 - dim);
      positive = positive + logarithm;
      negative = negative + logarithm;
    }
    const auto [of_positives, some_positive] = detail::log_sum_exp(positive, dim);
    const auto [of_negatives, some_negative] = detail::log_sum_exp(negative, dim);
    at::Tensor values = log1p_exp(options_.temperature_negative * of_negatives + options_.temperature_positive * of_positives);
    values = at::where(some_positive.logical_and(some_negative), values, 0);
    if (outside.defined()) values = values * outside;
    const at::Tensor sum = total(values);
    return options_.reduction == Reduction::mean ? sum / some_positive.sum().clamp_min(1) : sum;
  }

  TwoWayOptions options_;
};

static_assert(loss_function<TwoWay>);

}  // namespace MULTILABEL_NAMESPACE::loss
