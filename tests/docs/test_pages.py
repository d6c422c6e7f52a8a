# SPDX-License-Identifier: Apache-2.0
"""Every python block of README.md and docs/*.md is a whole script, and runs."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_spec = importlib.util.spec_from_file_location("check_docs", ROOT / "scripts" / "check_docs.py")
check_docs = importlib.util.module_from_spec(_spec)
sys.modules["check_docs"] = check_docs
_spec.loader.exec_module(check_docs)

BLOCKS = check_docs.blocks("python")


@pytest.mark.parametrize("block", BLOCKS, ids=[block.name for block in BLOCKS])
def test_block_runs(block, tmp_path):
    for seen in ("examples", ".cache"):
        (tmp_path / seen).symlink_to(ROOT / seen)
    script = tmp_path / f"{block.name}.py"
    script.write_text(block.text, encoding="utf-8")
    result = subprocess.run(
        [sys.executable, script.name],
        cwd=tmp_path,
        env={**os.environ, "MPLBACKEND": "Agg"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, f"{block.page.name}, line {block.line}:\n{result.stdout}{result.stderr}"


QUOTES = check_docs.quotes()


@pytest.mark.parametrize("block", QUOTES, ids=[block.name for block in QUOTES])
def test_quoted_block_is_part_of_its_file(block):
    assert block.text in (ROOT / block.source).read_text(encoding="utf-8")


def test_blocks_are_found_with_their_lines(tmp_path, monkeypatch):
    (tmp_path / "docs").mkdir()
    (tmp_path / "README.md").write_text(
        "Text.\n\n```python\na = 1\n```\n\n```python x.py\nb\n```\n\n```text\nno\n```\n", encoding="utf-8"
    )
    (tmp_path / "docs" / "page.md").write_text("```cpp\nint main() {}\n```\n", encoding="utf-8")
    monkeypatch.setattr(check_docs, "ROOT", tmp_path)
    assert [(block.name, block.text) for block in check_docs.blocks("python")] == [("readme_004", "a = 1\n")]
    assert [(block.source, block.text) for block in check_docs.quotes()] == [("x.py", "b\n")]
    assert [(block.name, block.text) for block in check_docs.blocks("cpp")] == [("page_002", "int main() {}\n")]
