"""What the tests of notebooks and book share."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup, Tag

from analysis.publish import execution, pages, project

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
    text = BeautifulSoup(pages.article(page(name, html).read_text("utf-8")), "html.parser").article
    assert text is not None, name
    return text


def with_class(text: Tag, *classes: str) -> list[Tag]:
    """Elements that have one of some classes; a selector would take ten times as long on a large page."""
    return [e for e in text.find_all(True) if not set(classes).isdisjoint(e.get("class", ()))]


def checked_out(root: Path, notebook: str, *code: str) -> Path:
    """Data and analysis, as another checkout has them, with one notebook of some cells that has been run there."""
    for folder in ("data", "analysis"):
        shutil.copytree(ROOT / folder, root / folder)
    shutil.copyfile(ROOT / "requirements.lock.txt", root / "requirements.lock.txt")
    path = root / notebook
    path.parent.mkdir(parents=True)
    shutil.copyfile(ROOT / "book/conftest.py", root / "book/conftest.py")
    nbformat.write(nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, code))), path)
    assert asyncio.run(execution.run(path, root)).problems == []
    return root
