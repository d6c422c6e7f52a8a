// SPDX-License-Identifier: Apache-2.0
#pragma once
// Everything about data: tables of images and labels, decoding, and batches.

#include "multilabel/data/batch.hpp"
#include "multilabel/data/batch_stream.hpp"
#include "multilabel/data/csv.hpp"
#include "multilabel/data/dataset.hpp"
#include "multilabel/data/image_header.hpp"
#include "multilabel/data/image_io.hpp"
#include "multilabel/data/inspect.hpp"
#include "multilabel/data/inspection.hpp"
#include "multilabel/data/loader.hpp"
#include "multilabel/data/opencv_threads.hpp"
#include "multilabel/data/read_csv.hpp"
#include "multilabel/data/read_sample.hpp"
#include "multilabel/data/sample.hpp"
#include "multilabel/data/split.hpp"
#include "multilabel/data/target_table.hpp"
