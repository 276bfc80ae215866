"""Rounding alone contradicts nothing in reports without a fault."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.report import Report
from tests.selftest import synthetic


def test_random_sound_reports_raise_no_alarm(report: Report) -> None:
    found = synthetic.false_alarms(report, n=200, batch=100)
    assert found.pop("rows") > 130_000
    assert found == {}


def test_no_bound_and_no_assumption_is_among_what_they_try(report: Report) -> None:
    _, groups = synthetic.sound_cells(report)
    assert {g.relation.basis for g in groups} == {"exact", "order"}
    assert {"growth", "share", "difference", "total", "complement"} <= {g.relation.kernel for g in groups}


def test_random_reports_differ_from_the_real_one_and_from_each_other(report: Report) -> None:
    cells, groups = synthetic.sound_cells(report)
    _, mid, _ = synthetic.draw(cells, groups, 2, np.random.default_rng(1))
    one, other = mid.reshape(2, -1)
    free = cells.known & ~cells.fixed
    for a, b in ((one, other), (one, cells.mid), (other, cells.mid)):
        assert (a != b)[free].mean() > 0.9


def test_an_alarm_would_be_counted(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = synthetic.draw

    def spoiled(cells, groups, n, rng):  # type: ignore[no-untyped-def]
        low, mid, high = draw(cells, groups, n, rng)
        at = cells.position["1-2-3/企業部門/amount_2023"]
        for values in (low, mid, high):
            values[at] *= 2
        return low, mid, high

    monkeypatch.setattr(synthetic, "draw", spoiled)
    found = synthetic.false_alarms(report, n=2, batch=2)
    assert {"1-2-3 total", "1-2-3 share", "1-2-3 change"} <= set(found)
