# SPDX-License-Identifier: Apache-2.0
"""Pipelines as plain values and files, and records played back."""

from __future__ import annotations

import inspect as _inspect
import json as _json
from collections.abc import Mapping
from pathlib import Path as _Path
from typing import Any, Literal

import numpy as np

from multilabel._core import ArgumentError

from . import _composition, _frame_operations, _geometry_operations, _plain_operations, _value_operations
from ._base import (
    _Operation,
)
from ._composition import Compose
from ._label_safety import BboxParams, Guard
from ._plain_operations import Custom

_KINDS: dict[str, type[_Operation]] = {
    kind.__name__: kind
    for module in (_frame_operations, _geometry_operations, _plain_operations, _value_operations, _composition)
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, _Operation) and kind is not Custom and kind.__name__[0] != "_"
}


def replay(record: dict[str, Any], image: np.ndarray) -> dict[str, Any]:
    """Augment an image with the numbers of a record.

    Parameters
    ----------
    record : dict
        What ``Compose.record`` returned, perhaps through JSON, perhaps with numbers changed by hand.
    image : array [height, width, 3] of uint8
        The image of the record for the same pixels, or another one for the same treatment.

    Returns
    -------
    dict
        ``{"image": array}``, as from the pipeline itself.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.augmentation import Compose, RandomCrop, replay
    >>> image = np.arange(300, dtype=np.uint16).astype(np.uint8).reshape(10, 10, 3)
    >>> pipeline = Compose([RandomCrop(4, 4)])
    >>> record = pipeline.record(image, seed=1)
    >>> bool((replay(record, image)["image"] == pipeline(image=image, seed=1)["image"]).all())
    True
    """
    for part in ("transform", "draws"):
        if part not in record:
            raise ArgumentError(f"augmentation.replay: record must have {part!r}; got {sorted(record)}")
    pipeline = from_dict(record["transform"])
    if not isinstance(pipeline, Compose):
        raise ArgumentError(f"augmentation.replay: record must hold a Compose; got {type(pipeline).__name__}")
    drawn = [(one["name"], [(name, float(value)) for name, value in one["values"]]) for one in record["draws"]]
    key = (record.get("seed", 0), record.get("epoch", 0), record.get("index", 0))
    return {"image": pipeline._finish(pipeline._pipeline.replay(image, drawn, *key))}


def from_dict(values: dict[str, Any]) -> Compose | _Operation:
    """Return the pipeline or operation that ``to_dict`` described.

    Raises
    ------
    ArgumentError
        For an operation or a parameter that does not exist.

    Examples
    --------
    >>> from multilabel.augmentation import Rotate, from_dict
    >>> from_dict({"name": "Rotate", "limit": 15}) == Rotate(limit=15)
    True
    >>> from_dict({"name": "Rotate", "limits": 15})
    Traceback (most recent call last):
        ...
    multilabel.ArgumentError: augmentation.from_dict: parameters of Rotate must be among limit, ...; got 'limits'
    """
    if not isinstance(values, Mapping):
        raise ArgumentError(f"augmentation.from_dict: values must be what to_dict returned; got {values!r}")
    parameters = dict(values)
    name = parameters.pop("name", None)
    if name != "Compose" and name not in _KINDS:
        raise ArgumentError(
            f"augmentation.from_dict: name must be one of {', '.join(['Compose', *_KINDS])}; got {name!r}"
        )
    kind: Any = Compose if name == "Compose" else _KINDS[name]
    known = list(_inspect.signature(kind.__init__).parameters)[1:]
    for parameter in parameters:
        if parameter not in known:
            raise ArgumentError(
                f"augmentation.from_dict: parameters of {name} must be among {', '.join(known)}; got {parameter!r}"
            )
    for key, safety in (("bbox_params", BboxParams), ("guard", Guard)):
        if isinstance(parameters.get(key), dict):
            parameters[key] = _made(key, safety, parameters[key])
    if "transforms" in known:
        if not isinstance(parameters.get("transforms"), (list, tuple)):
            raise ArgumentError(
                f"augmentation.from_dict: transforms of {name} must be a list; got {parameters.get('transforms')!r}"
            )
        parameters["transforms"] = [from_dict(one) for one in parameters["transforms"]]
    return _made(name, kind, parameters)


def _made(name: str, kind: Any, parameters: dict[str, Any]) -> Any:
    try:
        return kind(**parameters)
    except TypeError as error:
        raise ArgumentError(f"augmentation.from_dict: {name} must have its parameters; got {error}") from None


def _format(path: _Path, data_format: str | None, where: str) -> str:
    found = data_format or ("yaml" if path.suffix.lower() in (".yaml", ".yml") else "json")
    if found not in ("json", "yaml"):
        raise ArgumentError(f"augmentation.{where}: data_format must be 'json' or 'yaml'; got {found!r}")
    return found


def _yaml(where: str) -> Any:
    try:
        import yaml
    except ImportError:
        raise ArgumentError(
            f"augmentation.{where}: data_format must be 'json' where PyYAML is missing; got 'yaml'. pip install pyyaml"
        ) from None
    return yaml


def save(
    transform: Compose | _Operation, filepath: str | _Path, data_format: Literal["json", "yaml"] | None = None
) -> None:
    """Write a pipeline to a file; ``load`` reads it.

    Parameters
    ----------
    transform : Compose or operation
        Without Python functions, which have no plain form.
    filepath : path
    data_format : "json" or "yaml", optional
        By default YAML for ``.yaml`` and ``.yml``, which needs PyYAML, and JSON for anything else.

    Examples
    --------
    >>> from multilabel.augmentation import Compose, HorizontalFlip, load, save
    >>> save(Compose([HorizontalFlip()]), "pipeline.json")
    >>> load("pipeline.json")
    Compose([
        HorizontalFlip(),
    ])
    """
    path = _Path(filepath)
    values = _json.loads(_json.dumps(transform.to_dict()))
    if _format(path, data_format, "save") == "yaml":
        text = _yaml("save").safe_dump(values, sort_keys=False)
    else:
        text = _json.dumps(values, indent=2) + "\n"
    path.write_text(text, encoding="utf-8")


def load(filepath: str | _Path, data_format: Literal["json", "yaml"] | None = None) -> Compose | _Operation:
    """Return the pipeline that ``save`` wrote.

    Raises
    ------
    ArgumentError
        For a file that holds no pipeline.

    Examples
    --------
    >>> from pathlib import Path
    >>> from multilabel.augmentation import load
    >>> _ = Path("pipeline.json").write_text('{"name": "HorizontalFlip", "p": 0.25}')
    >>> load("pipeline.json")
    HorizontalFlip(p=0.25)
    """
    path = _Path(filepath)
    text = path.read_text(encoding="utf-8")
    if _format(path, data_format, "load") == "yaml":
        yaml = _yaml("load")
        wrong: type[Exception] = yaml.YAMLError
        read = yaml.safe_load
    else:
        wrong, read = _json.JSONDecodeError, _json.loads
    try:
        values = read(text)
    except wrong as error:
        raise ArgumentError(f"augmentation.load: {str(path)!r} must hold a saved pipeline; got {error}") from None
    if not isinstance(values, dict):
        raise ArgumentError(f"augmentation.load: {str(path)!r} must hold a saved pipeline; got {type(values).__name__}")
    return from_dict(values)
