// SPDX-License-Identifier: Apache-2.0
#pragma once
// Addresses of inline functions as one file of the program sees them.

#include <multilabel/core/random.hpp>
#include <multilabel/data/image_io.hpp>

struct Addresses {
  const void* philox;      // the same in every file
  const void* read_image;  // compiled for the decoder that the file has
};

namespace {
Addresses addresses() {
  const auto philox = &multilabel::philox;
  const auto read = &multilabel::data::read_image;
  return {reinterpret_cast<const void*>(philox), reinterpret_cast<const void*>(read)};
}
}  // namespace

Addresses addresses_in_two();
