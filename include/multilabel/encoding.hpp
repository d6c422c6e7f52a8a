// SPDX-License-Identifier: Apache-2.0
#pragma once
// Everything about label names and label matrices.

#include "multilabel/encoding/concepts.hpp"
#include "multilabel/encoding/label_statistics.hpp"
#include "multilabel/encoding/multi_label_binarizer.hpp"
#include "multilabel/encoding/vocabulary.hpp"
