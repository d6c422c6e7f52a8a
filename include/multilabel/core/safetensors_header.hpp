// SPDX-License-Identifier: Apache-2.0
#pragma once
// What stands in front of the numbers of a .safetensors file: types, shapes and places, taken from hostile text. Include
// core/safetensors.hpp, which reads and writes the files.

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"

namespace MULTILABEL_NAMESPACE {

/// A type of numbers by the format's name, and the bytes of one.
struct SafeTensorType {
  std::string_view name;
  std::size_t bytes = 0;
  friend bool operator==(const SafeTensorType&, const SafeTensorType&) = default;
};

inline constexpr std::array<SafeTensorType, 10> safe_tensor_types{
    {{"F64", 8}, {"F32", 4}, {"F16", 2}, {"BF16", 2}, {"I64", 8}, {"I32", 4}, {"I16", 2}, {"I8", 1}, {"U8", 1}, {"BOOL", 1}}};

/// The type of that name, or nothing.
[[nodiscard]] constexpr const SafeTensorType* safe_tensor_type(std::string_view name) noexcept {
  for (const auto& type : safe_tensor_types)
    if (type.name == name) return &type;
  return nullptr;
}

/// One tensor of a file: what it is and where its bytes lie behind the header.
struct SafeTensorEntry {
  std::string name;
  SafeTensorType type;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

namespace detail {

inline constexpr std::uint64_t safetensors_header_limit = 100'000'000;  // as in the format's reference reader
inline constexpr std::size_t safetensors_rank_limit = 64;

[[noreturn]] inline void reject_safetensors(const std::filesystem::path& path, std::string_view expected,
                                            const std::string& actual) {
  fail<BundleError>({"load_safetensors", expected, join_text(actual, " in ", quoted(path.string())),
                     "The file is cut short, damaged or of another format."});
}

// Bytes that a tensor of this shape takes; false when the product does not fit.
[[nodiscard]] inline bool byte_count(const SafeTensorType& type, const std::vector<std::int64_t>& shape, std::uint64_t& bytes) {
  bytes = type.bytes;
  for (const std::int64_t side : shape) {
    if (side != 0 && bytes > static_cast<std::uint64_t>(INT64_MAX) / static_cast<std::uint64_t>(side)) return false;
    bytes *= static_cast<std::uint64_t>(side);
  }
  return true;
}

// Takes the header word by word and accepts its one form only, so that depth and memory are bounded by it: an object of objects
// with dtype, shape and data_offsets, and one of strings. A name that comes twice is refused: which of the two a reader takes
// would be chance.
class SafeTensorHeader {
 public:
  explicit SafeTensorHeader(const std::filesystem::path& path) : path_(path) {}

  std::vector<SafeTensorEntry> entries;
  std::map<std::string, std::string> metadata;

  bool start_object(std::size_t) {
    if (place_ == Place::outside) return go(Place::header);
    if (place_ == Place::header) return go(name_ == "__metadata__" ? Place::metadata : Place::entry);
    return misplaced();
  }
  bool end_object() {
    if (place_ == Place::entry) finish_entry();
    return go(place_ == Place::header ? Place::outside : Place::header);
  }
  bool key(std::string& word) {
    if (place_ == Place::metadata) {
      if (metadata.contains(word)) reject("__metadata__ must name every string once", quoted(word) + " twice");
      key_ = word;
    } else if (place_ == Place::entry) {
      if (!fields_.insert(word).second) reject(entry_form, quoted(name_));
      key_ = word;
    } else {
      if (!names_.insert(word).second) reject("the header must name every tensor once", quoted(word) + " twice");
      name_ = word;
      entry_ = {.name = word, .type = {}, .shape = {}};
      fields_.clear();
    }
    return true;
  }
  bool string(std::string& word) {
    if (place_ == Place::metadata) {
      metadata.emplace(key_, word);
      return true;
    }
    if (place_ != Place::entry || key_ != "dtype") return misplaced();
    const auto* type = safe_tensor_type(word);
    if (type == nullptr) {
      reject("the type of a tensor must be one of F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL",
             join_text(quoted(word), " for ", quoted(name_)));
    }
    entry_.type = *type;
    return true;
  }
  bool start_array(std::size_t) {
    if (place_ == Place::entry && key_ == "shape") return go(Place::shape);
    if (place_ == Place::entry && key_ == "data_offsets") return go(Place::offsets);
    return misplaced();
  }
  bool end_array() {
    if (place_ == Place::offsets && offsets_ != 2) reject(entry_form, quoted(name_));
    return go(Place::entry);
  }
  bool number_unsigned(std::uint64_t number) {
    if (place_ == Place::shape && number <= static_cast<std::uint64_t>(INT64_MAX) &&
        entry_.shape.size() < safetensors_rank_limit) {
      entry_.shape.push_back(static_cast<std::int64_t>(number));
      return true;
    }
    if (place_ != Place::offsets || offsets_ > 1) return misplaced();
    (offsets_++ == 0 ? entry_.begin : entry_.end) = number;
    return true;
  }
  bool number_integer(std::int64_t) { return misplaced(); }
  bool number_float(double, const std::string&) { return misplaced(); }
  bool boolean(bool) { return misplaced(); }
  bool null() { return misplaced(); }
  template <class Bytes>
  bool binary(Bytes&) {
    return misplaced();
  }
  template <class Exception>
  bool parse_error(std::size_t position, const std::string&, const Exception&) {  // its text may quote bytes that are no UTF-8
    reject("the header must be JSON", join_text("something else at byte ", position));
  }

 private:
  enum class Place { outside, header, metadata, entry, shape, offsets };
  static constexpr std::string_view entry_form = "an entry of the header must have dtype, shape and two data_offsets";

  [[noreturn]] void reject(std::string_view expected, const std::string& actual) const {
    reject_safetensors(path_, expected, actual);
  }
  [[noreturn]] bool misplaced() const {
    if (place_ == Place::outside) reject("the header must be a JSON object", "something else");
    if (place_ == Place::metadata || name_ == "__metadata__") {
      reject("__metadata__ must be an object of strings", quoted(key_.empty() ? name_ : key_));
    }
    reject(entry_form, quoted(name_));
  }
  bool go(Place place) {
    place_ = place;
    if (place == Place::offsets) offsets_ = 0;
    return true;
  }
  void finish_entry() {
    std::uint64_t bytes = 0;
    if (fields_ != std::set<std::string>{"dtype", "shape", "data_offsets"}) reject(entry_form, quoted(name_));
    if (!byte_count(entry_.type, entry_.shape, bytes) || entry_.end < entry_.begin || entry_.end - entry_.begin != bytes) {
      reject("the byte range of a tensor must be as long as its shape and type say",
             join_text(entry_.begin, " to ", entry_.end, " for ", quoted(name_)));
    }
    entries.push_back(std::move(entry_));
  }

  const std::filesystem::path& path_;
  Place place_ = Place::outside;
  std::string name_, key_;
  std::set<std::string> names_, fields_;
  SafeTensorEntry entry_;
  int offsets_ = 0;
};

}  // namespace detail

}  // namespace MULTILABEL_NAMESPACE
