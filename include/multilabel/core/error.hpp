// SPDX-License-Identifier: Apache-2.0
#pragma once
// The one exception tree of the library. Every message is a sentence `where: what must be EXPECTED; got ACTUAL`, followed by
// how to mend it where that is known. Catch `Error` for all of them, a leaf for one kind; in Python each leaf is also the
// built-in exception a caller would expect (ValueError, OSError, RuntimeError).

#include <cstddef>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "multilabel/version.hpp"

#if defined(_WIN32)
#define MULTILABEL_EXCEPTION
#else
/// Exceptions keep default visibility, so that one thrown in an extension module is caught in another.
#define MULTILABEL_EXCEPTION __attribute__((visibility("default")))
#endif

namespace MULTILABEL_NAMESPACE {

/// Base of everything the library throws on purpose.
class MULTILABEL_EXCEPTION Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An option or argument is out of its range.
class MULTILABEL_EXCEPTION ArgumentError : public Error {
 public:
  using Error::Error;
};

/// Two arrays do not fit together, or one has the wrong number of dimensions.
class MULTILABEL_EXCEPTION ShapeError : public Error {
 public:
  using Error::Error;
};

/// A label is unknown, or two vocabularies that must be equal are not.
class MULTILABEL_EXCEPTION LabelError : public Error {
 public:
  using Error::Error;
};

/// A file of the data set cannot be used; names the file and, for tables, the row.
class MULTILABEL_EXCEPTION DataError : public Error {
 public:
  explicit DataError(const std::string& message, std::filesystem::path path = {}, std::optional<std::size_t> row = {})
      : Error(message), path_(std::move(path)), row_(row) {}

  /// The file at fault; empty when the fault is not in one file.
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  /// The line of a table, counted from 1 with the header as line 1.
  [[nodiscard]] std::optional<std::size_t> row() const noexcept { return row_; }

 private:
  std::filesystem::path path_;
  std::optional<std::size_t> row_;
};

/// A bundle, checkpoint or weight file cannot be read or written, or does not belong here.
class MULTILABEL_EXCEPTION BundleError : public Error {
 public:
  using Error::Error;
};

/// `fit` has to come first.
class MULTILABEL_EXCEPTION NotFittedError : public Error {
 public:
  using Error::Error;
};

}  // namespace MULTILABEL_NAMESPACE
