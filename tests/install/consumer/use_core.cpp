// SPDX-License-Identifier: Apache-2.0
#include <multilabel/core/random.hpp>

int main() { return multilabel::permutation(3, {.seed = 1}).size() == 3 ? 0 : 1; }
