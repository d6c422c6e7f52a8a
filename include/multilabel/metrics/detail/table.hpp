// SPDX-License-Identifier: Apache-2.0
#pragma once
// Sets columns of text: the first to the left, the others to the right, as wide as their longest entry.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iomanip>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "multilabel/version.hpp"

namespace MULTILABEL_NAMESPACE::metrics::detail {

/// `digits` decimals; `undefined` for NaN.
[[nodiscard]] inline std::string decimals(double value, int digits = 3, const char* undefined = "-") {
  if (std::isnan(value)) return undefined;
  std::ostringstream stream;
  stream << std::fixed << std::setprecision(digits) << value;
  return stream.str();
}

/// The number of letters in UTF-8 text.
[[nodiscard]] inline std::size_t text_width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

class Table {
 public:
  explicit Table(std::vector<std::string> head) : rows_{std::move(head)} {}

  /// One row; an empty one is a blank line.
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }

  [[nodiscard]] std::string to_text() const {
    std::vector<std::size_t> widths(rows_.front().size());
    for (const auto& row : rows_)
      for (std::size_t j = 0; j < row.size(); ++j) widths[j] = std::max(widths[j], text_width(row[j]));
    std::string text;
    for (const auto& row : rows_) {
      std::string line;
      for (std::size_t j = 0; j < row.size(); ++j) {
        const std::string padding(widths[j] - text_width(row[j]), ' ');
        line += j == 0 ? row[j] + padding : "  " + padding + row[j];
      }
      line.erase(line.find_last_not_of(' ') + 1);
      text += line + "\n";
    }
    return text;
  }

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace MULTILABEL_NAMESPACE::metrics::detail
