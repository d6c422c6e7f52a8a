# SPDX-License-Identifier: Apache-2.0
"""Every notebook of examples/ runs from its first cell to its last, opened in the project's folder or in its own, and
shows what it draws.
"""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))


def test_there_are_notebooks():
    assert NOTEBOOKS


def shown(notebook: nbformat.NotebookNode) -> list[str]:
    """Return the kinds of output that the cells show."""
    return [kind for cell in notebook.cells for output in cell.get("outputs", []) for kind in output.get("data", {})]


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["", "examples"], ids=["project", "own"])
@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_notebook_runs_and_shows_its_plots(path, folder, tmp_path, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    for seen in ("examples", ".cache"):
        (tmp_path / seen).symlink_to(ROOT / seen)
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        cell.pop("outputs", None)
        if cell.cell_type == "code":
            cell["outputs"] = []
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(tmp_path / folder)}}).execute()
    assert shown(notebook).count("image/png") == sum(".plot" in "".join(cell.source) for cell in notebook.cells)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_notebook_is_stored_with_its_outputs(path):
    notebook = nbformat.read(path, as_version=4)
    assert "image/png" in shown(notebook), f"run {path.name} and save it with its outputs"
