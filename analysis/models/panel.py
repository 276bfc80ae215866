r"""Many countries at once: common trend, shrunken country trends, convergence, inputs against patents.

1. :func:`common_trend`: :math:`\log y_{it}=a_i+bt+e_{it}` by least squares within countries, errors clustered
   by country with the factor :math:`\frac{G}{G-1}\frac{N-1}{N-K}` (``K`` counts the slope and the year effects;
   country effects are nested in the clusters) and Student's t with ``G - 1`` degrees of freedom. As ``G`` is
   small, interval and p-value of the restricted wild cluster bootstrap stand beside (Cameron, Gelbach and
   Miller 2008; MacKinnon, Nielsen and Webb 2023): all sign patterns, the interval inverts the very test that
   gives the p-value.
2. :func:`year_effects`: country and year effects, i.e. the average path without the straight line.
3. :func:`country_trends`: every country's own slope, drawn towards the common one by its precision.
4. :func:`aggregate`: the average country beside the weighted whole.

Clustering by country allows for nothing that countries share in a year; :func:`dependence` measures that, and
the simulation shows what it costs. :func:`without_each` repeats an estimate without each country.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from analysis.models.growth import LEVEL, Estimate, changes, lines, quantile, two_sided
from analysis.models.series import Floats, NotEstimable, Series, countries
from analysis.models.shrinkage import Shrunk, moderate, shrink

ENUMERATE = 17
DRAWS = 9999
SEED = 20250101


def rademacher(groups: int) -> Floats:
    """Signs, one row per bootstrap sample, the first always +1 (a pattern and its opposite give the same ``|t|``).

    All of them up to 17 groups, otherwise 9999 seeded draws.
    """
    if groups <= ENUMERATE:
        return np.asarray(1.0 - 2.0 * ((np.arange(2 ** (groups - 1))[:, None] << 1 >> np.arange(groups)) & 1))
    drawn = np.random.default_rng(SEED).choice([-1.0, 1.0], size=(DRAWS, groups))
    return np.vstack([np.ones((1, groups)), drawn])


def without_each(series: Sequence[Series], estimator: Callable[[list[Series]], Any]) -> pd.DataFrame:
    """``code, estimate, low, high, p``: the estimate (anything with these and ``p_value``) without each country in turn."""
    rows = []
    for i, one in enumerate(series):
        found = estimator([s for j, s in enumerate(series) if j != i])
        rows.append((one.code, found.estimate, found.low, found.high, found.p_value))
    return pd.DataFrame(rows, columns=["code", "estimate", "low", "high", "p"])


# ---------------------------------------------------------------- clustered regression


@dataclass(frozen=True)
class Clustered(Estimate):
    """A coefficient on the response scale: Student's t by clusters and, ``_wild``, the inverted bootstrap test.

    A wild bound is infinite where no value on that side is rejected. ``sample`` is what :class:`Wild` takes; it
    is computed when asked for.
    """

    groups: int
    se: float
    sample: tuple[Floats, Design] = field(repr=False, compare=False)

    @functools.cached_property
    def _boot(self) -> Wild:
        return Wild(*self.sample)

    @functools.cached_property
    def p_wild(self) -> float:
        """p-value of a zero coefficient."""
        return float(self._boot.p_value(0.0))

    @functools.cached_property
    def low_wild(self) -> float:
        """Lower bound."""
        return self._boot.bound(-2 * self.se)

    @functools.cached_property
    def high_wild(self) -> float:
        """Upper bound."""
        return self._boot.bound(2 * self.se)

    def rates(self) -> dict[str, float]:
        """Estimate and both intervals as per cent a year."""
        names = ("estimate", "low", "high", "low_wild", "high_wild")
        return {k: float(100 * np.expm1(getattr(self, k))) for k in names}


class Design:
    """A regressor ``x`` with the controls (dummies) partialled out, and clusters; any responses can be fitted by it.

    ``base``: orthonormal columns of the controls; ``member``: a column for each cluster. Raises :class:`NotEstimable`
    if nothing of ``x`` is left.
    """

    def __init__(self, x: Floats, controls: Floats, group: np.ndarray) -> None:
        base, values, _ = np.linalg.svd(controls, full_matrices=False)
        self.base, self.member = base[:, values > 1e-9 * values[0]], dummies(group)
        self.n, self.groups = self.member.shape
        self.x = self.rest(x)
        self.square = float(self.x @ self.x)
        if self.groups < 3:
            raise NotEstimable(f"clustered errors need at least 3 countries, found {self.groups}")
        if self.square <= 1e-12 * max(1.0, float(x @ x)):
            raise NotEstimable("the regressor does not vary beside the effects")

    def rest(self, y: Floats) -> Floats:
        """What the controls leave of responses (…, points)."""
        return np.asarray(y - y @ self.base @ self.base.T)

    def fit(self, rest: Floats) -> tuple[Floats, Floats]:
        """Coefficient and clustered error of responses (…, points) with the controls partialled out."""
        b = rest @ self.x / self.square
        scores = ((rest - b[..., None] * self.x) * self.x) @ self.member
        crossed = max(0, self.base.shape[1] - self.groups)  # effects not nested in the clusters cost degrees of freedom
        factor = self.groups / (self.groups - 1) * (self.n - 1) / (self.n - 1 - crossed)
        return b, np.sqrt(factor * (scores**2).sum(axis=-1)) / self.square


class Wild:
    """The restricted wild cluster bootstrap for any hypothetical coefficient.

    ``y`` (…, points) has the controls partialled out; the residuals of every sample are partialled out again. The
    statistic of a sample is linear in the hypothesis above and a root of a quadratic below, so a whole interval costs
    little more than one test.

    The package ``wildboottest`` agrees where it can be compared (in the tests). It is no dependency: it has no interval,
    tests only zero, and brings numba (200 MB), compiled anew for each test.
    """

    def __init__(self, y: Floats, design: Design) -> None:
        x, member = design.x, design.member
        signs, across = rademacher(design.groups), (member * x[:, None]).T @ design.base @ design.base.T
        parts = []
        for e in (y, x):
            own = (e * x) @ member
            delta = own @ signs.T / design.square
            crossed = np.swapaxes(across @ (member * e[..., None]), -1, -2)
            score = signs @ (own[..., None] * np.eye(design.groups) - crossed)
            parts.append((delta, score - delta[..., None] * (x**2 @ member)))
        (self.dy, sy), (self.dx, sx) = parts
        self.yy, self.xy, self.xx = (sy**2).sum(axis=-1), (sy * sx).sum(axis=-1), (sx**2).sum(axis=-1)
        self.estimate = y @ x / design.square
        residual = y - self.estimate[..., None] * x
        self.spread = np.sqrt((((residual * x) @ member) ** 2).sum(axis=-1))

    def p_value(self, hypothesis: float) -> Floats:
        """Share of samples at least as far from the hypothesis as the data (two-sided)."""
        observed = np.abs(self.estimate - hypothesis) / self.spread
        square = (self.yy - 2 * hypothesis * self.xy + hypothesis**2 * self.xx).clip(1e-300)
        drawn = np.abs(self.dy - hypothesis * self.dx) / np.sqrt(square)
        return np.asarray(np.mean(drawn >= observed[..., None] * (1 - 1e-6), axis=-1))

    def bound(self, step: float) -> float:
        """The nearest hypothesis in the direction of ``step`` that is rejected (of one response); infinite if there is none."""
        middle = float(self.estimate)
        inside, outside = middle, middle + step
        for _ in range(14):
            if self.p_value(outside) < 1 - LEVEL:
                break
            inside, outside = outside, middle + 2 * (outside - middle)
        else:
            return math.copysign(math.inf, step)
        for _ in range(45):
            middle = (inside + outside) / 2
            inside, outside = (inside, middle) if self.p_value(middle) < 1 - LEVEL else (middle, outside)
        return inside


def clustered(y: Floats, x: Floats, controls: Floats, group: np.ndarray) -> Clustered:
    """Coefficient of ``x`` beside ``controls`` (dummies) with inference clustered by ``group``.

    Raises :class:`NotEstimable` if nothing of ``x`` is left or the clusters do not differ.
    """
    design = Design(x, controls, group)
    rest, groups = design.rest(y), design.groups
    b, se = map(float, design.fit(rest))
    if se < 1e-12 * (abs(b) + float(np.abs(rest).max())):
        raise NotEstimable("no variation between the countries' trends, so no clustered error")
    half = float(quantile(LEVEL, groups - 1)) * se
    p = float(two_sided(b / se, groups - 1))
    return Clustered("clustered", len(y), b, b - half, b + half, LEVEL, "", p, groups, se, (rest, design))


class Long(NamedTuple):
    """Series stacked: ``y`` responses, ``time`` centred, ``year``, and ``group`` (code) of every point."""

    y: Floats
    time: Floats
    year: np.ndarray
    group: np.ndarray


def stack(series: Sequence[Series]) -> Long:
    """Several series as one long panel; those with fewer than two points do not take part."""
    used = [s for s in series if len(s) >= 2]
    if len(used) < 3:
        raise NotEstimable(f"a panel needs at least 3 countries with 2 years, found {len(used)}")
    if len({s.scale for s in used}) > 1:
        raise NotEstimable("a panel cannot mix logarithms and levels")
    y, year = np.concatenate([s.response for s in used]), np.concatenate([np.array(s.years) for s in used])
    return Long(y, year - (min(year) + max(year)) / 2, year, np.repeat([s.code for s in used], [len(s) for s in used]))


def dummies(labels: np.ndarray) -> Floats:
    """One column of zeros and ones for each label."""
    return np.asarray(np.equal.outer(labels, np.unique(labels)), dtype=np.float64)


def common_trend(series: Sequence[Series]) -> Clustered:
    """Common trend with country effects; see the module."""
    long = stack(series)
    return clustered(long.y, long.time, dummies(long.group), long.group)


def year_effects(series: Sequence[Series]) -> pd.DataFrame:
    """Average level relative to the first year, per cent: ``year, estimate, low, high`` (clustered, t).

    For a balanced panel: mean over countries of the log change since the first year.
    """
    long = stack(series)
    years, entity = np.unique(long.year), dummies(long.group)
    time = dummies(long.year)
    rows = [(int(years[0]), 0.0, 0.0, 0.0)]
    for i in range(1, len(years)):
        others = np.delete(time, [0, i], axis=1)
        one = clustered(long.y, time[:, i], np.hstack([entity, others]), long.group)
        # the other year effects are nuisance here: without their degrees of freedom, as for a mean of changes
        crossed = len(years) - 2
        half = (one.high - one.estimate) * math.sqrt((one.n - 1 - crossed) / (one.n - 1))
        ends = (one.estimate, one.estimate - half, one.estimate + half)
        value, low, high = (100 * math.expm1(v) for v in ends)
        rows.append((int(years[i]), value, low, high))
    return pd.DataFrame(rows, columns=["year", "estimate", "low", "high"])


def dependence(series: Sequence[Series]) -> tuple[int, float, float]:
    """Do the countries' residuals about their own lines move together? Over the years that most countries have.

    Number of countries, mean pairwise correlation and the statistic of Pesaran's (2004) CD test.
    """
    whole = max(series, key=len).years
    same = [s for s in series if s.years == whole and not s.constant]
    if len(same) < 4 or len(whole) < 4:
        raise NotEstimable("a test of common shocks needs at least 4 countries with the same 4 years")
    residual = lines(same[0].time, np.array([s.response for s in same])).residual
    pairs = np.asarray(np.corrcoef(residual))[np.triu_indices(len(same), 1)]
    statistic = math.sqrt(len(whole) / len(pairs)) * float(pairs.sum())
    return len(same), float(pairs.mean()), statistic


# ---------------------------------------------------------------- country trends


@dataclass(frozen=True)
class CountryTrends:
    """Countries' slopes, drawn together; ``slopes`` has one row per country in per cent a year.

    Columns ``code, own, own_low, own_high, shrunken, low, high, apart, p, p_own, p_lasting``: ``apart`` is the country's own
    slope less that of the reference, ``p`` its p-value after Holm's (1979) correction, if the scatter of the years is
    independent and alike in all countries (moderated); ``p_own`` by each country's own scatter (Welch 1947), ``p_lasting``
    as ``p`` for mean changes, if shocks last. ``common, low, high`` are on the response scale;
    ``spread`` in percentage points a year about the common rate.
    """

    n: int
    common: float
    low: float
    high: float
    spread: float
    level: float
    slopes: pd.DataFrame


def draw(own: Floats, scatter: Floats, df: Floats, sxx: Floats) -> tuple[Floats, Floats, Shrunk]:
    """Slopes drawn towards their common one; residual variances ``scatter`` are moderated among equal ``df`` first.

    Returns the variances of the own slopes, their degrees of freedom and the drawn slopes. The last axis is the countries.
    """
    moderated, freedom = np.empty((2, *scatter.shape))
    for size in set(df.tolist()):
        same = df == size
        moderated[..., same], freedom[..., same] = moderate(scatter[..., same], int(size))
    variance = np.maximum(moderated / sxx, 1e-14)
    return variance, freedom, shrink(own, variance)


def differences(own: Floats, variance: Floats, freedom: Floats, at: int, *, welch: bool = False) -> Floats:
    """p-values of the differences from one country; NaN for itself. Degrees of freedom: the smaller, or Welch's (1947)."""
    own_at, variance_at, freedom_at = (v[..., at : at + 1] for v in (own, variance, freedom))
    both, df = variance + variance_at, np.minimum(freedom, freedom_at)
    if welch:
        df = both**2 / (variance**2 / freedom + variance_at**2 / freedom_at)
    p = two_sided((own - own_at) / np.sqrt(both), df)
    p[..., at] = math.nan
    return p


def holm(p: Floats) -> Floats:
    """p-values after Holm's (1979) correction; NaN stays.

    That of statsmodels gives the same (in the tests), and collects the garbage of the whole process each time.
    """
    corrected, order = p.copy(), np.argsort(p)[: np.count_nonzero(~np.isnan(p))]  # NaN comes last
    corrected[order] = np.maximum.accumulate(p[order] * np.arange(len(order), 0, -1)).clip(max=1)
    return corrected


def country_trends(series: Sequence[Series], reference: str = "") -> CountryTrends:
    """Own slopes with variances moderated across countries, drawn towards their common one. Needs four countries.

    Countries with fewer than three points take no part; the others are told apart from the ``reference``, if given.
    """
    used = [s for s in series if len(s) >= 3 and not s.constant]
    if len(used) < 4:
        raise NotEstimable(f"country trends need at least 4 countries with 3 years, found {len(used)}")
    fits = [lines(s.time, s.response[None]) for s in used]
    own, scatter = np.array([(f.slope[0], f.sigma[0] ** 2) for f in fits]).T
    df, sxx = np.array([f.df for f in fits]), np.array([f.away @ f.away for f in fits])
    variance, freedom, drawn = draw(own, scatter, df, sxx)
    t = float(quantile(LEVEL, len(used) - 1))
    frame, codes = pd.DataFrame({"code": [s.code for s in used]}), [s.code for s in used]
    for names, middle, half in (
        (("own", "own_low", "own_high"), own, quantile(LEVEL, df) * np.sqrt(scatter / sxx)),
        (("shrunken", "low", "high"), drawn.estimate, t * drawn.error),
    ):
        frame[list(names)] = 100 * np.expm1(np.column_stack([middle, middle - half, middle + half]))
    frame[["apart", "p", "p_own", "p_lasting"]] = math.nan
    if reference in codes:
        at = codes.index(reference)
        span = np.array([s.time[-1] - s.time[0] for s in used])
        moved, error = np.array([[v[0] for v in changes(s.time, s.response[None])] for s in used]).T
        frame["apart"] = frame["own"] - frame["own"].iloc[at]
        frame["p"] = holm(differences(own, variance, freedom, at))
        frame["p_own"] = holm(differences(own, scatter / sxx, df, at, welch=True))
        frame["p_lasting"] = holm(differences(moved, *draw(moved, error**2 * span, df, span)[:2], at))
    common, half_common = float(drawn.common), t * float(drawn.se)
    spread = 100 * (math.exp(common + float(drawn.tau)) - math.exp(common))
    return CountryTrends(sum(map(len, used)), common, common - half_common, common + half_common, spread, LEVEL, frame)


# ---------------------------------------------------------------- weighted and unweighted


class Aggregate(NamedTuple):
    """R&D intensity of ``n`` countries together; log-linear growth in per cent a year, all fitted alike.

    ``weighted`` sums expenditure over implied GDP (the quotient of both tables), ``average`` is the mean of the
    countries' own trends, ``printed`` that of the printed OECD total (NaN without one). ``line`` and ``lasting`` are the
    95 per cent intervals of the weighted growth by its line and by its mean change; ``later`` and
    ``printed_later`` leave out the first year.
    """

    n: int
    weighted: float
    average: float
    printed: float
    later: float
    printed_later: float
    line: tuple[float, float]
    lasting: tuple[float, float]


def aggregate(found: Mapping[str, Series], without: Collection[str] = ()) -> Aggregate:
    """The average country beside the weighted whole, over countries that have both tables' numbers for all years."""
    members = [s for s in countries(found, "gerd_intensity") if s.code not in without]
    whole = max((s.years for s in members), key=len, default=())
    both = [(s, found.get(f"gerd.{s.code}")) for s in members if s.years == whole]
    pairs = [(i.values, g.values) for i, g in both if g is not None and g.years == whole]
    if len(pairs) < 2 or len(whole) < 3:
        raise NotEstimable("fewer than 2 countries have R&D expenditure and intensity for all years")
    ratio, spent = np.array(pairs).transpose(1, 0, 2)
    rows = [np.log(spent.sum(axis=0) / (spent / ratio).sum(axis=0)), np.log(ratio).mean(axis=0)]
    printed = found.get("gerd_intensity.OECD")
    rows.append(printed.response if printed and printed.years == whole else np.full(len(whole), math.nan))
    time, y = np.array(whole, dtype=float), np.array(rows)
    fit, later, (moved, error) = lines(time, y), lines(time[1:], y[:, 1:]), changes(time, y)
    t = float(quantile(LEVEL, fit.df))
    ends = [middle[0] + t * sign * e[0] for middle, e in ((fit.slope, fit.se), (moved, error)) for sign in (-1, 1)]
    rates = 100 * np.expm1([*fit.slope, later.slope[0], later.slope[2], *ends])
    v = list(map(float, rates))
    return Aggregate(len(pairs), v[0], v[1], v[2], v[3], v[4], (v[5], v[6]), (v[7], v[8]))
