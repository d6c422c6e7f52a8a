# SPDX-License-Identifier: Apache-2.0
"""What the commands share: options that several have, and results as a table for people or as JSON for programs."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

as_json = click.option("--json", "json_", is_flag=True, help="Print JSON for programs.")
source = click.argument("source", type=click.Path(exists=True, path_type=Path))


def _columns(command: Callable[..., Any]) -> Callable[..., Any]:
    for name, text in reversed(
        (
            ("--image", "Column with the image files; found where it is not said."),
            ("--labels", "Column with the labels; found where it is not said."),
            ("--delimiter", "Between labels; found where it is not said."),
            ("--root", "Where relative image files start.  [default: the table's folder]"),
        )
    ):
        command = click.option(name, default="", help=text)(command)
    return command


columns = _columns


def read_source(path: Path, image: str, labels: str, delimiter: str, root: str) -> Any:
    """The data set at a path."""
    from multilabel._find_data import read

    return read(path, image=image, labels=labels, delimiter=delimiter, root=root)[0]


def _plain(value: Any) -> Any:
    """``value`` as JSON takes it; what is no number is null."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(value) if isinstance(value, Path) else value


def print_json(value: Any) -> None:
    """One document on standard output."""
    click.echo(json.dumps(_plain(value), ensure_ascii=False))


def print_table(rows: Sequence[Mapping[str, Any]], title: str = "") -> None:
    """Rows as a table, as wide as the terminal."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title or None, title_justify="left")
    for name in rows[0] if rows else ():
        table.add_column(name, justify="left" if isinstance(rows[0][name], str) else "right")
    for row in rows:
        table.add_row(*(f"{value:.4g}" if isinstance(value, float) else str(value) for value in row.values()))
    Console().print(table)


def report_dict(report: Any) -> dict[str, Any]:
    """The numbers of a MultiLabelReport by name, and those of its labels."""
    totals = [
        name for name in dir(report) if not name.startswith("_") and isinstance(getattr(report, name), int | float)
    ]
    fields = ("name", "support", "predicted", "precision", "recall", "f1", "average_precision")
    return {
        **{name: getattr(report, name) for name in totals},
        "labels": [{field: getattr(label, field) for field in fields} for label in report.labels],
    }
