// SPDX-License-Identifier: Apache-2.0
#pragma once
// Comma-separated text as RFC 4180 has it: quoted cells with separators, line ends and doubled quotes inside; LF, CRLF or CR
// line ends; a byte-order mark is skipped. Blank lines do not count as rows, nor blanks around a cell unless they are quoted.
// Between cells that are separated by blanks, any number of them is one.

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/data/detail/plain_file.hpp"
#include "multilabel/data/detail/utf8.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

/// One record, and the line of the file on which it starts, counted from 1.
struct CsvRow {
  std::size_t line = 0;
  std::vector<std::string> cells;
};

/// The bytes of a file. Throws `DataError`, which names it, if it cannot be read.
[[nodiscard]] inline std::string read_text(const std::filesystem::path& path, std::string_view where) {
  std::string_view other = detail::other_than_file(path);
  if (other.empty()) {
    std::ifstream file(path, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(file), {});
    if (file && !file.bad()) return text;
    other = "one that the system refuses";
  }
  fail<DataError>({where, "path must be a file that can be read", join_text(other, " (", detail::quoted_path(path), ")")},
                  path);
}

namespace detail {

/// Reads cell by cell; the position never leaves the text.
class CsvReader {
 public:
  CsvReader(std::string_view text, char separator, const std::filesystem::path& path)
      : text_(text), separator_(separator), path_(path) {
    if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
    if (text_.find('\0') != std::string_view::npos)
      refuse("must be text in UTF-8", "a zero byte, as in UTF-16 or a binary file", 1);
    if (const auto at = first_invalid_utf8(text_); at < text_.size())
      refuse("must be text in UTF-8", join_text("the byte ", hexadecimal(text_[at])), line_of(at));
  }

  [[nodiscard]] std::vector<CsvRow> rows() {
    std::vector<CsvRow> rows;
    while (at_ < text_.size()) {
      CsvRow row{.line = line_, .cells = {}};
      do row.cells.push_back(cell());
      while (separated());
      line_end();
      if (row.cells.size() > 1 || !row.cells[0].empty() || quoted_) rows.push_back(std::move(row));
    }
    return rows;
  }

 private:
  static std::string hexadecimal(char byte) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    const auto value = static_cast<unsigned char>(byte);
    return {digits[value >> 4], digits[value & 15u]};
  }
  [[nodiscard]] std::size_t line_of(std::size_t at) const {
    return 1 + static_cast<std::size_t>(std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
  }
  [[nodiscard]] bool ended() const { return at_ == text_.size() || text_[at_] == '\n' || text_[at_] == '\r'; }

  bool take(char expected) {
    if (at_ == text_.size() || text_[at_] != expected) return false;
    ++at_;
    return true;
  }

  void line_end() {
    if (take('\r')) {
      take('\n');
    } else {
      take('\n');
    }
    ++line_;
  }

  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || (text_[at_] == '\t' && separator_ != '\t'))) ++at_;
  }

  bool separated() {
    if (separator_ != ' ') return take(separator_);
    const std::size_t begin = at_;
    skip_blanks();
    return at_ > begin && !ended();
  }

  std::string cell() {
    skip_blanks();
    quoted_ = take('"');
    if (quoted_) return quoted_cell();
    const std::size_t begin = at_;
    while (!ended() && text_[at_] != separator_) ++at_;
    std::size_t end = at_;
    while (end > begin && (text_[end - 1] == ' ' || text_[end - 1] == '\t')) --end;
    return std::string(text_.substr(begin, end - begin));
  }

  std::string quoted_cell() {
    const std::size_t first_line = line_;
    std::string value;
    for (;;) {
      if (at_ == text_.size()) refuse("a cell that opens with a quote must close with one", "the end of the file", first_line);
      const char letter = text_[at_++];
      if (letter == '"') {
        if (!take('"')) break;
      } else if (letter == '\n' || (letter == '\r' && (at_ == text_.size() || text_[at_] != '\n'))) {
        ++line_;
      }
      value += letter;
    }
    if (separator_ != ' ') skip_blanks();
    if (!ended() && text_[at_] != separator_)
      refuse("a closing quote must end the cell", quoted(text_.substr(at_, 1)) + " after it", line_);
    return value;
  }

  [[noreturn]] void refuse(std::string_view expected, const std::string& actual, std::size_t line) const {
    fail<DataError>({"data::read_csv", expected, join_text(actual, " (", quoted_path(path_), ", line ", line, ")")}, path_,
                    line);
  }

  std::string_view text_;
  char separator_;
  const std::filesystem::path& path_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  bool quoted_ = false;
};

}  // namespace detail

/// All records of `text`, ragged or not; `path` is named in errors. Throws `DataError` with the line at fault.
[[nodiscard]] inline std::vector<CsvRow> parse_csv(std::string_view text, char separator, const std::filesystem::path& path) {
  return detail::CsvReader(text, separator, path).rows();
}

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER
