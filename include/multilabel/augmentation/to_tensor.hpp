// SPDX-License-Identifier: Apache-2.0
#pragma once
// The end of a pipeline that is written for albumentations. In C++ `Pipeline::write` stores planes [channels, height, width]
// with or without it; in Python it turns the result into a torch tensor.

#include <string>
#include <string_view>

#include "multilabel/augmentation/operation.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

struct ToTensorV2Options {
  double p = 1;
  friend bool operator==(const ToTensorV2Options&, const ToTensorV2Options&) = default;
};

/// Changes no pixel; may follow `Normalize`. p must be 1, or a model would see two formats.
class ToTensorV2 {
 public:
  static constexpr std::string_view name = "ToTensorV2";
  static constexpr Kind kind = Kind::values;
  static constexpr bool idle = true;

  explicit ToTensorV2(ToTensorV2Options options = {}) : options_(options) {
    if (options_.p != 1) fail<ArgumentError>({"augmentation::ToTensorV2", "p must be 1", join_text(options_.p)});
  }
  [[nodiscard]] const ToTensorV2Options& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const { return "ToTensorV2()"; }
  void apply(Canvas&, Draws&) const {}

 private:
  ToTensorV2Options options_;
};

}  // namespace MULTILABEL_NAMESPACE::augmentation
