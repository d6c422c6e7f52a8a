# SPDX-License-Identifier: Apache-2.0
"""Arguments that are one of a few names."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

from ._core import ArgumentError


def one_of(where: str, name: str, value: Any, known: Iterable[Any]) -> Any:
    """Return the value; ``ArgumentError`` says which there are if it is none of them."""
    choices = tuple(known)
    if not (isinstance(value, Hashable) and value in choices):  # an array's comparison has no one answer
        raise ArgumentError(f"{where}: {name} must be one of {', '.join(map(repr, choices))}; got {value!r}")
    return value


def member(where: str, enum: Any, name: str, value: str) -> Any:
    """Return the member of a compiled enum of that name; ``ArgumentError`` as `one_of`."""
    return enum.__members__[one_of(where, name, value, enum.__members__)]
