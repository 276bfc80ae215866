"""What the tests of notebooks and book share."""

from __future__ import annotations

import os
from pathlib import Path

from bs4 import BeautifulSoup, SoupStrainer, Tag

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


def article(name: str, html: Path = HTML) -> Tag:
    """The text of a built page, without what stands around it."""
    only = SoupStrainer("article", class_="bd-article")
    text = BeautifulSoup(page(name, html).read_text("utf-8"), "html.parser", parse_only=only).article
    assert text is not None, name
    return text
