// SPDX-License-Identifier: Apache-2.0
#pragma once
// Reads and writes .safetensors, the weight format that Python's `safetensors`, timm and the hubs use: an 8-byte little-endian
// header length, a JSON header with type, shape and byte range of every tensor, the raw bytes. No code is ever run by loading
// one.

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

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
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/atomic_file.hpp"
#include "multilabel/core/check.hpp"

namespace multilabel::model {

static_assert(std::endian::native == std::endian::little, "safetensors holds little-endian numbers; this reader swaps none");

/// Tensors by name, in the order of their bytes in the file.
using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

/// What a .safetensors file holds.
struct SafeTensors {
  NamedTensors tensors;
  std::map<std::string, std::string> metadata;  ///< the header's "__metadata__"
};

namespace detail {

struct SafeTensorType {
  std::string_view name;
  at::ScalarType type;
  std::size_t bytes;
};

inline constexpr std::array<SafeTensorType, 10> safetensor_types{{{"F64", at::kDouble, 8},
                                                                  {"F32", at::kFloat, 4},
                                                                  {"F16", at::kHalf, 2},
                                                                  {"BF16", at::kBFloat16, 2},
                                                                  {"I64", at::kLong, 8},
                                                                  {"I32", at::kInt, 4},
                                                                  {"I16", at::kShort, 2},
                                                                  {"I8", at::kChar, 1},
                                                                  {"U8", at::kByte, 1},
                                                                  {"BOOL", at::kBool, 1}}};

inline constexpr std::uint64_t safetensors_header_limit = 100'000'000;  // as in the format's reference reader

struct SafeTensorEntry {
  std::string name;
  SafeTensorType type;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

[[noreturn]] inline void reject(const std::filesystem::path& path, std::string_view expected, std::string actual) {
  fail<BundleError>({"load_safetensors", expected, join_text(actual, " in ", quoted(path.string())),
                     "The file is cut short, damaged or of another format."});
}

// Bytes that a tensor of this shape takes; false when a side is negative or the product does not fit.
[[nodiscard]] inline bool byte_count(const SafeTensorEntry& entry, std::uint64_t& bytes) {
  bytes = entry.type.bytes;
  for (const std::int64_t side : entry.shape) {
    if (side < 0) return false;
    if (side != 0 && bytes > static_cast<std::uint64_t>(INT64_MAX) / static_cast<std::uint64_t>(side)) return false;
    bytes *= static_cast<std::uint64_t>(side);
  }
  return true;
}

[[nodiscard]] inline SafeTensorEntry parse_entry(const std::filesystem::path& path, const std::string& name,
                                                 const nlohmann::json& value) {
  SafeTensorEntry entry{.name = name, .type = {}, .shape = {}};
  const auto sides = [](const nlohmann::json& list) {
    return list.is_array() && std::all_of(list.begin(), list.end(), [](const auto& side) { return side.is_number_unsigned(); });
  };
  if (!value.is_object() || !value.contains("dtype") || !value["dtype"].is_string() || !value.contains("shape") ||
      !sides(value["shape"]) || !value.contains("data_offsets") || !sides(value["data_offsets"]) ||
      value["data_offsets"].size() != 2) {
    reject(path, "an entry of the header must have dtype, shape and two data_offsets", quoted(name));
  }
  const auto dtype = value["dtype"].get<std::string>();
  const auto* found =
      std::find_if(safetensor_types.begin(), safetensor_types.end(), [&](const auto& type) { return type.name == dtype; });
  if (found == safetensor_types.end()) {
    reject(path, "the type of a tensor must be one of F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL",
           join_text(quoted(dtype), " for ", quoted(name)));
  }
  entry.type = *found;
  for (const auto& side : value["shape"]) entry.shape.push_back(static_cast<std::int64_t>(side.get<std::uint64_t>()));
  entry.begin = value["data_offsets"][0].get<std::uint64_t>();
  entry.end = value["data_offsets"][1].get<std::uint64_t>();
  std::uint64_t bytes = 0;
  if (!byte_count(entry, bytes) || entry.end < entry.begin || entry.end - entry.begin != bytes) {
    reject(path, "the byte range of a tensor must be as long as its shape and type say",
           join_text(entry.begin, " to ", entry.end, " for ", quoted(name)));
  }
  return entry;
}

// JSON that repeats a name is refused: which of the two tensors a reader takes would be chance.
[[nodiscard]] inline nlohmann::json parse_header(const std::filesystem::path& path, const std::string& text) {
  std::set<std::string> names;
  std::string repeated;
  const auto watch = [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json& value) {
    if (depth == 1 && event == nlohmann::json::parse_event_t::key && !names.insert(value.get<std::string>()).second) {
      repeated = value.get<std::string>();
    }
    return true;
  };
  nlohmann::json header;
  try {
    header = nlohmann::json::parse(text, watch);
  } catch (const nlohmann::json::parse_error& error) {  // its text may quote bytes that are no UTF-8
    reject(path, "the header must be JSON", join_text("something else at byte ", error.byte));
  }
  if (!header.is_object()) reject(path, "the header must be a JSON object", header.type_name());
  if (!repeated.empty()) reject(path, "the header must name every tensor once", quoted(repeated) + " twice");
  return header;
}

}  // namespace detail

/// The tensors and metadata of the file at `path`, on the CPU, each in memory of its own. Every length is checked before
/// anything is allocated: the byte ranges must fit their shapes, follow each other without gaps and end with the file. Throws
/// `BundleError` naming the file for anything missing, cut short or malformed.
[[nodiscard]] inline SafeTensors load_safetensors(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::error_code unreadable;
  const std::uint64_t size = std::filesystem::file_size(path, unreadable);
  if (!file || unreadable) {
    fail<BundleError>({"load_safetensors", "the weight file must be readable", quoted(path.string())});
  }
  std::uint64_t length = 0;
  if (size < 8 || !file.read(reinterpret_cast<char*>(&length), 8)) {
    detail::reject(path, "a .safetensors file must be at least 8 bytes long", join_text(size));
  }
  if (length > size - 8 || length > detail::safetensors_header_limit) {
    detail::reject(path, "the header must fit into the file and 100 MB", join_text(length, " bytes of header"));
  }
  std::string text(length, '\0');
  if (!file.read(text.data(), static_cast<std::streamsize>(length))) detail::reject(path, "the header must be there", "less");

  SafeTensors loaded;
  std::vector<detail::SafeTensorEntry> entries;
  const nlohmann::json header = detail::parse_header(path, text);
  for (const auto& [name, value] : header.items()) {
    if (name != "__metadata__") {
      entries.push_back(detail::parse_entry(path, name, value));
      continue;
    }
    if (!value.is_object()) detail::reject(path, "__metadata__ must be an object of strings", value.type_name());
    for (const auto& [key, word] : value.items()) {
      if (!word.is_string()) detail::reject(path, "__metadata__ must be an object of strings", quoted(key));
      loaded.metadata.emplace(key, word.get<std::string>());
    }
  }
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return std::pair(a.begin, a.end) < std::pair(b.begin, b.end); });
  std::uint64_t next = 0;
  for (const auto& entry : entries) {
    if (entry.begin != next) detail::reject(path, "the tensors must follow each other without gaps", quoted(entry.name));
    next = entry.end;
  }
  if (next != size - 8 - length) {
    detail::reject(path, "the tensors must end with the file",
                   join_text(next, " bytes of tensors and ", size - 8 - length, " bytes of data"));
  }
  for (const auto& entry : entries) {
    at::Tensor tensor = at::empty(entry.shape, at::TensorOptions().dtype(entry.type.type));
    const auto bytes = static_cast<std::streamsize>(entry.end - entry.begin);
    if (bytes > 0 && !file.read(static_cast<char*>(tensor.data_ptr()), bytes)) {
      detail::reject(path, "the data of every tensor must be there", quoted(entry.name) + " cut short");
    }
    if (entry.type.type == at::kBool) {  // any byte but 0 and 1 is not a bool to the compiler
      auto* cells = static_cast<std::uint8_t*>(tensor.data_ptr());
      std::transform(cells, cells + bytes, cells, [](std::uint8_t cell) { return static_cast<std::uint8_t>(cell != 0); });
    }
    loaded.tensors.emplace_back(entry.name, std::move(tensor));
  }
  return loaded;
}

/// Writes `tensors` (any device and layout) and `metadata` to `path`, whole or not at all (see `AtomicFile`). The bytes are
/// ordered by the size of their type, largest first, as the format asks, and otherwise as given. Throws `BundleError` for a
/// repeated name, an unsupported type or a disk that is full.
inline void save_safetensors(const std::filesystem::path& path, const NamedTensors& tensors,
                             const std::map<std::string, std::string>& metadata = {}) {
  const auto refuse = [&](std::string_view expected, const std::string& name) {
    fail<BundleError>({"save_safetensors", expected, join_text(quoted(name), " for ", quoted(path.string()))});
  };
  struct Item {
    const std::string* name;
    at::Tensor tensor;
    detail::SafeTensorType type;
  };
  std::vector<Item> items;
  std::set<std::string> names{"__metadata__"};
  for (const auto& [name, tensor] : tensors) {
    if (!names.insert(name).second) refuse("every tensor must have a name of its own", name);
    if (!tensor.defined()) refuse("every tensor must be defined", name);
    const auto* type = std::find_if(detail::safetensor_types.begin(), detail::safetensor_types.end(),
                                    [&](const auto& known) { return known.type == tensor.scalar_type(); });
    if (type == detail::safetensor_types.end()) refuse("the type of a tensor must be one that the format has", name);
    items.push_back({&name, tensor.detach().cpu().contiguous(), *type});
  }
  std::stable_sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.type.bytes > b.type.bytes; });

  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::uint64_t offset = 0;
  for (const auto& item : items) {
    const std::uint64_t end = offset + item.tensor.nbytes();
    header[*item.name] = {{"dtype", item.type.name}, {"shape", item.tensor.sizes().vec()}, {"data_offsets", {offset, end}}};
    offset = end;
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
  for (const auto& item : items) file.write(item.tensor.const_data_ptr(), item.tensor.nbytes());
  file.commit();
}

}  // namespace multilabel::model
