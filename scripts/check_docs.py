# SPDX-License-Identifier: Apache-2.0
"""The code of README.md and docs/*.md: every ``cpp`` block is a whole program, every ``python`` block a whole script.

Usage: scripts/check_docs.py cpp <folder>      writes the programs there, for tests/docs/CMakeLists.txt to build and run
       scripts/check_docs.py python <folder>   the same for the scripts, which tests/docs/test_pages.py runs
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent


class Block(NamedTuple):
    """A fenced block of a page: its language, its text and the line where the text begins."""

    page: Path
    language: str
    text: str
    line: int

    @property
    def name(self) -> str:
        """``<page>_<line>``, the same until the page changes above it."""
        return f"{self.page.stem.lower()}_{self.line:03d}"


def blocks(language: str) -> list[Block]:
    """Return the blocks of one language of all pages, in order."""
    found = []
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]:
        text = page.read_text(encoding="utf-8")
        for match in re.finditer(r"^```(\w+)[^\n]*\n(.*?)^```\s*$", text, re.MULTILINE | re.DOTALL):
            if match.group(1) == language:
                found.append(Block(page, language, match.group(2), text[: match.start(2)].count("\n") + 1))
    return found


def write(language: str, folder: Path) -> list[Path]:
    """Write each block into a file of its own and drop those of earlier runs; an unchanged file keeps its time."""
    suffix = {"cpp": ".cpp", "python": ".py"}[language]
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for block in blocks(language):
        path = folder / f"{block.name}{suffix}"
        head = f'#line {block.line} "{block.page}"\n' if language == "cpp" else ""
        if not path.exists() or path.read_text(encoding="utf-8") != head + block.text:
            path.write_text(head + block.text, encoding="utf-8")
        written.append(path)
    for path in set(folder.glob(f"*{suffix}")) - set(written):
        path.unlink()
    return written


if __name__ == "__main__":
    print(";".join(str(path) for path in write(sys.argv[1], Path(sys.argv[2]))), end="")
