// SPDX-License-Identifier: Apache-2.0
// component: data
// must say: batch_augmentation
#include <multilabel/augmentation/recipes.hpp>
#include <multilabel/data/loader.hpp>

#ifdef BAD
inline cv::Mat plain(const cv::Mat& image, multilabel::RandomKey) { return image; }  // cannot say the size of a batch
#else
inline const auto plain = multilabel::augmentation::evaluation({.size = 8});
#endif

void load(const multilabel::data::Dataset& dataset, const multilabel::encoding::Vocabulary& vocabulary) {
  const multilabel::data::DataLoader loader{dataset, vocabulary, plain};
}
