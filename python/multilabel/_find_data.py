# SPDX-License-Identifier: Apache-2.0
"""A data set from whatever a path is, the columns of a table found by their names and by what stands in them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from . import data
from ._core import ArgumentError, DataError

_IMAGE_NAMES = {
    "image",
    "images",
    "file",
    "filename",
    "file_name",
    "path",
    "filepath",
    "image_path",
    "img",
    "picture",
    "photo",
}
_LABEL_NAMES = {"label", "labels", "tag", "tags", "class", "classes", "category", "categories", "target", "targets"}
_ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif")


def read(
    path: Path, *, image: str = "", labels: str = "", delimiter: str = "", root: str = ""
) -> tuple[data.Dataset, dict[str, str]]:
    """Return the data set at ``path`` and what was found: a table, lines of JSON, COCO's, or a folder with a folder a label."""
    if path.is_dir():
        return data.read_folder(path), {}
    if path.suffix == ".json":
        return data.read_coco(path, root=root or None), {}
    if path.suffix == ".jsonl":
        columns: dict[str, Any] = {"image": image or "image", "labels": labels or "labels"}
        return data.read_jsonl(path, **columns, root=root or None), columns
    table = _table(path)
    image = image or _one(path, "image", table, _IMAGE_NAMES, _holds_files)
    labels = labels or _one(path, "labels", table, _LABEL_NAMES, lambda cells: False, image)
    delimiter = delimiter or _delimiter(table.get(labels, []))
    columns = {"image": image, "labels": labels, "delimiter": delimiter}
    return data.read_csv(path, **columns, root=root or None), columns


def _table(path: Path) -> dict[str, list[str]]:
    """The first rows of a table by column."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            rows = [row for row, _ in zip(reader, range(2000))]
            return {name: [row.get(name) or "" for row in rows] for name in reader.fieldnames or []}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(
            f"train: data must be a table in UTF-8, a JSON file or a folder; got {path} ({error})"
        ) from None


def _holds_files(cells: Iterable[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return bool(filled) and all(cell.lower().endswith(_ENDINGS) for cell in filled)


def _one(
    path: Path,
    what: str,
    table: dict[str, list[str]],
    names: set[str],
    fits: Callable[[list[str]], bool],
    not_this: str = "",
) -> str:
    """The one column that fits by its name, or else by its cells; a question where there are two or none."""
    named = [name for name in table if name.strip().lower() in names and name != not_this]
    found = named or [name for name, cells in table.items() if fits(cells) and name != not_this]
    if len(found) == 1:
        return found[0]
    exact = [name for name in found if name.strip().lower() == what]
    if len(exact) == 1:
        return exact[0]
    which = " or ".join(map(repr, found)) if found else "one of " + ", ".join(map(repr, table))
    raise ArgumentError(
        f"train: which column of {path.name} holds the {what}, {which}? Say so with data.{what}=..., or --{what} on the "
        "command line."
    )


def _delimiter(cells: list[str]) -> str:
    """The delimiter that leaves the fewest labels, of those that stand in some cell; ``|`` where none does."""
    found = {}
    for delimiter in "|;,\t/":
        if any(delimiter in cell for cell in cells):
            found[delimiter] = len({piece.strip() for cell in cells for piece in cell.split(delimiter)})
    return min(found, key=lambda delimiter: found[delimiter], default="|")
