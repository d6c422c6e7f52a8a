// SPDX-License-Identifier: Apache-2.0
#pragma once
// A loader of drawn images whose labels a small network can learn, and such a network: training without files.

#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/dropout.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/pimpl.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "multilabel/core/random.hpp"
#include "multilabel/encoding/vocabulary.hpp"
#include "multilabel/training/torch_optimizer.hpp"
#include "multilabel/training/trainer.hpp"

// Torch's logging takes the name CHECK; in the tests it is the test framework's.
#undef CHECK
#define CHECK(...) INTERNAL_CATCH_TEST("CHECK", Catch::ResultDisposition::ContinueOnFailure, __VA_ARGS__)

namespace synthetic {

/// What `training::batch` asks for, and a weight a sample.
struct Batch {
  std::shared_ptr<float[]> images, targets, sample_weight;
  std::size_t samples = 0, channels = 3, height = 4, width = 4, labels = 3;
  std::vector<std::size_t> indices;
};

/// Images [3, 4, 4]; label j is there where plane j is bright on the mean.
class Loader {
 public:
  Loader(std::size_t samples, std::size_t batch_size, std::uint64_t seed, bool shuffled)
      : samples_(samples), batch_size_(batch_size), seed_(seed), shuffled_(shuffled) {}

  [[nodiscard]] const multilabel::encoding::Vocabulary& vocabulary() const { return labels; }
  [[nodiscard]] std::size_t samples() const { return samples_; }
  [[nodiscard]] std::size_t batches() const { return (samples_ + batch_size_ - 1) / batch_size_; }

  [[nodiscard]] std::vector<Batch> epoch(std::uint32_t number) const {
    ++epochs;
    auto order = multilabel::permutation(samples_, {.seed = seed_, .epoch = shuffled_ ? number + 1 : 0});
    std::vector<Batch> all;
    for (std::size_t begin = 0; begin < samples_; begin += batch_size_) {
      const std::size_t n = std::min(batch_size_, samples_ - begin);
      Batch batch{.images = std::shared_ptr<float[]>(new float[n * 48]),
                  .targets = std::shared_ptr<float[]>(new float[n * 3]),
                  .sample_weight = weighted ? std::shared_ptr<float[]>(new float[n]) : nullptr,
                  .samples = n,
                  .indices = {order.begin() + static_cast<std::ptrdiff_t>(begin),
                              order.begin() + static_cast<std::ptrdiff_t>(begin + n)}};
      for (std::size_t i = 0; weighted && i < n; ++i) batch.sample_weight[i] = batch.indices[i] == 0 ? 0.0f : 1.0f;
      for (std::size_t i = 0; i < n; ++i) fill(batch, i);
      all.push_back(batch);
    }
    return all;
  }

  multilabel::encoding::Vocabulary labels{"red", "green", "blue"};
  bool unknown = false;   ///< every image's first cell is unknown
  bool weighted = false;  ///< sample 0 weighs nothing
  mutable int epochs = 0;

 private:
  void fill(const Batch& batch, std::size_t row) const {
    multilabel::Random random({.seed = seed_, .index = static_cast<std::uint32_t>(batch.indices[row])});
    for (std::size_t plane = 0; plane < 3; ++plane) {
      const bool bright = random.chance(0.4);
      for (std::size_t i = 0; i < 16; ++i) {
        batch.images[row * 48 + plane * 16 + i] = static_cast<float>((bright ? 0.4 : -0.4) + random.normal());
      }
      batch.targets[row * 3 + plane] = bright ? 1.0f : 0.0f;
    }
    if (unknown) batch.targets[row * 3] = std::numeric_limits<float>::quiet_NaN();
  }

  std::size_t samples_, batch_size_;
  std::uint64_t seed_;
  bool shuffled_;
};

/// Dropout and batch norm are there because they are what a resume forgets first.
class NetImpl : public torch::nn::Module {
 public:
  explicit NetImpl(std::int64_t labels = 3) : first(48, 8), norm(8), drop(0.3), last(8, labels) {
    register_module("first", first);
    register_module("norm", norm);
    register_module("drop", drop);
    register_module("last", last);
    multilabel::Random random({.seed = 3});
    for (auto& parameter : parameters()) {
      auto flat = parameter.detach().view(-1);
      for (std::int64_t i = 0; i < flat.numel(); ++i) flat[i] = random.uniform(-0.2, 0.2);
    }
  }
  at::Tensor forward(const at::Tensor& images) { return last(drop(norm(first(images.flatten(1))).relu())); }

 private:
  torch::nn::Linear first;
  torch::nn::BatchNorm1d norm;
  torch::nn::Dropout drop;
  torch::nn::Linear last;
};
TORCH_MODULE(Net);

/// A folder that is gone with the object.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "multilabel-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::filesystem::path path;
};

}  // namespace synthetic
