// SPDX-License-Identifier: Apache-2.0
#pragma once
// Everything about data: tables of images and labels, decoding, and batches.

#include "multilabel/data/audit.hpp"
#include "multilabel/data/balanced_sampler.hpp"
#include "multilabel/data/batch.hpp"
#include "multilabel/data/batch_stream.hpp"
#include "multilabel/data/concepts.hpp"
#include "multilabel/data/csv.hpp"
#include "multilabel/data/csv_options.hpp"
#include "multilabel/data/dataset.hpp"
#include "multilabel/data/epoch.hpp"
#include "multilabel/data/image_cache.hpp"
#include "multilabel/data/image_compression.hpp"
#include "multilabel/data/image_header.hpp"
#include "multilabel/data/image_io.hpp"
#include "multilabel/data/inspect.hpp"
#include "multilabel/data/inspection.hpp"
#include "multilabel/data/jpeg.hpp"
#include "multilabel/data/label_meaning.hpp"
#include "multilabel/data/loader.hpp"
#include "multilabel/data/loader_options.hpp"
#include "multilabel/data/loader_state.hpp"
#include "multilabel/data/objects_of.hpp"
#include "multilabel/data/opencv_threads.hpp"
#include "multilabel/data/perceptual_hash.hpp"
#include "multilabel/data/read_coco.hpp"
#include "multilabel/data/read_csv.hpp"
#include "multilabel/data/read_folder.hpp"
#include "multilabel/data/read_jsonl.hpp"
#include "multilabel/data/read_sample.hpp"
#include "multilabel/data/sample.hpp"
#include "multilabel/data/sampler.hpp"
#include "multilabel/data/shard_options.hpp"
#include "multilabel/data/shard_sampler.hpp"
#include "multilabel/data/shuffle_buffer.hpp"
#include "multilabel/data/split.hpp"
#include "multilabel/data/target_table.hpp"

// Where their libraries are installed.
#if __has_include(<archive.h>)
#include "multilabel/data/read_shards.hpp"
#include "multilabel/data/shard_stream.hpp"
#endif
#if __has_include(<pugixml.hpp>)
#include "multilabel/data/read_voc.hpp"
#endif
