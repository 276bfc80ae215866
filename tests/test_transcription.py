"""The cells of five difficult tables, derived again from raw lines of the report.

``fixtures/`` holds the rows of those tables as the text export has them: tab-separated,
with shifted and lost leading cells. They are parsed here by rules of their own, not by
the code that made or reads ``data/``, and must give the same cells.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from analysis import report

FIXTURES = Path(__file__).parent / "fixtures"

Cell = tuple[str, str, str]  # row label, column, printed
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def lines(table: str) -> list[list[str]]:
    """The raw rows of a table, split at tabs."""
    return [line.split("\t") for line in (FIXTURES / f"{table}.txt").read_text(encoding="utf-8").splitlines()]


def number(text: str) -> str:
    """A printed number without thousands separators, arrow and footnote mark."""
    bare = text.replace(",", "").rstrip("*")
    if bare.startswith("↓"):
        bare = f"-{bare[1:].strip()}"
    if bare.startswith("↑"):
        bare = bare[1:].strip()
    assert NUMBER.fullmatch(bare), text
    return bare


def sources_of_funds() -> Iterator[Cell]:
    """1-2-3: two lines a source (amount, share), the label only in the first of them."""
    columns = ["2019", "2020", "2021", "2022", "2023", "change_2023"]
    source = ""
    for label, kind, *values in lines("1-2-3"):
        source = label or source
        measure = {"金額": "amount", "占比": "share", "": "amount"}[kind]
        for column, value in zip(columns, values, strict=True):
            yield source, f"{measure}_{column}", number(value)


def environment() -> Iterator[Cell]:
    """1-2-6: six criteria, two years each."""
    criteria = [
        "legal_support",
        "ip_protection",
        "technology_transfer",
        "digital_skills",
        "qualified_engineers",
        "public_private_partnership",
    ]
    columns = [f"{criterion}_{year}" for criterion in criteria for year in (2024, 2025)]
    for label, *values in lines("1-2-6"):
        for column, value in zip(columns, values, strict=True):
            yield label, column, number(value)


def macroeconomy() -> Iterator[Cell]:
    """1-2-8: five years; an asterisk marks preliminary figures."""
    for label, *values in lines("1-2-8"):
        for year, value in zip(range(2020, 2025), values, strict=True):
            yield label, f"value_{year}", number(value)


def fields() -> Iterator[Cell]:
    """1-2-14: domain in the first row of its group; two rows lost their blank first cell."""
    columns = ["patents_world"]
    columns += [f"{measure}_{code}" for code in ("DEU", "JPN", "KOR", "TWN", "USA") for measure in ("patents", "rank")]
    for row in lines("1-2-14"):
        filled = [cell for cell in row if cell]
        first_number = next(i for i, cell in enumerate(filled) if NUMBER.fullmatch(cell.replace(",", "")))
        label = filled[first_number - 1]
        for column, value in zip(columns, filled[first_number:], strict=True):
            yield label, column, number(value)


def value_added() -> Iterator[Cell]:
    """1-2-16: the order number stands before the label, then three columns a year."""
    columns = [
        f"{measure}_{year}"
        for year in (2014, 2021, 2022, 2023)
        for measure in ("value_added", "share", "value_added_rate")
    ]
    for label, *values in lines("1-2-16"):
        found = re.fullmatch(r"(?:([0-9]+)\.)?(.+)", label)
        assert found
        if found[1]:
            yield found[2], "order", found[1]
        for column, value in zip(columns, values, strict=True):
            yield found[2], column, number(value)


@pytest.mark.parametrize(
    ("table", "parse"),
    [
        ("1-2-3", sources_of_funds),
        ("1-2-6", environment),
        ("1-2-8", macroeconomy),
        ("1-2-14", fields),
        ("1-2-16", value_added),
    ],
)
def test_cells_equal_the_raw_lines(table: str, parse: Callable[[], Iterator[Cell]]) -> None:
    cells = report.load().cells([table])
    stored = dict(zip(zip(cells["row"], cells["column"], strict=True), cells["printed"], strict=True))
    raw = list(parse())
    derived = {(row, column): printed for row, column, printed in raw}
    assert len(derived) == len(raw)
    assert derived == stored


def test_domains_follow_the_row_groups() -> None:
    """A label in the first of 13 cells opens a group; rows that lost the blank belong to the group before."""
    domain = ""
    derived = {}
    for row in lines("1-2-14"):
        if row[-1] == "":  # shifted to the left by one: the blank went to the end
            derived[row[0]] = domain
            continue
        domain = row[0] or domain
        derived[row[1]] = domain
    assert derived == report.load().printed("1-2-14")["domain"].to_dict()
    assert list(dict.fromkeys(derived.values())) == ["資通光電", "機械運輸", "材料化學", "生技醫藥"]


def test_the_fixtures_hold_numbers_and_labels_only() -> None:
    for path in sorted(FIXTURES.glob("1-*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert "\t" in line
            assert "。" not in line
            assert len(line) < 200
