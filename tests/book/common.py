"""What the tests of notebooks and book share."""

from __future__ import annotations

import os
from pathlib import Path

from analysis.publish import project

ROOT = project.ROOT
SITE = ROOT / "_build" / "html"
HTML = SITE / "en"
NOTEBOOKS = project.notebooks()
NAMES = [project.name(p) for p in NOTEBOOKS]
PAGES = project.listed()
CI = bool(os.environ.get("CI"))


def page(name: str, html: Path = HTML) -> Path:
    """The built file of a page."""
    return html / f"{name}.html"
