# SPDX-License-Identifier: Apache-2.0
"""Every notebook of examples/ runs from its first cell to its last."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))


def script_of(notebook: Path) -> str:
    """Return the code cells as one script; what a cell only shows is evaluated like any statement."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


def test_there_are_notebooks():
    assert NOTEBOOKS


@pytest.mark.slow
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=[notebook.stem for notebook in NOTEBOOKS])
def test_notebook_runs(notebook, tmp_path):
    for seen in ("examples", ".cache"):
        (tmp_path / seen).symlink_to(ROOT / seen)
    script = tmp_path / f"{notebook.stem}.py"
    script.write_text(script_of(notebook), encoding="utf-8")
    result = subprocess.run(
        [sys.executable, script.name],
        cwd=tmp_path,
        env={**os.environ, "MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, f"{notebook.name}:\n{result.stdout}{result.stderr}"
