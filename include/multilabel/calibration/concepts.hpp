// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a calibrator has to offer to stand where ours stand. Laws: probabilities lie in [0, 1], have the shape of the input, and
// do not fall as the input of their label rises (Platt scaling with a negative slope is the one exception).

#include <concepts>

#include "multilabel/core/shape.hpp"

namespace MULTILABEL_NAMESPACE::calibration {

template <class Calibrator>
concept calibrator = requires(const Calibrator& fitted, const Matrix<float>& logits) {
  { fitted.apply(logits) } -> std::same_as<Matrix<float>>;
};

}  // namespace MULTILABEL_NAMESPACE::calibration
