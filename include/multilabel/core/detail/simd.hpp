// SPDX-License-Identifier: Apache-2.0
#pragma once
// Vectors of the compiler's own, and the same loop compiled twice, once for every x86-64 CPU and once for those with AVX2,
// chosen when the program runs, so that one binary serves all. Every component's choice is made here.

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "multilabel/version.hpp"

#if defined(__GNUC__) || defined(__clang__)
/// Marks the call operator of a kernel, and what it calls: compiled into each of its callers for their instruction set.
#define MULTILABEL_ALWAYS_INLINE __attribute__((always_inline)) inline
/// 1 where `Vec` can be used.
#define MULTILABEL_HAS_VECTORS 1
#else
#define MULTILABEL_ALWAYS_INLINE inline
#define MULTILABEL_HAS_VECTORS 0
#endif

#if defined(__x86_64__) && MULTILABEL_HAS_VECTORS
/// Defined where functions with AVX2 instructions are compiled.
#define MULTILABEL_HAS_AVX2 1
#endif

namespace MULTILABEL_NAMESPACE::core::detail {

#if MULTILABEL_HAS_VECTORS

/// 32 bytes of `T`s: arithmetic goes cell by cell, a comparison gives integers of all ones or 0.
template <class T>
struct Vec {
  using type __attribute__((vector_size(32))) = T;
  static constexpr std::size_t lanes = 32 / sizeof(T);

  MULTILABEL_ALWAYS_INLINE static void load(const void* from, type& to) noexcept { std::memcpy(&to, from, sizeof(to)); }
};

#endif

/// Asks for the cache line at `address`, which need not be the program's, before it is read.
MULTILABEL_ALWAYS_INLINE void prefetch([[maybe_unused]] const void* address) noexcept {
#if defined(__GNUC__) || defined(__clang__)
  __builtin_prefetch(address);
#endif
}

/// Which instructions the vector loops use.
enum class Instructions {
  portable,  ///< plain C++
  avx2,      ///< with BMI, which every CPU that has AVX2 has as well
};

/// The best that this CPU has; MULTILABEL_SIMD=portable asks for the plain ones, to compare or to measure. Settled at the first
/// call.
[[nodiscard]] inline Instructions instructions() {
#ifdef MULTILABEL_HAS_AVX2
  static const Instructions best = [] {
    const char* wanted = std::getenv("MULTILABEL_SIMD");
    const bool plain = wanted != nullptr && std::string_view(wanted) == "portable";
    const bool there = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi");
    return there && !plain ? Instructions::avx2 : Instructions::portable;
  }();
  return best;
#else
  return Instructions::portable;
#endif
}

#ifdef MULTILABEL_HAS_AVX2
template <class Kernel, class... Arguments>
__attribute__((target("avx2,bmi"), noinline)) auto run_with_avx2(const Kernel& kernel, Arguments... arguments) {
  return kernel(arguments...);
}
#endif

/// `kernel(arguments...)`, compiled for the best instruction set that the CPU has, but without fused multiply-add: the bits
/// are those of the portable loop.
template <class Kernel, class... Arguments>
auto run_kernel(const Kernel& kernel, Arguments... arguments) {
#ifdef MULTILABEL_HAS_AVX2
  if (instructions() == Instructions::avx2) return run_with_avx2(kernel, arguments...);
#endif
  return kernel(arguments...);
}

}  // namespace MULTILABEL_NAMESPACE::core::detail
