// SPDX-License-Identifier: Apache-2.0
#pragma once
// Do two pictures look the same although their files differ: saved anew, made smaller, a little noisy? A hash of 64 bits finds
// the candidates fast, a thumbnail in colour confirms them. Not for pictures that were cropped, turned or recoloured.

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <numbers>
#include <numeric>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <unordered_map>
#include <utility>
#include <vector>

#include "multilabel/version.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

/// What is remembered of a picture.
struct PerceptualHash {
  std::uint64_t bits = 0;                     ///< signs of the 64 lowest frequencies of the grey picture
  std::array<std::uint8_t, 192> thumbnail{};  ///< 8 x 8 pixels in colour

  friend bool operator==(const PerceptualHash&, const PerceptualHash&) = default;
};

/// The hash of an 8-bit RGB image of any size, which is shrunk to 32 x 32 pixels without regard to its proportions. A bit is
/// set where the coefficient of the cosine transform lies above their median; that of the mean is left out.
[[nodiscard]] inline PerceptualHash perceptual_hash(const cv::Mat& image) {
  PerceptualHash hash;
  cv::Mat small, grey, thumbnail;
  cv::resize(image, small, {32, 32}, 0, 0, cv::INTER_AREA);
  cv::cvtColor(small, grey, cv::COLOR_RGB2GRAY);
  cv::resize(small, thumbnail, {8, 8}, 0, 0, cv::INTER_AREA);
  std::copy_n(thumbnail.ptr<std::uint8_t>(), hash.thumbnail.size(), hash.thumbnail.begin());

  static const auto cosine = [] {
    std::array<std::array<double, 32>, 8> table{};
    for (std::size_t k = 0; k < 8; ++k)
      for (std::size_t x = 0; x < 32; ++x)
        table[k][x] = std::cos(std::numbers::pi * (static_cast<double>(x) + 0.5) * static_cast<double>(k) / 32.0);
    return table;
  }();
  std::array<std::array<double, 8>, 32> rows{};  // the transform along x
  for (int y = 0; y < 32; ++y)
    for (std::size_t k = 0; k < 8; ++k)
      for (int x = 0; x < 32; ++x)
        rows[static_cast<std::size_t>(y)][k] += cosine[k][static_cast<std::size_t>(x)] * grey.at<std::uint8_t>(y, x);
  std::array<double, 64> coefficients{};
  for (std::size_t i = 0; i < 64; ++i)
    for (std::size_t y = 0; y < 32; ++y) coefficients[i] += cosine[i / 8][y] * rows[y][i % 8];
  for (double& value : coefficients)
    value = std::abs(value) < 1e-6 ? 0.0 : value;  // rounding must not set bits of a flat picture
  std::array<double, 63> sorted{};
  std::copy(coefficients.begin() + 1, coefficients.end(), sorted.begin());
  std::nth_element(sorted.begin(), sorted.begin() + 31, sorted.end());
  for (std::size_t i = 1; i < 64; ++i)
    if (coefficients[i] > sorted[31]) hash.bits |= std::uint64_t{1} << i;
  return hash;
}

/// How alike two pictures must be.
struct NearOptions {
  std::size_t bits = 4;     ///< bits in which the hashes may differ, at most 63
  double difference = 4.0;  ///< mean difference of the thumbnails, in grey levels of 255
};

/// Whether the pictures look the same.
[[nodiscard]] inline bool look_alike(const PerceptualHash& a, const PerceptualHash& b, const NearOptions& options = {}) {
  if (static_cast<std::size_t>(std::popcount(a.bits ^ b.bits)) > options.bits) return false;
  int sum = 0;
  for (std::size_t i = 0; i < a.thumbnail.size(); ++i) sum += std::abs(a.thumbnail[i] - b.thumbnail[i]);
  return sum <= options.difference * static_cast<double>(a.thumbnail.size());
}

/// Groups of positions whose pictures look alike, each sorted, the groups by their first; a picture may be in a group because
/// it looks like one of its members only. Two hashes that differ in `bits` bits agree on one of `bits` + 1 pieces, so only
/// those are compared: close to linear, unless very many pictures are nearly empty.
[[nodiscard]] inline std::vector<std::vector<std::size_t>> near_duplicates(const std::vector<PerceptualHash>& hashes,
                                                                           const NearOptions& options = {}) {
  std::vector<std::size_t> leader(hashes.size());
  std::iota(leader.begin(), leader.end(), std::size_t{0});
  const auto find = [&](std::size_t i) {
    while (leader[i] != i) i = leader[i] = leader[leader[i]];
    return i;
  };
  const std::size_t pieces = std::min<std::size_t>(options.bits, 63) + 1;
  for (std::size_t piece = 0; piece < pieces; ++piece) {
    const std::size_t from = 64 * piece / pieces, to = 64 * (piece + 1) / pieces;
    const std::uint64_t mask = to - from == 64 ? ~std::uint64_t{0} : ((std::uint64_t{1} << (to - from)) - 1) << from;
    std::unordered_map<std::uint64_t, std::vector<std::size_t>> buckets;
    for (std::size_t i = 0; i < hashes.size(); ++i) buckets[hashes[i].bits & mask].push_back(i);
    for (const auto& [bits, bucket] : buckets)
      for (std::size_t a = 0; a < bucket.size(); ++a)
        for (std::size_t b = a + 1; b < bucket.size(); ++b) {
          if (!look_alike(hashes[bucket[a]], hashes[bucket[b]], options)) continue;
          const std::size_t one = find(bucket[a]), other = find(bucket[b]);
          leader[std::max(one, other)] = std::min(one, other);
        }
  }
  std::vector<std::vector<std::size_t>> members(hashes.size()), groups;
  for (std::size_t i = 0; i < hashes.size(); ++i) members[find(i)].push_back(i);
  for (auto& group : members)
    if (group.size() > 1) groups.push_back(std::move(group));
  return groups;
}

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER
