// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a sample says about the places of its labels, in the form that pipelines take.

#include <algorithm>
#include <cmath>
#include <string>

#include "multilabel/augmentation/box.hpp"
#include "multilabel/data/sample.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

/// The boxes of the labels that a sample has. Those without an area, which some tools write, are left out.
[[nodiscard]] inline augmentation::Objects objects_of(const Sample& sample) {
  augmentation::Objects objects;
  const auto has = [&](const std::string& label) {
    return std::find(sample.labels.begin(), sample.labels.end(), label) != sample.labels.end();
  };
  for (const auto& box : sample.boxes)
    if (box.left < box.right && box.top < box.bottom && std::isfinite(box.area()) && has(box.label))
      objects.boxes.push_back(box);
  return objects;
}

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER
