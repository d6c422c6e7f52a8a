// SPDX-License-Identifier: Apache-2.0
// multilabel._core.data: tables, images, inspection and the loader.

#include <pybind11/numpy.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>
#include <multilabel/data.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bind.hpp"
#include "copies.hpp"
#include "core_docs.hpp"
#include "dataset_state.hpp"
#include "images.hpp"
#include "loader.hpp"
#include "samples.hpp"
#include "shown.hpp"

namespace multilabel::python {

namespace {

namespace py = pybind11;

py::list texts(const std::vector<std::filesystem::path>& paths) {
  py::list result;
  for (const auto& path : paths) result.append(path_text(path));
  return result;
}

void bind_dataset(py::module_& module) {
  py::class_<data::Dataset>(module, "Dataset")
      .def(py::init([](const py::list& images, const py::list& labels, data::Dataset::Columns columns,
                       const std::vector<std::string>& vocabulary) {
             if (images.size() != labels.size())
               fail<ShapeError>({"data.Dataset", "images and labels must have the same length",
                                 join_text(images.size(), " and ", labels.size())});
             std::vector<data::Sample> samples(images.size());
             for (std::size_t i = 0; i < images.size(); ++i) {
               set_image(samples[i], images[i], i, "data.Dataset");
               set_labels(samples[i], labels[i], i, "data.Dataset");
               name_targets(samples[i], vocabulary, i, "data.Dataset");
             }
             return data::Dataset(std::move(samples), std::move(columns));
           }),
           py::arg("images"), py::arg("labels"), py::arg("columns") = data::Dataset::Columns{},
           py::arg("vocabulary") = std::vector<std::string>{})
      .def(py::pickle(&dataset_state, &dataset_from_state))
      .def("__len__", &data::Dataset::size)
      .def("images", [](const data::Dataset& self) { return texts(self.images()); })
      .def(
          "image", [](const data::Dataset& self, std::size_t i) { return image_of(self[i]); }, py::arg("i"))
      .def("labels", &data::Dataset::labels)
      .def("label_names", [](const data::Dataset& self) { return self.vocabulary().labels(); })
      .def("columns", &data::Dataset::columns)
      .def(
          "column", [](const data::Dataset& self, const std::string& name) { return self.column(name); }, py::arg("name"))
      .def(
          "split_by",
          [](const data::Dataset& self, const std::string& column, const std::vector<std::string>& values) {
            return self.split_by(column, std::span<const std::string>(values));
          },
          py::arg("column"), py::arg("values"))
      .def(
          "select", [](const data::Dataset& self, const std::vector<std::size_t>& positions) { return self.select(positions); },
          py::arg("positions"))
      .def("concat", &data::Dataset::concat, py::arg("other"))
      .def(
          "targets",
          [](const data::Dataset& self, const std::vector<std::string>& labels) {
            const Matrix<float> targets = self.targets(encoding::Vocabulary(labels));
            return py::array_t<float>(std::vector<std::size_t>{targets.rows(), targets.columns()}, targets.data());
          },
          py::arg("labels"));
}

// Plain lists, texts and numbers, as JSON takes them.
py::dict inspection_dict(const data::Inspection& found) {
  py::dict labels, splits;
  for (const auto& label : found.labels)
    labels[py::str(label.label)] = py::dict(py::arg("count") = label.count, py::arg("per_split") = label.per_split);
  for (const auto& [name, count] : found.splits) splits[py::str(name)] = count;
  py::list unreadable, together;
  for (const auto& file : found.unreadable)
    unreadable.append(
        py::dict(py::arg("path") = path_text(file.path), py::arg("sample") = file.sample, py::arg("reason") = file.reason));
  for (const auto& pair : found.together) together.append(py::make_tuple(pair.first, pair.second, pair.count));
  py::dict all;
  all["samples"] = found.samples;
  all["cardinality"] = found.cardinality;
  all["density"] = found.density;
  all["most_labels"] = found.most_labels;
  all["label_sets"] = found.label_sets;
  all["imbalance"] = found.imbalance;
  all["labels"] = labels;
  all["splits"] = splits;
  all["rare"] = found.rare;
  all["missing"] = found.missing;
  all["similar"] = found.similar;
  all["empty"] = found.empty;
  all["unreadable"] = unreadable;
  all["duplicates"] = found.duplicates;
  all["duplicates_across_splits"] = found.duplicates_across_splits;
  all["contradictory"] = found.contradictory;
  all["near_duplicates"] = found.near_duplicates;
  all["near_duplicates_across_splits"] = found.near_duplicates_across_splits;
  all["together"] = together;
  all["inseparable"] = found.inseparable;
  all["smallest"] = found.smallest;
  all["largest"] = found.largest;
  all["files_read"] = found.files_read;
  all["pixels_read"] = found.pixels_read;
  all["looks_multi_class"] = found.looks_multi_class;
  return all;
}

void bind_inspection(py::module_& module) {
  using data::Inspection;
  py::class_<data::LabelSummary>(module, "LabelSummary")
      .def_readonly("label", &data::LabelSummary::label)
      .def_readonly("count", &data::LabelSummary::count)
      .def_readonly("per_split", &data::LabelSummary::per_split)
      .def(copied_by<data::LabelSummary, &data::LabelSummary::label, &data::LabelSummary::count,
                     &data::LabelSummary::per_split>());
  py::class_<data::UnreadableFile>(module, "UnreadableFile")
      .def_property_readonly("path", [](const data::UnreadableFile& self) { return path_text(self.path); })
      .def_readonly("sample", &data::UnreadableFile::sample)
      .def_readonly("reason", &data::UnreadableFile::reason)
      .def(copied_by<data::UnreadableFile, &data::UnreadableFile::path, &data::UnreadableFile::sample,
                     &data::UnreadableFile::reason>());
  py::class_<data::LabelPair>(module, "LabelPair")
      .def_readonly("first", &data::LabelPair::first)
      .def_readonly("second", &data::LabelPair::second)
      .def_readonly("count", &data::LabelPair::count)
      .def(copied_by<data::LabelPair, &data::LabelPair::first, &data::LabelPair::second, &data::LabelPair::count>());
  py::class_<Inspection> inspection(module, "Inspection", inspection_doc);
  inspection.def_readonly("samples", &Inspection::samples)
      .def_readonly("cardinality", &Inspection::cardinality)
      .def_readonly("density", &Inspection::density)
      .def_readonly("most_labels", &Inspection::most_labels)
      .def_readonly("label_sets", &Inspection::label_sets)
      .def_readonly("imbalance", &Inspection::imbalance)
      .def_readonly("labels", &Inspection::labels)
      .def_readonly("splits", &Inspection::splits)
      .def_readonly("rare", &Inspection::rare)
      .def_readonly("missing", &Inspection::missing)
      .def_readonly("similar", &Inspection::similar)
      .def_readonly("empty", &Inspection::empty)
      .def_readonly("unreadable", &Inspection::unreadable)
      .def_readonly("duplicates", &Inspection::duplicates)
      .def_readonly("duplicates_across_splits", &Inspection::duplicates_across_splits)
      .def_readonly("smallest", &Inspection::smallest)
      .def_readonly("largest", &Inspection::largest)
      .def_readonly("files_read", &Inspection::files_read)
      .def_readonly("pixels_read", &Inspection::pixels_read)
      .def_readonly("looks_multi_class", &Inspection::looks_multi_class)
      .def_readonly("together", &Inspection::together)
      .def_readonly("inseparable", &Inspection::inseparable)
      .def_readonly("contradictory", &Inspection::contradictory)
      .def_readonly("near_duplicates", &Inspection::near_duplicates)
      .def_readonly("near_duplicates_across_splits", &Inspection::near_duplicates_across_splits)
      .def("to_dict", &inspection_dict)
      .def("to_text", &Inspection::to_text, py::arg("examples") = 5)
      .def("__str__", [](const Inspection& self) { return self.to_text(); })
      .def(copied_by<Inspection, &Inspection::samples, &Inspection::cardinality, &Inspection::density, &Inspection::most_labels,
                     &Inspection::label_sets, &Inspection::imbalance, &Inspection::labels, &Inspection::splits,
                     &Inspection::rare, &Inspection::missing, &Inspection::similar, &Inspection::empty, &Inspection::unreadable,
                     &Inspection::duplicates, &Inspection::duplicates_across_splits, &Inspection::smallest,
                     &Inspection::largest, &Inspection::files_read, &Inspection::pixels_read, &Inspection::looks_multi_class,
                     &Inspection::together, &Inspection::inseparable, &Inspection::contradictory, &Inspection::near_duplicates,
                     &Inspection::near_duplicates_across_splits>());
  shows_itself_in_lines(inspection);
  const data::InspectOptions options;
  module.def(
      "inspect",
      [](const data::Dataset& dataset, data::FileCheck files, const std::string& split, std::size_t rare_below,
         std::size_t threads, std::size_t near_bits, double near_difference) {
        const py::gil_scoped_release release;
        return data::inspect(dataset, {.files = files,
                                       .split = split,
                                       .rare_below = rare_below,
                                       .threads = threads,
                                       .near = {.bits = near_bits, .difference = near_difference}});
      },
      py::arg("dataset"), py::arg("files") = options.files, py::arg("split") = options.split,
      py::arg("rare_below") = options.rare_below, py::arg("threads") = options.threads,
      py::arg("near_bits") = options.near.bits, py::arg("near_difference") = options.near.difference);
}

}  // namespace

void bind_data(py::module_& module) {
  py::enum_<data::FileCheck>(module, "FileCheck")
      .value("none", data::FileCheck::none)
      .value("bytes", data::FileCheck::bytes)
      .value("pixels", data::FileCheck::pixels);
  bind_dataset(module);
  bind_inspection(module);
  bind_loader(module);
  bind_split(module);
  bind_audit(module);
  bind_readers(module);
  module.def(
      "read_image",
      [](const std::filesystem::path& path, std::size_t max_pixels, const std::array<int, 2>& shrinks_to, bool keep_damaged,
         const std::array<std::uint8_t, 3>& background) {
        cv::Mat image;
        {
          const py::gil_scoped_release release;
          image = data::read_image(path, {.max_pixels = max_pixels,
                                          .shrinks_to = {shrinks_to[1], shrinks_to[0]},
                                          .damage = keep_damaged ? data::Damage::keep : data::Damage::refuse,
                                          .background = background});
        }
        return from_image(std::move(image));
      },
      py::arg("path"), py::arg("max_pixels"), py::arg("shrinks_to"), py::arg("keep_damaged"), py::arg("background"));
  module.def("is_encoded", &is_encoded, py::arg("object"));
  module.def(
      "decode_image",
      [](const py::object& encoded, const std::string& name, std::size_t max_pixels, const std::array<int, 2>& shrinks_to,
         bool keep_damaged, const std::array<std::uint8_t, 3>& background) {
        const std::vector<std::uint8_t> bytes = encoded_bytes(encoded);
        cv::Mat image;
        {
          const py::gil_scoped_release release;
          image = data::decode_image(bytes, name,
                                     {.max_pixels = max_pixels,
                                      .shrinks_to = {shrinks_to[1], shrinks_to[0]},
                                      .damage = keep_damaged ? data::Damage::keep : data::Damage::refuse,
                                      .background = background});
        }
        return from_image(std::move(image));
      },
      py::arg("encoded"), py::arg("name"), py::arg("max_pixels"), py::arg("shrinks_to"), py::arg("keep_damaged"),
      py::arg("background"));
}

}  // namespace multilabel::python
