// SPDX-License-Identifier: Apache-2.0
#pragma once
// Reading a `MetricState` that may come from a file: every list is there, of the right length, and counts are whole.

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/metrics/streaming/concepts.hpp"

namespace MULTILABEL_NAMESPACE::metrics::detail {

inline constexpr std::size_t any_length = std::numeric_limits<std::size_t>::max();

/// The list of that name. Throws `ArgumentError` when it is missing, of another length, or holds a number that is not finite.
[[nodiscard]] inline const std::vector<double>& entry(std::string_view where, const MetricState& state, const std::string& name,
                                                      std::size_t length = any_length) {
  const auto found = state.find(name);
  if (found == state.end()) {
    std::string names;
    for (const auto& [key, values] : state) names += join_text(names.empty() ? "" : ", ", key);
    fail<ArgumentError>({where, join_text("the state must have an entry ", quoted(name)),
                         names.empty() ? "an empty state" : names, "Load the state of a metric of the same kind."});
  }
  if (length != any_length && found->second.size() != length) {
    fail<ArgumentError>(
        {where, join_text("the state's ", quoted(name), " must hold ", length, " numbers"), join_text(found->second.size())});
  }
  for (const double value : found->second) {
    if (!std::isfinite(value))
      fail<ArgumentError>({where, join_text("the state's ", quoted(name), " must be finite"), join_text(value)});
  }
  return found->second;
}

/// `value` as a count. Throws `ArgumentError` unless it is whole and not negative.
[[nodiscard]] inline std::size_t whole(std::string_view where, double value) {
  if (value >= 0.0 && value == std::floor(value) && value < 9007199254740992.0) return static_cast<std::size_t>(value);
  fail<ArgumentError>({where, "the state's counts must be whole numbers", join_text(value)});
}

}  // namespace MULTILABEL_NAMESPACE::metrics::detail
