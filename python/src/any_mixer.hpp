// SPDX-License-Identifier: Apache-2.0
#pragma once
// A mixer chosen in Python, as one C++ type that the loader knows too.

#include <multilabel/augmentation/mixing.hpp>

#include <functional>
#include <utility>

namespace multilabel::python {

/// Any mixer, shared and immutable; satisfies `augmentation::batch_mixer`.
class AnyMixer {
 public:
  template <augmentation::batch_mixer Mixer>
    requires(!std::same_as<Mixer, AnyMixer>)
  explicit AnyMixer(Mixer mixer) : mix_(std::move(mixer)) {}

  void operator()(const augmentation::BatchView& batch, RandomKey key) const { mix_(batch, key); }

 private:
  std::function<void(const augmentation::BatchView&, RandomKey)> mix_;
};

}  // namespace multilabel::python
