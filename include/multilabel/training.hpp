// SPDX-License-Identifier: Apache-2.0
#pragma once
// From a model and a loss to learnt weights: the trainer, its callbacks, and what it leaves behind.

#include "multilabel/training/any_callback.hpp"
#include "multilabel/training/callback.hpp"
#include "multilabel/training/callbacks/csv_logger.hpp"
#include "multilabel/training/callbacks/early_stopping.hpp"
#include "multilabel/training/callbacks/model_checkpoint.hpp"
#include "multilabel/training/callbacks/progress_bar.hpp"
#include "multilabel/training/checkpoint.hpp"
#include "multilabel/training/collate.hpp"
#include "multilabel/training/ema.hpp"
#include "multilabel/training/evaluate.hpp"
#include "multilabel/training/held_out.hpp"
#include "multilabel/training/history.hpp"
#include "multilabel/training/optimizer.hpp"
#include "multilabel/training/options.hpp"
#include "multilabel/training/schedule.hpp"
#include "multilabel/training/stop.hpp"
#include "multilabel/training/trainer.hpp"
