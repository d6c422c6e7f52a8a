// SPDX-License-Identifier: Apache-2.0
#pragma once
// The version of the library, and nothing else. CMakeLists.txt reads it from here.

#define MULTILABEL_VERSION_MAJOR 0
#define MULTILABEL_VERSION_MINOR 1
#define MULTILABEL_VERSION_PATCH 0
#define MULTILABEL_VERSION "0.1.0"
