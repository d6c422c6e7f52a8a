// SPDX-License-Identifier: Apache-2.0
#pragma once
// Reads and writes .safetensors, the weight format that Python's `safetensors`, timm and the hubs use, as plain bytes with
// types and shapes: an 8-byte little-endian header length, a JSON header with type, shape and byte range of every tensor, the
// raw bytes. No code is ever run by loading one. With torch's tensors see model/safetensors.hpp. Needs a JSON library.

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/atomic_file.hpp"
#include "multilabel/core/check.hpp"

namespace multilabel {

static_assert(std::endian::native == std::endian::little, "safetensors holds little-endian numbers; this reader swaps none");

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

/// One tensor to be written; `data` must live until it is.
struct SafeTensorView {
  std::string_view name;
  SafeTensorType type;
  std::vector<std::int64_t> shape;
  const void* data = nullptr;
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

/// A .safetensors file that is open for reading. Every length is checked before anything is allocated: the byte ranges must fit
/// their shapes, follow each other without gaps and end with the file.
class SafeTensorFile {
 public:
  /// Throws `BundleError` naming the file for anything missing, cut short or malformed, and for what is no regular file.
  explicit SafeTensorFile(std::filesystem::path path) : path_(std::move(path)) {
    std::error_code unreadable;
    const bool regular =
        path_.native().find('\0') == std::string::npos && std::filesystem::is_regular_file(path_, unreadable) && !unreadable;
    const std::uint64_t size = regular ? std::filesystem::file_size(path_, unreadable) : 0;
    if (regular && !unreadable) file_.open(path_, std::ios::binary);
    if (!file_.is_open()) fail<BundleError>({"load_safetensors", "the weight file must be readable", quoted(path_.string())});
    std::uint64_t length = 0;
    if (size < 8 || !file_.read(reinterpret_cast<char*>(&length), 8)) {
      detail::reject_safetensors(path_, "a .safetensors file must be at least 8 bytes long", join_text(size));
    }
    if (length > size - 8 || length > detail::safetensors_header_limit) {
      detail::reject_safetensors(path_, "the header must fit into the file and 100 MB", join_text(length, " bytes of header"));
    }
    std::string text(length, '\0');
    if (!file_.read(text.data(), static_cast<std::streamsize>(length))) {
      detail::reject_safetensors(path_, "the header must be there", "less");
    }
    detail::SafeTensorHeader header(path_);
    nlohmann::json::sax_parse(text, &header);
    entries_ = std::move(header.entries);
    metadata_ = std::move(header.metadata);
    require_lengths(size - 8 - length);
  }

  /// In the order of their bytes.
  [[nodiscard]] const std::vector<SafeTensorEntry>& entries() const noexcept { return entries_; }
  /// The header's "__metadata__".
  [[nodiscard]] const std::map<std::string, std::string>& metadata() const noexcept { return metadata_; }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  /// Reads the next entry's bytes into `memory`; to be called once for each of `entries()`, in their order.
  void read(const SafeTensorEntry& entry, void* memory) {
    const auto bytes = static_cast<std::streamsize>(entry.end - entry.begin);
    if (bytes > 0 && !file_.read(static_cast<char*>(memory), bytes)) {
      detail::reject_safetensors(path_, "the data of every tensor must be there", quoted(entry.name) + " cut short");
    }
    if (entry.type.name != "BOOL") return;  // any byte but 0 and 1 is not a bool to the compiler
    auto* cells = static_cast<std::uint8_t*>(memory);
    std::transform(cells, cells + bytes, cells, [](std::uint8_t cell) { return static_cast<std::uint8_t>(cell != 0); });
  }

 private:
  void require_lengths(std::uint64_t data) {
    std::sort(entries_.begin(), entries_.end(),
              [](const auto& a, const auto& b) { return std::pair(a.begin, a.end) < std::pair(b.begin, b.end); });
    std::uint64_t next = 0;
    for (const auto& entry : entries_) {
      if (entry.begin != next) {
        detail::reject_safetensors(path_, "the tensors must follow each other without gaps", quoted(entry.name));
      }
      next = entry.end;
    }
    if (next != data) {
      detail::reject_safetensors(path_, "the tensors must end with the file",
                                 join_text(next, " bytes of tensors and ", data, " bytes of data"));
    }
  }

  std::filesystem::path path_;
  std::ifstream file_;
  std::vector<SafeTensorEntry> entries_;
  std::map<std::string, std::string> metadata_;
};

/// Writes `tensors` and `metadata` to `path`, whole or not at all (see `AtomicFile`). The bytes are ordered by the size of
/// their type, largest first, as the format asks, and otherwise as given. Throws `BundleError` for a repeated name, a text that
/// is no UTF-8 or a disk that is full.
inline void write_safetensors(const std::filesystem::path& path, std::span<const SafeTensorView> tensors,
                              const std::map<std::string, std::string>& metadata = {}) {
  const auto refuse = [&](std::string_view expected, std::string_view name) {
    fail<BundleError>({"save_safetensors", expected, join_text(quoted(name), " for ", quoted(path.string()))});
  };
  std::set<std::string_view> names{"__metadata__"};
  std::vector<const SafeTensorView*> ordered;
  for (const auto& tensor : tensors) {
    if (!names.insert(tensor.name).second) refuse("every tensor must have a name of its own", tensor.name);
    ordered.push_back(&tensor);
  }
  std::stable_sort(ordered.begin(), ordered.end(), [](const auto* a, const auto* b) { return a->type.bytes > b->type.bytes; });

  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::vector<std::uint64_t> ends{0};
  for (const auto* tensor : ordered) {
    std::uint64_t bytes = 0;
    if (!detail::byte_count(tensor->type, tensor->shape, bytes)) refuse("a tensor must fit into memory", tensor->name);
    ends.push_back(ends.back() + bytes);
    header[std::string(tensor->name)] = {
        {"dtype", tensor->type.name}, {"shape", tensor->shape}, {"data_offsets", {ends[ends.size() - 2], ends.back()}}};
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const nlohmann::json::type_error&) {
    refuse("names and metadata must be UTF-8", "other bytes");
  }
  text.append((8 - text.size() % 8) % 8, ' ');  // so that the data starts at a multiple of 8

  AtomicFile file(path);
  const std::uint64_t length = text.size();
  file.write(&length, 8);
  file.write(text);
  for (std::size_t i = 0; i < ordered.size(); ++i) file.write(ordered[i]->data, ends[i + 1] - ends[i]);
  file.commit();
}

}  // namespace multilabel
