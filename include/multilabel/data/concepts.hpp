// SPDX-License-Identifier: Apache-2.0
#pragma once
// The seams of this component: where samples come from, and in which order an epoch takes them. A user's own struct that
// satisfies one of these stands in a `DataLoader` like the library's own.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "multilabel/data/sample.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

/// Something with a number of samples. Laws: `source[i]` may be called for any `i < size()` from several threads at once, and
/// gives an equal sample each time. It may be slow: a loader calls it in its workers, once for each time a sample is loaded.
template <class S>
concept sample_source = requires(const S& source, std::size_t i) {
  { source.size() } -> std::convertible_to<std::size_t>;
  { source[i] } -> std::convertible_to<Sample>;
};

/// The order of an epoch. Laws: `order(epoch)` depends on `epoch` alone and has `size()` entries; each is the position of a
/// sample in the data set. A position may come several times (each time with draws of its own) or not at all.
template <class S>
concept sampler = requires(const S& s, std::uint32_t epoch) {
  { s.size() } -> std::convertible_to<std::size_t>;
  { s.order(epoch) } -> std::convertible_to<std::vector<std::size_t>>;
};

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER
