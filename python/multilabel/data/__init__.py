# SPDX-License-Identifier: Apache-2.0
"""Data sets of images and labels: read a table, look for what is wrong with it, load batches on threads."""

from __future__ import annotations

from multilabel._core.data import CacheStatistics, Inspection
from multilabel.splits import KFold, RepeatedKFold, ShuffleSplit, train_test_split

from ._dataset import Dataset
from ._dataset import _label_names as _label_names
from ._images import read_image
from ._inspection import inspect
from ._loader import DataLoader
from ._readers import read_coco, read_csv, read_folder, read_jsonl, read_sample, read_voc
from ._samplers import (
    ClassAwareSampler,
    DistributedSampler,
    RepeatFactorSampler,
    SequentialSampler,
    ShuffledSampler,
)
from ._shards import ShardSampler, ShardStream, read_shards

__all__ = [
    "CacheStatistics",
    "ClassAwareSampler",
    "DataLoader",
    "Dataset",
    "DistributedSampler",
    "Inspection",
    "KFold",
    "RepeatFactorSampler",
    "RepeatedKFold",
    "SequentialSampler",
    "ShardSampler",
    "ShardStream",
    "ShuffleSplit",
    "ShuffledSampler",
    "inspect",
    "read_coco",
    "read_csv",
    "read_folder",
    "read_image",
    "read_jsonl",
    "read_sample",
    "read_shards",
    "read_voc",
    "train_test_split",
]

for _name in set(__all__) - {
    "CacheStatistics",
    "Inspection",
    "KFold",
    "RepeatedKFold",
    "ShuffleSplit",
    "train_test_split",
}:
    globals()[_name].__module__ = __name__  # where pickle and people look for it
