// SPDX-License-Identifier: Apache-2.0
#pragma once
// The choices that all losses share: how cells become one number, what an unknown cell counts as, and how targets are smoothed.

#include <string_view>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/options.hpp"

namespace MULTILABEL_NAMESPACE::loss {

/// How the losses of the cells become the result. The learning rate belongs to the reduction: with 80 labels and 64 images
/// `sum` is 5,120 times `mean`, and SGD, gradient clipping and weight decay notice.
enum class Reduction {
  mean,           ///< over the known cells (0 when there is none)
  sum,            ///< over the known cells
  sum_per_image,  ///< sum over the known cells, divided by the number of images in the batch
  none            ///< [n, labels], 0 at unknown cells
};

[[nodiscard]] constexpr std::string_view to_string(Reduction reduction) noexcept {
  switch (reduction) {
    case Reduction::sum:
      return "sum";
    case Reduction::sum_per_image:
      return "sum_per_image";
    case Reduction::none:
      return "none";
    default:
      return "mean";
  }
}

/// The reduction of that name; throws `ArgumentError` listing the names.
[[nodiscard]] inline Reduction reduction_from_name(std::string_view name) {
  for (const auto reduction : {Reduction::mean, Reduction::sum, Reduction::sum_per_image, Reduction::none})
    if (name == to_string(reduction)) return reduction;
  fail<ArgumentError>({"loss", "reduction must be one of 'mean', 'sum', 'sum_per_image', 'none'", quoted(name)});
}

/// What an unknown cell (NaN or -1 in the targets, or off in the mask) counts as.
enum class Unknown {
  ignore,   ///< nothing: neither value nor gradient. Right where the negatives are known
  negative  ///< a negative, as if the target were 0. For data where only positives were ever written down
};

[[nodiscard]] constexpr std::string_view to_string(Unknown unknown) noexcept {
  return unknown == Unknown::negative ? "negative" : "ignore";
}

/// The choice of that name; throws `ArgumentError` listing the names.
[[nodiscard]] inline Unknown unknown_from_name(std::string_view name) {
  for (const auto unknown : {Unknown::ignore, Unknown::negative})
    if (name == to_string(unknown)) return unknown;
  fail<ArgumentError>({"loss", "unknown must be one of 'ignore', 'negative'", quoted(name)});
}

/// Label smoothing, y' = y (1 - positive) + (1 - y) negative. One number e stands for e / 2 on each side, which is y (1 - e) +
/// e / 2, Keras's definition.
struct LabelSmoothing {
  double positive = 0;  ///< what a positive target loses, in [0, 1]
  double negative = 0;  ///< what a negative target gains, in [0, 1]

  constexpr LabelSmoothing() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): so that `.label_smoothing = 0.1` says it.
  constexpr LabelSmoothing(double both) : positive(both / 2), negative(both / 2) {}
  constexpr LabelSmoothing(double of_positives, double of_negatives) : positive(of_positives), negative(of_negatives) {}
  friend bool operator==(const LabelSmoothing&, const LabelSmoothing&) = default;
};

/// See `options_like`.
void describe(auto& visit, options_like<LabelSmoothing> auto& smoothing) {
  visit("positive", smoothing.positive)("negative", smoothing.negative);
}

/// Shows the fields that the options of all losses end with.
void describe_cells(auto& visit, auto& options) {
  visit("pos_weight", options.pos_weight)("class_weight", options.class_weight);
  visit("label_smoothing", options.label_smoothing)("reduction", options.reduction, reduction_from_name);
  if constexpr (requires { options.unknown; }) visit("unknown", options.unknown, unknown_from_name);
}

/// The options of every loss that is a sum over cells. Those of a particular loss end with the same five fields.
struct CellOptions {
  std::vector<double> pos_weight{};    ///< one weight a label for its positive part
  std::vector<double> class_weight{};  ///< one weight a label for both parts
  LabelSmoothing label_smoothing{};    ///< see `LabelSmoothing`
  Reduction reduction = Reduction::mean;
  Unknown unknown = Unknown::ignore;
  friend bool operator==(const CellOptions&, const CellOptions&) = default;
};

/// The part of a loss's options that all losses have.
template <class Options>
[[nodiscard]] CellOptions cell_options(const Options& options) {
  return {.pos_weight = options.pos_weight,
          .class_weight = options.class_weight,
          .label_smoothing = options.label_smoothing,
          .reduction = options.reduction,
          .unknown = options.unknown};
}

}  // namespace MULTILABEL_NAMESPACE::loss
