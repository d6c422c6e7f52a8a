// SPDX-License-Identifier: Apache-2.0
// component: training
// must say: loss_function
#include <multilabel/loss/binary_cross_entropy.hpp>
#include <multilabel/model/classifier.hpp>
#include <multilabel/training/trainer.hpp>

#ifdef BAD
using Loss = double (*)(const at::Tensor& logits, const at::Tensor& targets);  // a number has no gradient
#else
using Loss = multilabel::loss::BCEWithLogits;
#endif

void train(const multilabel::model::Classifier& model, const Loss& loss) { multilabel::training::Trainer trainer{model, loss}; }
