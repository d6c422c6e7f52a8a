// SPDX-License-Identifier: Apache-2.0
// component: metrics
// must say: score_matrix
#include <multilabel/metrics/average_precision.hpp>

#ifdef BAD
using Scores = multilabel::Matrix<int>;  // predictions where scores are wanted
#else
using Scores = multilabel::Matrix<float>;
#endif

double quality(const multilabel::Matrix<int>& targets, const Scores& scores) {
  return multilabel::metrics::average_precision_score(targets, scores);
}
