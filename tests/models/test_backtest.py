"""The back-test sees only the past, scores as its sources define, and is reproducible."""

from __future__ import annotations

import numpy as np
import pytest

from analysis import report
from analysis.models import backtest, series
from analysis.models import forecast as fc
from analysis.models.series import NotEstimable, make

FOUND = series.collect(report.load())
RUN = backtest.run(FOUND.values())


def test_every_series_with_consecutive_years_is_tested_from_every_origin() -> None:
    regular = [s for s in FOUND.values() if len(s) == 5]
    part = RUN[RUN["model"] == "naive"]
    assert len(part) == 3 * len(regular)
    assert set(part["series"]) == {s.key for s in regular}
    assert RUN[RUN["model"] == "local_linear_trend"]["n"].unique().tolist() == [4]


def test_the_future_cannot_leak_into_a_forecast() -> None:
    """Change every value after the origin: the forecasts from it stay what they were."""
    keys = [s.key for s in FOUND.values() if s.group == "gerd"]
    changed = [
        make(FOUND[k].years, [*FOUND[k].printed[:3], "9", "99"], key=k) if len(FOUND[k]) == 5 else FOUND[k]
        for k in keys
    ]
    a = backtest.run([FOUND[k] for k in keys])
    b = backtest.run(changed)
    early = a["n"] == 3
    assert (a.loc[early, "mean"].to_numpy() == b.loc[b["n"] == 3, "mean"].to_numpy()).all()
    assert not (a.loc[early, "error"].to_numpy() == b.loc[b["n"] == 3, "error"].to_numpy()).any()


def test_scores_equal_their_definitions() -> None:
    one = make(range(2000, 2004), [100, 110, 105, 120], key="a.X", scale="level")
    row = backtest.run([one], ["naive"]).iloc[0]
    predictive = fc.naive(np.array([[100.0, 110, 105]]), 1, np.full(1, 1e-12))
    low, high = (float(v[0, 0]) for v in predictive.interval(0.95))
    assert row["mean"] == 105
    assert row["error"] == pytest.approx(15)
    assert row["scaled"] == pytest.approx(15 / 7.5)
    assert row["score"] == pytest.approx(high - low + (40 * max(0, 120 - high)))
    assert row["scaled_score"] == pytest.approx(row["score"] / 7.5)
    assert row["inside"] == (low <= 120 <= high)
    assert row["p_rise"] == pytest.approx(0.5)


def test_a_window_without_change_has_no_scale_and_is_counted() -> None:
    flat = make(range(2000, 2004), [5, 5, 5, 6], key="a.X")
    other = make(range(2000, 2004), [5, 6, 5, 6], key="a.Y")
    scores = backtest.table(backtest.run([flat, other], ["naive"])).iloc[0]
    assert scores["unscaled"] == 1
    assert scores["forecasts"] == 2
    assert np.isfinite(scores["mase"])


def test_table_compares_on_the_same_forecasts_and_names_the_winner() -> None:
    scores = backtest.table(RUN).set_index("model")
    assert scores.at["naive", "mae_ratio"] == pytest.approx(1)
    assert scores.at["local_linear_trend", "forecasts"] == 118
    assert scores.at["pooled_naive", "mae_ratio"] == pytest.approx(1)
    complete = scores[scores["forecasts"] == scores["forecasts"].max()]
    assert backtest.winner(RUN) == complete["scaled_score"].idxmin()


def test_the_margin_is_seeded_and_zero_against_itself() -> None:
    a, b = (backtest.margin(RUN, backtest.winner(RUN), "scaled_score") for _ in range(2))
    assert a == b
    assert a["low"] <= a["gain"] <= a["high"]
    assert backtest.margin(RUN, "naive")["gain"] == 0


def test_the_back_test_is_the_same_in_two_processes() -> None:
    some = [s for s in FOUND.values() if s.group in ("gerd", "patents")]
    one, two = backtest.run(some, ["naive", "pooled_drift"]), backtest.run(some, ["naive", "pooled_drift"], n_jobs=2)
    assert one.equals(two)


def test_groups_and_directions_add_up() -> None:
    groups = backtest.by_group(RUN, ["naive", "pooled_drift"])
    assert groups["forecasts"].iloc[:-1].sum() == groups["forecasts"].iloc[-1] == 354
    assert backtest.directions(RUN, "pooled_drift")["forecasts"].sum() == 354
    assert backtest.brier(RUN, "naive") == pytest.approx(0.25)


def test_too_short_for_a_back_test() -> None:
    with pytest.raises(NotEstimable, match="more than 3"):
        backtest.run([make(range(3), [1, 2, 3])])
