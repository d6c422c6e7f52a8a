# SPDX-License-Identifier: Apache-2.0
# Warnings are errors in everything this tree compiles; users of the headers keep their own flags, and a wheel built by another
# compiler than ours must not fail for a new warning.
if(PROJECT_IS_TOP_LEVEL AND NOT SKBUILD)
  set(multilabel_werror -Werror)
else()
  set(multilabel_werror)
endif()

function(multilabel_strict target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow ${multilabel_werror})
endfunction()
