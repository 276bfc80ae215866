"""The editions that trials make are what they say, and next year's is read by every command."""

from __future__ import annotations

import csv
import random
from collections import Counter
from pathlib import Path

import pytest

from analysis import audit, claims, evidence
from analysis import report as report_module
from analysis.__main__ import COMMANDS, frame
from tests.trials import editions
from tests.trials.__main__ import outcome

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def moved(tmp_path_factory):
    """All years of the tables moved on by one; everything else as it is."""
    return editions.next_year(ROOT / "data", tmp_path_factory.mktemp("edition") / "data", everything=False)


def test_moving_the_years_changes_no_printed_number(moved):
    before, after = report_module.load().cells(), report_module.load(str(moved)).cells()
    assert list(before["printed"]) == list(after["printed"])
    years = [(int(a), int(b)) for a, b in zip(before["year"], after["year"], strict=True) if str(a).isdigit()]
    assert years
    assert all(b == a + 1 for a, b in years)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_reads_next_years_edition_and_loses_nothing(command, moved):
    said, rows = outcome(command, moved)
    assert said == ""
    if command not in ("findings", "trends"):
        assert rows == len(frame(command, None))


def test_every_series_of_next_years_edition_has_the_trends_of_this_one(moved):
    # the register still names cells of this edition, so the moved one has a few more numbers that nobody doubts
    this, other = (_estimates(frame("trends", data)) for data in (None, str(moved)))
    assert not this - other


def _estimates(found):
    years = {"parameter": r"\d{4}", "series": r"\d{4}"}
    found = found[found["parameter"] != ""]  # without one, the row says why there is no estimate
    names = found.assign(**{c: found[c].str.replace(p, "year", regex=True) for c, p in years.items()})
    return Counter(map(tuple, names[["series", "table", "model", "parameter"]].to_numpy().tolist()))


def test_what_the_moved_edition_does_not_print_is_said_in_a_row_and_in_a_line(moved):
    report = report_module.load(str(moved))
    ledger, claimed, outside = audit.ledger(report), claims.evaluate(report), evidence.compare(report)
    rate = ledger[(ledger["row"] == "technology_receipts_2023") & (ledger["relation"] == "in table")]
    assert list(rate["verdict"]) == ["unchecked"]  # the table is now one of 2024
    unfit = claimed[claimed["note"].str.startswith("not printed in this edition")]
    assert set(unfit["verdict"]) == {"not checkable"}
    assert "table 1-2-15 has no C receipts 2023" in claimed.set_index("id")["note"]["C436.1"]
    assert (outside["verdict"] == evidence.NOT_PRINTED).sum() > 0
    assert [line.partition(":")[0] for line in report.warnings] == ["claims.csv", "evidence.csv"]
    assert all("not printed in this edition" in line for line in report.warnings)


def test_this_edition_prints_all_that_its_claims_facts_and_relations_name():
    report = report_module.load()
    audit.ledger(report), claims.evaluate(report), evidence.compare(report)
    assert report.warnings == []


def test_a_changed_digit_is_one_digit_of_one_number_and_is_read(data_copy):
    rng = random.Random(1)
    for _ in range(40):
        before = {
            p.name: list(csv.reader(p.read_text("utf-8").splitlines())) for p in (data_copy / "tables").glob("*.csv")
        }
        editions.changed_digit(data_copy, rng)
        after = {
            p.name: list(csv.reader(p.read_text("utf-8").splitlines())) for p in (data_copy / "tables").glob("*.csv")
        }
        pairs = [
            (a, b)
            for name in before
            for old, new in zip(before[name], after[name], strict=True)
            for a, b in zip(old, new, strict=True)
            if a != b
        ]
        ((a, b),) = pairs
        assert [x.isdigit() and y.isdigit() for x, y in zip(a, b, strict=True) if x != y] == [True]
    report_module.load(str(data_copy)).cells()
