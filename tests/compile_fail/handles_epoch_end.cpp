// SPDX-License-Identifier: Apache-2.0
// component: training
// must say: on_epoch_end must be callable as
#include <memory>
#include <multilabel/training/any_callback.hpp>

struct Patience {
#ifdef BAD
  void on_epoch_end(int epoch);  // an event's name with arguments of its own
#else
  void on_epoch_end(const multilabel::training::TrainingState& state);
#endif
};

auto keep() { return multilabel::training::any_callback(std::make_shared<Patience>()); }
