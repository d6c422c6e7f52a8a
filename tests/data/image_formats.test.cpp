// SPDX-License-Identifier: Apache-2.0
// Formats in which alpha, order of colors, depth or the largest value is something else than OpenCV takes it for.

#include <catch2/catch.hpp>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "multilabel/data/image_io.hpp"

namespace {
using Catch::Contains;
namespace data = multilabel::data;
using Encoded = std::vector<std::uint8_t>;
using Rgb = cv::Vec3b;

Encoded encoded(std::string_view head, std::initializer_list<int> rest = {}) {
  Encoded bytes(head.begin(), head.end());
  for (const int byte : rest) bytes.push_back(static_cast<std::uint8_t>(byte));
  return bytes;
}

std::vector<Rgb> pixels(const Encoded& bytes, const data::ReadImageOptions& options = {}) {
  const cv::Mat image = data::decode_image(bytes, "a", options);
  return {image.begin<Rgb>(), image.end<Rgb>()};
}

Rgb grey(int value) { return Rgb::all(static_cast<std::uint8_t>(value)); }

// A number of `size` bytes, the lowest first.
void put(Encoded& bytes, std::size_t value, int size) {
  for (int i = 0; i < size; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

// A TIFF of one strip, lowest bytes first; a tag is its number and its values of 16 bits.
Encoded tiff(const Encoded& strip, std::size_t width,
             const std::vector<std::pair<std::size_t, std::vector<std::size_t>>>& more) {
  std::vector<std::pair<std::size_t, std::vector<std::size_t>>> tags = {{256, {width}}, {257, {1}}, {259, {1}}, {273, {8}}};
  tags.insert(tags.end(), more.begin(), more.end());
  tags.push_back({278, {1}});
  tags.push_back({279, {strip.size()}});
  std::sort(tags.begin(), tags.end());
  Encoded bytes = encoded("II*", {0}), values;
  const std::size_t directory = 8 + strip.size() + strip.size() % 2;
  put(bytes, directory, 4);
  bytes.insert(bytes.end(), strip.begin(), strip.end());
  bytes.resize(directory);
  put(bytes, tags.size(), 2);
  for (const auto& [number, own] : tags) {
    put(bytes, number, 2), put(bytes, 3, 2), put(bytes, own.size(), 4);
    if (own.size() <= 2) {
      for (std::size_t i = 0; i < 2; ++i) put(bytes, i < own.size() ? own[i] : 0, 2);
    } else {
      put(bytes, directory + 2 + 12 * tags.size() + 4 + values.size(), 4);
      for (const std::size_t value : own) put(values, value, 2);
    }
  }
  put(bytes, 0, 4);
  bytes.insert(bytes.end(), values.begin(), values.end());
  return bytes;
}

TEST_CASE("decode_image: the largest value of a Netpbm is white, in text and bytes, of 8 and 16 bits") {
  CHECK(pixels(encoded("P5\n# a comment\n3 1\n100\n", {0, 50, 100})) == std::vector{grey(0), grey(128), grey(255)});
  CHECK(pixels(encoded("P5 2 1 4095\n", {0x08, 0x00, 0x0F, 0xFF})) == std::vector{grey(128), grey(255)});
  CHECK(pixels(encoded("P2\n2 1\n15\n15 3")) == std::vector{grey(255), grey(51)});
  CHECK(pixels(encoded("P3 1 1 255 1 2 3")) == std::vector{Rgb(1, 2, 3)});
  CHECK(pixels(encoded("P6 1 1 51\n", {51, 0, 1})) == std::vector{Rgb(255, 0, 5)});
  CHECK(pixels(encoded("P1 3 1 1 01")) == std::vector{grey(0), grey(255), grey(0)});
  CHECK(pixels(encoded("P4 3 1\n", {0xA0})) == std::vector{grey(0), grey(255), grey(0)});
}

TEST_CASE("decode_image: a PAM has its colors in order, and its alpha") {
  const std::string head = "P7\nWIDTH 1\nHEIGHT 1\nMAXVAL 255\nDEPTH ";
  CHECK(pixels(encoded(head + "3\nTUPLTYPE RGB\nENDHDR\n", {1, 2, 3})) == std::vector{Rgb(1, 2, 3)});
  CHECK(pixels(encoded(head + "2\nTUPLTYPE GRAYSCALE_ALPHA\nENDHDR\n", {0, 51})) == std::vector{grey(204)});
  CHECK(pixels(encoded(head + "4\nTUPLTYPE RGB_ALPHA\nENDHDR\n", {9, 8, 7, 255})) == std::vector{Rgb(9, 8, 7)});
  CHECK_THROWS_WITH(pixels(encoded("P7\nWIDTH 1\n")), Contains("must be complete"));
  CHECK_THROWS_WITH(pixels(encoded("P5 2 2 255\n", {1, 2, 3})), Contains("must be complete"));
  CHECK_THROWS_WITH(pixels(encoded("P5 999999999 999999999 255\n")), Contains("must have at most"));
}

TEST_CASE("decode_image: the fields of a bitmap are where its masks say") {
  const auto bitmap = [](std::size_t bits, std::initializer_list<std::size_t> masks,
                         std::initializer_list<std::size_t> values) {
    Encoded bytes = encoded("BM");
    const std::size_t header = masks.size() == 4 ? 56 : 40, begin = 14 + header + (masks.size() == 4 ? 0 : 12);
    put(bytes, begin + 8, 4), put(bytes, 0, 4), put(bytes, begin, 4);
    put(bytes, header, 4), put(bytes, values.size(), 4), put(bytes, 1, 4), put(bytes, 1, 2), put(bytes, bits, 2),
        put(bytes, 3, 4);
    for (int i = 0; i < 5; ++i) put(bytes, 0, 4);
    for (const std::size_t mask : masks) put(bytes, mask, 4);
    for (const std::size_t value : values) put(bytes, value, static_cast<int>(bits / 8));
    return bytes;
  };
  const std::vector expected = {Rgb(200, 20, 10), Rgb(40, 220, 30)};
  CHECK(pixels(bitmap(32, {0xFF0000, 0xFF00, 0xFF}, {0x00C8140A, 0x0028DC1E})) == expected);
  CHECK(pixels(bitmap(32, {0xFF, 0xFF00, 0xFF0000}, {0x000A14C8, 0x001EDC28})) == expected);
  CHECK(pixels(bitmap(32, {0xFF0000, 0xFF00, 0xFF, 0xFF000000}, {0xFFC8140A, 0x00000000})) ==
        std::vector{expected[0], grey(255)});
  CHECK(pixels(bitmap(16, {0xF800, 0x7E0, 0x1F}, {0xF800, 0x001F})) == std::vector{Rgb(255, 0, 0), Rgb(0, 0, 255)});
  Encoded cut = bitmap(32, {0xFF0000, 0xFF00, 0xFF}, {1, 2});
  cut.pop_back();
  CHECK_THROWS_WITH(pixels(cut), Contains("must be complete"));
}

TEST_CASE("decode_image: alpha of a TIFF counts once, and a fourth band that is none not at all") {
  const Encoded strip = {200, 100, 50, 128, 9, 8, 7, 255};
  const auto with = [&](std::size_t extra) {
    return tiff(strip, 2, {{258, {8, 8, 8, 8}}, {262, {2}}, {277, {4}}, {338, {extra}}});
  };
  // 200 * 128 / 255 + 255 * 127 / 255 = 227.4, and so on.
  CHECK(pixels(with(2)) == std::vector{Rgb(227, 177, 152), Rgb(9, 8, 7)});
  CHECK(pixels(with(0)) == std::vector{Rgb(200, 100, 50), Rgb(9, 8, 7)});
}

TEST_CASE("decode_image: a TIFF in which 0 is white, of 8 and 16 bits") {
  CHECK(pixels(tiff({0, 55}, 2, {{258, {8}}, {262, {0}}, {277, {1}}})) == std::vector{grey(255), grey(200)});
  CHECK(pixels(tiff({0, 0, 55, 55}, 2, {{258, {16}}, {262, {0}}, {277, {1}}})) == std::vector{grey(255), grey(200)});
}

TEST_CASE("decode_image: what would be read wrongly from a TIFF is refused by name") {
  const Encoded strip(8);
  const auto with = [&](std::size_t bits, std::size_t kind, std::size_t colors) {
    return tiff(strip, 1, {{258, {bits}}, {262, {colors}}, {277, {1}}, {339, {kind}}});
  };
  CHECK_THROWS_WITH(pixels(with(16, 2, 1)), Contains("got signed numbers"));
  CHECK_THROWS_WITH(pixels(with(32, 1, 1)), Contains("whole numbers of more than 16 bits"));
  CHECK_THROWS_WITH(pixels(with(16, 1, 5)), Contains("more than 8 bits that are not RGB"));
  CHECK_THROWS_WITH(pixels(tiff(strip, 2, {{258, {8, 8}}, {262, {1}}, {277, {2}}, {338, {2}}})),
                    Contains("grey with another band"));
  // 100 as a float: 0x42C80000; 0.5: 0x3F000000.
  CHECK_THROWS_WITH(pixels(tiff({0, 0, 0xC8, 0x42}, 1, {{258, {32}}, {262, {1}}, {277, {1}}, {339, {3}}})),
                    Contains("floats must be from 0 to 1; got 100"));
  CHECK(pixels(tiff({0, 0, 0, 0x3F}, 1, {{258, {32}}, {262, {1}}, {277, {1}}, {339, {3}}})) == std::vector{grey(128)});
}

TEST_CASE("decode_image: the first picture of a GIF, with what is transparent in it and where it lies") {
  // A canvas of 3 x 1 with a palette of two colors, and a picture of two pixels from the second on: colors 0 and 1.
  Encoded gif = encoded("GIF89a", {3, 0, 1, 0, 0x80, 0, 0, 200, 20, 10, 40, 220, 30});
  const Encoded picture = encoded("", {0x2C, 1, 0, 0, 0, 2, 0, 1, 0, 0, 2, 2, 0x44, 0x0A, 0, 0x3B});
  Encoded plain = gif;
  plain.insert(plain.end(), picture.begin(), picture.end());
  CHECK(pixels(plain) == std::vector{grey(255), Rgb(200, 20, 10), Rgb(40, 220, 30)});
  const Encoded control = encoded("", {0x21, 0xF9, 4, 1, 0, 0, 1, 0});
  gif.insert(gif.end(), control.begin(), control.end());
  gif.insert(gif.end(), picture.begin(), picture.end());
  CHECK(pixels(gif, {.background = {1, 2, 3}}) == std::vector{Rgb(1, 2, 3), Rgb(200, 20, 10), Rgb(1, 2, 3)});
  for (std::size_t size = 6; size < plain.size() - 2; ++size)
    CHECK_THROWS_AS(pixels(Encoded(plain.begin(), plain.begin() + static_cast<std::ptrdiff_t>(size))), multilabel::DataError);
}

TEST_CASE("decode_image: a JPEG without its end is kept where that is asked for") {
  Encoded jpeg;
  cv::imencode(".jpg", cv::Mat(8, 8, CV_8UC3, cv::Scalar(50, 60, 70)), jpeg);
  jpeg.resize(jpeg.size() - 2);
  CHECK_THROWS_WITH(pixels(jpeg), Contains("must be complete"));
  CHECK(pixels(jpeg, {.damage = data::Damage::keep}).size() == 64);
}

TEST_CASE("decode_image: a marker without a length before the size of a JPEG hides nothing") {
  Encoded jpeg;
  cv::imencode(".jpg", cv::Mat(40, 40, CV_8UC3, cv::Scalar(50, 60, 70)), jpeg);
  jpeg.insert(jpeg.begin() + 2, {0xFF, 0x01});
  CHECK_THROWS_WITH(pixels(jpeg, {.max_pixels = 100}), Contains("must have at most 100 pixels"));
  CHECK(pixels(jpeg).size() == 1600);
}
}  // namespace
