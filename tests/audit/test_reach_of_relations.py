"""Faults that only the ties across tables and sentences show."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analysis.audit.verdicts import audit
from analysis.report import Report, load

#: What is damaged: (file, old, new, relations that then fail, family of their verdict).
DAMAGES = {
    "real GDP ten times too large": (
        "tables/1-2-8.csv",
        r"(?<=實質GDP（新臺幣/億元）).*",
        lambda m: re.sub(r'"(\d+),(\d+)"', lambda n: f'"{int(n[1] + n[2]) * 10:,}"', m[0]),
        {"real GDP", "income and GDP"},
        "implausible",
    ),
    "world population 2035 ten times too small": ("prose.csv", "88.9", "8.89", {"holds listed"}, "contradicted"),
    "world population 2035 twice too large": ("prose.csv", "88.9", "188.9", {"decade"}, "implausible"),
    "digits of the ratio of 2023 exchanged": (
        "prose.csv",
        r"ratio,比,0\.36",
        "ratio,比,0.63",
        {"ratio a year before"},
        "contradicted",
    ),
    "a digit of the growth of receipts lost": ("prose.csv", r"11\.05", "1.05", {"ratio a year before"}, "contradicted"),
    "digits of the growth of ICT exports exchanged": (
        "prose.csv",
        "exports_growth,%,63",
        "exports_growth,%,36",
        {"two groups a year before"},
        "implausible",
    ),
    "growth that leaves no room in all exports": (
        "prose.csv",
        "exports_growth,%,63",
        "exports_growth,%,-63",
        {"last year's parts"},
        "contradicted",
    ),
    "a surplus that narrowed": ("prose.csv", r"16\.41", "161.41", {"widened"}, "contradicted"),
    "a total of the OECD with a wrong first digit": (
        "tables/1-2-1.csv",
        '"19,306"',
        '"29,306"',
        {"members and rest"},
        "implausible",
    ),
    "researchers of the EU with a wrong first digit": (
        "tables/1-2-4.csv",
        r"213\.52",
        "913.52",
        {"members and rest"},
        "implausible",
    ),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_fault_across_tables_and_sentences_is_seen(name: str, data_copy: Path, report: Report) -> None:
    file, old, new, names, verdict = DAMAGES[name]
    path = data_copy / file
    text, count = re.subn(old, new, path.read_text(encoding="utf-8"), count=1)
    assert count == 1
    path.write_text(text, encoding="utf-8")
    sound, damaged = (audit(r).table for r in (report, load(data_copy)))
    for relation in names:
        assert not ((sound["relation"] == relation) & (sound["verdict"] == verdict)).any()
        assert ((damaged["relation"] == relation) & (damaged["verdict"] == verdict)).any(), relation


def test_the_order_of_the_rows_speaks_for_an_exchange(report: Report) -> None:
    found = audit(report, frozenset({"1-2-4"})).table
    order = found[found["relation"] == "row order"]
    assert set(order.loc[order["verdict"] == "implausible", "row"]) == {"新加坡", "芬蘭"}
    assert set(order["basis"]) == {"assumption"}
