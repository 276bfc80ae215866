"""Each growth estimator against an independent calculation, and what it does at the edges."""

from __future__ import annotations

import itertools
import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis import report
from analysis.models import growth, series, simulation
from analysis.models.series import NotEstimable
from tests.models.made import make

INTENSITY = make(range(2019, 2024), ["3.49", "3.61", "3.79", "3.96", "3.98"], key="gerd_intensity.TWN")
GAPS = make([2014, 2021, 2022, 2023], ["24.20", "33.44", "33.17", "34.81"], key="value_added_rate.C")
LONG = make(range(2010, 2020), np.exp(0.03 * np.arange(10) + 0.02 * np.sin(np.arange(10) * 2.0)), key="long.X")

values = st.lists(st.integers(100, 9999), min_size=4, max_size=8).filter(lambda v: len(set(v)) > 2)


@pytest.mark.parametrize("one", [INTENSITY, GAPS, LONG])
def test_trend_agrees_with_scipy_linregress(one: series.Series) -> None:
    found, other = growth.trend(one), stats.linregress(one.time, one.response)
    assert found.fit.slope[0] == pytest.approx(other.slope, rel=1e-10)
    assert found.fit.se[0] == pytest.approx(other.stderr, rel=1e-9)
    assert found.p_value == pytest.approx(other.pvalue, rel=1e-8)
    half = stats.t.ppf(0.975, len(one) - 2) * other.stderr
    assert found.low == pytest.approx(100 * math.expm1(other.slope - half), rel=1e-9)
    assert found.high == pytest.approx(100 * math.expm1(other.slope + half), rel=1e-9)


def test_trend_of_levels_equals_exact_arithmetic() -> None:
    numbers = ["3.42", "6.72", "2.68", "1.12", "4.59"]
    one = make(range(2020, 2025), numbers, scale="level", unit="%")
    exact = sum(Fraction(t) * Fraction(v) for t, v in zip((-2, -1, 0, 1, 2), numbers, strict=True)) / 10
    found = growth.trend(one)
    assert found.estimate == pytest.approx(float(exact), rel=1e-13)
    rss = sum(
        (Fraction(v) - sum(map(Fraction, numbers)) / 5 - exact * t) ** 2
        for t, v in zip((-2, -1, 0, 1, 2), numbers, strict=True)
    )
    assert found.fit.sigma[0] == pytest.approx(math.sqrt(rss / 3), rel=1e-12)
    assert found.unit == "percentage points a year"


def test_hc3_equals_its_formula() -> None:
    found = growth.trend(INTENSITY)
    x = np.column_stack([np.ones(5), INTENSITY.time - 2021])
    bread = np.linalg.inv(x.T @ x)
    leverage = np.einsum("ij,jk,ik->i", x, bread, x)
    e = INTENSITY.response - x @ (bread @ x.T @ INTENSITY.response)
    error = math.sqrt((bread @ (x.T * (e / (1 - leverage)) ** 2) @ x @ bread)[1, 1])
    assert found.hc3 is not None
    assert found.hc3[0] == pytest.approx(100 * math.expm1(found.fit.slope[0] - stats.t.ppf(0.975, 3) * error), rel=1e-9)


def test_robust_errors_only_where_n_permits() -> None:
    assert growth.trend(GAPS).hc3 is None
    assert growth.trend(LONG).hc3 is not None


def test_the_line_reaches_the_certified_digits_of_nist() -> None:
    """Norris, the straight line of the Statistical Reference Datasets, through the code that the trends run."""
    data = json.loads(Path(__file__).with_name("nist_norris.json").read_text(encoding="utf-8"))
    x, y = np.array(data["x"][0], dtype=float), np.array(data["y"], dtype=float)
    fit = growth.lines(x, y[None])
    assert fit.slope[0] == pytest.approx(float(data["estimates"][1]), rel=1e-11)
    assert fit.at([0.0])[0, 0] == pytest.approx(float(data["estimates"][0]), rel=1e-9)
    assert fit.se[0] == pytest.approx(float(data["errors"][1]), rel=1e-10)
    assert fit.sigma[0] == pytest.approx(float(data["residual_sd"]), rel=1e-10)


def test_the_mean_change_is_the_t_test_of_the_changes() -> None:
    other = stats.ttest_1samp(np.diff(INTENSITY.response), 0)
    found = growth.mean_change(INTENSITY)
    assert found.p_value == pytest.approx(other.pvalue, rel=1e-9)
    assert found.low == pytest.approx(100 * math.expm1(other.confidence_interval(0.95).low), rel=1e-9)
    gaps, y = np.diff(GAPS.time), GAPS.response
    drift = (y[-1] - y[0]) / 9
    variance = float(((np.diff(y) - drift * gaps) ** 2 / gaps).sum()) / 2
    half = stats.t.ppf(0.975, 2) * math.sqrt(variance / 9)
    assert growth.mean_change(GAPS).high == pytest.approx(100 * math.expm1(drift + half), rel=1e-9)


def test_driftless_walks_seem_to_have_trends_far_too_often() -> None:
    assert growth.false_alarms((2019, 2020, 2021, 2022, 2023)) == pytest.approx(0.275, abs=0.01)
    assert growth.false_alarms((2014, 2021, 2022, 2023)) == pytest.approx(0.297, abs=0.012)


def test_many_trends_are_counted_against_chance() -> None:
    found = series.collect(report.load())
    m = growth.many(found.values())
    assert m["log_linear_ols", "p_below_0.05"] == sum(growth.trend(s).p_value < 0.05 for s in found.values())
    walks = sum(growth.false_alarms(s.years) for s in found.values())
    assert m["log_linear_ols", "expected_of_driftless_walks"] == pytest.approx(walks)
    assert m["mean_change", "fdr_bh_0.05"] <= m["mean_change", "p_below_0.05"] <= m["log_linear_ols", "p_below_0.05"]
    with pytest.raises(NotEstimable, match="no series"):
        growth.many([])


def test_prediction_interval_equals_the_textbook_formula() -> None:
    found = growth.trend(INTENSITY)
    row = found.line([2025]).iloc[0]
    error = found.fit.sigma[0] * math.sqrt(1 + 1 / 5 + 16 / 10)
    assert row["high_pi"] == pytest.approx(
        math.exp(found.fit.mean[0] + 4 * found.fit.slope[0] + stats.t.ppf(0.975, 3) * error), rel=1e-12
    )
    assert row["low_pi"] < row["low"] < row["value"] < row["high"] < row["high_pi"]


def test_cagr_and_its_rounding_bounds() -> None:
    found = growth.cagr(INTENSITY)
    assert found.estimate == pytest.approx(100 * ((3.98 / 3.49) ** 0.25 - 1), abs=1e-8)
    assert found.low == pytest.approx(100 * ((3.975 / 3.495) ** 0.25 - 1), abs=1e-8)
    assert found.high == pytest.approx(100 * ((3.985 / 3.485) ** 0.25 - 1), abs=1e-8)
    assert growth.cagr(GAPS).estimate == pytest.approx(100 * ((34.81 / 24.20) ** (1 / 9) - 1), abs=1e-8)


@given(values, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_rounding_bounds_hold_for_any_numbers_that_print_the_same(numbers: list[int], random) -> None:
    one = make(range(2000, 2000 + len(numbers)), [str(v) for v in numbers])
    low, high = growth.trend(one).rounding
    unrounded = np.array([v - 0.5 + random.random() for v in numbers])
    slope = np.polyfit(np.arange(len(numbers)), np.log(unrounded), 1)[0]
    assert low - 1e-9 <= 100 * math.expm1(slope) <= high + 1e-9


@given(values, st.integers(1, 50))
@settings(max_examples=40, deadline=None)
def test_growth_does_not_depend_on_the_unit(numbers: list[int], factor: int) -> None:
    years = range(2000, 2000 + len(numbers))
    a, b = (growth.trend(make(years, [str(v * k) for v in numbers], exact=True)) for k in (1, factor))
    assert a.estimate == pytest.approx(b.estimate, abs=1e-8)
    assert a.p_value == pytest.approx(b.p_value, rel=1e-6, abs=1e-9)


def test_theil_sen_is_the_median_of_pairwise_slopes_with_exact_level() -> None:
    y, t = INTENSITY.response, INTENSITY.time
    slopes = sorted((y[j] - y[i]) / (t[j] - t[i]) for i, j in itertools.combinations(range(5), 2))
    found = growth.theil_sen(INTENSITY)
    assert found.estimate == pytest.approx(100 * math.expm1((slopes[4] + slopes[5]) / 2), rel=1e-10)
    assert found.level == pytest.approx(1 - 2 / 120)
    other = stats.theilslopes(y, t, 0.95)
    assert (found.low, found.high) == pytest.approx(
        (100 * math.expm1(other.low_slope), 100 * math.expm1(other.high_slope))
    )


@pytest.mark.parametrize("n", [3, 4, 5, 6, 7])
def test_kendall_counts_equal_enumeration(n: int) -> None:
    tally: dict[int, int] = {}
    for order in itertools.permutations(range(n)):
        inversions = sum(a > b for a, b in itertools.combinations(order, 2))
        tally[inversions] = tally.get(inversions, 0) + 1
    assert growth.kendall_counts(n) == [tally[k] for k in sorted(tally)]


def test_four_points_cannot_have_a_95_per_cent_rank_interval() -> None:
    k, attained = growth.slope_ranks(4, 0.95)
    assert (k, attained) == (1, pytest.approx(1 - 2 / 24))
    assert growth.slope_ranks(10, 0.95)[1] >= 0.95


def test_mann_kendall_matches_enumeration_with_and_without_ties() -> None:
    for numbers in ([3, 1, 2, 5, 4], [85, 86, 91, 91, 93], [1, 1, 2, 2, 2]):
        one = make(range(2000, 2005), numbers)
        pairs = list(itertools.combinations(range(5), 2))

        def s(v: tuple[float, ...], pairs: list[tuple[int, int]] = pairs) -> float:
            return sum(np.sign(v[j] - v[i]) for i, j in pairs)

        null = [s(order) for order in itertools.permutations(numbers)]
        observed = s(tuple(numbers))
        two_sided = 2 * min(np.mean([v >= observed for v in null]), np.mean([v <= observed for v in null]))
        tau, p = growth.mann_kendall(one)
        assert p == pytest.approx(min(1.0, two_sided))
        assert tau == pytest.approx(stats.kendalltau(range(5), numbers).statistic)


def test_influence_equals_refitting() -> None:
    found = growth.influence(INTENSITY)
    for year, without in zip(found["year"], found["without"], strict=True):
        assert without == pytest.approx(growth.trend(INTENSITY.without([year])).estimate, rel=1e-9)
    assert found["leverage"].sum() == pytest.approx(2)


def test_degenerate_series_end_in_one_clear_line() -> None:
    two = make([2019, 2020], [1, 2])
    flat = make(range(5), [2, 2, 2, 2, 2])
    for call in (growth.trend, growth.theil_sen, growth.mann_kendall, growth.influence):
        with pytest.raises(NotEstimable, match="needs at least"):
            call(two)
    for call in (growth.trend, growth.mann_kendall, growth.influence):
        with pytest.raises(NotEstimable, match="constant"):
            call(flat)
    with pytest.raises(NotEstimable):
        growth.cagr(make([2019], [1]))
    assert growth.theil_sen(flat).estimate == 0
    with pytest.raises(NotEstimable, match="2020 is not positive and has no logarithm"):
        make([2019, 2020, 2021], [1, 0, 2])
    with pytest.raises(ValueError, match="increase"):
        make([2020, 2019], [1, 2])


def test_levels_may_be_zero_and_logs_take_the_printed_bounds() -> None:
    one = make(range(2000, 2004), ["0", "1", "2", "1"], scale="level")
    assert growth.trend(one).estimate == pytest.approx(0.4)
    tiny = make(range(2000, 2003), ["1", "1", "2"])
    low, _ = tiny.response_bounds
    assert low[0] == pytest.approx(math.log(0.5))


def test_printed_numbers_are_bounded_by_their_digits_and_exact_ones_are_not() -> None:
    years = range(2019, 2024)
    as_text, as_integers = (
        growth.cagr(make(years, v)) for v in (["599", "610", "620", "630", "641"], [599, 610, 620, 630, 641])
    )
    assert as_text == as_integers
    assert as_text.low == pytest.approx(100 * ((640.5 / 599.5) ** 0.25 - 1))
    exact = growth.cagr(make(years, [599.0, 610.0, 620.0, 630.0, 641.0]))
    assert exact.low == exact.high == pytest.approx(exact.estimate)


def test_a_trend_in_levels_is_in_the_printed_unit_a_year() -> None:
    one = make(range(2019, 2024), ["-5", "-3", "0", "2", "4"], scale="level", unit="億元")
    assert growth.trend(one).unit == "億元 a year"


def test_amounts_made_from_rounded_shares_have_the_bounds_of_the_shares() -> None:
    one = series.collect(report.load())["exports.capital_low"]
    low, high = one.value_bounds
    assert ((high - low) > 10).all()
    assert ((low < one.values) & (one.values < high)).all()


def test_no_interval_is_narrower_than_rounding_alone_makes_it() -> None:
    """Switzerland's R&D intensity without 2023, and a series whose changes are all one."""
    swiss = make(range(2019, 2023), ["3.20", "3.25", "3.30", "3.35"])
    found = growth.trend(swiss)
    assert (found.low, found.high) == (pytest.approx(1.366, abs=1e-3), pytest.approx(1.711, abs=1e-3))
    assert found.low < found.rounding[0] < found.rounding[1] < found.high
    assert found.rounding_share == pytest.approx(1)
    low, high = swiss.response_bounds
    error = math.sqrt(float(((high - low)[[0, -1]] ** 2).sum()) / 12) / 3
    half = stats.t.ppf(0.975, 2) * error
    assert growth.mean_change(swiss).high == pytest.approx(100 * math.expm1(math.log(3.35 / 3.2) / 3 + half))
    steady = growth.trend(make(range(5), ["5", "6", "7", "8", "9"], scale="level"))
    assert steady.estimate == pytest.approx(1)
    assert steady.high - 1 == pytest.approx(stats.t.ppf(0.975, 3) / math.sqrt(120))
    assert 0 < steady.p_value < 0.01


def test_a_series_of_one_change_has_all_its_estimates() -> None:
    one = make(range(5), ["7", "7", "7", "7", "8"])
    assert growth.influence(one)["without"].iloc[-1] == pytest.approx(0)
    assert growth.trend(one).hc3 is not None


def test_growth_that_persists_is_beyond_the_mean_change() -> None:
    """AR(1) changes, coefficient one half: by an independent simulation too the 95 per cent interval holds 82."""
    generator, size = np.random.default_rng(7), 40_000
    change = np.empty((size, 4))
    change[:, 0] = generator.standard_normal(size) / math.sqrt(0.75)
    for t in range(1, 4):
        change[:, t] = 0.5 * change[:, t - 1] + generator.standard_normal(size)
    error = change.std(axis=1, ddof=1) / 2
    held = 100 * np.mean(np.abs(change.mean(axis=1)) <= stats.t.ppf(0.975, 3) * error)
    assert simulation.momentum() == pytest.approx(held, abs=0.6)
    assert simulation.momentum() == pytest.approx(82, abs=0.6)
