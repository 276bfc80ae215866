"""The pages of the part "Models": words a reader knows, an answer first, small tables."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from analysis.models.forecast import MODELS
from analysis.models.series import measures
from analysis.report import load

PAGES = sorted((Path(__file__).parents[2] / "book" / "models").glob("*.ipynb"))
IDENTIFIER = re.compile(
    r"\b(?:"
    + "|".join({word for one in measures(load()).values() for word in (one.name, one.group)})
    + r")\.[A-Za-z]\w*|\bnan\b|"
    r"log_linear|entity_fe|mean_change|two_way|\b(?:" + "|".join(m for m in MODELS if "_" in m) + r")\b"
)


def cells(page: Path) -> list[dict]:
    return [
        c for c in json.loads(page.read_text("utf-8"))["cells"] if "remove-cell" not in c["metadata"].get("tags", [])
    ]


def shown(page: Path) -> list[str]:
    """Prose, tables, captions and alternative texts that a reader meets."""
    texts = ["".join(c["source"]) for c in cells(page) if c["cell_type"] == "markdown"]
    for cell in cells(page):
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            html = "".join(data.get("text/html", "")) + "".join(data.get("image/svg+xml", ""))
            texts.append(re.sub(r"<a [^>]*>|<style.*?</style>|<[^>]*>", " ", html, flags=re.DOTALL))
    return texts


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_no_page_shows_an_identifier_or_a_missing_number(page: Path) -> None:
    for text in shown(page):
        prose = re.sub(r"`[^`]*`|\]\([^)]*\)", "", text)
        assert not (found := IDENTIFIER.search(prose)), prose[max(0, found.start() - 60) : found.end() + 20]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_the_first_bullet_answers_before_any_figure(page: Path) -> None:
    first = "".join(cells(page)[0]["source"])
    bullets = re.findall(r"^- \*\*(.+?)\*\*", first, flags=re.MULTILINE | re.DOTALL)
    assert 3 <= len(bullets) <= 5
    assert "{zh}`" in first
    assert not re.search(r"MASE|HC3|OLS|Bell|bootstrap", bullets[0])


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_tables_that_are_not_folded_have_few_columns(page: Path) -> None:
    for cell in cells(page):
        for output in cell.get("outputs", []):
            html = "".join(output.get("data", {}).get("text/html", ""))
            if 'class="exhibit' in html and "<tbody" in html and "<details" not in html:
                row = re.search(r"<tbody.*?</tr>", html, flags=re.DOTALL)
                assert row
                assert row.group().count("<td") <= 9
