// SPDX-License-Identifier: Apache-2.0
#include <multilabel/training.hpp>

int main() {
  const multilabel::training::EarlyStopping stopping{{.patience = 4}};
  return multilabel::training::callback<decltype(stopping)> || sizeof(stopping) > 0 ? 0 : 1;
}
