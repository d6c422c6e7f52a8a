// SPDX-License-Identifier: Apache-2.0
#pragma once
// From an image to its labels, with the pixels, the numbers and the thresholds of training. The same bundle gives the same
// scores in C++ and in Python, to the last bit, for the same images in the same batch.

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/sigmoid.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <opencv2/core.hpp>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "multilabel/augmentation/recipes.hpp"
#include "multilabel/bundle/calibrator.hpp"
#include "multilabel/bundle/manifest.hpp"
#include "multilabel/core/check.hpp"
#include "multilabel/core/parallel.hpp"
#include "multilabel/core/random.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/data/image_io.hpp"
#include "multilabel/data/opencv_threads.hpp"
#include "multilabel/encoding/vocabulary.hpp"
#include "multilabel/model/classifier.hpp"
#include "multilabel/model/device.hpp"
#include "multilabel/threshold/rule.hpp"

namespace MULTILABEL_NAMESPACE::bundle::inline MULTILABEL_DECODER {

/// A label that an image is predicted to have.
struct Prediction {
  std::string label;
  double score = 0;  ///< in [0, 1]

  friend bool operator==(const Prediction&, const Prediction&) = default;
};

/// Everything that serving needs, kept together.
struct Bundle {
  model::Classifier model{nullptr};  ///< made by `model::create`; its width is the vocabulary's
  encoding::Vocabulary vocabulary;
  augmentation::Preprocessing preprocessing{};  ///< a loader hands it out
  threshold::ThresholdRule threshold{std::vector<double>{0.5}};
  std::map<std::string, std::string> metadata{};  ///< anything that people should know: data, licence, contact
  Calibrator calibrator{};                        ///< what the logits go through before the thresholds; none: their sigmoid
};

/// Throws `LabelError` when the model is not as wide as the vocabulary, `BundleError` for thresholds of another length,
/// `ShapeError` for a calibrator of another number of labels,
/// `ArgumentError` without a model, labels or an image size.
inline void require_consistent(std::string_view where, const Bundle& bundle) {
  if (bundle.model.is_empty()) fail<ArgumentError>({where, "model must be a classifier", "none"});
  const std::size_t width = bundle.model->config().options.labels;
  if (bundle.vocabulary.size() != width) {
    fail<LabelError>({where, join_text("the vocabulary must have one label for each of the model's ", width, " outputs"),
                      join_text(bundle.vocabulary.size(), " labels"), "Use the vocabulary that the model was trained with."});
  }
  require_thresholds(where, bundle.threshold.thresholds(), width);
  if (!is_none(bundle.calibrator))
    (void)calibrated(bundle.calibrator, Matrix<float>(1, width));  // of as many labels, or it throws
  augmentation::require_preprocessing(where, bundle.preprocessing);
  if (bundle.preprocessing.height < 1 || bundle.preprocessing.width < 1) {
    fail<ArgumentError>({where, "preprocessing must have a fixed size",
                         join_text(bundle.preprocessing.height, " x ", bundle.preprocessing.width),
                         "Take it from a loader, or from augmentation::evaluation(...).preprocessing()."});
  }
}

/// What one call wants otherwise than the bundle.
struct PredictOptions {
  std::optional<threshold::ThresholdRule> threshold{};  ///< instead of the bundle's
  std::size_t top_k = 0;  ///< at most so many labels an image, the best; without a threshold of the call whatever their scores
};

/// Answers for images. Cheap to copy; calls from several threads at once are fine, as long as nobody trains its model.
class Predictor {
 public:
  /// Takes the parts as they are, the model to the device of that name ("": where it lies; see `model::device_of_name`), and
  /// puts it into evaluation mode. Throws as `require_consistent`.
  explicit Predictor(Bundle bundle, const std::string& device = {})
      : bundle_(std::move(bundle)), pixels_(augmentation::evaluation(bundle_.preprocessing)) {
    require_consistent("bundle::Predictor", bundle_);
    if (!device.empty()) bundle_.model->to(model::device_of_name("bundle::Predictor", device));
    bundle_.model->eval();
  }

  /// The labels of the image file whose score reaches its threshold, best first, equal scores in the vocabulary's order. Throws
  /// `DataError` naming a file that is no image.
  [[nodiscard]] std::vector<Prediction> operator()(const std::filesystem::path& image,
                                                   const PredictOptions& options = {}) const {
    return std::move((*this)(std::span(&image, 1), options)[0]);
  }
  /// The same for an image in memory, 8-bit RGB (`ShapeError` otherwise).
  [[nodiscard]] std::vector<Prediction> operator()(const cv::Mat& image, const PredictOptions& options = {}) const {
    return std::move((*this)(std::span(&image, 1), options)[0]);
  }
  /// The same for many, read and resized on all processors.
  [[nodiscard]] std::vector<std::vector<Prediction>> operator()(std::span<const std::filesystem::path> images,
                                                                const PredictOptions& options = {}) const {
    return answers(scores(images), options);
  }
  [[nodiscard]] std::vector<std::vector<Prediction>> operator()(std::span<const cv::Mat> images,
                                                                const PredictOptions& options = {}) const {
    return answers(scores(images), options);
  }

  /// Scores [images, labels] in [0, 1], in the order given.
  [[nodiscard]] Matrix<float> scores(std::span<const std::filesystem::path> images) const {
    return in_batches(images, [](const std::filesystem::path& path) { return data::read_image(path); });
  }
  [[nodiscard]] Matrix<float> scores(std::span<const cv::Mat> images) const {
    return in_batches(images, [](const cv::Mat& image) { return image; });
  }
  /// Scores [n, labels] of images that are preprocessed already: [n, 3, height, width], as loaders give them.
  [[nodiscard]] at::Tensor scores(const at::Tensor& images) const {
    const at::NoGradGuard no_grad;
    const auto& format = bundle_.preprocessing;
    if (images.dim() != 4 || images.size(1) != 3 || images.size(2) != format.height || images.size(3) != format.width) {
      fail<ShapeError>({"bundle::Predictor::scores",
                        join_text("a batch must be [n, 3, ", format.height, ", ", format.width, "]"),
                        join_text(images.sizes())});
    }
    model::Classifier model = bundle_.model;
    if (model->is_training()) model->eval();  // somebody has trained it meanwhile
    const at::Device device = model->parameters().front().device();
    const at::Tensor logits = model->forward(images.to(device, at::kFloat)).to(at::kCPU, at::kFloat);
    if (is_none(bundle_.calibrator)) return at::sigmoid(logits);
    const at::Tensor plain = (takes_scores(bundle_.calibrator) ? at::sigmoid(logits) : logits).contiguous();
    Matrix<float> rows(static_cast<std::size_t>(plain.size(0)), bundle_.vocabulary.size());
    std::copy_n(plain.const_data_ptr<float>(), rows.size(), rows.data());
    const Matrix<float> served = calibrated(bundle_.calibrator, rows);
    at::Tensor scores = at::empty_like(plain);
    std::copy_n(served.data(), served.size(), scores.mutable_data_ptr<float>());
    return scores;
  }

  /// The predictions that `scores` [images, labels] stand for, best first, equal scores in the vocabulary's order. Throws
  /// `BundleError` for a threshold of another number of labels.
  [[nodiscard]] std::vector<std::vector<Prediction>> answers(const Matrix<float>& scores,
                                                             const PredictOptions& options = {}) const {
    if (options.threshold) require_thresholds("bundle::Predictor", options.threshold->thresholds(), vocabulary().size());
    const bool all = options.top_k > 0 && !options.threshold;
    const auto present = all ? Matrix<std::uint8_t>(scores.rows(), scores.columns(), 1)
                             : options.threshold.value_or(bundle_.threshold).apply(scores);
    std::vector<std::vector<Prediction>> rows(scores.rows());
    for (std::size_t i = 0; i < scores.rows(); ++i) {
      for (std::size_t j = 0; j < scores.columns(); ++j)
        if (present(i, j) != 0) rows[i].push_back({bundle_.vocabulary[j], static_cast<double>(scores(i, j))});
      std::stable_sort(rows[i].begin(), rows[i].end(), [](const auto& a, const auto& b) { return a.score > b.score; });
      if (options.top_k > 0 && rows[i].size() > options.top_k) rows[i].resize(options.top_k);
    }
    return rows;
  }

  /// Throws `LabelError` unless the labels are these, in this order.
  void require_vocabulary(const encoding::Vocabulary& expected) const {
    require_same(expected, bundle_.vocabulary, "bundle::Predictor::require_vocabulary");
  }

  [[nodiscard]] const encoding::Vocabulary& vocabulary() const noexcept { return bundle_.vocabulary; }
  [[nodiscard]] const augmentation::Preprocessing& preprocessing() const noexcept { return bundle_.preprocessing; }
  [[nodiscard]] const threshold::ThresholdRule& threshold() const noexcept { return bundle_.threshold; }
  [[nodiscard]] const Calibrator& calibrator() const noexcept { return bundle_.calibrator; }
  [[nodiscard]] const std::map<std::string, std::string>& metadata() const noexcept { return bundle_.metadata; }
  [[nodiscard]] const model::Classifier& model() const noexcept { return bundle_.model; }

 private:
  static constexpr std::size_t BATCH = 32;

  template <class Image, class Read>
  [[nodiscard]] Matrix<float> in_batches(std::span<const Image> images, Read&& read) const {
    const auto& format = bundle_.preprocessing;
    const auto cells = 3 * static_cast<std::size_t>(format.height) * static_cast<std::size_t>(format.width);
    Matrix<float> all(images.size(), bundle_.vocabulary.size());
    for (std::size_t begin = 0; begin < images.size(); begin += BATCH) {
      const auto piece = images.subspan(begin, std::min(BATCH, images.size() - begin));
      const at::Tensor pixels =
          at::empty({static_cast<std::int64_t>(piece.size()), 3, format.height, format.width}, at::kFloat);
      {
        const data::SequentialOpenCV sequential;
        parallel_for(piece.size(), 0, 1, [&](std::size_t first, std::size_t last) {
          for (std::size_t i = first; i < last; ++i) {
            pixels_.write(read(piece[i]), RandomKey{}, pixels.mutable_data_ptr<float>() + i * cells);
          }
        });
      }
      const at::Tensor rows = scores(pixels).contiguous();
      std::copy_n(rows.const_data_ptr<float>(), piece.size() * all.columns(), all.row(begin).data());
    }
    return all;
  }

  Bundle bundle_;
  augmentation::Evaluation pixels_;
};

}  // namespace MULTILABEL_NAMESPACE::bundle::inline MULTILABEL_DECODER
