// SPDX-License-Identifier: Apache-2.0
#pragma once
// The targets that the driver and libFuzzer share.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace fuzz {

inline constexpr std::array<std::string_view, 7> READERS = {"csv", "jsonl", "coco", "voc", "list", "tar", "image"};

/// Reads `bytes` as a file of the kind `reader`, a position in `READERS`; true if it was read, false if it was refused as it
/// should be. Any other exception gets out.
bool read(std::size_t reader, std::span<const std::uint8_t> bytes);

}  // namespace fuzz
