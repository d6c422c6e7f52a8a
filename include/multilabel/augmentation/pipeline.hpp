// SPDX-License-Identifier: Apache-2.0
#pragma once
// Operations one after the other, as one value that is itself an augmentation. Each operation draws from a stream named after
// it, so adding, removing or moving another kind of operation leaves its draws as they were. Where the operations are known
// only when the program runs, see `AnyPipeline`.

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

#include "multilabel/augmentation/detail/pipeline_base.hpp"
#include "multilabel/augmentation/operation.hpp"
#include "multilabel/augmentation/plan.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

/// What can stand in a `Pipeline`: an operation of the library, or anything callable as `(image, key) -> image`.
template <class Op>
concept element = operation<Op> || augmentation<Op>;

/// Operations in the order they are given: `Pipeline{HorizontalFlip{{.p = 0.5}}, Rotate{{.limit = 15}}}`. Copyable, immutable
/// and safe to call from any number of threads.
template <element... Ops>
class Pipeline : public detail::PipelineBase<Pipeline<Ops...>> {
 public:
  explicit Pipeline(Ops... operations) : operations_(std::move(operations)...) { this->begin(steps()); }

  [[nodiscard]] const std::tuple<Ops...>& operations() const noexcept { return operations_; }

 private:
  friend detail::PipelineBase<Pipeline>;

  [[nodiscard]] std::vector<Step> steps() const {
    return std::apply([](const Ops&... ops) { return std::vector<Step>{step_of(ops)...}; }, operations_);
  }

  void run_all(Canvas& canvas, RandomKey key, const std::vector<std::uint32_t>& streams, Tape* tape) const {
    std::size_t i = 0;
    std::apply([&](const Ops&... ops) { (run_step(ops, canvas, key, streams[i++], tape), ...); }, operations_);
  }

  void plan_all(Preprocessing& format) const {
    std::apply([&](const Ops&... ops) { (plan(ops, format), ...); }, operations_);
  }

  std::tuple<Ops...> operations_;
};

}  // namespace MULTILABEL_NAMESPACE::augmentation
