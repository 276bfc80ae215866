"""The generated sentences follow the numbers: other numbers, other sentences."""

from __future__ import annotations

import inspect
import re
import shutil
from pathlib import Path

import pytest

from analysis import report as reports
from analysis.chapters import economy, patenting, standing, technology, value_added

MODULES = (economy, patenting, standing, technology, value_added)
OPENINGS = [
    (module, name)
    for module in MODULES
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if re.search(r"headlines$|trust$", name) and function.__module__ == module.__name__
]


@pytest.fixture(scope="module")
def printed() -> reports.Report:
    return reports.load()


def changed(tmp_path: Path, table: str, old: str, new: str) -> reports.Report:
    """A copy of the data with one text replaced in one table."""
    shutil.copytree(reports.DATA, tmp_path / "data")
    path = tmp_path / "data" / "tables" / f"{table}.csv"
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")
    return reports.load(tmp_path / "data")


@pytest.mark.parametrize(("module", "name"), OPENINGS, ids=[f"{m.__name__.rsplit('.')[-1]}.{n}" for m, n in OPENINGS])
def test_sentences_are_complete(module: object, name: str, printed: reports.Report) -> None:
    for sentence in getattr(module, name)(printed):
        assert len(sentence) > 40
        assert not re.search(r"\bnan\b|\binf\b|None|[{}]|  ", sentence), sentence


def test_a_deficit_is_not_called_a_surplus(tmp_path: Path) -> None:
    other = changed(tmp_path, "1-2-15", "720.49,100.00,696.56,100.00,23.93", "650.49,100.00,696.56,100.00,-46.07")
    opening = technology.headlines(other)[0]
    assert "surplus" not in opening
    assert "deficit" in opening


def test_the_rank_in_the_sentence_is_that_of_the_table(tmp_path: Path) -> None:
    other = changed(tmp_path, "1-2-13", '"10,479"', '"60,479"')
    assert "second of the ten" in patenting.headlines(other)[0]


def test_a_falling_rate_is_said_to_fall(tmp_path: Path) -> None:
    other = changed(tmp_path, "1-2-16", "34.81", "30.81")
    assert "the rate fell" in value_added.headlines(other)[2]


def test_the_share_of_high_technology_is_that_of_the_table(tmp_path: Path) -> None:
    other = changed(tmp_path, "1-2-9", "63.48", "43.48")
    assert "to 43.5%" in economy.export_headlines(other)[1]
    assert "loses share" in economy.structure(other, "1-2-9").title


def test_the_percentile_uses_the_number_assessed(tmp_path: Path) -> None:
    other = changed(tmp_path, "1-2-12", "2,196", "2,12")
    assert "2 of 196" not in " ".join(standing.headlines(other))
