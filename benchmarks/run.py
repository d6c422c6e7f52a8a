# SPDX-License-Identifier: Apache-2.0
"""All benchmarks in one run: prints the table and writes it to benchmarks/results.md.

Usage: python benchmarks/run.py [--quick] [--only NAME ...] [--task TEXT] [--rounds N] [--output FILE]
scripts/benchmark gets the peers first.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import sys
from pathlib import Path

from harness import Result, Settings, busy, machine, markdown, race

MODULES = (
    "threshold_sweep",
    "label_thresholds",
    "calibration",
    "conformal",
    "stratification",
    "label_metrics",
    "ranking_metrics",
    "streaming_metrics",
    "binarizer",
    "image_augmentation",
    "losses",
    "training_step",
)
PACKAGES = (
    "multilabel",
    "scikit-learn",
    "torchmetrics",
    "iterative-stratification",
    "mapie",
    "albumentations",
    "opencv-python-headless",
    "torch",
    "numpy",
)

HEADER = """<!-- Written by benchmarks/run.py; run scripts/benchmark to make it anew. -->
# Benchmarks

{machine}

Every line: our call and the peer's in one process, in turns, {rounds} rounds of at least {turn:g} s each, medians.
Before the clock starts the answers are compared; "answers" is the largest difference. "processor" is the processor time
of all threads together, "wall" what one waits for. {note}

"""


def main() -> int:
    parser = argparse.ArgumentParser(description="Time multilabel against its peers.")
    parser.add_argument(
        "--quick", action="store_true", help="tiny sizes, to try the programs out; the figures mean nothing"
    )
    parser.add_argument(
        "--only", nargs="+", choices=MODULES, default=MODULES, metavar="NAME", help=f"some of {', '.join(MODULES)}"
    )
    parser.add_argument("--task", default="", metavar="TEXT", help="only the lines whose task has this in it")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--output", type=Path, default=Path(__file__).parent / "results.md", help="default: %(default)s"
    )
    options = parser.parse_args()
    settings = Settings(rounds=2, turn_seconds=0.01, quick=True) if options.quick else Settings(rounds=options.rounds)

    load = busy()
    note = "The machine was otherwise idle."
    if load > 0.15:
        note = (
            f"Other programs kept {load:.1f} cores busy at the start: wall figures of this run are not to be relied on."
        )
        print(f"benchmarks: {note}", file=sys.stderr)
    if settings.quick:
        note = "Tiny sizes: these figures mean nothing."
    results: list[Result] = []
    for name in options.only:
        for contest in importlib.import_module(name).contests(settings):
            if options.task not in contest.task:
                contest.cleanup()
                continue
            print(f"benchmarks: {contest.task}", file=sys.stderr, flush=True)
            results.append(race(contest, settings))
            gc.collect()
    head = HEADER.format(machine=machine(PACKAGES), rounds=settings.rounds, turn=settings.turn_seconds, note=note)
    table = "\n".join(markdown(results)) + "\n"
    print(table)
    if not settings.quick:
        options.output.write_text(head + table, encoding="utf-8")
        print(f"benchmarks: wrote {options.output}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
