// SPDX-License-Identifier: Apache-2.0
// multilabel._core.data: readers of annotation files and shards, and what they find beside the labels.

#include <pybind11/numpy.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>
#include <multilabel/data/read_coco.hpp>
#include <multilabel/data/read_csv.hpp>
#include <multilabel/data/read_folder.hpp>
#include <multilabel/data/read_jsonl.hpp>
#include <multilabel/data/read_sample.hpp>
#include <multilabel/data/read_shards.hpp>
#include <multilabel/data/read_voc.hpp>
#include <multilabel/data/sampler.hpp>
#include <multilabel/data/shard_sampler.hpp>
#include <multilabel/data/shard_stream.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bind.hpp"
#include "images.hpp"

namespace multilabel::python {

namespace {

namespace py = pybind11;
using Names = std::vector<std::string>;
namespace fs = std::filesystem;
using Path = std::optional<fs::path>;
using Paths = std::vector<fs::path>;
using Edges = std::array<double, 4>;

// (file, reason) of what a reader left out.
py::list listed(const std::vector<data::PassedOver>& passed_over) {
  py::list list;
  for (const auto& [path, reason] : passed_over) list.append(py::make_tuple(path_text(path), reason));
  return list;
}

// [objects, 4] of the left, top, right and bottom edges.
py::array_t<double> edges_of(const data::Sample& sample) {
  py::array_t<double> edges(std::vector<std::size_t>{sample.boxes.size(), 4});
  double* cell = edges.mutable_data();
  for (const auto& box : sample.boxes)
    for (const double edge : {box.left, box.top, box.right, box.bottom}) *cell++ = edge;
  return edges;
}

// By name: `raise` cannot be a member of a Python enum.
data::OnBad on_bad_of(const std::string& name) {
  if (name == "raise") return data::OnBad::raise;
  if (name == "skip") return data::OnBad::skip;
  fail<ArgumentError>({"data", "on_bad must be one of 'raise', 'skip'", quoted(name)});
}

data::Dataset annotate(const data::Dataset& dataset, const std::vector<Names>& unknown,
                       const std::vector<std::vector<Edges>>& boxes, const std::vector<Names>& box_labels,
                       const std::optional<Names>& vocabulary) {
  constexpr std::string_view where = "data.Dataset";
  const auto require = [&](const char* name, std::size_t size) {
    if (size != dataset.size())
      fail<ShapeError>({where, join_text(name, " must have ", dataset.size(), " entries, one an image"), join_text(size)});
  };
  if (!unknown.empty()) require("unknown", unknown.size());
  if (!boxes.empty() || !box_labels.empty()) require("boxes", boxes.size()), require("box_labels", box_labels.size());
  std::vector<data::Sample> samples;
  for (std::size_t i = 0; i < dataset.size(); ++i) {
    data::Sample sample = dataset[i];
    if (!unknown.empty()) sample.unknown = unknown[i];
    if (!boxes.empty() && boxes[i].size() != box_labels[i].size())
      fail<ShapeError>({where, "boxes and box_labels must have the same length",
                        join_text(boxes[i].size(), " and ", box_labels[i].size(), " for image ", i)});
    for (std::size_t j = 0; !boxes.empty() && j < boxes[i].size(); ++j) {
      const auto [left, top, right, bottom] = boxes[i][j];
      if (!(left < right && top < bottom && std::isfinite(right - left) && std::isfinite(bottom - top)))
        fail<ArgumentError>({where, "boxes must be left < right, top < bottom, all finite",
                             join_text("(", left, ", ", top, ", ", right, ", ", bottom, ") for image ", i)});
      sample.boxes.push_back({left, top, right, bottom, box_labels[i][j]});
    }
    samples.push_back(std::move(sample));
  }
  data::Dataset::Columns columns;
  for (const auto& name : dataset.columns()) columns.emplace(name, dataset.column(name));
  if (!vocabulary) return data::Dataset(std::move(samples), std::move(columns));
  return data::Dataset(std::move(samples), std::move(columns), encoding::Vocabulary(*vocabulary));
}

void bind_samples(py::module_& module) {
  module.def("annotate", &annotate, py::arg("dataset"), py::arg("unknown"), py::arg("boxes"), py::arg("box_labels"),
             py::arg("vocabulary"));
  module.def(
      "boxes",
      [](const data::Dataset& dataset) {
        py::list all;
        for (std::size_t i = 0; i < dataset.size(); ++i) all.append(edges_of(dataset[i]));
        return all;
      },
      py::arg("dataset"));
  module.def(
      "box_labels",
      [](const data::Dataset& dataset) {
        std::vector<Names> all(dataset.size());
        for (std::size_t i = 0; i < dataset.size(); ++i)
          for (const auto& box : dataset[i].boxes) all[i].push_back(box.label);
        return all;
      },
      py::arg("dataset"));
  const auto names_of = [&](const char* name, const Names data::Sample::* names) {
    module.def(
        name,
        [names](const data::Dataset& dataset) {
          std::vector<Names> all;
          for (std::size_t i = 0; i < dataset.size(); ++i) all.push_back(dataset[i].*names);
          return all;
        },
        py::arg("dataset"));
  };
  names_of("unknown", &data::Sample::unknown);
  names_of("absent", &data::Sample::absent);
  module.def("passed_over", [](const data::Dataset& dataset) { return listed(dataset.passed_over()); }, py::arg("dataset"));
  module.def(
      "read_sample",
      [](const data::Dataset& dataset, std::size_t i) {
        cv::Mat image;
        {
          const py::gil_scoped_release release;
          image = data::read_sample(dataset[i]);
        }
        return from_image(std::move(image));
      },
      py::arg("dataset"), py::arg("i"));
}

void bind_tables(py::module_& module) {
  py::class_<data::LabelMeaning>(module, "LabelMeaning")
      .def(py::init([](const data::Codes& codes, const std::map<std::string, data::Codes>& label_codes,
                       data::Probabilities probabilities, const Names& names, const std::string& no_label) {
             return data::LabelMeaning{.codes = codes,
                                       .label_codes = label_codes,
                                       .probabilities = probabilities,
                                       .names = names,
                                       .no_label = no_label};
           }),
           py::arg("codes"), py::arg("label_codes"), py::arg("probabilities"), py::arg("names"), py::arg("no_label"));
  module.def(
      "read_csv",
      [](const fs::path& path, const std::string& image, const std::string& labels, char delimiter, char separator,
         const Path& root, data::EmptyLabels empty, std::optional<data::Unnamed> unnamed, const std::string& unknown_mark,
         const Names& label_columns, const Names& others, const std::string& suffix, const data::LabelMeaning& meaning,
         const std::string& confidence, std::optional<data::Repeated> repeated, std::size_t skip_rows,
         const std::string& on_bad) {
        const py::gil_scoped_release release;
        return data::read_csv(path, {.image = image,
                                     .labels = labels,
                                     .delimiter = delimiter,
                                     .separator = separator,
                                     .root = root,
                                     .empty = empty,
                                     .unnamed = unnamed,
                                     .unknown_mark = unknown_mark,
                                     .label_columns = label_columns,
                                     .others = others,
                                     .suffix = suffix,
                                     .meaning = meaning,
                                     .confidence = confidence,
                                     .repeated = repeated,
                                     .skip_rows = skip_rows,
                                     .on_bad = on_bad_of(on_bad)});
      },
      py::arg("path"), py::arg("image"), py::arg("labels"), py::arg("delimiter"), py::arg("separator"), py::arg("root"),
      py::arg("empty"), py::arg("unnamed"), py::arg("unknown_mark"), py::arg("label_columns"), py::arg("others"),
      py::arg("suffix"), py::arg("meaning"), py::arg("confidence"), py::arg("repeated"), py::arg("skip_rows"),
      py::arg("on_bad"));
  module.def(
      "read_jsonl",
      [](const fs::path& path, const std::string& image, const std::string& labels, const std::string& boxes, char delimiter,
         const Path& root, data::EmptyLabels empty, data::Unnamed unnamed, const Names& label_columns,
         const std::string& suffix, const data::LabelMeaning& meaning, const std::string& on_bad) {
        const py::gil_scoped_release release;
        return data::read_jsonl(path, {.image = image,
                                       .labels = labels,
                                       .boxes = boxes,
                                       .delimiter = delimiter,
                                       .root = root,
                                       .empty = empty,
                                       .unnamed = unnamed,
                                       .label_columns = label_columns,
                                       .suffix = suffix,
                                       .meaning = meaning,
                                       .on_bad = on_bad_of(on_bad)});
      },
      py::arg("path"), py::arg("image"), py::arg("labels"), py::arg("boxes"), py::arg("delimiter"), py::arg("root"),
      py::arg("empty"), py::arg("unnamed"), py::arg("label_columns"), py::arg("suffix"), py::arg("meaning"), py::arg("on_bad"));
  module.def(
      "read_folder",
      [](const fs::path& path, const Names& splits, data::FolderLabels labels, const std::map<std::string, Names>& names,
         const Path& label_list, char delimiter, data::EmptyLabels empty, const std::string& on_bad) {
        const py::gil_scoped_release release;
        return data::read_folder(path, {.splits = splits,
                                        .labels = labels,
                                        .names = names,
                                        .label_list = label_list,
                                        .delimiter = delimiter,
                                        .empty = empty,
                                        .on_bad = on_bad_of(on_bad)});
      },
      py::arg("path"), py::arg("splits"), py::arg("labels"), py::arg("names"), py::arg("label_list"), py::arg("delimiter"),
      py::arg("empty"), py::arg("on_bad"));
}

void bind_detection(py::module_& module) {
  module.def(
      "read_coco",
      [](const fs::path& path, const Path& root, data::CocoLabels labels, data::Doubtful crowd, data::EmptyLabels empty,
         data::Unnamed unnamed, const std::string& on_bad) {
        const py::gil_scoped_release release;
        return data::read_coco(
            path,
            {.root = root, .labels = labels, .crowd = crowd, .empty = empty, .unnamed = unnamed, .on_bad = on_bad_of(on_bad)});
      },
      py::arg("path"), py::arg("root"), py::arg("labels"), py::arg("crowd"), py::arg("empty"), py::arg("unnamed"),
      py::arg("on_bad"));
  module.def(
      "read_voc",
      [](const fs::path& path, const Names& sets, data::Doubtful difficult, data::EmptyLabels empty, int first_pixel,
         const std::string& annotations, const std::string& images, const std::string& lists, const std::string& on_bad) {
        const py::gil_scoped_release release;
        return data::read_voc(path, {.sets = sets,
                                     .difficult = difficult,
                                     .empty = empty,
                                     .first_pixel = first_pixel,
                                     .annotations = annotations,
                                     .images = images,
                                     .lists = lists,
                                     .on_bad = on_bad_of(on_bad)});
      },
      py::arg("path"), py::arg("sets"), py::arg("difficult"), py::arg("empty"), py::arg("first_pixel"), py::arg("annotations"),
      py::arg("images"), py::arg("lists"), py::arg("on_bad"));
}

void bind_shards(py::module_& module) {
  py::class_<data::ReadShardsOptions>(module, "ReadShardsOptions")
      .def(py::init([](const std::string& image, const std::string& labels, const std::string& field, const std::string& boxes,
                       char delimiter, data::EmptyLabels empty, data::Unnamed unnamed, const Names& label_columns,
                       const data::LabelMeaning& meaning, const std::string& on_bad) {
             return data::ReadShardsOptions{.image = image,
                                            .labels = labels,
                                            .field = field,
                                            .boxes = boxes,
                                            .delimiter = delimiter,
                                            .empty = empty,
                                            .unnamed = unnamed,
                                            .label_columns = label_columns,
                                            .meaning = meaning,
                                            .on_bad = on_bad_of(on_bad)};
           }),
           py::arg("image"), py::arg("labels"), py::arg("field"), py::arg("boxes"), py::arg("delimiter"), py::arg("empty"),
           py::arg("unnamed"), py::arg("label_columns"), py::arg("meaning"), py::arg("on_bad"));
  module.def(
      "read_shards",
      [](const Paths& names, const data::ReadShardsOptions& options) {
        const py::gil_scoped_release release;
        return data::read_shards(names, options);
      },
      py::arg("names"), py::arg("options"));
  py::class_<data::ShardStream>(module, "ShardStream")
      .def(py::init([](const Paths& names, const data::ReadShardsOptions& options, std::size_t buffer, std::uint64_t seed,
                       std::uint32_t epoch) {
             return std::make_unique<data::ShardStream>(
                 names, options, data::ShardStreamOptions{.buffer = buffer, .seed = seed, .epoch = epoch});
           }),
           py::arg("names"), py::arg("options"), py::arg("buffer"), py::arg("seed"), py::arg("epoch"))
      .def("passed_over", [](const data::ShardStream& self) { return listed(self.passed_over()); })
      .def("next", [](data::ShardStream& self) {
        std::optional<data::Sample> sample;
        cv::Mat image;
        {
          const py::gil_scoped_release release;
          sample = self.next();
          if (sample) image = data::read_sample(*sample);
        }
        if (!sample) throw py::stop_iteration();
        return py::make_tuple(path_text(sample->image), from_image(std::move(image)), sample->labels);
      });
  module.def(
      "shard_sampler",
      [](const data::Dataset& dataset, std::size_t buffer, std::uint64_t seed) {
        return data::AnySampler(data::ShardSampler(dataset, {.buffer = buffer, .seed = seed}));
      },
      py::arg("dataset"), py::arg("buffer"), py::arg("seed"));
}

}  // namespace

void bind_readers(py::module_& module) {
  py::enum_<data::EmptyLabels>(module, "EmptyLabels")
      .value("none", data::EmptyLabels::none)
      .value("unknown", data::EmptyLabels::unknown)
      .value("error", data::EmptyLabels::error)
      .value("drop", data::EmptyLabels::drop);
  py::enum_<data::Unnamed>(module, "Unnamed").value("absent", data::Unnamed::absent).value("unknown", data::Unnamed::unknown);
  py::enum_<data::Doubtful>(module, "Doubtful")
      .value("present", data::Doubtful::present)
      .value("unknown", data::Doubtful::unknown)
      .value("absent", data::Doubtful::absent);
  py::enum_<data::Probabilities>(module, "Probabilities")
      .value("refuse", data::Probabilities::refuse)
      .value("keep", data::Probabilities::keep)
      .value("round", data::Probabilities::round);
  py::enum_<data::Repeated>(module, "Repeated").value("keep", data::Repeated::keep).value("join", data::Repeated::join);
  py::enum_<data::CocoLabels>(module, "CocoLabels")
      .value("name", data::CocoLabels::name)
      .value("supercategory", data::CocoLabels::supercategory);
  py::enum_<data::FolderLabels>(module, "FolderLabels")
      .value("first", data::FolderLabels::first)
      .value("every", data::FolderLabels::every);
  bind_samples(module);
  bind_tables(module);
  bind_detection(module);
  bind_shards(module);
}

}  // namespace multilabel::python
