// SPDX-License-Identifier: Apache-2.0
// Vocabulary, and the three loops of the Python binarizer that walk Python objects: they use the C API of CPython directly,
// because dictionary look-ups are all they do.

#include <pybind11/numpy.h>
#include <pybind11/operators.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <cstdint>
#include <multilabel/core/detail/simd.hpp>
#include <multilabel/encoding.hpp>
#include <multilabel/encoding/vocabulary_json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "bind.hpp"
#include "given.hpp"
#include "matrix_arrays.hpp"

namespace py = pybind11;

namespace multilabel::python {
namespace {

using encoding::Vocabulary;

/// Rows of labels as column numbers: row i holds indices[starts[i]] ... indices[starts[i + 1] - 1].
struct EncodedRows {
  std::vector<std::int32_t> indices;
  std::vector<std::int64_t> starts{0};
};

/// The numbers of labels met before, by address: most rows hold the very objects of earlier ones, and for those there is
/// nothing to hash and nothing to compare. Only for str and int, whose hash and equality run no Python code and never change.
/// Holds on to the objects, so that no other can take their address.
class RecentLabels {
 public:
  RecentLabels() = default;
  RecentLabels(const RecentLabels&) = delete;
  RecentLabels& operator=(const RecentLabels&) = delete;
  ~RecentLabels() {
    for (const Entry& entry : entries_) Py_XDECREF(entry.label);
  }

  /// The number of a label, or `none`.
  [[nodiscard]] std::int32_t find(PyObject* label) const noexcept {
    const Entry& entry = entries_[place(label)];
    return entry.label == label ? entry.number : none;
  }
  void keep(PyObject* label, std::int32_t number) {
    if (!PyUnicode_CheckExact(label) && !PyLong_CheckExact(label)) return;
    Entry& entry = entries_[place(label)];
    Py_INCREF(label);
    Py_XDECREF(entry.label);
    entry = {label, number};
  }

  static constexpr std::int32_t none = -1;

 private:
  struct Entry {
    PyObject* label = nullptr;
    std::int32_t number = none;
  };
  static constexpr std::size_t size = 4096;

  static std::size_t place(PyObject* label) noexcept {
    const auto address = reinterpret_cast<std::uintptr_t>(label);
    return ((address >> 4) ^ (address >> 16)) % size;
  }

  std::vector<Entry> entries_ = std::vector<Entry>(size);
};

/// Starts to fetch rows that the loop below reads soon: they lie all over the memory.
inline void fetch_row_ahead(PyObject* outer, Py_ssize_t i) {
#if MULTILABEL_HAS_VECTORS
  if (i + 16 >= PySequence_Fast_GET_SIZE(outer)) return;
  __builtin_prefetch(PySequence_Fast_GET_ITEM(outer, i + 16));
  PyObject* row = PySequence_Fast_GET_ITEM(outer, i + 8);
  if (PyList_CheckExact(row)) __builtin_prefetch(reinterpret_cast<PyListObject*>(row)->ob_item);
#endif
}

/// Throws what scikit-learn's users catch, a TypeError, as an error of the library.
[[noreturn]] void refuse_labels(const char* where, const char* expected, const std::string& actual) {
  const auto text = to_string({where, expected, actual});
  py::set_error(py::module_::import("multilabel.encoding").attr("LabelTypeError"), text.c_str());
  throw py::error_already_set();
}

/// `object` as a list or tuple; where it is nothing to go through, `refuse` throws.
template <class Refuse>
py::object sequence_of(const py::object& object, const Refuse& refuse) {
  py::object sequence = py::reinterpret_steal<py::object>(PySequence_Fast(object.ptr(), ""));
  if (sequence) return sequence;
  const py::error_already_set error;  // fetches it
  if (!error.matches(PyExc_TypeError) || py::isinstance<py::iterable>(object)) throw error;
  refuse();
  return sequence;
}

/// The rows in the numbers that `number_of(label)` gives the labels, or `RecentLabels::none` to leave one out. A string taken
/// for a row is refused.
template <class NumberOf>
EncodedRows encode_rows(const py::object& rows, const char* where, NumberOf&& number_of) {
  EncodedRows encoded;
  const py::object outer =
      sequence_of(rows, [&] { refuse_labels(where, "rows must be a collection of rows of labels", repr_of(rows)); });
  encoded.starts.reserve(static_cast<std::size_t>(PySequence_Fast_GET_SIZE(outer.ptr())) + 1);
  RecentLabels recent;
  std::size_t looked_up = 0;
  // Sizes are read anew each time and labels held on to: a label's own __hash__ or __eq__ may change the lists.
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(outer.ptr()); ++i) {
    fetch_row_ahead(outer.ptr(), i);
    const py::object item = py::reinterpret_borrow<py::object>(PySequence_Fast_GET_ITEM(outer.ptr(), i));
    if (PyUnicode_Check(item.ptr()) || PyBytes_Check(item.ptr())) {
      const std::string text = py::str(py::repr(item));
      fail<ArgumentError>({where, "each row must be a collection of labels, such as a list",
                           join_text("the string ", text, " in row ", i, ", whose letters would be the labels"),
                           join_text("Write [", text, "] for one label, or split the string.")});
    }
    const py::object row = sequence_of(item, [&] {
      refuse_labels(where, "each row must be a collection of labels, such as a list", join_text(repr_of(item), " in row ", i));
    });
    for (Py_ssize_t j = 0; j < PySequence_Fast_GET_SIZE(row.ptr()); ++j) {
      PyObject* at = PySequence_Fast_GET_ITEM(row.ptr(), j);
      std::int32_t number = recent.find(at);
      if (number == RecentLabels::none) {
        const py::object label = py::reinterpret_borrow<py::object>(at);
        number = number_of(label);
        if (number == RecentLabels::none) continue;
        // Where most labels are objects of their own, as after str.split, keeping them is lost work.
        if (++looked_up < 1024 || looked_up < encoded.indices.size() / 2) recent.keep(label.ptr(), number);
      }
      encoded.indices.push_back(number);
    }
    encoded.starts.push_back(static_cast<std::int64_t>(encoded.indices.size()));
    if ((i & 0xFFFF) == 0xFFFF && PyErr_CheckSignals() != 0) throw py::error_already_set();
  }
  return encoded;
}

/// The distinct labels of `rows` in order of appearance, and the rows in their numbers.
py::tuple collect(const py::object& rows, const char* where) {
  py::dict numbers;
  py::list labels;
  std::int32_t next = 0;
  EncodedRows encoded = encode_rows(rows, where, [&](const py::object& label) {
    PyObject* number = PyDict_GetItemWithError(numbers.ptr(), label.ptr());
    if (number != nullptr) return static_cast<std::int32_t>(PyLong_AsLong(number));
    if (PyErr_Occurred() != nullptr) throw py::error_already_set();
    if (PyDict_SetItem(numbers.ptr(), label.ptr(), py::int_(next).ptr()) != 0) throw py::error_already_set();
    labels.append(label);
    return next++;
  });
  return py::make_tuple(labels, to_numpy(std::move(encoded.indices)), to_numpy(std::move(encoded.starts)));
}

/// `rows` in the numbers that `columns` (a dictionary) gives the labels; the labels it does not know, each with how often it
/// came.
py::tuple look_up(const py::object& rows, const py::dict& columns, const char* where) {
  py::dict unknown;
  EncodedRows encoded = encode_rows(rows, where, [&](const py::object& label) {
    PyObject* column = PyDict_GetItemWithError(columns.ptr(), label.ptr());
    if (column != nullptr) return static_cast<std::int32_t>(PyLong_AsLong(column));
    if (PyErr_Occurred() != nullptr) throw py::error_already_set();
    PyObject* seen = PyDict_GetItemWithError(unknown.ptr(), label.ptr());
    const long times = seen == nullptr ? 0 : PyLong_AsLong(seen);
    if (PyDict_SetItem(unknown.ptr(), label.ptr(), py::int_(times + 1).ptr()) != 0) throw py::error_already_set();
    return RecentLabels::none;
  });
  return py::make_tuple(to_numpy(std::move(encoded.indices)), to_numpy(std::move(encoded.starts)), unknown);
}

/// The matrix [rows, columns] with a 1 at column order[i] for every index i of a row.
py::array_t<std::int64_t> scatter(const py::array_t<std::int32_t, py::array::c_style>& indices,
                                  const py::array_t<std::int64_t, py::array::c_style>& starts,
                                  const py::array_t<std::int32_t, py::array::c_style>& order, py::ssize_t columns) {
  const py::ssize_t rows = starts.size() - 1;
  // calloc leaves untouched pages unwritten, as numpy.zeros does.
  auto zeros = py::module_::import("numpy").attr("zeros");
  py::array_t<std::int64_t> matrix = zeros(py::make_tuple(rows, columns), py::dtype::of<std::int64_t>());
  std::int64_t* cells = matrix.mutable_data();
  const auto* index = indices.data();
  const auto* start = starts.data();
  const auto* column = order.data();
  for (py::ssize_t i = 0; i < rows; ++i) {
    for (auto k = start[i]; k < start[i + 1]; ++k) cells[i * columns + column[index[k]]] = 1;
  }
  return matrix;
}

/// Each row of the numbers sorted and without repetitions, as the parts of a CSR matrix.
py::tuple canonical_rows(const py::array_t<std::int32_t, py::array::c_style>& indices,
                         const py::array_t<std::int64_t, py::array::c_style>& starts,
                         const py::array_t<std::int32_t, py::array::c_style>& order) {
  EncodedRows result;
  std::vector<std::int32_t> row;
  for (py::ssize_t i = 0; i + 1 < starts.size(); ++i) {
    row.clear();
    for (auto k = starts.at(i); k < starts.at(i + 1); ++k) row.push_back(order.at(indices.at(k)));
    std::sort(row.begin(), row.end());
    row.erase(std::unique(row.begin(), row.end()), row.end());
    result.indices.insert(result.indices.end(), row.begin(), row.end());
    result.starts.push_back(static_cast<std::int64_t>(result.indices.size()));
  }
  std::vector<std::int32_t> starts32(result.starts.begin(), result.starts.end());
  return py::make_tuple(to_numpy(std::move(result.indices)), to_numpy(std::move(starts32)));
}

/// For every row of a 0/1 matrix the tuple of the labels it has; None when a cell is neither 0 nor 1.
template <class T>
py::object decode(const py::array_t<T, py::array::c_style>& matrix, const py::list& labels) {
  const py::ssize_t rows = matrix.shape(0);
  const py::ssize_t columns = matrix.shape(1);
  const T* cells = matrix.data();
  py::list result(static_cast<std::size_t>(rows));
  std::vector<py::ssize_t> present;
  for (py::ssize_t i = 0; i < rows; ++i) {
    present.clear();
    for (py::ssize_t j = 0; j < columns; ++j) {
      const T cell = cells[i * columns + j];
      if (cell == T{1}) {
        present.push_back(j);
      } else if (!(cell == T{0})) {
        return py::none();
      }
    }
    PyObject* row = PyTuple_New(static_cast<py::ssize_t>(present.size()));
    if (row == nullptr) throw py::error_already_set();
    for (std::size_t k = 0; k < present.size(); ++k) {
      PyObject* label = PyList_GET_ITEM(labels.ptr(), present[k]);
      Py_INCREF(label);
      PyTuple_SET_ITEM(row, static_cast<py::ssize_t>(k), label);
    }
    PyList_SET_ITEM(result.ptr(), i, row);
    if ((i & 0xFFFF) == 0xFFFF && PyErr_CheckSignals() != 0) throw py::error_already_set();
  }
  return result;
}

void bind_vocabulary(py::module_& module) {
  py::class_<Vocabulary>(module, "Vocabulary", R"(The ordered list of distinct label names: position ``i`` names column ``i``.

Parameters
----------
labels : iterable of str
    The names in column order; a name that comes twice is a `LabelError`.

Examples
--------
>>> from multilabel import Vocabulary
>>> vocabulary = Vocabulary(["dog", "cat"])
>>> vocabulary.index("cat"), len(vocabulary), list(vocabulary)
(1, 2, ['dog', 'cat'])
>>> Vocabulary(["cat", "dog"]).reorder(vocabulary)
[1, 0]
)")
      .def(py::init([](const Given<Wanted::texts>& labels) {
             if (py::isinstance<py::str>(labels) || !py::isinstance<py::iterable>(labels)) {
               const char* what = py::isinstance<py::str>(labels) ? "the string " : "";
               fail<ArgumentError>({"Vocabulary", "labels must be a collection of names", what + repr_of(labels)});
             }
             std::vector<std::string> names;
             for (const auto& label : py::reinterpret_borrow<py::iterable>(labels)) {
               if (!py::isinstance<py::str>(label))
                 fail<ArgumentError>({"Vocabulary", "labels must be strings", repr_of(label)});
               names.push_back(text("Vocabulary", "labels", label));
             }
             return Vocabulary(std::move(names));
           }),
           py::arg("labels"))
      .def_property_readonly("labels", &Vocabulary::labels, "The names in column order, as a list of str.")
      .def_property_readonly("fingerprint", &Vocabulary::fingerprint,
                             "16 hexadecimal digits that depend on the names and their order, the same on every machine.")
      .def(
          "index",
          [](const Vocabulary& self, const Given<Wanted::text>& name) {
            return self.index(text("Vocabulary.index", "name", name));
          },
          py::arg("name"), "Return the column of ``name``. A `LabelError` offers the nearest name when there is none.")
      .def(
          "find",
          [](const Vocabulary& self, const Given<Wanted::text>& name) {
            return self.find(text("Vocabulary.find", "name", name));
          },
          py::arg("name"), "Return the column of ``name``, or None.")
      .def(
          "reorder",
          [](const Vocabulary& self, const Given<Wanted::vocabulary>& source) {
            return self.reorder(instance<Vocabulary>("Vocabulary.reorder", "source", "Vocabulary", source));
          },
          py::arg("source"),
          "Return for each of these labels its column in ``source``: ``mine = theirs[:, "
          "mine_vocabulary.reorder(theirs_vocabulary)]``.")
      .def("to_json", &Vocabulary::to_json, "Return the names as a JSON list, the text that C++ writes.")
      .def_static(
          "from_json",
          [](const Given<Wanted::text>& given) { return Vocabulary::from_json(text("Vocabulary.from_json", "text", given)); },
          py::arg("text"), "Return the vocabulary that `to_json` wrote.")
      .def("__len__", &Vocabulary::size)
      .def("__getitem__",
           [](const Vocabulary& self, const Given<Wanted::whole>& given) {
             if (!PyIndex_Check(given.ptr())) {
               fail<ArgumentError>({"Vocabulary", "column must be a whole number", repr_of(given),
                                    "Vocabulary.index gives the column of a name."});
             }
             const auto column = PyNumber_AsSsize_t(given.ptr(), nullptr);  // what is beyond its range is beyond ours
             if (column == -1 && PyErr_Occurred() != nullptr) {
               PyErr_Clear();  // an array of several, say
               fail<ArgumentError>({"Vocabulary", "column must be a whole number", repr_of(given)});
             }
             const auto size = static_cast<py::ssize_t>(self.size());
             if (column < -size || column >= size) throw py::index_error("Vocabulary: column out of range");
             return self[static_cast<std::size_t>(column < 0 ? column + size : column)];
           })
      .def("__contains__",
           [](const Vocabulary& self, const py::object& name) {
             return py::isinstance<py::str>(name) && self.contains(name.cast<std::string>());
           })
      .def(
          "__iter__", [](const Vocabulary& self) { return py::make_iterator(self.begin(), self.end()); },
          py::keep_alive<0, 1>())
      .def(py::self == py::self)  // NOLINT(misc-redundant-expression)
      .def("__hash__", [](const Vocabulary& self) { return py::hash(py::str(self.fingerprint())); })
      .def("__repr__",
           [](const Vocabulary& self) {
             std::vector<std::string> names(self.begin(),
                                            self.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(self.size(), 8)));
             auto text = py::repr(py::cast(names)).cast<std::string>();
             if (self.size() > 8) text = text.substr(0, text.size() - 1) + join_text(", ...]  # ", self.size(), " labels");
             return self.size() > 8 ? "Vocabulary(" + text : "Vocabulary(" + text + ")";
           })
      .def(py::pickle([](const Vocabulary& self) { return py::make_tuple(self.labels()); },
                      [](const py::tuple& state) { return Vocabulary(state[0].cast<std::vector<std::string>>()); }));
  module.def("require_same", &encoding::require_same, py::arg("expected"), py::arg("actual"), py::arg("where"));
}

py::array_t<std::int64_t> co_occurrence(const py::array_t<bool, py::array::c_style>& present) {
  const MatrixView<const bool> view(present.data(), static_cast<std::size_t>(present.shape(0)),
                                    static_cast<std::size_t>(present.shape(1)));
  const auto counts = encoding::co_occurrence(view);
  py::array_t<std::int64_t> result({present.shape(1), present.shape(1)});
  std::copy(counts.data(), counts.data() + counts.size(), result.mutable_data());
  return result;
}

}  // namespace

void bind_encoding(py::module_& module) {
  bind_vocabulary(module);
  module.def("collect", &collect, py::arg("rows"), py::arg("where"));
  module.def("look_up", &look_up, py::arg("rows"), py::arg("columns"), py::arg("where"));
  module.def("scatter", &scatter, py::arg("indices"), py::arg("starts"), py::arg("order"), py::arg("columns"));
  module.def("canonical_rows", &canonical_rows, py::arg("indices"), py::arg("starts"), py::arg("order"));
  module.def("decode", &decode<std::int64_t>, py::arg("matrix").noconvert(), py::arg("labels"));
  module.def("decode", &decode<std::uint8_t>, py::arg("matrix").noconvert(), py::arg("labels"));
  module.def("decode", &decode<bool>, py::arg("matrix").noconvert(), py::arg("labels"));
  module.def("co_occurrence", &co_occurrence, py::arg("present"));
  module.def("decode", &decode<double>, py::arg("matrix"), py::arg("labels"));
}

}  // namespace multilabel::python
