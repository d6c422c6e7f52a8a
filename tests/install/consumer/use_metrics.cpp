// SPDX-License-Identifier: Apache-2.0
#include <multilabel/metrics.hpp>

int main() {
  const multilabel::Matrix<int> targets(2, 2, {1, 0, 1, 1});
  const multilabel::Matrix<int> predictions(2, 2, {1, 0, 0, 1});
  return multilabel::metrics::hamming_loss(targets, predictions) == 0.25 ? 0 : 1;  // one wrong cell of four
}
