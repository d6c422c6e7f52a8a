// SPDX-License-Identifier: Apache-2.0
#pragma once
// Random targets with unknown cells and tied scores, and cutting them into batches.

#include <cstddef>
#include <limits>
#include <vector>

#include "multilabel/core/random.hpp"
#include "multilabel/core/shape.hpp"

namespace streaming {

using multilabel::Matrix;

struct Data {
  Matrix<float> targets;
  Matrix<float> scores;
  std::vector<double> weights;
};

inline Data random_data(std::size_t rows, std::size_t labels, std::uint64_t seed) {
  multilabel::Random random({.seed = seed});
  Data data{Matrix<float>(rows, labels), Matrix<float>(rows, labels), std::vector<double>(rows)};
  for (std::size_t i = 0; i < rows; ++i) {
    data.weights[i] = 0.25 + random.uniform();
    for (std::size_t j = 0; j < labels; ++j) {
      const double truth = random.uniform();
      data.targets(i, j) = truth < 0.1 ? std::numeric_limits<float>::quiet_NaN() : truth < 0.4 ? 1.0f : 0.0f;
      const double score = 0.7 * random.uniform() + (truth >= 0.1 && truth < 0.4 ? 0.3 : 0.0);
      data.scores(i, j) = static_cast<float>(static_cast<int>(score * 50)) / 50.0f;  // many ties
    }
  }
  return data;
}

/// Rows [first, last) of a matrix.
inline Matrix<float> rows_of(const Matrix<float>& all, std::size_t first, std::size_t last) {
  const std::size_t columns = all.columns();
  return {last - first, columns, std::vector<float>(all.data() + first * columns, all.data() + last * columns)};
}

/// Gives the rows [first, last) to a metric in batches of 1, 2, 3, ... rows.
template <class Metric>
void feed(Metric& metric, const Data& data, std::size_t first, std::size_t last, bool weighted = false) {
  for (std::size_t size = 1; first < last; ++size) {
    const std::size_t end = first + size < last ? first + size : last;
    const std::vector<double> weights(data.weights.begin() + static_cast<std::ptrdiff_t>(first),
                                      data.weights.begin() + static_cast<std::ptrdiff_t>(end));
    metric.update(rows_of(data.targets, first, end), rows_of(data.scores, first, end),
                  weighted ? weights : std::vector<double>{});
    first = end;
  }
}

}  // namespace streaming
