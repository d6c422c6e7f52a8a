// SPDX-License-Identifier: Apache-2.0
#pragma once
// What did the user mean? The known name that is closest to a misspelt one, for error messages only.

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "multilabel/core/check.hpp"

namespace MULTILABEL_NAMESPACE::encoding::detail {

/// The number of letters to insert, delete or replace to get from `a` to `b` (Levenshtein), letter case ignored.
[[nodiscard]] inline std::size_t edit_distance(std::string_view a, std::string_view b) {
  const auto lower = [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  };
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

/// "Did you mean 'cat'?" for the nearest of `names` if it is within a third of the letters (at least two), otherwise "".
[[nodiscard]] inline std::string did_you_mean(std::string_view name, const std::vector<std::string>& names) {
  const std::string* nearest = nullptr;
  std::size_t least = std::max<std::size_t>(2, name.size() / 3) + 1;
  for (const auto& candidate : names) {
    if (const auto distance = edit_distance(name, candidate); distance < least && distance < candidate.size()) {
      least = distance;
      nearest = &candidate;
    }
  }
  return nearest == nullptr ? std::string{} : join_text("Did you mean ", quoted(*nearest), "?");
}

}  // namespace MULTILABEL_NAMESPACE::encoding::detail
