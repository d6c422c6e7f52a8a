// SPDX-License-Identifier: Apache-2.0
#pragma once
// MixUp (Zhang et al., 2018): every image is laid over another one, weakly or strongly. Objects of both are seen everywhere,
// so boxes make no difference.

#include <array>
#include <cstddef>
#include <string_view>

#include "multilabel/augmentation/mixing.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

struct MixUpOptions {
  double alpha = 0.2;  ///< above 0: the weight is drawn from Beta(alpha, alpha); small values leave one image dominant
  MixTargets targets = MixTargets::soft;
  double p = 1;                  ///< of each row to be mixed
  double min_visibility = 0.25;  ///< with `unite`: the least weight of an image whose labels count
};

/// x_i becomes w x_i + (1 - w) x_j and so do the targets (`soft`), or they become the union.
class MixUp {
 public:
  static constexpr std::string_view name = "MixUp";

  explicit MixUp(MixUpOptions options = {}) : options_(options) {
    detail::require_mixing("augmentation::MixUp", options_.p, options_.min_visibility);
    detail::require_alpha("augmentation::MixUp", options_.alpha);
  }
  [[nodiscard]] const MixUpOptions& options() const noexcept { return options_; }

  void operator()(BatchView batch, RandomKey key) const {
    require_batch("augmentation::MixUp", batch);
    const RandomKey own = key.with_stream(key.stream + detail::mixer_stream(name));
    const auto partner = detail::partners(batch.samples, own);
    const detail::Unmixed before(batch);
    for (std::size_t i = 0; i < batch.samples; ++i) {
      Random random = detail::row_draws(own, i);
      if (!random.chance(options_.p) || partner[i] == i) continue;
      const double weight = detail::beta(options_.alpha, random);
      const auto w = static_cast<float>(weight);
      const float* a = before.image(i);
      const float* b = before.image(partner[i]);
      float* out = batch.image(i);
      for (std::size_t k = 0; k < batch.floats(); ++k) out[k] = w * a[k] + (1 - w) * b[k];
      const std::array<detail::Part, 2> parts = {{{before.row(i), weight}, {before.row(partner[i]), 1 - weight}}};
      detail::mix_targets(parts, batch.row(i), options_.targets, options_.min_visibility);
    }
  }

 private:
  MixUpOptions options_;
};

}  // namespace MULTILABEL_NAMESPACE::augmentation
