"""The exhibits of the book: their names, which are names of files to download."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

BOOK = Path(__file__).resolve().parents[2] / "book"
NOTEBOOKS = sorted(p for p in BOOK.rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.relative_to(BOOK).as_posix())
def test_a_page_has_no_two_downloads_of_one_name(path: Path) -> None:
    outputs = [o for c in json.loads(path.read_text("utf-8"))["cells"] for o in c.get("outputs", [])]
    pages = "".join("".join(o.get("data", {}).get("text/html", "")) for o in outputs)
    names = re.findall(r'download="([^"]+)"', pages)
    assert len(names) == len(set(names))


def test_every_figure_of_the_book_has_its_words_and_its_numbers() -> None:
    bare = []
    for path in NOTEBOOKS:
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            outputs = [o.get("data", {}) for o in cell.get("outputs", [])]
            pictures = ["".join(o["image/svg+xml"]) for o in outputs if "image/svg+xml" in o]
            captions = [o for o in outputs if "exhibit-caption" in "".join(o.get("text/html", ""))]
            whole = all("<desc>" in p and "<title>" in p for p in pictures) and len(captions) >= len(pictures)
            if not whole:
                bare.append(f"{path.relative_to(BOOK)}: {''.join(cell['source'])[:60]}")
    assert bare == []
