// SPDX-License-Identifier: Apache-2.0
// component: training
// must say: classifier
#include <multilabel/loss/binary_cross_entropy.hpp>
#include <multilabel/model/classifier.hpp>
#include <multilabel/training/trainer.hpp>

#ifdef BAD
using Model = at::Tensor (*)(const at::Tensor& images);  // no parameters to learn
#else
using Model = multilabel::model::Classifier;
#endif

void train(const Model& model) { multilabel::training::Trainer trainer{model, multilabel::loss::BCEWithLogits{}}; }
