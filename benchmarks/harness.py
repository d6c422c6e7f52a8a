# SPDX-License-Identifier: Apache-2.0
"""How every benchmark here is run: all contestants in one process, in turns, their answers compared, medians reported.

A round runs every contestant once, in an order that reverses from round to round, so that a busy minute of the machine
or a warm cache does not favour one of them. A short call is repeated until a turn lasts long enough to be timed. There
are two clocks: the processor time of all threads of the process, which another program's load hardly changes, and the
wall clock, for what one waits for.
"""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from importlib import metadata
from typing import Any, Literal

import multilabel


@dataclass(frozen=True)
class Settings:
    """How large and how long; ``quick`` is for trying the programs out, its figures mean nothing."""

    rounds: int = 5
    turn_seconds: float = 0.3
    quick: bool = False

    def size(self, full: int, quick: int) -> int:
        """Return the size of a data set."""
        return quick if self.quick else full


@dataclass(frozen=True)
class Contest:
    """One line of the table: our call, the peers' calls that answer the same question, and what must agree.

    ``difference`` maps our answer and a peer's to a number that ``tolerance`` bounds; without it only the time is
    compared, and ``remark`` says why. ``units`` is how many things (images, steps) one call handles: times are then
    shown as things a second.
    """

    task: str
    ours: Callable[[], Any]
    peers: dict[str, Callable[[], Any]]
    difference: Callable[[Any, Any], float] | None = None
    tolerance: float = 1e-12
    clock: Literal["processor", "wall"] = "processor"
    units: int | None = None
    unit: str = ""
    remark: str = ""
    cleanup: Callable[[], None] = field(default=lambda: None)


@dataclass(frozen=True)
class Result:
    """The medians of a contest in seconds a call."""

    contest: Contest
    ours: float
    peers: dict[str, float]
    differences: dict[str, float]


def race(contest: Contest, settings: Settings) -> Result:
    """Check that all answers agree, then time all contestants in turns.

    Raises
    ------
    RuntimeError
        A peer's answer differs from ours by more than the tolerance: then the times would compare two different things.
    """
    everyone = {"": contest.ours, **contest.peers}
    try:
        answers, calls = {}, {}
        for name, call in everyone.items():
            start = time.perf_counter()
            answers[name] = call()
            calls[name] = max(1, round(settings.turn_seconds / max(time.perf_counter() - start, 1e-7)))
        differences = {}
        if contest.difference is not None:
            for name in contest.peers:
                differences[name] = float(contest.difference(answers[""], answers[name]))
                if not differences[name] <= contest.tolerance:
                    raise RuntimeError(
                        f"{contest.task}: {name} must agree to {contest.tolerance:g}; got {differences[name]:g}"
                    )
        answers.clear()
        times: dict[str, list[float]] = {name: [] for name in everyone}
        clock = time.process_time if contest.clock == "processor" else time.perf_counter
        for number in range(settings.rounds):
            for name in list(everyone)[:: 1 if number % 2 == 0 else -1]:
                start = clock()
                for _ in range(calls[name]):
                    everyone[name]()
                times[name].append((clock() - start) / calls[name])
    finally:
        contest.cleanup()
    medians = {name: statistics.median(values) for name, values in times.items()}
    return Result(contest, medians.pop(""), medians, differences)


def on_cores(count: int, call: Callable[[], Any]) -> Callable[[], Any]:
    """Return ``call`` with the library on so many threads."""

    def run() -> Any:
        multilabel.set_num_threads(count)
        return call()

    return run


def markdown(results: Iterable[Result]) -> Iterator[str]:
    """Return the lines of a Markdown table, one line a peer."""
    yield "| task | clock | multilabel | peer | peer's | times as fast | answers |"
    yield "|---|---|---:|---|---:|---:|---|"
    for result in results:
        contest = result.contest
        for name, seconds in result.peers.items():
            agreement = contest.remark
            if name in result.differences:
                agreement = "equal" if result.differences[name] == 0 else f"within {result.differences[name]:.0e}"
                agreement += f"; {contest.remark}" if contest.remark else ""
            ratio = _ratio(seconds / result.ours)
            ours, theirs = _shown(contest, result.ours), _shown(contest, seconds)
            yield f"| {contest.task} | {contest.clock} | {ours} | {name} | {theirs} | {ratio} | {agreement or '-'} |"


def _shown(contest: Contest, seconds: float) -> str:
    if contest.units is not None:
        rate = contest.units / seconds
        return f"{rate:,.0f} {contest.unit}/s" if rate >= 20 else f"{rate:.2f} {contest.unit}/s"
    for limit, factor, unit in ((1e-3, 1e6, "µs"), (1.0, 1e3, "ms")):
        if seconds < limit:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds:.3g} s"


def _ratio(value: float) -> str:
    return f"{value:,.0f}" if value >= 20 else f"{value:.1f}" if value >= 3 else f"{value:.2f}"


def machine(packages: Iterable[str]) -> str:
    """Return one paragraph on what the figures were taken on."""
    model = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            model = next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    versions = []
    for name in packages:
        try:
            versions.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            versions.append(f"{name} not installed")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{model}, {cores} cores; Python {platform.python_version()}, {', '.join(versions)}."


def busy() -> float:
    """Return how many cores other programs keep busy, measured over a second; 0 where that cannot be read."""

    def ticks() -> tuple[int, int]:
        with open("/proc/stat", encoding="utf-8") as file:
            numbers = [int(number) for number in file.readline().split()[1:9]]
        return sum(numbers), numbers[3] + numbers[4]

    try:
        total, idle = ticks()
        time.sleep(1)
        later, later_idle = ticks()
    except OSError:
        return 0.0
    return (1 - (later_idle - idle) / max(later - total, 1)) * (os.cpu_count() or 1)
