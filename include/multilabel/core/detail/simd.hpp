// SPDX-License-Identifier: Apache-2.0
#pragma once
// Vectors of the compiler's own, and the same loop compiled twice, once for every x86-64 CPU and once for those with AVX2,
// chosen when the program runs. AVX2 without fused multiply-add gives the same bits.

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string_view>

#if defined(__GNUC__) || defined(__clang__)
/// Marks the call operator of a kernel, and what it calls: compiled into each of its callers for their instruction set.
#define MULTILABEL_ALWAYS_INLINE __attribute__((always_inline)) inline
/// 1 where `Vec` can be used.
#define MULTILABEL_HAS_VECTORS 1
#else
#define MULTILABEL_ALWAYS_INLINE inline
#define MULTILABEL_HAS_VECTORS 0
#endif

namespace multilabel::core::detail {

#if MULTILABEL_HAS_VECTORS

/// 32 bytes of `T`s: arithmetic goes cell by cell, a comparison gives integers of all ones or 0.
template <class T>
struct Vec {
  using type __attribute__((vector_size(32))) = T;
  static constexpr std::size_t lanes = 32 / sizeof(T);

  MULTILABEL_ALWAYS_INLINE static void load(const void* from, type& to) noexcept { std::memcpy(&to, from, sizeof(to)); }
};

#endif

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))

template <class Kernel, class... Arguments>
__attribute__((target("avx2,bmi"), noinline)) void run_with_avx2(const Kernel& kernel, Arguments... arguments) {
  kernel(arguments...);
}

/// Runs `kernel(arguments...)`, compiled for the best instruction set that the CPU has; MULTILABEL_SIMD=portable asks for the
/// plain one, to compare or to measure.
template <class Kernel, class... Arguments>
void run_kernel(const Kernel& kernel, Arguments... arguments) {
  static const bool avx2 = [] {
    const char* wanted = std::getenv("MULTILABEL_SIMD");
    const bool plain = wanted != nullptr && std::string_view(wanted) == "portable";
    return !plain && __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi") != 0;
  }();
  if (avx2) return run_with_avx2(kernel, arguments...);
  kernel(arguments...);
}

#else

template <class Kernel, class... Arguments>
void run_kernel(const Kernel& kernel, Arguments... arguments) {
  kernel(arguments...);
}

#endif

}  // namespace multilabel::core::detail
