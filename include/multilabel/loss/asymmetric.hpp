// SPDX-License-Identifier: Apache-2.0
#pragma once
// Asymmetric loss: negatives, of which an image has nearly all, are focused harder than positives, and the easiest are dropped.
// For long label lists where BCE drowns in easy negatives; on small data or few labels BCE is usually as good and simpler to
// tune.

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
  static constexpr std::string_view kind = "Asymmetric";  ///< the loss they are of
  double gamma_negative = 4;                              ///< focusing of negatives; at least 0
  double gamma_positive = 1;  ///< focusing of positives; at least 0. The paper's class has 1, its training script 0
  double clip = 0.05;         ///< probability under which a negative counts as solved, in [0, 1)
  FocusGradient focus_gradient = FocusGradient::detached;
  std::vector<double> pos_weight{};       ///< one weight a label for its positive part
  std::vector<double> class_weight{};     ///< one weight a label for both parts
  LabelSmoothing label_smoothing{};       ///< see `LabelSmoothing`
  Reduction reduction = Reduction::mean;  ///< the published learning rates belong to `sum`
  Unknown unknown = Unknown::ignore;
  friend bool operator==(const AsymmetricOptions&, const AsymmetricOptions&) = default;
};

/// The options by name; see `options_like`.
void describe(auto& visit, options_like<AsymmetricOptions> auto& options) {
  visit("gamma_negative", options.gamma_negative)("gamma_positive", options.gamma_positive)("clip", options.clip);
  visit("focus_gradient", options.focus_gradient, focus_gradient_from_name);
  describe_cells(visit, options);
}

/// The two halves of the asymmetric loss, for formulas that are built on them.
struct AsymmetricFormula {
  double gamma_negative = 4;
  double gamma_positive = 1;
  double clip = 0.05;
  FocusGradient focus_gradient = FocusGradient::detached;

  template <class T>
  [[nodiscard]] MULTILABEL_INLINE auto positive(const T& x) const {
    const auto cross_entropy = log1p_exp(-x);
    if (gamma_positive == 0) return cross_entropy;
    return focus(sigmoid_power(-x, gamma_positive)) * cross_entropy;
  }

  template <class T>
  [[nodiscard]] MULTILABEL_INLINE auto negative(const T& x) const {
    return focused_negative(x, gamma_negative);
  }

  template <class T>
  [[nodiscard]] MULTILABEL_INLINE auto focused_negative(const T& x, double gamma) const {
    if (clip == 0) {
      const auto cross_entropy = log1p_exp(x);
      if (gamma == 0) return cross_entropy;
      return focus(sigmoid_power(x, gamma)) * cross_entropy;
    }
    const auto q = positive_part(logistic(x) - clip);
    const auto cross_entropy = -log_complement(q, logistic(-x) + clip);
    if (gamma == 0) return cross_entropy;
    return focus(power(q, gamma)) * cross_entropy;
  }

  template <class T>
  [[nodiscard]] MULTILABEL_INLINE auto focus(const T& weight) const {
    if (focus_gradient == FocusGradient::detached) return detached(weight);
    return weight;
  }
};

namespace detail {

inline void check_asymmetric(std::string_view where, double gamma_negative, double gamma_positive, double clip) {
  if (!(gamma_negative >= 0)) fail<ArgumentError>({where, "gamma_negative must be at least 0", join_text(gamma_negative)});
  if (!(gamma_positive >= 0)) fail<ArgumentError>({where, "gamma_positive must be at least 0", join_text(gamma_positive)});
  if (!(clip >= 0 && clip < 1)) fail<ArgumentError>({where, "clip must be in [0, 1)", join_text(clip)});
}

}  // namespace detail

/// y * (1 - p)^gamma_positive * -log p + (1 - y) * q^gamma_negative * -log(1 - q) with p = sigmoid(x) and q = max(p - clip, 0)
/// (Ridnik et al. 2021, ridnik2021; the defaults are theirs).
///
/// By design a negative below `clip` has no gradient at all, and one that the model is sure about (p near 1) has almost none,
/// so confident false positives stay. Scores come out higher than the frequencies they stand for: tune the threshold. The
/// published learning rates belong to `Reduction::sum`.
class Asymmetric : public CellLoss<AsymmetricFormula> {
 public:
  explicit Asymmetric(AsymmetricOptions options = {})
      : CellLoss(AsymmetricFormula{.gamma_negative = options.gamma_negative,
                                   .gamma_positive = options.gamma_positive,
                                   .clip = options.clip,
                                   .focus_gradient = options.focus_gradient},
                 cell_options(options), "Asymmetric"),
        options_(std::move(options)) {
    detail::check_asymmetric("Asymmetric", options_.gamma_negative, options_.gamma_positive, options_.clip);
  }

  [[nodiscard]] const AsymmetricOptions& options() const noexcept { return options_; }

 private:
  AsymmetricOptions options_;
};

static_assert(loss_function<Asymmetric>);

}  // namespace MULTILABEL_NAMESPACE::loss
