// SPDX-License-Identifier: Apache-2.0
#pragma once
// Answers of a model beside the truth, and numbers about them. Their file is in evaluation/held_out_file.hpp.

#include "multilabel/evaluation/held_out.hpp"
#include "multilabel/evaluation/measure.hpp"
#include "multilabel/evaluation/measures.hpp"
