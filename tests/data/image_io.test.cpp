// SPDX-License-Identifier: Apache-2.0
#include "multilabel/data/image_io.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

#include "support.hpp"

namespace {
using multilabel::DataError;
namespace data = multilabel::data;

cv::Mat bgr(int height, int width) {
  cv::Mat image(height, width, CV_8UC3);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) image.at<cv::Vec3b>(y, x) = {static_cast<uchar>(x), static_cast<uchar>(y), 200};
  return image;
}

// A JPEG with an EXIF block that says how it is to be turned.
std::vector<std::uint8_t> with_orientation(const std::vector<std::uint8_t>& jpeg, std::uint8_t orientation) {
  const std::vector<std::uint8_t> exif = {0xFF, 0xE1, 0, 34, 'E', 'x',         'i', 'f', 0,    0,    'M', 'M',
                                          0,    42,   0, 0,  0,   8,           0,   1,   0x01, 0x12, 0,   3,
                                          0,    0,    0, 1,  0,   orientation, 0,   0,   0,    0,    0,   0};
  std::vector<std::uint8_t> result(jpeg.begin(), jpeg.begin() + 2);
  result.insert(result.end(), exif.begin(), exif.end());
  result.insert(result.end(), jpeg.begin() + 2, jpeg.end());
  return result;
}

TEST_CASE("read_image: delivers RGB") {
  const test::Folder folder;
  const cv::Mat image = data::read_image(folder.write_image("a.png", bgr(4, 6)));
  CHECK(image.type() == CV_8UC3);
  CHECK(image.at<cv::Vec3b>(3, 5) == cv::Vec3b(200, 3, 5));
}

TEST_CASE("read_image: grey becomes RGB") {
  const test::Folder folder;
  const cv::Mat image = data::read_image(folder.write_image("a.png", cv::Mat(2, 3, CV_8UC1, cv::Scalar(77))));
  CHECK(image.at<cv::Vec3b>(1, 2) == cv::Vec3b(77, 77, 77));
}

TEST_CASE("read_image: transparency is laid on white") {
  const test::Folder folder;
  cv::Mat image(1, 3, CV_8UC4);
  image.at<cv::Vec4b>(0, 0) = {10, 20, 30, 0};
  image.at<cv::Vec4b>(0, 1) = {10, 20, 30, 255};
  image.at<cv::Vec4b>(0, 2) = {0, 0, 0, 51};
  const cv::Mat read = data::read_image(folder.write_image("a.png", image));
  CHECK(read.at<cv::Vec3b>(0, 0) == cv::Vec3b(255, 255, 255));
  CHECK(read.at<cv::Vec3b>(0, 1) == cv::Vec3b(30, 20, 10));
  CHECK(read.at<cv::Vec3b>(0, 2) == cv::Vec3b(204, 204, 204));  // a fifth of black on white
}

TEST_CASE("read_image: 16 bits become 8, white staying white") {
  const test::Folder folder;
  const cv::Mat read = data::read_image(folder.write_image("a.png", cv::Mat(1, 1, CV_16UC3, cv::Scalar(0, 32896, 65535))));
  CHECK(read.at<cv::Vec3b>(0, 0)[0] == 255);
  CHECK(read.at<cv::Vec3b>(0, 0)[1] == Approx(128).margin(1));
  CHECK(read.at<cv::Vec3b>(0, 0)[2] == 0);
}

TEST_CASE("decode_image: a JPEG is turned as its EXIF block says") {
  std::vector<std::uint8_t> jpeg;
  cv::Mat image(16, 32, CV_8UC3, cv::Scalar::all(0));
  image.colRange(0, 8).setTo(cv::Scalar::all(255));
  cv::imencode(".jpg", image, jpeg, {cv::IMWRITE_JPEG_QUALITY, 100});
  const cv::Mat turned = data::decode_image(with_orientation(jpeg, 6));  // turn by 90 degrees clockwise
  CHECK(turned.size() == cv::Size(16, 32));
  CHECK(turned.at<cv::Vec3b>(2, 8)[0] > 240);  // what was left is now on top
  CHECK(turned.at<cv::Vec3b>(30, 8)[0] < 15);
}

TEST_CASE("read_image: a JPEG or PNG cut short anywhere is refused, not half decoded") {
  const test::Folder folder;
  for (const char* name : {"a.jpg", "a.png"}) {
    const auto whole = folder.write_image(name, bgr(64, 64));
    for (const double share : {0.1, 0.5, 0.9, 0.995})
      CHECK_THROWS_WITH(data::read_image(folder.write_cut(std::string("cut-") + name, whole, share)),
                        Catch::Contains("cut short") && Catch::Contains("cut-"));
  }
}

TEST_CASE("read_image: a JPEG in a JPEG's thumbnail does not pass for its end") {
  std::vector<std::uint8_t> jpeg, thumbnail;
  cv::imencode(".jpg", bgr(64, 64), jpeg);
  cv::imencode(".jpg", bgr(8, 8), thumbnail);
  std::vector<std::uint8_t> file = {0xFF,
                                    0xD8,
                                    0xFF,
                                    0xE2,
                                    static_cast<std::uint8_t>((thumbnail.size() + 2) >> 8),
                                    static_cast<std::uint8_t>((thumbnail.size() + 2) & 255)};
  file.insert(file.end(), thumbnail.begin(), thumbnail.end());
  file.insert(file.end(), jpeg.begin() + 2, jpeg.end());
  CHECK(data::decode_image(file).size() == cv::Size(64, 64));
  file.resize(file.size() / 2 + thumbnail.size() / 2);
  CHECK_THROWS_AS(data::decode_image(file), DataError);
}

TEST_CASE("read_image: a missing file, a folder, an empty file and a text are refused by name") {
  const test::Folder folder;
  CHECK_THROWS_WITH(data::read_image(folder.path() / "none.png"),
                    Catch::Contains("does not exist") && Catch::Contains("none.png"));
  CHECK_THROWS_WITH(data::read_image(folder.path()), Catch::Contains("got a folder"));
  CHECK_THROWS_WITH(data::read_image(folder.write("empty.png", "")), Catch::Contains("0 bytes"));
  CHECK_THROWS_WITH(data::read_image(folder.write("text.png", "hello")), Catch::Contains("another kind"));
  try {
    static_cast<void>(data::read_image(folder.write("text.png", "hello")));
  } catch (const DataError& error) {
    CHECK(error.path() == folder.path() / "text.png");
  }
}

TEST_CASE("read_image: a damaged PNG is refused") {
  const test::Folder folder;
  const auto path = folder.write_image("a.png", bgr(64, 64));
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(60);
  file.write("damage damage damage", 20);
  file.close();
  CHECK_THROWS_AS(data::read_image(path), DataError);
}

TEST_CASE("read_image: an image far too large is refused before it is decoded") {
  const test::Folder folder;
  const auto path = folder.write_image("a.png", bgr(40, 50));
  CHECK_THROWS_WITH(data::read_image(path, {.max_pixels = 1999}), Catch::Contains("at most 1999 pixels; got 40 x 50"));
  CHECK(data::read_image(path, {.max_pixels = 2000}).size() == cv::Size(50, 40));
}

TEST_CASE("decode_image: each of the eight orientations puts the stored corners where EXIF says") {
  // The stored picture is black but for its top left corner, white, and its top right one, grey.
  cv::Mat image(48, 64, CV_8UC3, cv::Scalar::all(0));
  image(cv::Rect(0, 0, 16, 16)).setTo(cv::Scalar::all(255));
  image(cv::Rect(48, 0, 16, 16)).setTo(cv::Scalar::all(128));
  std::vector<std::uint8_t> jpeg;
  cv::imencode(".jpg", image, jpeg, {cv::IMWRITE_JPEG_QUALITY, 100});
  struct Corners {
    int white_x, white_y, grey_x, grey_y;  // 0: left or top, 1: right or bottom
  };
  const Corners expected[8] = {{0, 0, 1, 0}, {1, 0, 0, 0}, {1, 1, 0, 1}, {0, 1, 1, 1},
                               {0, 0, 0, 1}, {1, 0, 1, 1}, {1, 1, 1, 0}, {0, 1, 0, 0}};
  for (std::uint8_t orientation = 1; orientation <= 8; ++orientation) {
    CAPTURE(static_cast<int>(orientation));
    const cv::Mat turned = data::decode_image(with_orientation(jpeg, orientation));
    REQUIRE(turned.size() == (orientation < 5 ? cv::Size(64, 48) : cv::Size(48, 64)));
    const auto at = [&](int x, int y) {
      return turned.at<cv::Vec3b>(y == 0 ? 6 : turned.rows - 7, x == 0 ? 6 : turned.cols - 7)[0];
    };
    const Corners& corner = expected[orientation - 1];
    CHECK(at(corner.white_x, corner.white_y) > 240);
    CHECK(std::abs(at(corner.grey_x, corner.grey_y) - 128) < 15);
  }
}

TEST_CASE("decode_image: a JPEG has the pixels that OpenCV gives it, grey ones and odd sizes too") {
  for (const cv::Size size : {cv::Size(64, 48), cv::Size(37, 51), cv::Size(1, 1)}) {
    std::vector<std::uint8_t> colour, grey;
    cv::imencode(".jpg", bgr(size.height, size.width), colour);
    cv::imencode(".jpg", cv::Mat(size, CV_8UC1, cv::Scalar(77)), grey);
    for (const auto& bytes : {colour, grey}) {
      cv::Mat expected = cv::imdecode(bytes, cv::IMREAD_COLOR);
      cv::cvtColor(expected, expected, cv::COLOR_BGR2RGB);
      const cv::Mat decoded = data::decode_image(bytes);
      REQUIRE(decoded.size() == size);
      CHECK(cv::norm(decoded, expected, cv::NORM_INF) <= 2);  // another build of the library inside OpenCV may round elsewhere
    }
  }
}

TEST_CASE("decode_image: with an end in its middle a JPEG is damaged, not half grey") {
  std::vector<std::uint8_t> jpeg;
  cv::imencode(".jpg", bgr(256, 256), jpeg, {cv::IMWRITE_JPEG_QUALITY, 100});
  jpeg.resize(jpeg.size() / 2);
  jpeg.insert(jpeg.end(), {0xFF, 0xD9});
#ifdef MULTILABEL_WITH_LIBJPEG
  CHECK_THROWS_WITH(data::decode_image(jpeg, "half.jpg"), Catch::Contains("damage") && Catch::Contains("half.jpg"));
#endif
  CHECK(data::decode_image(jpeg, {}, {.damage = data::Damage::keep}).size() == cv::Size(256, 256));
}

#ifdef MULTILABEL_WITH_LIBJPEG
TEST_CASE("decode_image: a JPEG that will shrink is decoded at a fraction that keeps 1.25 times the target") {
  std::vector<std::uint8_t> jpeg;
  cv::Mat image;
  cv::resize(bgr(60, 80), image, {800, 600}, 0, 0, cv::INTER_CUBIC);
  cv::imencode(".jpg", image, jpeg);
  const auto decoded = [&](cv::Size target, std::uint8_t orientation = 1) {
    return data::decode_image(with_orientation(jpeg, orientation), {}, {.shrinks_to = target});
  };
  CHECK(decoded({}).size() == cv::Size(800, 600));
  CHECK(decoded({400, 300}).size() == cv::Size(800, 600));  // a half is 1.0 times the target
  CHECK(decoded({320, 240}).size() == cv::Size(400, 300));  // 1.25 times
  CHECK(decoded({320, 241}).size() == cv::Size(800, 600));
  CHECK(decoded({96, 96}).size() == cv::Size(200, 150));
  CHECK(decoded({8, 8}).size() == cv::Size(100, 75));
  CHECK(decoded({240, 320}, 6).size() == cv::Size(300, 400));  // sides as they are once upright
  cv::Mat expected;
  cv::resize(decoded({}), expected, {200, 150}, 0, 0, cv::INTER_AREA);
  CHECK(cv::norm(decoded({96, 96}), expected, cv::NORM_L1) / (3 * 200 * 150) < 1.5);
}

TEST_CASE("decode_image: the inks of print become RGB") {
  // As programs for print write them: full ink is 0. Left half cyan, right half white.
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* memory = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &memory, &size);
  info.image_width = 32;
  info.image_height = 16;
  info.input_components = 4;
  info.in_color_space = JCS_CMYK;
  jpeg_set_defaults(&info);
  jpeg_start_compress(&info, TRUE);
  std::vector<JSAMPLE> row(32 * 4, 255);
  for (std::size_t x = 0; x < 16; ++x) row[4 * x] = 0;
  while (info.next_scanline < info.image_height) {
    JSAMPROW rows[1] = {row.data()};
    jpeg_write_scanlines(&info, rows, 1);
  }
  jpeg_finish_compress(&info);
  const cv::Mat image = data::decode_image({memory, size});
  jpeg_destroy_compress(&info);
  std::free(memory);
  CHECK(cv::norm(image.at<cv::Vec3b>(8, 4), cv::Vec3b(0, 255, 255), cv::NORM_INF) <= 4);
  CHECK(cv::norm(image.at<cv::Vec3b>(8, 28), cv::Vec3b(255, 255, 255), cv::NORM_INF) <= 4);
}
#endif

TEST_CASE("read_image: PNG, WebP, BMP and TIFF are read, too large ones refused by their header, cut ones refused") {
  const test::Folder folder;
  for (const std::string ending : {"png", "webp", "bmp", "tiff"}) {
    CAPTURE(ending);
    const auto path = folder.write_image("a." + ending, bgr(40, 50));
    CHECK(data::read_image(path).at<cv::Vec3b>(20, 30)[0] == Approx(200).margin(12));  // WebP loses a little
    CHECK_THROWS_WITH(data::read_image(path, {.max_pixels = 1999}), Catch::Contains("at most 1999 pixels; got 40 x 50"));
    CHECK_THROWS_WITH(data::read_image(folder.write_cut("cut." + ending, path, 0.6)), Catch::Contains("cut." + ending));
  }
}

TEST_CASE("read_image: a format under another's name is read as what it is") {
  const test::Folder folder;
  const auto png = folder.write_image("a.png", bgr(4, 6));
  std::filesystem::rename(png, folder.path() / "a.jpg");
  CHECK(data::read_image(folder.path() / "a.jpg").at<cv::Vec3b>(3, 5) == cv::Vec3b(200, 3, 5));
}

TEST_CASE("read_image: transparency is laid on the colour that was asked for; 16 bits and grey too") {
  const test::Folder folder;
  const auto path = folder.write_image("a.png", cv::Mat(1, 1, CV_16UC4, cv::Scalar(0, 0, 0, 0)));
  CHECK(data::read_image(path, {.background = {10, 20, 30}}).at<cv::Vec3b>(0, 0) == cv::Vec3b(10, 20, 30));
  const cv::Mat grey = data::read_image(folder.write_image("b.tiff", cv::Mat(2, 2, CV_16UC1, cv::Scalar(65535))));
  CHECK(grey.at<cv::Vec3b>(1, 1) == cv::Vec3b(255, 255, 255));
}

TEST_CASE("decode_image: damaged bytes give a DataError or an image, nothing else") {
  std::uint32_t state = 1;
  const auto random = [&] { return static_cast<std::uint8_t>((state = state * 1664525u + 1013904223u) >> 24); };
  std::vector<std::uint8_t> jpeg, png;
  cv::imencode(".jpg", bgr(32, 32), jpeg);
  cv::imencode(".png", bgr(32, 32), png);
  for (int round = 0; round < 60; ++round) {
    auto bytes = round % 2 ? jpeg : png;
    for (int hit = 0; hit < 6; ++hit) bytes[8 + (random() * 256u + random()) % (bytes.size() - 8)] = random();
    int type = CV_8UC3;
    try {
      type = data::decode_image(bytes, {}, {.max_pixels = 1'000'000}).type();
    } catch (const DataError&) {
      continue;
    }
    CHECK(type == CV_8UC3);
  }
}
}  // namespace
