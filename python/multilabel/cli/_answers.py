# SPDX-License-Identifier: Apache-2.0
"""Commands that look at what a model answered: evaluate, report and compare."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from . import _shown
from ._training import read_rule


def _tested(source: Path, rule: Path | None) -> Any:
    """The numbers on the test pictures of a run's folder, or on a file of HeldOut.save."""
    from multilabel import metrics, threshold
    from multilabel._run_folder import read_held_out, read_run_folder

    if source.is_dir():
        run = read_run_folder(source)
        answers, thresholds = run.test, run.thresholds
    else:
        answers, thresholds = read_held_out(source), None
    if rule is not None:
        chosen = read_rule(rule)
    else:
        chosen = threshold.FixedThreshold(0.5) if thresholds is None else threshold.ThresholdRule(thresholds.tolist())
    return metrics.evaluate(answers.targets, answers.scores, chosen.apply(answers.scores), answers.vocabulary)


@click.command()
@_shown.source
@click.option("--rule", type=click.Path(exists=True, path_type=Path), help="File of multilabel tune -o.")
@_shown.as_json
def evaluate(source: Path, rule: Path | None, json_: bool) -> str:
    """Measure SOURCE: the folder of a run (its test pictures, the thresholds of its model) or a file of HeldOut.save.

    \b
    Examples:
      multilabel evaluate out/run
      multilabel evaluate test.safetensors --rule rule.json --json
    """
    found = _tested(source, rule)
    if json_:
        _shown.print_json(_shown.report_dict(found))
    else:
        click.echo(str(found))
    return "done"


@click.command()
@click.argument("runs", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@_shown.as_json
def compare(runs: tuple[Path, ...], json_: bool) -> str:
    """Put the test numbers of several RUNS beside each other, the best first.

    \b
    Examples:
      multilabel compare out/run out/again
    """
    names = ("samples_f1", "micro_f1", "macro_f1", "mean_average_precision", "hamming_loss")
    rows = []
    for run in runs:
        found = _tested(run, None)
        rows.append({"run": str(run), **{name: float(getattr(found, name)) for name in names}})
    rows.sort(key=lambda row: -row["samples_f1"])  # type: ignore[operator]
    if json_:
        _shown.print_json(rows)
    else:
        _shown.print_table(rows)
    return "done"


@click.command()
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File to write.  [default: report.html in RUN]")
def report(run: Path, output: Path | None) -> str:
    """Write the HTML report of a RUN's folder and print its path.

    \b
    Examples:
      multilabel report out/run
    """
    try:
        from multilabel.report import write_html
    except ImportError as error:
        raise click.ClickException(str(error)) from None
    click.echo(write_html(run, output=output))
    return "done"


COMMANDS = (evaluate, compare, report)
