"""The ledger: its contract, its verdicts, what it covers."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from analysis import audit
from analysis.audit.cells import Cell, from_cells, governed, qualifiers, triple
from analysis.audit.declarations import parse
from analysis.audit.kernels import rounded
from analysis.audit.relations import bind, evaluate
from analysis.audit.verdicts import COLUMNS, JUDGED, PROVEN, VERDICTS
from analysis.audit.verdicts import audit as judged
from analysis.interval import NOT_AVAILABLE
from analysis.report import BadInput, Report, load

Edit = Callable[[Path, str, str, str], None]


def test_the_ledger_has_the_columns_of_the_contract(report: Report) -> None:
    found = audit.ledger(report)
    assert list(found.columns) == COLUMNS
    assert set(found["verdict"]) <= set(VERDICTS)
    assert not found.duplicated(["table", "row", "column", "relation", "recomputed", "low", "high"]).any()


def test_every_derived_column_of_the_report_is_in_the_ledger(report: Report) -> None:
    columns = audit.ledger(report).groupby("table")["column"].agg(set)
    for table in ("1-2-1", "1-2-2", "1-2-4", "1-2-5"):
        assert {"growth_2022", "growth_2023"} <= columns[table]
    assert {"balance", "volume", "receipts_share", "order"} <= columns["1-2-15"]
    assert {"share_2014", "share_2023", "order"} <= columns["1-2-16"]


def test_a_printed_growth_is_reproduced_or_merely_consistent(report: Report) -> None:
    found = audit.ledger(report, tables=["1-2-1"])
    growth = found[found["relation"] == "growth"].set_index(["row", "column"])
    china = growth.loc[("中國大陸", "growth_2022")]
    assert (china["recomputed"], china["verdict"]) == ("7.83", "reproduced")
    france = growth.loc[("法國", "growth_2022")]
    assert (france["printed"], france["recomputed"], france["verdict"]) == ("2.88", "2.91", "consistent")
    assert float(france["low"]) < 2.88 < float(france["high"])


def test_a_part_of_the_ledger_is_the_same_as_in_the_whole(report: Report) -> None:
    whole = audit.ledger(report)
    for table in ("1-2-4", "1-2-9", "1-2-13"):
        part = audit.ledger(report, tables=[table])
        expected = whole[whole["table"] == table].reset_index(drop=True)
        assert part.equals(expected)


def test_a_part_of_the_ledger_reads_only_the_tables_it_needs(data_copy: Path) -> None:
    (data_copy / "tables" / "1-2-14.csv").unlink()
    assert len(audit.ledger(load(data_copy), tables=["1-2-3"])) > 0


def test_a_contradiction_shows_what_would_be_allowed(data_copy: Path, edit: Edit) -> None:
    edit(data_copy, "1-2-3", "5.85", "5.58")
    found = audit.ledger(load(data_copy))
    row = found[(found["row"] == "企業部門") & (found["column"] == "amount_change_2023")].iloc[0]
    assert (row["verdict"], row["recomputed"]) == ("contradicted", "5.85")
    assert 5.58 < float(row["low"]) < 5.85 < float(row["high"])
    assert row["finding"].startswith("N-")


def test_explained_is_earned_by_every_cell_of_the_block(report: Report, data_copy: Path, edit: Edit) -> None:
    found = audit.ledger(report)
    explained = found[found["verdict"] == "explained"]
    assert set(explained["relation"]) == {"total"}
    assert set(explained["table"]) == {"1-2-9", "1-2-10", "1-2-11"}
    edit(data_copy, "1-2-9", '"22,237"', '"22,238"')  # no longer its share of the total
    again = judged(load(data_copy)).table
    row = again[
        (again["table"] == "1-2-9") & (again["column"] == "exports_2022") & (again["relation"] == "total")
    ].iloc[0]
    assert row["verdict"] == "contradicted"


def test_coverage_counts_every_printed_number(report: Report) -> None:
    cover = audit.coverage(report)
    cells = report.cells()
    absent = cells["printed"] == NOT_AVAILABLE  # no number: neither checked nor lacking a check
    for table, count in cells[~absent].groupby("table").size().items():
        assert cover.loc[table, "cells"] == count
    listed = cover.drop("all")
    assert (
        listed["missing"].to_dict()
        == absent.groupby(cells["table"]).sum().reindex(listed.index, fill_value=0).to_dict()
    )
    assert cover.loc["all", "missing"] > 0
    assert (listed["recomputed"] + listed["ordered"] + listed["bounded"] + listed["unchecked"] == listed["cells"]).all()
    assert audit.uncheckable(report)["cells"].sum() == cover.loc["all", "unchecked"]


def test_bounds_and_assumptions_contradict_nothing(report: Report) -> None:
    found = audit.ledger(report)
    hard = found["basis"].isin(["exact", "order"])
    assert set(found.loc[hard, "verdict"]) == {*PROVEN, "unchecked"}
    assert set(found.loc[~hard, "verdict"]) <= {*JUDGED, "reproduced", "unchecked"}
    assert set(found["basis"]) == {"exact", "order", "bound", "assumption"}


def test_a_place_on_a_list_that_may_leave_out_others_has_no_upper_bound(report: Report) -> None:
    found = audit.ledger(report, tables=["1-1-1"])
    ranks = found[(found["relation"] == "rank") & (found["column"] == "rank_2035")].set_index("row")
    assert (ranks["high"] == "").all()
    assert ranks.loc["俄羅斯", "verdict"] == "contradicted"  # nine listed are ahead, printed 9
    assert ranks.loc["衣索比亞", "verdict"] == "consistent"  # an unlisted country may stand between


@pytest.mark.parametrize("places", [9, 12, 15, 16, 17, 30])
def test_decimals_of_one_cell_change_no_verdict_elsewhere(
    places: int, data_copy: Path, report: Report, edit: Edit
) -> None:
    edit(data_copy, "1-2-3", "372.13", "372.13" + "0" * (places - 2))
    before, after = (judged(r).table.drop(columns="number") for r in (report, load(data_copy)))
    differ = before.index[(before["verdict"] != after["verdict"])]
    # one share holds only because the amount may be rounded; printed that finely it may not be
    assert set(before.loc[differ, "table"] + before.loc[differ, "relation"]) <= {"1-2-3share"}
    same = before["table"] != "1-2-3"
    assert before[same].equals(after[same])  # findings are made of the verdicts, later


def test_a_very_long_number_is_exact_and_an_endless_one_refused(data_copy: Path, edit: Edit) -> None:
    edit(data_copy, "1-2-3", "372.13", "372.13" + "0" * 50)
    assert (judged(load(data_copy)).table["verdict"] == "contradicted").sum() >= 7
    edit(data_copy, "1-2-3", "0" * 50, "0" * 2000)
    with pytest.raises(BadInput, match="at most"):
        audit.ledger(load(data_copy))


def cut(part: str, whole: str) -> str:
    """A share in per cent with two decimals, the rest cut off."""
    number = 10000 * Fraction(part.replace(",", "")) / Fraction(whole.replace(",", ""))
    return f"{number.numerator // number.denominator // 100}.{number.numerator // number.denominator % 100:02d}"


def test_a_column_that_is_truncated_is_read_so_and_contradicts_nothing(data_copy: Path) -> None:
    file = data_copy / "tables" / "1-2-16.csv"
    head, *rows = list(csv.reader(file.read_text(encoding="utf-8").splitlines()))
    whole = rows[0]
    for row in rows[1:]:
        for year in ("2014", "2021", "2022", "2023"):
            part, share = head.index(f"value_added_{year}"), head.index(f"share_{year}")
            row[share] = cut(row[part], whole[part]) if row[part] else row[share]
    with file.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target, lineterminator="\n").writerows([head, *rows])
    report = load(data_copy)
    shares = audit.ledger(report).query("table == '1-2-16' and relation == 'share'")
    assert set(shares["verdict"]) == {"reproduced"}
    assert judged(report).cells.mode("1-2-16", "share") == "truncate"
    (finding,) = audit.findings(report).query("kind == 'rounding'").to_dict("records")
    assert finding["title"] == "The column share of Table 1-2-16 is truncated, not rounded"
    assert finding["grade"] == "unusual"
    assert audit.unexplained(audit.ledger(report)) == 0


@pytest.mark.parametrize(
    ("mode", "printed", "inside", "outside"),
    [
        ("truncate", "45.61", "45.61 45.6199", "45.6099 45.62"),
        ("truncate", "-1.20", "-1.2099 -1.20", "-1.21 -1.1999"),
        ("truncate", "0.00", "-0.0099 0.0099", "-0.01 0.01"),
        ("half_even", "0.01", "0.0051 0.0149", "0.005 0.015"),
        ("half_even", "0.02", "0.015 0.025", "0.0149 0.0251"),
        ("half_up", "0.01", "0.005 0.015", "0.0049 0.0151"),
    ],
)
def test_ends_know_whether_they_belong_to_the_number(mode: str, printed: str, inside: str, outside: str) -> None:
    scale = 2_000_000
    low, _, high = triple(printed, scale, mode=mode)
    assert all(low <= scale * Fraction(x) <= high for x in inside.split())
    assert not any(low <= scale * Fraction(x) <= high for x in outside.split())


@pytest.mark.parametrize(
    ("mode", "part", "printed", "holds"),
    [
        ("half_up", "25", "0.03", True),
        ("half_even", "25", "0.03", False),
        ("half_even", "25", "0.02", True),
        ("half_even", "35", "0.04", True),
        ("half_even", "35", "0.03", False),
        ("truncate", "30", "0.02", False),
        ("truncate", "30", "0.03", True),
        ("truncate", "39", "0.03", True),
    ],
)
def test_a_number_that_only_just_meets_an_end_is_decided_exactly(
    mode: str, part: str, printed: str, holds: bool
) -> None:
    """``part`` of 100,000, both exact, against a share that rounds as ``mode``."""
    cells = [
        Cell("t", "a", name, "", name, unit, text, "a", exact, (0, i))
        for i, (name, unit, text, exact) in enumerate(
            [("whole", "", "100000", True), ("part", "", part, True), ("share", "%", printed, False)]
        )
    ]
    record = {"tables": "t", "name": "share", "target": "share[c]", "kernel": "share", "inputs": "whole[c], part[c]"}
    made = governed(from_cells(cells), {("t", "share"): mode})
    (group,) = bind(parse(record), made)
    assert evaluate(group, made).holds.tolist() == [holds]


@pytest.mark.parametrize(
    ("printed", "low", "high"),
    [("8", "7.5", "8.5"), ("10", "9", "11"), ("200", "180", "220"), ("52", "51.5", "52.5"), ("2.46", "2.455", "2.465")],
)
def test_about_has_the_leeway_of_its_printed_digits(report: Report, printed: str, low: str, high: str) -> None:
    leeway = qualifiers(report.package)["約"]
    found = triple(printed, 20000, leeway=leeway)
    assert (found[0], found[2]) == (20000 * Fraction(low), 20000 * Fraction(high))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"unit": "仟人"', '"unit": "千 人"', "unit '千 人' under units"),
        ('"factor": 0.01', '"factor": "much"', "a number"),
    ],
)
def test_an_unknown_unit_is_refused(data_copy: Path, old: str, new: str, said: str) -> None:
    file = data_copy / "datapackage.json"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(BadInput, match=said):
        audit.ledger(load(data_copy))


def test_an_unknown_qualifier_is_refused(data_copy: Path) -> None:
    file = data_copy / "prose.csv"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(",約,", ",大約,"), encoding="utf-8")
    with pytest.raises(BadInput, match="大約"):
        audit.ledger(load(data_copy))


@pytest.mark.parametrize(
    ("number", "mode", "expected"),
    [
        ((2675, 1000), "half_up", 268),
        ((2665, 1000), "half_even", 266),
        ((-2665, 1000), "half_up", -267),
        ((-2669, 1000), "truncate", -266),
    ],
)
def test_rounding_is_exact(number: tuple[int, int], mode: str, expected: int) -> None:
    import numpy as np

    assert rounded(np.array([number[0]]), np.array([number[1]]), np.array([2]), mode)[0] == expected


def test_the_rounding_mode_is_tested_not_assumed(report: Report) -> None:
    modes = audit.rounding_table(report)
    assert (modes["used"] == "half_up").all()
    assert (modes["half_up"] >= modes["truncate"]).sum() > 10


def test_the_package_is_light_to_import() -> None:
    code = "import sys, analysis.audit; print([m for m in ('pandas', 'numpy', 'scipy') if m in sys.modules])"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert found.stdout.strip() == "[]"


def test_two_reports_side_by_side_do_not_mix(report: Report, data_copy: Path, edit: Edit) -> None:
    edit(data_copy, "1-2-8", "6.72", "7.62")
    assert not audit.ledger(load(data_copy)).equals(audit.ledger(report))
    assert audit.ledger(load()).equals(audit.ledger(report))
