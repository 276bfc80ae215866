r"""Across countries: convergence, and US patents against inputs. Associations, not effects.

* :func:`cross_section`: least squares over countries with HC2 errors and Bell and McCaffrey's degrees of
  freedom beside the classical interval, and the slope without each country.
* :func:`beta_convergence`, :func:`sigma_convergence` (Barro and Sala-i-Martin 1992). The first is biased towards
  convergence by errors in the starting value (Friedman 1992), hence the second.
* :func:`inputs_and_patents` across, :func:`patents_panel` within countries; :func:`efficiency` ratios.
"""

import functools
import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.models.growth import LEVEL, Estimate, quantile, two_sided
from analysis.models.panel import Clustered, clustered, dummies, rademacher
from analysis.models.series import Floats, NotEstimable, Series, countries
from analysis.report import NOT_AVAILABLE, Report


@dataclass(frozen=True)
class Line(Estimate):
    """A cross-sectional regression with inference that knows its leverage.

    ``low, high, p_value``: HC2 errors with Bell and McCaffrey's (2002) degrees of freedom ``df``;
    ``classic``: the interval for equal variances. ``points`` has ``code, x, y, fitted, leverage, without, without_low,
    without_high, without_p`` (classical, without that country).
    """

    df: float
    classic: tuple[float, float]
    spearman: float
    points: pd.DataFrame

    @functools.cached_property
    def p_spearman(self) -> float:
        """Two-sided p-value of the rank correlation; see :func:`rank_p`."""
        return rank_p(self.points["x"].to_numpy(), self.points["y"].to_numpy())

    @functools.cached_property
    def p_spearman_without(self) -> pd.Series:
        """The same without each country, by code."""
        each = {row.code: self.points[self.points["code"] != row.code] for row in self.points.itertuples()}
        return pd.Series({code: rank_p(rest["x"].to_numpy(), rest["y"].to_numpy()) for code, rest in each.items()})

    def band(self, steps: int = 40) -> pd.DataFrame:
        """``x, y, low, high``: the line with its classical confidence band, for a figure."""
        from statsmodels.regression.linear_model import OLS

        x = self.points["x"].to_numpy()
        grid = np.linspace(x.min(), x.max(), steps)
        fit = OLS(self.points["y"].to_numpy(), np.column_stack([np.ones(len(x)), x])).fit()
        frame = fit.get_prediction(np.column_stack([np.ones(steps), grid])).summary_frame(1 - LEVEL)
        return pd.DataFrame(
            {"x": grid, "y": frame["mean"], "low": frame["mean_ci_lower"], "high": frame["mean_ci_upper"]}
        )


#: Up to so many pairs all orders are counted.
COUNTED = 10


def bell_mccaffrey(design: Floats, column: int) -> float:
    """Degrees of freedom of the HC2 t test of one coefficient (Bell and McCaffrey 2002; Imbens and Kolesar 2016)."""
    bread = np.linalg.inv(design.T @ design)
    hat = design @ bread @ design.T
    weight = design @ bread[:, column] / np.sqrt(1 - np.diag(hat))
    g = (np.eye(len(design)) - hat) * weight
    values = np.linalg.eigvalsh(g.T @ g)
    return float(values.sum() ** 2 / (values**2).sum())


def rank_p(x: Floats, y: Floats) -> float:
    """Exact two-sided p-value of the rank correlation: the share of all orders at least as far from none.

    Orders are counted one place after the other, over the sets of ranks that are used (doubled, so that ties are
    whole numbers); for more than :data:`COUNTED` pairs scipy's approximation by Student's t.
    """
    n = len(x)
    if n > COUNTED:
        from scipy.stats import spearmanr

        return float(spearmanr(x, y).pvalue)
    a, b = ((2 * pd.Series(v).rank()).astype(int).to_numpy() - n - 1 for v in (x, y))
    ways: dict[int, Counter[int]] = {0: Counter({0: 1})}
    for place in a.tolist():
        after: dict[int, Counter[int]] = defaultdict(Counter)
        for (used, sums), j in itertools.product(ways.items(), range(n)):
            if not used >> j & 1:
                step = place * int(b[j])
                for total, count in sums.items():
                    after[used | 1 << j][total + step] += count
        ways = after
    (sums,) = ways.values()
    observed = abs(int(a @ b))
    return sum(count for total, count in sums.items() if abs(total) >= observed) / math.factorial(n)


def cross_section(codes: Sequence[str], x: Floats, y: Floats) -> Line:
    """Least squares of ``y`` on ``x`` over countries; see :class:`Line`. Needs five countries."""
    from scipy.stats import spearmanr
    from statsmodels.regression.linear_model import OLS

    if len(codes) < 5:
        raise NotEstimable(f"a regression across countries needs at least 5, found {len(codes)}")
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        raise NotEstimable("a regression across countries needs variation in both variables")
    design = np.column_stack([np.ones(len(x)), x - x.mean()])
    fit = OLS(y, design).fit()
    leverage = fit.get_influence().hat_matrix_diag
    if leverage.max() > 1 - 1e-9:
        raise NotEstimable(f"all but {codes[int(leverage.argmax())]} share one value, so that it alone makes the line")
    slope, error, df = float(fit.params[1]), float(fit.HC2_se[1]), bell_mccaffrey(design, 1)
    half = float(quantile(LEVEL, df)) * error
    rows = []
    for i in range(len(x)):
        less = OLS(np.delete(y, i), np.delete(np.column_stack([np.ones(len(x)), x]), i, axis=0)).fit()
        rows.append((less.params[1], *less.conf_int(1 - LEVEL)[1], less.pvalues[1]))
    points = pd.DataFrame({"code": list(codes), "x": x, "y": y, "fitted": fit.fittedvalues})
    points["leverage"] = leverage
    points[["without", "without_low", "without_high", "without_p"]] = rows
    low, high = map(float, fit.conf_int(1 - LEVEL)[1])
    rho = float(spearmanr(x, y).statistic)
    p, ends = float(two_sided(slope / error, df)), (slope - half, slope + half)
    return Line("cross_section_hc2_bm", len(x), slope, *ends, LEVEL, "", p, df, (low, high), rho, points)


def beta_convergence(series: Sequence[Series]) -> Line:
    """Mean annual growth against the log of the first value, over countries with the same first and last year.

    A negative slope: those who start lower grow faster. Unit of the slope: log points a year times 100 per log
    point (a start 2.7 times as high).
    """
    used = spanning(series)
    x = np.array([s.response[0] for s in used])
    y = np.array([100 * (s.response[-1] - s.response[0]) / (s.years[-1] - s.years[0]) for s in used])
    return cross_section([s.code for s in used], x, y)


def spanning(series: Sequence[Series]) -> list[Series]:
    """The series that have the first and the last year of all."""
    ends = min(s.years[0] for s in series), max(s.years[-1] for s in series)
    return [s for s in series if (s.years[0], s.years[-1]) == ends and len(s) > 1]


def sigma_convergence(series: Sequence[Series]) -> Estimate:
    r"""Does the spread across countries shrink? Ratio of the last to the first standard deviation.

    Pitman (1939) and Morgan (1939): for pairs of normal variables, :math:`\mathrm{var}(u)=\mathrm{var}(v)` exactly if
    :math:`u+v` and :math:`u-v` are uncorrelated. Inverting that test for :math:`u` against :math:`v/\rho` gives the
    interval. Countries without the first or last year take no part.
    """
    used = spanning(series)
    if len(used) < 4:
        raise NotEstimable(
            f"a spread over time needs at least 4 countries with the first and last year, found {len(used)}"
        )
    n = len(used)
    first, last = (np.array([s.response[i] for s in used]) for i in (0, -1))
    sd = first.std(ddof=1), last.std(ddof=1)
    r = float(np.corrcoef(first, last)[0, 1]) if min(sd) > 0 else 1.0
    if 1 - r**2 < 1e-12:
        raise NotEstimable("no spread across the countries, or it moves in step")
    ratio = float(sd[1] / sd[0])
    k = 1 + 2 * (1 - r**2) * float(quantile(LEVEL, n - 2)) ** 2 / (n - 2)
    spread = math.sqrt(k + math.sqrt(k * k - 1))
    t = (ratio**2 - 1) * math.sqrt(n - 2) / (2 * ratio * math.sqrt(1 - r**2))
    p = float(two_sided(t, n - 2))
    return Estimate("sigma_convergence", n, ratio, ratio / spread, ratio * spread, LEVEL, "", p)


def sigma_exchange(series: Sequence[Series]) -> float:
    """p-value of an equal spread without normality: first and last value of every country exchanged, all ways.

    Up to 17 countries; of more a seeded sample. Values are taken from their year's mean; the statistic is that of
    :func:`sigma_convergence`.
    """
    used = spanning(series)
    first, last = (np.array([s.response[i] for s in used]) for i in (0, -1))
    first, last = first - first.mean(), last - last.mean()
    both, apart = first + last, rademacher(len(used)) * (last - first)
    apart -= apart.mean(axis=1, keepdims=True)
    r = np.abs(apart @ both) / np.sqrt((apart**2).sum(axis=1))
    return float(np.mean(r >= r[0] * (1 - 1e-9)))


# ---------------------------------------------------------------- inputs and patents

INPUTS = ("gerd_intensity", "researcher_density")


def inputs_and_patents(report: Report, found: Mapping[str, Series]) -> dict[str, Line]:
    """US patents per head of the last year against each input a year before, in logarithms.

    One line per input of :data:`INPUTS`. Countries whose patents or input of that year are left out of
    ``found`` do not take part.
    """
    cells = report.iter_cells(["patent_density"])
    density = {(c.code, int(c.year)): c.printed for c in cells if c.measure == "patent_density"}
    last = max((y for _, y in density), default=0)
    fits = {}
    for measure in INPUTS:
        rows = []
        for one in countries(found, measure):
            patents, printed = found.get(f"patents.{one.code}"), density.get((one.code, last), NOT_AVAILABLE)
            known = patents is not None and last in patents.years and last - 1 in one.years
            if known and printed != NOT_AVAILABLE and float(printed) > 0:
                rows.append((one.code, one.response[one.years.index(last - 1)], math.log(float(printed))))
        if rows:
            codes, x, y = zip(*rows, strict=True)
            fits[measure] = cross_section(codes, np.array(x), np.array(y))
    return fits


def patents_panel(found: Mapping[str, Series], measure: str, granted: Sequence[Series] = ()) -> Clustered:
    """Log patents on the log input a year before, with country and year effects: an elasticity.

    ``granted``: some of the countries' patents, all of them by default. Ten clusters are few, and one may hold most
    of the variation: read the wild bootstrap.
    """
    rows = []
    for patents in granted or countries(found, "patents"):
        other = found.get(f"{measure}.{patents.code}")
        before = dict(zip(other.years, other.response, strict=True)) if other is not None else {}
        for when, value in zip(patents.years, patents.response, strict=True):
            if when - 1 in before:
                rows.append((value, before[when - 1], patents.code, when))
    if len({r[2] for r in rows}) < 3:
        raise NotEstimable("the panel of patents needs at least 3 countries")
    y, x, group, year = (np.array(v) for v in zip(*rows, strict=True))
    effects = np.column_stack([dummies(group), dummies(year)[:, 1:]])
    return clustered(y, x, effects, group)


def efficiency(found: Mapping[str, Series]) -> pd.DataFrame:
    """Patents of the last common year per unit of printed researchers (ten thousand) and per US$ 100 million of R&D a year before.

    ``code, year, per_researcher, per_gerd``, most per researcher first. Ratios, not productivity: an office
    counts what is filed with it.
    """
    rows = []
    for one in countries(found, "patents"):
        ratios = []
        for measure in ("researchers", "gerd"):
            other, before = found.get(f"{measure}.{one.code}"), one.years[-1] - 1
            known = dict(zip(other.years, other.values, strict=True)) if other is not None else {}
            ratios.append(float(one.values[-1] / known.get(before, math.nan)))
        rows.append((one.code, one.years[-1], *ratios))
    frame = pd.DataFrame(rows, columns=["code", "year", "per_researcher", "per_gerd"])
    return frame.sort_values("per_researcher", ascending=False, ignore_index=True, na_position="last")
