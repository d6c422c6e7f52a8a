// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which instructions the loops over pixels use, chosen when the program runs, so that one binary serves every x86-64 CPU. Every
// loop exists in plain C++ as well, for all other processors, and both give the same bits. The environment variable
// MULTILABEL_SIMD=portable asks for the plain loops, to compare or to measure.

#include <cstdlib>
#include <string_view>

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
/// Defined where functions with AVX2 instructions are compiled.
#define MULTILABEL_HAS_AVX2 1
/// Marks a function that uses AVX2, without fused multiply-add, which would give other bits.
#define MULTILABEL_AVX2 __attribute__((target("avx2")))
/// The same for the pieces of an inner loop, whose values must stay in registers.
#define MULTILABEL_AVX2_INLINE __attribute__((target("avx2"), always_inline)) inline
#endif

#if defined(__GNUC__) || defined(__clang__)
/// Marks the call operator of a kernel, which is compiled into each of its callers for their instruction set.
#define MULTILABEL_KERNEL __attribute__((always_inline))
#else
#define MULTILABEL_KERNEL
#endif

namespace multilabel::augmentation::detail {

enum class Instructions {
  portable,  ///< plain C++
  avx2,
};

/// The best that this CPU has, or what MULTILABEL_SIMD asks for; settled at the first call.
inline Instructions instructions() {
#ifdef MULTILABEL_HAS_AVX2
  static const Instructions best = [] {
    const char* wanted = std::getenv("MULTILABEL_SIMD");
    const bool plain = wanted != nullptr && std::string_view(wanted) == "portable";
    return !plain && __builtin_cpu_supports("avx2") != 0 ? Instructions::avx2 : Instructions::portable;
  }();
  return best;
#else
  return Instructions::portable;
#endif
}

#ifdef MULTILABEL_HAS_AVX2
template <class Kernel, class... Arguments>
__attribute__((target("avx2"), noinline)) void run_with_avx2(const Kernel& kernel, Arguments... arguments) {
  kernel(arguments...);
}
#endif

/// Runs `kernel(arguments...)`, a plain loop, compiled for the best instruction set that the CPU has.
template <class Kernel, class... Arguments>
void run_kernel(const Kernel& kernel, Arguments... arguments) {
#ifdef MULTILABEL_HAS_AVX2
  if (instructions() == Instructions::avx2) return run_with_avx2(kernel, arguments...);
#endif
  kernel(arguments...);
}

}  // namespace multilabel::augmentation::detail
