"""The editions that trials make are what they say, and next year's is read by every command."""

from __future__ import annotations

import csv
import json
import random
import re
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
    assert f"`python -m analysis cells --data {target}` names the next cell" in said
    assert main(["cells", "--data", str(target)]) == 2
    assert "rank_2025: a value; this cell is empty" in capsys.readouterr().err
    before, after = report_module.load(), report_module.load(str(target))
    assert [m.table for m in after.tables.values()] == [m.table for m in before.tables.values()]
    years = {f.year for m in before.tables.values() for f in m.fields if f.year}
    assert {f.year for m in after.tables.values() for f in m.fields if f.year} == {y + 1 for y in years}
    assert after.claims().empty
    assert len(after.resource("relations")) == len(before.resource("relations"))
    assert not list(target.rglob("*.partial"))


def test_an_edition_half_typed_works_for_the_tables_that_are_and_names_the_others(tmp_path, capsys):
    target = tmp_path / "next"
    assert main(["new-edition", str(target)]) == 0
    file = target / "tables/1-2-2.csv"
    blank = file.read_text(encoding="utf-8").splitlines()
    typed = (ROOT / "data/tables/1-2-2.csv").read_text(encoding="utf-8").splitlines()[1:]
    file.write_text("\n".join([blank[0], *typed]) + "\n", encoding="utf-8")
    for command in COMMANDS:
        capsys.readouterr()
        code = main([command, "--format", "csv", "--data", str(target)])
        said = capsys.readouterr()
        assert code == 0, said.err
        assert "18 tables have no number yet and are left out" in said.err
        assert ("intensity" in said.out) >= (command == "indicators")
    file.write_text("\n".join([blank[0], *typed[:3], *blank[4:]]) + "\n", encoding="utf-8")
    assert main(["audit", "--data", str(target)]) == 2
    assert re.search(r"1-2-2.csv, row .*: a value; this cell is empty, and 1[0-9] more", capsys.readouterr().err)


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


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("sales 2021/22", "sales 2022/23"),
        ("1999/00, 2009–10 and 2019-20.", "2000/01, 2010–11 and 2020-21."),
        ("x 2011-11, x 2011-12", "x 2012-11, x 2012-12"),  # months, as ISO 8601 writes them
        ("2024-09, 2024-09-30, 2021/2022", "2025-09, 2025-09-30, 2022/2023"),
        ("Index, 2015=100; 2015/16 = 100; 2015", "Index, 2015=100; 2015/16 = 100; 2016"),
        ("2015=1000", "2016=1000"),
    ],
)
def test_both_halves_of_a_fiscal_year_move_and_a_base_stays(text, after):
    assert editions_module.moved(text, 1) == after


def plain(folder, relations, rows, fields, **of_relations):
    """A package of another publisher: table ``t`` and its relations."""
    folder.mkdir()
    (folder / "t.csv").write_text("\n".join([",".join(f'"{f["name"]}"' for f in fields), *rows, ""]), "utf-8")
    names = ["tables", "name", "target", "kernel", "inputs"]
    with (folder / "relations.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([names, *relations])
    resources = [
        {"name": "t", "path": "t.csv", "schema": {"fields": fields}},
        {"name": "relations", "path": "relations.csv", "schema": {"fields": [{"name": n} for n in names]}}
        | of_relations,
    ]
    (folder / "datapackage.json").write_text(json.dumps({"resources": resources}), "utf-8")
    return folder


def test_the_relations_of_another_package_carry_over_with_the_years_of_its_columns(tmp_path, capsys):
    names = ["2020/21", "2021/22", "Change 2021/22 %", "Index, 2015=100"]
    fields = [{"name": "Region"}, *({"name": n, "type": "number"} for n in names)]
    rows = [
        "North [2015],100.4,110.2,9.8,100.0",
        '"Sales, 2021 prices",20.0,21.0,5.0,100.0',
        "All,120.4,131.2,9.0,100.0",
    ]
    relations = [
        ["t", "growth", "Change 2021/22 %", "growth", "2020/21,2021/22"],
        ["t", "total", "{2020/21, 2021/22}[All]", "total", "same[*-All]"],
        ["t", "row", "Index, 2015=100[All]", "at_most", "2020/21[North [2015]]"],
        ["t", "prices", "2020/21[All]", "total", "2020/21[{North [2015], Sales, 2021 prices}]"],
        ["t", "sales", "2021/22[Sales, 2021 prices]", "at_most", "2021/22[All]"],
    ]
    old = plain(tmp_path / "old", relations, rows, fields)
    assert set(audit_ledger(old)["verdict"]) <= {"reproduced", "consistent"}
    assert main(["new-edition", str(tmp_path / "new"), "--data", str(old)]) == 0
    assert 'carries_over" of a resource says otherwise: relations.csv\n' in capsys.readouterr().out
    new = tmp_path / "new"
    moved = ["2021/22", "2022/23", "Change 2022/23 %", "Index, 2015=100"]
    (header, *_) = csv.reader((new / "t.csv").read_text("utf-8").splitlines())
    assert header == ["Region", *moved]
    inputs = [row[4] for row in csv.reader((new / "relations.csv").read_text("utf-8").splitlines())]
    assert inputs == [
        "inputs",
        "2021/22,2022/23",
        "same[*-All]",
        "2021/22[North [2015]]",
        "2021/22[{North [2015], Sales, 2021 prices}]",
        "2022/23[All]",
    ]
    (new / "t.csv").write_text("\n".join([",".join(f'"{n}"' for n in header), *rows, ""]), "utf-8")
    assert len(audit_ledger(new)) == len(audit_ledger(old)) == 8


def audit_ledger(folder):
    """Every relation that a package has is about something in it."""
    loaded = report_module.load(folder)
    ledger = audit.ledger(loaded)
    assert loaded.warnings == []
    return ledger


def test_what_carries_over_is_said_in_the_package(tmp_path):
    fields = [{"name": "Region"}, {"name": "2021", "type": "number"}]
    old = plain(tmp_path / "old", [["t", "r", "2021", "at_most", "2021"]], ["A,1"], fields, carries_over=False)
    assert main(["new-edition", str(tmp_path / "new"), "--data", str(old)]) == 0
    assert (tmp_path / "new/relations.csv").read_text("utf-8").count("\n") == 1


def test_the_relations_of_the_report_carry_over_but_for_the_year_of_a_sentence(tmp_path):
    assert main(["new-edition", str(tmp_path / "next")]) == 0
    before, after = ((d / "relations.csv").read_text("utf-8") for d in (ROOT / "data", tmp_path / "next"))
    assert after == re.sub(r"(?<=_)20\d\d\b", lambda year: str(int(year[0]) + 1), before)


def test_what_only_one_edition_prints_is_said(tmp_path, capsys):
    def edition(name, header, *rows):
        fields = [{"name": "Row"}, *({"name": n, "type": "number"} for n in header)]
        return plain(tmp_path / name, [], rows, fields)

    old = edition("old", ["sales", "staff"], "A,1,2", "B,3,4", "C,5,6")
    new = edition("new", ["turnover", "staff"], "A,1,2", "C,5,6", "D,7,8", "E,7,8")
    later = edition("later", ["sales", "staff"], "A,1.4,2", "B,3,9", "C,5,6")
    for form in ("csv", "json", "table"):
        assert main(["revisions", str(old), str(new), "--format", form]) == 0
        assert capsys.readouterr().err == (
            "note: 4 numbers of OLD without a partner (measure sales of t; row B of t)\n"
            "note: 6 numbers of NEW without a partner (measure turnover of t; row D of t; row E of t)\n"
        )
    assert main(["revisions", str(old), str(old)]) == 0
    assert capsys.readouterr().err == ""
    assert main(["revisions", str(old), str(later)]) == 0
    assert capsys.readouterr().err == "note: 2 of 6 numbers of both editions changed, 1 beyond rounding\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_measure_that_two_tables_print_or_none_is_left_out_with_a_line(command, data_copy, capsys):
    package = data_copy / "datapackage.json"
    described = json.loads(package.read_text("utf-8"))
    (table,) = [r for r in described["resources"] if r.get("table") == "1-2-2"]
    described["resources"].append(table | {"name": "again", "table": "9-9-9"})
    package.write_text(json.dumps(described), "utf-8")
    assert main([command, "--format", "csv", "--data", str(data_copy)]) == 0
    said = capsys.readouterr()
    if command == "indicators":
        assert "intensity (one table alone that prints gerd_intensity, found 1-2-2, 9-9-9)" in said.err
        assert "gerd_growth" in said.out
    if command == "trends":
        assert "not estimable, because datapackage.json: one table alone" in said.out


def test_what_only_one_column_of_a_measure_lacks_is_named_once(capsys):
    frames = [pd.DataFrame({"row": ["A", "B"], "rank_2024": ["1", "2"], "x_2024": ["3", "4"], "x_2025": ["5", "6"]})]
    frames.append(frames[0].rename(columns={"rank_2024": "rank_2025"}))
    notes = editions_module.revisions(*(report_module.from_frames({"t": f}) for f in frames)).attrs["notes"]
    assert len(notes) == 2
    assert all(" and " not in note for note in notes)


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
