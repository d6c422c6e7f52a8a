# SPDX-License-Identifier: Apache-2.0
"""The docstrings of all public names: each shows an example, and every example runs and gives what it says."""

from __future__ import annotations

import doctest
import functools
import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import multilabel

ROOT = Path(__file__).resolve().parents[2]

COMPONENTS = [name for name in multilabel.__all__ if isinstance(getattr(multilabel, name), ModuleType)]
MODULES = {name: importlib.import_module(f"multilabel.{name}") for name in COMPONENTS}


def is_called(value: Any) -> bool:
    """Errors and warnings are raised and not called: an example of each stands where it is raised."""
    return callable(value) and not (isinstance(value, type) and issubclass(value, Exception))


NAMES = [
    f"{name}.{public}"
    for name, module in MODULES.items()
    for public in module.__all__
    if is_called(getattr(module, public))
] + [name for name in multilabel.__all__ if is_called(getattr(multilabel, name))]


def named(path: str) -> Any:
    return functools.reduce(getattr, path.split("."), multilabel)


def examples(path: str) -> list[doctest.DocTest]:
    """Return the examples of an object and of its own methods; those of a compiled class have no source file."""
    found = doctest.DocTestFinder().find(named(path), path, module=False, globs={})  # type: ignore[arg-type]
    return [test for test in found if test.examples]


@pytest.mark.parametrize("path", NAMES)
def test_every_public_name_shows_an_example(path: str):
    assert ">>>" in (named(path).__doc__ or ""), f"multilabel.{path} must have an example in its docstring"


@pytest.mark.parametrize("path", NAMES)
def test_the_examples_give_what_they_say(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "examples").symlink_to(ROOT / "examples")  # examples read from there, and write beside it
    monkeypatch.chdir(tmp_path)
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    for test in examples(path):
        runner.run(test, out=report.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(report)
