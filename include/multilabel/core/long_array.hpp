// SPDX-License-Identifier: Apache-2.0
#pragma once
// An array of millions of numbers that are all about to be written: `resize` leaves them unset, on Linux they lie in huge
// pages, so that the first touch of each 4 KiB costs no page fault, and its first elements can be dropped without moving the
// others. Use std::vector for anything short.

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "multilabel/version.hpp"

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace MULTILABEL_NAMESPACE {

/// A movable, copyable, contiguous range of `T`s.
template <class T>
class LongArray {
  static_assert(std::is_trivially_copyable_v<T>, "elements are left unset and moved as bytes");

 public:
  using value_type = T;
  using iterator = T*;
  using const_iterator = const T*;

  LongArray() = default;
  /// Elements are left unset.
  /// @throws std::bad_alloc
  explicit LongArray(std::size_t size) { resize(size); }
  template <std::forward_iterator Iterator>
  LongArray(Iterator first, Iterator last) : LongArray(static_cast<std::size_t>(std::distance(first, last))) {
    std::copy(first, last, begin());
  }
  LongArray(std::initializer_list<T> values) : LongArray(values.begin(), values.end()) {}
  LongArray(const LongArray& other) : LongArray(other.begin(), other.end()) {}
  LongArray(LongArray&& other) noexcept { swap(other); }
  LongArray& operator=(LongArray other) noexcept {
    swap(other);
    return *this;
  }
  ~LongArray() = default;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] T* data() noexcept { return data_; }
  [[nodiscard]] const T* data() const noexcept { return data_; }
  [[nodiscard]] T* begin() noexcept { return data_; }
  [[nodiscard]] const T* begin() const noexcept { return data_; }
  [[nodiscard]] T* end() noexcept { return data_ + size_; }
  [[nodiscard]] const T* end() const noexcept { return data_ + size_; }
  [[nodiscard]] T& operator[](std::size_t i) noexcept { return data_[i]; }
  [[nodiscard]] const T& operator[](std::size_t i) const noexcept { return data_[i]; }
  [[nodiscard]] T& front() noexcept { return data_[0]; }
  [[nodiscard]] const T& front() const noexcept { return data_[0]; }
  [[nodiscard]] T& back() noexcept { return data_[size_ - 1]; }
  [[nodiscard]] const T& back() const noexcept { return data_[size_ - 1]; }

  /// Drops elements at the end, or adds some that are left unset.
  /// @throws std::bad_alloc, and the array is as it was.
  void resize(std::size_t size) {
    if (size > room_) {
      std::unique_ptr<T, Free> longer(allocate(size));
      std::copy_n(data_, size_, longer.get());
      memory_ = std::move(longer);
      data_ = memory_.get();
      room_ = size;
    }
    size_ = size;
  }

  /// Drops the first `count` elements, of which there have to be so many; the others stay where they are.
  void drop_front(std::size_t count) noexcept {
    data_ += count;
    size_ -= count;
    room_ -= count;
  }

  void swap(LongArray& other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(room_, other.room_);
  }

  friend bool operator==(const LongArray& a, const LongArray& b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

 private:
  struct Free {
    void operator()(T* data) const noexcept { std::free(data); }
  };
  static constexpr std::size_t huge_page = std::size_t{1} << 21;

  [[nodiscard]] static T* allocate(std::size_t size) {
    if (size > std::numeric_limits<std::size_t>::max() / sizeof(T) - huge_page) throw std::bad_alloc();
    const std::size_t bytes = size * sizeof(T);
    void* data = nullptr;
#if defined(__linux__)
    if (bytes >= 2 * huge_page) {
      const std::size_t whole = (bytes + huge_page - 1) / huge_page * huge_page;
      data = std::aligned_alloc(huge_page, whole);
      if (data != nullptr) madvise(data, whole, MADV_HUGEPAGE);
    } else {
      data = std::malloc(bytes);
    }
#else
    data = std::malloc(bytes);
#endif
    if (data == nullptr) throw std::bad_alloc();
    return static_cast<T*>(data);
  }

  std::unique_ptr<T, Free> memory_;
  T* data_ = nullptr;                // of the first element that was not dropped
  std::size_t size_ = 0, room_ = 0;  // from there on
};

}  // namespace MULTILABEL_NAMESPACE
