"""Forecasts against statsmodels' state space and ETS models, textbook formulas and simulation."""

from __future__ import annotations

import math
import warnings
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from analysis import report
from analysis.models import forecast as fc
from analysis.models import growth, series
from analysis.models.series import NotEstimable
from tests.models.made import make

FOUND = series.collect(report.load())
INTENSITY = FOUND["gerd_intensity.TWN"]
Y = INTENSITY.response
TINY = np.full(1, 1e-12)


def test_random_walks_equal_the_textbook() -> None:
    steps = np.diff(Y)
    drift = fc.rw_drift(Y[None], 3, TINY)
    assert drift.mean[0] == pytest.approx(Y[-1] + steps.mean() * np.arange(1, 4))
    assert drift.scale[0, 1] == pytest.approx(steps.std(ddof=1) * math.sqrt(2 + 4 / 4))
    assert drift.df[0, 0] == 3
    flat = fc.naive(Y[None], 2, TINY)
    assert flat.mean[0].tolist() == [Y[-1], Y[-1]]
    assert flat.scale[0, 1] == pytest.approx(math.sqrt(2 * (steps**2).mean()))


def test_the_extended_line_is_that_of_the_trend() -> None:
    found = fc.forecast(FOUND, [INTENSITY.key], "log_linear_ols", 3)[0]
    line = growth.trend(INTENSITY).line([2024, 2025, 2026])
    assert found.mean == pytest.approx(line["value"].to_numpy(), rel=1e-10)
    assert found.low == pytest.approx(line["low_pi"].to_numpy(), rel=1e-10)
    assert found.high == pytest.approx(line["high_pi"].to_numpy(), rel=1e-10)


def test_the_combination_averages_the_quantiles_of_its_parts() -> None:
    y = np.array([s.response for s in series.countries(FOUND, "gerd")])
    floor = np.full(len(y), 1e-12)
    a, b, c = (fc.MODELS[m][0](y, 2, floor) for m in ("pooled_naive", "pooled_drift", "combined"))
    assert c.mean == pytest.approx((a.mean + b.mean) / 2)
    ends = [p.interval(0.95)[1] - p.mean for p in (a, b, c)]
    assert ends[2] == pytest.approx((ends[0] + ends[1]) / 2, rel=0.06)


def test_the_local_level_is_that_of_unobserved_components() -> None:
    found = fc.local_level(Y[None], 2, TINY)
    assert found.mean[0] == pytest.approx([Y[-1], Y[-1]], abs=0.02)
    assert found.scale[0, 1] > found.scale[0, 0] > 0


def test_damped_smoothing_follows_its_recursion() -> None:
    alpha, beta, phi = fc.CONSTANTS
    drift = (Y[-1] - Y[0]) / 4
    level, slope = Y[0] - drift, drift
    for value in Y:
        error = value - level - phi * slope
        level, slope = level + phi * slope + alpha * error, phi * slope + beta * error
    found = fc.ets_damped(Y[None], 2, TINY)
    assert found.mean[0] == pytest.approx([level + phi * slope, level + (phi + phi**2) * slope], rel=1e-9)


def test_a_random_walk_with_gaps_counts_the_years_between() -> None:
    one = FOUND["value_added_rate.C"]
    found = fc.with_gaps(one)
    assert found.mean[0] == pytest.approx(34.81 * (34.81 / 24.20) ** (1 / 9))
    full = fc.with_gaps(INTENSITY, 2)
    assert full.predictive.scale[0] == pytest.approx(fc.rw_drift(Y[None], 2, TINY).scale[0])


def test_a_flat_series_with_gaps_is_as_uncertain_as_its_rounding() -> None:
    flat = replace(FOUND["value_added_rate.C"], printed=("3.1",) * 4, wider=None)
    found = fc.with_gaps(flat)
    assert found.low[0] < 3.1 < found.high[0]
    assert found.above(3.1, 1) == pytest.approx(0.5)


def test_a_single_series_is_not_pooled_with_anything() -> None:
    a, b = fc.pooled_drift(Y[None], 2, TINY), fc.rw_drift(Y[None], 2, TINY)
    assert (a.mean == b.mean).all()
    assert (a.scale == b.scale).all()


def test_probabilities_are_those_of_the_predictive_distribution() -> None:
    found = fc.forecast(FOUND, [INTENSITY.key], "rw_drift", 2)[0]
    z = (Y[-1] - found.predictive.mean[0, 0]) / found.predictive.scale[0, 0]
    assert found.above(3.98, 1) == pytest.approx(stats.t.sf(z, 3), rel=1e-10)
    assert found.above(float(found.high[0]), 1) == pytest.approx(0.025, rel=1e-8)
    assert fc.forecast(FOUND, [INTENSITY.key], "naive", 1)[0].above(3.98, 1) == pytest.approx(0.5)


def test_a_series_without_changes_keeps_an_interval_as_wide_as_its_rounding() -> None:
    flat = make(range(2019, 2024), ["1.81"] * 5, key="a.X")
    found = fc.forecast({flat.key: flat}, [flat.key], "naive", 1)[0]
    assert found.low[0] < 1.81 < found.high[0]
    assert found.high[0] - found.low[0] > 0.01


@pytest.mark.parametrize("model", list(fc.MODELS))
def test_every_model_is_finite_and_orders_its_bounds_on_the_report(model: str) -> None:
    keys = [k for k, s in FOUND.items() if len(s) == 5]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for one in fc.forecast(FOUND, keys, model, 3):
            assert np.isfinite([one.mean, one.low, one.high]).all()
            assert (one.low < one.mean).all()
            assert (one.mean < one.high).all()


def test_degenerate_requests_end_in_one_clear_line() -> None:
    with pytest.raises(NotEstimable, match="consecutive years"):
        fc.forecast(FOUND, ["value_added_rate.C"], "naive")
    with pytest.raises(NotEstimable, match="at least 3"):
        fc.forecast({"a.X": make([2020, 2021], [1, 2], key="a.X")}, ["a.X"], "naive")
    with pytest.raises(NotEstimable, match="values for all years"):
        fc.naive(np.array([[1.0, np.nan, 2.0]]), 1, TINY)
    with pytest.raises(ValueError, match="model is one of"):
        fc.predict([INTENSITY], "crystal_ball", 1)
    with pytest.raises(ValueError, match="positive whole number"):
        fc.predict([INTENSITY], "naive", 0)


def test_an_extended_line_without_scatter_knows_its_own_error() -> None:
    """108, 108, 108: rounding is all there is, and it grows with the horizon."""
    one = make(range(2019, 2022), ["108", "108", "108"])
    floor = fc.rounding_floor([one])
    low, high = fc.log_linear_ols(one.response[None], 2, floor).interval(0.95)
    unit = 2 * stats.t.ppf(0.975, 1) * math.sqrt(floor[0])
    assert (high - low)[0] == pytest.approx([unit * math.sqrt(1 + 1 / 3 + 4 / 2), unit * math.sqrt(1 + 1 / 3 + 9 / 2)])
    assert 100 * (high - low)[0] == pytest.approx([12.4, 16.4], abs=0.05)


@pytest.mark.parametrize("horizon", [0, -1, 2.5, "3", None])
def test_a_horizon_that_is_no_number_of_years_is_refused(horizon: object) -> None:
    one = make(range(2019, 2024), ["3.49", "3.61", "3.79", "3.96", "3.98"])
    with pytest.raises(ValueError, match=rf"^horizon is a positive whole number of years, not {horizon!r}$"):
        fc.forecast({"x": one}, ["x"], "rw_drift", horizon)  # type: ignore[arg-type]
