// SPDX-License-Identifier: Apache-2.0
#include <ATen/ops/zeros.h>
#include <multilabel/model.hpp>

int main() {
  auto model = multilabel::model::create("efficientnet_lite0", {.labels = 3});
  model->eval();
  return model->forward(at::zeros({1, 3, 64, 64})).size(1) == 3 ? 0 : 1;
}
