"""Findings: computed, numbered by a register that notices every change; exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from analysis import audit
from analysis.__main__ import main
from analysis.audit.__main__ import check_rows, register_rows
from analysis.audit.assignment import notes
from analysis.audit.conclusions import COLUMNS, conclude
from analysis.audit.patterns import tail
from analysis.audit.register import CONSEQUENCES, GRADES, register
from analysis.audit.verdicts import COLUMNS as LEDGER
from analysis.report import Report, load

Edit = Callable[[Path, str, str, str], None]


def test_findings_are_json_friendly_and_known(report: Report) -> None:
    found = audit.findings(report)
    assert list(found.columns) == COLUMNS
    assert set(found["grade"]) == set(GRADES)
    assert set(found["consequence"]) <= set(CONSEQUENCES)
    assert found["id"].is_unique
    assert found["id"].str.fullmatch(r"F-\d{3}").all()
    assert json.loads(found.to_json(orient="records"))


def test_every_failing_row_belongs_to_a_finding(report: Report) -> None:
    rows = audit.ledger(report)
    failing = rows[rows["verdict"].isin(["contradicted", "implausible", "explained"])]
    assert (failing["finding"] != "").all()
    assert (rows.loc[~rows.index.isin(failing.index), "finding"] == "").all()
    assert audit.unexplained(rows) == 0
    assert audit.strict_problems(rows) == []
    assert notes(rows) == []


def test_only_errors_own_contradictions(report: Report) -> None:
    rows = audit.ledger(report)
    grades = audit.findings(report).set_index("id")["grade"]
    owners = rows.loc[rows["verdict"] == "contradicted", "finding"]
    assert set(grades[owners]) == {"error"}
    dates = audit.findings(report).set_index("id")["kind"] == "date"  # of a caption, which no relation reads
    for i in grades.index[(grades == "error") & ~dates]:
        assert (rows.loc[rows["finding"] == i, "verdict"] == "contradicted").any()


def test_no_title_calls_wrong_what_is_not_proven(report: Report) -> None:
    found = audit.findings(report)
    said = found.loc[found["grade"] != "error", "title"] + " " + found.loc[found["grade"] != "error", "explanation"]
    assert not said.str.contains("cannot be right|wrong|error|mistake|false", case=False).any()


GRADED = {
    "error": ["F-001", "F-004", "F-005"],
    "pattern": ["F-002", "F-008", "F-012"],
    "unusual": ["F-003", "F-006", "F-007", "F-009", "F-010", "F-011"],
}


@pytest.mark.parametrize("grade", GRADED)
def test_known_facts_keep_id_and_grade(grade: str, report: Report) -> None:
    found = audit.findings(report)
    listed = set(found.loc[found["grade"] == grade, "id"])
    assert set(GRADED[grade]) <= listed
    assert not listed & {i for g in GRADED if g != grade for i in GRADED[g]}


def test_the_register_is_what_the_present_numbers_give(report: Report) -> None:
    listed = report.resource("known_findings")
    assert listed.equals(register_rows(report)[list(listed.columns)])
    assert report.resource("checks").equals(check_rows(report))


def test_what_estimation_does_with_a_cell_is_said_of_printed_cells(report: Report) -> None:
    printed = {f"{c.table}/{c.row}/{c.column}": c.printed for c in report.cells().itertuples()}
    for known in register(report):
        places = known.record["cells"].split("; ")
        assert all(p in printed or p.startswith("prose/") for p in places)
        assert set(known.repair) <= set(places)
        assert bool(known.repair) == (known.record["treatment"] == "repair")
        assert all(printed[p] != value for p, value in known.repair.items())


def test_the_repair_of_the_register_resolves_its_finding(report: Report, data_copy: Path) -> None:
    (one,) = [k for k in register(report) if k.record["treatment"] == "repair"]
    printed = {f"{c.table}/{c.row}/{c.column}": c.printed for c in report.cells().itertuples()}
    for table in {place.split("/")[0] for place in one.repair}:
        file = data_copy / "tables" / f"{table}.csv"
        text = file.read_text(encoding="utf-8")
        rows: dict[str, list[str]] = {}
        for place in one.repair:
            rows.setdefault(place.split("/")[1], []).append(place)
        for row, places in rows.items():
            old = f"{row}," + ",".join(printed[p] for p in places)
            assert text.count(old) == 1
            text = text.replace(old, f"@{row}," + ",".join(one.repair[p] for p in places))
        file.write_text(text.replace("@", ""), encoding="utf-8")
    rows_left = audit.ledger(load(data_copy))
    assert not (rows_left["finding"] == one.id).any()
    assert audit.unexplained(rows_left) == 0


def test_every_finding_quotes_the_printed_numbers_of_its_rows(report: Report) -> None:
    rows = audit.ledger(report)
    for finding in conclude(report):
        said = " ".join(finding.arithmetic).replace(",", "")  # thousands apart in some
        printed = {f"{c.table}/{c.row}/{c.column}": c.printed for c in report.cells().itertuples()}
        if finding.kind == "date":
            continue  # it quotes the caption
        own = rows.loc[rows["finding"] == finding.id, "printed"].tolist() or [printed[p] for p in finding.cells]
        assert all(f"printed {number}" in said for number in own[:1])
        assert len(finding.arithmetic) >= min(len(own), 8)


def test_the_arithmetic_of_a_wrong_unit_shows_the_repaired_number(report: Report) -> None:
    (unit,) = [f for f in conclude(report) if f.kind == "unit"]
    line = next(x for x in unit.arithmetic if "China" in x)
    assert "printed 300.13, " in line
    assert "after the repair printed 3001.30, " in line


def test_the_order_of_files_and_tables_does_not_matter(report: Report) -> None:
    one, two = audit.findings(load()), audit.findings(report)
    assert one.equals(two)


def test_a_damaged_copy_gives_another_finding(data_copy: Path, report: Report, edit: Edit) -> None:
    edit(data_copy, "1-2-3", "83.13", "88.13")
    found = audit.findings(load(data_copy))
    (new,) = found[found["id"].str.startswith("N-")].to_dict("records")
    assert (new["grade"], new["status"]) == ("error", "open")
    assert new["cells"].split("; ")[-1] == "1-2-3/政府部門/amount_2021"
    assert "83.13" in new["explanation"]
    assert set(audit.findings(report)["id"]) <= set(found["id"])


def test_a_repaired_copy_loses_its_finding_and_says_so(data_copy: Path, edit: Edit) -> None:
    edit(data_copy, "1-2-6", "挪威,10,11,", "挪威,10,12,")
    rows = audit.ledger(load(data_copy))
    assert audit.unexplained(rows) == 0
    assert audit.strict_problems(rows) == ["known findings no longer match: F-007"]


def test_a_correction_elsewhere_renumbers_and_loses_nothing(data_copy: Path, report: Report, edit: Edit) -> None:
    """The true Swiss density of 2023: other findings read that cell, and keep id and rows."""
    edit(data_copy, "1-2-13", "306,476", "298,476")
    before, after = audit.findings(report), audit.findings(load(data_copy))
    assert list(after["id"]) == list(before["id"])
    rows = audit.ledger(load(data_copy))
    assert audit.strict_problems(rows) == ["known findings rest on other numbers than expected: F-008"]
    (moved,) = notes(rows)
    assert "F-004" in moved


def test_a_digit_anywhere_loses_no_finding_on_other_cells(data_copy: Path, report: Report) -> None:
    """One cell of every fourth table, its last digit changed, in turn (``make trial TRIAL=digits`` tries any)."""
    known = {k.id: {p for p, _ in k.rows} | set(k.cells) for k in register(report)}
    for table in list(report.tables)[::4]:
        file = data_copy / "tables" / f"{table}.csv"
        text = file.read_text(encoding="utf-8")
        cell = next(c for c in report.cells([table]).itertuples() if c.printed[-1].isdigit() and c.flag == "")
        lines = text.split("\n")
        at = next(
            i for i, line in enumerate(lines) if line.startswith(f"{cell.row},") or line.startswith(f'"{cell.row}"')
        )
        place = max(i for i, ch in enumerate(lines[at]) if ch.isdigit())
        lines[at] = lines[at][:place] + str((int(lines[at][place]) + 1) % 10) + lines[at][place + 1 :]
        file.write_text("\n".join(lines), encoding="utf-8")
        present = set(audit.findings(load(data_copy))["id"])
        file.write_text(text, encoding="utf-8")
        gone = set(known) - present
        assert all(any(f"{table}/{cell.row}/" in p for p in known[i]) for i in gone), (table, cell.row, gone)


def test_a_derivation_from_a_contradicted_number_explains_nothing(data_copy: Path) -> None:
    """Receipts and payments exchanged: shares of the text do not follow from the text's own wrong total."""
    file = data_copy / "tables" / "1-2-15.csv"
    text = file.read_text(encoding="utf-8")
    line = next(x for x in text.splitlines() if "製造業" in x or "整體產業" in x)
    head = text.splitlines()[0].split(",")
    cells = line.split(",")
    a, b = head.index("receipts"), head.index("payments")
    cells[a], cells[b] = cells[b], cells[a]
    file.write_text(text.replace(line, ",".join(cells)), encoding="utf-8")
    rows = audit.ledger(load(data_copy), tables=["prose"])
    shares = rows[rows["row"].eq("receipts_share_china_2023") & rows["relation"].eq("share")]
    assert list(shares["verdict"]) == ["contradicted"]


def test_another_number_in_a_known_contradiction_is_not_the_known_finding(data_copy: Path, edit: Edit) -> None:
    edit(data_copy, "1-2-4", "3.59,3.63,3.90,4.01,4.10", "3.59,3.63,3.90,4.01,41.0")
    assert audit.unexplained(audit.ledger(load(data_copy))) > 0


def test_the_unit_finding_goes_with_the_unit(data_copy: Path) -> None:
    file = data_copy / "datapackage.json"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('"unit": "仟人"', '"unit": "萬人"'), encoding="utf-8")
    kinds = audit.findings(load(data_copy))["kind"]
    assert "unit" not in set(kinds)
    assert "block" in set(kinds)


def test_an_edition_without_a_register_numbers_everything_anew(data_copy: Path, report: Report) -> None:
    file = data_copy / "datapackage.json"
    package = json.loads(file.read_text(encoding="utf-8"))
    package["resources"] = [r for r in package["resources"] if r["name"] != "known_findings"]
    file.write_text(json.dumps(package, ensure_ascii=False), encoding="utf-8")
    found = audit.findings(load(data_copy))
    assert found["id"].str.startswith("N-").all()
    rows, before = audit.ledger(load(data_copy)), audit.ledger(report)
    assert (rows["finding"].ne("") == before["finding"].ne("")).all()
    assert (found["grade"] == "error").sum() == (audit.findings(report)["grade"] == "error").sum()


def test_a_constant_rate_is_found_by_its_chance(report: Report, data_copy: Path) -> None:
    (finding,) = [f for f in conclude(report) if f.kind == "constant rate"]
    count = sum(report.cells().query("measure == 'growth'")["printed"] == "1.00")
    assert len(finding.cells) == count
    (chance,) = [line for line in finding.arithmetic if "chance" in line]
    assert chance.startswith("a level and its ratio counted once, 9 of ")
    assert "if they were independent" in chance
    file = data_copy / "tables" / "1-2-5.csv"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("1.00", "1.01", 1), encoding="utf-8")
    again = {f.id: f for f in conclude(load(data_copy))}[finding.id]
    assert len(again.cells) == count - 1
    assert audit.strict_problems(audit.ledger(load(data_copy))) != []


def test_the_binomial_tail_is_exact() -> None:
    from fractions import Fraction

    assert tail(3, 2, Fraction(1, 2)) == 0.5
    assert tail(5, 0, Fraction(1, 3)) == 1.0


def test_a_chapter_reads_its_verdicts_without_the_other_tables(data_copy: Path) -> None:
    for other in ("1-2-14", "1-2-16"):
        (data_copy / "tables" / f"{other}.csv").unlink()
    rows = audit.ledger(load(data_copy), ["1-2-9", "1-2-10"])
    assert set(rows["table"]) == {"1-2-9", "1-2-10"}
    found = rows.loc[rows["finding"] != "", ["table", "finding"]]
    assert set(found["table"]) == {"1-2-9", "1-2-10"}
    assert found["finding"].str.fullmatch(r"F-\d{3}").all()


# ---------------------------------------------------------------- exit codes

DAMAGED = {
    "a digit": ("1-2-3", "402.00", "404.61", "405.61"),
    "a sign": ("1-2-1", "", "2.88,-0.54", "2.88,0.54"),
    "two cells": ("1-2-15", "", "26.74,26.78", "26.78,26.74"),
}


def test_the_committed_data_pass_strictly(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "--strict", "--format", "csv"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("fault", DAMAGED)
def test_a_damaged_copy_fails_strictly(
    fault: str, data_copy: Path, capsys: pytest.CaptureFixture[str], edit: Edit
) -> None:
    table, _, old, new = DAMAGED[fault]
    edit(data_copy, table, old, new)
    assert main(["audit", "--data", str(data_copy)]) == 0  # not strict: the ledger is the answer
    assert main(["audit", "--strict", "--data", str(data_copy)]) == 1
    assert "belong to no known finding" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("table", "old", "new", "said"),
    [
        ("1-2-5", "16.72,17.16", "16.72,17,16", "tables/1-2-5.csv, row line 3"),
        ("1-2-13", '"10,479"', "many", "tables/1-2-13.csv, row 中華民國, column patents_2024"),
    ],
)
def test_bad_input_is_one_line_that_says_where(
    table: str, old: str, new: str, said: str, data_copy: Path, capsys: pytest.CaptureFixture[str], edit: Edit
) -> None:
    edit(data_copy, table, old, new)
    assert main(["audit", "--strict", "--data", str(data_copy)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert said in printed.err


def test_a_table_missing_from_the_package_fails_strictly(
    data_copy: Path, capsys: pytest.CaptureFixture[str], edit: Edit
) -> None:
    file = data_copy / "datapackage.json"
    package = json.loads(file.read_text(encoding="utf-8"))
    package["resources"] = [r for r in package["resources"] if r.get("table") != "1-2-3"]
    file.write_text(json.dumps(package, ensure_ascii=False), encoding="utf-8")
    assert main(["audit", "--strict", "--data", str(data_copy)]) == 1
    assert "table 1-2-3: 0 rows checked" in capsys.readouterr().err


def test_a_level_printed_as_missing_fails_strictly(
    data_copy: Path, edit: Edit, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(data_copy, "1-2-1", '韓國,"1,091"', "韓國,N/A")
    assert main(["audit", "--strict", "--data", str(data_copy)]) == 1
    assert "rows checked" in capsys.readouterr().err


def test_a_package_without_relations_has_an_empty_ledger(data_copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = data_copy / "datapackage.json"
    package = json.loads(file.read_text(encoding="utf-8"))
    gone = ("relations", "bounds", "known_findings", "checks", "prose")
    package["resources"] = [r for r in package["resources"] if r["name"] not in gone]
    file.write_text(json.dumps(package, ensure_ascii=False), encoding="utf-8")
    assert main(["audit", "--strict", "--format", "csv", "--data", str(data_copy)]) == 0
    printed = capsys.readouterr()
    assert printed.out == ",".join(LEDGER) + "\n"
    assert "nothing to check" in printed.err
    found = audit.findings(load(data_copy))
    assert list(found.columns) == COLUMNS
    assert set(found["kind"]) <= {"constant rate", "break", "date", "prices", "quantity"}
