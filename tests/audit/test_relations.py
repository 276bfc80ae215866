"""Declared relations: parsed, bound to every cell they should reach, decided exactly."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import audit
from analysis.audit.bench import Bench
from analysis.audit.cells import build
from analysis.audit.declarations import Relation, declared, parse
from analysis.audit.kernels import KERNELS
from analysis.audit.relations import bind, evaluate
from analysis.report import BadInput, Report, from_frames, load
from tests.selftest.faults import slack_exceeded


def relation(tables: str, target: str, kernel: str, inputs: str, **more: str) -> list[Relation]:
    return parse({"tables": tables, "name": "test", "target": target, "kernel": kernel, "inputs": inputs, **more})


GROWTH = {"target": "growth[c,y]", "kernel": "growth", "inputs": "gerd[c,y-1], gerd[c,y]"}


def test_every_relation_of_the_list_has_instances_in_the_report(report: Report) -> None:
    bound = {(g.relation.table, g.relation.text) for g in bind(declared(report), build(report))}
    assert [r.text for r in declared(report) if (r.table, r.text) not in bound] == []


@pytest.mark.parametrize(
    ("column", "record"),
    [
        ("kernel", {**GROWTH, "kernel": "guess"}),
        ("inputs", {**GROWTH, "inputs": "gerd[c,y]"}),
        ("inputs", {**GROWTH, "inputs": "gerd[c,y-1], gerd[c,y,z]"}),
        ("inputs", {**GROWTH, "inputs": "gerd[c,y-1], gerd[c,y"}),
        ("target", {**GROWTH, "target": ""}),
        ("low", {**GROWTH, "low": "no_such_bound"}),
        ("high", {**GROWTH, "high": "1/0"}),
        ("tables", {**GROWTH, "tables": " "}),
        ("low", {**GROWTH, "low": "1e400"}),
        ("high", {**GROWTH, "high": "1e-999999999"}),
        ("high", {**GROWTH, "high": "9" * 51}),
        ("inputs", {**GROWTH, "inputs": "gerd[{TWN,KOR},y], gerd[c,y]"}),
        ("inputs", {"kernel": "holds_parts", "target": "a", "inputs": "w, a, b, c"}),
        ("inputs", {"kernel": "holds_parts", "target": "a", "inputs": "w, a, b/c[{A,B},y], d"}),
        ("inputs", {"kernel": "holds_before", "target": "a", "inputs": "b, c, d"}),
        ("inputs", {"kernel": "sum_before", "target": "a", "inputs": "b[{A,B},y], c[{A,B},y]"}),
        ("inputs", {"kernel": "rank_among", "target": "a", "inputs": "w, b, b[A,y], r[A,y]"}),
        ("inputs", {"kernel": "room", "target": "a", "inputs": "b[c,*]"}),
    ],
)
def test_a_row_that_is_no_relation_is_refused_with_its_column(column: str, record: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=rf"^{column}\|"):
        parse({"tables": "1-2-1", "name": "growth", **record})


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("relations.csv", ",rank_listed,", ",guess,", "relations.csv, row line 2, column kernel: one of"),
        ("bounds.csv", "real_gdp,", "real,", "relations.csv, row line"),
        ("bounds.csv", "real_gdp,", "real_gdp,x", "bounds.csv, row line"),
        ("bounds.csv", "real_gdp,", "real_gdp,9", "bounds.csv, row line"),
        ("bounds.csv", "real_gdp,", "real_gdp,-1e999999999", "bounds.csv, row line"),
    ],
)
def test_a_wrong_relation_or_bound_is_bad_input_that_says_where(
    data_copy: Path, file: str, old: str, new: str, said: str
) -> None:
    path = data_copy / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        declared(load(data_copy))
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


def test_sets_of_tables_measures_and_rows_are_written_out() -> None:
    found = relation("A.1 2", "{jobs, pay}[{X,Y},2024]", "total", "same[c,*], 2:jobs[*,c]")
    assert [(r.table, r.target.measure, r.target.row) for r in found] == [
        (t, m, c) for t in ("A.1", "2") for m in ("jobs", "pay") for c in ("X", "Y")
    ]
    first = found[0].inputs
    assert [(i.table, i.measure, i.row, i.key) for i in first] == [("A.1", "jobs", "X", "*"), ("2", "jobs", "*", "X")]


def test_pairs_are_of_one_row_whatever_the_order_of_their_tables() -> None:
    values = pd.DataFrame(
        {"row": ["All", "A", "B"], "total": ["60.0", "20.0", "30.0"], "rate": ["50.1", "40.0", "80.0"]}
    )
    rates = pd.DataFrame({"row": ["B", "New", "A"], "rate": ["80.0", "1.0", "40.0"]})
    formula = {"tables": "values", "name": "parts", "target": "total[All]", "kernel": "holds_parts"}
    for inputs in ("rate[All], total/rate[*-All]", "rate[All], total/rates:rate[*-All]"):
        report = from_frames({"values": values, "rates": rates}, pd.DataFrame([{**formula, "inputs": inputs}]))
        ledger = audit.ledger(report)
        assert list(ledger["low"]) == ["43.657"], inputs  # 50.05 (19.95 / 40.05 + 29.95 / 80.05)


def test_the_sum_of_no_other_row_is_no_sum() -> None:
    frame = pd.DataFrame({"row": ["All"], "2024": ["5.0"]})
    with pytest.raises(BadInput, match="rows and columns that the frame has"):
        audit.check(frame, ["2024[All] = total(2024[*-All])"])


def test_bounds_are_named_and_inverted() -> None:
    record = {"tables": "1", "name": "n", "target": "a[c,y]", "kernel": "within", "inputs": "a[c,y-1]"}
    bounds = {"gdp": (relation("1", "a", "total", "b", low="0.88")[0].low, relation("1", "a", "total", "b")[0].high)}
    (plain,) = parse({**record, "low": "gdp", "high": "gdp"}, bounds)
    (inverse,) = parse({**record, "low": "1/gdp", "high": "1/gdp"}, bounds)
    assert (plain.low, plain.high) == bounds["gdp"]
    assert (inverse.low, inverse.high) == (1 / plain.high, 1 / plain.low)


def test_what_rests_on_a_bound_or_an_assumption_is_told_apart(report: Report) -> None:
    bases = {(r.table, r.name): r.basis for r in declared(report)}
    assert set(bases.values()) == {"exact", "order", "bound", "assumption"}
    assert bases["1-2-1", "growth"] == "exact"
    assert bases["1-1-1", "rank"] == "order"
    assert bases["1-2-13", "yearly change"] == "bound"
    assert bases["1-2-2", "implied GDP"] == bases["1-2-6", "one each"] == "assumption"
    for r in declared(report):
        assert r.why or r.assumes or r.low != 1 or r.high != 1, f"{r.table} {r.name} says nowhere why it holds"


def test_growth_binds_the_year_before(report: Report) -> None:
    cells = build(report, ["1-2-1"])
    (group,) = bind(relation("1-2-1", "growth[c,y]", "growth", "gerd[c,y-1], gerd[c,y]"), cells)
    places = {
        cells.cells[t].place: [cells.cells[i].column for i in row]
        for t, row in zip(group.target, group.inputs, strict=True)
    }
    assert places["1-2-1/瑞典/growth_2022"] == ["gerd_2021", "gerd_2022"]
    assert len(group.target) == 38


def test_units_enter_the_relation(report: Report) -> None:
    cells = build(report, ["1-2-4", "prose"])
    (group,) = bind(relation("prose", "researchers_2023", "total", "1-2-4:researchers[TWN,2023]"), cells)
    assert group.constants.unit == (1, 10)  # the table says thousands, the sentence ten thousands


def test_a_relation_on_a_table_that_is_missing_makes_no_instance(report: Report) -> None:
    assert bind(relation("1-2-1", "gerd[TWN,y]", "total", "1-2-3:amount[GERD,y]"), build(report, ["1-2-1"])) == []


def test_a_key_that_a_block_does_not_have_makes_no_instance(report: Report) -> None:
    cells = build(report, ["1-2-1"])
    assert bind(relation("1-2-1", "growth[c,last]", "growth", "gerd[c,last-99], gerd[c,last]"), cells) == []
    assert bind(relation("1-2-1", "growth[c,last]", "growth", "gerd[c,last+1], gerd[c,last]"), cells) == []


def test_a_missing_input_is_unchecked(report: Report) -> None:
    cells = build(report, ["1-2-4"])
    (group,) = bind(relation("1-2-4", "growth[c,y]", "growth", "researchers[c,y-1], researchers[c,y]"), cells)
    result = evaluate(group, cells)
    rows = [cells.cells[t].row for t in group.target[~result.checked]]
    assert rows == ["以色列", "以色列"]


def test_columns_of_cells_one_cell_and_fractions_decide_alike(report: Report) -> None:
    """Three implementations: vectorised kernels, scalar kernels, fractions at the corners."""
    cells = build(report)
    groups = bind(declared(report), cells)
    rng = np.random.default_rng(7)
    for noise in (0.0, 0.002, 0.3):
        mid = cells.mid.copy()
        steps = np.array([cells.scale // 10 ** int(d) for d in cells.decimals])
        shaken = np.floor(mid * np.exp(rng.normal(0, noise, len(mid))) / steps).astype(np.int64) * steps
        mid = mid if noise == 0 else shaken
        low, high = mid - (cells.mid - cells.low), mid + (cells.high - cells.mid)
        changed = replace(cells, low=low, mid=mid, high=high)
        bench, first = Bench(changed, groups), 0
        for group in groups:
            result = evaluate(group, changed)
            for i in np.flatnonzero(result.checked):
                instance = first + int(i)
                assert bench.holds(instance) == result.holds[i]
                assert slack_exceeded(bench, bench.instances[instance]) != result.holds[i], group.relation.text
            first += len(group.target)


def test_the_method_lists_every_kernel_with_its_basis() -> None:
    page = (Path(__file__).resolve().parents[2] / "book/audit/method.md").read_text("utf-8")
    listed = dict(re.findall(r"^\| `(\w+)\(.*\| `(\w+)` \|$", page, re.MULTILINE))
    (plain,) = relation("1", "a", "total", "b")
    assert listed == {kernel: replace(plain, kernel=kernel).basis for kernel in KERNELS}


def test_units_beyond_a_float_are_reckoned_exactly() -> None:
    frame = pd.DataFrame([["A", "1.5", "2.5", "3.5"]], columns=["row", "a", "b", "c"])
    line = {"tables": "t", "name": "n", "target": "a", "kernel": "within", "inputs": "b, b, c, b, c, b, c, b, c"}
    units = {"units": {"": {}, "big": {"factor": "1e99"}}}
    given = from_frames({"t": frame}, pd.DataFrame([line]), {"b": "big"})
    assert list(audit.ledger(replace(given, package=given.package | units))["verdict"]) == ["implausible"]
