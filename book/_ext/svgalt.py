"""Figures for everybody: alternative text, size and lazy loading for SVG outputs.

A figure carries a ``<desc>`` of its own (see ``analysis.charts``). Seen through an ``<img>`` a
screen reader cannot reach it, so it becomes the ``alt`` text here. A figure without one is a warning, which the build turns into an error. Width and
height let the page keep its place while figures load.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)
_IMG = re.compile(r"<img\b[^>]*>")
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
_POINTS_TO_PIXELS = 96 / 72


@lru_cache(maxsize=512)
def described(path: Path) -> tuple[str, int, int]:
    """Alternative text, width and height in CSS pixels of an SVG file."""
    content = path.read_text("utf-8")
    head = content[: content.find("<defs") if "<defs" in content else 4000]
    said = re.search(r"<desc[^>]*>(.*?)</desc>", head, re.DOTALL)
    text = " ".join(html.unescape(said[1]).split()) if said else ""
    box = re.search(r'viewBox="[\d.\-]+ [\d.\-]+ ([\d.]+) ([\d.]+)"', head)
    width, height = (round(float(v) * _POINTS_TO_PIXELS) for v in box.groups()) if box else (0, 0)
    return text, width, height


def describe(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Rewrite the ``<img>`` tags of SVG outputs on a page."""
    if "body" not in context:
        return
    sources = {name: Path(app.srcdir, original) for original, name in getattr(app.builder, "images", {}).items()}

    def rewrite(match: re.Match[str]) -> str:
        attributes = dict(_ATTRIBUTE.findall(match[0]))
        name = unquote(attributes.get("src", "")).rpartition("/")[2]
        attributes.setdefault("loading", "lazy")
        if name.endswith(".svg") and name in sources:
            text, width, height = described(sources[name])
            if not text:
                logger.warning("a figure has no <desc>, so it has no alternative text", location=pagename)
            attributes["alt"] = html.escape(text)
            attributes["class"] = (attributes.get("class", "") + " figure-svg").strip()
            if width:
                attributes |= {"width": str(width), "height": str(height)}
        return "<img " + " ".join(f'{key}="{value}"' for key, value in attributes.items()) + " />"

    context["body"] = _IMG.sub(rewrite, context["body"])


def setup(app: Sphinx) -> dict[str, Any]:
    """Hook into the writing of pages."""
    app.connect("html-page-context", describe)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
