# SPDX-License-Identifier: Apache-2.0
"""Multi-label image classification: label names in, trained model, tuned threshold and honest numbers out.

``import multilabel`` does not import torch; the components that need it (loss, model, training, bundle) load on first
use.
"""

from __future__ import annotations

import importlib as _importlib

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
from ._threads import get_num_threads, set_num_threads

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
    "threshold",
    "training",
)
_SHORTCUTS = {
    "MultiLabelBinarizer": "encoding",
    "Vocabulary": "encoding",
    "Trainer": "training",
    "Predictor": "bundle",
    "load": "bundle",
    "cmake_prefix_path": "_install",
    "get_include": "_install",
    "show_versions": "_install",
}

__all__ = [
    "ArgumentError",
    "BundleError",
    "DataError",
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


def __getattr__(name: str):
    if name in _COMPONENTS:
        return _importlib.import_module(f"{__name__}.{name}")
    if name in _SHORTCUTS:
        return getattr(_importlib.import_module(f"{__name__}.{_SHORTCUTS[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
