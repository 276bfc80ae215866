"""The measured quality of the audit, on a sample that takes seconds."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path

import pytest

from analysis.report import Report
from tests.selftest import faults
from tests.selftest.repaired import baseline

STORED = Path(__file__).parents[2] / "book" / "audit" / "selftest.csv"


def rows() -> list[dict[str, str]]:
    """The stored result of the full self-test."""
    with STORED.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def sample(report: Report) -> dict[tuple[str, str], dict[str, int]]:
    found = faults.run(report, every=401, jobs=1)
    return {(r["table"], r["fault"]): r for r in found.to_dict("records")}


def test_every_detectable_fault_is_detected(sample: dict[tuple[str, str], dict[str, int]]) -> None:
    for count in sample.values():
        assert count["missed"] == 0
        assert count["detected"] == count["detectable"] <= count["tried"]


def test_single_digits_are_explained_at_rank_one(sample: dict[tuple[str, str], dict[str, int]]) -> None:
    count = sample["all", "digit changed"]
    assert count["tried"] > 75
    assert count["explained"] >= 0.8 * count["detected"]


def test_every_numeric_cell_is_damaged(report: Report) -> None:
    bench, _ = baseline(report)
    damaged = {
        c for table in report.tables for f in faults.faults(bench, table) if f.kind == faults.KINDS[0] for c in f.cells
    }
    cells = [i for i, c in enumerate(bench.cells.cells) if c.table != "prose" and bench.cells.known[i]]
    assert damaged == set(cells)


def test_a_fault_leaves_no_trace_on_the_bench(report: Report) -> None:
    bench, closed = baseline(report)
    values, printed = bench.values[:], bench.printed[:]
    for number, fault in enumerate(faults.faults(bench, "1-2-3")):
        if number % 50 == 0:
            faults.examine(bench, closed, fault)
    assert (bench.values, bench.printed) == (values, printed)


def test_the_stored_result_counts_the_faults_of_these_tables(report: Report) -> None:
    stored = {(r["table"], r["fault"]): int(r["tried"]) for r in rows()}
    bench, _ = baseline(report)
    tried: dict[tuple[str, str], int] = {}
    for table in report.tables:
        for fault in itertools.islice(faults.faults(bench, table), 0, None, faults.EVERY):
            for name in (table, "all"):
                tried[name, fault.kind] = tried.get((name, fault.kind), 0) + 1
    assert stored.pop(("synthetic", "none")) == faults.SOUND
    assert stored == tried, "make trial TRIAL=selftest makes the faults of changed tables anew"


def test_the_stored_result_of_a_small_table_is_what_a_run_gives(report: Report) -> None:
    stored = {(r["table"], r["fault"]): r for r in rows()}
    for row in faults.run(report, tables=["1-1-4", "1-2-8"], jobs=1).to_dict("records"):
        if row["table"] != "all":
            assert {k: str(v) for k, v in row.items()} == stored[row["table"], row["fault"]]
