# SPDX-License-Identifier: Apache-2.0
"""Pictures inside a page: charts as inline SVG in the page's own colours, images as small data URIs."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import _drawing

try:
    import matplotlib
    from markupsafe import Markup
    from PIL import Image
except ImportError as error:
    raise ImportError(
        "multilabel.report: jinja2 and matplotlib must be installed; got a gap. pip install 'multilabel[report]'"
    ) from error

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_VARIABLES = {
    _drawing.INK: "ink",
    _drawing.MUTED: "muted",
    _drawing.LINE: "line",
    _drawing.BLUE: "blue",
    _drawing.VERMILION: "vermilion",
    _drawing.GREEN: "green",
    _drawing.ORANGE: "orange",
    _drawing.PURPLE: "purple",
    _drawing.SKY: "sky",
    "#ffffff": "card",
}


def chart(ax: Axes, title: str, *, note: str = "", size: tuple[float, float] | None = None) -> dict[str, Any]:
    """Return the figure of ``ax`` as inline SVG that follows the page from light to dark and into print.

    Colours become the page's variables, text stays text in the page's font, and what would repeat in every picture or
    point outside (namespaces, metadata, styles, unused ids) is taken out.
    """
    figure: Any = ax.figure
    if size is not None:
        figure.set_size_inches(*size)
    buffer = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": title}):
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", svg, flags=re.DOTALL)
    svg = re.sub(r' xmlns(:\w+)?="[^"]*"| id="[a-z]+[\w.]*_\d+"|font-family: [^;"]*;? ?', "", svg)
    svg = re.sub(r"(fill|stroke): (#[0-9a-f]{6})", _variable, svg)
    width = 96 * figure.get_size_inches()[0]  # CSS pixels; a chart may shrink to about half of it, then it scrolls
    opening = f'<svg role="img" style="max-width: {width:.0f}px; min-width: {0.55 * width:.0f}px"'
    svg = re.sub(r'<svg width="[\d.]+pt" height="[\d.]+pt"', opening, svg, count=1)
    svg = svg.replace(">", f"><title>{Markup.escape(title)}</title>", 1)
    return {"title": title, "svg": Markup(svg), "note": note}


def _variable(match: re.Match[str]) -> str:
    name = _VARIABLES.get(match[2])
    return f"{match[1]}: var(--{name})" if name else match[0]


@dataclass
class Thumbnails:
    """Reads images as small data URIs and counts those that cannot be read."""

    roots: list[Path]
    missing: int = 0

    def read(self, name: str) -> str | None:
        """Return the image as a data URI, or None when no root holds a readable one."""
        for root in self.roots:
            try:
                with Image.open(root / name) as image:
                    image.thumbnail((160, 160))
                    pixels = image.convert("RGBA")
            except (OSError, SyntaxError, Image.DecompressionBombError):  # Pillow: a SyntaxError is a damaged PNG file
                continue
            flat = Image.new("RGB", pixels.size, "white")
            flat.paste(pixels, mask=pixels)
            buffer = io.BytesIO()
            flat.save(buffer, "WEBP", quality=82)
            return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode()
        self.missing += 1
        return None
