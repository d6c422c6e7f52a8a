# SPDX-License-Identifier: Apache-2.0
# Warnings are errors in everything this tree compiles; users of the headers keep their own flags.
function(multilabel_strict target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
endfunction()
