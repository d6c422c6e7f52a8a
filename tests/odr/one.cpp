// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <multilabel/multilabel.hpp>

#include "addresses.hpp"

// An inline function has one address in the whole program; one that depends on how its file is compiled has one for each way.
int main() {
  const Addresses one = addresses(), two = addresses_in_two();
#ifdef MULTILABEL_WITH_LIBJPEG
  const bool apart = one.read_image != two.read_image;
#else
  const bool apart = one.read_image == two.read_image;  // both files are compiled alike
#endif
  std::printf("philox %s, read_image %s\n", one.philox == two.philox ? "once" : "twice", apart ? "apart" : "mixed up");
  return one.philox == two.philox && apart ? 0 : 1;
}
