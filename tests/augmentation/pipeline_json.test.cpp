// SPDX-License-Identifier: Apache-2.0
#include "multilabel/augmentation/pipeline_json.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "multilabel/augmentation/any_pipeline.hpp"
#include "support.hpp"

namespace {
namespace aug = multilabel::augmentation;
using multilabel::ArgumentError;
using multilabel::DataError;
using multilabel::RandomKey;

// What python/tests/test_augmentation_composition.py calls stored(), and writes to this folder with augmentation.save.
aug::AnyPipeline stored() {
  const aug::Pipeline pipeline{
      aug::HorizontalFlip{{.p = 0.25}},
      aug::OneOf{{.p = 0.9},
                 aug::Rotate{{.limit = 10, .border_mode = aug::Border::reflect_101}},
                 aug::Affine{{.scale = {{0.9, 1.1}, {1, 1}}, .translate_px = aug::AxisRanges{{3, 3}, {0, 0}}}},
                 aug::NoOp{}},
      aug::Resize{{.height = 24, .width = 28, .interpolation = aug::Interpolation::area}},
      aug::SomeOf{{.n = 2, .replace = aug::Replacement::with},
                  aug::RandomGamma{{.gamma_limit = {1, 110}, .p = 1}},
                  aug::Posterize{{.per_channel = {{{{2, 2}, {3, 5}, {4, 4}}}}, .p = 1}},
                  aug::CoarseDropout{{.fill_with = aug::HoleFill::random}}},
      aug::GaussNoise{{.std_range = {0.01, 0.03}}},
      aug::Normalize{}};
  return aug::AnyPipeline(pipeline.guarded({.lost = aug::LostLabel::ignore, .attempts = 3}).fuse(aug::Fusion::off));
}

std::filesystem::path file_of_python() {
  return std::filesystem::path(MULTILABEL_SOURCE_DIR) / "tests/augmentation/python_pipeline.json";
}

aug::AnyPipeline parsed(const std::string& text) { return aug::from_json(aug::Json::parse(text)); }

/// The sentence of the error that `text` gives.
std::string refusal(const std::string& text) {
  try {
    static_cast<void>(parsed(text));
  } catch (const ArgumentError& error) {
    return error.what();
  }
  return "none";
}

TEST_CASE("AnyPipeline: the pixels, objects and records of the Pipeline it was made from") {
  const auto recipe = aug::restrained({.size = 24}).guarded({.lost = aug::LostLabel::drop});
  const aug::AnyPipeline any(recipe);
  const cv::Mat image = test::smooth(40, 50);
  const aug::Objects objects{.boxes = {{0, 0, 9, 9, "a"}}};
  for (std::uint32_t i = 0; i < 10; ++i) {
    const RandomKey key{.seed = 1, .index = i};
    CHECK(test::written(any, image, key) == test::written(recipe, image, key));
    CHECK(any.record(image, key) == recipe.record(image, key));
    CHECK(any(image, objects, key).placement.labels.at(0).target == recipe(image, objects, key).placement.labels.at(0).target);
  }
  CHECK(any.describe() == recipe.describe());
  CHECK(any.fuse(aug::Fusion::off).describe() == recipe.fuse(aug::Fusion::off).describe());
  CHECK(any.preprocessing() == recipe.preprocessing());
}

TEST_CASE("AnyPipeline: followers go where the image goes") {
  const aug::AnyPipeline flip({aug::HorizontalFlip{{.p = 1}}});
  std::vector<cv::Mat> followers = {(cv::Mat_<unsigned char>(1, 3) << 1, 2, 3)};
  static_cast<void>(flip(test::picture(1, 3), {}, {}, followers));
  CHECK(test::equal(followers[0], (cv::Mat_<unsigned char>(1, 3) << 3, 2, 1)));
}

TEST_CASE("AnyOperation: target gives the operation back by its type alone") {
  const aug::AnyOperation any = aug::Rotate{{.limit = 15}};
  REQUIRE(any.target<aug::Rotate>() != nullptr);
  CHECK(any.target<aug::Rotate>()->options() == aug::RotateOptions{.limit = 15});
  CHECK(any.target<aug::SafeRotate>() == nullptr);
}

TEST_CASE("load: a file that Python wrote draws the pixels of the same pipeline written in C++") {
  const aug::AnyPipeline read = aug::load(file_of_python());
  const aug::AnyPipeline typed = stored();
  const cv::Mat image = test::smooth(60, 50);
  for (std::uint32_t i = 0; i < 40; ++i)
    CHECK(test::written(read, image, {.seed = 5, .index = i}) == test::written(typed, image, {.seed = 5, .index = i}));
  CHECK(read.guard() == typed.guard());
  CHECK(read.fusion() == aug::Fusion::off);
}

TEST_CASE("to_json: the file that Python wrote, value for value") {
  std::ifstream file(file_of_python());
  CHECK(aug::to_json(stored()) == aug::Json::parse(file));
}

TEST_CASE("to_json: floats are written as they were typed") {
  const auto json = aug::to_json(aug::Pipeline{aug::Normalize{}});
  CHECK(json.at("transforms").at(0).at("mean").dump() == "[0.485,0.456,0.406]");
}

TEST_CASE("save, load: every recipe comes back with its pixels") {
  const auto path = std::filesystem::temp_directory_path() / "multilabel_pipeline.json";
  const cv::Mat image = test::smooth(40, 50);
  const auto same = [&](const auto& recipe) {
    aug::save(recipe, path);
    const aug::AnyPipeline read = aug::load(path);
    CHECK(read.describe() == recipe.describe());
    for (std::uint32_t i = 0; i < 20; ++i)
      CHECK(test::written(read, image, {.index = i}) == test::written(recipe, image, {.index = i}));
  };
  same(aug::restrained({.size = 20}));
  same(aug::trivial_augment({.size = 20}));
  same(aug::rand_augment({.size = 20, .magnitude = 7}));
  same(aug::evaluation({.size = 20}));
  std::filesystem::remove(path);
}

TEST_CASE("from_json: what was left out has its default, and a plain number stands for a range as in Python") {
  CHECK(aug::to_json(parsed(R"({"name": "Rotate", "limit": 15})")) == aug::to_json(aug::Pipeline{aug::Rotate{{.limit = 15}}}));
  CHECK(aug::to_json(parsed(R"({"name": "Perspective", "scale": 0.06})")) ==
        aug::to_json(aug::Pipeline{aug::Perspective{{.scale = {0, 0.06}}}}));
  CHECK(aug::to_json(parsed(R"({"name": "Affine", "rotate": 5, "shear": {"y": 2}})")) ==
        aug::to_json(aug::Pipeline{aug::Affine{{.rotate = {5, 5}, .shear = {{0, 0}, {2, 2}}}}}));
  CHECK(aug::to_json(parsed(R"({"name": "ColorJitter", "brightness": 0.25, "hue": 0.1})")) ==
        aug::to_json(aug::Pipeline{aug::ColorJitter{{.brightness = {0.75, 1.25}, .hue = {-0.1, 0.1}}}}));
  CHECK(aug::to_json(parsed(R"({"name": "Resize", "height": 3, "width": 4.0, "interpolation": 3})")) ==
        aug::to_json(aug::Pipeline{aug::Resize{{.height = 3, .width = 4, .interpolation = aug::Interpolation::area}}}));
  CHECK(aug::to_json(parsed(R"({"name": "ShiftScaleRotate", "shift_limit": 0.1, "shift_limit_y": 0.2})")) ==
        aug::to_json(aug::Pipeline{aug::ShiftScaleRotate{{.shift_limit_x = 0.1, .shift_limit_y = 0.2}}}));
  CHECK(aug::to_json(parsed(R"({"name": "LongestMaxSize", "max_size_hw": [null, 7]})")) ==
        aug::to_json(aug::Pipeline{aug::LongestMaxSize{{.max_width = 7}}}));
}

TEST_CASE("from_json: p and guard of a Compose") {
  const std::string flip = R"("transforms": [{"name": "HorizontalFlip", "p": 1}])";
  const cv::Mat image = test::picture(3, 4);
  const auto never = parsed(R"({"name": "Compose", "p": 0, )" + flip + "}");
  const auto ever = parsed(R"({"name": "Compose", "seed": 3, "bbox_params": {"format": "coco"}, )" + flip + "}");
  CHECK(test::equal(never(image, {}), image));
  CHECK_FALSE(test::equal(ever(image, {}), image));
  CHECK(ever.guard() == aug::GuardOptions{});
  CHECK(parsed(R"({"name": "Compose", "guard": "soft", )" + flip + "}").guard().lost == aug::LostLabel::soft);
  CHECK(parsed(R"({"name": "Compose", "guard": {"attempts": 4}, )" + flip + "}").guard() ==
        aug::GuardOptions{.lost = aug::LostLabel::resample, .attempts = 4});
}

TEST_CASE("from_json: each error names the operation and the parameter") {
  CHECK(refusal(R"({"name": "Rotat"})").find("name must be one of HorizontalFlip, ") != std::string::npos);
  CHECK(refusal(R"({"name": "Rotat"})").ends_with("got \"Rotat\""));
  CHECK(refusal(R"({"name": "Rotate", "limits": 15})") ==
        "augmentation::from_json: parameters of Rotate must be among limit, interpolation, border_mode, crop_border, fill, p; "
        "got 'limits'");
  CHECK(refusal(R"({"name": "Rotate", "p": 2})") == "augmentation::Rotate: p must be between 0 and 1; got 2");
  CHECK(refusal(R"({"name": "Rotate", "p": "often"})") == "augmentation::Rotate: p must be a number; got \"often\"");
  CHECK(refusal(R"({"name": "Rotate", "limit": [1, 2, 3]})") ==
        "augmentation::Rotate: limit must be a number or (low, high); got [1,2,3]");
  CHECK(refusal(R"({"name": "Rotate", "crop_border": 1})") == "augmentation::Rotate: crop_border must be true or false; got 1");
  CHECK(refusal(R"({"name": "Rotate", "border_mode": "mirror"})") ==
        "augmentation::Rotate: border_mode must be one of 'constant', 'replicate', 'reflect', 'wrap', 'reflect_101'; "
        "got \"mirror\"");
  CHECK(refusal(R"({"name": "Resize", "height": 3})") == "augmentation::Resize: width must be given; got none");
  CHECK(refusal(R"({"name": "Resize", "height": 3, "width": 2.5})") ==
        "augmentation::Resize: width must be a whole number; got 2.5");
  CHECK(refusal(R"({"name": "Affine", "scale": {"z": 1}})") ==
        "augmentation::Affine: scale must be with 'x', 'y' or both; got {\"z\":1}");
  CHECK(refusal(R"({"name": "ToGray", "num_output_channels": 1})") ==
        "augmentation::ToGray: num_output_channels must be 3; got 1");
  CHECK(
      refusal(R"({"name": "Compose", "transforms": [{"name": "SomeOf", "n": 1, "transforms": [{"name": "NoOp", "q": 1}]}]})") ==
      "augmentation::from_json: parameters of NoOp must be among p; got 'q'");
  CHECK(refusal(R"({"name": "Compose", "transform": []})").ends_with("save_applied_params; got 'transform'"));
  CHECK(refusal(R"({"name": "Compose"})") == "augmentation::Compose: transforms must be given; got none");
  CHECK(refusal(R"({"name": "Compose", "transforms": 1})") == "augmentation::Compose: transforms must be a list; got 1");
  CHECK(refusal(R"({"name": "Compose", "transforms": [], "p": 2})") ==
        "augmentation::Compose: p must be between 0 and 1; got 2");
  CHECK(refusal(R"({"name": "Compose", "transforms": [], "guard": {"lose": 1}})") ==
        "augmentation::Compose: guard must be of lost, min_visibility and attempts; got {\"lose\":1}");
  CHECK(refusal("[1]") == "augmentation::from_json: a pipeline must be an object; got [1]");
}

TEST_CASE("from_json: groups within groups without end are refused") {
  std::string text = R"({"name": "NoOp"})";
  for (int i = 0; i < 1000; ++i) text = R"({"name": "Sequential", "transforms": [)" + text + "]}";
  CHECK(refusal(text) == "augmentation::from_json: groups must be nested at most 64 deep; got more");
}

TEST_CASE("load: a file that is not there, no JSON, or YAML") {
  CHECK_THROWS_AS(aug::load("/nowhere/pipeline.json"), DataError);
  const auto path = std::filesystem::temp_directory_path() / "multilabel_pipeline.yaml";
  std::ofstream(path) << "name: Compose\n";
  CHECK_THROWS_WITH(aug::load(path),
                    Catch::Contains("must hold a saved pipeline") && Catch::Contains("Only Python reads YAML"));
  std::filesystem::remove(path);
}

struct InvertOptions {
  double p = 0.5;
  int least = 0;
};

void list_parameters(aug::ParameterList& list, InvertOptions& options) {
  list.whole("least", options.least);
  list.number("p", options.p);
}

// A user's operation, with a place in files.
class InvertFrom {
 public:
  static constexpr std::string_view name = "InvertFrom";
  static constexpr aug::Kind kind = aug::Kind::values;
  explicit InvertFrom(InvertOptions options = {}) : options_(options) {}
  [[nodiscard]] const InvertOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const { return "InvertFrom()"; }
  void apply(aug::Canvas& canvas, aug::Draws&) const {
    canvas.lookup(aug::table_of([this](double x) { return x >= options_.least ? 255 - x : x; }));
  }

 private:
  InvertOptions options_;
};

TEST_CASE("OperationForms: a user's operation is written and read once it has been added") {
  const aug::Pipeline pipeline{InvertFrom{{.p = 1, .least = 100}}};
  CHECK_THROWS_WITH(aug::to_json(pipeline), Catch::Contains("got 'InvertFrom'"));
  aug::OperationForms forms;
  forms.add<InvertFrom>();
  const auto json = aug::to_json(pipeline, forms);
  CHECK(json.at("transforms").at(0).dump() == R"({"name":"InvertFrom","least":100,"p":1.0})");
  const cv::Mat image = test::picture(5, 6);
  CHECK(test::equal(aug::from_json(json, forms)(image, {}), pipeline(image, {})));
  CHECK_THROWS_WITH(aug::from_json(json), Catch::Contains("got \"InvertFrom\""));
}

TEST_CASE("to_json: a function has no plain form") {
  const aug::Pipeline pipeline{[](const cv::Mat& image, RandomKey) { return image; }};
  CHECK_THROWS_WITH(aug::to_json(pipeline), Catch::Contains("got 'custom'"));
}

}  // namespace
