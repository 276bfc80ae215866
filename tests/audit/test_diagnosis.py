"""Which explanation comes first, on copies with one fault of each kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.audit.bench import Bench, shifted, variants
from analysis.audit.conclusions import explain
from analysis.audit.diagnosis import candidates
from analysis.report import Report, load
from tests.selftest.repaired import baseline, failing


@pytest.fixture(scope="module")
def sound(report: Report) -> tuple[Bench, set[int]]:
    return baseline(report)


def damage(bench: Bench, closed: set[int], changes: dict[str, str]) -> tuple[set[int], list[tuple[int, str]]]:
    """Print other digits in some cells; returns the new contradictions and what to restore."""
    at = {c.place: i for i, c in enumerate(bench.cells.cells)}
    undo = []
    for place, printed in changes.items():
        cell = at[place]
        undo.append((cell, bench.printed[cell]))
        bench.printed[cell] = printed
        bench.values[cell] = bench.value(cell, printed)
    return failing(bench) - closed, undo


def restore(bench: Bench, undo: list[tuple[int, str]]) -> None:
    for cell, printed in undo:
        bench.printed[cell] = printed
        bench.values[cell] = bench.value(cell, printed)


CASES = [
    ("digit", {"1-2-3/政府部門/amount_2021": "88.13"}),
    ("transposition", {"1-2-16/金屬製品業/value_added_2021": "4040"}),
    ("decimal", {"1-2-15/汽車及其零件業/payments": "5.856"}),
    ("sign", {"1-2-15/其他化學製品業/balance": "52.83"}),
    ("exchange", {"1-2-15/汽車及其零件業/balance": "-52.83", "1-2-15/其他化學製品業/balance": "-48.73"}),
    (
        "labels",
        {
            f"1-2-8/{row}/value_{year}": value
            for row, values in (
                ("經濟成長率（%）", ["55346", "56127", "56379", "55369", "56583"]),
                ("實質薪資（新臺幣/元）", ["3.42", "6.72", "2.68", "1.12", "4.59"]),
            )
            for year, value in zip(range(2020, 2025), values, strict=True)
        },
    ),
    (
        "block",
        {
            f"1-2-1/{row}/gerd_{year}": value
            for row, values in (
                ("日本", ["1584", "1508", "1558", "1575", "1588"]),
                ("德國", ["1799", "1749", "1801", "1888", "1939"]),
            )
            for year, value in zip(range(2019, 2024), values, strict=True)
        },
    ),
]


@pytest.mark.parametrize(("kind", "changes"), CASES, ids=[c[0] for c in CASES])
def test_each_kind_of_fault_is_named_first(sound: tuple[Bench, set[int]], kind: str, changes: dict[str, str]) -> None:
    bench, closed = sound
    wrong, undo = damage(bench, closed, changes)
    ranked = candidates(bench, wrong, closed)
    restore(bench, undo)
    assert ranked[0].kind == kind
    assert {bench.cells.cells[c].place for c in ranked[0].cells} <= set(changes)
    assert len(wrong - set(ranked[0].resolves)) <= 1  # growth of the first year: nothing reads it


@pytest.mark.parametrize(("kind", "changes"), CASES, ids=[c[0] for c in CASES])
def test_the_fast_search_finds_the_same_first(
    sound: tuple[Bench, set[int]], kind: str, changes: dict[str, str]
) -> None:
    bench, closed = sound
    wrong, undo = damage(bench, closed, changes)
    ranked, *fast = (candidates(bench, wrong, closed, first) for first in (0, 1, 4))
    restore(bench, undo)
    for first, some in zip((1, 4), fast, strict=True):
        assert some == ranked[: len(some)]
        assert len(some) >= min(first, len(ranked))


def test_evidence_from_another_table_decides_between_two_exchanges(report: Report) -> None:
    """Growth columns and levels of two rows: the densities say which of the two moved."""
    from analysis.audit.diagnosis import diagnose
    from analysis.audit.verdicts import audit

    done = audit(report)
    bench = Bench(done.cells, done.groups)
    wrong = set(done.table.loc[done.table["verdict"].isin(["contradicted", "implausible"]), "number"])
    found = [e for e in diagnose(bench, wrong) if e.best and e.best.kind == "block"]
    (explanation,) = found
    tables = {bench.cells.cells[bench.instances[i].target].table for i in explanation.instances}
    assert len(tables) == 2
    rivals = [c for c in explanation.alternatives if c.kind == "block"]
    assert rivals
    assert explanation.best is not None
    assert all(c.net < explanation.best.net for c in rivals)


def test_a_number_moved_out_of_reach_of_a_relation_is_not_resolved(data_copy: Path) -> None:
    """Without Japan in one table, its label in the next is no place to hide Norway's numbers."""
    file = data_copy / "tables" / "1-2-1.csv"
    rows = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("日本")]
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    bench, explanations, _ = explain(load(data_copy))
    named = [
        {bench.cells.cells[c].row for c in e.best.cells} for e in explanations if e.best and e.best.kind == "labels"
    ]
    assert {"日本", "挪威"} not in named


def test_trying_a_repair_leaves_the_values_as_they_were(report: Report) -> None:
    from analysis.audit.diagnosis import diagnose
    from analysis.audit.verdicts import audit

    done = audit(report)
    bench = Bench(done.cells, done.groups)
    before = bench.values[:]
    diagnose(bench, failing(bench))
    assert bench.values == before


@pytest.mark.parametrize(
    ("printed", "moved"),
    [
        ("3.40", ["0.340", "34.0"]),
        ("599", ["59.9", "5990"]),
        ("0.02", ["0.002", "0.2"]),
        ("100.00", ["10.000", "1000.0"]),
        ("0.00", []),
    ],
)
def test_a_decimal_point_moves_by_one_place(printed: str, moved: list[str]) -> None:
    assert shifted(printed) == moved


def test_variants_are_well_formed_and_differ() -> None:
    found = list(variants("-0.56"))
    assert ("sign", "0.56") in found
    assert ("digit", "-0.76") in found
    assert ("transposition", "-0.65") in found
    assert all(v != "-0.56" for _, v in found)
    assert not any(v.startswith("0") for _, v in variants("599"))
