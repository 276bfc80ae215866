"""Forecasts against statsmodels' state space and ETS models, textbook formulas and simulation."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis import report
from analysis.models import forecast as fc
from analysis.models import growth, series
from analysis.models.series import NotEstimable, make

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


@pytest.mark.parametrize(
    ("kind", "diffuse", "ratios"),
    [
        ("llevel", 1, (0.6, 0.4, 0.0)), ("llevel", 1, (0.05, 0.95, 0.0)), ("lltrend", 2, (0.5, 0.3, 0.2)),
        ("lltrend", 2, (0.0, 0.5, 0.5)), ("lltrend", 2, (0.9, 0.05, 0.05)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("n", [4, 5, 9])
def test_structural_models_equal_unobserved_components(kind: str, diffuse: int, ratios: tuple, n: int) -> None:
    """Same diffuse likelihood up to the constants, same forecasts and errors, to 1e-8."""
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    y = 100 * np.concatenate([Y, Y[::-1]])[:n] + np.arange(n)
    ours = fc.structural(n, 3, diffuse, ratios)
    variance = float(y @ ours.form @ y) / ours.df
    model = UnobservedComponents(y, kind, use_exact_diffuse=True)
    fit = model.smooth(np.array(ratios[: diffuse + 1]) * variance)
    ahead = fit.get_forecast(3)
    assert ours.forecast @ y == pytest.approx(ahead.predicted_mean, rel=1e-8)
    assert np.sqrt(variance * ours.shape) == pytest.approx(ahead.se_mean, rel=1e-8)
    other = fc.structural(n, 3, diffuse, (0.3, 0.3, 0.4) if diffuse == 2 else (0.3, 0.7, 0.0))
    other_fit = model.smooth(np.array(other.ratios[: diffuse + 1]) * variance)

    def restricted(s: fc.Structural) -> float:
        return -0.5 * (s.df * math.log(variance) + s.log_det + float(y @ s.form @ y) * s.df / s.df / variance)

    assert fit.llf - other_fit.llf == pytest.approx(restricted(ours) - restricted(other), abs=1e-8)


def test_the_grid_finds_what_an_optimiser_finds() -> None:
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    generator = np.random.default_rng(11)
    y = np.cumsum(generator.normal(0, 1, 40)) + generator.normal(0, 1, 40)
    chosen = fc.choose(y[None], 1, 1, [(1 - k / 64, k / 64, 0.0) for k in range(65)])[0]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit = UnobservedComponents(y, "llevel", use_exact_diffuse=True).fit(disp=0)
    noise, level = fit.params
    assert chosen.ratios[1] == pytest.approx(level / (noise + level), abs=1 / 64)


@pytest.mark.parametrize("n", [4, 5, 8])
def test_ets_equals_statsmodels_at_the_same_constants_and_states(n: int) -> None:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    y = 100 * np.concatenate([Y, Y[::-1]])[:n]
    alpha, beta, phi = 0.7, 0.21, 0.9
    one = fc.smoother(n, 3, alpha, beta, phi)
    start = np.linalg.lstsq(one.start, one.own @ y, rcond=None)[0]
    model = ETSModel(
        pd.Series(y),
        error="add",
        trend="add",
        damped_trend=True,
        initialization_method="known",
        initial_level=start[0],
        initial_trend=start[1],
    )
    fit = model.smooth(np.array([alpha, beta, phi]))
    assert one.own @ y - one.start @ start == pytest.approx(np.asarray(fit.resid), abs=1e-9)
    found = fc.ets_damped(y[None], 3, TINY, (alpha, beta, phi))
    assert found.mean[0] == pytest.approx(np.asarray(fit.forecast(3)), rel=1e-10)
    widths = fit.get_prediction(n, n + 2).forecast_variance / fit.mse
    assert one.shape == pytest.approx(np.asarray(widths), rel=1e-8)


def test_pooled_drift_equals_the_mixed_model() -> None:
    from statsmodels.regression.mixed_linear_model import MixedLM

    steps = 100 * np.array([np.diff(s.response) for s in series.countries(FOUND, "gerd")])
    groups, m = steps.shape
    found = fc.random_drift(steps)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit = MixedLM(steps.ravel(), np.ones(groups * m), groups=np.repeat(np.arange(groups), m)).fit(reml=True)
    assert found.common == pytest.approx(float(fit.fe_params[0]), rel=1e-6)
    assert found.between == pytest.approx(float(np.asarray(fit.cov_re)[0, 0]), rel=1e-3)
    assert found.within == pytest.approx(fit.scale, rel=1e-4)
    other = [float(fit.fe_params[0] + np.asarray(fit.random_effects[g])[0]) for g in range(groups)]
    assert found.shrunken == pytest.approx(other, rel=1e-3)


def test_moderated_variances_recover_the_prior_they_come_from() -> None:
    generator = np.random.default_rng(7)
    true = 4 * 6 / generator.chisquare(6, 20000)
    sample = true * generator.chisquare(3, 20000) / 3
    moderated, df = fc.moderate(sample, 3)
    assert df[0] - 3 == pytest.approx(6, rel=0.1)
    weight = (df[0] - 3) / df[0]
    assert np.polyfit(sample, moderated, 1)[0] == pytest.approx(1 - weight, rel=1e-6)
    assert np.mean((moderated - true) ** 2) < np.mean((sample - true) ** 2)


def test_moderating_equal_variances_pools_them() -> None:
    pooled, df = fc.moderate(np.full(6, 2.0), 3)
    assert pooled.tolist() == [2.0] * 6
    assert df.tolist() == [18.0] * 6
    zero, _ = fc.moderate(np.zeros(5), 3)
    assert zero.tolist() == [0.0] * 5


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
    with pytest.raises(NotEstimable, match="at least 4"):
        fc.local_linear_trend(Y[None, :3], 1, TINY)
    with pytest.raises(NotEstimable, match="at least 3"):
        fc.forecast({"a.X": make([2020, 2021], [1, 2], key="a.X")}, ["a.X"], "naive")
    with pytest.raises(NotEstimable, match="values for all years"):
        fc.naive(np.array([[1.0, np.nan, 2.0]]), 1, TINY)
    with pytest.raises(ValueError, match="model is one of"):
        fc.predict([INTENSITY], "crystal_ball", 1)
    with pytest.raises(ValueError, match="positive number"):
        fc.predict([INTENSITY], "naive", 0)
