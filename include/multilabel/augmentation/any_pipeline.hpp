// SPDX-License-Identifier: Apache-2.0
#pragma once
// A pipeline whose operations are known only when the program runs: one read from a file (see pipeline_json.hpp), composed in
// Python, or chosen by an option. The same steps, streams and passes as those of a `Pipeline` of the same operations, so the
// same pixels.

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

#include "multilabel/augmentation/any_operation.hpp"
#include "multilabel/augmentation/detail/pipeline_base.hpp"
#include "multilabel/augmentation/pipeline.hpp"
#include "multilabel/augmentation/placement.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

/// A list of operations that can do what a `Pipeline` can. Cheap to copy, immutable and safe to call from any number of
/// threads.
class AnyPipeline : public detail::PipelineBase<AnyPipeline> {
 public:
  explicit AnyPipeline(std::vector<AnyOperation> operations) : operations_(std::move(operations)) { begin(steps()); }

  /// The operations, guard and fusion of `pipeline`.
  template <element... Ops>
  explicit AnyPipeline(const Pipeline<Ops...>& pipeline)
      : AnyPipeline(std::apply([](const Ops&... ops) { return std::vector<AnyOperation>{AnyOperation(ops)...}; },
                               pipeline.operations())) {
    *this = guarded(pipeline.guard()).fuse(pipeline.fusion());
  }

  [[nodiscard]] const std::vector<AnyOperation>& operations() const noexcept { return operations_; }

 private:
  friend detail::PipelineBase<AnyPipeline>;

  [[nodiscard]] std::vector<Step> steps() const {
    std::vector<Step> steps;
    for (const auto& operation : operations_) steps.push_back(operation.step());
    return steps;
  }

  void run_all(Canvas& canvas, RandomKey key, const std::vector<std::uint32_t>& streams, Tape* tape) const {
    for (std::size_t i = 0; i < operations_.size(); ++i) operations_[i].run(canvas, key, streams[i], tape);
  }

  void plan_all(Preprocessing& format) const {
    for (const auto& operation : operations_) operation.plan(format);
  }

  std::vector<AnyOperation> operations_;
};

static_assert(object_augmentation<AnyPipeline>);

}  // namespace MULTILABEL_NAMESPACE::augmentation
