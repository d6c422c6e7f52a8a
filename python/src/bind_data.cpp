// SPDX-License-Identifier: Apache-2.0
// multilabel._core.data: tables, images, inspection and the loader.

#include <pybind11/numpy.h>
#include <pybind11/stl.h>
#include <multilabel/data.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bind.hpp"
#include "images.hpp"
#include "loader.hpp"
#include "samples.hpp"

namespace multilabel::python {

namespace {

namespace py = pybind11;

std::vector<std::string> texts(const std::vector<std::filesystem::path>& paths) {
  std::vector<std::string> result;
  for (const auto& path : paths) result.push_back(path.string());
  return result;
}

void bind_dataset(py::module_& module) {
  py::class_<data::Dataset>(module, "Dataset")
      .def(py::init([](const py::list& images, std::vector<std::vector<std::string>> labels, data::Dataset::Columns columns) {
             if (images.size() != labels.size())
               fail<ShapeError>({"data.Dataset", "images and labels must have the same length",
                                 join_text(images.size(), " and ", labels.size())});
             std::vector<data::Sample> samples(images.size());
             for (std::size_t i = 0; i < images.size(); ++i) {
               set_image(samples[i], images[i], i, "data.Dataset");
               samples[i].labels = std::move(labels[i]);
             }
             return data::Dataset(std::move(samples), std::move(columns));
           }),
           py::arg("images"), py::arg("labels"), py::arg("columns") = data::Dataset::Columns{})
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
  const data::ReadCsvOptions csv;
  module.def(
      "read_csv",
      [](const std::string& path, const std::string& image, const std::string& labels, char delimiter, char separator,
         const std::optional<std::string>& root, data::EmptyLabels empty, data::Unnamed unnamed,
         const std::string& unknown_mark) {
        const py::gil_scoped_release release;
        return data::read_csv(path, {.image = image,
                                     .labels = labels,
                                     .delimiter = delimiter,
                                     .separator = separator,
                                     .root = root,
                                     .empty = empty,
                                     .unnamed = unnamed,
                                     .unknown_mark = unknown_mark});
      },
      py::arg("path"), py::arg("image") = csv.image, py::arg("labels") = csv.labels, py::arg("delimiter") = csv.delimiter,
      py::arg("separator") = csv.separator, py::arg("root") = py::none(), py::arg("empty") = csv.empty,
      py::arg("unnamed") = csv.unnamed, py::arg("unknown_mark") = csv.unknown_mark);
}

void bind_inspection(py::module_& module) {
  using data::Inspection;
  py::class_<data::LabelSummary>(module, "LabelSummary")
      .def_readonly("label", &data::LabelSummary::label)
      .def_readonly("count", &data::LabelSummary::count)
      .def_readonly("per_split", &data::LabelSummary::per_split);
  py::class_<data::UnreadableFile>(module, "UnreadableFile")
      .def_property_readonly("path", [](const data::UnreadableFile& self) { return self.path.string(); })
      .def_readonly("sample", &data::UnreadableFile::sample)
      .def_readonly("reason", &data::UnreadableFile::reason);
  py::class_<Inspection>(module, "Inspection")
      .def_readonly("samples", &Inspection::samples)
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
      .def_readonly("looks_multi_class", &Inspection::looks_multi_class)
      .def("to_text", &Inspection::to_text, py::arg("examples") = 5)
      .def("__str__", [](const Inspection& self) { return self.to_text(); });
  const data::InspectOptions options;
  module.def(
      "inspect",
      [](const data::Dataset& dataset, data::FileCheck files, const std::string& split, std::size_t rare_below,
         std::size_t threads) {
        const py::gil_scoped_release release;
        return data::inspect(dataset, {.files = files, .split = split, .rare_below = rare_below, .threads = threads});
      },
      py::arg("dataset"), py::arg("files") = options.files, py::arg("split") = options.split,
      py::arg("rare_below") = options.rare_below, py::arg("threads") = options.threads);
}

}  // namespace

void bind_data(py::module_& module) {
  py::enum_<data::EmptyLabels>(module, "EmptyLabels")
      .value("none", data::EmptyLabels::none)
      .value("unknown", data::EmptyLabels::unknown)
      .value("error", data::EmptyLabels::error);
  py::enum_<data::Unnamed>(module, "Unnamed").value("absent", data::Unnamed::absent).value("unknown", data::Unnamed::unknown);
  py::enum_<data::FileCheck>(module, "FileCheck")
      .value("none", data::FileCheck::none)
      .value("bytes", data::FileCheck::bytes)
      .value("pixels", data::FileCheck::pixels);
  bind_dataset(module);
  bind_inspection(module);
  bind_loader(module);
  bind_split(module);
  bind_audit(module);
  module.def(
      "read_image",
      [](const std::string& path, std::size_t max_pixels) {
        cv::Mat image;
        {
          const py::gil_scoped_release release;
          image = data::read_image(path, {.max_pixels = max_pixels});
        }
        return from_image(std::move(image));
      },
      py::arg("path"), py::arg("max_pixels") = data::ReadImageOptions{}.max_pixels);
}

}  // namespace multilabel::python
