# SPDX-License-Identifier: Apache-2.0
"""How results show themselves: as a table in a notebook, as a DataFrame when asked for, and in four lines elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import Any, NamedTuple

import numpy as np

from ._core import ArgumentError


class Table(NamedTuple):
    """Columns of one length by name, the first of which names the rows; and what stands above and below them."""

    columns: Mapping[str, Any]
    above: str = ""
    below: tuple[str, ...] = ()


def _number(value: float | None) -> str:
    return "-" if value is None or value != value else f"{value:.3f}"


def _report(report: Any) -> Table:
    fields = ("support", "predicted", "precision", "recall", "f1", "average_precision")
    columns = {field: [getattr(label, field) for label in report.labels] for field in fields}
    return Table({"label": [label.name for label in report.labels], **columns}, lines(report)[0], lines(report)[1:])


def _inspection(found: Any) -> Table:
    labels = sorted(found.labels, key=lambda label: -label.count)
    per_split = {
        name: [label.per_split[i] for label in labels]
        for i, (name, _) in enumerate(found.splits)
        if labels[0].per_split
    }
    columns = {"label": [label.label for label in labels], "samples": [label.count for label in labels], **per_split}
    findings = tuple(line.strip() for line in found.to_text().splitlines() if line.startswith("  "))
    return Table(columns, lines(found)[0], findings)


def _history(history: Any) -> Table:
    return Table(history.to_dict() or {"epoch": []}, lines(history)[0], lines(history)[1:])


def _rule(rule: Any) -> Table:
    count = len(rule.thresholds_)
    rows = ["all labels"] if count == 1 else list(range(count))
    return Table({"label": rows, "threshold": rule.thresholds_}, repr(rule))


def _held_out(held_out: Any) -> Table:
    known = ~np.isnan(held_out.targets) & (held_out.targets != -1)
    present = (held_out.targets == 1).sum(axis=0)
    columns = {
        "label": [str(label) for label in held_out.vocabulary.labels],
        "images": present,
        "known": known.sum(axis=0),
        "mean_score": held_out.scores.mean(axis=0) if len(held_out.scores) else [np.nan] * len(present),
    }
    return Table(columns, lines(held_out)[0], lines(held_out)[1:])


_TABLES: dict[str, Callable[[Any], Table]] = {
    "MultiLabelReport": _report,
    "Inspection": _inspection,
    "History": _history,
    "ThresholdRule": _rule,
    "FixedThreshold": _rule,
    "HeldOut": _held_out,
    "Sweep": lambda swept: Table({"threshold": swept.thresholds, "value": swept.values}, repr(swept.best)),
    "ReliabilityCurve": lambda curve: Table(
        {"score": curve.scores, "rate": curve.rates, "count": curve.counts},
        f"expected calibration error {_number(curve.expected_error)}",
    ),
}


def table_of(result: Any) -> Table:
    """The table of a result, found by its class or one that it is derived from."""
    return next(_TABLES[kind.__name__] for kind in type(result).__mro__ if kind.__name__ in _TABLES)(result)


def to_frame(result: Any) -> Any:
    """The table as a pandas DataFrame."""
    try:
        import pandas
    except ImportError as error:
        raise ArgumentError(
            "to_frame: pandas must be installed; got none. pip install pandas, or take the fields of the result"
        ) from error
    columns = {name: list(values) for name, values in table_of(result).columns.items()}
    return pandas.DataFrame(columns).set_index(next(iter(columns)))


def _cell(value: Any) -> str:
    if isinstance(value, float | np.floating):
        return f"{value:.4g}"
    return escape(str(value))


def to_html(result: Any, *, most: int = 60) -> str:
    """The table as HTML, the first ``most`` rows of it."""
    columns, above, below = table_of(result)
    names = list(columns)
    rows = list(zip(*columns.values()))
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    body = "".join("<tr>" + "".join(f"<td>{_cell(value)}</td>" for value in row) + "</tr>" for row in rows[:most])
    more = (f"... and {len(rows) - most} more",) if len(rows) > most else ()
    notes = "".join(f"<div>{escape(line)}</div>" for line in (*more, *below))
    return f"<div>{escape(above)}</div><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{notes}"


def lines(result: Any) -> tuple[str, ...]:
    """At most four lines that say what a result is."""
    return _LINES[type(result).__name__](result)


def _lines_of_report(report: Any) -> tuple[str, ...]:
    unknown = f", {report.unknown_cells} unknown cells" if report.unknown_cells else ""
    absent = ", ".join(report.absent_labels[:3]) + (", ..." if len(report.absent_labels) > 3 else "")
    return (
        f"MultiLabelReport({report.samples} samples, {len(report.labels)} labels{unknown})",
        f"F1: samples {_number(report.samples_f1)}, micro {_number(report.micro_f1)}, macro {_number(report.macro_f1)}",
        f"mAP {_number(report.mean_average_precision)}, subset accuracy {_number(report.subset_accuracy)}, Hamming loss "
        f"{_number(report.hamming_loss)}",
        *((f"{len(report.absent_labels)} labels without positives: {absent}",) if absent else ()),
    )


def _lines_of_inspection(found: Any) -> tuple[str, ...]:
    doubtful = {
        "unreadable": found.unreadable,
        "empty": found.empty,
        "duplicates": found.duplicates,
        "near-duplicates": found.near_duplicates,
        "rare labels": found.rare,
        "missing from a split": found.missing,
    }
    findings = ", ".join(f"{len(items)} {name}" for name, items in doubtful.items() if items)
    ends = sorted(found.labels, key=lambda label: -label.count)
    return (
        f"Inspection({found.samples} samples, {len(found.labels)} labels, {found.cardinality:.2f} a sample)",
        *((f"from {ends[0].label!r} ({ends[0].count}) to {ends[-1].label!r} ({ends[-1].count})",) if ends else ()),
        f"found: {findings or 'nothing'}",
        "print() shows all of it, .to_frame() the labels",
    )


def _lines_of_history(history: Any) -> tuple[str, ...]:
    rows, best = history.epochs, history.best
    if not rows:
        return (repr(history),)
    return (
        repr(history),
        f"training loss {rows[0].training_loss:.4g} to {rows[-1].training_loss:.4g}",
        *(
            (f"best: epoch {best.epoch}, {history.monitor} {best.to_dict()[history.monitor]:.4g}",)
            if best and history.monitor in best.to_dict()
            else ()
        ),
        f"{sum(row.seconds for row in rows):.1f} seconds",
    )


def _lines_of_held_out(held_out: Any) -> tuple[str, ...]:
    targets, scores = held_out.targets, held_out.scores
    unknown = int(np.isnan(targets).sum())
    count = max(len(targets), 1)
    return (
        f"HeldOut({len(targets)} images, {len(held_out.vocabulary.labels)} labels)",
        f"labels an image: {(targets == 1).sum() / count:.2f} true, {(scores >= 0.5).sum() / count:.2f} scored at 0.5 or above",
        *((f"scores from {scores.min():.3g} to {scores.max():.3g}",) if scores.size else ()),
        *((f"{unknown} unknown cells",) if unknown else ()),
    )


def _lines_of_predictor(predictor: Any) -> tuple[str, ...]:
    names = [str(label) for label in predictor.vocabulary.labels]
    return (
        repr(predictor),
        f"labels: {', '.join(names[:8])}{', ...' if len(names) > 8 else ''}",
        f"threshold: {predictor.threshold!r}",
        "predictor('cat.jpg') gives (label, score) pairs, predictor.scores([...]) the scores of all labels",
    )


_LINES: dict[str, Callable[[Any], tuple[str, ...]]] = {
    "MultiLabelReport": _lines_of_report,
    "Inspection": _lines_of_inspection,
    "History": _lines_of_history,
    "HeldOut": _lines_of_held_out,
    "Predictor": _lines_of_predictor,
}


def in_lines(result: Any) -> str:
    """`lines` as one text."""
    return "\n".join(lines(result))
