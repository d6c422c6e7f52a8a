// SPDX-License-Identifier: Apache-2.0
#pragma once
// How the library says no: one function that builds the sentence of every error, and the words for shapes and lists in it.
// Use `fail` behind an `if`, so that the message costs nothing when all is well.

#include <cstddef>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "multilabel/core/error.hpp"

namespace MULTILABEL_NAMESPACE {

/// The parts of an error message: "where: expected; got actual. mend".
struct Complaint {
  std::string_view where;      ///< the public function, as the user typed it: "metrics::f1_score"
  std::string_view expected;   ///< "targets and predictions must have the same shape"
  std::string actual;          ///< "[3, 4] and [3, 5]"
  std::string_view mend = {};  ///< one sentence, or nothing
};

[[nodiscard]] inline std::string to_string(const Complaint& complaint) {
  std::string text{complaint.where};
  text.append(": ").append(complaint.expected);
  if (!complaint.actual.empty()) text.append("; got ").append(complaint.actual);
  if (!complaint.mend.empty()) text.append(". ").append(complaint.mend);
  return text;
}

/// Throws `Exception` with the sentence built from `complaint`; further arguments go to its constructor (a path, a row).
template <class Exception, class... Details>
[[noreturn]] void fail(const Complaint& complaint, Details&&... details) {
  throw Exception(to_string(complaint), std::forward<Details>(details)...);
}

/// Any streamable values, one after the other: join_text("[", 3, ", ", 4, "]").
template <class... Parts>
[[nodiscard]] std::string join_text(const Parts&... parts) {
  std::ostringstream stream;
  (stream << ... << parts);
  return stream.str();
}

/// "[rows, columns]", as shapes are written everywhere.
[[nodiscard]] inline std::string shape_text(std::size_t rows, std::size_t columns) {
  return join_text("[", rows, ", ", columns, "]");
}

/// "'name'", as labels and files are written everywhere. An object, because argument-dependent lookup would prefer
/// `std::quoted` to a function of this name wherever the argument is a `std::string`.
inline constexpr auto quoted = [](std::string_view text) -> std::string { return join_text("'", text, "'"); };

}  // namespace MULTILABEL_NAMESPACE
