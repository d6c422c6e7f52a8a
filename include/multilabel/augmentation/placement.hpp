// SPDX-License-Identifier: Apache-2.0
#pragma once
// A pipeline run on an image whose objects are known: where they are afterwards, and what the target of each label has become.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <opencv2/core.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/augmentation/box.hpp"
#include "multilabel/augmentation/canvas.hpp"
#include "multilabel/augmentation/guard.hpp"
#include "multilabel/core/random.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

/// An object that is still in the picture.
struct SeenBox {
  Box box;                ///< in pixels of the result: the smallest upright box about what is seen
  double visible = 1;     ///< 0 ... 1 of the object's area in the first image
  std::size_t index = 0;  ///< which of the boxes it was
};

/// Where the objects of an image have gone.
struct Placement {
  std::vector<SeenBox> boxes;        ///< in their order, without those that have left the picture
  std::vector<LabelOutcome> labels;  ///< every label with a known place, sorted
};

/// An augmented image and its objects.
struct Augmented {
  cv::Mat image;
  std::vector<Mask> masks;  ///< all of them, in their order
  Placement placement;
};

/// The placement of `objects` after what the canvas has been through.
[[nodiscard]] inline Placement place(const Objects& objects, const Canvas& canvas, const GuardOptions& options) {
  Placement placement;
  if (objects.empty()) return placement;
  const Track& track = canvas.track();
  const auto visible = track.visible();
  for (std::size_t i = 0; i < objects.boxes.size(); ++i)
    if (auto box = track.follow(objects.boxes[i], visible))
      placement.boxes.push_back({std::move(*box), visible_share(objects.boxes[i], track.source(), visible), i});
  placement.labels = outcomes(objects, track, canvas.guard().value_or(options));
  return placement;
}

/// Runs `run(canvas, key)` on the image; with `LostLabel::resample` again under other keys, until no label is lost or the
/// attempts are used up: then the attempt stands that left the most of the label that lost the most. The first attempt is the
/// one without a guard. `used` receives the key of the attempt that stands. Throws what `require_objects` throws.
template <class Run>
[[nodiscard]] Canvas run_guarded(const Run& run, const cv::Mat& image, const Objects& objects, RandomKey key,
                                 const GuardOptions& options, RandomKey* used = nullptr, Fusion fusion = Fusion::on) {
  require_rgb("augmentation", image);
  require_objects("augmentation", objects, image.size());
  constexpr std::uint32_t apart = 0x85EBCA6Bu;  // odd: streams of the attempts do not meet
  const bool once = options.lost != LostLabel::resample || objects.empty();
  Canvas best(image, fusion);
  double most = -1;
  for (int attempt = 0; attempt < (once ? 1 : options.attempts); ++attempt) {
    const RandomKey own = key.with_stream(key.stream + apart * static_cast<std::uint32_t>(attempt));
    Canvas canvas(image, fusion);
    canvas.follow(&objects);
    run(canvas, own);
    double least = 1;
    if (!once)
      for (const auto& [label, visible] : visible_shares(objects, canvas.track())) least = std::min(least, visible);
    if (least <= most) continue;
    most = least;
    best = std::move(canvas);
    if (used != nullptr) *used = own;
    if (least >= options.min_visibility) break;
  }
  return best;
}

/// The image and the objects of a canvas.
[[nodiscard]] inline Augmented finish(Canvas& canvas, const Objects& objects, const GuardOptions& options) {
  Augmented result{canvas.image(), {}, place(objects, canvas, options)};
  for (const auto& mask : objects.masks) result.masks.push_back({canvas.track().follow(mask.pixels), mask.label});
  return result;
}

}  // namespace MULTILABEL_NAMESPACE::augmentation
