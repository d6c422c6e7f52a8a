# SPDX-License-Identifier: Apache-2.0
"""The package as a whole: what importing costs, what it promises about torch, and what it exports."""

from __future__ import annotations

import ast
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import multilabel

PACKAGE = Path(multilabel.__file__).parent


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_import_does_not_load_torch():
    result = run("import sys, multilabel; print('torch' in sys.modules)")
    assert result.stdout == "False\n", result.stderr


def test_every_public_name_is_there():
    for name in multilabel.__all__:
        assert getattr(multilabel, name) is not None, name


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'trainer'"):
        _ = multilabel.trainer


def test_another_torch_release_is_a_clear_import_error():
    code = "import torch; torch.__version__ = '2.9.1+cpu'; import multilabel._torch_check"
    result = run(code)
    assert result.returncode != 0
    assert "ImportError: multilabel: torch must be 2.13.0" in result.stderr
    assert "got torch 2.9.1+cpu. Install torch==2.13.0, or build" in result.stderr


def test_absent_torch_is_a_clear_import_error():
    code = "import sys; sys.modules['torch'] = None; import multilabel._torch_check"
    result = run(code)
    assert "ImportError: multilabel: losses, models, training and bundles need torch" in result.stderr


def test_other_builds_of_the_same_release_are_accepted():
    from multilabel._torch_check import require

    require("2.13.0", "2.13.0+cu130")


def test_everything_that_loads_the_torch_half_checks_torch_first():
    def imported(tree: ast.Module) -> list[str]:
        names = []
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                names += [f"{node.module or ''}.{alias.name}".strip(".") for alias in node.names]
            if isinstance(node, ast.Import):
                names += [alias.name for alias in node.names]
        return [name.removeprefix("multilabel.") for name in names]

    for path in sorted(PACKAGE.rglob("*.py")):
        names = imported(ast.parse(path.read_text(encoding="utf-8")))
        loads = [name for name in names if name == "_torch" or name.startswith("_torch.")]
        if loads:
            assert "_torch_check" in names, f"{path.name} must import _torch_check before {loads[0]}"


@pytest.mark.parametrize(
    ("name", "builtin"),
    [
        ("Error", Exception),
        ("ArgumentError", ValueError),
        ("ShapeError", ValueError),
        ("LabelError", ValueError),
        ("DataError", OSError),
        ("BundleError", OSError),
        ("NotFittedError", ValueError),
    ],
)
def test_exceptions_are_those_of_the_package_with_a_sentence_each(name, builtin):
    kind = getattr(multilabel, name)
    assert (kind.__module__, kind.__qualname__) == ("multilabel", name)
    assert len(kind.__doc__) > 20
    assert issubclass(kind, builtin)
    copy = pickle.loads(pickle.dumps(kind("why")))
    assert type(copy) is kind
    assert copy.args == ("why",)
