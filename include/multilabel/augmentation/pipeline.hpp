// SPDX-License-Identifier: Apache-2.0
#pragma once
// Operations one after the other, as one value that is itself an augmentation. Each operation draws from a stream named after
// it, so adding, removing or moving another kind of operation leaves its draws as they were.

#include <cstddef>
#include <cstdint>
#include <map>
#include <opencv2/core.hpp>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "multilabel/augmentation/operation.hpp"
#include "multilabel/augmentation/placement.hpp"
#include "multilabel/augmentation/plan.hpp"

namespace multilabel::augmentation {

/// What can stand in a `Pipeline`: an operation of the library, or anything callable as `(image, key) -> image`.
template <class Op>
concept element = operation<Op> || augmentation<Op>;

/// Operations in the order they are given: `Pipeline{HorizontalFlip{{.p = 0.5}}, Rotate{{.limit = 15}}}`. Copyable, immutable
/// and safe to call from any number of threads.
template <element... Ops>
class Pipeline {
 public:
  explicit Pipeline(Ops... operations) : operations_(std::move(operations)...), streams_(streams_of(steps())) {
    require_order(steps());
  }

  /// The augmented image: 8-bit RGB, or CV_32FC3 if the pipeline ends in `Normalize`.
  [[nodiscard]] cv::Mat operator()(const cv::Mat& image, RandomKey key) const {
    Canvas canvas(image, fusion_);
    run(canvas, key);
    return canvas.image();
  }

  /// Writes the augmented image as planes of float, [3, height, width] of `output_size()`; `ShapeError` if it has another size.
  void write(const cv::Mat& image, RandomKey key, float* planar) const {
    Canvas canvas(image, fusion_);
    run(canvas, key);
    require_output(output_size(), canvas.size());
    canvas.write(planar);
  }

  /// The same for an image of which objects are known: they go through the same moves, and the guard says what becomes of
  /// labels that are lost. Throws what `require_objects` throws.
  [[nodiscard]] Augmented operator()(const cv::Mat& image, const Objects& objects, RandomKey key) const {
    Canvas canvas = guarded_run(image, objects, key);
    return finish(canvas, objects, guard_);
  }
  Placement write(const cv::Mat& image, const Objects& objects, RandomKey key, float* planar) const {
    Canvas canvas = guarded_run(image, objects, key);
    require_output(output_size(), canvas.size());
    canvas.write(planar);
    return place(objects, canvas, guard_);
  }

  /// This pipeline with another guard; that of a new one keeps all targets.
  [[nodiscard]] Pipeline guarded(const GuardOptions& guard) const {
    require_guard("augmentation::Pipeline::guarded", guard);
    Pipeline result = *this;
    result.guard_ = guard;
    return result;
  }
  [[nodiscard]] const GuardOptions& guard() const noexcept { return guard_; }

  /// What the pipeline draws for this image and key; `replay` gives the same pixels.
  [[nodiscard]] Record record(const cv::Mat& image, RandomKey key) const {
    Canvas canvas(image, fusion_);
    Tape tape(key);
    run(canvas, key, &tape);
    return tape.record();
  }

  /// The augmented image with the draws of `record`, some of which may have been changed by hand. `ArgumentError` for a record
  /// of another pipeline.
  [[nodiscard]] cv::Mat replay(const cv::Mat& image, const Record& record) const {
    Canvas canvas(image, fusion_);
    Tape tape(record);
    run(canvas, record.key, &tape);
    tape.finish();
    return canvas.image();
  }

  /// The format of what `write` writes. A height or width of 0 means that it depends on the image.
  [[nodiscard]] Preprocessing preprocessing() const {
    Preprocessing format = untouched();
    std::apply([&](const Ops&... ops) { (plan(ops, format), ...); }, operations_);
    return format;
  }

  /// The size of what `write` writes; [0, 0] if it depends on the image.
  [[nodiscard]] cv::Size output_size() const {
    const Preprocessing format = preprocessing();
    return {format.width, format.height};
  }

  /// The size that the whole image is averaged to before any operation counts its pixels, for
  /// `data::ReadImageOptions::shrinks_to`; [0, 0] if there is none.
  [[nodiscard]] cv::Size shrinks_to() const { return augmentation::shrinks_to(steps()); }

  /// The same operations and draws, sharing passes over the pixels or not.
  [[nodiscard]] Pipeline fuse(Fusion fusion) const {
    Pipeline other = *this;
    other.fusion_ = fusion;
    return other;
  }

  /// The plan for humans: which operations share which pass over the pixels.
  [[nodiscard]] std::string describe() const { return augmentation::describe(steps(), fusion_); }

  [[nodiscard]] const std::tuple<Ops...>& operations() const noexcept { return operations_; }

 private:
  [[nodiscard]] std::vector<Step> steps() const {
    return std::apply([](const Ops&... ops) { return std::vector<Step>{step_of(ops)...}; }, operations_);
  }

  void run(Canvas& canvas, RandomKey key, Tape* tape = nullptr) const {
    std::size_t i = 0;
    std::apply([&](const Ops&... ops) { (run_step(ops, canvas, key, streams_[i++], tape), ...); }, operations_);
  }

  [[nodiscard]] Canvas guarded_run(const cv::Mat& image, const Objects& objects, RandomKey key) const {
    return run_guarded([this](Canvas& canvas, RandomKey own) { run(canvas, own); }, image, objects, key, guard_, nullptr,
                       fusion_);
  }

  std::tuple<Ops...> operations_;
  std::vector<std::uint32_t> streams_;
  GuardOptions guard_;
  Fusion fusion_ = Fusion::on;
};

}  // namespace multilabel::augmentation
