// SPDX-License-Identifier: Apache-2.0
#pragma once
// The plain files in a tar archive, one after the other, in the memory of one at a time. Needs libarchive.

#include <archive.h>
#include <archive_entry.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/data/detail/reading.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail {

struct TarMember {
  std::string name = {};
  std::uint64_t offset = 0;  ///< of its bytes in the archive, if that is not compressed
  std::uint64_t size = 0;
  std::vector<std::uint8_t> bytes = {};  ///< if they were asked for
};

/// Compression by gzip, bzip2, xz, zstd and lz4 is undone on the way; a pipe will do.
class TarReader {
 public:
  static constexpr std::uint64_t MOST = std::uint64_t{1} << 28;  ///< a larger member is not read into memory

  TarReader(const std::filesystem::path& path, std::string_view where)
      : path_(path), where_(where), archive_(archive_read_new(), &archive_read_free) {
    if (!archive_) throw std::bad_alloc();
    archive* const tar = archive_.get();
    archive_read_support_format_tar(tar);
    for (const auto support :
         {&archive_read_support_filter_gzip, &archive_read_support_filter_bzip2, &archive_read_support_filter_xz,
          &archive_read_support_filter_zstd, &archive_read_support_filter_lz4})
      support(tar);
    std::error_code error;
    if (std::filesystem::is_directory(path_, error)) refuse("path must be a tar archive", "a folder");
    if (archive_read_open_filename(tar, path_.c_str(), std::size_t{1} << 16) != ARCHIVE_OK)
      refuse("path must be a tar archive that can be read", message());
  }

  /// The next plain file, with its bytes if `wanted(name)`, or nothing after the last. Throws `DataError`, which names the
  /// archive.
  template <class Wanted>
  [[nodiscard]] std::optional<TarMember> next(Wanted&& wanted) {
    if (!started_) advance(wanted);
    if (!pending_) return std::nullopt;
    TarMember member = std::move(*pending_);
    advance(wanted);
    // The bytes end, padded to whole blocks, where the next header begins.
    const auto end = static_cast<std::uint64_t>(archive_read_header_position(archive_.get()));
    const std::uint64_t padded = (member.size + 511) / 512 * 512;
    member.offset = end >= padded ? end - padded : 0;
    return member;
  }

  /// Whether the archive is compressed, so that offsets mean nothing. Known after the first `next`.
  [[nodiscard]] bool compressed() const { return archive_filter_code(archive_.get(), 0) != ARCHIVE_FILTER_NONE; }

  /// How it is compressed: "gzip", "zstd".
  [[nodiscard]] std::string compression() const {
    const char* name = archive_filter_name(archive_.get(), 0);
    return name == nullptr ? "an unknown program" : name;
  }

 private:
  template <class Wanted>
  void advance(Wanted& wanted) {
    started_ = true;
    pending_.reset();
    archive_entry* entry = nullptr;
    for (;;) {
      const int status = archive_read_next_header(archive_.get(), &entry);
      if (status == ARCHIVE_EOF) return;
      if (status < ARCHIVE_WARN) refuse("it must be a tar archive", message());
      if (archive_entry_filetype(entry) == AE_IFDIR) continue;
      const char* name = archive_entry_pathname_utf8(entry);
      if (name == nullptr) name = archive_entry_pathname(entry);
      if (name == nullptr) refuse("members must have names", "none");
      const bool plain = archive_entry_filetype(entry) == AE_IFREG && archive_entry_hardlink(entry) == nullptr &&
                         archive_entry_sparse_count(entry) == 0;
      if (!plain) refuse("members must be plain files", quoted(name) + ", a link or a file with holes");
      pending_ = TarMember{.name = name, .size = static_cast<std::uint64_t>(archive_entry_size(entry))};
      if (wanted(std::string_view(pending_->name))) read();
      return;
    }
  }

  void read() {
    std::array<std::uint8_t, 1 << 16> block;
    auto& bytes = pending_->bytes;
    for (;;) {
      const auto count = archive_read_data(archive_.get(), block.data(), block.size());
      if (count == 0) break;
      if (count < 0) refuse(join_text("member ", quoted(pending_->name), " must be whole"), message());
      if (bytes.size() + static_cast<std::size_t>(count) > MOST)
        refuse(join_text("members must have at most ", MOST, " bytes"),
               join_text(pending_->size, " of ", quoted(pending_->name)));
      bytes.insert(bytes.end(), block.data(), block.data() + count);
    }
  }

  [[nodiscard]] std::string message() const {
    const char* text = archive_error_string(archive_.get());
    return text == nullptr ? "an error without a reason" : text;
  }

  [[noreturn]] void refuse(std::string_view expected, const std::string& actual) const {
    Place{where_, path_}.refuse(expected, actual);
  }

  std::filesystem::path path_;
  std::string_view where_;
  std::unique_ptr<archive, int (*)(archive*)> archive_;
  std::optional<TarMember> pending_;
  bool started_ = false;
};

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail
