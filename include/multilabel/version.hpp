// SPDX-License-Identifier: Apache-2.0
#pragma once
// The version of the library, and the namespaces that carry what a file was compiled with. CMakeLists.txt reads the version
// from here.

#define MULTILABEL_VERSION_MAJOR 0
#define MULTILABEL_VERSION_MINOR 1
#define MULTILABEL_VERSION_PATCH 0
#define MULTILABEL_VERSION "0.1.0"

#define MULTILABEL_JOIN(major, minor, patch) v##major##_##minor##_##patch
#define MULTILABEL_VERSION_OF(major, minor, patch) MULTILABEL_JOIN(major, minor, patch)

/// `namespace MULTILABEL_NAMESPACE::metrics` opens `multilabel::metrics`, and the symbols carry the version: two releases in
/// one program do not take each other's functions.
#define MULTILABEL_NAMESPACE \
  multilabel::inline MULTILABEL_VERSION_OF(MULTILABEL_VERSION_MAJOR, MULTILABEL_VERSION_MINOR, MULTILABEL_VERSION_PATCH)

/// What decodes JPEG files, in the symbols of what decodes or holds such files: a file of a program that is compiled with
/// libjpeg-turbo and one that is not are two, and passing things between them does not link.
#ifdef MULTILABEL_WITH_LIBJPEG
#define MULTILABEL_DECODER libjpeg_turbo
#else
#define MULTILABEL_DECODER opencv
#endif
