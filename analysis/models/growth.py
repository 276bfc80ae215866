r"""Growth of one series: end points, a straight line through the logarithms, robust companions.

* :func:`cagr`: :math:`(y_n/y_1)^{1/T}-1`; its bounds are what the printed digits allow, not a sampling error.
* :func:`trend`: least squares of :math:`\log y_t = a + b t + e_t`; growth is :math:`100(e^b-1)` per cent a
  year; Student's t with ``n - 2`` degrees of freedom, exact for independent normal errors. HC3 errors
  from ``n = 5`` (Long and Ervin 2000).
* :func:`mean_change`: mean yearly change with the t test of a random walk with drift, ``n - 2`` degrees of
  freedom. It keeps its level for a walk and, conservatively, for a line; not if growth itself persists.
  No error of either is smaller than what the rounding of the printed numbers gives.
* :func:`theil_sen`: median of the pairwise slopes (Theil 1950, Sen 1968) between two order statistics, at the
  *exact* level that ``n`` permits (at ``n = 4`` 95 per cent cannot be had).
* :func:`mann_kendall`: exact permutation p-value; at least :math:`2/n!`: 0.083 at ``n = 4``, 0.017 at ``n = 5``.
* :func:`many`: how many of many trends remain, and how many driftless walks would seem to have one.

:class:`Lines` fits many rows at once; the trend, the extended line and the simulation all use it. Series on
the ``level`` scale are fitted without logarithms, their trend is in points a year.
"""

import contextlib
import functools
import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.models.series import Floats, NotEstimable, Series

HC3_MINIMUM = 5
SEED = 20250520
#: Claimed coverage of every interval, and the level at which tests count.
LEVEL, ALPHA = 0.95, 0.05
WALKS = 20_000


def quantile(level: float, df: float | Floats) -> Floats:
    """Two-sided quantile of Student's t."""
    from scipy.special import stdtrit

    return np.asarray(stdtrit(df, 0.5 + level / 2))


def two_sided(t: float | Floats, df: float | Floats) -> Floats:
    """Two-sided p-value of a t statistic."""
    from scipy.special import stdtr

    return np.asarray(2 * stdtr(df, -np.abs(t)))


@dataclass(frozen=True)
class Lines:
    """Least-squares lines through rows of responses ``y`` (rows, years); see :func:`lines`."""

    time: Floats
    mean: Floats
    slope: Floats
    residual: Floats

    @property
    def df(self) -> int:
        """Degrees of freedom."""
        return len(self.time) - 2

    @property
    def away(self) -> Floats:
        """Time from its mean."""
        return np.asarray(self.time - self.time.mean())

    @property
    def sigma(self) -> Floats:
        """Residual standard deviation of each row."""
        return np.asarray(np.sqrt((self.residual**2).sum(axis=1) / self.df))

    @property
    def se(self) -> Floats:
        """Standard error of each slope for equal variances."""
        return np.asarray(self.sigma / math.sqrt(self.away @ self.away))

    @property
    def leverage(self) -> Floats:
        """How much each point bends its own line (years,)."""
        return np.asarray(1 / len(self.time) + self.away**2 / (self.away @ self.away))

    @property
    def hc2(self) -> Floats:
        """HC2 standard error of each slope."""
        return self._robust(self.residual / np.sqrt(1 - self.leverage))

    @property
    def hc3(self) -> Floats:
        """HC3 standard error of each slope."""
        return self._robust(self.residual / (1 - self.leverage))

    def _robust(self, residual: Floats) -> Floats:
        return np.asarray(np.sqrt(((weights(self.time) * residual) ** 2).sum(axis=1)))

    def at(self, years: Sequence[float] | Floats) -> Floats:
        """Points of the lines at some years (rows, years)."""
        away = np.asarray(years, dtype=float) - self.time.mean()
        return np.asarray(self.mean[:, None] + self.slope[:, None] * away)

    def spread(self, years: Sequence[float] | Floats) -> Floats:
        """Standard errors of the lines at some years for a residual standard deviation of one (years,)."""
        away = np.asarray(years, dtype=float) - self.time.mean()
        return np.asarray(np.sqrt(1 / len(self.time) + away**2 / (self.away @ self.away)))


def weights(time: Floats) -> Floats:
    """Weights of the least-squares slope: the slope is their sum with the responses."""
    away = time - time.mean()
    return np.asarray(away / (away @ away))


def lines(time: Floats, y: Floats) -> Lines:
    """Fit every row of ``y`` on ``time``, centred first."""
    slope, mean = y @ weights(time), y.mean(axis=1)
    return Lines(time, mean, slope, y - mean[:, None] - slope[:, None] * (time - time.mean()))


@dataclass(frozen=True)
class Estimate:
    """One number with its interval, in ``unit``; ``level`` is the claimed coverage.

    ``level`` and ``p_value`` are NaN where the interval bounds what the printed digits allow.
    """

    model: str
    n: int
    estimate: float
    low: float
    high: float
    level: float
    unit: str
    p_value: float


@dataclass(frozen=True)
class Trend(Estimate):
    """A fitted straight line through the response (logarithms, or levels).

    ``fit`` is the line on the response scale, ``sigma`` the scatter about it, not below what rounding alone gives. ``hc3`` is
    ``(low, high)`` or ``None`` where ``n`` does not permit it. ``rounding`` bounds the estimate over all values that print the
    same; ``rounding_share`` is the variance that rounding adds to the slope as a fraction of the squared standard error.
    """

    series: Series
    fit: Lines
    sigma: float
    hc3: tuple[float, float] | None
    rounding: tuple[float, float]
    rounding_share: float

    def line(self, years: Sequence[int] | None = None) -> pd.DataFrame:
        """``year, value, low, high, low_pi, high_pi`` on the printed scale, pointwise at ``level``.

        ``low, high`` bound the line (confidence), ``low_pi, high_pi`` a single new year (prediction).
        """
        shown = list(self.series.years if years is None else years)
        value, error = self.fit.at(shown)[0], self.sigma * self.fit.spread(shown)
        t, back = float(quantile(self.level, self.fit.df)), self.series.back
        point = np.hypot(self.sigma, error)
        bounds = [value, value - t * error, value + t * error, value - t * point, value + t * point]
        columns = ("value", "low", "high", "low_pi", "high_pi")
        return pd.DataFrame({"year": shown} | {c: back(b) for c, b in zip(columns, bounds, strict=True)})


def noise(series: Series) -> float:
    """What the error of a perfect line may come to in floating point: one no larger is none."""
    return float(1e-12 * np.abs(series.response).max())


def trend(series: Series) -> Trend:
    """Trend of a series; :class:`NotEstimable` for fewer than three points or a constant series."""
    series.require(3, "a trend")
    if series.constant:
        raise NotEstimable("the series is constant: no slope and no error")
    fit, rate = lines(series.time, series.response[None]), series.rate
    slope, t = float(fit.slope[0]), float(quantile(LEVEL, fit.df))
    lowest, highest = series.response_bounds
    w = weights(series.time)
    least, most = w.clip(0) @ lowest + w.clip(None, 0) @ highest, w.clip(0) @ highest + w.clip(None, 0) @ lowest
    rounded = float(np.sum((w * (highest - lowest)) ** 2) / 12)
    se, hc3 = (max(float(error[0]), math.sqrt(rounded)) for error in (fit.se, fit.hc3))
    estimate, low, high = map(rate, (slope, slope - t * se, slope + t * se))
    p, share = (float(two_sided(slope / se, fit.df)), rounded / se**2) if se > noise(series) else (0.0, 0.0)
    robust = (rate(slope - t * hc3), rate(slope + t * hc3)) if len(series) >= HC3_MINIMUM else None
    rounding = rate(float(least)), rate(float(most))
    one = "log_linear_ols", len(series), estimate, low, high, LEVEL, series.rate_unit, p
    return Trend(*one, series, fit, se * math.sqrt(fit.away @ fit.away), robust, rounding, share)


def cagr(series: Series) -> Estimate:
    """Compound annual growth between the first and the last point, with rounding bounds.

    On the ``level`` scale: the mean annual change. Needs two points.
    """
    series.require(2, "growth between end points")
    span = series.years[-1] - series.years[0]
    (first, *_, last), (low, high) = series.response, series.response_bounds
    three = [(last - first) / span, (low[-1] - high[0]) / span, (high[-1] - low[0]) / span]
    value, least, most = map(series.rate, three)
    return Estimate("cagr", 2, value, least, most, math.nan, series.rate_unit, math.nan)


def changes(time: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Mean change a year of rows of responses (…, years) and its standard error for a random walk (…).

    Steps over several years have as many times the variance.
    """
    gaps, steps = np.diff(time), np.diff(y)
    mean = (y[..., -1] - y[..., 0]) / gaps.sum()
    variance = ((steps - mean[..., None] * gaps) ** 2 / gaps).sum(axis=-1) / (len(gaps) - 1)
    return mean, np.sqrt(variance / gaps.sum())


def mean_change(series: Series) -> Estimate:
    """Mean change a year with the t test of a random walk with drift. Needs three points.

    Its error is not below what the rounding of the two end points gives.
    """
    series.require(3, "a mean change with an error")
    mean, error = (float(v[0]) for v in changes(series.time, series.response[None]))
    lowest, highest = series.response_bounds
    width, span = (highest - lowest)[[0, -1]], series.years[-1] - series.years[0]
    error = max(error, math.sqrt(float(width @ width) / 12) / span)
    if error <= noise(series):
        raise NotEstimable("all yearly changes are equal: no error")
    df = len(series) - 2
    half = float(quantile(LEVEL, df)) * error
    value, low, high = map(series.rate, (mean, mean - half, mean + half))
    p = float(two_sided(mean / error, df))
    return Estimate("mean_change", len(series), value, low, high, LEVEL, series.rate_unit, p)


def kendall_counts(n: int) -> list[int]:
    """How many of the ``n!`` orders have 0, 1, 2, … inversions (Mahonian numbers)."""
    counts = np.ones(1, dtype=object)
    for size in range(2, n + 1):
        counts = np.convolve(counts, np.ones(size, dtype=object))
    return [int(c) for c in counts]


def slope_ranks(n: int, level: float) -> tuple[int, float]:
    """Which order statistics of the pairwise slopes bound the Theil-Sen interval, and its exact level.

    The interval between the ``k``-th smallest and ``k``-th largest slope covers the true one with
    probability ``1 - 2 P(inversions < k)`` (no ties). ``k`` is the largest that reaches ``level``; where
    none does, ``k = 1`` and the level attained is smaller than asked for.
    """
    levels = [1 - 2 * fewer / math.factorial(n) for fewer in itertools.accumulate(kendall_counts(n))]
    k = max(1, sum(one >= level for one in levels[: len(levels) // 2]))
    return k, levels[k - 1]


def rank_slopes(time: Floats, y: Floats, level: float) -> tuple[Floats, Floats, Floats]:
    """Theil-Sen slope and bounds of every row of ``y``."""
    first, last = np.triu_indices(len(time), 1)
    pairs = np.sort((y[:, last] - y[:, first]) / (time[last] - time[first]), axis=1)
    (k, _), count = slope_ranks(len(time), level), len(first)
    middle = (pairs[:, (count - 1) // 2] + pairs[:, count // 2]) / 2
    return middle, pairs[:, k - 1], pairs[:, -k]


def theil_sen(series: Series) -> Estimate:
    """Median pairwise slope with an exact distribution-free interval; ``level`` is the attained one."""
    series.require(3, "a Theil-Sen slope")
    value, low, high = (series.rate(v[0]) for v in rank_slopes(series.time, series.response[None], LEVEL))
    attained = slope_ranks(len(series), LEVEL)[1]
    return Estimate("theil_sen", len(series), value, low, high, attained, series.rate_unit, math.nan)


def mann_kendall(series: Series) -> tuple[float, float]:
    """Kendall's tau-b against the year and its exact two-sided p-value.

    Without ties the null distribution is scipy's exact one; with ties all ``n!`` orders are enumerated
    (``n <= 8``). Raises :class:`NotEstimable` for a constant or longer tied series.
    """
    from scipy.stats import kendalltau, permutation_test

    series.require(3, "Mann-Kendall's test")
    if series.constant:
        raise NotEstimable("the series is constant: no order to test")
    n, y = len(series), series.values
    if len(set(y.tolist())) == n:
        result = kendalltau(series.time, y, method="exact")
        return float(result.statistic), float(result.pvalue)
    if n > 8:
        raise NotEstimable(f"ties among {n} values; the exact test is enumerated up to 8")
    rows, columns = np.triu_indices(n, 1)

    def concordance(values: Floats, axis: int = -1) -> Floats:
        moved = np.moveaxis(np.asarray(values), axis, -1)
        return np.asarray(np.sign(moved[..., columns] - moved[..., rows]).sum(axis=-1))

    test = permutation_test((y,), concordance, permutation_type="pairings", n_resamples=math.inf, vectorized=True)
    return float(kendalltau(series.time, y).statistic), float(test.pvalue)


def influence(series: Series) -> pd.DataFrame:
    """What leaving out each year does: ``year, without, change, leverage, cook``.

    ``without`` is the growth estimated from the other years, ``change`` how far that moves it (both in the
    series' rate unit); ``cook`` is Cook's distance, NaN on a perfect line. Needs four points.
    """
    series.require(4, "leave-one-out influence")
    full = trend(series)
    rest = [series.without([year]) for year in series.years]
    without = np.array([series.rate(float(lines(s.time, s.response[None]).slope[0])) for s in rest])
    leverage, residual = full.fit.leverage, full.fit.residual[0]
    sigma = full.fit.sigma[0] if full.fit.se[0] > noise(series) else math.nan
    cook = residual**2 * leverage / (1 - leverage) ** 2 / (2 * sigma**2)
    columns = {"year": list(series.years), "without": without, "change": without - full.estimate}
    return pd.DataFrame(columns | {"leverage": leverage, "cook": cook})


# ---------------------------------------------------------------- many series


@functools.cache
def false_alarms(years: tuple[int, ...]) -> float:
    """How often the t test of a line finds a trend in a random walk without drift seen in these years."""
    time = np.array(years, dtype=float)
    steps = np.random.default_rng(SEED).standard_normal((WALKS, len(years) - 1)) * np.sqrt(np.diff(time))
    fit = lines(time, np.hstack([np.zeros((WALKS, 1)), np.cumsum(steps, axis=1)]))
    return float(np.mean(two_sided(fit.slope / fit.se, fit.df) < ALPHA))


def many(series: Iterable[Series]) -> dict[tuple[str, str], float]:
    """How many of many series have a trend at ``ALPHA``; counts by (model, name).

    ``p_below``: the t test finds one; ``fdr_bh``: of those, what remains at this false discovery rate (Benjamini and
    Hochberg 1995); ``expected…``: how many chance would give, for the line among walks without drift.
    """
    from statsmodels.stats.multitest import multipletests

    p_line, p_change, expected = [], [], 0.0
    for one in series:
        with contextlib.suppress(NotEstimable):
            p_line.append(trend(one).p_value)
            expected += false_alarms(one.years)
            p_change.append(0.0)  # stays where all changes are equal
            p_change[-1] = mean_change(one).p_value
    if not p_line:
        raise NotEstimable("no series has a trend to test")
    line, change = np.array(p_line), np.array(p_change)
    line_bh, change_bh = (int(multipletests(p, alpha=ALPHA, method="fdr_bh")[0].sum()) for p in (line, change))
    return {
        ("log_linear_ols", "tests"): len(line),
        ("log_linear_ols", f"p_below_{ALPHA}"): int((line < ALPHA).sum()),
        ("log_linear_ols", f"fdr_bh_{ALPHA}"): line_bh,
        ("log_linear_ols", "expected_of_driftless_walks"): expected,
        ("mean_change", f"p_below_{ALPHA}"): int((change < ALPHA).sum()),
        ("mean_change", "expected_by_chance"): ALPHA * len(line),
        ("mean_change", f"fdr_bh_{ALPHA}"): change_bh,
    }
