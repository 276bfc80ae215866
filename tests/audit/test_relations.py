"""Declared relations: parsed, bound to every cell they should reach, decided exactly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.audit import relations
from analysis.audit.cells import build
from analysis.audit.diagnosis import Bench
from analysis.audit.relations import bind, evaluate, parse
from analysis.audit.selftest import slack_exceeded
from analysis.report import Report


def test_every_relation_of_the_list_has_instances_in_the_report(report: Report) -> None:
    bound = {g.relation.text for g in bind(parse(), build(report))}
    assert [r.text for r in parse() if r.text not in bound] == []


@pytest.mark.parametrize(
    "line",
    [
        "1-2-1 | growth | growth[c,y] = guess(gerd[c,y])",
        "1-2-1 | growth | growth[c,y]",
        "1-2-1 | growth | growth[c,y] = growth(gerd[c,y-1], 1-2.gerd[c,y])",
    ],
)
def test_a_line_that_is_no_relation_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        parse(line)


def test_growth_binds_the_year_before(report: Report) -> None:
    cells = build(report, ["1-2-1"])
    (group,) = bind(parse("1-2-1 | growth | growth[c,y] = growth(gerd[c,y-1], gerd[c,y])"), cells)
    places = {
        cells.cells[t].place: [cells.cells[i].column for i in row]
        for t, row in zip(group.target, group.inputs, strict=True)
    }
    assert places["1-2-1/瑞典/growth_2022"] == ["gerd_2021", "gerd_2022"]
    assert len(group.target) == 38


def test_units_enter_the_relation(report: Report) -> None:
    cells = build(report, ["1-2-4", "prose"])
    (group,) = bind(parse("prose | in table | prose.researchers_2023 = total(1-2-4.researchers[TWN,2023])"), cells)
    assert group.constants.unit == (1, 10)  # the table says thousands, the sentence ten thousands


def test_a_relation_on_a_table_that_is_missing_makes_no_instance(report: Report) -> None:
    assert bind(parse("1-2-1 | same | gerd[TWN,y] = total(1-2-3.amount[GERD,y])"), build(report, ["1-2-1"])) == []


def test_a_missing_input_is_unchecked(report: Report) -> None:
    cells = build(report, ["1-2-4"])
    (group,) = bind(parse("1-2-4 | growth | growth[c,y] = growth(researchers[c,y-1], researchers[c,y])"), cells)
    result = evaluate(group, cells)
    rows = [cells.cells[t].row for t in group.target[~result.checked]]
    assert rows == ["以色列", "以色列"]


def test_columns_of_cells_one_cell_and_fractions_decide_alike(report: Report) -> None:
    """Three implementations: vectorised kernels, scalar kernels, fractions at the corners."""
    cells = build(report)
    groups = bind(parse(), cells)
    rng = np.random.default_rng(7)
    for noise in (0.0, 0.002, 0.3):
        mid = cells.mid.copy()
        steps = np.array([cells.scale // 10 ** int(d) for d in cells.decimals])
        shaken = np.floor(mid * np.exp(rng.normal(0, noise, len(mid))) / steps).astype(np.int64) * steps
        mid = mid if noise == 0 else shaken
        values = (mid - (cells.mid - cells.low), mid, mid + (cells.high - cells.mid))
        bench = Bench(replace(cells, low=values[0], mid=values[1], high=values[2]), groups)
        for number, group in enumerate(groups):
            result = evaluate(group, cells, values)
            for i in np.flatnonzero(result.checked):
                instance = bench.number[number, int(i)]
                assert bench.holds(instance) == result.holds[i]
                assert slack_exceeded(bench, bench.instances[instance]) != result.holds[i], group.relation.text


def test_bounds_are_declared_once_and_used() -> None:
    declared = [r for r in parse() if r.kernel == "within"]
    assert declared
    assert all(r.low < r.high for r in declared)
    assert "-12 … +12 %" in (relations.__doc__ or "")
