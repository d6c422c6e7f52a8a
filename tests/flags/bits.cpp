// SPDX-License-Identifier: Apache-2.0
// Writes pixels and fits as bytes, for a comparison of what compilers make of them with and without fused multiply-add. Exit
// status 77: this CPU has no such instructions.

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <multilabel/augmentation.hpp>
#include <multilabel/calibration.hpp>
#include <multilabel/core/random.hpp>
#include <vector>

namespace {

using multilabel::Matrix;
using multilabel::RandomKey;

template <class T>
void put(const std::vector<T>& values) {
  std::fwrite(values.data(), sizeof(T), values.size(), stdout);
}

void put_pixels() {
  namespace aug = multilabel::augmentation;
  cv::Mat image(97, 131, CV_8UC3);
  for (int y = 0; y < image.rows; ++y) {
    for (int x = 0; x < image.cols; ++x) {
      image.at<cv::Vec3b>(y, x) = {static_cast<uchar>(7 * x), static_cast<uchar>(5 * y), static_cast<uchar>(3 * x * y)};
    }
  }
  const aug::Pipeline strong{aug::Affine{{.scale = {{0.7, 1.2}, {0.7, 1.2}}, .rotate = {-30, 30}, .p = 1}},
                             aug::Resize{{.height = 64, .width = 64}}, aug::HueSaturationValue{{.p = 1}},
                             aug::GaussianBlur{{.p = 1}}, aug::Normalize{{}}};
  const auto restrained = aug::restrained({.size = 64});
  for (std::uint32_t i = 0; i < 20; ++i) {
    std::vector<float> planar(3 * 64 * 64);
    restrained.write(image, RandomKey{.seed = 1, .index = i}, planar.data());
    put(planar);
    strong.write(image, RandomKey{.seed = 2, .index = i}, planar.data());
    put(planar);
  }
}

void put_fits() {
  namespace cal = multilabel::calibration;
  Matrix<int> targets(3000, 5);
  Matrix<float> logits(3000, 5);
  multilabel::Random random(RandomKey{.seed = 3});
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const double logit = random.normal();
    logits.data()[i] = static_cast<float>(2 * logit);
    targets.data()[i] = random.chance(1 / (1 + std::exp(-logit))) ? 1 : 0;
  }
  const auto platt = cal::PlattScaling::fit(targets, logits, {cal::Scope::per_label});
  put(platt.slopes());
  put(platt.intercepts());
  put(cal::TemperatureScaling::fit(targets, logits).temperatures());
  const auto scores = platt.apply(logits);
  put(std::vector<float>(scores.data(), scores.data() + scores.size()));
}

}  // namespace

int main() {
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return 77;
  put_pixels();
  put_fits();
}
