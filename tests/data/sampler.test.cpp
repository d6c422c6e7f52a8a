// SPDX-License-Identifier: Apache-2.0
#include "multilabel/data/sampler.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "multilabel/data/balanced_sampler.hpp"

namespace {
using multilabel::ArgumentError;
using multilabel::Matrix;
namespace data = multilabel::data;
using Positions = std::vector<std::size_t>;

static_assert(data::sampler<data::SequentialSampler>);
static_assert(data::sampler<data::ShuffledSampler>);
static_assert(data::sampler<data::DistributedSampler>);
static_assert(data::sampler<data::RepeatFactorSampler>);
static_assert(data::sampler<data::ClassAwareSampler>);
static_assert(data::sampler<data::AnySampler>);

Positions counts_of(const auto& sampler, std::size_t samples, std::uint32_t epochs) {
  Positions counts(samples, 0);
  for (std::uint32_t epoch = 0; epoch < epochs; ++epoch)
    for (const std::size_t i : sampler.order(epoch)) ++counts[i];
  return counts;
}

Positions sorted(Positions order) {
  std::sort(order.begin(), order.end());
  return order;
}

TEST_CASE("SequentialSampler and ShuffledSampler: every sample once, the one as it stands, the other anew each epoch") {
  CHECK(data::SequentialSampler(4).order(7) == Positions{0, 1, 2, 3});
  const data::ShuffledSampler shuffled(50, 3);
  CHECK(sorted(shuffled.order(0)) == data::SequentialSampler(50).order(0));
  CHECK(shuffled.order(0) != shuffled.order(1));
  CHECK(shuffled.order(0) == data::ShuffledSampler(50, 3).order(0));
  CHECK(shuffled.order(0) != data::ShuffledSampler(50, 4).order(0));
}

TEST_CASE("DistributedSampler: over the ranks every sample comes exactly once with keep, with pad and drop all have as many") {
  const data::ShuffledSampler base(10, 1);
  const auto all = base.order(2);
  const auto ranks = [&](data::Uneven uneven) {
    std::vector<Positions> parts;
    for (std::size_t rank = 0; rank < 4; ++rank) {
      const data::DistributedSampler sampler(base, {.rank = rank, .world_size = 4, .uneven = uneven});
      parts.push_back(sampler.order(2));
      CHECK(parts.back().size() == sampler.size());
    }
    return parts;
  };
  const auto kept = ranks(data::Uneven::keep);
  CHECK(kept[1] == Positions{all[1], all[5], all[9]});
  CHECK(kept[2] == Positions{all[2], all[6]});
  Positions together;
  for (const auto& part : kept) together.insert(together.end(), part.begin(), part.end());
  CHECK(sorted(together) == data::SequentialSampler(10).order(0));
  const auto padded = ranks(data::Uneven::pad);
  CHECK(padded[2] == Positions{all[2], all[6], all[0]});  // as torch's DistributedSampler: from the beginning again
  CHECK(padded[3] == Positions{all[3], all[7], all[1]});
  const auto dropped = ranks(data::Uneven::drop);
  CHECK(dropped[1] == Positions{all[1], all[5]});
  CHECK_THROWS_WITH(data::DistributedSampler(base, {.rank = 4, .world_size = 4}), Catch::Contains("got 4 of 4"));
}

// 16 images: label 0 on all, label 1 on the first four (a share of 1/4), label 2 on the last alone (1/16); nan is unknown.
Matrix<float> tail() {
  Matrix<float> targets(16, 4);
  for (std::size_t i = 0; i < 16; ++i) {
    targets(i, 0) = 1;
    targets(i, 1) = i < 4 ? 1 : 0;
    targets(i, 2) = i == 15 ? 1 : 0;
    targets(i, 3) = NAN;
  }
  return targets;
}

TEST_CASE("RepeatFactorSampler: factors are those of LVIS, and images come that often on average") {
  const auto targets = tail();
  // threshold 1/2: label 0 max(1, sqrt(1/2)) = 1, label 1 sqrt(2), label 2 sqrt(8)
  const data::RepeatFactorSampler sampler(targets, {.threshold = 0.5, .seed = 5});
  for (std::size_t i = 0; i < 16; ++i)
    CHECK(sampler.factors()[i] == Approx(i < 4 ? std::sqrt(2.0) : i == 15 ? std::sqrt(8.0) : 1.0));
  CHECK(sampler.size() == 19);  // 4 * 1.414 + 11 + 2.828 = 19.49
  constexpr std::uint32_t epochs = 4000;
  const auto counts = counts_of(sampler, 16, epochs);
  for (std::size_t i = 4; i < 15; ++i) CHECK(counts[i] == epochs);
  // The fractions 4 * 0.414 + 0.828 = 2.485 share 2 places an epoch, each its part: 0.414 * 2 / 2.485 = 0.3333, 0.828 twice it.
  for (std::size_t i = 0; i < 4; ++i)
    CHECK(static_cast<double>(counts[i]) / epochs == Approx(1.3333).margin(0.03));  // 4 deviations
  CHECK(static_cast<double>(counts[15]) / epochs == Approx(2.6667).margin(0.03));
  for (std::uint32_t epoch = 0; epoch < 20; ++epoch) {
    const auto order = sampler.order(epoch);
    CHECK(order.size() == 19);
    const auto last = std::count(order.begin(), order.end(), 15u);
    CHECK((last == 2 || last == 3));
  }
  CHECK(sampler.order(0) != sampler.order(1));
}

TEST_CASE("RepeatFactorSampler: with no rare label every image comes once") {
  const auto targets = tail();
  const data::RepeatFactorSampler sampler(targets, {.threshold = 0.05});
  CHECK(sorted(sampler.order(3)) == data::SequentialSampler(16).order(0));
  CHECK_THROWS_AS(data::RepeatFactorSampler(targets, {.threshold = 0}), ArgumentError);
  CHECK_THROWS_AS(data::RepeatFactorSampler(Matrix<float>(0, 3)), ArgumentError);
}

TEST_CASE("ClassAwareSampler: labels take turns, and within a label images do") {
  const auto targets = tail();
  const data::ClassAwareSampler sampler(targets, {.samples = 48, .seed = 2});
  const auto order = sampler.order(0);
  CHECK(order.size() == 48);
  const auto counts = counts_of(sampler, 16, 1);
  CHECK(counts[15] >= 16);  // label 2 has one image and a third of the turns; label 0 adds one
  CHECK(counts[15] <= 18);
  for (std::size_t i = 0; i < 4; ++i) CHECK(counts[i] == 5);   // 16 turns over four images, and one of label 0's 16
  for (std::size_t i = 4; i < 15; ++i) CHECK(counts[i] == 1);  // 16 turns over all sixteen
  CHECK(order != sampler.order(1));
  CHECK(data::ClassAwareSampler(targets).size() == 16);
  CHECK_THROWS_WITH(data::ClassAwareSampler(Matrix<float>(3, 2)), Catch::Contains("at least one present label"));
}
}  // namespace
