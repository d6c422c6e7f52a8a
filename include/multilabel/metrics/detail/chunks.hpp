// SPDX-License-Identifier: Apache-2.0
#pragma once
// Rows in chunks for several threads. Where a chunk begins depends on the shape alone, so sums of chunks, added up in the order
// of the chunks, are the same bits on any number of threads.

#include <algorithm>
#include <cstddef>

#include "multilabel/core/parallel.hpp"

namespace MULTILABEL_NAMESPACE::metrics::detail {

/// The cut of `rows` rows of `columns` cells.
class Chunks {
 public:
  Chunks(std::size_t rows, std::size_t columns)
      : rows_(rows),
        length_(std::max(least_rows, cells / std::max<std::size_t>(1, columns))),
        threads_(std::min(thread_count(0), std::max<std::size_t>(1, count() / 2))) {}

  [[nodiscard]] std::size_t count() const noexcept { return (rows_ + length_ - 1) / length_; }

  /// Calls `work(chunk, first row, end row)` for every chunk, on the threads of the process.
  template <class Work>
  void for_each(Work&& work) const {
    for_each_with([&] { return [&](std::size_t chunk, std::size_t begin, std::size_t end) { work(chunk, begin, end); }; });
  }

  /// The same, with the work of each thread made by `make_work()`, so that it has memory of its own.
  template <class MakeWork>
  void for_each_with(MakeWork&& make_work) const {
    parallel_each(count(), threads_, [&] {
      return [&, work = make_work()](std::size_t chunk) mutable {
        work(chunk, chunk * length_, std::min(rows_, (chunk + 1) * length_));
      };
    });
  }

  /// How many threads are worth while. Settled when this was made, whatever `set_num_threads` says meanwhile.
  [[nodiscard]] std::size_t threads() const noexcept { return threads_; }

 private:
  static constexpr std::size_t cells = std::size_t{1} << 18;  // a quarter of a millisecond of the quickest metric
  static constexpr std::size_t least_rows = 1024;             // so that a sum a column and chunk stays small beside the cells

  std::size_t rows_;
  std::size_t length_;
  std::size_t threads_;
};

}  // namespace MULTILABEL_NAMESPACE::metrics::detail
