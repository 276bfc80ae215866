"""Patterns over many cells: copied lines, a column on another basis, dates; and what nothing would notice."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.audit.bench import Bench
from analysis.audit.breaks import column_breaks
from analysis.audit.cells import build
from analysis.audit.dates import compiled, impossible_dates
from analysis.audit.patterns import repeated_rates
from analysis.audit.repeats import repeated_lines
from analysis.audit.wording import Finding, Words
from analysis.report import BadInput, Report, from_frames, load
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


def test_a_cell_that_is_not_available_stands_beside_no_fact(data_copy: Path) -> None:
    head, *lines = rows(data_copy, "1-2-13")
    next(r for r in lines if r[0] == "法國")[head.index("patents_2024")] = "N/A"
    with (data_copy / "tables/1-2-13.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([head, *lines])
    path = data_copy / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    printed = next(r for r in package["resources"] if r.get("table") == "1-2-13")
    for field in printed["schema"]["fields"]:
        field.get("constraints", {}).pop("pattern", None)  # which lets no N/A stand here
    path.write_text(json.dumps(package), encoding="utf-8")
    assert breaks(load(data_copy)) == [("break:1-2-13:patents:2024", {"CHE", "CAN", "GBR", "DEU", "CHN", "TWN"})]


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


# ---------------------------------------------------------------- honest numbers give no finding, or a hedged one


def table(folder: Path, rows: Iterable[Iterable[float]], measure: str, digits: int = 0) -> Report:
    """An edition of one table: invented countries by year."""
    folder.mkdir()
    lines = [[f"Country {i}", *(f"{v:.{digits}f}" for v in row)] for i, row in enumerate(rows)]
    years = range(2010, 2009 + len(lines[0]))
    fields: list[dict[str, object]] = [{"name": "row", "role": "row"}]
    kept = {"role": "value", "measure": measure, "unit": "thousand", "exact": False}
    fields += [{"name": f"a_{y}", "year": y} | kept for y in years]
    head = ["label", "code", "kind", "scheme", "en"]
    labels = {"name": "labels", "path": "labels.csv", "schema": {"fields": [{"name": n} for n in head]}}
    one = dict.fromkeys(("name", "title", "title_en", "table", "source"), "1") | {"path": "1.csv", "page": 1}
    resources = [labels, one | {"schema": {"fields": fields}}]
    (folder / "datapackage.json").write_text(json.dumps({"name": "x", "resources": resources}), encoding="utf-8")
    given = {"1.csv": [[str(f["name"]) for f in fields], *lines]}
    given["labels.csv"] = [head, *([r[0], f"C{i:02}", "country", "", r[0]] for i, r in enumerate(lines))]
    for name, content in given.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(content)
    return load(folder)


@pytest.mark.parametrize(("countries", "years"), [(20, 8), (38, 12)])
def test_smooth_rows_of_few_digits_that_agree_are_no_copies(countries: int, years: int, tmp_path: Path) -> None:
    """Life expectancy in whole years: once two levels agree, the next ones do; years beside each other hardly differ."""
    for seed in range(20):
        generator, rows = np.random.default_rng(seed), []
        for _ in range(countries):
            start, rate = generator.uniform(72, 83), generator.uniform(0.1, 0.3)
            rows.append([start + rate * k + generator.normal(0, 0.15) for k in range(years)])
        assert repeated_lines(words(table(tmp_path / str(seed), rows, "life"))) == []


def test_columns_without_years_that_hardly_differ_are_no_copies() -> None:
    """Years beside each other in a plain frame, where no field says which year it is."""
    for seed in range(20):
        generator = np.random.default_rng(seed)
        start, rate = generator.uniform(72, 83, 30), generator.uniform(0.05, 0.25, 30)
        columns = {f"life {k}": [f"{v:.0f}" for v in start + rate * k] for k in range(8)}
        frame = pd.DataFrame({"country": [f"Country {i}" for i in range(30)]} | columns)
        assert repeated_lines(words(from_frames({"life": frame}))) == []


@pytest.mark.parametrize(("middle", "spread"), [(0.4, 0.15), (0.4, 0.05), (0.0, 0.2), (2.0, 0.3), (2.0, 3.0)])
def test_rates_of_small_spread_printed_coarsely_are_no_constant_rate(
    middle: float, spread: float, tmp_path: Path
) -> None:
    for seed in range(5):
        drawn = np.random.default_rng(seed).normal(middle, spread, (30, 5))
        found = words(table(tmp_path / str(seed), drawn, "growth", 1))
        assert sum(c.measure == "growth" for c in found.cells) == 150
        assert repeated_rates(found) == []


def test_a_shock_is_unusual_and_named_beside_another_basis(tmp_path: Path) -> None:
    """Arrivals of tourists: in one year all fall, islands far more than others."""
    generator = np.random.default_rng(1)
    level, fall = generator.uniform(1e5, 1e7, 12), np.where(np.arange(12) < 4, 0.05, 0.4)
    factors = generator.uniform(1.02, 1.05, (12, 2)).cumprod(axis=1)
    rows = [(v, v * a, v * b, v * b * f) for v, (a, b), f in zip(level, factors, fall, strict=True)]
    (found,) = column_breaks(words(table(tmp_path / "one", rows, "arrivals")))
    assert (found.grade, found.consequence) == ("unusual", "number")
    assert "an event of that year" in found.explanation


def test_outside_counts_make_a_break_a_pattern(report: Report) -> None:
    (found,) = column_breaks(words(report))
    assert (found.grade, found.consequence) == ("pattern", "conclusion")
    assert "event" not in found.explanation
