"""Results do not depend on how work is split over processes; these tests share the two they need."""

from __future__ import annotations

import pytest

from analysis import report
from analysis.models import backtest, series, simulation


def test_the_back_test_is_the_same_in_two_processes() -> None:
    some = [s for s in series.collect(report.load()).values() if s.group in ("gerd", "patents")]
    one, two = (backtest.run(some, ["naive", "pooled_drift"], n_jobs=j) for j in (None, 2))
    assert one.equals(two)


def test_the_simulation_is_the_same_in_two_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulation, "CHUNK", 340)
    one, two = (simulation.coverage(sizes=(4,), worlds=("independent",), simulations=680, n_jobs=j) for j in (None, 2))
    assert one.equals(two)
