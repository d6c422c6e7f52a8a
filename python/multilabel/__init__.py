# SPDX-License-Identifier: Apache-2.0
"""Multi-label image classification: label names in, trained model, tuned threshold and honest numbers out.

``import multilabel`` does not import torch; the components that need it (loss, model, training, bundle) load on first
use.
"""

from __future__ import annotations

import importlib as _importlib
from typing import TYPE_CHECKING as _TYPE_CHECKING

from ._core import (
    ArgumentError,
    BundleError,
    DataError,
    Error,
    LabelError,
    NotFittedError,
    ShapeError,
    __version__,
)
from ._doubts import DoubtWarning
from ._threads import get_num_threads, set_num_threads

if _TYPE_CHECKING:  # what an editor should see of the names that load on first use
    from . import augmentation as augmentation
    from . import bundle as bundle
    from . import calibration as calibration
    from . import data as data
    from . import encoding as encoding
    from . import loss as loss
    from . import metrics as metrics
    from . import model as model
    from . import plot as plot
    from . import report as report
    from . import runs as runs
    from . import threshold as threshold
    from . import training as training
    from ._install import cmake_prefix_path as cmake_prefix_path
    from ._install import get_include as get_include
    from ._install import show_versions as show_versions
    from .bundle import Predictor as Predictor
    from .bundle import load as load
    from .encoding import MultiLabelBinarizer as MultiLabelBinarizer
    from .encoding import Vocabulary as Vocabulary
    from .runs import Run as Run
    from .runs import train as train
    from .training import Trainer as Trainer

_COMPONENTS = (
    "augmentation",
    "bundle",
    "calibration",
    "data",
    "encoding",
    "evaluation",
    "loss",
    "metrics",
    "model",
    "plot",
    "report",
    "runs",
    "threshold",
    "training",
)
_SHORTCUTS = {
    "MultiLabelBinarizer": "encoding",
    "Vocabulary": "encoding",
    "Trainer": "training",
    "Predictor": "bundle",
    "load": "bundle",
    "train": "runs",
    "Run": "runs",
    "cmake_prefix_path": "_install",
    "get_include": "_install",
    "show_versions": "_install",
}

__all__ = [
    "ArgumentError",
    "BundleError",
    "DataError",
    "DoubtWarning",
    "Error",
    "LabelError",
    "NotFittedError",
    "ShapeError",
    "__version__",
    "get_num_threads",
    "set_num_threads",
    *_COMPONENTS,
    *_SHORTCUTS,
]


if not _TYPE_CHECKING:  # a name that is not there is a mistake

    def __getattr__(name: str):
        if name in _COMPONENTS:
            return _importlib.import_module(f"{__name__}.{name}")
        if name in _SHORTCUTS:
            return getattr(_importlib.import_module(f"{__name__}.{_SHORTCUTS[name]}"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
