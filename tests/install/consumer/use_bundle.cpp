// SPDX-License-Identifier: Apache-2.0
#include <multilabel/bundle.hpp>

int main() {
  try {
    return static_cast<int>(multilabel::bundle::load("absent").vocabulary().size()) + 1;
  } catch (const multilabel::BundleError&) {
    return 0;
  }
}
