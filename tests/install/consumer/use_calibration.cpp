// SPDX-License-Identifier: Apache-2.0
#include <multilabel/calibration.hpp>

int main() {
  const multilabel::calibration::TemperatureScaling scaling({2.0});
  const multilabel::Matrix<double> logits(1, 1, {0.0});
  return scaling.apply(logits)(0, 0) == 0.5 ? 0 : 1;  // sigmoid(0 / 2)
}
