// SPDX-License-Identifier: Apache-2.0
#pragma once
// What becomes of a label whose object has left the picture. The target must say what the picture shows, or the model learns
// to see what is not there: either the picture is drawn again, or the cell of the target changes.

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "multilabel/augmentation/box.hpp"
#include "multilabel/augmentation/track.hpp"
#include "multilabel/augmentation/visibility.hpp"
#include "multilabel/core/check.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

/// What happens to a label of which too little is left.
enum class LostLabel {
  keep,      ///< nothing: its target stays 1
  drop,      ///< its target becomes 0
  soft,      ///< the target of every label with a known place is the share that is seen
  ignore,    ///< its cell becomes unknown (NaN), which losses and metrics skip
  resample,  ///< the pipeline draws again; if nothing better comes, the best attempt stands, with the label dropped
};

struct GuardOptions {
  LostLabel lost = LostLabel::keep;
  double min_visibility = 0.5;  ///< 0 ... 1: a label is lost when less than this is seen of each of its objects
  int attempts = 10;            ///< with `resample`: how often to draw at most
  friend bool operator==(const GuardOptions&, const GuardOptions&) = default;
};

/// What became of a label with a known place.
struct LabelOutcome {
  std::string label;
  double visible = 1;  ///< 0 ... 1: the largest share that is seen of one of its objects
  float target = 1;    ///< 1, 0, a share, or NaN where unknown
};

inline void require_guard(std::string_view where, const GuardOptions& options) {
  if (!(options.min_visibility >= 0 && options.min_visibility <= 1))
    fail<ArgumentError>({where, "min_visibility must be between 0 and 1", join_text(options.min_visibility)});
  if (options.attempts < 1 || options.attempts > 1000)
    fail<ArgumentError>({where, "attempts must be between 1 and 1000", join_text(options.attempts)});
}

/// The target of a label of which the share `visible` is seen.
[[nodiscard]] inline float guarded_target(double visible, const GuardOptions& options) {
  if (options.lost == LostLabel::soft) return static_cast<float>(visible);
  if (options.lost == LostLabel::keep || visible >= options.min_visibility) return 1;
  return options.lost == LostLabel::ignore ? std::numeric_limits<float>::quiet_NaN() : 0.0f;
}

/// What became of each label with a known place, sorted by label.
[[nodiscard]] inline std::vector<LabelOutcome> outcomes(const Objects& objects, const Track& track,
                                                        const GuardOptions& options) {
  std::vector<LabelOutcome> result;
  for (const auto& [label, visible] : visible_shares(objects, track))
    result.push_back({label, visible, guarded_target(visible, options)});
  return result;
}

}  // namespace MULTILABEL_NAMESPACE::augmentation
