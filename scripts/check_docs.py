# SPDX-License-Identifier: Apache-2.0
"""The code of README.md and docs/*.md: every ``cpp`` block is a whole program, every ``python`` block a whole script.

A block that names a file behind its language is quoted from it, and must be a part of that file to the letter; the file is
tested where it stands.

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
    """A fenced block of a page: its language, its text, the line where that begins, and the file it is quoted from."""

    page: Path
    language: str
    text: str
    line: int
    source: str = ""

    @property
    def name(self) -> str:
        """``<page>_<line>``, the same until the page changes above it."""
        return f"{self.page.stem.lower()}_{self.line:03d}"


def fenced() -> list[Block]:
    """Return every fenced block of all pages, in order."""
    found = []
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]:
        text = page.read_text(encoding="utf-8")
        for match in re.finditer(r"^```(\w+) *([^\n]*)\n(.*?)^```\s*$", text, re.MULTILINE | re.DOTALL):
            line = text[: match.start(3)].count("\n") + 1
            found.append(Block(page, match.group(1), match.group(3), line, match.group(2).strip()))
    return found


def blocks(language: str) -> list[Block]:
    """Return the blocks of one language that are programs of their own."""
    return [block for block in fenced() if block.language == language and not block.source]


def quotes() -> list[Block]:
    """Return the blocks that are quoted from a file of the tree."""
    return [block for block in fenced() if block.source]


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
