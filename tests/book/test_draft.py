"""A draft on next year's edition: what fails stops nothing, and what is to be rewritten is listed."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import pytest

from analysis import report
from analysis.publish import __main__ as publish
from analysis.publish import checks, draft
from tests.trials import editions

ROOT = Path(__file__).resolve().parents[2]


def test_a_draft_lists_the_sentences_to_rewrite_and_is_built(tmp_path: Path) -> None:
    coming = editions.filled(report.load(), tmp_path / "coming")
    root = tmp_path / "book"
    for part in ("analysis", "book", "_config.yml", "_toc.yml", "requirements.lock.txt", "CITATION.cff"):
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copyfile
        (root / part).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / part, root / part)
    pages = ["book/inputs/funding", "book/reference/own_report", "book/reference/rerun"]
    pages += [
        "book/reference/report_map",
        "book/reference/data_dictionary",
    ]  # whose pages of the report nobody has typed yet
    assert draft.make(coming, pages, 2, root) == 1
    place = root / "_build/draft"
    rows = list(csv.DictReader((place / "rewrite.csv").read_text("utf-8").splitlines()))
    assert {r["page"] for r in rows} == {"book/inputs/funding"}  # the made-up report has no edition
    assert "2019 to 2023" in " ".join(r["expected"] for r in rows if r["kind"] == "sentence")
    assert all((place / "html" / f"{page}.html").is_file() for page in pages)
    page = (place / "html/book/inputs/funding.html").read_text("utf-8")
    assert "Written for other numbers" in page
    words = re.sub("<[^>]+>", "", page).replace("\u2011", "-").replace("\xa0", " ")  # ids do not break at hyphens
    assert "Table 1-2-3 covers 2019 to 2023" in words
    assert (root / "book/inputs/funding.ipynb").read_bytes() == (ROOT / "book/inputs/funding.ipynb").read_bytes()


def test_a_draft_of_no_directory_says_how_to_name_one(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        publish.main(["draft", ""])
    assert "make draft DATA=DIR" in capsys.readouterr().err


def test_what_a_page_has_to_say_is_read_from_its_outputs(tmp_path: Path) -> None:
    assert checks.facts({"cells": []}) == {}
    for name, value, broken in (("before", "4%", []), ("after", "5%", ["it was four"])):
        outputs = [{"output_type": "display_data", "data": {"application/x.fact+json": {"rate": value}}}]
        outputs += [{"output_type": "display_data", "data": {"text/plain": f"{checks.BROKEN} {s}"}} for s in broken]
        cell = {"cell_type": "code", "source": "x", "execution_count": 1, "metadata": {}, "outputs": outputs}
        notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        (tmp_path / f"{name}.ipynb").write_text(json.dumps(notebook), "utf-8")
    rows = list(draft.to_rewrite(tmp_path / "before.ipynb", tmp_path / "after.ipynb", tmp_path))
    assert rows == [("after", "sentence", "it was four", "rate: 4% → 5%")]
