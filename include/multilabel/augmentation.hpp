// SPDX-License-Identifier: Apache-2.0
#pragma once
// Everything about augmentation: pipelines that change images a little and never the same way twice.

#include "multilabel/augmentation/affine_map.hpp"
#include "multilabel/augmentation/area.hpp"
#include "multilabel/augmentation/canvas.hpp"
#include "multilabel/augmentation/concepts.hpp"
#include "multilabel/augmentation/crop.hpp"
#include "multilabel/augmentation/finish.hpp"
#include "multilabel/augmentation/flip.hpp"
#include "multilabel/augmentation/levels.hpp"
#include "multilabel/augmentation/noise.hpp"
#include "multilabel/augmentation/operation.hpp"
#include "multilabel/augmentation/pipeline.hpp"
#include "multilabel/augmentation/pixel.hpp"
#include "multilabel/augmentation/plan.hpp"
#include "multilabel/augmentation/preprocessing.hpp"
#include "multilabel/augmentation/recipes.hpp"
#include "multilabel/augmentation/resample.hpp"
#include "multilabel/augmentation/resize.hpp"
#include "multilabel/augmentation/rotate.hpp"
#include "multilabel/augmentation/scratch.hpp"
#include "multilabel/augmentation/simd.hpp"
