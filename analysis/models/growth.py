r"""Growth of one series: end points, a straight line through the logarithms, robust companions.

* :func:`cagr`: :math:`(y_n/y_1)^{1/T}-1`; its bounds are what the printed digits allow, not a
  sampling error. Uses two points only.
* :func:`trend`: least squares of :math:`\log y_t = a + b t + e_t`; growth is
  :math:`100(e^b-1)` per cent a year; intervals are Student's t with ``n - 2`` degrees of
  freedom, exact for independent normal errors of equal variance. Prediction intervals for a
  new point add the error's own variance.
* :func:`theil_sen`: median of the pairwise slopes (Theil 1950, Sen 1968); interval between two
  order statistics with the *exact* level that ``n`` permits (at ``n = 4`` 95 per cent cannot be had).
* :func:`mann_kendall`: exact permutation p-value of Kendall's tau against the year. The smallest
  possible two-sided value is :math:`2/n!`: 0.083 at ``n = 4``, 0.017 at ``n = 5``.
* :func:`influence`: what each single year does to the trend.

Series on the ``level`` scale (a growth rate that may be negative) are fitted without logarithms
and their trend is in points a year. Errors: HC3 from ``n = 5``, HAC from ``n = 8`` only, as
below that they are noise (MacKinnon and White 1985; Long and Ervin 2000).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.models.series import Floats, NotEstimable, Series

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

HC3_MINIMUM = 5
HAC_MINIMUM = 8


@dataclass(frozen=True)
class Estimate:
    """One number with its interval, in :attr:`unit`; ``level`` is the claimed coverage.

    ``level`` is ``None`` where the interval is not statistical but bounds what the printed
    digits allow.
    """

    model: str
    n: int
    estimate: float
    low: float
    high: float
    level: float | None
    unit: str
    p_value: float | None = None


@dataclass(frozen=True)
class Trend:
    """A fitted straight line through the response (logarithms, or levels).

    ``estimate``, ``low``, ``high`` are growth in ``unit`` at ``level``; ``slope``, ``se``,
    ``sigma`` are on the response scale. ``hc3`` and ``hac`` are ``(low, high)`` in ``unit``, or
    ``None`` where ``n`` does not permit them. ``rounding`` bounds the estimate over all values
    that print the same; ``rounding_share`` is the variance that rounding adds to the slope as a
    fraction of the squared standard error.
    """

    series: Series
    n: int
    df: int
    level: float
    estimate: float
    low: float
    high: float
    unit: str
    p_value: float
    slope: float
    se: float
    sigma: float
    centre: float
    mean: float
    sxx: float
    r_squared: float
    hc3: tuple[float, float] | None
    hac: tuple[float, float] | None
    rounding: tuple[float, float]
    rounding_share: float
    model: str = "log_linear_ols"

    def line(self, years: Sequence[int] | None = None) -> pd.DataFrame:
        """``year, value, low, high, low_pi, high_pi`` on the printed scale.

        ``low, high`` bound the line (confidence), ``low_pi, high_pi`` a single new year
        (prediction), both pointwise at ``level``.
        """
        import pandas as pd
        from scipy.stats import t as student

        shown = list(self.series.years if years is None else years)
        away = np.array(shown, dtype=float) - self.centre
        fit = self.mean + self.slope * away
        quantile = student.ppf(0.5 + self.level / 2, self.df)
        of_line = self.sigma * np.sqrt(1 / self.n + away**2 / self.sxx)
        of_point = np.hypot(self.sigma, of_line)
        back = self.series.back
        return pd.DataFrame(
            {
                "year": shown,
                "value": back(fit),
                "low": back(fit - quantile * of_line),
                "high": back(fit + quantile * of_line),
                "low_pi": back(fit - quantile * of_point),
                "high_pi": back(fit + quantile * of_point),
            }
        )


def weights(time: Floats) -> Floats:
    """Weights of the least-squares slope: the slope is their sum with the responses."""
    away = time - time.mean()
    return np.asarray(away / (away @ away))


def trend(series: Series, level: float = 0.95) -> Trend:
    """Log-linear trend of a series; see the module and :class:`Trend`.

    Raises :class:`NotEstimable` for fewer than three points or a constant series.
    """
    from statsmodels.regression.linear_model import OLS

    series.require(3, "a trend")
    if series.constant:
        raise NotEstimable(f"{series.key}: constant, so a trend has neither slope nor error")
    n = len(series)
    time, y = series.time, series.response
    centre = float(time.mean())
    design = np.column_stack([np.ones(n), time - centre])
    fit = OLS(y, design).fit()
    low, high = fit.conf_int(1 - level)[1]
    w = weights(time)
    lowest, highest = series.response_bounds
    bounds = (w.clip(0) @ lowest + w.clip(None, 0) @ highest, w.clip(0) @ highest + w.clip(None, 0) @ lowest)
    noise = float(np.sum((w * (highest - lowest)) ** 2) / 12)
    se = float(fit.bse[1])
    return Trend(
        series=series,
        n=n,
        df=n - 2,
        level=level,
        estimate=float(series.rate(fit.params[1])),
        low=float(series.rate(low)),
        high=float(series.rate(high)),
        unit=series.rate_unit,
        p_value=float(fit.pvalues[1]),
        slope=float(fit.params[1]),
        se=se,
        sigma=math.sqrt(fit.scale),
        centre=centre,
        mean=float(fit.params[0]),
        sxx=float((time - centre) @ (time - centre)),
        r_squared=float(fit.rsquared),
        hc3=_robust(series, fit, level, "HC3") if n >= HC3_MINIMUM else None,
        hac=_robust(series, fit, level, "HAC", maxlags=1, use_correction=True) if n >= HAC_MINIMUM else None,
        rounding=(float(series.rate(bounds[0])), float(series.rate(bounds[1]))),
        rounding_share=noise / se**2 if se > 0 else math.inf,
    )


def _robust(series: Series, fit: Any, level: float, kind: str, **options: Any) -> tuple[float, float]:
    robust = fit.get_robustcov_results(kind, use_t=True, **options)
    low, high = robust.conf_int(1 - level)[1]
    return float(series.rate(low)), float(series.rate(high))


def cagr(series: Series) -> Estimate:
    """Compound annual growth between the first and the last point, with rounding bounds.

    On the ``level`` scale: the mean annual change. Raises :class:`NotEstimable` for one point.
    """
    from analysis.rounding import Intervals
    from analysis.rounding import cagr as compound

    series.require(2, "growth between end points")
    span = series.years[-1] - series.years[0]
    ends = [0, len(series) - 1]
    printed = series.intervals[np.array(ends)]
    if series.scale == "level":
        step = (printed[[1]] - printed[[0]]) / span
        low, high = float(step.low_float()[0]), float(step.high_float()[0])
        value = float(series.values[-1] - series.values[0]) / span
    else:
        bounds = compound(printed[[0]], printed[[1]], span)
        points = Intervals.point([series.printed[i] for i in ends])
        middle = compound(points[[0]], points[[1]], span)
        low, high = float(bounds.low_float()[0]), float(bounds.high_float()[0])
        value = float(middle.mid_float()[0])
    return Estimate("cagr", 2, value, low, high, None, series.rate_unit)


def kendall_counts(n: int) -> list[int]:
    """How many of the ``n!`` orders have 0, 1, 2, … inversions (Mahonian numbers)."""
    counts = [1]
    for size in range(2, n + 1):
        longer = [0] * (len(counts) + size - 1)
        for inversions, ways in enumerate(counts):
            for more in range(size):
                longer[inversions + more] += ways
        counts = longer
    return counts


def slope_ranks(n: int, level: float) -> tuple[int, float]:
    """Which order statistics of the pairwise slopes bound the Theil-Sen interval, and its exact level.

    The interval between the ``k``-th smallest and ``k``-th largest slope covers the true one
    with probability ``1 - 2 P(inversions < k)`` (no ties). ``k`` is the largest that reaches
    ``level``; where none does, ``k = 1`` and the level attained is smaller than asked for.
    """
    counts = kendall_counts(n)
    total = math.factorial(n)
    k, attained = 1, 1 - 2 * counts[0] / total
    while k < len(counts) // 2:
        wider = 1 - 2 * sum(counts[: k + 1]) / total
        if wider < level:
            break
        k, attained = k + 1, wider
    return k, attained


def theil_sen(series: Series, level: float = 0.95) -> Estimate:
    """Median pairwise slope with an exact distribution-free interval; ``level`` is the attained one."""
    from scipy.stats import theilslopes

    series.require(3, "a Theil-Sen slope")
    slope = float(theilslopes(series.response, series.time).slope)
    rows, columns = np.triu_indices(len(series), 1)
    pairs = np.sort((series.response[columns] - series.response[rows]) / (series.time[columns] - series.time[rows]))
    k, attained = slope_ranks(len(series), level)
    low, high = pairs[k - 1], pairs[-k]
    rate = series.rate
    return Estimate(
        "theil_sen", len(series), float(rate(slope)), float(rate(low)), float(rate(high)), attained, series.rate_unit
    )


def mann_kendall(series: Series) -> tuple[float, float]:
    """Kendall's tau-b against the year and its exact two-sided p-value.

    Without ties the null distribution is scipy's exact one; with ties all ``n!`` orders are
    enumerated (``n <= 8``). Raises :class:`NotEstimable` for a constant or longer tied series.
    """
    from scipy.stats import kendalltau, permutation_test

    series.require(3, "Mann-Kendall's test")
    if series.constant:
        raise NotEstimable(f"{series.key}: constant, so there is no order to test")
    n, y = len(series), series.values
    if len(set(y.tolist())) == n:
        result = kendalltau(series.time, y, method="exact")
        return float(result.statistic), float(result.pvalue)
    if n > 8:
        raise NotEstimable(f"{series.key}: ties among {n} values; the exact test is enumerated up to 8")
    rows, columns = np.triu_indices(n, 1)

    def concordance(values: Floats, axis: int = -1) -> Floats:
        moved = np.moveaxis(np.asarray(values), axis, -1)
        return np.asarray(np.sign(moved[..., columns] - moved[..., rows]).sum(axis=-1))

    test = permutation_test((y,), concordance, permutation_type="pairings", n_resamples=math.inf, vectorized=True)
    return float(kendalltau(series.time, y).statistic), float(test.pvalue)


def influence(series: Series) -> pd.DataFrame:
    """What leaving out each year does: ``year, without, change, leverage, cook``.

    ``without`` is the growth estimated from the other years, ``change`` how far that moves it
    (both in the series' rate unit); ``cook`` is Cook's distance. Needs four points.
    """
    import pandas as pd
    from statsmodels.regression.linear_model import OLS
    from statsmodels.stats.outliers_influence import OLSInfluence

    series.require(4, "leave-one-out influence")
    if series.constant:
        raise NotEstimable(f"{series.key}: constant, so no year has influence")
    fit = OLS(series.response, np.column_stack([np.ones(len(series)), series.time - series.time.mean()])).fit()
    measures = OLSInfluence(fit)
    without = np.asarray(series.rate(fit.params[1] - measures.dfbeta[:, 1]))
    return pd.DataFrame(
        {
            "year": list(series.years),
            "without": without,
            "change": without - float(series.rate(fit.params[1])),
            "leverage": measures.hat_matrix_diag,
            "cook": measures.cooks_distance[0],
        }
    )


def summary(series: Sequence[Series], level: float = 0.95) -> pd.DataFrame:
    """One row per series with every growth estimate side by side.

    Columns ``key, label, table, n, unit, cagr, cagr_low, cagr_high, ols, ols_low, ols_high,
    hc3_low, hc3_high, theil_sen, sen_low, sen_high, sen_level, tau, p_kendall, p_ols,
    loo_low, loo_high, rounding_low, rounding_high, rounding_share``.
    """
    import pandas as pd

    rows = []
    for one in series:
        ends, line, sen = cagr(one), trend(one, level), theil_sen(one, level)
        tau, p_kendall = mann_kendall(one)
        left_out = influence(one)["without"]
        rows.append(
            {
                "key": one.key, "label": one.label, "table": one.table, "n": line.n, "unit": line.unit,
                "cagr": ends.estimate, "cagr_low": ends.low, "cagr_high": ends.high,
                "ols": line.estimate, "ols_low": line.low, "ols_high": line.high,
                "hc3_low": line.hc3[0] if line.hc3 else None, "hc3_high": line.hc3[1] if line.hc3 else None,
                "theil_sen": sen.estimate, "sen_low": sen.low, "sen_high": sen.high, "sen_level": sen.level,
                "tau": tau, "p_kendall": p_kendall, "p_ols": line.p_value,
                "loo_low": left_out.min(), "loo_high": left_out.max(),
                "rounding_low": line.rounding[0], "rounding_high": line.rounding[1],
                "rounding_share": line.rounding_share,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)
