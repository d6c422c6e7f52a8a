// SPDX-License-Identifier: Apache-2.0
#pragma once
// CutMix (Yun et al., 2019): a rectangle of every image is replaced by the same rectangle of another one. Without boxes a label
// counts by the area of its image that is seen; with them by what is seen of its object, so that a small object in the middle
// of the rectangle is gone and one beside it untouched.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>

#include "multilabel/augmentation/mixing.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

struct CutMixOptions {
  double alpha = 1;  ///< above 0: the rectangle's share of the area is drawn from Beta(alpha, alpha); 1 is uniform
  MixTargets targets = MixTargets::soft;
  double p = 1;                  ///< of each row to be mixed
  double min_visibility = 0.25;  ///< with `unite`: the least share of an image or object whose label counts
};

/// Pastes a rectangle of the partner. What sticks out of the image is cut off, and shares are of what is then really seen.
class CutMix {
 public:
  static constexpr std::string_view name = "CutMix";

  explicit CutMix(CutMixOptions options = {}) : options_(options) {
    detail::require_mixing("augmentation::CutMix", options_.p, options_.min_visibility);
    detail::require_alpha("augmentation::CutMix", options_.alpha);
  }
  [[nodiscard]] const CutMixOptions& options() const noexcept { return options_; }

  void operator()(BatchView batch, RandomKey key) const {
    require_batch("augmentation::CutMix", batch);
    const RandomKey own = key.with_stream(key.stream + detail::mixer_stream(name));
    const auto partner = detail::partners(batch.samples, own);
    const detail::Unmixed before(batch);
    for (std::size_t i = 0; i < batch.samples; ++i) {
      Random random = detail::row_draws(own, i);
      if (!random.chance(options_.p) || partner[i] == i) continue;
      const double side = std::sqrt(detail::beta(options_.alpha, random));
      const auto [left, right] = span_of(batch.width, side, random);
      const auto [top, bottom] = span_of(batch.height, side, random);
      for (std::size_t channel = 0; channel < batch.channels; ++channel)
        for (std::size_t y = top; y < bottom; ++y) {
          const std::size_t row = channel * batch.pixels() + y * batch.width;
          std::copy(before.image(partner[i]) + row + left, before.image(partner[i]) + row + right, batch.image(i) + row + left);
        }
      const auto pasted = [&](const Box& box) { return detail::overlap(box, left, top, right, bottom) / box.area(); };
      const auto kept = [&](const Box& box) { return 1 - pasted(box); };
      const double share = static_cast<double>((right - left) * (bottom - top)) / static_cast<double>(batch.pixels());
      const std::array<detail::Part, 2> parts = {
          {{before.row(i), 1 - share, detail::known_shares(batch, i, kept)},
           {before.row(partner[i]), share, detail::known_shares(batch, partner[i], pasted)}}};
      detail::mix_targets(parts, batch.row(i), options_.targets, options_.min_visibility);
    }
  }

 private:
  struct Span {
    std::size_t begin, end;
  };
  static Span span_of(std::size_t length, double share, Random& random) {
    const double middle = random.uniform() * static_cast<double>(length);
    const double half = 0.5 * share * static_cast<double>(length);
    const auto whole = [&](double x) {
      return static_cast<std::size_t>(std::lround(std::clamp(x, 0.0, static_cast<double>(length))));
    };
    return {whole(middle - half), whole(middle + half)};
  }

  CutMixOptions options_;
};

}  // namespace MULTILABEL_NAMESPACE::augmentation
