// SPDX-License-Identifier: Apache-2.0
#pragma once
// COCO's instances_*.json, and LVIS's: the labels of an image are the categories of the objects in it. The file is parsed as it
// is read and its polygons are skipped, so that memory holds boxes and names only.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

#include "multilabel/data/dataset.hpp"
#include "multilabel/data/detail/coco_handler.hpp"
#include "multilabel/data/detail/reading.hpp"
#include "multilabel/data/sample.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

/// Which name of a category is the label.
enum class CocoLabels {
  name,           ///< "dog"
  supercategory,  ///< "animal"
};

struct ReadCocoOptions {
  std::optional<std::filesystem::path> root = {};  ///< folder of the images; default: that of the annotations
  CocoLabels labels = CocoLabels::name;
  Doubtful crowd = Doubtful::present;     ///< what an annotation with iscrowd counts as
  EmptyLabels empty = EmptyLabels::none;  ///< what an image without annotations is; `drop` leaves it out
  Unnamed unnamed = Unnamed::absent;      ///< what a category means that is not annotated; `unknown` for LVIS
};

namespace detail {

inline CocoHandler parse_coco(const std::filesystem::path& path) {
  const Place place{"data::read_coco", path};
  std::error_code error;
  std::ifstream file(path, std::ios::binary);
  if (!file || std::filesystem::is_directory(path, error)) place.refuse("path must be a file that can be read", "no such file");
  CocoHandler handler;
  if (!nlohmann::json::sax_parse(file, &handler)) {
    if (handler.broken) place.refuse("it must be JSON", handler.complaint);
    Place{"data::read_coco", path, 0, handler.at}.refuse("it must be " + handler.expected, handler.complaint);
  }
  for (std::size_t i = 0; i < handler.seen.size(); ++i)
    if (!handler.seen[i])
      place.refuse("it must have lists 'images', 'annotations' and 'categories'",
                   join_text("no ", quoted(std::array{"images", "annotations", "categories"}[i])));
  return handler;
}

/// Categories by number, and the labels they stand for.
struct CocoNames {
  std::unordered_map<std::int64_t, std::size_t> column;  ///< category -> label
  std::vector<std::string> labels;
};

inline CocoNames coco_names(const std::vector<CocoCategory>& categories, CocoLabels which, const std::filesystem::path& path) {
  CocoNames names;
  for (std::size_t i = 0; i < categories.size(); ++i) {
    const Place place{"data::read_coco", path, 0, join_text("categories[", i, "]")};
    const auto& label = which == CocoLabels::name ? categories[i].name : categories[i].super;
    if (!categories[i].id) place.refuse("a category must have an id", "none");
    if (label.empty()) place.refuse(which == CocoLabels::name ? "it must have a name" : "it must have a supercategory", "none");
    const auto known = std::find(names.labels.begin(), names.labels.end(), label);
    if (known != names.labels.end() && which == CocoLabels::name)
      place.refuse("the names of categories must be distinct", quoted(label) + " twice");
    const auto column = static_cast<std::size_t>(known - names.labels.begin());
    if (!names.column.emplace(*categories[i].id, column).second)
      place.refuse("the ids of categories must be distinct", join_text(*categories[i].id, " twice"));
    if (column == names.labels.size()) names.labels.push_back(label);
  }
  return names;
}

/// The labels that the annotations of one image give, by column.
struct CocoFinding {
  std::vector<std::size_t> sure, doubtful, absent;
};

inline void tidy(std::vector<std::size_t>& columns, const std::vector<std::size_t>& but = {}) {
  std::sort(columns.begin(), columns.end());
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  std::erase_if(columns, [&](std::size_t i) { return std::binary_search(but.begin(), but.end(), i); });
}

inline std::vector<std::string> named(const std::vector<std::size_t>& columns, const std::vector<std::string>& labels) {
  std::vector<std::string> names;
  for (const std::size_t column : columns) names.push_back(labels[column]);
  return names;
}

inline std::vector<Sample> coco_samples(const std::vector<CocoImage>& images, const CocoNames& names,
                                        std::unordered_map<std::int64_t, std::size_t>& position,
                                        const std::filesystem::path& path, const ReadCocoOptions& options,
                                        std::vector<CocoFinding>& found) {
  std::vector<Sample> samples;
  const std::filesystem::path root = options.root.value_or(path.parent_path());
  for (std::size_t i = 0; i < images.size(); ++i) {
    const Place place{"data::read_coco", path, 0, join_text("images[", i, "]")};
    if (!images[i].id) place.refuse("an image must have an id", "none");
    if (images[i].file.empty()) place.refuse("an image must have a file_name", "none");
    if (!position.emplace(*images[i].id, i).second)
      place.refuse("the ids of images must be distinct", join_text(*images[i].id, " twice"));
    samples.push_back({.image = root / images[i].file, .unnamed = options.unnamed});
    for (const std::int64_t id : images[i].absent) {
      const auto column = names.column.find(id);
      if (column == names.column.end()) place.refuse("neg_category_ids must be ids of categories", join_text(id));
      found[i].absent.push_back(column->second);
    }
  }
  return samples;
}

}  // namespace detail

/// Reads the annotations at `path`. The vocabulary is that of the categories in their order, those without an image included;
/// the column "id" has COCO's number of each image; boxes come with their labels, those of crowds only if `crowd` is `present`.
/// LVIS's `neg_category_ids` are absent. Throws `DataError`, which names the file and the entry at fault: no JSON, a field that
/// is missing or of another type, an id twice, an annotation of an image or a category that there is not.
[[nodiscard]] inline Dataset read_coco(const std::filesystem::path& path, const ReadCocoOptions& options = {}) {
  auto file = detail::parse_coco(path);
  const auto names = detail::coco_names(file.categories, options.labels, path);
  std::vector<detail::CocoFinding> found(file.images.size());
  std::unordered_map<std::int64_t, std::size_t> position;
  auto all = detail::coco_samples(file.images, names, position, path, options, found);
  for (std::size_t i = 0; i < file.annotations.size(); ++i) {
    const auto& annotation = file.annotations[i];
    const detail::Place place{"data::read_coco", path, 0, join_text("annotations[", i, "]")};
    if (!annotation.image || !annotation.category)
      place.refuse("an annotation must have image_id and category_id", annotation.image ? "no category_id" : "no image_id");
    const auto image = position.find(*annotation.image);
    const auto column = names.column.find(*annotation.category);
    if (image == position.end()) place.refuse("image_id must be the id of an image", join_text(*annotation.image));
    if (column == names.column.end()) place.refuse("category_id must be the id of a category", join_text(*annotation.category));
    const Doubtful state = annotation.crowd ? options.crowd : Doubtful::present;
    if (state == Doubtful::unknown) found[image->second].doubtful.push_back(column->second);
    if (state != Doubtful::present) continue;
    found[image->second].sure.push_back(column->second);
    if (annotation.numbers == 4) detail::add_box(all[image->second], annotation.box, names.labels[column->second], place);
  }
  std::vector<Sample> samples;
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < all.size(); ++i) {
    detail::tidy(found[i].sure);
    detail::tidy(found[i].doubtful, found[i].sure);
    detail::tidy(found[i].absent, found[i].sure);
    all[i].labels = detail::named(found[i].sure, names.labels);
    all[i].unknown = detail::named(found[i].doubtful, names.labels);
    all[i].absent = detail::named(found[i].absent, names.labels);
    const detail::Place place{"data::read_coco", path, 0, join_text("images[", i, "]")};
    if (!detail::settle_empty(all[i], options.empty, place)) continue;
    samples.push_back(std::move(all[i]));
    ids.push_back(std::to_string(*file.images[i].id));
  }
  return Dataset(std::move(samples), {{"id", std::move(ids)}}, encoding::Vocabulary(names.labels));
}

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER
