// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a metric is that sees its data batch by batch. Use one where the targets and scores of a whole set do not fit into
// memory, or come from several threads, processes or machines; where they are at hand, the functions beside this folder say the
// same in one call.

#include <concepts>
#include <map>
#include <string>
#include <vector>

#include "multilabel/core/shape.hpp"

namespace MULTILABEL_NAMESPACE::metrics {

/// What an accumulator has seen, as named lists of numbers: enough to go on elsewhere, and plain enough for any file format.
using MetricState = std::map<std::string, std::vector<double>>;

/// A metric over batches: `update(targets, scores)` adds a batch, `compute()` is the metric of all batches so far. Laws: how
/// the rows are cut into batches, their order, and how parts are merged change nothing but the last bits of weighted sums;
/// `reset()` gives the value that a new one has; `load_state_dict(state_dict())` changes nothing. Copies are independent, so
/// every thread fills its own and one `merge` joins them.
template <class M>
concept accumulator = std::copyable<M> && requires(M& metric, const M& other, const MetricState& state) {
  { other.compute() } -> std::convertible_to<double>;
  metric.reset();
  metric.merge(other);
  { other.state_dict() } -> std::same_as<MetricState>;
  metric.load_state_dict(state);
};

/// An accumulator whose `update` is `commit(prepare(...))`: `prepare` throws whatever there is to throw and changes nothing, so
/// a batch that one metric of a collection refuses is seen by none.
template <class M>
concept batch_accumulator = accumulator<M> && requires(M& metric, const M& other, const Matrix<float>& cells) {
  metric.commit(other.prepare(cells, cells, std::vector<double>{}));
};

}  // namespace MULTILABEL_NAMESPACE::metrics
