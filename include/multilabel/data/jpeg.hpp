// SPDX-License-Identifier: Apache-2.0
#pragma once
// JPEG through libjpeg-turbo itself: no detour through another colour order, memory and decoder used again from image to image,
// smaller sizes straight from the coefficients, and a word about damage that other readers pass over. Only where
// MULTILABEL_WITH_LIBJPEG is defined, as CMake does when it finds the library; without it OpenCV decodes.

#ifdef MULTILABEL_WITH_LIBJPEG

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>

#include <jpeglib.h>
// jpeglib.h first: the other needs its types.
#include <jerror.h>

#include "multilabel/version.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

/// How a JPEG is to be decoded.
struct JpegRequest {
  unsigned denominator = 1;  ///< 1, 2, 4 or 8: the sides are divided by it, rounded up
  bool interpolates = true;  ///< smooth the colours between their samples; an image about to shrink gains nothing by it
};

/// One thread's decoder. `begin` reads the header of a file in memory, `read` its pixels; both say whether it went well, and
/// `problem` why not.
class JpegDecoder {
 public:
  JpegDecoder() {
    info_.err = jpeg_std_error(&errors_.manager);
    errors_.manager.error_exit = &JpegDecoder::stop;
    errors_.manager.emit_message = &JpegDecoder::note;
    errors_.manager.output_message = [](j_common_ptr) {};
    if (setjmp(errors_.jump) != 0) return;
    jpeg_create_decompress(&info_);
    progress_.progress_monitor = &JpegDecoder::watch;
    info_.progress = &progress_;
    ready_ = true;
  }
  JpegDecoder(const JpegDecoder&) = delete;
  JpegDecoder& operator=(const JpegDecoder&) = delete;
  ~JpegDecoder() { jpeg_destroy_decompress(&info_); }

  /// Reads the header. `bytes` must stay until the pixels are read.
  [[nodiscard]] bool begin(std::span<const std::uint8_t> bytes) {
    errors_.damaged = false;
    if (!ready_) return false;
    if (setjmp(errors_.jump) != 0) return give_up();
    jpeg_mem_src(&info_, bytes.data(), static_cast<unsigned long>(bytes.size()));
    jpeg_read_header(&info_, TRUE);
    return true;
  }

  /// How many pixels the file has, after `begin`.
  [[nodiscard]] std::size_t pixels() const noexcept { return std::size_t{info_.image_width} * info_.image_height; }

  /// True for grey and colour; false for the four inks of print, which this does not convert.
  [[nodiscard]] bool converts_to_rgb() const noexcept {
    const J_COLOR_SPACE space = info_.jpeg_color_space;
    return space == JCS_GRAYSCALE || space == JCS_YCbCr || space == JCS_RGB;
  }

  /// Settles the size of the result: width and height.
  [[nodiscard]] bool prepare(const JpegRequest& request) {
    if (setjmp(errors_.jump) != 0) return give_up();
    info_.out_color_space = JCS_RGB;
    info_.scale_num = 1;
    info_.scale_denom = request.denominator;
    info_.do_fancy_upsampling = request.interpolates ? TRUE : FALSE;
    jpeg_calc_output_dimensions(&info_);
    return true;
  }
  [[nodiscard]] int width() const noexcept { return static_cast<int>(info_.output_width); }
  [[nodiscard]] int height() const noexcept { return static_cast<int>(info_.output_height); }

  /// Decodes to 8-bit RGB, `step` bytes from row to row. False if data was damaged or missing; rows before it are right.
  [[nodiscard]] bool read(std::uint8_t* pixels, std::size_t step) {
    finished_ = false;
    if (setjmp(errors_.jump) != 0) return give_up();
    jpeg_start_decompress(&info_);
    while (info_.output_scanline < info_.output_height) {
      std::array<JSAMPROW, 8> rows;
      const JDIMENSION count = std::min<JDIMENSION>(rows.size(), info_.output_height - info_.output_scanline);
      for (JDIMENSION i = 0; i < count; ++i) rows[i] = pixels + step * (info_.output_scanline + i);
      jpeg_read_scanlines(&info_, rows.data(), count);
    }
    jpeg_finish_decompress(&info_);
    finished_ = true;
    return !errors_.damaged;
  }

  /// Whether the last `read` came to the end, damage or not.
  [[nodiscard]] bool finished() const noexcept { return finished_; }

  /// Lets go of a file of which only the header was read.
  void leave() { jpeg_abort_decompress(&info_); }

  /// What the library said about the last thing that went wrong.
  [[nodiscard]] std::string problem() const { return errors_.text.data(); }

 private:
  struct Errors {
    jpeg_error_mgr manager{};  // first: the library hands out a pointer to it
    std::jmp_buf jump{};
    std::array<char, JMSG_LENGTH_MAX> text{};
    bool damaged = false;
  };

  static constexpr int MOST_SCANS = 500;  // a progressive file has about ten, and each costs a walk over all coefficients

  static void watch(j_common_ptr info) {
    if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number <= MOST_SCANS) return;
    auto* errors = reinterpret_cast<Errors*>(info->err);
    std::snprintf(errors->text.data(), errors->text.size(), "more than %d scans", MOST_SCANS);
    std::longjmp(errors->jump, 1);
  }

  static void stop(j_common_ptr info) {
    auto* errors = reinterpret_cast<Errors*>(info->err);
    info->err->format_message(info, errors->text.data());
    std::longjmp(errors->jump, 1);
  }

  // Of the warnings only those count that mean lost pixels; others are about habits of old programs.
  static void note(j_common_ptr info, int level) {
    if (level >= 0) return;
    const int code = info->err->msg_code;
    if (code != JWRN_HIT_MARKER && code != JWRN_HUFF_BAD_CODE && code != JWRN_JPEG_EOF && code != JWRN_MUST_RESYNC &&
        code != JWRN_ARITH_BAD_CODE)
      return;
    auto* errors = reinterpret_cast<Errors*>(info->err);
    if (!errors->damaged) info->err->format_message(info, errors->text.data());
    errors->damaged = true;
  }

  bool give_up() {
    jpeg_abort_decompress(&info_);
    return false;
  }

  jpeg_decompress_struct info_{};
  jpeg_progress_mgr progress_{};
  Errors errors_;
  bool ready_ = false;
  bool finished_ = false;
};

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER

#endif
