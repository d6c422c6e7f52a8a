// SPDX-License-Identifier: Apache-2.0
#pragma once
// Asymmetric polynomial loss: the asymmetric loss with the first two terms of the positive logarithm's series reweighted. A
// small gain over it on COCO at best; the asymmetric loss is the simpler choice.

#include <ATen/core/Tensor.h>

#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/options.hpp"
#include "multilabel/loss/asymmetric.hpp"
#include "multilabel/loss/cell_loss.hpp"
#include "multilabel/loss/concepts.hpp"
#include "multilabel/loss/elementary.hpp"
#include "multilabel/loss/options.hpp"

namespace MULTILABEL_NAMESPACE::loss {

struct AsymmetricPolynomialOptions {
  static constexpr std::string_view kind = "AsymmetricPolynomial";  ///< the loss they are of
  double gamma_negative = 4;                                        ///< focusing of negatives; at least 0
  double gamma_positive = 0;                                        ///< focusing of positives; at least 0
  double clip = 0.05;            ///< probability under which a negative counts as solved, in [0, 1)
  double epsilon_positive = 1;   ///< what is taken from the series' first term for positives, (1 - p)
  double epsilon_square = -2.5;  ///< and from its second, (1 - p)^2 / 2
  double epsilon_negative = 0;   ///< what is taken from the first term for negatives, q
  FocusGradient focus_gradient = FocusGradient::detached;
  std::vector<double> pos_weight{};       ///< one weight a label for its positive part
  std::vector<double> class_weight{};     ///< one weight a label for both parts
  LabelSmoothing label_smoothing{};       ///< see `LabelSmoothing`
  Reduction reduction = Reduction::mean;  ///< the published learning rates belong to `sum`
  Unknown unknown = Unknown::ignore;
  friend bool operator==(const AsymmetricPolynomialOptions&, const AsymmetricPolynomialOptions&) = default;
};

/// The options by name; see `options_like`.
void describe(auto& visit, options_like<AsymmetricPolynomialOptions> auto& options) {
  visit("gamma_negative", options.gamma_negative)("gamma_positive", options.gamma_positive)("clip", options.clip);
  visit("epsilon_positive", options.epsilon_positive)("epsilon_square", options.epsilon_square)("epsilon_negative",
                                                                                                options.epsilon_negative);
  visit("focus_gradient", options.focus_gradient, focus_gradient_from_name);
  describe_cells(visit, options);
}

struct AsymmetricPolynomialFormula {
  AsymmetricFormula asymmetric;
  double epsilon_positive = 1;
  double epsilon_square = -2.5;
  double epsilon_negative = 0;

  template <class T>
  [[nodiscard]] MULTILABEL_INLINE auto positive(const T& x) const {
    const auto rest = logistic(-x);
    const auto polynomial = log1p_exp(-x) - rest * (rest * (0.5 * epsilon_square) + epsilon_positive);
    if (asymmetric.gamma_positive == 0) return polynomial;
    return asymmetric.focus(sigmoid_power(-x, asymmetric.gamma_positive)) * polynomial;
  }

  template <class T>
  [[nodiscard]] MULTILABEL_INLINE auto negative(const T& x) const {
    const auto logarithm = asymmetric.negative(x);
    if (epsilon_negative == 0) return logarithm;
    const auto q = positive_part(logistic(x) - asymmetric.clip);
    const auto weight = asymmetric.focus(power(q, asymmetric.gamma_negative));
    return logarithm - weight * (q * epsilon_negative);
  }
};

/// y (1 - p)^gamma_positive (-log p - epsilon_positive (1 - p) - epsilon_square (1 - p)^2 / 2) + (1 - y) q^gamma_negative
/// (-log(1 - q) - epsilon_negative q) with p = sigmoid(x), q = max(p - clip, 0) (Huang et al. 2023, huang2023; the defaults
/// are theirs). The same dead zones, scores and learning rates as `Asymmetric`. With an epsilon_positive above 1 confident
/// positives are pushed back.
class AsymmetricPolynomial : public CellLoss<AsymmetricPolynomialFormula> {
 public:
  explicit AsymmetricPolynomial(AsymmetricPolynomialOptions options = {})
      : CellLoss(AsymmetricPolynomialFormula{.asymmetric = {.gamma_negative = options.gamma_negative,
                                                            .gamma_positive = options.gamma_positive,
                                                            .clip = options.clip,
                                                            .focus_gradient = options.focus_gradient},
                                             .epsilon_positive = options.epsilon_positive,
                                             .epsilon_square = options.epsilon_square,
                                             .epsilon_negative = options.epsilon_negative},
                 cell_options(options), "AsymmetricPolynomial"),
        options_(std::move(options)) {
    detail::check_asymmetric("AsymmetricPolynomial", options_.gamma_negative, options_.gamma_positive, options_.clip);
  }

  [[nodiscard]] const AsymmetricPolynomialOptions& options() const noexcept { return options_; }

 private:
  AsymmetricPolynomialOptions options_;
};

static_assert(loss_function<AsymmetricPolynomial>);

}  // namespace MULTILABEL_NAMESPACE::loss
