// SPDX-License-Identifier: Apache-2.0
#include "multilabel/core/detail/ascending.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "multilabel/core/random.hpp"
#include "multilabel/core/shape.hpp"

namespace {
using multilabel::MatrixView;
using multilabel::core::detail::AscendingCells;

TEST_CASE("AscendingCells: refuses more cells than its positions can count, before it reads one", "[core]") {
  const std::int8_t target = 1;
  const float score = 0.5F;
  const auto build = [&](std::size_t rows, std::size_t labels) {  // views of memory that is not there
    const AscendingCells<float> cells(MatrixView<const std::int8_t>(&target, rows, labels),
                                      {MatrixView<const float>(&score, rows, labels), {0.5F, 0.5F}},
                                      [](std::size_t, std::size_t) { return 0u; });
    return cells.size();
  };
  CHECK(build(1, 1) == 1);
  CHECK_THROWS_WITH(build(std::size_t{1} << 16, std::size_t{1} << 15),
                    Catch::Contains("must have fewer than 2147483648 cells; got [65536, 32768]"));
}

TEST_CASE("AscendingCells: read upwards and downwards, every known cell once, equal scores together", "[core]") {
  const std::size_t rows = 5'000, labels = 7;
  multilabel::Random random({3});
  multilabel::Matrix<std::int8_t> targets(rows, labels);
  multilabel::Matrix<float> scores(rows, labels);
  std::vector<float> known;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    targets.data()[i] = random.chance(0.2) ? -1 : 1;
    scores.data()[i] = static_cast<float>(std::floor(3'000 * random.uniform()) - 1'500);
    if (targets.data()[i] >= 0) known.push_back(scores.data()[i]);
  }
  std::sort(known.begin(), known.end());
  const multilabel::MatrixView<const float> view(scores.data(), rows, labels);
  for (const bool down : {false, true}) {
    AscendingCells<float> cells(MatrixView<const std::int8_t>(targets.data(), rows, labels), {view, {-2'000, 2'000}},
                                [&](std::size_t i, std::size_t j) { return static_cast<std::uint32_t>(i * labels + j); });
    CHECK(cells.size() == known.size());
    std::vector<std::vector<float>> spans;
    const auto keep = [&](std::span<const multilabel::core::detail::Cell<float>> sorted) {
      spans.emplace_back();
      for (const auto& cell : sorted) {
        spans.back().push_back(cells.score_of(cell));
        CHECK(scores.data()[cell.payload] == spans.back().back());
        CHECK(targets.data()[cell.payload] >= 0);
      }
    };
    down ? cells.read_down(0, cells.buckets(), keep) : cells.read_up(0, cells.buckets(), keep);
    if (down) std::reverse(spans.begin(), spans.end());
    std::vector<float> read;
    for (const auto& span : spans) {
      CHECK((read.empty() || read.back() < span.front()));
      read.insert(read.end(), span.begin(), span.end());
    }
    CHECK(read == known);
  }
}
}  // namespace
