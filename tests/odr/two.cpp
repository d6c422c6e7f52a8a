// SPDX-License-Identifier: Apache-2.0
#include <multilabel/multilabel.hpp>

const void* other_address();
const void* other_address() {
  const auto philox = &multilabel::philox;
  return reinterpret_cast<const void*>(philox);
}
