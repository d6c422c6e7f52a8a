// SPDX-License-Identifier: Apache-2.0
#pragma once
// A pipeline whose operations are known only when the program runs: what Python composes, as one C++ type that loaders, the
// trainer and the predictor take. Same steps, streams and passes as `augmentation::Pipeline`.

#include <multilabel/augmentation.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace multilabel::python {

using augmentation::AnyOperation;

/// A list of operations; satisfies `augmentation::batch_augmentation`.
class AnyAugmentation {
 public:
  explicit AnyAugmentation(std::vector<AnyOperation> operations, augmentation::Fusion fusion = augmentation::Fusion::on)
      : operations_(std::move(operations)), streams_(augmentation::streams_of(steps())), fusion_(fusion) {
    augmentation::require_order(steps());
  }

  [[nodiscard]] cv::Mat operator()(const cv::Mat& image, RandomKey key) const {
    augmentation::Canvas canvas(image, fusion_);
    run(canvas, key);
    return canvas.image();
  }

  void write(const cv::Mat& image, RandomKey key, float* planar) const {
    augmentation::Canvas canvas(image, fusion_);
    run(canvas, key);
    augmentation::require_output(output_size(), canvas.size());
    canvas.write(planar);
  }

  /// As `augmentation::Pipeline`'s with objects; `followers` are images of any type that go where the masks would.
  [[nodiscard]] augmentation::Augmented operator()(const cv::Mat& image, const augmentation::Objects& objects, RandomKey key,
                                                   std::vector<cv::Mat>& followers) const {
    augmentation::Canvas canvas = guarded_run(image, objects, key);
    for (auto& follower : followers) follower = canvas.track().follow(follower);
    return augmentation::finish(canvas, objects, guard_);
  }
  augmentation::Placement write(const cv::Mat& image, const augmentation::Objects& objects, RandomKey key,
                                float* planar) const {
    augmentation::Canvas canvas = guarded_run(image, objects, key);
    augmentation::require_output(output_size(), canvas.size());
    canvas.write(planar);
    return augmentation::place(objects, canvas, guard_);
  }

  [[nodiscard]] const augmentation::GuardOptions& guard() const noexcept { return guard_; }
  [[nodiscard]] std::vector<augmentation::detail::AuditStage> stages() const {
    std::vector<augmentation::detail::AuditStage> stages;
    for (std::size_t i = 0; i < operations_.size(); ++i)
      stages.push_back(augmentation::detail::stage_of(operations_[i], streams_[i]));
    return stages;
  }

  [[nodiscard]] AnyAugmentation guarded(const augmentation::GuardOptions& guard) const {
    augmentation::require_guard("augmentation.Guard", guard);
    AnyAugmentation result = *this;
    result.guard_ = guard;
    return result;
  }

  [[nodiscard]] augmentation::Record record(const cv::Mat& image, RandomKey key) const {
    augmentation::Canvas canvas(image, fusion_);
    augmentation::Tape tape(key);
    run(canvas, key, &tape);
    return tape.record();
  }

  [[nodiscard]] cv::Mat replay(const cv::Mat& image, const augmentation::Record& record) const {
    augmentation::Canvas canvas(image, fusion_);
    augmentation::Tape tape(record);
    run(canvas, record.key, &tape);
    tape.finish();
    return canvas.image();
  }

  [[nodiscard]] augmentation::Preprocessing preprocessing() const {
    augmentation::Preprocessing format = augmentation::untouched();
    for (const auto& operation : operations_) operation.plan(format);
    return format;
  }

  [[nodiscard]] cv::Size output_size() const {
    const augmentation::Preprocessing format = preprocessing();
    return {format.width, format.height};
  }

  [[nodiscard]] cv::Size shrinks_to() const { return augmentation::shrinks_to(steps()); }

  [[nodiscard]] std::string describe() const { return augmentation::describe(steps(), fusion_); }

 private:
  [[nodiscard]] std::vector<augmentation::Step> steps() const {
    std::vector<augmentation::Step> steps;
    for (const auto& operation : operations_) steps.push_back(operation.step());
    return steps;
  }

  void run(augmentation::Canvas& canvas, RandomKey key, augmentation::Tape* tape = nullptr) const {
    for (std::size_t i = 0; i < operations_.size(); ++i) operations_[i].run(canvas, key, streams_[i], tape);
  }

  [[nodiscard]] augmentation::Canvas guarded_run(const cv::Mat& image, const augmentation::Objects& objects,
                                                 RandomKey key) const {
    return augmentation::run_guarded([this](augmentation::Canvas& canvas, RandomKey own) { run(canvas, own); }, image, objects,
                                     key, guard_, nullptr, fusion_);
  }

  std::vector<AnyOperation> operations_;
  std::vector<std::uint32_t> streams_;
  augmentation::GuardOptions guard_;
  augmentation::Fusion fusion_;
};

static_assert(augmentation::object_augmentation<AnyAugmentation>);

}  // namespace multilabel::python
