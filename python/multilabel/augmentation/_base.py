# SPDX-License-Identifier: Apache-2.0
"""What the operations of an augmentation have in common: how they read their parameters, ``repr`` and ``to_dict``."""

from __future__ import annotations

import inspect as _inspect
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from multilabel._core import ArgumentError

Interpolation = int | Literal["nearest", "linear", "cubic", "area", "lanczos4"]
Border = int | Literal["constant", "replicate", "reflect", "wrap", "reflect_101"]
Limits = float | Sequence[float]


def _choice(enum: Any, name: str, value: int | str) -> Any:
    """Return the member of a compiled enum, by its name or by OpenCV's number."""
    for known, member in enum.__members__.items():
        if value == known or (not isinstance(value, str) and value == int(member)):
            return member
    known = ", ".join(f"{key!r} ({int(member)})" for key, member in enum.__members__.items())
    raise ArgumentError(f"augmentation: {name} must be one of {known}; got {value!r}")


def _symmetric(name: str, value: Limits) -> tuple[float, float]:
    """Return (low, high); a number stands for minus to plus it."""
    if np.isscalar(value):
        return (0.0 - float(value), float(value))  # type: ignore[arg-type]
    return _pair(name, value)  # type: ignore[arg-type]


def _pair(name: str, value: Sequence[float]) -> tuple[float, float]:
    try:
        low, high = (float(part) for part in value)
    except (TypeError, ValueError):
        raise ArgumentError(f"augmentation: {name} must be (low, high); got {value!r}") from None
    return (low, high)


def _fixed(name: str, value: Limits, low: float | None = None) -> tuple[float, float]:
    """Return (low, high); a number stands for itself, or for `low` to it."""
    if np.isscalar(value):
        return (float(value) if low is None else float(low), float(value))  # type: ignore[arg-type]
    return _pair(name, value)  # type: ignore[arg-type]


def _whole_pair(name: str, value: Sequence[int]) -> tuple[int, int]:
    low, high = _pair(name, value)
    if low != int(low) or high != int(high):
        raise ArgumentError(f"augmentation: {name} must be two whole numbers; got {value!r}")
    return (int(low), int(high))


def _color(fill: float | Sequence[float]) -> tuple[float, float, float]:
    if np.isscalar(fill):
        return (float(fill),) * 3  # type: ignore[arg-type]
    values = tuple(float(part) for part in fill)  # type: ignore[union-attr]
    if len(values) != 3:
        raise ArgumentError(f"augmentation: fill must be a number or three of them; got {fill!r}")
    return values


class _Operation:
    """What the operations share: their parameters as attributes, ``repr``, equality and ``to_dict``."""

    _operation: Any  # the compiled one
    _either: tuple[str, ...] = ()  # parameters of which one must be given

    def _parameters(self) -> dict[str, Any]:
        names = list(_inspect.signature(type(self).__init__).parameters)[1:]
        return {name: getattr(self, name) for name in names}

    def to_dict(self) -> dict[str, Any]:
        """Return the operation as plain values, ready for JSON."""
        return {"name": type(self).__name__, **self._parameters()}

    def __reduce__(self):
        return (_remake, (type(self), self._parameters()))

    def __repr__(self) -> str:
        """Show what is required and what differs from the defaults; ``eval`` gives an equal operation."""
        own = self._parameters()
        signature = _inspect.signature(type(self).__init__).parameters
        required = {name for name in own if signature[name].default is _inspect.Parameter.empty}
        required |= {name for name in self._either if own[name] is not None}
        plain = type(self)(**{name: own[name] for name in required})._parameters()
        shown = [f"{name}={value!r}" for name, value in own.items() if name in required or value != plain[name]]
        return f"{type(self).__name__}({', '.join(shown)})"

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]


def _remake(kind: type[Any], parameters: dict[str, Any]) -> Any:
    return kind(**parameters)
