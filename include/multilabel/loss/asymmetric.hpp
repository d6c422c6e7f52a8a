// SPDX-License-Identifier: Apache-2.0
#pragma once
// Asymmetric loss: negatives, of which an image has nearly all, are focused harder than positives, and the easiest are dropped.
// For long label lists where BCE drowns in easy negatives; on small data or few labels BCE is usually as good and simpler to
// tune.

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/where.h>

#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/loss/cells.hpp"
#include "multilabel/loss/concepts.hpp"
#include "multilabel/loss/options.hpp"

namespace multilabel::loss {

/// Whether the focusing weight is differentiated. The two are different optimisers with equal values: the gradients differ by a
/// factor of two to five. The published results were trained `detached`; the variant called "optimized" and timm use `full`.
enum class FocusGradient {
  detached,  ///< the weight counts as a constant in the backward pass
  full       ///< the weight is differentiated too
};

[[nodiscard]] constexpr std::string_view to_string(FocusGradient gradient) noexcept {
  return gradient == FocusGradient::full ? "full" : "detached";
}

/// The mode of that name; throws `ArgumentError` listing the names.
[[nodiscard]] inline FocusGradient focus_gradient_from_name(std::string_view name) {
  for (const auto gradient : {FocusGradient::detached, FocusGradient::full})
    if (name == to_string(gradient)) return gradient;
  fail<ArgumentError>({"loss", "focus_gradient must be one of 'detached', 'full'", quoted(name)});
}

struct AsymmetricOptions {
  double gamma_negative = 4;  ///< focusing of negatives; at least 0
  double gamma_positive = 1;  ///< focusing of positives; at least 0. The paper's class has 1, its training script 0
  double clip = 0.05;         ///< probability under which a negative counts as solved, in [0, 1)
  FocusGradient focus_gradient = FocusGradient::detached;
  std::vector<double> pos_weight{};    ///< one weight a label for its positive part
  std::vector<double> class_weight{};  ///< one weight a label for both parts
  LabelSmoothing label_smoothing{};
  Reduction reduction = Reduction::mean;  ///< the published learning rates belong to `sum`
  friend bool operator==(const AsymmetricOptions&, const AsymmetricOptions&) = default;
};

/// y * (1 - p)^gamma_positive * -log p + (1 - y) * q^gamma_negative * -log(1 - q) with p = sigmoid(x) and q = max(p - clip, 0)
/// (Ridnik et al., "Asymmetric Loss for Multi-Label Classification", ICCV 2021; the defaults are theirs).
///
/// By design a negative below `clip` has no gradient at all, and one that the model is sure about (p near 1) has almost none,
/// so confident false positives stay. Scores come out higher than the frequencies they stand for: tune the threshold.
class Asymmetric {
 public:
  explicit Asymmetric(AsymmetricOptions options = {}) : options_(std::move(options)) {
    const auto refuse = [](std::string_view expected, double actual) {
      fail<ArgumentError>({"Asymmetric", expected, join_text(actual)});
    };
    if (!(options_.gamma_negative >= 0)) refuse("gamma_negative must be at least 0", options_.gamma_negative);
    if (!(options_.gamma_positive >= 0)) refuse("gamma_positive must be at least 0", options_.gamma_positive);
    if (!(options_.clip >= 0 && options_.clip < 1)) refuse("clip must be in [0, 1)", options_.clip);
    detail::check_weights("Asymmetric", "pos_weight", options_.pos_weight);
    detail::check_weights("Asymmetric", "class_weight", options_.class_weight);
    detail::check_smoothing("Asymmetric", options_.label_smoothing);
  }

  /// See `loss_function`.
  [[nodiscard]] at::Tensor operator()(const at::Tensor& logits, const at::Tensor& targets,
                                      const LossInputs& inputs = {}) const {
    const Cells cells = make_cells("Asymmetric", logits, targets, inputs, options_.label_smoothing);
    const at::Tensor weights = detail::label_weights("Asymmetric", "pos_weight", options_.pos_weight, cells.logits);
    at::Tensor positive = cells.targets * positive_part(cells.logits);
    if (weights.defined()) positive = positive * weights;
    const at::Tensor values = positive + (1 - cells.targets) * negative_part(cells.logits);
    return reduce("Asymmetric", values, cells, inputs, options_.class_weight, options_.reduction);
  }

  [[nodiscard]] const AsymmetricOptions& options() const noexcept { return options_; }

 private:
  [[nodiscard]] at::Tensor focus(const at::Tensor& weight) const {
    return options_.focus_gradient == FocusGradient::detached ? weight.detach() : weight;
  }

  [[nodiscard]] at::Tensor positive_part(const at::Tensor& x) const {
    const at::Tensor cross_entropy = log1p_exp(-x);
    if (options_.gamma_positive == 0) return cross_entropy;
    return focus((-options_.gamma_positive * log1p_exp(x)).exp()) * cross_entropy;
  }

  [[nodiscard]] at::Tensor negative_part(const at::Tensor& x) const {
    if (options_.clip == 0) {
      const at::Tensor cross_entropy = log1p_exp(x);
      if (options_.gamma_negative == 0) return cross_entropy;
      return focus((-options_.gamma_negative * log1p_exp(-x)).exp()) * cross_entropy;
    }
    const at::Tensor clipped = x.sigmoid() - options_.clip;
    const at::Tensor active = clipped.gt(0);
    const at::Tensor q = at::where(active, clipped, 0.5);  // any harmless number where the cell counts nothing
    // 1 - q through the sum for a large q, so that a small clip is not lost; log1p for a small one, where the sum would round.
    const at::Tensor cross_entropy = -at::where(q.gt(0.5), (x.neg().sigmoid() + options_.clip).log(), q.neg().log1p());
    if (options_.gamma_negative == 0) return at::where(active, cross_entropy, 0);
    return at::where(active, focus(q.pow(options_.gamma_negative)) * cross_entropy, 0);
  }

  AsymmetricOptions options_;
};

static_assert(loss_function<Asymmetric>);

}  // namespace multilabel::loss
