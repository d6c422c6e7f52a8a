// SPDX-License-Identifier: Apache-2.0
#pragma once
// Takes from a COCO file what a label needs, while the file is parsed: the polygons, which are most of it, are never stored.

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail {

/// An id is text, and a number is the text of its digits, so that 1, 1.0 and "1" are one.
using CocoId = std::string;

struct CocoImage {
  std::optional<CocoId> id = {};
  std::string file = {};
  std::vector<CocoId> absent = {};  ///< LVIS: neg_category_ids
};

struct CocoAnnotation {
  std::optional<CocoId> image = {};
  std::optional<CocoId> category = {};
  std::array<double, 4> box{};
  std::uint8_t numbers = 0;  ///< how many numbers `bbox` has
  bool crowd = false;
};

struct CocoCategory {
  std::optional<CocoId> id = {};
  std::string name = {};
  std::string super = {};
};

/// The events of nlohmann's parser. Returning false ends the parse; `complaint` says why.
class CocoHandler {
 public:
  std::vector<CocoImage> images;
  std::vector<CocoAnnotation> annotations;
  std::vector<CocoCategory> categories;
  std::array<bool, 3> seen{};  ///< whether images, annotations, categories were there
  std::string complaint;

  bool null() { return scalar("null"); }
  bool boolean(bool value) { return is_flag() ? set_crowd(value) : scalar("a truth value"); }
  bool number_unsigned(std::uint64_t value) {
    return number(static_cast<double>(value), [&] { return std::to_string(value); });
  }
  bool number_integer(std::int64_t value) {
    return number(static_cast<double>(value), [&] { return std::to_string(value); });
  }
  bool number_float(double value, const std::string& text) {
    if (!is_id()) return number(value, [] { return std::string(); });
    constexpr double exact = 9007199254740992.0;  // 2^53; whole numbers below it are exact
    if (text.find_first_not_of("-0123456789") == std::string::npos) return set_id(text);
    if (std::floor(value) != value || std::abs(value) >= exact)
      return refuse("a whole number or text", "a number with a fraction");
    return set_id(std::to_string(static_cast<std::int64_t>(value)));
  }
  bool string(std::string& value) {
    if (is_id()) return set_id(std::move(value));
    if (depth_ != 3) return scalar("text");
    if (is_flag()) return refuse("a whole number", "text");
    if (section_ == IMAGES && key_ == "file_name") images.back().file = std::move(value);
    if (section_ == CATEGORIES && key_ == "name") categories.back().name = std::move(value);
    if (section_ == CATEGORIES && key_ == "supercategory") categories.back().super = std::move(value);
    return true;
  }
  bool binary(std::vector<std::uint8_t>&) { return true; }

  bool start_object(std::size_t) {
    ++depth_;
    if (depth_ == 2 && section_ != NONE) return refuse("a list", "an object");
    if (depth_ == 4 && (is_id_key() || is_flag_key() || is_text() || key_is_box())) return refuse("another type", "an object");
    if (depth_ != 3) return true;
    if (section_ == IMAGES) images.emplace_back();
    if (section_ == ANNOTATIONS) annotations.emplace_back();
    if (section_ == CATEGORIES) categories.emplace_back();
    return true;
  }
  bool end_object() {
    --depth_;
    if (depth_ == 2) key_.clear();
    return true;
  }
  bool start_array(std::size_t) {
    ++depth_;
    if (depth_ == 1) return refuse("an object", "a list");
    if (depth_ == 3 && section_ != NONE) return refuse("a list of objects", "a list in it");
    if (depth_ == 4 && (is_id_key() || is_flag_key() || is_text())) return refuse("another type", "a list");
    if (depth_ == 5 && key_is_box()) return refuse("[x, y, width, height]", "a list in it");
    if (depth_ == 4 && key_is_box()) annotations.back().numbers = 0;
    return true;
  }
  bool end_array() {
    if (in_box() && annotations.back().numbers % 4 != 0) return refuse("[x, y, width, height]", "another number of entries");
    --depth_;
    return true;
  }
  bool key(std::string& name) {
    if (depth_ == 1) {
      section_ = name == "images" ? IMAGES : name == "annotations" ? ANNOTATIONS : name == "categories" ? CATEGORIES : NONE;
      if (section_ != NONE) seen[section_] = true;
      key_.clear();
    } else if (depth_ == 3) {
      key_.swap(name);
    }
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception& error) {
    complaint = error.what();
    broken = true;
    return false;
  }

  bool broken = false;  ///< it is no JSON at all; otherwise `expected` and `at` belong to the complaint
  std::string expected;
  std::string at;

  /// "annotations[3].bbox", where the parser is.
  [[nodiscard]] std::string position() const {
    constexpr std::array<std::string_view, 4> names = {"images", "annotations", "categories", "the top level"};
    const std::array<std::size_t, 4> counts = {images.size(), annotations.size(), categories.size(), 0};
    std::string text(names[section_]);
    if (depth_ >= 3 && counts[section_] > 0) text += join_text("[", counts[section_] - 1, "]");
    return key_.empty() ? text : text + "." + key_;
  }

 private:
  enum Section : std::size_t { IMAGES, ANNOTATIONS, CATEGORIES, NONE };

  [[nodiscard]] bool key_is_box() const { return section_ == ANNOTATIONS && key_ == "bbox"; }
  [[nodiscard]] bool in_box() const { return depth_ == 4 && key_is_box(); }
  [[nodiscard]] bool is_flag_key() const { return section_ == ANNOTATIONS && key_ == "iscrowd"; }
  [[nodiscard]] bool is_flag() const { return depth_ == 3 && is_flag_key(); }
  [[nodiscard]] bool is_id_key() const {
    if (section_ == ANNOTATIONS) return key_ == "image_id" || key_ == "category_id";
    return section_ != NONE && key_ == "id";
  }
  // An id itself, or an entry of a list of them.
  [[nodiscard]] bool is_id() const {
    return (depth_ == 3 && is_id_key()) || (depth_ == 4 && section_ == IMAGES && key_ == "neg_category_ids");
  }

  bool set_id(CocoId id) {
    if (depth_ == 4) {
      images.back().absent.push_back(std::move(id));
    } else if (section_ == IMAGES) {
      images.back().id = std::move(id);
    } else if (section_ == CATEGORIES) {
      categories.back().id = std::move(id);
    } else {
      (key_ == "image_id" ? annotations.back().image : annotations.back().category) = std::move(id);
    }
    return true;
  }

  bool set_crowd(bool crowd) {
    annotations.back().crowd = crowd;
    return true;
  }

  template <class Digits>
  bool number(double value, const Digits& digits) {
    if (in_box()) return box_number(value);
    if (is_id()) return set_id(digits());
    if (is_flag()) return set_crowd(value != 0);
    return depth_ == 3 && is_text() ? refuse("text", "a number") : scalar("a number");
  }

  [[nodiscard]] bool is_text() const {
    return (section_ == IMAGES && key_ == "file_name") ||
           (section_ == CATEGORIES && (key_ == "name" || key_ == "supercategory"));
  }

  bool box_number(double value) {
    CocoAnnotation& annotation = annotations.back();
    if (annotation.numbers == 4) return refuse("[x, y, width, height]", "another number of entries");
    annotation.box[annotation.numbers++] = value;
    return true;
  }

  // A value of a kind that no field of ours has, or one outside our fields.
  bool scalar(std::string_view kind) {
    if (depth_ == 0) return refuse("an object", kind);
    if (section_ == NONE) return true;
    if (depth_ == 1) return refuse("a list", kind);
    if (depth_ == 2) return refuse("a list of objects", kind);
    if (in_box()) return refuse("[x, y, width, height]", kind);
    if (depth_ == 3 && is_id_key()) return refuse("a whole number or text", kind);
    if (is_flag()) return refuse("a whole number", kind);
    if (depth_ == 3 && is_text() && key_ != "supercategory") return refuse("text", kind);
    return true;
  }

  bool refuse(std::string_view what, std::string_view actual) {
    expected = what;
    complaint = actual;
    at = position();
    return false;
  }

  std::size_t depth_ = 0;
  Section section_ = NONE;
  std::string key_;
};

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail
