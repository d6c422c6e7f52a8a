// SPDX-License-Identifier: Apache-2.0
// component: training
// must say: a callback must have at least one of
#include <memory>
#include <multilabel/training/any_callback.hpp>

struct Patience {
#ifdef BAD
  void on_epoch_ends(const multilabel::training::TrainingState& state);  // misspelt: would never be called
#else
  void on_epoch_end(const multilabel::training::TrainingState& state);
#endif
};

auto keep() { return multilabel::training::any_callback(std::make_shared<Patience>()); }
