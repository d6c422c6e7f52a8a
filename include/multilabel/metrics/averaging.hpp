// SPDX-License-Identifier: Apache-2.0
#pragma once
// How do many labels become one number? The four averages of the field, by name.

#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace multilabel::metrics {

/// How per-label or per-sample values become one number.
enum class Average {
  micro,     ///< count over all cells first, then one value: every cell weighs the same
  macro,     ///< the plain mean over labels: every label weighs the same
  weighted,  ///< the mean over labels, weighted by each label's number of positives
  samples,   ///< one value a row, then the mean over rows: every sample weighs the same
};

namespace detail {
inline constexpr std::array<std::pair<std::string_view, Average>, 4> average_names{
    {{"micro", Average::micro}, {"macro", Average::macro}, {"weighted", Average::weighted}, {"samples", Average::samples}}};
}  // namespace detail

/// "micro", "macro", "weighted" or "samples".
[[nodiscard]] constexpr std::string_view to_string(Average average) noexcept {
  for (const auto& [name, value] : detail::average_names)
    if (value == average) return name;
  return "unknown";
}

/// The average of that name, or nothing.
[[nodiscard]] constexpr std::optional<Average> average_from(std::string_view name) noexcept {
  for (const auto& [known, value] : detail::average_names)
    if (known == name) return value;
  return std::nullopt;
}

}  // namespace multilabel::metrics
