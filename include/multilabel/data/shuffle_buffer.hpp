// SPDX-License-Identifier: Apache-2.0
#pragma once
// Shuffles what comes one after the other and cannot be held all at once: some wait in a buffer, and each time one of them is
// drawn.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "multilabel/core/random.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

/// Holds up to `capacity` values. The order is a function of the key and of the order in which they come; a capacity of 0 or 1
/// keeps that order.
template <class Value>
class ShuffleBuffer {
 public:
  ShuffleBuffer(std::size_t capacity, RandomKey key) : capacity_(capacity == 0 ? 1 : capacity), random_(key) {}

  /// Fills the buffer from `source()`, which returns an optional value, and takes one of those held; nothing at the end.
  template <class Source>
  [[nodiscard]] std::optional<Value> next(Source&& source) {
    while (!ended_ && held_.size() < capacity_) {
      if (std::optional<Value> value = source()) {
        held_.push_back(std::move(*value));
      } else {
        ended_ = true;
      }
    }
    if (held_.empty()) return std::nullopt;
    std::swap(held_[random_.below(static_cast<std::uint32_t>(held_.size()))], held_.back());
    std::optional<Value> taken = std::move(held_.back());
    held_.pop_back();
    return taken;
  }

 private:
  std::size_t capacity_;
  Random random_;
  std::vector<Value> held_;
  bool ended_ = false;
};

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER
