// SPDX-License-Identifier: Apache-2.0
#pragma once
// Reads and writes .safetensors, the weight format that Python's `safetensors`, timm and the hubs use, as plain bytes with
// types and shapes: an 8-byte little-endian header length, a JSON header with type, shape and byte range of every tensor, the
// raw bytes. No code is ever run by loading one. With torch's tensors see model/safetensors.hpp. Needs a JSON library.

#include <algorithm>
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
#include "multilabel/core/safetensors_header.hpp"

namespace MULTILABEL_NAMESPACE {

static_assert(std::endian::native == std::endian::little, "safetensors holds little-endian numbers; this reader swaps none");

/// One tensor to be written; `data` must live until it is.
struct SafeTensorView {
  std::string_view name;
  SafeTensorType type;
  std::vector<std::int64_t> shape;
  const void* data = nullptr;
};

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

}  // namespace MULTILABEL_NAMESPACE
