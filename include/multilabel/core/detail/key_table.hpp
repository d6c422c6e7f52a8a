// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where among a label's positives does a score lie? The positives, which are few, are sorted by the digits of their keys (see
// score_keys.hpp); a table over the range of these keys tells a search where to start, mostly to within two keys.

#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

namespace multilabel::core::detail {

/// Sorts integers, long lists digit by digit. O(n).
template <std::integral Key>
void sort_keys(std::vector<Key>& keys) {
  using Unsigned = std::make_unsigned_t<Key>;
  constexpr int digit = 11, passes = (std::numeric_limits<Unsigned>::digits + digit - 1) / digit;
  constexpr std::size_t values = std::size_t{1} << digit;
  if (keys.size() < values / 4) {  // the counters alone cost more
    std::sort(keys.begin(), keys.end());
    return;
  }
  const auto value_of = [](Key key, int pass) {
    const auto ordered =
        static_cast<Unsigned>(static_cast<Unsigned>(key) - static_cast<Unsigned>(std::numeric_limits<Key>::min()));
    return static_cast<std::size_t>(ordered >> (digit * pass)) % values;
  };
  std::vector<std::array<std::size_t, values>> counts(passes);
  for (const Key key : keys) {
    for (int pass = 0; pass < passes; ++pass) ++counts[static_cast<std::size_t>(pass)][value_of(key, pass)];
  }
  std::vector<Key> sorted(keys.size());
  for (int pass = 0; pass < passes; ++pass) {
    auto& places = counts[static_cast<std::size_t>(pass)];
    if (places[value_of(keys[0], pass)] == keys.size()) continue;  // all keys have this digit
    std::size_t sum = 0;
    for (auto& place : places) sum += std::exchange(place, sum);
    for (const Key key : keys) sorted[places[value_of(key, pass)]++] = key;
    keys.swap(sorted);
  }
}

/// Sorts keys and leaves the distinct ones.
/// @return how often each came.
template <std::integral Key>
[[nodiscard]] std::vector<std::uint32_t> sort_and_count(std::vector<Key>& keys) {
  sort_keys(keys);
  std::vector<std::uint32_t> times;
  times.reserve(keys.size());
  std::size_t distinct = 0;
  for (const Key key : keys) {
    if (distinct == 0 || keys[distinct - 1] != key) {
      keys[distinct++] = key;
      times.push_back(0);
    }
    ++times.back();
  }
  keys.resize(distinct);
  return times;
}

/// Ascending distinct keys, and which of them is the first not below a given one.
template <std::integral Key>
class KeyTable {
  using Unsigned = std::make_unsigned_t<Key>;

 public:
  explicit KeyTable(std::vector<Key> keys) : keys_(std::move(keys)) {
    const std::size_t count = keys_.size();
    keys_.push_back(std::numeric_limits<Key>::max());  // of no finite score: every search ends
    const Unsigned range = count > 0 ? offset(keys_[count - 1]) : Unsigned{0};
    const auto slots = std::clamp<std::size_t>(std::bit_ceil(4 * count), 64, 65536);
    shift_ = std::max(0, static_cast<int>(std::bit_width(range)) - static_cast<int>(std::bit_width(slots - 1)));
    last_ = static_cast<std::size_t>(range >> shift_) + 1;
    starts_.resize(last_ + 2, static_cast<std::uint32_t>(count));
    for (std::size_t i = 0, slot = 0; i < count; ++i) {
      for (const auto own = static_cast<std::size_t>(offset(keys_[i]) >> shift_); slot <= own; ++slot) {
        starts_[slot] = static_cast<std::uint32_t>(i);
      }
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return keys_.size() - 1; }
  /// Also valid for i = size(), where it is above every score's key.
  [[nodiscard]] Key operator[](std::size_t i) const noexcept { return keys_[i]; }

  [[nodiscard]] std::size_t lower_bound(Key key) const noexcept {
    const auto slot = std::min(static_cast<std::size_t>(offset(std::max(key, keys_[0])) >> shift_), last_);
    std::size_t i = starts_[slot];
    if (starts_[slot + 1] - i > 8) {
      const auto begin = keys_.begin() + static_cast<std::ptrdiff_t>(i);
      return static_cast<std::size_t>(std::lower_bound(begin, keys_.end(), key) - keys_.begin());
    }
    i += keys_[i] < key ? 1 : 0;  // mostly enough, and without a branch to mispredict
    i += keys_[i] < key ? 1 : 0;
    while (keys_[i] < key) ++i;
    return i;
  }

 private:
  [[nodiscard]] Unsigned offset(Key key) const noexcept {
    return static_cast<Unsigned>(static_cast<Unsigned>(key) - static_cast<Unsigned>(keys_[0]));
  }

  std::vector<Key> keys_;
  std::vector<std::uint32_t> starts_;
  std::size_t last_ = 0;
  int shift_ = 0;
};

}  // namespace multilabel::core::detail
