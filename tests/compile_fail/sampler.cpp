// SPDX-License-Identifier: Apache-2.0
// component: data
// must say: s.order(epoch)
#include <multilabel/data/sampler.hpp>

struct EveryOther {
  [[nodiscard]] std::size_t size() const { return 2; }
#ifdef BAD
  [[nodiscard]] std::vector<std::size_t> order() const { return {0, 2}; }  // the epoch is missing
#else
  [[nodiscard]] std::vector<std::size_t> order(std::uint32_t) const { return {0, 2}; }
#endif
};

const multilabel::data::AnySampler sampler{EveryOther{}};
