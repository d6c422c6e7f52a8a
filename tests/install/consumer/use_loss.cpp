// SPDX-License-Identifier: Apache-2.0
#include <ATen/ops/zeros.h>
#include <multilabel/loss.hpp>

int main() {
  const auto logits = at::zeros({2, 3});
  const double value = multilabel::loss::BCEWithLogits{}(logits, logits).item().toDouble();
  return value > 0.693 && value < 0.694 ? 0 : 1;  // log(2)
}
