// SPDX-License-Identifier: Apache-2.0
#pragma once
// How the loops over pixels are marked that are written with AVX2 instructions. Every such loop exists in plain C++ as well,
// for all other processors, and both give the same bits; `core/detail/simd.hpp` chooses when the program runs.

#include "multilabel/core/detail/simd.hpp"

#ifdef MULTILABEL_HAS_AVX2
/// Marks a function that uses AVX2, without fused multiply-add, which would give other bits.
#define MULTILABEL_AVX2 __attribute__((target("avx2")))
/// The same for the pieces of an inner loop, whose values must stay in registers.
#define MULTILABEL_AVX2_INLINE __attribute__((target("avx2"), always_inline)) inline
#endif

#if MULTILABEL_HAS_VECTORS
/// Marks the call operator of a kernel, which is compiled into each of its callers for their instruction set.
#define MULTILABEL_KERNEL __attribute__((always_inline))
#else
#define MULTILABEL_KERNEL
#endif

namespace MULTILABEL_NAMESPACE::augmentation::detail {

using core::detail::Instructions;
using core::detail::instructions;
using core::detail::run_kernel;

}  // namespace MULTILABEL_NAMESPACE::augmentation::detail
