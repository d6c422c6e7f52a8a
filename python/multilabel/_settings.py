# SPDX-License-Identifier: Apache-2.0
"""What a run can be told, in sections as run.toml has them; presets, single settings by ``section.name``, and the file itself."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ._choices import one_of
from ._core import ArgumentError, DataError

Settings = dict[str, dict[str, Any]]

DEFAULTS: Settings = {
    "data": {
        "path": "",
        "image": "",  # columns of a table; empty: found
        "labels": "",
        "delimiter": "",
        "root": "",
        "groups": "",  # a column whose equal cells stay in one split
        "split": "split",  # a column that says train, val and test, where there is one
        "validation_size": 0.15,
        "test_size": 0.15,
        "seed": 7,
    },
    "augmentation": {"size": 224},
    "model": {"backbone": "efficientnet_lite0", "head": "linear", "pretrained": "", "dropout": 0.3, "seed": 7},
    "training": {
        "epochs": 12,
        "minutes": 0.0,  # 0: as long as it takes
        "batch_size": 32,
        "workers": 2,
        "learning_rate": 1e-3,
        "warmup": 0.1,
        "ema_decay": 0.998,
        "label_smoothing": 0.1,
        "patience": 4,
        "device": "auto",
        "precision": "float32",
        "seed": 7,
    },
    "calibration": {"per_label": False},
    "threshold": {"metric": "f1", "average": "samples", "per_label": False, "cross_fit": 5},
}

PRESETS: dict[str, dict[str, Any]] = {
    "quick": {"augmentation.size": 96, "training.epochs": 5},
    "standard": {},
    "best": {"augmentation.size": 288, "training.epochs": 30, "training.patience": 8, "model.head": "csra"},
}


def resolved(preset: str, *changes: Mapping[str, Any]) -> Settings:
    """Every setting: the defaults, the preset's changes, then others by ``section.name``, the last of which holds."""
    settings = {section: dict(values) for section, values in DEFAULTS.items()}
    for change in (PRESETS[one_of("train", "preset", preset, PRESETS)], *changes):
        for name, value in change.items():
            section, _, key = name.partition(".")
            if key not in settings.get(section, {}):
                known = [f"{section}.{key}" for section, values in DEFAULTS.items() for key in values]
                close = difflib.get_close_matches(name, known, n=1)
                mend = f"Did you mean {close[0]}?" if close else f"There are {', '.join(known)}."
                raise ArgumentError(f"train: a setting must be known; got {name!r}. {mend}")
            settings[section][key] = _as(name, value, DEFAULTS[section][key])
    return settings


def _as(name: str, value: Any, like: Any) -> Any:
    """``value``, or the text of it, in the type of the default."""
    kind = type(like)
    try:
        if kind is bool and isinstance(value, str):
            return {"true": True, "false": False}[value.lower()]
        if kind is str or (kind is bool) == isinstance(value, bool):
            made = kind(value)
            if kind is not int or isinstance(value, str) or made == value:
                return made
    except (KeyError, TypeError, ValueError):
        pass
    raise ArgumentError(f"train: {name} must be of type {kind.__name__}, as {like!r} is; got {value!r}")


def flat(settings: Settings) -> dict[str, Any]:
    """The settings by ``section.name``."""
    return {f"{section}.{name}": value for section, values in settings.items() for name, value in values.items()}


def write_toml(path: Path, settings: Settings) -> None:
    """Write the settings; text as JSON writes it is TOML, too."""
    parts = [
        "\n".join(
            [f"[{section}]", *(f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in values.items())]
        )
        for section, values in settings.items()
    ]
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def read_toml(path: Path) -> dict[str, Any]:
    """Read settings by ``section.name``."""
    try:
        import tomllib
    except ImportError:  # Python 3.10
        import tomli as tomllib

    try:
        return flat(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, AttributeError) as error:
        raise DataError(f"train: {path} must be a TOML file with sections; got {error}") from error
