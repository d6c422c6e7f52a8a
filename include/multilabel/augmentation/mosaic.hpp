// SPDX-License-Identifier: Apache-2.0
#pragma once
// Mosaic (Bochkovskiy et al., 2020): four images in one, about a point near the middle. Scaled into its tile an image loses
// nothing but size; cut to its tile it keeps its scale and loses what does not fit, unless boxes say that this would cost a
// label: then it is scaled.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "multilabel/augmentation/mixing.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

/// How an image gets into its tile.
enum class MosaicFit {
  scale,  ///< the whole image, made smaller
  cut,    ///< a piece of the tile's size at a random place
};

struct MosaicOptions {
  MosaicFit fit = MosaicFit::scale;
  std::array<double, 2> center = {0.4, 0.6};  ///< where the tiles meet, as a share of width and of height, drawn uniformly
  MixTargets targets = MixTargets::unite;
  double p = 1;                  ///< of each row to be mixed
  double min_visibility = 0.25;  ///< the least share of an object that a cut may leave, and with `unite` of an image or object
                                 ///< whose label counts
};

/// Tiles in reading order: the row's own image, then three partners.
class Mosaic {
 public:
  static constexpr std::string_view name = "Mosaic";

  explicit Mosaic(MosaicOptions options = {}) : options_(options) {
    constexpr std::string_view where = "augmentation::Mosaic";
    detail::require_mixing(where, options_.p, options_.min_visibility);
    const auto& [low, high] = options_.center;
    if (!(low > 0 && low <= high && high < 1))
      fail<ArgumentError>({where, "center must be (low, high) with 0 < low <= high < 1", join_text("(", low, ", ", high, ")")});
  }
  [[nodiscard]] const MosaicOptions& options() const noexcept { return options_; }

  void operator()(BatchView batch, RandomKey key) const {
    require_batch("augmentation::Mosaic", batch);
    if (batch.width < 2 || batch.height < 2)
      fail<ShapeError>({"augmentation::Mosaic", "images must be at least 2 x 2", join_text(batch.height, " x ", batch.width)});
    const RandomKey own = key.with_stream(key.stream + detail::mixer_stream(name));
    const auto partner = detail::partners(batch.samples, own);
    const detail::Unmixed before(batch);
    for (std::size_t i = 0; i < batch.samples; ++i) {
      Random random = detail::row_draws(own, i);
      if (!random.chance(options_.p) || partner[i] == i) continue;
      const int x = meeting_point(batch.width, random);
      const int y = meeting_point(batch.height, random);
      const auto width = static_cast<int>(batch.width);
      const auto height = static_cast<int>(batch.height);
      const std::array<cv::Rect, 4> tiles = {
          {{0, 0, x, y}, {x, 0, width - x, y}, {0, y, x, height - y}, {x, y, width - x, height - y}}};
      std::vector<detail::Part> parts;
      std::size_t source = i;
      for (const auto& tile : tiles) {
        parts.push_back(lay(batch, before, source, i, tile, random));
        source = partner[source];
      }
      detail::mix_targets(parts, batch.row(i), options_.targets, options_.min_visibility);
    }
  }

 private:
  [[nodiscard]] int meeting_point(std::size_t length, Random& random) const {
    const double at = random.uniform(options_.center[0], options_.center[1]) * static_cast<double>(length);
    return std::clamp(static_cast<int>(std::lround(at)), 1, static_cast<int>(length) - 1);
  }

  // Fills a tile of row `i` and says what of `source` is seen there.
  [[nodiscard]] detail::Part lay(const BatchView& batch, const detail::Unmixed& before, std::size_t source, std::size_t i,
                                 const cv::Rect& tile, Random& random) const {
    const cv::Size size(static_cast<int>(batch.width), static_cast<int>(batch.height));
    const auto piece = options_.fit == MosaicFit::cut ? draw_piece(batch, source, tile.size(), random) : std::nullopt;
    for (std::size_t channel = 0; channel < batch.channels; ++channel) {
      const std::size_t plane = channel * batch.pixels();
      const cv::Mat from(size, CV_32F, const_cast<float*>(before.image(source)) + plane);
      cv::Mat to = cv::Mat(size, CV_32F, batch.image(i) + plane)(tile);
      if (piece)
        from(*piece).copyTo(to);
      else
        cv::resize(from, to, to.size(), 0, 0, cv::INTER_AREA);
    }
    if (!piece) return {before.row(source), 1, detail::known_shares(batch, source, [](const Box&) { return 1.0; })};
    return {before.row(source), static_cast<double>(piece->area()) / size.area(),
            detail::known_shares(batch, source, [&](const Box& box) { return shown(box, *piece); })};
  }

  static double shown(const Box& box, const cv::Rect& piece) {
    const auto at = [](int value) { return static_cast<std::size_t>(value); };
    return detail::overlap(box, at(piece.x), at(piece.y), at(piece.br().x), at(piece.br().y)) / box.area();
  }

  // The first of ten places that loses no label with a box; nothing if there is none.
  [[nodiscard]] std::optional<cv::Rect> draw_piece(const BatchView& batch, std::size_t source, cv::Size size,
                                                   Random& random) const {
    for (int attempt = 0; attempt < 10; ++attempt) {
      const auto place = [&](std::size_t length, int used) {
        return static_cast<int>(random.below(static_cast<std::uint32_t>(static_cast<int>(length) - used + 1)));
      };
      const int x = place(batch.width, size.width);
      const int y = place(batch.height, size.height);
      const cv::Rect piece({x, y}, size);
      const auto known = detail::known_shares(batch, source, [&](const Box& box) { return shown(box, piece); });
      if (std::all_of(known.begin(), known.end(), [&](const auto& one) { return one.second >= options_.min_visibility; }))
        return piece;
    }
    return std::nullopt;
  }

  MosaicOptions options_;
};

}  // namespace MULTILABEL_NAMESPACE::augmentation
