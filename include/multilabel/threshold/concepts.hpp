// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a decision rule has to offer to stand where ours stand: `apply`. Laws: the result has the shape of the scores, holds 0
// and 1 only, and depends on nothing but the scores of its row.

#include <concepts>
#include <cstdint>

#include "multilabel/core/shape.hpp"

namespace MULTILABEL_NAMESPACE::threshold {

template <class Rule>
concept threshold_rule = requires(const Rule& rule, const Matrix<float>& scores) {
  { rule.apply(scores) } -> std::same_as<Matrix<std::uint8_t>>;
};

}  // namespace MULTILABEL_NAMESPACE::threshold
