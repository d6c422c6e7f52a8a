// SPDX-License-Identifier: Apache-2.0
// A loss of your own: two functions, what a positive and what a negative costs. Checks, unknown cells, weights and the
// reduction come with it, and so does the compiled pass. This one is the Brier score, weighted by the counts of the labels.

#include <iostream>
#include <multilabel/loss.hpp>

namespace loss = multilabel::loss;

struct BrierFormula {
  template <class T>
  MULTILABEL_INLINE auto positive(const T& x) const {
    const auto miss = loss::logistic(-x);
    return miss * miss;
  }
  template <class T>
  MULTILABEL_INLINE auto negative(const T& x) const {
    const auto score = loss::logistic(x);
    return score * score;
  }
};

int main() {
  const loss::ClassBalanced weights({900, 10, 40}, 0.99);  // images with each label
  const loss::CellLoss brier(BrierFormula{}, loss::weighted(loss::CellOptions{}, weights));
  const auto logits = at::tensor({2.0f, -1.0f, 0.0f, 0.5f, 1.0f, -3.0f}).reshape({2, 3}).requires_grad_(true);
  const auto targets = at::tensor({1.0f, 0.0f, -1.0f, 0.0f, 1.0f, 0.0f}).reshape({2, 3});  // -1: nobody knows
  const auto value = brier(logits, targets);
  value.backward();
  std::cout << value.item<float>() << '\n' << logits.grad() << '\n';
}
