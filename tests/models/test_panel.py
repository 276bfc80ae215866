"""Panel estimators against dummy-variable least squares, brute-force bootstraps and closed forms."""

from __future__ import annotations

import itertools
import math
import warnings

import numpy as np
import pytest
from scipy import stats

from analysis import report
from analysis.models import growth, panel, series
from analysis.models.series import NotEstimable, Series, make

REPORT = report.load()
FOUND = series.collect(REPORT)
INTENSITY = series.countries(FOUND, "gerd_intensity")


def invented(groups: int = 8, years: int = 5, seed: int = 1, drop: int = 0) -> list[Series]:
    generator = np.random.default_rng(seed)
    rows = []
    for g in range(groups):
        y = (
            generator.normal(3, 0.5)
            + generator.normal(0.03, 0.03) * np.arange(years)
            + generator.normal(0, 0.02, years)
        )
        one = make(range(2019, 2019 + years), np.exp(y), key=f"x.C{g:02d}")
        rows.append(one.without([2018 + years]) if g < drop else one)
    return rows


def test_entity_trend_equals_dummy_variable_regression() -> None:
    rows = invented(drop=2)
    long = panel.stack(rows)
    dummies = np.equal.outer(long.group, np.arange(8)).astype(float)
    design = np.column_stack([long.time, dummies])
    beta, *_ = np.linalg.lstsq(design, long.y, rcond=None)
    e = long.y - design @ beta
    bread = np.linalg.inv(design.T @ design)
    meat = sum(np.outer(s, s) for s in (design[long.group == g].T @ e[long.group == g] for g in range(8)))
    se = math.sqrt(8 / 7 * (bread @ meat @ bread)[0, 0])
    found = panel.entity_trend(rows)
    assert found.coefficient == pytest.approx(beta[0], rel=1e-10)
    assert found.se == pytest.approx(se, rel=1e-9)
    assert found.high == pytest.approx(beta[0] + stats.t.ppf(0.975, 7) * se, rel=1e-9)


def test_a_balanced_panel_trend_is_the_mean_of_the_countries_trends() -> None:
    slopes = np.array([growth.trend(s).slope for s in INTENSITY])
    found = panel.entity_trend(INTENSITY)
    assert found.coefficient == pytest.approx(slopes.mean(), rel=1e-10)
    assert found.se == pytest.approx(slopes.std(ddof=1) / math.sqrt(17), rel=1e-9)


def test_wild_bootstrap_equals_refitting_every_sample() -> None:
    """Brute force: build y*, refit with all dummies, cluster the errors, for all 2^6 sign vectors."""
    rows = invented(groups=6, drop=1)
    long = panel.stack(rows)
    years = np.equal.outer(long.year, np.unique(long.year)[1:]).astype(float)
    generator = np.random.default_rng(5)
    x = generator.normal(size=len(long.y)) + 0.3 * long.time
    controls = np.column_stack([np.equal.outer(long.group, np.arange(6)).astype(float), years])

    def refit(y: np.ndarray) -> tuple[float, float]:
        design = np.column_stack([x, controls])
        beta, *_ = np.linalg.lstsq(design, y, rcond=None)
        e = y - design @ beta
        bread = np.linalg.inv(design.T @ design)
        meat = sum(np.outer(s, s) for s in (design[long.group == g].T @ e[long.group == g] for g in range(6)))
        crossed = controls.shape[1] - 6
        n = len(y)
        return beta[0], math.sqrt(6 / 5 * (n - 1) / (n - 1 - crossed) * (bread @ meat @ bread)[0, 0])

    found = panel.clustered(long.y, x, controls, long.group)
    b, se = refit(long.y)
    assert (found.coefficient, found.se) == (pytest.approx(b, rel=1e-9), pytest.approx(se, rel=1e-9))
    null = long.y - controls @ np.linalg.lstsq(controls, long.y, rcond=None)[0]
    full = np.column_stack([x, controls])
    free = long.y - full @ np.linalg.lstsq(full, long.y, rcond=None)[0]
    p, ts = [], []
    for signs in itertools.product([1.0, -1.0], repeat=6):
        v = np.array(signs)[long.group]
        b0, s0 = refit(long.y - null + v * null)
        p.append(abs(b0 / s0) >= abs(b / se) * (1 - 1e-9))
        b1, s1 = refit(long.y - free + v * free)
        ts.append((b1 - b) / s1)
    assert found.draws == 64
    assert found.p_wild == pytest.approx(np.mean(p))
    low, high = np.quantile(ts, [0.025, 0.975])
    assert (found.low_wild, found.high_wild) == (
        pytest.approx(b - high * se, rel=1e-6),
        pytest.approx(b - low * se, rel=1e-6),
    )


def test_year_effects_are_mean_log_changes() -> None:
    y = np.array([s.response for s in INTENSITY])
    change = y - y[:, :1]
    found = panel.year_effects(INTENSITY)
    assert found["estimate"].to_numpy() == pytest.approx(100 * np.expm1(change.mean(axis=0)), abs=1e-9)
    half = stats.t.ppf(0.975, 16) * change[:, -1].std(ddof=1) / math.sqrt(17)
    assert found["high"].iloc[-1] == pytest.approx(100 * math.expm1(change[:, -1].mean() + half), rel=1e-6)


@pytest.mark.parametrize("measure", ["gerd", "gerd_intensity", "researchers", "researcher_density", "patents"])
def test_mixed_model_agrees_with_the_closed_form_of_a_balanced_panel(measure: str) -> None:
    members = series.countries(FOUND, measure)
    long = panel.stack(members)
    years = len(members[0])
    _, cov, sigma2, inside = panel.balanced_reml(long.y.reshape(-1, years), long.time[:years])
    found = panel.mixed_trend(members)
    assert inside
    assert found.sigma**2 == pytest.approx(sigma2, rel=1e-4)
    assert found.cov == pytest.approx(cov, rel=1e-3, abs=1e-7)
    assert found.slope == pytest.approx(panel.entity_trend(members).coefficient, rel=1e-6)


def test_shrunken_slopes_equal_those_of_statsmodels_also_when_unbalanced() -> None:
    from statsmodels.regression.mixed_linear_model import MixedLM, MixedLMParams

    rows = invented(groups=12, drop=3)
    found = panel.mixed_trend(rows)
    long = panel.stack(rows)
    design = np.column_stack([np.ones_like(long.time), long.time])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        start = MixedLMParams.from_components(fe_params=np.zeros(2), cov_re=1.5 * found.cov / found.sigma**2)
        model = MixedLM(100 * long.y, design, groups=long.group, exog_re=design)
        fit = model.fit(reml=True, start_params=start, method=["lbfgs"])
    other = np.array([fit.fe_params[1] + np.asarray(fit.random_effects[g])[1] for g in range(12)])
    assert found.slopes["shrunken"].to_numpy() == pytest.approx(100 * np.expm1(other / 100), rel=1e-3, abs=1e-3)


def test_shrinking_reduces_the_spread() -> None:
    slopes = panel.mixed_trend(INTENSITY).slopes
    assert slopes["shrunken"].std() < slopes["own"].std()


def test_beta_convergence_equals_linregress_and_refitting() -> None:
    found = panel.beta_convergence(INTENSITY)
    x = np.array([math.log(s.values[0]) for s in INTENSITY])
    y = np.array([25 * math.log(s.values[-1] / s.values[0]) for s in INTENSITY])
    other = stats.linregress(x, y)
    assert (found.slope, found.intercept) == (pytest.approx(other.slope), pytest.approx(other.intercept))
    half = stats.t.ppf(0.975, 15) * other.stderr
    assert found.classic_high == pytest.approx(other.slope + half)
    left = panel.beta_convergence(INTENSITY[1:])
    assert found.points["without"].iloc[0] == pytest.approx(left.slope)
    assert found.spearman == pytest.approx(stats.spearmanr(x, y).statistic)
    middle = found.band(3).iloc[1]
    assert middle["low"] < middle["y"] < middle["high"]


def test_sigma_convergence_inverts_the_paired_variance_test() -> None:
    found = panel.sigma_convergence(INTENSITY)
    first, last = (np.array([s.response[i] for s in INTENSITY]) for i in (0, -1))
    assert found.ratio == pytest.approx(last.std(ddof=1) / first.std(ddof=1))
    assert found.p_value == pytest.approx(stats.pearsonr(first + last, last - first).pvalue, rel=1e-8)
    for edge in (found.low, found.high):
        assert stats.pearsonr(first + last / edge, first - last / edge).pvalue == pytest.approx(0.05, rel=1e-6)


def test_inputs_and_patents_use_the_countries_that_both_tables_print() -> None:
    found = panel.inputs_and_patents(REPORT)
    assert {k: v.n for k, v in found.items()} == {"gerd_intensity": 10, "researcher_density": 10}
    without = panel.inputs_and_patents(REPORT, leave=["USA"])["gerd_intensity"]
    points = found["gerd_intensity"].points.set_index("code")
    assert without.slope == pytest.approx(points.at["USA", "without"], rel=1e-8)


def test_patents_panel_equals_dummy_variable_regression() -> None:
    rows = [(s.code, y, v, dict(zip(FOUND[f"gerd_intensity.{s.code}"].years, FOUND[f"gerd_intensity.{s.code}"].response, strict=True)))
            for s in FOUND.values() if s.measure == "patents" for y, v in zip(s.years, s.response, strict=True)]  # fmt: skip
    kept = [(c, y, v, x[y - 1]) for c, y, v, x in rows if y - 1 in x]
    codes, years = sorted({r[0] for r in kept}), sorted({r[1] for r in kept})
    design = np.array([[r[3], *(r[0] == c for c in codes), *(r[1] == t for t in years[1:])] for r in kept], dtype=float)
    beta, *_ = np.linalg.lstsq(design, np.array([r[2] for r in kept]), rcond=None)
    assert panel.patents_panel(FOUND, "gerd_intensity").coefficient == pytest.approx(beta[0], rel=1e-9)


def test_degenerate_panels_end_in_one_clear_line() -> None:
    one = invented(groups=1)
    with pytest.raises(NotEstimable, match="at least 2 countries"):
        panel.entity_trend(one)
    with pytest.raises(NotEstimable, match="at least 3 countries"):
        panel.entity_trend(invented(groups=2))
    with pytest.raises(NotEstimable, match="at least 4 countries"):
        panel.mixed_trend(invented(groups=3))
    with pytest.raises(NotEstimable, match="at least 5"):
        panel.beta_convergence(invented(groups=4))
    with pytest.raises(NotEstimable, match="same years"):
        panel.sigma_convergence(invented(groups=6, drop=1))
    with pytest.raises(NotEstimable, match="mix"):
        panel.stack([make(range(3), [1, 2, 3], scale="level"), make(range(3), [1, 2, 3])])
    same = [make(range(2019, 2024), np.exp(0.1 * np.arange(5)), key=f"x.C{i}") for i in range(5)]
    with pytest.raises(NotEstimable, match="no variation"):
        panel.entity_trend(same)
    with pytest.raises(NotEstimable, match="variation"):
        panel.beta_convergence(same)


def test_a_mixed_model_on_the_boundary_never_warns() -> None:
    """Countries with one common slope: the variance of slopes is zero, the optimiser's worst case."""
    generator = np.random.default_rng(2)
    rows = [
        make(
            range(2019, 2024),
            np.exp(generator.normal() + 0.02 * np.arange(5) + generator.normal(0, 0.05, 5)),
            key=f"x.C{i}",
        )
        for i in range(6)
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            found = panel.mixed_trend(rows)
        except NotEstimable as error:
            assert "does not converge" in str(error)  # noqa: PT017
        else:
            assert np.isfinite(found.slopes.drop(columns="code").to_numpy()).all()
