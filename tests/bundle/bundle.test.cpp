// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "multilabel/bundle/checksum.hpp"
#include "multilabel/bundle/package.hpp"
#include "multilabel/model/create.hpp"

namespace bundle = multilabel::bundle;
namespace fs = std::filesystem;
using multilabel::encoding::Vocabulary;
using multilabel::threshold::ThresholdRule;

namespace {

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "multilabel-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path = name;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  fs::path path;
};

// One network for all tests: to draw its weights takes longer than all that is tested.
const multilabel::model::Classifier& classifier() {
  static const auto made = multilabel::model::create("efficientnet_lite0", {.labels = 3, .seed = 4});
  return made;
}

bundle::Bundle sample() {
  return {.model = classifier(),
          .vocabulary = Vocabulary{"cat", "dog", "tree"},
          .preprocessing = {.height = 32,
                            .width = 40,
                            .mean = {0.1f, 0.2f, 0.3f},
                            .std = {0.4f, 0.5f, 0.6f},
                            .interpolation = multilabel::augmentation::Interpolation::linear},
          .threshold = ThresholdRule({0.25, 0.5, 1e-3}, "f1", "samples", 0.75),
          .metadata = {{"data", "drawings | of ours"}}};
}

cv::Mat picture(int seed) {
  cv::Mat image(50, 70, CV_8UC3);
  multilabel::Random random({.seed = static_cast<std::uint64_t>(seed)});
  for (auto& pixel : cv::Mat_<cv::Vec3b>(image))
    for (int c = 0; c < 3; ++c) pixel[c] = static_cast<unsigned char>(random.below(256));
  return image;
}

std::string text_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

void write(const fs::path& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

// Changes a file as somebody would who keeps the checksums right.
void edit(const fs::path& folder, const std::string& file, const std::string& from, const std::string& to) {
  std::string text = text_of(folder / file);
  const auto place = text.find(from);
  REQUIRE(place != std::string::npos);
  text.replace(place, from.size(), to);
  const std::string before = file == "multilabel.json" ? "" : bundle::checksum_of(folder / file);
  write(folder / file, text);
  if (!before.empty()) edit(folder, "multilabel.json", before, bundle::checksum_of(folder / file));
}

std::string complaint(const fs::path& folder) {
  try {
    (void)bundle::load(folder);
  } catch (const multilabel::BundleError& error) {
    return std::string("BundleError ") + error.what();
  } catch (const multilabel::LabelError& error) {
    return std::string("LabelError ") + error.what();
  }
  return "loaded";
}

}  // namespace

TEST_CASE("Checksum: the values of the standard, whatever the pieces") {
  // FIPS 180-4 examples; the last is the same 56 letters in two pieces across a block's end.
  bundle::Checksum empty;
  CHECK(empty.digits() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  bundle::Checksum abc;
  abc.add("abc");
  CHECK(abc.digits() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  bundle::Checksum pieces;
  pieces.add("abcdbcdecdefdefgefghfghighijhi");
  pieces.add("jkijkljklmklmnlmnomnopnopq");
  CHECK(pieces.digits() == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  bundle::Checksum million;
  for (int i = 0; i < 1000; ++i) million.add(std::string(1000, 'a'));
  CHECK(million.digits() == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("save and load: the predictor scores as the model did, bit for bit") {
  const Folder folder;
  bundle::save(folder.path / "deeper" / "model", sample());
  const auto loaded = bundle::load(folder.path / "deeper" / "model");
  const bundle::Predictor before(sample());
  const std::vector<cv::Mat> images{picture(1), picture(2)};
  CHECK(loaded.scores(std::span<const cv::Mat>(images)) == before.scores(std::span<const cv::Mat>(images)));
  CHECK(loaded.vocabulary() == sample().vocabulary);
  CHECK(loaded.preprocessing() == sample().preprocessing);
  CHECK(loaded.threshold() == sample().threshold);
  CHECK(loaded.metadata() == sample().metadata);
  for (const auto* name : {"config.json", "preprocessor_config.json", "model.safetensors", "multilabel.json", "README.md"}) {
    CHECK(fs::is_regular_file(folder.path / "deeper" / "model" / name));
  }
  CHECK(std::distance(fs::directory_iterator(folder.path / "deeper"), {}) == 1);  // nothing temporary stays
}

TEST_CASE("save and load: images measured by their own values, as in training") {
  const Folder folder;
  auto own = sample();
  own.preprocessing.normalization = multilabel::augmentation::Normalization::min_max_per_channel;
  bundle::save(folder.path / "own", own);
  const auto loaded = bundle::load(folder.path / "own");
  CHECK(loaded.preprocessing() == own.preprocessing);
  const std::vector<cv::Mat> images{picture(1)};
  const auto scores = loaded.scores(std::span<const cv::Mat>(images));
  CHECK(scores == bundle::Predictor(own).scores(std::span<const cv::Mat>(images)));
  CHECK_FALSE(scores == bundle::Predictor(sample()).scores(std::span<const cv::Mat>(images)));
}

TEST_CASE("Predictor: returns the labels from their thresholds on, best first") {
  auto parts = sample();
  const std::vector<cv::Mat> one{picture(1)};
  const auto scores = bundle::Predictor(parts).scores(std::span<const cv::Mat>(one));
  // A threshold equal to the score still counts, one just above does not.
  const double cat = scores(0, 0);
  const double dog = scores(0, 1);
  parts.threshold = ThresholdRule({cat, dog, std::nextafter(scores(0, 2), 2.0f)});
  const auto predictions = bundle::Predictor(parts)(picture(1));
  std::vector<bundle::Prediction> expected{{"cat", cat}, {"dog", dog}};
  if (dog > cat) std::swap(expected[0], expected[1]);
  CHECK(predictions == expected);
}

TEST_CASE("Predictor: gives a file the pixels that a batch of the evaluation pipeline has") {
  const auto path = fs::path(MULTILABEL_SOURCE_DIR) / "examples/data/openclipart/images/0003.jpg";
  const bundle::Predictor predictor(sample());
  const auto pipeline = multilabel::augmentation::evaluation(sample().preprocessing);
  at::Tensor batch = at::empty({1, 3, 32, 40});
  pipeline.write(multilabel::data::read_image(path), {}, batch.data_ptr<float>());
  const auto scores = predictor.scores(std::span(&path, 1));
  CHECK(predictor.scores(batch)[0][1].item<float>() == scores(0, 1));
  CHECK_THROWS_WITH(predictor.scores(at::zeros({1, 3, 40, 32})), Catch::Contains("a batch must be [n, 3, 32, 40]"));
  CHECK_THROWS_AS(predictor("no/such/file.jpg"), multilabel::DataError);
}

TEST_CASE("Predictor: another threshold and the best few at the call") {
  const bundle::Predictor predictor(sample(), "cpu");
  const auto all = predictor(picture(1), {.threshold = ThresholdRule({0.0})});
  REQUIRE(all.size() == 3);
  CHECK(all[0].score >= all[1].score);
  CHECK(predictor(picture(1), {.top_k = 2}) == std::vector(all.begin(), all.begin() + 2));
  CHECK(predictor(picture(1), {.threshold = ThresholdRule({1.0}), .top_k = 2}).empty());
  CHECK(predictor(picture(1), {.threshold = predictor.threshold()}) == predictor(picture(1)));
  CHECK_THROWS_AS(predictor(picture(1), {.threshold = ThresholdRule({0.5, 0.5})}), multilabel::BundleError);
  CHECK_THROWS_WITH(bundle::Predictor(sample(), "gpu"), Catch::Contains("device must be"));
}

TEST_CASE("require_vocabulary: another order is refused and named") {
  const bundle::Predictor predictor(sample());
  CHECK_NOTHROW(predictor.require_vocabulary(Vocabulary{"cat", "dog", "tree"}));
  CHECK_THROWS_WITH(predictor.require_vocabulary(Vocabulary{"cat", "tree", "dog"}), Catch::Contains("same order"));
}

TEST_CASE("save: what does not fit together is refused before anything is written") {
  const Folder folder;
  auto parts = sample();
  parts.vocabulary = Vocabulary{"cat", "dog"};
  CHECK_THROWS_AS(bundle::save(folder.path / "model", parts), multilabel::LabelError);
  CHECK_THROWS_WITH(bundle::save(folder.path / "model", parts), Catch::Contains("each of the model's 3 outputs; got 2 labels"));
  parts = sample();
  parts.threshold = ThresholdRule({0.5, 0.5});
  CHECK_THROWS_WITH(bundle::save(folder.path / "model", parts), Catch::Contains("one for each of the 3 labels; got 2"));
  parts = sample();
  parts.preprocessing.height = 0;
  CHECK_THROWS_AS(bundle::save(folder.path / "model", parts), multilabel::ArgumentError);
  parts = sample();
  parts.model = multilabel::model::Classifier{nullptr};
  CHECK_THROWS_WITH(bundle::save(folder.path / "model", parts), Catch::Contains("model must be a classifier"));
  CHECK(fs::is_empty(folder.path));
}

TEST_CASE("save: replaces an older bundle, and nothing else") {
  const Folder folder;
  bundle::save(folder.path / "model", sample());
  auto parts = sample();
  parts.threshold = ThresholdRule({0.125});
  bundle::save(folder.path / "model/", parts);
  CHECK(bundle::load(folder.path / "model").threshold().thresholds() == std::vector<double>{0.125});
  CHECK(std::distance(fs::directory_iterator(folder.path), {}) == 1);
  write(folder.path / "diary.txt", "mine");
  CHECK_THROWS_WITH(bundle::save(folder.path, sample()), Catch::Contains("must be new, empty or a bundle"));
  CHECK(text_of(folder.path / "diary.txt") == "mine");
}

TEST_CASE("save: a full disk leaves the old bundle whole") {
  const Folder folder;
  bundle::save(folder.path / "model", sample());
  // In a child, because a limit on the size of files cannot be raised again. RLIMIT_FSIZE is what a full disk looks like.
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{100'000, 100'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    int code = 1;
    try {
      bundle::save(folder.path / "model", sample());
    } catch (const multilabel::BundleError& error) {
      code = std::string(error.what()).find("File too large") != std::string::npos ? 7 : 2;
    } catch (...) {
      code = 3;
    }
    ::_exit(code);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 7);
  CHECK(complaint(folder.path / "model") == "loaded");
  CHECK(std::distance(fs::directory_iterator(folder.path), {}) == 1);
}

TEST_CASE("load: what is missing, changed or from elsewhere is named by file and field") {
  const Folder folder;
  const auto model = folder.path / "model";
  const auto good = folder.path / "good";
  bundle::save(good, sample());
  fs::copy(good, model);
  CHECK_THAT(complaint(folder.path / "nowhere"), Catch::Contains("BundleError") && Catch::Contains("must be a folder"));
  CHECK_THAT(complaint(folder.path), Catch::Contains("multilabel.json") && Catch::Contains("must be readable"));

  const auto is = [&](const std::string& a, const std::string& b) {
    CHECK_THAT(complaint(model), Catch::Contains(a) && Catch::Contains(b));
    fs::remove_all(model);
    fs::copy(good, model);
  };
  fs::remove(model / "config.json");
  is("BundleError", "config.json");
  write(model / "config.json", "{}");
  is("the checksum must be that of multilabel.json", "config.json");
  fs::resize_file(model / "model.safetensors", 100);
  is("the checksum must be that of multilabel.json", "model.safetensors");
  write(model / "multilabel.json", "{\"format\": ");
  is("the file must be JSON", "multilabel.json");
  write(model / "multilabel.json", "[]");
  is("must be a JSON object; got array", "multilabel.json");
  edit(model, "multilabel.json", "\"version\": 1", "\"version\": 3");
  is("field 'version' must be 1 to 2; got 3", "written by release");
  edit(model, "multilabel.json", "\"metadata\"", "\"meta\"");
  is("field 'metadata' must be there", "multilabel.json");
  edit(model, "multilabel.json", "\"dog\"", "\"wolf\"");
  is("field 'fingerprint' must be that of the labels", "changed after");
  edit(model, "multilabel.json", "0.001", "0.001, 0.5");
  is("one for each of the 3 labels; got 4", "multilabel.json");
  edit(model, "multilabel.json", "0.001", "\"high\"");
  is("field 'threshold' must have the field 'thresholds' in its type", "multilabel.json");
  edit(model, "config.json", "\"num_classes\": 3", "\"num_classes\": 4");
  is("LabelError", "as many as num_classes in config.json, 4; got 3");
  edit(model, "config.json", "\"linear\"", "\"round\"");
  is("field 'head' must be one of csra, linear; got 'round'", "register_head");
  edit(model, "config.json", "efficientnet_lite0", "efficientnet_lite1");
  is("BundleError", "missing");
  edit(model, "preprocessor_config.json", "\"linear\"", "\"best\"");
  is("field 'interpolation' must be one of", "preprocessor_config.json");
  edit(model, "preprocessor_config.json", "\"channels\"", "\"normalization\": \"own\", \"channels\"");
  is("field 'normalization' must be one of", "preprocessor_config.json");
  edit(model, "preprocessor_config.json", "\"height\": 32", "\"height\": -1");
  is("field 'size' must be at least 1 x 1", "preprocessor_config.json");
}

TEST_CASE("bundle: a calibrator is served, in front of the thresholds") {
  const Folder folder;
  auto bundle = sample();
  bundle.threshold = ThresholdRule({0.5});
  const std::vector<cv::Mat> images{picture(1)};
  const auto raw = bundle::Predictor(bundle).scores(images);
  // Slope 0 leaves the intercept: log(0.2 / 0.8), 0 and log(0.9 / 0.1) are 0.2, 0.5 and 0.9.
  bundle.calibrator = multilabel::calibration::PlattScaling({0, 0, 0}, {std::log(0.25), 0, std::log(9.0)});
  bundle::save(folder.path / "platt", bundle);
  const auto predictor = bundle::load(folder.path / "platt");
  CHECK(predictor.scores(images)(0, 0) == Approx(0.2));
  CHECK(predictor(images[0]).size() == 2);
  CHECK(predictor(images[0])[0].label == "tree");
  CHECK_THAT(text_of(folder.path / "platt" / "multilabel.json"), Catch::Contains("\"version\": 2"));
  bundle.calibrator = multilabel::calibration::IsotonicCalibration({{{0.0, 1.0}, {0.0, 1.0}}});  // every score as it is
  bundle::save(folder.path / "isotonic", bundle);
  CHECK(bundle::load(folder.path / "isotonic").scores(images) == raw);
  bundle.calibrator = multilabel::calibration::TemperatureScaling({1.0, 2.0});
  CHECK_THROWS_AS(bundle::save(folder.path / "wrong", bundle), multilabel::ShapeError);
  edit(folder.path / "platt", "multilabel.json", "\"platt\"", "\"plate\"");
  CHECK_THROWS_WITH(bundle::load(folder.path / "platt"), Catch::Contains("field 'calibrator'") && Catch::Contains("'plate'"));
}

TEST_CASE("bundle: a backbone of one's own is refused until it is registered, and then loads again") {
  struct Tiny : multilabel::model::Backbone {
    Tiny() { conv = add<multilabel::model::Conv>("conv", multilabel::model::ConvOptions{.in = 3, .out = 4, .kernel = 3}); }
    at::Tensor forward(const at::Tensor& images) override { return conv->forward(images); }
    std::int64_t channels() const override { return 4; }
    std::string head_name() const override { return "head"; }
    std::shared_ptr<multilabel::model::Conv> conv;
  };
  const auto make = [] { return std::make_shared<Tiny>(); };
  const Folder folder;
  auto bundle = sample();
  bundle.model = multilabel::model::Classifier(make, multilabel::model::ModelConfig{"tiny", {.labels = 3}});
  CHECK_THROWS_WITH(bundle::save(folder.path / "a", bundle), Catch::Contains("register_backbone") && Catch::Contains("'tiny'"));
  CHECK_FALSE(fs::exists(folder.path / "a"));
  auto named = bundle;
  named.model = multilabel::model::Classifier(make, multilabel::model::ModelConfig{"resnet18", {.labels = 3}});
  CHECK_THROWS_WITH(bundle::save(folder.path / "a", named), Catch::Contains("register yours under a name of its own"));
  multilabel::model::register_backbone("tiny", make);
  bundle::save(folder.path / "a", bundle);
  const std::vector<cv::Mat> images{picture(1)};
  CHECK(bundle::load(folder.path / "a").scores(images) == bundle::Predictor(bundle).scores(images));
}

TEST_CASE("Predictor: answers in evaluation mode when its model was trained meanwhile") {
  const bundle::Predictor predictor(sample());
  const std::vector<cv::Mat> images{picture(1)};
  const auto before = predictor.scores(images);
  auto model = predictor.model();
  model->train();
  CHECK(predictor.scores(images) == before);
}

TEST_CASE("card: names labels, thresholds and metadata, with bars escaped") {
  const Folder folder;
  bundle::save(folder.path / "model", sample());
  const auto text = text_of(folder.path / "model" / "README.md");
  CHECK_THAT(text, Catch::Contains("| tree | 0.001 |"));
  CHECK_THAT(text, Catch::Contains("| data | drawings \\| of ours |"));
  CHECK_THAT(text, Catch::Contains("tuned for f1 (samples), 0.75"));
}
