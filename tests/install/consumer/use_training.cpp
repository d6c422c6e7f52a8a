// SPDX-License-Identifier: Apache-2.0
#include <multilabel/training.hpp>

static_assert(multilabel::training::callback<multilabel::training::EarlyStopping>);

int main() { return multilabel::training::EarlyStopping{{.patience = 4}}.options().patience == 4 ? 0 : 1; }
