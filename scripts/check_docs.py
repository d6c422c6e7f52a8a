# SPDX-License-Identifier: Apache-2.0
"""The code of README.md and docs/*.md: every ``cpp`` block is a whole program, every ``python`` block a whole script.

A block that names a file behind its language is quoted from it, and must be a part of that file to the letter; the file is
tested where it stands.

Usage: scripts/check_docs.py cpp <folder>      writes the programs of each page as one there, for tests/docs/CMakeLists.txt
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


def keep(folder: Path, texts: dict[str, str]) -> list[Path]:
    """Write the files and drop those of earlier runs; an unchanged file keeps its time."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    for path in folder.iterdir():
        if path.is_file() and path.name not in texts:
            path.unlink()
    return [folder / name for name in texts]


def program_of_page(page: list[Block]) -> str:
    """Return one program that runs the block whose name it is given: a page's headers are compiled once, not once a block."""
    parts, cases = [], []
    for block in page:
        if not re.search(r"^int main\(\) \{", block.text, re.MULTILINE):
            raise SystemExit(f"{block.page}:{block.line}: a cpp block must be a whole program with int main()")
        body = re.sub(r"^#include.*$", "", block.text, flags=re.MULTILINE).replace("int main() {", "int run() {")
        end = body.rindex("}")  # of main, which may leave without a return
        includes = "\n".join(re.findall(r"^#include.*$", block.text, re.MULTILINE))
        parts.append(
            f"{includes}\nnamespace {block.name} {{\n"
            f'#line {block.line} "{block.page}"\n{body[:end]}return 0; }}{body[end + 1 :]}}}  // namespace\n'
        )
        cases.append(f'  if (std::string_view(argv[1]) == "{block.name}") return {block.name}::run();\n')
    return (
        "#include <string_view>\n"
        + "".join(parts)
        + "int main(int argc, char** argv) {\n  if (argc != 2) return 2;\n"
        + "".join(cases)
        + "  return 2;\n}\n"
    )


def write_programs(folder: Path) -> list[str]:
    """Write ``<page>.cpp`` for every page with cpp blocks; return its path and the names of its blocks, with colons between."""
    pages: dict[Path, list[Block]] = {}
    for block in blocks("cpp"):
        pages.setdefault(block.page, []).append(block)
    texts = {f"{page.stem.lower()}.cpp": program_of_page(found) for page, found in pages.items()}
    paths = keep(folder, texts)
    return [":".join([str(path), *(block.name for block in found)]) for path, found in zip(paths, pages.values())]


def write_scripts(folder: Path) -> list[str]:
    """Write each python block into a file of its own."""
    return [str(path) for path in keep(folder, {f"{block.name}.py": block.text for block in blocks("python")})]


if __name__ == "__main__":
    write = {"cpp": write_programs, "python": write_scripts}[sys.argv[1]]
    print(";".join(write(Path(sys.argv[2]))), end="")
