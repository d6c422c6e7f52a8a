// SPDX-License-Identifier: Apache-2.0
#include <multilabel/threshold.hpp>

int main() {
  const multilabel::Matrix<int> targets(2, 2, {1, 0, 0, 1});
  const multilabel::Matrix<float> scores(2, 2, {0.4f, 0.1f, 0.2f, 0.3f});
  const auto rule = multilabel::threshold::tune(targets, scores);
  return rule.value() == 1.0 && rule.apply(scores)(0, 0) == 1 ? 0 : 1;  // a threshold in (0.2, 0.3] separates all cells
}
