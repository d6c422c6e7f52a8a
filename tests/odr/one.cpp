// SPDX-License-Identifier: Apache-2.0
#include <multilabel/multilabel.hpp>

const void* other_address();

// An inline function has one address in the whole program.
int main() {
  const auto philox = &multilabel::philox;
  return reinterpret_cast<const void*>(philox) == other_address() ? 0 : 1;
}
