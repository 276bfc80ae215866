"""The editions that trials make are what they say, and next year's is read by every command."""

from __future__ import annotations

import csv
import random
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from analysis import audit, claims, evidence
from analysis import editions as editions_module
from analysis import report as report_module
from analysis.__main__ import COMMANDS, main, run
from tests.trials import editions
from tests.trials.__main__ import outcome

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def moved(tmp_path_factory):
    """All years of the tables moved on by one; everything else as it is."""
    data = editions.next_year(ROOT / "data", tmp_path_factory.mktemp("edition") / "data", everything=False)
    return report_module.load(data)


def test_moving_the_years_changes_no_printed_number(moved):
    before, after = report_module.load().cells(), moved.cells()
    assert list(before["printed"]) == list(after["printed"])
    years = [(int(a), int(b)) for a, b in zip(before["year"], after["year"], strict=True) if str(a).isdigit()]
    assert years
    assert all(b == a + 1 for a, b in years)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_reads_next_years_edition_and_loses_nothing(command, moved):
    said, rows = outcome(command, moved)
    assert said == ""
    if command not in ("findings", "trends"):
        assert rows == len(run(command, report_module.load()))


def test_every_series_of_next_years_edition_has_the_trends_of_this_one(moved):
    # the register still names cells of this edition, so the moved one has a few more numbers that nobody doubts
    this, other = (_estimates(run("trends", report)) for report in (report_module.load(), moved))
    assert not this - other


def _estimates(found):
    years = {"parameter": r"\d{4}", "series": r"\d{4}"}
    found = found[found["parameter"] != ""]  # without one, the row says why there is no estimate
    names = found.assign(**{c: found[c].str.replace(p, "year", regex=True) for c, p in years.items()})
    return Counter(map(tuple, names[["series", "table", "model", "parameter"]].to_numpy().tolist()))


def test_what_the_moved_edition_does_not_print_is_said_in_a_row_and_in_a_line(moved):
    ledger, claimed, outside = audit.ledger(moved), claims.evaluate(moved), evidence.compare(moved)
    rate = ledger[(ledger["row"] == "technology_receipts_2023") & (ledger["relation"] == "in table")]
    assert list(rate["verdict"]) == ["unchecked"]  # the table is now one of 2024
    unfit = claimed[claimed["note"].str.startswith("not printed in this edition")]
    assert set(unfit["verdict"]) == {"not checkable"}
    assert "table 1-2-15 has no C receipts 2023" in claimed.set_index("id")["note"]["C436.1"]
    assert (outside["verdict"] == evidence.NOT_PRINTED).sum() > 0
    assert [line.partition(":")[0] for line in moved.warnings] == ["relations.csv", "claims.csv", "evidence.csv"]
    assert all("not printed in this edition" in line for line in moved.warnings)


def test_this_edition_prints_all_that_its_claims_facts_and_relations_name():
    report = report_module.load()
    audit.ledger(report), claims.evaluate(report), evidence.compare(report)
    assert report.warnings == []


@pytest.fixture(scope="module")
def coming(tmp_path_factory):
    """Next year's edition, laid out by ``new-edition`` and typed in."""
    return editions.filled(report_module.load(), tmp_path_factory.mktemp("coming") / "data")


@pytest.fixture(scope="module")
def coming_report(coming):
    return report_module.load(coming)


def test_an_empty_edition_names_the_first_cell_to_fill_in(tmp_path, capsys):
    target = tmp_path / "next"
    assert main(["new-edition", str(target)]) == 0
    said = capsys.readouterr().out
    assert "19 tables with 1,686 empty cells" in said
    assert main(["cells", "--data", str(target)]) == 2
    assert "rank_2025: a value; this cell is empty" in capsys.readouterr().err
    before, after = report_module.load(), report_module.load(str(target))
    assert [m.table for m in after.tables.values()] == [m.table for m in before.tables.values()]
    years = {f.year for m in before.tables.values() for f in m.fields if f.year}
    assert {f.year for m in after.tables.values() for f in m.fields if f.year} == {y + 1 for y in years}
    assert after.claims().empty
    assert len(after.resource("relations")) == len(before.resource("relations"))
    assert not list(target.rglob("*.partial"))


@pytest.mark.parametrize("make", [lambda p: (p / "x").write_text("x"), lambda p: (p / "tables").mkdir()])
def test_a_directory_that_holds_anything_is_left_as_it_is(make, tmp_path, capsys):
    make(tmp_path)
    held = sorted(tmp_path.rglob("*"))
    assert main(["new-edition", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == held


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_reads_the_edition_laid_out_and_typed_in(command, coming_report):
    said, rows = outcome(command, coming_report)
    assert said == ""
    assert rows or command in ("claims", "evidence")  # not written yet


def test_revisions_are_the_numbers_of_old_years_that_changed(coming, capsys):
    assert main(["revisions", str(ROOT / "data"), str(coming), "--format", "csv"]) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert list(rows[0]) == editions_module.REVISIONS
    changed = [r for r in rows if r["difference"].strip("-0.")]
    (one,) = [r for r in changed if r["year"]]
    assert (one["table"], one["column"], one["beyond rounding"]) == ("1-2-1", "gerd_2023", "yes")
    assert float(one["new"]) - float(one["old"]) == float(one["difference"])
    assert {r["note"] for r in rows if not r["difference"]} == {"not available in both editions"}


@pytest.mark.parametrize(
    ("old", "new", "beyond"), [("2.0", "2.04", "no"), ("2.0", "2.1", "no"), ("2.0", "2.06", "yes"), ("2", "2.4", "no")]
)
def test_a_number_is_revised_when_no_value_prints_as_both(old, new, beyond):
    frames = [pd.DataFrame({"row": ["A"], "x": [text]}) for text in (old, new)]
    found = editions_module.revisions(*(report_module.from_frames({"t": frame}) for frame in frames))
    assert list(found["beyond rounding"]) == [beyond]


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
