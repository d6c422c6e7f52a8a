// SPDX-License-Identifier: Apache-2.0
// Targets and logits that live in xtensor, and results that go back there, none of them copied. Has no twin in Python, where
// arrays are NumPy's.
#include <iostream>
#include <multilabel/calibration/platt.hpp>
#include <multilabel/compat/xtensor.hpp>
#include <multilabel/metrics/average_precision.hpp>
#include <multilabel/threshold/tune.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xio.hpp>
#include <xtensor/xmath.hpp>

namespace ml = multilabel;

int main() {
  const xt::xarray<int> targets{{1, 0}, {0, 1}, {1, 1}, {0, 0}, {1, 0}, {0, 1}};
  const xt::xarray<float> logits{{2.5F, -1.0F}, {-0.5F, 1.5F}, {1.0F, 0.5F}, {-2.0F, -0.5F}, {-0.2F, -1.5F}, {0.3F, 0.8F}};
  const auto truth = ml::compat::from_xtensor(targets);  // looks at the array, which must stay

  const auto platt = ml::calibration::PlattScaling::fit(truth, ml::compat::from_xtensor(logits));
  const auto scores = ml::compat::to_xtensor(platt.apply(ml::compat::from_xtensor(logits)));  // takes the result over
  const auto rule = ml::threshold::tune(truth, scores);  // a tensor of two fixed dimensions is taken as it is
  std::cout << "mean score of each label: " << xt::mean(scores, {0}) << '\n'
            << "average precision: " << ml::metrics::average_precision_score(truth, scores) << '\n'
            << "threshold: " << rule.thresholds()[0] << '\n';
}
