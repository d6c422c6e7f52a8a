// SPDX-License-Identifier: Apache-2.0
#pragma once
// The random numbers of one operation, each with a name: an angle, the left edge of a crop. Because they have names, what was
// drawn for an image can be written down as a small `Record`, read by people, changed, and played again for the same pixels.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/core/random.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

/// What one operation drew: its name, and each number in the order of drawing. `applied` (0 or 1) comes first.
struct Drawn {
  std::string operation;
  std::vector<std::pair<std::string, double>> values;
  friend bool operator==(const Drawn&, const Drawn&) = default;
};

/// What a pipeline drew for one image, operation by operation; those inside a `OneOf` follow it. The key serves functions of a
/// user's own, whose draws are not written down.
struct Record {
  RandomKey key;
  std::vector<Drawn> operations;
  friend bool operator==(const Record&, const Record&) = default;
};

/// Writes a record, or reads one back, while a pipeline runs.
class Tape {
 public:
  /// Writes from nothing.
  explicit Tape(RandomKey key) { record_.key = key; }

  /// Reads `record`.
  explicit Tape(Record record) : record_(std::move(record)), replays_(true) {}

  [[nodiscard]] const Record& record() const noexcept { return record_; }

  /// Begins the entry of an operation and returns its place.
  std::size_t enter(std::string_view operation) {
    if (!replays_) {
      record_.operations.push_back({std::string(operation), {}});
      return record_.operations.size() - 1;
    }
    const bool there = next_ < record_.operations.size();
    if (!there || record_.operations[next_].operation != operation)
      reject(join_text("draws of ", operation, " at place ", next_),
             there ? record_.operations[next_].operation : std::string("the end"));
    return next_++;
  }

  /// Writes `fresh` under `name`, or returns what was written there.
  double keep(std::size_t entry, std::size_t place, std::string_view name, double fresh) {
    auto& values = record_.operations[entry].values;
    if (!replays_) {
      values.emplace_back(std::string(name), fresh);
      return fresh;
    }
    if (place >= values.size() || values[place].first != name)
      reject(join_text(name, " of ", record_.operations[entry].operation),
             place < values.size() ? values[place].first : "none");
    return values[place].second;
  }

  /// Throws `ArgumentError` if a record that was read has draws left over.
  void finish() const {
    if (replays_ && next_ != record_.operations.size()) reject("the end", record_.operations[next_].operation);
  }

 private:
  [[noreturn]] static void reject(const std::string& expected, const std::string& actual) {
    fail<ArgumentError>({"augmentation: replay", join_text("the record must have ", expected), actual,
                         "Replay it with the pipeline that it was recorded from"});
  }

  Record record_;
  bool replays_ = false;
  std::size_t next_ = 0;
};

/// The random numbers of one operation in one call. Also a plain `Random`, for an operation that asks for no more.
class Draws : public Random {
 public:
  /// Draws from `key`; with a tape the numbers are written to it, or read from it, under `operation`.
  explicit Draws(RandomKey key, std::string_view operation = {}, Tape* tape = nullptr)
      : Random(key), key_(key), tape_(tape), entry_(tape ? tape->enter(operation) : 0) {}

  /// Uniform in [low, high).
  [[nodiscard]] double uniform(std::string_view name, double low, double high) {
    return keep(name, Random::uniform(low, high));
  }

  /// A whole number of low ... high, both included.
  [[nodiscard]] int whole(std::string_view name, int low, int high) {
    const double value = keep(name, low + static_cast<double>(below(static_cast<std::uint32_t>(high - low) + 1)));
    if (!(value >= low && value <= high)) {
      fail<ArgumentError>({"augmentation: replay", join_text(name, " must be between ", low, " and ", high), join_text(value)});
    }
    return static_cast<int>(value);
  }

  /// True with probability p.
  [[nodiscard]] bool chance(std::string_view name, double p) { return keep(name, Random::chance(p) ? 1 : 0) != 0; }

  /// Normal with mean 0.
  [[nodiscard]] double normal(std::string_view name, double deviation) { return keep(name, deviation * Random::normal()); }

  /// The seed of a whole field of random numbers: 53 bits, so that it survives as a number of JSON.
  [[nodiscard]] std::uint64_t seed(std::string_view name) {
    return static_cast<std::uint64_t>(keep(name, Random::uniform() * 0x1p53));
  }

  /// A number that was found in another way, written down or replaced by what was.
  [[nodiscard]] double keep(std::string_view name, double fresh) {
    return tape_ ? tape_->keep(entry_, place_++, name, fresh) : fresh;
  }

  [[nodiscard]] const RandomKey& key() const noexcept { return key_; }
  [[nodiscard]] Tape* tape() const noexcept { return tape_; }

 private:
  RandomKey key_;
  Tape* tape_;
  std::size_t entry_;
  std::size_t place_ = 0;
};

}  // namespace MULTILABEL_NAMESPACE::augmentation
