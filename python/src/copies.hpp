// SPDX-License-Identifier: Apache-2.0
#pragma once
// Values that a copy, a pickle and another process take along, member by member.

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <cstddef>
#include <type_traits>
#include <utility>

namespace multilabel::python {

/// What `py::class_::def` takes for an aggregate T that is known by these members.
template <class T, auto... members>
auto copied_by() {
  return pybind11::pickle([](const T& value) { return pybind11::make_tuple(value.*members...); },
                          [](const pybind11::tuple& state) {
                            return [&]<std::size_t... i>(std::index_sequence<i...>) {
                              T made;
                              ((made.*members = state[i].template cast<std::remove_cvref_t<decltype(made.*members)>>()), ...);
                              return made;
                            }(std::make_index_sequence<sizeof...(members)>{});
                          });
}

}  // namespace multilabel::python
