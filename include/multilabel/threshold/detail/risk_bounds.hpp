// SPDX-License-Identifier: Apache-2.0
#pragma once
// p-values for "the expected loss exceeds alpha", from losses in [0, 1]. Small means that the risk is controlled.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>

#include "multilabel/version.hpp"

namespace MULTILABEL_NAMESPACE::threshold::detail {

/// P(Binomial(n, p) <= k), p in (0, 1): the largest term, and its neighbours from the ratio of one to the next.
[[nodiscard]] inline double binomial_cdf(double k, double n, double p) {
  if (k >= n) return 1.0;
  if (k < 0) return 0.0;
  const double most = std::min(std::floor(k), std::floor((n + 1) * p));
  const double largest = std::exp(std::lgamma(n + 1) - std::lgamma(most + 1) - std::lgamma(n - most + 1) + most * std::log(p) +
                                  (n - most) * std::log1p(-p));
  double sum = largest;
  double term = largest;
  for (double i = most; i > 0 && term > 1e-18 * sum; --i) sum += term *= i / (n - i + 1) * (1 - p) / p;
  term = largest;
  for (double i = most; i < std::floor(k) && term > 1e-18 * sum; ++i) sum += term *= (n - i) / (i + 1) * p / (1 - p);
  return std::min(1.0, sum);
}

/// Hoeffding and Bentkus (Bates et al., JACM 2021, section 3.1): from the mean loss of n rows alone; alpha in (0, 1).
[[nodiscard]] inline double hoeffding_bentkus(double mean, std::size_t rows, double alpha) {
  const double n = static_cast<double>(rows), low = std::min(mean, alpha);
  const double divergence =
      (low > 0 ? low * std::log(low / alpha) : 0.0) + (low < 1 ? (1 - low) * std::log((1 - low) / (1 - alpha)) : 0.0);
  const double hoeffding = std::exp(-n * divergence);
  const double bentkus = std::numbers::e * binomial_cdf(std::ceil(n * mean - 1e-9), n, alpha);
  return std::min({1.0, hoeffding, bentkus});
}

/// Waudby-Smith and Ramdas (JRSS B 2024): 1 / max_i prod_{j <= i} (1 - bet_j (loss_j - alpha)), one betting process over all
/// rows in their order, each bet made of the losses before it. By Ville's inequality a valid p-value; adapts to the variance.
[[nodiscard]] inline double betting(std::span<const double> losses, double alpha, double delta) {
  const double n = static_cast<double>(losses.size());
  double sum = 0.5, squares = 0.25, variance = 0.25, log_capital = 0, highest = 0;
  for (std::size_t i = 0; i < losses.size(); ++i) {
    const double count = static_cast<double>(i) + 1;
    const double bet = std::min(1.0, std::sqrt(2 * std::log(1 / delta) / (n * variance)));
    log_capital += std::log1p(std::max(-bet * (losses[i] - alpha), -1.0 + 1e-15));
    highest = std::max(highest, log_capital);
    sum += losses[i];
    const double mean = sum / (count + 1);
    squares += (losses[i] - mean) * (losses[i] - mean);
    variance = squares / (count + 1);
  }
  return std::exp(-highest);
}

}  // namespace MULTILABEL_NAMESPACE::threshold::detail
