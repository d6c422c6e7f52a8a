// SPDX-License-Identifier: Apache-2.0
#pragma once
// COCO's instances_*.json, and LVIS's: the labels of an image are the categories of the objects in it. The file is parsed as it
// is read and its polygons are skipped, so that memory holds boxes and names only.

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
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
  OnBad on_bad = OnBad::raise;            ///< what becomes of an image or an annotation that is wrong
};

namespace detail {

inline CocoHandler parse_coco(const std::filesystem::path& path, EmptyLabels empty) {
  const Place place{"data::read_coco", path};
  std::ifstream file = open_file(place);
  CocoHandler handler;
  if (!nlohmann::json::sax_parse(file, &handler)) {
    if (handler.broken) place.refuse("it must be JSON", handler.complaint);
    Place{"data::read_coco", path, 0, handler.at}.refuse("it must be " + handler.expected, handler.complaint);
  }
  constexpr std::string_view lists = "it must have lists 'images', 'annotations' and 'categories'";
  const auto [images, annotations, categories] = handler.seen;
  if (!images || !categories) place.refuse(lists, images ? "no 'categories'" : "no 'images'");
  require_some_labels(annotations, empty, std::string(lists), "no 'annotations'", place);
  return handler;
}

/// Categories by their ids, and the labels they stand for.
struct CocoNames {
  std::unordered_map<CocoId, std::size_t> column;  ///< category -> label
  std::vector<std::string> labels;
};

/// Which categories stand above others without one above themselves: Roboflow's exports begin with such a root.
inline std::vector<bool> coco_roots(const std::vector<CocoCategory>& categories) {
  std::vector<bool> roots;
  for (const auto& category : categories) {
    const bool top = category.super.empty() || category.super == "none";
    roots.push_back(top && std::any_of(categories.begin(), categories.end(), [&](const CocoCategory& other) {
                      return &other != &category && other.super == category.name;
                    }));
  }
  return roots;
}

inline CocoNames coco_names(const CocoHandler& file, CocoLabels which, const std::filesystem::path& path) {
  std::set<CocoId> annotated;
  for (const auto& annotation : file.annotations)
    if (annotation.category) annotated.insert(*annotation.category);
  const auto& categories = file.categories;
  const std::vector<bool> roots = coco_roots(categories);
  CocoNames names;
  std::set<std::string> names_of_roots;
  for (std::size_t i = 0; i < categories.size(); ++i) {
    const Place place{"data::read_coco", path, 0, join_text("categories[", i, "]")};
    const auto& label = which == CocoLabels::name ? categories[i].name : categories[i].super;
    if (!categories[i].id) place.refuse("a category must have an id", "none");
    if (roots[i] && !annotated.contains(*categories[i].id)) continue;
    if (label.empty()) place.refuse(which == CocoLabels::name ? "it must have a name" : "it must have a supercategory", "none");
    if (roots[i]) names_of_roots.insert(label);
    const auto known = std::find(names.labels.begin(), names.labels.end(), label);
    if (known != names.labels.end() && which == CocoLabels::name && !names_of_roots.contains(label))
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

/// What is gathered of the images of one file.
class CocoImages {
 public:
  CocoImages(const CocoNames& names, const std::filesystem::path& path, const ReadCocoOptions& options)
      : names_(names), path_(path), root_(options.root.value_or(path.parent_path())), options_(options) {}

  void add(const CocoImage& image, const Place& place) {
    if (!image.id) place.refuse("an image must have an id", "none");
    if (image.file.empty()) place.refuse("an image must have a file_name", "none");
    CocoFinding finding;
    for (const CocoId& id : image.absent)
      finding.absent.push_back(column(id, "neg_category_ids must be ids of categories", place));
    if (!position_.emplace(*image.id, samples_.size()).second)
      place.refuse("the ids of images must be distinct", join_text(*image.id, " twice"));
    samples_.push_back({.image = root_ / image.file, .unnamed = options_.unnamed});
    ids_.push_back(*image.id);
    places_.push_back(place.at);
    found_.push_back(std::move(finding));
  }

  void add(const CocoAnnotation& annotation, const Place& place) {
    if (!annotation.image || !annotation.category)
      place.refuse("an annotation must have image_id and category_id", annotation.image ? "no category_id" : "no image_id");
    const auto image = position_.find(*annotation.image);
    if (image == position_.end()) place.refuse("image_id must be the id of an image", *annotation.image);
    const std::size_t label = column(*annotation.category, "category_id must be the id of a category", place);
    const Doubtful state = annotation.crowd ? options_.crowd : Doubtful::present;
    if (state == Doubtful::unknown) found_[image->second].doubtful.push_back(label);
    if (state != Doubtful::present) return;
    if (annotation.numbers == 4) add_box(samples_[image->second], annotation.box, names_.labels[label], place);
    found_[image->second].sure.push_back(label);
  }

  [[nodiscard]] Dataset take(std::vector<PassedOver> passed_over) {
    std::vector<Sample> kept;
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < samples_.size(); ++i) {
      tidy(found_[i].sure);
      tidy(found_[i].doubtful, found_[i].sure);
      tidy(found_[i].absent, found_[i].sure);
      samples_[i].labels = named(found_[i].sure, names_.labels);
      samples_[i].unknown = named(found_[i].doubtful, names_.labels);
      samples_[i].absent = named(found_[i].absent, names_.labels);
      bool keeps = false;
      const Place place{"data::read_coco", path_, 0, places_[i]};
      attempt(options_.on_bad, passed_over, [&] { keeps = settle_empty(samples_[i], options_.empty, place); });
      if (!keeps) continue;
      kept.push_back(std::move(samples_[i]));
      ids.push_back(std::move(ids_[i]));
    }
    return Dataset(std::move(kept), {{"id", std::move(ids)}}, encoding::Vocabulary(names_.labels), std::move(passed_over));
  }

 private:
  [[nodiscard]] std::size_t column(const CocoId& category, std::string_view expected, const Place& place) const {
    const auto found = names_.column.find(category);
    if (found == names_.column.end()) place.refuse(expected, category);
    return found->second;
  }

  const CocoNames& names_;
  const std::filesystem::path& path_;
  std::filesystem::path root_;
  const ReadCocoOptions& options_;
  std::vector<Sample> samples_;
  std::vector<CocoId> ids_;
  std::vector<std::string> places_;
  std::vector<CocoFinding> found_;
  std::unordered_map<CocoId, std::size_t> position_;
};

}  // namespace detail

/// Reads the annotations at `path`. The vocabulary is that of the categories in their order, those without an image included,
/// but without a root that no annotation has; the column "id" has COCO's id of each image, a number or text; boxes come with
/// their labels, those of crowds only if `crowd` is `present`. LVIS's `neg_category_ids` are absent. Throws `DataError`, which
/// names the file and the entry at fault: no JSON, a field that is missing or of another type, an id twice, an annotation of an
/// image or a category that there is not.
[[nodiscard]] inline Dataset read_coco(const std::filesystem::path& path, const ReadCocoOptions& options = {}) {
  auto file = detail::parse_coco(path, options.empty);
  const auto names = detail::coco_names(file, options.labels, path);
  detail::CocoImages images(names, path, options);
  std::vector<PassedOver> passed_over;
  const auto add = [&](const auto& entries, std::string_view list) {
    for (std::size_t i = 0; i < entries.size(); ++i)
      detail::attempt(options.on_bad, passed_over,
                      [&] { images.add(entries[i], {"data::read_coco", path, 0, join_text(list, "[", i, "]")}); });
  };
  add(file.images, "images");
  add(file.annotations, "annotations");
  return images.take(std::move(passed_over));
}

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER
