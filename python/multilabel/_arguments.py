# SPDX-License-Identifier: Apache-2.0
"""Checks of single arguments, so that a wrong one is refused by name in the house's sentence wherever it is given."""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping, Set
from typing import Any

import numpy as np

from . import _core


def whole(where: str, name: str, value: Any, least: int, most: int | None = None) -> int:
    """``value`` as an int from ``least`` to ``most``."""
    try:
        number = operator.index(value)
    except TypeError:
        number = least - 1
    if number >= least and (most is None or number <= most):
        return number
    span = f"of at least {least}" if most is None else f"from {least} to {most}"
    raise _core.ArgumentError(f"{where}: {name} must be a whole number {span}; got {value!r}")


def seed_of(where: str, value: Any) -> int:
    """``value`` as a seed."""
    return whole(where, "seed", value, 0, 2**64 - 1)


def real(where: str, name: str, value: Any) -> float:
    """``value`` as a float; NaN and infinity are for the caller to judge."""
    try:
        if not isinstance(value, str | bytes | bytearray):
            return float(value)
    except (TypeError, ValueError, OverflowError, RuntimeError):
        pass
    raise _core.ArgumentError(f"{where}: {name} must be a number; got {value!r}")


def reals(where: str, name: str, values: Any) -> list[float]:
    """``values`` as a list of finite floats."""
    try:
        found = None if isinstance(values, str | bytes | bytearray | Mapping | Set) else list(values)
    except TypeError:
        found = None
    if found is None:
        raise _core.ArgumentError(f"{where}: {name} must be a sequence of finite numbers; got {values!r}")
    numbers = [real(where, name, value) for value in found]
    if not all(map(math.isfinite, numbers)):
        raise _core.ArgumentError(f"{where}: {name} must be a sequence of finite numbers; got {values!r}")
    return numbers


def label_numbers(where: str, name: str, values: Any) -> list[float]:
    """``values`` as a list of finite floats, one a label; a mapping goes by the labels' columns (Keras' ``class_weight``)."""
    if not isinstance(values, Mapping):
        return reals(where, name, values)
    if set(values) != set(range(len(values))):
        raise _core.ArgumentError(
            f"{where}: {name} given as a mapping must have a number for each column 0, 1, ...; got {values!r}. "
            "For names of labels: [weights[label] for label in vocabulary]."
        )
    return reals(where, name, [values[column] for column in range(len(values))])


def flag(where: str, name: str, value: Any) -> bool:
    """``value`` as a bool."""
    if isinstance(value, bool | np.bool_) or (isinstance(value, int | np.integer) and value in (0, 1)):
        return bool(value)
    raise _core.ArgumentError(f"{where}: {name} must be True or False; got {value!r}")
