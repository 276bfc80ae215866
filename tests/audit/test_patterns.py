"""Patterns over many cells: copied lines, a column on another basis, dates; and what nothing would notice."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from analysis.audit.bench import Bench
from analysis.audit.breaks import column_breaks
from analysis.audit.cells import build
from analysis.audit.dates import compiled, impossible_dates
from analysis.audit.repeats import repeated_lines
from analysis.audit.wording import Finding, Words
from analysis.report import BadInput, Report, load
from tests.selftest.unnoticed import unnoticed

STORED = Path(__file__).parents[2] / "book" / "audit" / "unnoticed.csv"


def words(report: Report) -> Words:
    """The words for a report of which no relation has been tried."""
    return Words(report, Bench(build(report), []))


def rows(data: Path, table: str) -> list[list[str]]:
    with (data / f"tables/{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def repeats(data: Path, table: str, changed: list[list[str]]) -> list[Finding]:
    """Copied lines of an edition in which one table holds other rows."""
    with (data / f"tables/{table}.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(changed)
    return repeated_lines(words(load(data)))


# ---------------------------------------------------------------- copied lines


def test_no_line_of_the_report_repeats_another(report: Report) -> None:
    assert repeated_lines(words(report)) == []


@pytest.mark.parametrize(
    ("table", "one", "other"), [("1-2-1", "瑞典", "丹麥"), ("1-2-5", "瑞典", "荷蘭"), ("1-2-1", "日本", "韓國")]
)
def test_a_row_copied_under_another_label_is_found(table: str, one: str, other: str, data_copy: Path) -> None:
    lines = rows(data_copy, table)
    source = next(r for r in lines if r[0] == one)
    (found,) = repeats(data_copy, table, [[r[0], *source[1:]] if r[0] == other else r for r in lines])
    assert found.kind == "repeated row"
    assert one in found.title
    assert other in found.title


def test_columns_of_last_year_printed_again_are_one_finding(data_copy: Path) -> None:
    head, *lines = rows(data_copy, "1-2-6")
    from_last = [head.index(n.replace("2025", "2024")) if n.endswith("2025") else i for i, n in enumerate(head)]
    (found,) = repeats(data_copy, "1-2-6", [head, *([r[i] for i in from_last] for r in lines)])
    assert found.kind == "repeated column"
    assert "6 columns" in found.title


def test_a_column_of_another_table_is_found(data_copy: Path) -> None:
    other = [r[1] for r in rows(data_copy, "1-2-7")[1:]]
    head, *lines = rows(data_copy, "1-2-6")
    (found,) = repeats(data_copy, "1-2-6", [head, *([r[0], v, *r[2:]] for r, v in zip(lines, other, strict=True))])
    assert found.title.startswith("Tables 1-2-6 and 1-2-7")


# ---------------------------------------------------------------- a column on another basis


def without_evidence(data: Path) -> Report:
    path = data / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    package["resources"] = [r for r in package["resources"] if r["name"] != "evidence"]
    path.write_text(json.dumps(package), encoding="utf-8")
    return load(data)


def breaks(report: Report) -> list[tuple[str, set[str]]]:
    found = column_breaks(words(report))
    return [(p.signature, {report.code(place.split("/")[1]) for place in p.cells}) for p in found]


def test_the_report_alone_names_three_countries(data_copy: Path) -> None:
    assert breaks(without_evidence(data_copy)) == [("break:1-2-13:patents:2024", {"CHE", "CAN", "GBR"})]


def test_counts_on_the_printed_basis_add_what_no_revision_explains(report: Report) -> None:
    named = {"CHE", "CAN", "GBR", "DEU", "FRA", "CHN", "TWN"}
    assert breaks(report) == [("break:1-2-13:patents:2024", named)]
    facts = report.resource("evidence").query("table == '1-2-13' and year == '2024' and basis == printed_basis")
    counts = report.numbers("1-2-13", "patents")[2024]
    known = facts[facts["entity"].isin(counts.index)]
    apart = {r["entity"]: 100 * abs(counts[r["entity"]] / float(r["value"]) - 1) for r in known.to_dict("records")}
    assert {code for code, far in apart.items() if far > float(known["revision"].iloc[0])} == named


def test_one_wrong_digit_is_no_break(data_copy: Path) -> None:
    head, *lines = rows(data_copy, "1-2-1")
    lines[3][head.index("gerd_2021")] = "9,999"
    with (data_copy / "tables/1-2-1.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([head, *lines])
    assert [s for s, _ in breaks(load(data_copy))] == ["break:1-2-13:patents:2024"]


# ---------------------------------------------------------------- dates


def test_two_dates_lie_before_what_they_date(report: Report) -> None:
    found = impossible_dates(words(report))
    assert [p.signature for p in found] == ["date:Table 1-1-1:2024-05", "date:Figure 1-2-6:2024-05"]
    assert [p.grade for p in found] == ["unusual", "unusual"]


def test_the_last_date_of_a_source_line_counts() -> None:
    assert compiled("IMD，2024年3月；台經院整理，2025年6月") == (2025, 6)
    assert compiled("OECD 2025") is None


@pytest.mark.parametrize(("name", "value"), [("retrieved", "2024"), ("retrieved", "2024-13"), ("projected", ["2035"])])
def test_a_date_that_is_none_is_bad_input(name: str, value: object, data_copy: Path) -> None:
    path = data_copy / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    next(r for r in package["resources"] if r.get("table") == "1-1-1")[name] = value
    path.write_text(json.dumps(package), encoding="utf-8")
    with pytest.raises(BadInput, match=name):
        load(data_copy)


# ---------------------------------------------------------------- what nothing would notice


def test_the_stored_count_of_unnoticed_digits_is_what_a_run_gives(report: Report) -> None:
    with STORED.open(encoding="utf-8") as file:
        stored = {r["table"]: r for r in csv.DictReader(file)}
    assert set(stored) == {*report.tables, "prose", "all"}
    for row in unnoticed(report, ["1-1-1", "1-2-8", "1-2-12"]).to_dict("records"):
        assert {k: str(v) for k, v in row.items()} == stored[row["table"]]
    for row in stored.values():
        assert int(row["tried"]) == sum(int(row[k]) for k in ("proven", "bounded", "unnoticed"))
