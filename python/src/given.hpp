// SPDX-License-Identifier: Apache-2.0
#pragma once
// Arguments as a caller gives them. pybind11 would answer a wrong one with a list of C++ signatures; these types take anything,
// show the right type in the stubs, and the functions below refuse what is wrong in the library's sentence, as _arguments.py
// does.

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <multilabel/core/check.hpp>

#include <string>
#include <vector>

namespace multilabel::python {

/// What is wanted of an argument.
enum class Wanted { real, reals, flag, text, texts, whole, fields, curves, vocabulary };

inline int any_object(PyObject*) { return 1; }

/// Any object, where a `wanted` belongs.
template <Wanted wanted>
class Given : public pybind11::object {
 public:
  PYBIND11_OBJECT_DEFAULT(Given, pybind11::object, any_object)
};

inline std::string repr_of(pybind11::handle object) { return pybind11::repr(object).cast<std::string>(); }

/// What a function of multilabel/_arguments.py makes of the value, or its error.
inline pybind11::object checked(const char* function, const std::string& where, const char* name, pybind11::handle value) {
  return pybind11::module_::import("multilabel._arguments").attr(function)(where, name, value);
}

inline double real(const std::string& where, const char* name, pybind11::handle value) {
  return checked("real", where, name, value).cast<double>();
}

inline bool flag(const std::string& where, const char* name, pybind11::handle value) {
  return checked("flag", where, name, value).cast<bool>();
}

/// A sequence of numbers.
inline std::vector<double> reals(const std::string& where, const char* name, pybind11::handle values) {
  if (!PyIter_Check(values.ptr())) {  // whose values a first try would use up
    try {
      return values.cast<std::vector<double>>();
    } catch (const pybind11::cast_error&) {
    }
  }
  return checked("reals", where, name, values).cast<std::vector<double>>();
}

inline std::string text(const std::string& where, const char* name, pybind11::handle value) {
  if (pybind11::isinstance<pybind11::str>(value)) {
    try {
      return value.cast<std::string>();
    } catch (const pybind11::cast_error&) {  // half of a surrogate pair
    }
  }
  fail<ArgumentError>({where, join_text(name, " must be a str"), repr_of(value)});
}

/// A T of this module's.
template <class T>
const T& instance(const std::string& where, const char* name, const char* type, pybind11::handle value) {
  if (pybind11::isinstance<T>(value)) return value.cast<const T&>();
  fail<ArgumentError>({where, join_text(name, " must be a ", type), repr_of(value)});
}

/// A dictionary that `to_dict` returned.
inline pybind11::dict fields(const std::string& where, pybind11::handle value) {
  if (pybind11::isinstance<pybind11::dict>(value)) return pybind11::reinterpret_borrow<pybind11::dict>(value);
  fail<ArgumentError>({where, "values must be a dictionary", repr_of(value), "Pass what to_dict returned."});
}

/// The entry of such a dictionary.
inline pybind11::object field(const std::string& where, const pybind11::dict& values, const char* key) {
  if (values.contains(key)) return values[key];
  fail<ArgumentError>(
      {where, join_text("the dictionary must have the key ", quoted(key)), "none", "Pass what to_dict returned."});
}

}  // namespace multilabel::python

namespace pybind11::detail {

using multilabel::python::Given;
using multilabel::python::Wanted;

template <>
struct handle_type_name<Given<Wanted::real>> {
  static constexpr auto name = const_name("typing.SupportsFloat | typing.SupportsIndex");
};
template <>
struct handle_type_name<Given<Wanted::reals>> {
  static constexpr auto name = const_name("collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex]");
};
template <>
struct handle_type_name<Given<Wanted::flag>> {
  static constexpr auto name = const_name("bool");
};
template <>
struct handle_type_name<Given<Wanted::text>> {
  static constexpr auto name = const_name("str");
};
template <>
struct handle_type_name<Given<Wanted::texts>> {
  static constexpr auto name = const_name("collections.abc.Iterable[str]");
};
template <>
struct handle_type_name<Given<Wanted::whole>> {
  static constexpr auto name = const_name("typing.SupportsInt | typing.SupportsIndex");
};
template <>
struct handle_type_name<Given<Wanted::fields>> {
  static constexpr auto name = const_name("dict");
};
template <>
struct handle_type_name<Given<Wanted::curves>> {
  static constexpr auto name = const_name("collections.abc.Sequence[tuple[numpy.typing.ArrayLike, numpy.typing.ArrayLike]]");
};
template <>
struct handle_type_name<Given<Wanted::vocabulary>> {
  static constexpr auto name = const_name("multilabel._core.encoding.Vocabulary");
};

}  // namespace pybind11::detail
