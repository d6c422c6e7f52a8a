// SPDX-License-Identifier: Apache-2.0
#pragma once
// Pascal VOC: a folder with one XML file an image, and lists of names that make the splits. Needs pugixml.

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <pugixml.hpp>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "multilabel/data/dataset.hpp"
#include "multilabel/data/detail/files_by_stem.hpp"
#include "multilabel/data/detail/reading.hpp"
#include "multilabel/data/sample.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

struct ReadVocOptions {
  std::vector<std::string> sets = {};       ///< lists in `lists`, such as "trainval", each a split; none: every XML file
  Doubtful difficult = Doubtful::unknown;   ///< what an object marked difficult counts as; VOC's own scoring skips it
  EmptyLabels empty = EmptyLabels::none;    ///< what an image without objects is
  int first_pixel = 1;                      ///< VOC counts pixels from 1; 0 for tools that count from 0
  std::string annotations = "Annotations";  ///< folder of the XML files
  std::string images = "JPEGImages";        ///< folder of the images
  std::string lists = "ImageSets/Main";     ///< folder of the lists
  OnBad on_bad = OnBad::raise;              ///< what becomes of a file that is wrong
};

namespace detail {

inline double voc_edge(const pugi::xml_node& box, const char* name, const Place& place) {
  const std::string_view text = trimmed(box.child_value(name));
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    place.refuse(join_text("<", name, "> of a box must be a number"), text.empty() ? "none" : quoted(text));
  return value;
}

/// Adds label and box of one <object>.
inline void add_voc_object(const pugi::xml_node& object, const ReadVocOptions& options, const Place& place, Sample& sample) {
  const std::string label(trimmed(object.child_value("name")));
  if (label.empty()) place.refuse("an object must have a <name>", "none");
  require_utf8(label, place);
  const bool difficult = code_target(object.child_value("difficult")) == 1.0f;
  const Doubtful state = difficult ? options.difficult : Doubtful::present;
  if (state == Doubtful::absent) return;
  if (state == Doubtful::unknown) {
    sample.unknown.push_back(label);
    return;
  }
  sample.labels.push_back(label);
  const auto box = object.child("bndbox");
  if (!box) return;
  const double left = voc_edge(box, "xmin", place) - options.first_pixel;
  const double top = voc_edge(box, "ymin", place) - options.first_pixel;
  const double right = voc_edge(box, "xmax", place) - options.first_pixel + 1;
  const double bottom = voc_edge(box, "ymax", place) - options.first_pixel + 1;
  if (right < left || bottom < top)
    place.refuse("a box must have xmin <= xmax and ymin <= ymax",
                 join_text("(", left, ", ", top, ", ", right, ", ", bottom, ")"));
  add_box(sample, {left, top, right - left, bottom - top}, label, place);
}

/// Refuses XML in an encoding that the parser does not know and would take for UTF-8.
inline void require_encoding(const pugi::xml_document& document, const Place& place) {
  constexpr std::array<std::string_view, 8> known = {"utf-8",  "utf8",   "us-ascii",   "ascii",
                                                     "utf-16", "utf-32", "iso-8859-1", "latin1"};
  const std::string declared = in_small_letters(document.first_child().attribute("encoding").value());
  if (document.first_child().type() != pugi::node_declaration || declared.empty()) return;
  if (std::find(known.begin(), known.end(), declared) == known.end())
    place.refuse("XML must be in UTF-8, UTF-16 or ISO-8859-1", quoted(declared),
                 join_text("Convert it with iconv -f ", declared, " -t utf-8, and name utf-8 in its first line."));
}

inline Sample voc_sample(const std::filesystem::path& file, const std::filesystem::path& images, FilesByStem& files,
                         const ReadVocOptions& options) {
  const Place place{"data::read_voc", file};
  std::ifstream text = open_file(place);
  pugi::xml_document document;
  const auto parsed = document.load(text, pugi::parse_default | pugi::parse_declaration);
  if (!parsed) place.refuse("it must be XML", join_text(parsed.description(), " at byte ", parsed.offset));
  require_encoding(document, place);
  const auto root = document.child("annotation");
  if (!root) place.refuse("it must have an <annotation>", join_text("<", document.document_element().name(), ">"));
  const std::string name(trimmed(root.child_value("filename")));
  const auto given = images / (name.empty() ? file.stem().string() + ".jpg" : name);
  Sample sample{.image = files.find(given, {name, given.stem().string(), file.stem().string()}, place)};
  for (const auto& object : root.children("object")) add_voc_object(object, options, place, sample);
  for (auto* labels : {&sample.labels, &sample.unknown}) {
    std::sort(labels->begin(), labels->end());
    labels->erase(std::unique(labels->begin(), labels->end()), labels->end());
  }
  std::erase_if(sample.unknown,
                [&](const auto& label) { return std::binary_search(sample.labels.begin(), sample.labels.end(), label); });
  return sample;
}

/// (name without ending, split) of every image, in order.
inline std::vector<std::pair<std::string, std::string>> voc_names(const std::filesystem::path& annotations,
                                                                  const std::filesystem::path& lists,
                                                                  const ReadVocOptions& options) {
  std::vector<std::pair<std::string, std::string>> names;
  if (options.sets.empty()) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(annotations, error))
      if (entry.path().extension() == ".xml") names.emplace_back(entry.path().stem().string(), "");
    if (names.empty())
      Place{"data::read_voc", annotations}.refuse("the folder must hold XML files", error ? "no such folder" : "none");
    std::sort(names.begin(), names.end());
  }
  for (const auto& set : options.sets) {
    const std::filesystem::path path = lists / (set + ".txt");
    if (const auto other = other_than_file(path); !other.empty())
      Place{"data::read_voc", path}.refuse("sets must be lists in the folder", std::string(other));
    std::ifstream file(path);
    std::string line;
    std::error_code error;
    while (std::getline(file, line)) {
      const std::string_view text = trimmed(line);
      if (text.empty()) continue;
      // The lists of one label have its state behind the name, and a name may have blanks.
      const bool whole = std::filesystem::exists(annotations / (std::string(text) + ".xml"), error);
      names.emplace_back(whole ? text : trimmed(text.substr(0, text.find_last_of(" \t"))), set);
    }
  }
  return names;
}

}  // namespace detail

/// Reads a folder such as VOCdevkit/VOC2007, or one that holds the XML files itself. The columns "id" and "split" have the name
/// of each image and the list it came from. An image is found by its name without ending where that of the XML file is wrong or
/// has none. Boxes are 0-based and reach to the far edge of their last pixel. Throws `DataError`, which names the file at
/// fault.
[[nodiscard]] inline Dataset read_voc(const std::filesystem::path& path, const ReadVocOptions& options = {}) {
  std::error_code error;
  const bool nested = std::filesystem::is_directory(path / options.annotations, error);
  const std::filesystem::path annotations = nested ? path / options.annotations : path;
  const bool apart = std::filesystem::is_directory(path / options.images, error);
  const std::filesystem::path images = apart ? path / options.images : annotations;
  detail::FilesByStem files;
  std::vector<Sample> samples;
  std::vector<std::string> ids, splits;
  std::vector<PassedOver> passed_over;
  for (auto& [name, set] : detail::voc_names(annotations, path / options.lists, options)) {
    const std::filesystem::path file = annotations / (name + ".xml");
    Sample sample;
    bool keeps = false;
    detail::attempt(options.on_bad, passed_over, [&] {
      sample = detail::voc_sample(file, images, files, options);
      keeps = detail::settle_empty(sample, options.empty, {"data::read_voc", file});
    });
    if (!keeps) continue;
    samples.push_back(std::move(sample));
    ids.push_back(std::move(name));
    splits.push_back(std::move(set));
  }
  Dataset::Columns columns{{"id", std::move(ids)}};
  if (!options.sets.empty()) columns.emplace("split", std::move(splits));
  return Dataset(std::move(samples), std::move(columns), {}, std::move(passed_over));
}

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER
