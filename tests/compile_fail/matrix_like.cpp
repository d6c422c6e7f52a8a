// SPDX-License-Identifier: Apache-2.0
// component: core
// must say: matrix_like
#include <multilabel/core/shape.hpp>
#include <vector>

#ifdef BAD
using Numbers = std::vector<float>;  // one axis only
#else
using Numbers = multilabel::Matrix<float>;
#endif

std::size_t rows(const Numbers& numbers) { return multilabel::row_major(numbers).view().rows(); }
