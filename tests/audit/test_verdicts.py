"""The ledger: its contract, its verdicts, what it covers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from analysis import audit
from analysis.audit.verdicts import COLUMNS, VERDICTS, rounded
from analysis.report import Report, load

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
    again = audit.ledger(load(data_copy))
    row = again[
        (again["table"] == "1-2-9") & (again["column"] == "exports_2022") & (again["relation"] == "total")
    ].iloc[0]
    assert row["verdict"] == "contradicted"


def test_coverage_counts_every_printed_number(report: Report) -> None:
    cover = audit.coverage(report)
    cells = report.cells()
    for table, count in cells.groupby("table").size().items():
        assert cover.loc[table, "cells"] == count
    listed = cover.drop("all")
    assert (listed["recomputed"] + listed["ordered"] + listed["bounded"] + listed["unchecked"] == listed["cells"]).all()
    assert audit.uncheckable(report)["cells"].sum() == cover.loc["all", "unchecked"]


@pytest.mark.parametrize(
    ("number", "mode", "expected"),
    [((2675, 1000), "half_up", 268), ((2665, 1000), "half_even", 266), ((-2665, 1000), "half_up", -267), ((-2669, 1000), "truncate", -266)],
)  # fmt: skip
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
