# SPDX-License-Identifier: Apache-2.0
# How this tree compiles what includes torch: few files at once, for their memory, and with a precompiled header on request.
set_property(GLOBAL APPEND PROPERTY JOB_POOLS multilabel_torch=${MULTILABEL_TORCH_JOBS})

function(multilabel_torch_target target)
  set_target_properties(${target} PROPERTIES JOB_POOL_COMPILE multilabel_torch)
  if(MULTILABEL_PCH)
    target_precompile_headers(${target} PRIVATE <torch/nn.h> <torch/optim.h>)
  endif()
endfunction()
