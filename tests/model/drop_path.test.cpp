// SPDX-License-Identifier: Apache-2.0
#include "multilabel/model/drop_path.hpp"

#include <ATen/Context.h>
#include <ATen/ops/all.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/ones.h>

#include <catch2/catch.hpp>

namespace {
using multilabel::model::drop_path;
using multilabel::model::drop_path_rate;

TEST_CASE("drop_path: drops whole images, and scales the others so that the mean stays") {
  at::manual_seed(3);
  const at::Tensor dropped = drop_path(at::ones({4000, 2, 3, 3}), 0.2);
  const at::Tensor first = dropped.select(3, 0).select(2, 0).select(1, 0);  // one value an image: 0 or 1 / 0.8
  CHECK(dropped.eq(first.view({-1, 1, 1, 1})).all().item<bool>());
  CHECK(first.eq(0).logical_or(first.eq(1.25F)).all().item<bool>());
  // The share of kept images has deviation sqrt(0.8 * 0.2 / 4000) = 0.0063; five of them, scaled by 1.25.
  CHECK(std::abs(first.mean().item<double>() - 1.0) < 5 * 0.0063 * 1.25);
}

TEST_CASE("drop_path: a rate of 0 is the branch itself") {
  const at::Tensor branch = at::ones({2, 1, 1, 1});
  CHECK(drop_path(branch, 0).is_same(branch));
}

TEST_CASE("drop_path_rate: grows evenly from 0") {
  CHECK(drop_path_rate(0.2, 0, 16) == 0.0);
  CHECK(drop_path_rate(0.2, 8, 16) == Approx(0.1));
}
}  // namespace
