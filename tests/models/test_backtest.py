"""The back-test sees only the past, scores as its sources define, and is reproducible."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis import report
from analysis.models import backtest, series
from analysis.models import forecast as fc
from analysis.models.series import NotEstimable
from tests.models.made import make

FOUND = series.collect(report.load())
RUN = pd.DataFrame()
MEMBERS = [s for s in FOUND.values() if not s.aggregate]


@pytest.fixture(autouse=True, scope="module")
def _run() -> None:
    """Only where these tests are run, not wherever they are collected."""
    global RUN
    RUN = backtest.run(FOUND.values())


def test_every_series_with_consecutive_years_is_tested_from_every_origin() -> None:
    regular = [s for s in MEMBERS if len(s) == 5]
    part = RUN[RUN["model"] == "naive"]
    assert len(part) == 3 * len(regular)
    assert set(part["series"]) == {s.key for s in regular}


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


def test_a_window_without_change_has_no_scale() -> None:
    flat = make(range(2000, 2004), [5, 5, 5, 6], key="a.X")
    other = make(range(2000, 2004), [5, 6, 5, 6], key="a.Y")
    found = backtest.run([flat, other], ["naive"])
    assert found["scaled"].isna().tolist() == [True, False]
    scores = backtest.table(found).iloc[0]
    assert scores["forecasts"] == 2
    assert np.isfinite(scores["mase"])


def test_the_choice_is_judged_on_what_it_had_not_seen() -> None:
    """Make one model perfect in hindsight: one model for all, chosen before, scores as it did."""
    last = RUN.groupby("series")["origin"].transform("max")
    hindsight = RUN.copy()
    hindsight.loc[(RUN["origin"] == last) & (RUN["model"] == "rw_drift"), "score"] = 0.0
    a, b = (backtest.choose(r).strategies.set_index("strategy")["nested"] for r in (RUN, hindsight))
    for strategy in (backtest.STRATEGIES[0], backtest.STRATEGIES[2]):
        assert b[strategy] == pytest.approx(a[strategy])
    assert backtest.relative(hindsight)["rw_drift"] < backtest.relative(RUN)["rw_drift"]


def test_scores_are_relative_to_the_naive_forecast_in_the_same_group() -> None:
    scores = backtest.table(RUN).set_index("model")
    assert scores.at["naive", "relative"] == pytest.approx(1)
    assert scores.at["naive", "mae_ratio"] == pytest.approx(1)
    wide = RUN.groupby(["group", "model"])["score"].mean().unstack()
    size = RUN[RUN["model"] == "naive"].groupby("group").size()
    own = float((wide["combined"] / wide["naive"] * size).sum() / size.sum())
    assert scores.at["combined", "relative"] == pytest.approx(own)


def test_every_group_gets_the_model_that_did_best_in_it() -> None:
    assigned = backtest._assign(backtest.STRATEGIES[1], RUN)
    for group, model in assigned.items():
        means = RUN[RUN["group"] == group].groupby("model")["score"].mean()
        assert means[model] == means.min()


def test_the_margin_is_seeded() -> None:
    choice = backtest.choose(RUN)
    a, b = (backtest.margin(RUN, choice) for _ in range(2))
    assert a == b
    assert a[1] <= a[0] <= a[2]


def test_calibration_is_by_family_of_series() -> None:
    known = backtest.calibration(RUN[RUN["model"] == "pooled_drift"], backtest.SURE).set_index("family")
    part = RUN[(RUN["model"] == "pooled_drift") & (RUN["h"] == 1) & (RUN["p_rise"] >= 0.8)]
    exports = part[part["group"].isin(["exports", "exports_share"])]
    assert known.at["exports", "happened"] == pytest.approx(100 * exports["rose"].mean())
    assert known.at["exports", "happened"] < 20 < 80 < known.at["inputs", "happened"]


def test_a_probability_is_judged_by_forecasts_about_as_sure() -> None:
    """Forecasts barely 80 per cent sure came true less often than those nearly certain; together they hide it."""
    drift = RUN[RUN["model"] == "pooled_drift"]
    known = backtest.calibration(drift).set_index(["family", "sure"])
    part = drift[(drift["h"] == 1) & (drift["family"] == "inputs")]
    for low, high in ((80, 90), (90, 101)):
        own = part[(100 * part["p_rise"] >= low) & (100 * part["p_rise"] < high)]
        assert known.loc[("inputs", low), "forecasts"] == len(own) > 30
        assert known.loc[("inputs", low), "happened"] == pytest.approx(100 * own["rose"].mean())
    assert known.at[("inputs", 80), "happened"] < 80 < known.at[("inputs", 90), "happened"]
    assert known["forecasts"].sum() == len(drift[(drift["h"] == 1) & (drift["family"] != "")])
    assert list(backtest.about([0, 0.79, 0.8, 0.95, 1])) == [0, 70, 80, 90, 90]


def test_groups_add_up() -> None:
    groups = backtest.by_group(RUN, ["naive", "pooled_drift"])
    assert groups["forecasts"].iloc[:-1].sum() == groups["forecasts"].iloc[-1] == 3 * sum(len(s) == 5 for s in MEMBERS)
    assert backtest.coverage(RUN)["forecasts"].sum() == len(RUN)


def test_too_short_for_a_back_test() -> None:
    with pytest.raises(NotEstimable, match="more than 3"):
        backtest.run([make(range(3), [1, 2, 3])])


def test_attained_coverage_by_year_and_horizon_adds_up() -> None:
    used = backtest.chosen(RUN, backtest.choose(RUN))
    found = backtest.coverage(used)
    assert found["forecasts"].sum() == len(used)
    assert (found["forecasts"] * found["attained"]).sum() == pytest.approx(100 * used["inside"].sum())


def test_what_cannot_be_judged_nested_is_not_called_so() -> None:
    """Series of four years have one origin: no contest, and the combination."""
    generator = np.random.default_rng(3)
    walks = np.exp(5 + np.cumsum(0.05 * generator.standard_normal((3, 10, 4)), axis=2))
    made = [
        make(range(4), [f"{v:.3f}" for v in y], key=f"g{g}.{i}") for g, ys in enumerate(walks) for i, y in enumerate(ys)
    ]
    choice = backtest.choose(backtest.run(made))
    assert not choice.nested
    assert choice.strategy == backtest.STRATEGIES[0]
    assert set(choice.models.values()) == {"combined"}
    assert backtest.choose(RUN).nested


def test_the_strategies_cannot_be_told_apart() -> None:
    found = backtest.choose(RUN).strategies.set_index("strategy")
    used, *others = found[["low", "high"]].to_numpy().round(2).tolist()
    assert used == [0, 0]
    assert others == [[-0.06, 0.15], [-0.03, 0.09]]
