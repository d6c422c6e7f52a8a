// SPDX-License-Identifier: Apache-2.0
#pragma once
// The same loop compiled twice, once for every x86-64 CPU and once for those with AVX2, chosen when the program runs. Only for
// plain loops: AVX2 without fused multiply-add gives the same bits.

#if defined(__GNUC__) || defined(__clang__)
/// Marks the call operator of a kernel, which is compiled into each of its callers for their instruction set.
#define MULTILABEL_KERNEL __attribute__((always_inline))
#else
#define MULTILABEL_KERNEL
#endif

namespace multilabel::augmentation::detail {

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))

template <class Kernel, class... Arguments>
__attribute__((target("avx2"), noinline)) void run_with_avx2(const Kernel& kernel, Arguments... arguments) {
  kernel(arguments...);
}

/// Runs `kernel(arguments...)`, compiled for the best instruction set that the CPU has.
template <class Kernel, class... Arguments>
void run_kernel(const Kernel& kernel, Arguments... arguments) {
  static const bool avx2 = __builtin_cpu_supports("avx2") != 0;
  if (avx2) return run_with_avx2(kernel, arguments...);
  kernel(arguments...);
}

#else

template <class Kernel, class... Arguments>
void run_kernel(const Kernel& kernel, Arguments... arguments) {
  kernel(arguments...);
}

#endif

}  // namespace multilabel::augmentation::detail
