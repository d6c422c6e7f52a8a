// SPDX-License-Identifier: Apache-2.0
#pragma once
// What mixing images of a batch has to say about their targets. A picture made of two shows the labels of both, each as far as
// it is really seen: as a share of one (`soft`), or whole where enough of it is seen (`unite`, the union). Every draw is a
// function of seed, epoch, the number of the batch and the row.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/augmentation/box.hpp"
#include "multilabel/core/check.hpp"
#include "multilabel/core/detail/fingerprint.hpp"
#include "multilabel/core/random.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

/// What the target of a label becomes.
enum class MixTargets {
  soft,   ///< the sum of the targets, each times the share that is seen; of objects with boxes the largest; at most 1
  unite,  ///< the largest target of which at least `min_visibility` is seen
};

/// A batch that mixers change in place. With boxes and the names of the columns, shares are those of the objects; without,
/// those of the images.
struct BatchView {
  float* images = nullptr;  ///< [samples, channels, height, width]
  std::size_t samples = 0;
  std::size_t channels = 0;
  std::size_t height = 0;
  std::size_t width = 0;
  float* targets = nullptr;  ///< [samples, labels]: 0 to 1, or NaN where unknown
  std::size_t labels = 0;
  std::span<const std::vector<Box>> boxes = {};  ///< one list a sample, in pixels of these images; or empty
  std::span<const std::string> names = {};       ///< of the labels; needed with boxes

  [[nodiscard]] std::size_t pixels() const noexcept { return height * width; }
  [[nodiscard]] std::size_t floats() const noexcept { return channels * pixels(); }
  [[nodiscard]] float* image(std::size_t i) const noexcept { return images + i * floats(); }
  [[nodiscard]] std::span<float> row(std::size_t i) const noexcept { return {targets + i * labels, labels}; }
};

/// Callable `mixer(batch, key)`, which changes images and targets of the batch. `key.index` is the number of the batch in its
/// epoch. Law: equal batches and keys give equal batches.
template <class M>
concept batch_mixer = requires(const M& mixer, BatchView batch, RandomKey key) { mixer(batch, key); };

/// Throws `ShapeError` unless boxes and names fit the images and targets.
inline void require_batch(std::string_view where, const BatchView& batch) {
  if (batch.boxes.empty()) return;
  if (batch.boxes.size() != batch.samples)
    fail<ShapeError>(
        {where, join_text("boxes must be ", batch.samples, " lists, one an image"), join_text(batch.boxes.size())});
  if (batch.names.size() != batch.labels)
    fail<ShapeError>({where, join_text("names must be those of the ", batch.labels, " labels"), join_text(batch.names.size()),
                      "Boxes need them"});
}

namespace detail {

/// The images and targets as they were before the first row changed.
struct Unmixed {
  explicit Unmixed(const BatchView& batch)
      : images(batch.images, batch.images + batch.samples * batch.floats()),
        targets(batch.targets, batch.targets + batch.samples * batch.labels),
        floats(batch.floats()),
        labels(batch.labels) {}
  [[nodiscard]] const float* image(std::size_t i) const { return images.data() + i * floats; }
  [[nodiscard]] const float* row(std::size_t i) const { return targets.data() + i * labels; }

  std::vector<float> images, targets;
  std::size_t floats, labels;
};

/// For every row its partner: one cycle through all rows (Sattolo), so that nobody is his own, unless he is alone.
inline std::vector<std::size_t> partners(std::size_t samples, RandomKey key) {
  std::vector<std::size_t> next(samples);
  std::iota(next.begin(), next.end(), std::size_t{0});
  Random random(key);
  for (std::size_t i = samples; i > 1; --i) std::swap(next[i - 1], next[random.below(static_cast<std::uint32_t>(i - 1))]);
  return next;
}

/// The stream of a mixer, and of one of its rows.
constexpr std::uint32_t mixer_stream(std::string_view name) { return core::detail::hash_of_name(name); }
inline Random row_draws(RandomKey key, std::size_t row) {
  return Random(key.with_stream(key.stream + 0x9E3779B9u * (static_cast<std::uint32_t>(row) + 1)));
}

/// A draw from the gamma distribution of shape `a` (Marsaglia and Tsang).
inline double gamma(double a, Random& random) {
  if (a < 1) {
    const double boost = std::pow(1.0 - random.uniform(), 1.0 / a);
    return gamma(a + 1, random) * boost;
  }
  const double d = a - 1.0 / 3.0;
  const double c = 1.0 / std::sqrt(9.0 * d);
  for (;;) {
    const double x = random.normal();
    const double v = std::pow(1.0 + c * x, 3);
    const double u = 1.0 - random.uniform();
    if (v > 0 && std::log(u) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
  }
}

/// A draw from the symmetric beta distribution.
inline double beta(double a, Random& random) {
  const double x = gamma(a, random);
  const double y = gamma(a, random);
  return x + y > 0 ? x / (x + y) : random.chance(0.5) ? 1.0 : 0.0;
}

/// One image's part in a mixed picture: the share of it that is seen, and that of each label whose place is known.
struct Part {
  const float* targets;
  double share;
  std::map<std::size_t, double> known = {};  ///< column -> share
};

/// For each label of `boxes`, the largest value of `share(box)`.
template <class Share>
std::map<std::size_t, double> known_shares(const BatchView& batch, std::size_t sample, const Share& share) {
  std::map<std::size_t, double> known;
  if (batch.boxes.empty()) return known;
  for (const auto& box : batch.boxes[sample]) {
    const auto found = std::find(batch.names.begin(), batch.names.end(), box.label);
    if (found == batch.names.end() || box.area() <= 0) continue;
    double& best = known.try_emplace(static_cast<std::size_t>(found - batch.names.begin()), 0.0).first->second;
    best = std::max(best, std::clamp(share(box), 0.0, 1.0));
  }
  return known;
}

/// The area that a box and a rectangle of whole pixels have in common.
inline double overlap(const Box& box, std::size_t left, std::size_t top, std::size_t right, std::size_t bottom) {
  const double width = std::min(box.right, static_cast<double>(right)) - std::max(box.left, static_cast<double>(left));
  const double height = std::min(box.bottom, static_cast<double>(bottom)) - std::max(box.top, static_cast<double>(top));
  return std::max(0.0, width) * std::max(0.0, height);
}

/// The target of one label in a picture of several parts. Unknown wherever an unknown cell could change it.
inline float mixed_cell(std::span<const Part> parts, std::size_t column, MixTargets mode, double min_visibility) {
  double sum = 0;
  double most = 0;
  bool unknown = false;
  for (const auto& part : parts) {
    const auto place = part.known.find(column);
    const double share = place == part.known.end() ? part.share : place->second;
    const double target = part.targets[column];
    if (mode == MixTargets::unite && (share <= 0 || share < min_visibility)) continue;
    if (std::isnan(target)) {
      unknown = unknown || share > 0;
    } else if (mode == MixTargets::unite) {
      most = std::max(most, target);
    } else if (place == part.known.end()) {
      sum += share * target;
    } else {
      most = std::max(most, share * target);
    }
  }
  const double value = std::min(1.0, std::max(sum, most));
  return unknown && value < 1 ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(value);
}

inline void mix_targets(std::span<const Part> parts, std::span<float> row, MixTargets mode, double min_visibility) {
  for (std::size_t column = 0; column < row.size(); ++column) row[column] = mixed_cell(parts, column, mode, min_visibility);
}

inline void require_mixing(std::string_view where, double p, double min_visibility) {
  if (!(p >= 0 && p <= 1)) fail<ArgumentError>({where, "p must be between 0 and 1", join_text(p)});
  if (!(min_visibility >= 0 && min_visibility <= 1))
    fail<ArgumentError>({where, "min_visibility must be between 0 and 1", join_text(min_visibility)});
}
inline void require_alpha(std::string_view where, double alpha) {
  if (!(alpha > 0 && alpha <= 1e6)) fail<ArgumentError>({where, "alpha must be above 0", join_text(alpha)});
}

}  // namespace detail

}  // namespace MULTILABEL_NAMESPACE::augmentation
