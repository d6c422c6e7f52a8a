// SPDX-License-Identifier: Apache-2.0
#include "multilabel/metrics/streaming/collection.hpp"

#include <catch2/catch.hpp>

#include "metrics/streaming/support.hpp"
#include "multilabel/metrics/streaming.hpp"

namespace {
using multilabel::ArgumentError;
using multilabel::Matrix;
using namespace multilabel::metrics;

TEST_CASE("MetricCollection: every metric sees every batch, under its name") {
  const auto data = streaming::random_data(40, 4, 2);
  MetricCollection collection{{"F1", "mAP"}, F1Score{}, AveragePrecision{}};
  auto other = collection;
  streaming::feed(collection, data, 0, 25);
  streaming::feed(other, data, 25, 40);
  collection.merge(other);
  F1Score f1;
  AveragePrecision map;
  streaming::feed(f1, data, 0, 40);
  streaming::feed(map, data, 0, 40);
  CHECK(collection.compute() == std::map<std::string, double>{{"F1", f1.compute()}, {"mAP", map.compute()}});
  CHECK(collection.state_dict().at("F1") == f1.state_dict());
  collection.reset();
  CHECK_THROWS_AS(collection.compute(), ArgumentError);
}

TEST_CASE("MetricCollection: a batch that one metric refuses is seen by none") {
  MetricCollection collection{{"F1", "mAP"}, F1Score{}, AveragePrecision{{.memory = Memory::bounded}}};
  collection.update(Matrix<int>(1, 1, {1}), Matrix<float>(1, 1, {0.9f}));
  CHECK_THROWS_AS(collection.update(Matrix<int>(1, 1, {1}), Matrix<float>(1, 1, {-3.0f})), ArgumentError);
  CHECK(collection.compute() == std::map<std::string, double>{{"F1", 1.0}, {"mAP", 1.0}});
  CHECK_THROWS_AS((MetricCollection{{"F1", "F1"}, F1Score{}, F1Score{}}), ArgumentError);
}
}  // namespace
