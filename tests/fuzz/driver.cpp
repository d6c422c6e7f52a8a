// SPDX-License-Identifier: Apache-2.0
// Usage: fuzz_readers <reader> <folder of the corpus> <rounds>
// Feeds every file of the corpus, then mutations of them, always the same ones. Exit 1, with the input in fuzz-<reader>.bin,
// for one that is neither read nor refused with an error of the library, or if nothing at all was read or refused.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <multilabel/core/random.hpp>
#include <string>
#include <vector>

#include "readers.hpp"

namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// One change: a bit, a byte, a piece removed, doubled, cut off or taken from another file, or a word of the formats.
void mutate(Bytes& bytes, const Bytes& other, multilabel::Random& random) {
  static const std::vector<std::string> words = {"\"",
                                                 "\"\"",
                                                 "{",
                                                 "}",
                                                 "[",
                                                 "]",
                                                 "[[[[[[[[",
                                                 ",",
                                                 ":",
                                                 "|",
                                                 "?",
                                                 "\n",
                                                 "\r",
                                                 "\t",
                                                 std::string(1, '\0'),
                                                 "\xff",
                                                 "\xEF\xBB\xBF",
                                                 "null",
                                                 "true",
                                                 "-1",
                                                 "1e999",
                                                 "99999999999999999999",
                                                 "0.5",
                                                 "\\ud800",
                                                 "nan",
                                                 "<",
                                                 ">",
                                                 "</object>",
                                                 "<object>",
                                                 "&amp;",
                                                 "&#0;",
                                                 "<![CDATA[",
                                                 "<!--",
                                                 "\"images\"",
                                                 "\"bbox\"",
                                                 "\"id\"",
                                                 "image",
                                                 "labels",
                                                 "777777777777",
                                                 "ustar"};
  const auto at = [&](std::size_t size) {
    return size == 0 ? std::size_t{0} : std::size_t{random.below(static_cast<std::uint32_t>(size))};
  };
  const auto spot = [&](std::size_t i) { return bytes.begin() + static_cast<std::ptrdiff_t>(i); };
  const std::size_t begin = at(bytes.size() + 1), length = std::min(at(64), bytes.size() - begin);
  switch (random.below(7)) {
    case 0:
      if (begin < bytes.size()) bytes[begin] ^= static_cast<std::uint8_t>(1u << random.below(8));
      break;
    case 1:
      if (begin < bytes.size()) bytes[begin] = static_cast<std::uint8_t>(random.below(256));
      break;
    case 2:
      bytes.erase(spot(begin), spot(begin + length));
      break;
    case 3: {
      const Bytes piece(spot(begin), spot(begin + length));
      bytes.insert(spot(at(bytes.size() + 1)), piece.begin(), piece.end());
      break;
    }
    case 4:
      if (random.below(8) == 0) bytes.resize(begin);
      break;
    case 5: {
      const std::size_t from = at(other.size() + 1), count = std::min(at(64), other.size() - from);
      bytes.insert(spot(begin), other.begin() + static_cast<std::ptrdiff_t>(from),
                   other.begin() + static_cast<std::ptrdiff_t>(from + count));
      break;
    }
    default: {
      const std::string& word = words[at(words.size())];
      bytes.insert(spot(begin), word.begin(), word.end());
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) return 2;
  const std::string name = arguments[1];
  const auto reader =
      static_cast<std::size_t>(std::find(fuzz::READERS.begin(), fuzz::READERS.end(), name) - fuzz::READERS.begin());
  std::vector<std::filesystem::path> files(std::filesystem::directory_iterator(arguments[2]), {});
  std::sort(files.begin(), files.end());
  std::vector<Bytes> corpus;
  for (const auto& file : files) corpus.push_back(content(file));
  const auto rounds = static_cast<std::uint32_t>(std::atol(arguments[3]));
  std::size_t accepted = 0, refused = 0;
  for (std::uint32_t round = 0; round < corpus.size() + rounds; ++round) {
    multilabel::Random random({.seed = 20, .index = round});
    Bytes bytes = corpus[round % corpus.size()];
    if (round >= corpus.size())
      for (std::uint32_t change = random.below(6) + 1; change > 0; --change)
        mutate(bytes, corpus[random.below(static_cast<std::uint32_t>(corpus.size()))], random);
    try {
      ++(fuzz::read(reader, bytes) ? accepted : refused);
    } catch (const std::exception& error) {
      std::ofstream("fuzz-" + name + ".bin", std::ios::binary)
          .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
      std::cerr << name << ", round " << round << ": " << error.what() << '\n';
      return 1;
    }
  }
  std::cout << name << ": " << accepted << " read, " << refused << " refused\n";
  return accepted > 0 && refused > 0 ? 0 : 1;
}
