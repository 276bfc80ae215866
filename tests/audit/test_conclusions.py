"""Findings: computed, numbered by a register that notices every change; exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from analysis import audit
from analysis.__main__ import main
from analysis.audit.conclusions import COLUMNS, SEVERITIES, conclude, register, register_rows
from analysis.audit.patterns import tail
from analysis.report import Report, load

Edit = Callable[[Path, str, str, str], None]


def test_findings_are_json_friendly_and_known(report: Report) -> None:
    found = audit.findings(report)
    assert list(found.columns) == COLUMNS
    assert set(found["severity"]) <= set(SEVERITIES)
    assert found["id"].is_unique
    assert found["id"].str.fullmatch(r"F-\d{3}").all()
    assert json.loads(found.to_json(orient="records"))


def test_every_contradicted_row_belongs_to_a_finding(report: Report) -> None:
    rows = audit.ledger(report)
    failing = rows[rows["verdict"].isin(["contradicted", "explained"])]
    assert (failing["finding"] != "").all()
    assert (rows.loc[~rows.index.isin(failing.index), "finding"] == "").all()
    assert audit.unexplained(rows) == 0
    assert audit.strict_problems(rows) == []


def test_the_register_is_what_the_present_numbers_give(report: Report) -> None:
    listed = report.resource("known_findings")
    assert listed.equals(register_rows(report)[list(listed.columns)])


def test_every_finding_quotes_the_printed_numbers_of_its_cells(report: Report) -> None:
    printed = {(c.table, c.row, c.column): c.printed for c in report.cells().itertuples()}
    for finding in conclude(report):
        table, row, column = finding.cells[0].split("/", 2)
        if table != "prose":
            assert f"printed {printed[table, row, column]}" in " ".join(finding.arithmetic)


def test_the_order_of_files_and_tables_does_not_matter(report: Report) -> None:
    one, two = audit.findings(load()), audit.findings(report)
    assert one.equals(two)


def test_a_damaged_copy_gives_another_finding(data_copy: Path, report: Report, edit: Edit) -> None:
    edit(data_copy, "1-2-3", "83.13", "88.13")
    found = audit.findings(load(data_copy))
    (new,) = found[found["id"].str.startswith("N-")].to_dict("records")
    assert new["cells"].split("; ")[-1] == "1-2-3/政府部門/amount_2021"
    assert "83.13" in new["explanation"]
    assert set(audit.findings(report)["id"]) <= set(found["id"])


def test_a_repaired_copy_loses_its_finding_and_says_so(data_copy: Path, edit: Edit) -> None:
    edit(data_copy, "1-2-6", "挪威,10,11,", "挪威,10,12,")
    rows = audit.ledger(load(data_copy))
    assert audit.unexplained(rows) == 0
    (problem,) = audit.strict_problems(rows)
    (gone,) = problem.removeprefix("known findings no longer match: ").split(", ")
    assert register(load(data_copy))["ambiguous:1-2-6:挪威+中華民國"]["id"] == gone


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
    assert len(found) == len(audit.findings(report))
    assert found["id"].str.startswith("N-").all()


def test_a_constant_rate_is_found_by_its_chance(report: Report, data_copy: Path) -> None:
    (finding,) = [f for f in conclude(report) if f.kind == "constant rate"]
    assert len(finding.cells) == sum(report.cells().query("measure == 'growth'")["printed"] == "1.00")
    for table in ("1-2-4", "1-2-5"):
        file = data_copy / "tables" / f"{table}.csv"
        lines = file.read_text(encoding="utf-8").splitlines()
        file.write_text(
            "\n".join(line.removesuffix("1.00") + "1.01" * line.endswith("1.00") for line in lines) + "\n",
            encoding="utf-8",
        )
    assert "constant rate" in {f.kind for f in conclude(load(data_copy))}


def test_the_binomial_tail_is_exact() -> None:
    from fractions import Fraction

    assert tail(3, 2, Fraction(1, 2)) == 0.5
    assert tail(5, 0, Fraction(1, 3)) == 1.0


def test_a_chapter_reads_its_verdicts_without_the_other_tables(data_copy: Path) -> None:
    for other in ("1-2-14", "1-2-16"):
        (data_copy / "tables" / f"{other}.csv").unlink()
    counts = audit.chapter_verdicts(load(data_copy), ["1-2-9", "1-2-10"])
    assert list(counts.index) == ["1-2-9", "1-2-10"]
    assert counts["findings"].str.fullmatch(r"F-\d{3}").all()


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
