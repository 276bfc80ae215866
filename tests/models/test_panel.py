"""Panel estimators against dummy-variable least squares, brute-force bootstraps and closed forms."""

from __future__ import annotations

import csv
import itertools
import math
from dataclasses import astuple
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import special, stats
from statsmodels.stats.multitest import multipletests

from analysis import report
from analysis.models import across, forecast, growth, panel, series, shrinkage, simulation
from analysis.models.series import NotEstimable, Series
from tests.models.made import make

REPORT = report.load()
FOUND = series.collect(REPORT)
INTENSITY = series.countries(FOUND, "gerd_intensity")
OTHER = list(csv.DictReader((Path(__file__).parent / "wildboottest.csv").read_text(encoding="utf-8").splitlines()))


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
    dummies = np.equal.outer(long.group, np.unique(long.group)).astype(float)
    design = np.column_stack([long.time, dummies])
    beta, *_ = np.linalg.lstsq(design, long.y, rcond=None)
    e = long.y - design @ beta
    bread = np.linalg.inv(design.T @ design)
    meat = sum(np.outer(s, s) for s in (design[long.group == g].T @ e[long.group == g] for g in np.unique(long.group)))
    se = math.sqrt(8 / 7 * (bread @ meat @ bread)[0, 0])
    found = panel.common_trend(rows)
    assert found.estimate == pytest.approx(beta[0], rel=1e-10)
    assert found.se == pytest.approx(se, rel=1e-9)
    assert found.high == pytest.approx(beta[0] + stats.t.ppf(0.975, 7) * se, rel=1e-9)


def test_a_balanced_panel_trend_is_the_mean_of_the_countries_trends() -> None:
    slopes = np.array([growth.trend(s).fit.slope[0] for s in INTENSITY])
    found = panel.common_trend(INTENSITY)
    assert found.estimate == pytest.approx(slopes.mean(), rel=1e-10)
    assert found.se == pytest.approx(slopes.std(ddof=1) / math.sqrt(17), rel=1e-9)


def test_wild_bootstrap_equals_refitting_every_sample() -> None:
    """Brute force: impose the hypothesis, build y*, refit with all dummies, for all 2^6 sign vectors."""
    rows = invented(groups=6, drop=1)
    long = panel.stack(rows)
    names = np.unique(long.group)
    years = np.equal.outer(long.year, np.unique(long.year)[1:]).astype(float)
    x = np.random.default_rng(5).normal(size=len(long.y)) + 0.3 * long.time
    controls = np.column_stack([np.equal.outer(long.group, names).astype(float), years])

    def refit(y: np.ndarray) -> tuple[float, float]:
        design = np.column_stack([x, controls])
        beta, *_ = np.linalg.lstsq(design, y, rcond=None)
        e = y - design @ beta
        bread = np.linalg.inv(design.T @ design)
        meat = sum(np.outer(s, s) for s in (design[long.group == g].T @ e[long.group == g] for g in names))
        n, crossed = len(y), controls.shape[1] - 6
        return beta[0], math.sqrt(6 / 5 * (n - 1) / (n - 1 - crossed) * (bread @ meat @ bread)[0, 0])

    found = panel.clustered(long.y, x, controls, long.group)
    b, se = refit(long.y)
    assert (found.estimate, found.se) == (pytest.approx(b, rel=1e-9), pytest.approx(se, rel=1e-9))

    def p_value(hypothesis: float) -> float:
        free = long.y - hypothesis * x
        null = free - controls @ np.linalg.lstsq(controls, free, rcond=None)[0]
        hits = []
        for signs in itertools.product([1.0, -1.0], repeat=6):
            v = np.array(signs)[np.searchsorted(names, long.group)]
            b0, s0 = refit(long.y - null + v * null)
            hits.append(abs((b0 - hypothesis) / s0) >= abs((b - hypothesis) / se) * (1 - 1e-6))
        return float(np.mean(hits))

    assert found.p_wild == pytest.approx(p_value(0.0))
    for edge, out in ((found.low_wild, -1), (found.high_wild, 1)):
        assert p_value(edge - out * 1e-4 * se) >= 0.05 > p_value(edge + out * 1e-4 * se)


def test_interval_and_p_value_of_the_bootstrap_are_one_test() -> None:
    """China holds most of the variation: an interval from another bootstrap was 2.2 times too narrow."""
    fit = across.patents_panel(FOUND, "researcher_density")
    assert fit.p_wild == pytest.approx(0.0234, abs=1e-3)
    assert (fit.low_wild, fit.high_wild) == (pytest.approx(0.26, abs=0.02), pytest.approx(2.07, abs=0.03))
    others = [s for s in series.countries(FOUND, "patents") if s.code != "CHN"]
    less = across.patents_panel(FOUND, "researcher_density", others)
    assert less.low_wild < 0 < less.high_wild


@pytest.mark.parametrize("line", OTHER, ids=lambda r: f"{r['series']} {r['cells']}")
def test_wild_bootstrap_agrees_with_another_program(line: dict[str, str]) -> None:
    """``wildboottest.csv`` holds what wildboottest 0.3.2 (numpy 2.4.6, numba 0.68.1) says of every panel of the book.

    ``enumerated``: its p-value over all patterns, short of one where rounding makes the data themselves not count;
    ``drawn``: that of 99,999 draws, seed 1 (with 16 countries and fewer it enumerates). The last four are hypotheses that
    its own bootstrap statistics, ties counted, reject or keep at 5 per cent; it tests zero, so the hypothesis was
    taken off the response. Its ``statistic`` counts country effects as parameters.
    """
    name, _, without = line["series"].partition(" without ")
    found = series.collect(REPORT, treated=line["cells"] == "treated")
    if "~" in name:
        fit = across.patents_panel(found, name.partition("~")[2])
    else:
        fit = panel.common_trend([s for s in series.countries(found, name) if s.code != without])
    one = 2.0 ** (1 - fit.groups)
    assert -1e-7 <= fit.p_wild - float(line["enumerated"]) <= one + 1e-7
    if line["drawn"]:
        noise = 4 * math.sqrt(fit.p_wild * (1 - fit.p_wild) / 99_999)
        assert -noise - 1e-7 <= fit.p_wild - float(line["drawn"]) <= noise + one + 1e-7
    crossed = 4 if "~" in name else 0  # effects of the later years
    fewer = (fit.n - 1 - fit.groups - crossed) / (fit.n - 1 - crossed)
    assert float(line["statistic"]) == pytest.approx(fit.estimate / fit.se * math.sqrt(fewer), abs=1e-5)
    edges = [float(line[k]) for k in ("low_rejected", "low_kept", "high_kept", "high_rejected")]
    assert edges[0] < fit.low_wild <= edges[1] < fit.estimate < edges[2] <= fit.high_wild < edges[3]


def test_the_other_program_was_asked_about_every_panel_of_the_book() -> None:
    golden = Path(__file__).parents[1] / "golden" / "trends.csv"  # what the command prints: another test sees to it
    frame = pd.read_csv(golden, dtype=str, keep_default_na=False)
    frame = frame.query("parameter == 'p_value' and model.str.endswith('_wild')")
    published = set(frame[["series", "cells"]].itertuples(index=False, name=None))
    assert published == {(r["series"], r["cells"]) for r in OTHER if "without" not in r["series"]}


def test_few_clusters_cannot_bound_anything() -> None:
    assert panel.common_trend(invented(groups=4)).low_wild == -math.inf


def test_year_effects_are_mean_log_changes() -> None:
    y = np.array([s.response for s in INTENSITY])
    change = y - y[:, :1]
    found = panel.year_effects(INTENSITY)
    assert found["estimate"].to_numpy() == pytest.approx(100 * np.expm1(change.mean(axis=0)), abs=1e-9)
    half = stats.t.ppf(0.975, 16) * change[:, -1].std(ddof=1) / math.sqrt(17)
    assert found["high"].iloc[-1] == pytest.approx(100 * math.expm1(change[:, -1].mean() + half), rel=1e-6)


def test_shrinking_equals_the_random_effects_of_statsmodels() -> None:
    from statsmodels.stats.meta_analysis import combine_effects

    generator = np.random.default_rng(4)
    own, variance = generator.normal(3, 2, 12), generator.uniform(0.5, 3, 12)
    found = shrinkage.shrink(own, variance)
    other = combine_effects(own, variance, method_re="chi2", use_t=True)
    assert found.common == pytest.approx(other.mean_effect_re)
    assert found.tau**2 == pytest.approx(other.tau2)
    assert found.se == pytest.approx(other.sd_eff_w_re_hksj)
    low, high = np.minimum(own, found.common), np.maximum(own, found.common)
    assert ((low <= found.estimate) & (found.estimate <= high)).all()


def test_moderated_variances_recover_the_prior_they_come_from() -> None:
    generator = np.random.default_rng(7)
    true = 4 * 6 / generator.chisquare(6, 20000)
    sample = true * generator.chisquare(3, 20000) / 3
    moderated, df = shrinkage.moderate(sample, 3)
    assert df[0] - 3 == pytest.approx(6, rel=0.1)
    assert np.mean((moderated - true) ** 2) < np.mean((sample - true) ** 2)
    pooled, df = shrinkage.moderate(np.full(6, 2.0), 3)
    assert (pooled.tolist(), df.tolist()) == ([2.0] * 6, [18.0] * 6)


def test_many_panels_at_once_are_each_on_its_own() -> None:
    """What the simulation does in one step: shrinkage, pooled forecasts, clustered fits and the bootstrap."""
    y = np.random.default_rng(8).standard_normal((40, 6, 5)).cumsum(axis=-1)
    y[0] = y[0, :1] + np.arange(6.0)[:, None]  # no more spread of variances than chance would give
    own, error = growth.changes(np.arange(5.0), y)
    uneven = error**2 * 10.0 ** np.arange(-20, 20)[:, None]
    uneven[1:, 0] *= 1e-9  # so small that it counts as a share of the typical one of its panel
    for many, one in (
        (shrinkage.moderate(uneven, 3), lambda i: shrinkage.moderate(uneven[i], 3)),
        (astuple(shrinkage.shrink(own, error**2)), lambda i: astuple(shrinkage.shrink(own[i], error[i] ** 2))),
        (forecast.combined(y, 2, 1e-12).interval(0.95), lambda i: forecast.combined(y[i], 2, 1e-12).interval(0.95)),
    ):
        for i in range(40):
            for part, alone in zip(many, one(i), strict=True):
                assert part[i] == pytest.approx(alone, rel=1e-12)
    label, time = np.repeat(np.arange(6), 5), np.tile(np.arange(5.0), 6)
    design = panel.Design(time, panel.dummies(label), label)
    rest = design.rest(y.reshape(40, 30))
    estimate, se = design.fit(rest)
    wild = panel.Wild(rest, design)
    for i in range(1, 40):
        alone = panel.clustered(y[i].ravel(), time, panel.dummies(label), label)
        assert (estimate[i], se[i]) == (pytest.approx(alone.estimate), pytest.approx(alone.se))
        assert wild.p_value(0.0)[i] == alone.p_wild


def test_the_inverse_of_the_trigamma_function() -> None:
    wanted = np.array([1e-7, 1e-3, 0.4, 1.0, 30.0, 1e6])
    assert special.polygamma(1, shrinkage.inverse_trigamma(wanted)) == pytest.approx(wanted, rel=1e-9)


def test_no_country_is_pushed_away_from_the_common_trend() -> None:
    found = panel.country_trends(INTENSITY, reference="TWN")
    common = 100 * math.expm1(found.common)
    own, drawn = found.slopes["own"], found.slopes["shrunken"]
    assert ((drawn - common) * (own - common) >= -1e-9).all()
    assert ((drawn - common).abs() <= (own - common).abs() + 1e-9).all()
    assert found.slopes.set_index("code").at["DEU", "p"] < 0.05
    assert math.isnan(found.slopes.set_index("code").at["TWN", "p"])


def test_the_residuals_of_countries_move_together() -> None:
    """Pesaran's CD recomputed pair by pair."""
    e = [s.response - np.polyval(np.polyfit(s.time, s.response, 1), s.time) for s in INTENSITY]
    pairs = [np.corrcoef(a, b)[0, 1] for a, b in itertools.combinations(e, 2)]
    n, correlation, statistic = panel.dependence(INTENSITY)
    assert n == 17
    assert correlation == pytest.approx(np.mean(pairs), rel=1e-6)
    assert statistic == pytest.approx(math.sqrt(2 * 5 / (17 * 16)) * np.sum(pairs), rel=1e-6)


def test_the_average_country_is_not_the_weighted_whole() -> None:
    found = panel.aggregate(FOUND)
    assert found.average == pytest.approx(panel.common_trend(INTENSITY).rates()["estimate"], rel=1e-9)
    spent, ratio = (np.array([FOUND[f"{m}.{s.code}"].values for s in INTENSITY]) for m in ("gerd", "gerd_intensity"))
    whole = spent.sum(axis=0) / (spent / ratio).sum(axis=0)
    assert (whole[0], whole[-1]) == (pytest.approx(2.75, abs=0.01), pytest.approx(3.02, abs=0.01))
    assert found.weighted == pytest.approx(100 * math.expm1(np.polyfit(range(5), np.log(whole), 1)[0]), rel=1e-9)
    assert found.weighted > 2 * found.average


def test_beta_convergence_equals_linregress_and_refitting() -> None:
    found = across.beta_convergence(INTENSITY)
    x = np.array([math.log(s.values[0]) for s in INTENSITY])
    y = np.array([25 * math.log(s.values[-1] / s.values[0]) for s in INTENSITY])
    other = stats.linregress(x, y)
    half = stats.t.ppf(0.975, 15) * other.stderr
    assert found.estimate == pytest.approx(other.slope)
    assert found.classic == (pytest.approx(other.slope - half), pytest.approx(other.slope + half))
    left = across.beta_convergence(INTENSITY[1:])
    assert found.points["without"].iloc[0] == pytest.approx(left.estimate)
    assert found.spearman == pytest.approx(stats.spearmanr(x, y).statistic)
    middle = found.band(3).iloc[1]
    assert middle["low"] < middle["y"] < middle["high"]


def test_sigma_convergence_inverts_the_paired_variance_test() -> None:
    found = across.sigma_convergence(INTENSITY)
    first, last = (np.array([s.response[i] for s in INTENSITY]) for i in (0, -1))
    assert found.estimate == pytest.approx(last.std(ddof=1) / first.std(ddof=1))
    assert found.p_value == pytest.approx(stats.pearsonr(first + last, last - first).pvalue, rel=1e-8)
    for edge in (found.low, found.high):
        assert stats.pearsonr(first + last / edge, first - last / edge).pvalue == pytest.approx(0.05, rel=1e-6)


def test_inputs_and_patents_use_the_countries_that_both_tables_print() -> None:
    found = across.inputs_and_patents(REPORT, FOUND)
    assert {k: v.n for k, v in found.items()} == {"gerd_intensity": 10, "researcher_density": 10}
    points = found["gerd_intensity"].points.set_index("code")
    less = points.drop("USA")
    assert points.at["USA", "without"] == pytest.approx(stats.linregress(less["x"], less["y"]).slope, rel=1e-8)


def test_bell_mccaffrey_equals_satterthwaite_by_simulation() -> None:
    """The HC2 variance of equal errors has mean and variance of a scaled chi-square with these degrees of freedom."""
    x = across.inputs_and_patents(REPORT, FOUND)["researcher_density"].points["x"].to_numpy()
    design = np.column_stack([np.ones(10), x - x.mean()])
    bread = np.linalg.inv(design.T @ design)
    hat = design @ bread @ design.T
    e = np.random.default_rng(1).standard_normal((200_000, 10)) @ (np.eye(10) - hat)
    variance = (e**2 / (1 - np.diag(hat)) * (design @ bread[:, 1]) ** 2).sum(axis=1)
    assert across.bell_mccaffrey(design, 1) == pytest.approx(2 * variance.mean() ** 2 / variance.var(), rel=0.03)
    assert across.bell_mccaffrey(design, 1) < 2


def test_china_alone_makes_researchers_converge() -> None:
    density = series.countries(FOUND, "researcher_density")
    each = panel.without_each(density, across.sigma_convergence).set_index("code")
    assert across.sigma_convergence(density).high < 1
    assert each.at["CHN", "estimate"] > 1
    assert each.at["CHN", "p"] > 0.4
    assert (each.drop("CHN")["p"] < 0.05).all()


def test_patents_panel_equals_dummy_variable_regression() -> None:
    rows = [
        (
            s.code,
            y,
            v,
            dict(zip(FOUND[f"gerd_intensity.{s.code}"].years, FOUND[f"gerd_intensity.{s.code}"].response, strict=True)),
        )
        for s in FOUND.values()
        if s.measure == "patents"
        for y, v in zip(s.years, s.response, strict=True)
    ]
    kept = [(c, y, v, x[y - 1]) for c, y, v, x in rows if y - 1 in x]
    codes, years = sorted({r[0] for r in kept}), sorted({r[1] for r in kept})
    design = np.array([[r[3], *(r[0] == c for c in codes), *(r[1] == t for t in years[1:])] for r in kept], dtype=float)
    beta, *_ = np.linalg.lstsq(design, np.array([r[2] for r in kept]), rcond=None)
    assert across.patents_panel(FOUND, "gerd_intensity").estimate == pytest.approx(beta[0], rel=1e-9)


def test_degenerate_panels_end_in_one_clear_line() -> None:
    with pytest.raises(NotEstimable, match="at least 3 countries"):
        panel.common_trend(invented(groups=2))
    with pytest.raises(NotEstimable, match="at least 4 countries"):
        panel.country_trends(invented(groups=3))
    with pytest.raises(NotEstimable, match="at least 5"):
        across.beta_convergence(invented(groups=4))
    with pytest.raises(NotEstimable, match="at least 4 countries"):
        across.sigma_convergence(invented(groups=6, drop=3))
    levels = [make(range(3), [1, 2, 3], scale="level"), *[make(range(3), [1, 2, 3])] * 2]
    with pytest.raises(NotEstimable, match="mix"):
        panel.stack(levels)
    same = [make(range(2019, 2024), np.exp(0.1 * np.arange(5)), key=f"x.C{i}") for i in range(5)]
    with pytest.raises(NotEstimable, match="no variation"):
        panel.common_trend(same)


def test_a_country_with_a_gap_leaves_the_others_their_convergence() -> None:
    rows = invented(groups=6, drop=1)
    assert across.sigma_convergence(rows).n == 5
    assert across.beta_convergence(rows).n == 5
    assert panel.common_trend(rows).groups == 6


def test_patents_per_researcher_are_the_quotient_of_both_tables() -> None:
    found = across.efficiency(FOUND).set_index("code")
    patents, people = FOUND["patents.TWN"], FOUND["researchers.TWN"]
    assert found.at["TWN", "per_researcher"] == pytest.approx(patents.values[-1] / people.values[-1])
    assert found.at["TWN", "per_gerd"] == pytest.approx(10479 / 599)
    assert people.years[-1] == patents.years[-1] - 1
    assert found["per_researcher"].dropna().is_monotonic_decreasing


def test_rd_intensity_has_no_trend_after_its_step_of_2020() -> None:
    steps = panel.year_effects(INTENSITY).set_index("year")
    later = panel.common_trend([s.without([2019]) for s in INTENSITY])
    assert steps.at[2020, "low"] > 0
    assert later.low < 0 < later.high
    assert 100 * math.expm1(later.estimate) == pytest.approx(0.1, abs=0.05)


def test_the_p_value_of_a_rank_correlation_counts_all_orders() -> None:
    found = across.inputs_and_patents(REPORT, FOUND)
    intensity, density = found["gerd_intensity"], found["researcher_density"]
    assert intensity.p_spearman == pytest.approx(0.01256, abs=1e-5)
    assert density.p_spearman == pytest.approx(0.16628, abs=1e-5)
    assert intensity.p_spearman_without.idxmax() == "DEU"
    assert intensity.p_spearman_without["DEU"] == pytest.approx(0.0503, abs=1e-4)
    for x, y in (([1, 2, 3, 4, 5], [2, 1, 4, 3, 5]), ([1, 1, 2, 3, 3], [1, 2, 2, 4, 3])):
        a, b = (stats.rankdata(v) - 3 for v in (x, y))
        all_orders = [abs(a @ np.array(order)) for order in itertools.permutations(b)]
        assert across.rank_p(np.array(x), np.array(y)) == pytest.approx(
            np.mean(np.array(all_orders) >= abs(a @ b) - 1e-9)
        )


def test_an_equal_spread_is_tested_without_normality_too() -> None:
    """All ways to exchange the two years of a country, one by one for six countries."""
    few = INTENSITY[:6]
    first, last = (np.array([s.response[i] for s in few]) for i in (0, -1))
    first, last = first - first.mean(), last - last.mean()

    def statistic(swap: tuple[bool, ...]) -> float:
        a, b = np.where(swap, last, first), np.where(swap, first, last)
        return abs(float(np.corrcoef(a + b, b - a)[0, 1]))

    drawn = [statistic(swap) for swap in itertools.product([False, True], repeat=6)]
    assert across.sigma_exchange(few) == pytest.approx(np.mean(np.array(drawn) >= drawn[0] - 1e-9))
    assert across.sigma_exchange(INTENSITY) == pytest.approx(0.0267, abs=1e-4)
    assert across.sigma_convergence(INTENSITY).p_value == pytest.approx(0.0039, abs=1e-4)


def test_the_weighted_growth_is_open_if_shocks_last_and_rests_on_china_and_2020() -> None:
    found = panel.aggregate(FOUND)
    assert found.line == (pytest.approx(0.34, abs=0.01), pytest.approx(3.83, abs=0.01))
    assert found.lasting == (pytest.approx(-1.75, abs=0.01), pytest.approx(6.57, abs=0.01))
    assert (found.later, found.printed_later) == (pytest.approx(1.15, abs=0.01), pytest.approx(0.11, abs=0.01))
    assert panel.aggregate(FOUND, ["CHN"]).weighted == pytest.approx(1.61, abs=0.01)
    assert panel.aggregate(FOUND, ["CHN", "USA"]).weighted == pytest.approx(1.15, abs=0.01)


def test_the_correction_of_holm_is_that_of_statsmodels() -> None:
    p = np.random.default_rng(5).uniform(0, 0.2, 40).round(2)  # with ties, and some beyond one
    corrected = multipletests(p, method="holm")[1].tolist()
    assert panel.holm(p).tolist() == corrected
    assert 0 < corrected.count(1.0) < 40
    whole = panel.holm(np.insert(p, 7, math.nan))
    assert math.isnan(whole[7])
    assert np.delete(whole, 7).tolist() == corrected


def test_no_country_can_be_told_from_taiwan_as_printed_if_shocks_last() -> None:
    counts = {}
    for measure in series.PANEL_MEASURES:
        slopes = panel.country_trends(series.countries(FOUND, measure), reference="TWN").slopes
        counts[measure] = int((slopes["p"] < 0.05).sum()), int((slopes["p_lasting"] < 0.05).sum())
    assert counts["gerd"] == (12, 0)
    assert all(lasting == 0 for _, lasting in counts.values())


def test_fewer_countries_differ_from_taiwan_by_their_own_scatter_than_by_a_shared_one() -> None:
    """Welch's test of two slopes, by statsmodels' fits, corrected for all countries; as the page says."""
    by_own = {}
    for measure in ("gerd", "researchers"):
        slopes = panel.country_trends(series.countries(FOUND, measure), reference="TWN").slopes.set_index("code")
        by_own[measure] = set(slopes.index[slopes["p_own"] < 0.05])
        fits = {s.code: sm.OLS(s.response, sm.add_constant(s.time)).fit() for s in series.countries(FOUND, measure)}
        home = fits.pop("TWN")
        p = []
        for fit in fits.values():
            a, b = fit.bse[1] ** 2, home.bse[1] ** 2
            df = (a + b) ** 2 / (a**2 / fit.df_resid + b**2 / home.df_resid)
            p.append(2 * stats.t.sf(abs(fit.params[1] - home.params[1]) / math.sqrt(a + b), df))
        assert slopes["p_own"].drop("TWN").loc[list(fits)].tolist() == pytest.approx(multipletests(p, method="holm")[1])
    assert by_own == {"gerd": {"DEU", "FRA", "NOR"}, "researchers": {"NLD", "SGP"}}


def test_walks_of_equal_drift_seem_to_differ_by_their_lines_not_by_their_changes() -> None:
    told = np.zeros(2)
    for seed in range(25):
        steps = 0.03 + 0.02 * np.random.default_rng(seed).standard_normal((17, 4))
        rows = np.exp(5 + np.hstack([np.zeros((17, 1)), steps.cumsum(axis=1)]))
        made = [make(range(5), [float(v) for v in row], key=f"walk.{i}") for i, row in enumerate(rows)]
        slopes = panel.country_trends(made, reference="0").slopes
        told += [slopes["p"].min() < 0.05, slopes["p_lasting"].min() < 0.05]
    assert told[0] > 10 > 3 >= told[1]


@pytest.mark.parametrize(
    ("world", "by_lines", "by_changes"), [("independent", 4, 0), ("autocorrelated", 23, 0), ("random_walk", 62, 4)]
)
def test_how_often_countries_of_equal_growth_seem_to_differ(world: str, by_lines: float, by_changes: float) -> None:
    """The level of the comparison with Taiwan, at five per cent: held by lines only if scatter is independent."""
    assert simulation.told_apart(world) == (pytest.approx(by_lines, abs=0.7), pytest.approx(by_changes, abs=0.7))


def test_the_simulated_comparison_is_that_of_the_countries() -> None:
    """The same slopes, variances and p-values, Bonferroni's for the smallest."""
    same = [s for s in INTENSITY if len(s) == len(INTENSITY[0])]
    y, time = np.array([s.response for s in same]), same[0].time
    rows, away = growth.lines(time, y), time - time.mean()
    many = np.full(len(same), len(time) - 2)
    variance, freedom, _ = panel.draw(rows.slope, rows.sigma**2, many, np.full(len(same), away @ away))
    p = panel.differences(rows.slope, variance, freedom, [s.code for s in same].index("TWN"))
    slopes = panel.country_trends(same, reference="TWN").slopes
    assert np.nanmin(p) * (len(same) - 1) == pytest.approx(slopes["p"].min())
    assert panel.holm(p) == pytest.approx(slopes["p"], nan_ok=True)
