r"""Many countries at once: common trend, shrunken country trends, convergence, inputs against patents.

1. :func:`entity_trend`: :math:`\log y_{it}=a_i+bt+e_{it}` by least squares within countries.
   Errors are clustered by country, with the factor :math:`\frac{G}{G-1}\frac{N-1}{N-K}` and
   Student's t with ``G - 1`` degrees of freedom. As ``G`` is small, the wild cluster bootstrap
   (Cameron, Gelbach and Miller 2008; Rademacher weights, all :math:`2^G` of them where that is
   at most 2**17, so nothing is random) gives a p-value with the null imposed and a
   percentile-t interval without.
2. :func:`year_effects`: country and year effects, i.e. the average path without the straight line.
3. :func:`mixed_trend`: :math:`\log y_{it}=(\alpha+a_i)+(\beta+b_i)t+e_{it}`, :math:`(a_i,b_i)`
   normal, by REML (statsmodels ``MixedLM``). A country's slope is drawn towards the common one
   the more, the noisier its own line. Intervals of the shrunken slopes are those of Henderson's
   mixed model equations plus Morris's (1983) term for the estimated variances.
4. :func:`beta_convergence`, :func:`sigma_convergence` (Barro and Sala-i-Martin 1992). The first
   is biased towards convergence by errors in the starting value (Galton's fallacy, Friedman
   1992), hence the second, tested by Pitman and Morgan's test for paired variances.
5. :func:`inputs_and_patents`, :func:`patents_panel`: associations, not effects.

A convergence warning of the optimiser is never shown and never ignored: another optimiser is
tried, and if none is content, :class:`~analysis.models.series.NotEstimable` is raised.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.models.growth import trend
from analysis.models.series import Floats, NotEstimable, Series

if TYPE_CHECKING:
    import pandas as pd

    from analysis.report import Report

ENUMERATE = 2**17
DRAWS = 9999
OPTIMISERS = ("bfgs", "lbfgs", "cg", "powell")


@dataclass(frozen=True)
class Long:
    """Series stacked: ``y`` responses, ``time`` centred on the middle of all years, ``group`` numbers."""

    codes: tuple[str, ...]
    y: Floats
    time: Floats
    year: np.ndarray
    group: np.ndarray
    balanced: bool


def stack(series: Sequence[Series], minimum: int = 2) -> Long:
    """Several series as one long panel; raises :class:`NotEstimable` for fewer than two countries."""
    if len(series) < 2:
        raise NotEstimable(f"a panel needs at least 2 countries, found {len(series)}")
    if len({s.scale for s in series}) > 1:
        raise NotEstimable("a panel cannot mix logarithms and levels")
    for one in series:
        one.require(minimum, "a panel")
    year = np.concatenate([np.array(s.years) for s in series])
    middle = (min(year) + max(year)) / 2
    return Long(
        codes=tuple(s.code for s in series),
        y=np.concatenate([s.response for s in series]),
        time=year - middle,
        year=year,
        group=np.repeat(np.arange(len(series)), [len(s) for s in series]),
        balanced=len({s.years for s in series}) == 1,
    )


# ---------------------------------------------------------------- fixed effects


@dataclass(frozen=True)
class Clustered:
    """A coefficient with country-clustered and wild-bootstrap inference, on the response scale."""

    n: int
    groups: int
    coefficient: float
    se: float
    low: float
    high: float
    p_value: float
    low_wild: float
    high_wild: float
    p_wild: float
    draws: int
    level: float

    def rates(self) -> dict[str, float]:
        """Estimate and both intervals as per cent a year."""
        keys = ("coefficient", "low", "high", "low_wild", "high_wild")
        return {k: float(100 * np.expm1(getattr(self, k))) for k in keys}


def rademacher(groups: int, seed: int = 20250101) -> Floats:
    """Signs, one row per bootstrap sample: all of them if at most 2**17, otherwise 9999 seeded draws."""
    if 2**groups <= ENUMERATE:
        return np.asarray(1.0 - 2.0 * ((np.arange(2**groups)[:, None] >> np.arange(groups)) & 1))
    return np.random.default_rng(seed).choice([-1.0, 1.0], size=(DRAWS, groups))


def clustered(y: Floats, x: Floats, controls: Floats, group: np.ndarray, level: float = 0.95) -> Clustered:
    """Coefficient of ``x`` beside ``controls`` with inference clustered by ``group``.

    ``controls`` (dummies) are partialled out first; the bootstrap repeats that for every sample.
    Raises :class:`NotEstimable` if nothing of ``x`` is left.
    """
    from scipy.stats import t as student
    from statsmodels.regression.linear_model import OLS

    base, triangle = np.linalg.qr(controls)
    keep = np.abs(np.diag(triangle)) > 1e-9
    if not keep.all():
        base, _ = np.linalg.qr(controls[:, keep])
    xt, yt = x - base @ (base.T @ x), y - base @ (base.T @ y)
    q = float(xt @ xt)
    if q <= 1e-12 * max(1.0, float(x @ x)):
        raise NotEstimable("the regressor does not vary beside the effects")
    n, groups = len(y), len(np.unique(group))
    crossed = max(0, base.shape[1] - groups)  # effects not nested in the clusters cost degrees of freedom
    fit = OLS(yt, xt[:, None]).fit(cov_type="cluster", cov_kwds={"groups": group, "use_correction": True}, use_t=True)
    b = float(fit.params[0])
    se = float(fit.bse[0]) * math.sqrt((n - 1) / (n - 1 - crossed))
    if se < 1e-12 * (abs(b) + float(np.abs(yt).max())):
        raise NotEstimable("no variation between the countries' trends, so no clustered error")
    t = b / se
    quantile = float(student.ppf(0.5 + level / 2, groups - 1))
    member = np.equal.outer(group, np.unique(group)).astype(float)
    factor = math.sqrt(groups / (groups - 1) * (n - 1) / (n - 1 - crossed))
    signs = rademacher(groups)
    per_group = (xt**2) @ member

    def bootstrap(residual: Floats) -> Floats:
        """T statistics of all samples; the residuals of a sample are partialled out again."""
        own = np.diag((residual * xt) @ member)
        cross = (member * xt[:, None]).T @ base @ (base.T @ (member * residual[:, None]))
        delta = signs @ own.sum(axis=1) / q
        scores = signs @ (own - cross.T) - np.outer(delta, per_group)
        spread = np.sqrt((scores**2).sum(axis=1))
        return np.asarray(delta * q / (np.maximum(spread, 1e-300) * factor), dtype=np.float64)

    null, free = bootstrap(yt), bootstrap(yt - b * xt)
    low_t, high_t = np.quantile(free, [0.5 - level / 2, 0.5 + level / 2])
    return Clustered(
        n=len(y), groups=groups, coefficient=b, se=se, low=b - quantile * se, high=b + quantile * se,
        p_value=float(2 * student.sf(abs(t), groups - 1)), low_wild=float(b - high_t * se), high_wild=float(b - low_t * se),
        p_wild=float(np.mean(np.abs(null) >= abs(t) * (1 - 1e-9))), draws=len(signs), level=level,
    )  # fmt: skip


def _dummies(labels: np.ndarray) -> Floats:
    return np.asarray(np.equal.outer(labels, np.unique(labels)), dtype=np.float64)


def entity_trend(series: Sequence[Series], level: float = 0.95) -> Clustered:
    """Common trend with country effects; see the module. Needs three countries."""
    long = stack(series)
    if len(series) < 3:
        raise NotEstimable(f"clustered errors need at least 3 countries, found {len(series)}")
    return clustered(long.y, long.time, _dummies(long.group), long.group, level)


def year_effects(series: Sequence[Series], level: float = 0.95) -> pd.DataFrame:
    """Average level relative to the first year, per cent: ``year, estimate, low, high`` (clustered, t).

    For a balanced panel: mean over countries of the log change since the first year.
    """
    import pandas as pd
    from scipy.stats import t as student
    from statsmodels.regression.linear_model import OLS

    long = stack(series)
    years = np.unique(long.year)
    design = np.column_stack([_dummies(long.group), _dummies(long.year)[:, 1:]])
    fit = OLS(long.y, design).fit(
        cov_type="cluster", cov_kwds={"groups": long.group, "use_correction": False}, use_t=True
    )
    groups = len(series)
    effects, errors = fit.params[groups:], fit.bse[groups:] * math.sqrt(groups / (groups - 1))
    quantile = student.ppf(0.5 + level / 2, groups - 1)
    rows = [{"year": int(years[0]), "estimate": 0.0, "low": 0.0, "high": 0.0}]
    for year, effect, error in zip(years[1:], effects, errors, strict=True):
        three = 100 * np.expm1([effect, effect - quantile * error, effect + quantile * error])
        rows.append({"year": int(year), "estimate": three[0], "low": three[1], "high": three[2]})
    return pd.DataFrame(rows)


# ---------------------------------------------------------------- mixed model


@dataclass(frozen=True)
class Mixed:
    """Random intercepts and slopes. ``cov`` is of (intercept, slope), everything on the response scale.

    ``slopes`` has one row per country: ``code, own, own_low, own_high, shrunken, low, high`` in
    per cent a year. With correlated intercepts and slopes the level of a country informs its
    slope too, so a shrunken slope need not lie between its own and the common one. ``optimiser``
    says which one converged, or ``closed form``.
    """

    n: int
    groups: int
    slope: float
    se: float
    cov: Floats
    sigma: float
    low: float
    high: float
    level: float
    optimiser: str
    slopes: pd.DataFrame

    def rates(self) -> dict[str, float]:
        """Common slope and its interval in per cent a year; ``sd``: spread of the countries' slopes."""
        return {k: float(100 * np.expm1(getattr(self, k))) for k in ("slope", "low", "high")} | {
            "sd": 100 * math.sqrt(self.cov[1, 1])
        }


def balanced_reml(y: Floats, time: Floats) -> tuple[Floats, Floats, float, bool]:
    """REML of random intercepts and slopes in closed form for a balanced panel (rows: countries).

    Mean (intercept, slope), covariance, residual variance, and whether the covariance came out
    positive definite. If not, it is projected to the nearest one that is at least singular, which
    is then only a starting value (Laird and Ware 1982; Lange and Laird 1989).
    """
    groups, n = y.shape
    design = np.column_stack([np.ones(n), time])
    gram = np.linalg.inv(design.T @ design)
    own = y @ design @ gram
    residual = y - own @ design.T
    sigma2 = float((residual**2).sum() / (groups * (n - 2)))
    cov = np.cov(own.T, ddof=1) - sigma2 * gram
    values, vectors = np.linalg.eigh(cov)
    inside = bool(values.min() > 1e-12 * max(values.max(), 0.0))
    cov = (vectors * values.clip(1e-6 * max(values.max(), sigma2))) @ vectors.T
    return own.mean(axis=0), cov, sigma2, inside


def blup(long: Long, cov: Floats, sigma2: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Henderson's equations for given variances: fixed effects, their covariance, and the countries'
    intercepts and slopes (common plus own) with their prediction error variances.
    """
    groups = len(long.codes)
    x = np.column_stack([np.ones_like(long.time), long.time])
    z = np.zeros((len(long.y), 2 * groups))
    rows = np.arange(len(long.y))
    z[rows, 2 * long.group] = 1
    z[rows, 2 * long.group + 1] = long.time
    w = np.hstack([x, z])
    matrix = w.T @ w / sigma2
    precision = np.linalg.inv(cov)
    for g in range(groups):
        matrix[2 + 2 * g : 4 + 2 * g, 2 + 2 * g : 4 + 2 * g] += precision
    inverse = np.linalg.inv(matrix)
    solution = inverse @ (w.T @ long.y) / sigma2
    totals = np.array([solution[:2] + solution[2 + 2 * g : 4 + 2 * g] for g in range(groups)])
    variance = []
    for g in range(groups):
        pick = np.zeros((2, len(inverse)))
        pick[0, [0, 2 + 2 * g]] = 1
        pick[1, [1, 3 + 2 * g]] = 1
        variance.append(np.diag(pick @ inverse @ pick.T))
    return solution[:2], inverse[:2, :2], totals, np.array(variance)


def estimated_variances(own: Floats, shrunken: Floats, groups: int) -> Floats:
    """What estimating the variances adds to the error variance of a shrunken slope.

    Morris (1983): ``2 / (groups - 3)`` times the square of how far the estimate was drawn from the
    country's own.
    """
    return np.asarray(2 / max(groups - 3, 1) * (own - shrunken) ** 2)


def mixed_trend(series: Sequence[Series], level: float = 0.95) -> Mixed:
    """Mixed model of log levels on time; see the module and :class:`Mixed`. Needs four countries."""
    import pandas as pd
    from scipy.stats import t as student

    if len(series) < 4:
        raise NotEstimable(f"random slopes need at least 4 countries, found {len(series)}")
    long = stack(series, minimum=3)
    cov, sigma2, optimiser = _variances(long, series)
    fixed, fixed_cov, totals, variance = blup(long, cov, sigma2)
    quantile = student.ppf(0.5 + level / 2, len(series) - 1)
    se = math.sqrt(fixed_cov[1, 1])
    rows = []
    fits = [trend(one, level) for one in series]
    drawn = estimated_variances(np.array([f.slope for f in fits]), totals[:, 1], len(series))
    for one, own, total, error in zip(series, fits, totals[:, 1], np.sqrt(variance[:, 1] + drawn), strict=True):
        rows.append(
            {
                "code": one.code,
                "own": own.estimate, "own_low": own.low, "own_high": own.high,
                "shrunken": 100 * math.expm1(total), "low": 100 * math.expm1(total - quantile * error),
                "high": 100 * math.expm1(total + quantile * error),
            }
        )  # fmt: skip
    return Mixed(
        n=len(long.y), groups=len(series), slope=float(fixed[1]), se=se, cov=cov, sigma=math.sqrt(sigma2),
        low=float(fixed[1] - quantile * se), high=float(fixed[1] + quantile * se), level=level, optimiser=optimiser,
        slopes=pd.DataFrame(rows),
    )  # fmt: skip


def _variances(long: Long, series: Sequence[Series]) -> tuple[Floats, float, str]:
    """REML variances by MixedLM, started at the closed form (balanced) or at its analogue."""
    from statsmodels.regression.mixed_linear_model import MixedLM, MixedLMParams
    from statsmodels.tools.sm_exceptions import ConvergenceWarning

    scale = 100.0  # responses in per cent keep the optimiser's tolerances meaningful
    y = scale * long.y
    if long.balanced:
        years = len(long.y) // len(long.codes)
        _, start, sigma2, inside = balanced_reml(y.reshape(-1, years), long.time[:years])
    else:
        whole = max(len(s) for s in series)
        full = np.array([scale * s.response for s in series if len(s) == whole])
        if len(full) < 3:
            raise NotEstimable("fewer than 3 complete countries; no starting value for the mixed model")
        times = next(long.time[long.group == g] for g, s in enumerate(series) if len(s) == whole)
        _, start, sigma2, inside = balanced_reml(full, times)
    design = np.column_stack([np.ones_like(long.time), long.time])
    model = MixedLM(y, design, groups=long.group, exog_re=design)
    for optimiser in OPTIMISERS:
        first = MixedLMParams.from_components(fe_params=np.zeros(2), cov_re=start / sigma2)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                fit: Any = model.fit(reml=True, start_params=first, method=[optimiser])
        except (ConvergenceWarning, np.linalg.LinAlgError, RuntimeWarning, UserWarning):
            continue
        if fit.converged:
            return np.asarray(fit.cov_re) / scale**2, float(fit.scale) / scale**2, optimiser
    if long.balanced and inside:
        return start / scale**2, sigma2 / scale**2, "closed form"
    raise NotEstimable(
        f"{series[0].measure}: the mixed model does not converge; its variances are on the boundary for these countries"
    )


# ---------------------------------------------------------------- convergence


@dataclass(frozen=True)
class Line:
    """A cross-sectional regression line with HC3 inference and influence.

    ``points`` has ``code, x, y, fitted, cook, without`` (slope without that country);
    ``low, high`` are HC3 with Student's t, ``classic_low, classic_high`` for equal variances.
    """

    n: int
    slope: float
    intercept: float
    low: float
    high: float
    classic_low: float
    classic_high: float
    p_value: float
    r_squared: float
    spearman: float
    p_spearman: float
    level: float
    points: pd.DataFrame

    def band(self, steps: int = 40) -> pd.DataFrame:
        """``x, y, low, high``: the line with its classical confidence band, for a figure."""
        import pandas as pd
        from scipy.stats import t as student

        x = self.points["x"].to_numpy()
        residual = self.points["y"].to_numpy() - self.points["fitted"].to_numpy()
        s = math.sqrt(float(residual @ residual) / (self.n - 2))
        grid = np.linspace(x.min(), x.max(), steps)
        away = grid - x.mean()
        error = s * np.sqrt(1 / self.n + away**2 / float(((x - x.mean()) ** 2).sum()))
        half = student.ppf(0.5 + self.level / 2, self.n - 2) * error
        fit = self.intercept + self.slope * grid
        return pd.DataFrame({"x": grid, "y": fit, "low": fit - half, "high": fit + half})


def cross_section(codes: Sequence[str], x: Floats, y: Floats, level: float = 0.95) -> Line:
    """Least squares of ``y`` on ``x`` over countries; see :class:`Line`. Needs five countries."""
    import pandas as pd
    from scipy.stats import spearmanr
    from statsmodels.regression.linear_model import OLS
    from statsmodels.stats.outliers_influence import OLSInfluence

    if len(codes) < 5:
        raise NotEstimable(f"a regression across countries needs at least 5, found {len(codes)}")
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        raise NotEstimable("a regression across countries needs variation in both variables")
    design = np.column_stack([np.ones(len(x)), x - x.mean()])
    fit = OLS(y, design).fit()
    robust = fit.get_robustcov_results("HC3", use_t=True)
    measures = OLSInfluence(fit)
    rank = spearmanr(x, y)
    low, high = robust.conf_int(1 - level)[1]
    classic = fit.conf_int(1 - level)[1]
    points = pd.DataFrame(
        {
            "code": list(codes), "x": x, "y": y, "fitted": fit.fittedvalues, "cook": measures.cooks_distance[0],
            "without": fit.params[1] - measures.dfbeta[:, 1],
        }
    )  # fmt: skip
    return Line(
        n=len(x), slope=float(fit.params[1]), intercept=float(fit.params[0] - fit.params[1] * x.mean()),
        low=float(low), high=float(high), classic_low=float(classic[0]), classic_high=float(classic[1]),
        p_value=float(robust.pvalues[1]), r_squared=float(fit.rsquared), spearman=float(rank.statistic),
        p_spearman=float(rank.pvalue), level=level, points=points,
    )  # fmt: skip


def beta_convergence(series: Sequence[Series], level: float = 0.95) -> Line:
    """Mean annual growth (per cent) against the log of the first value.

    A negative slope: those who start lower grow faster. Unit of the slope: percentage points of
    annual growth per log point (a start 2.7 times as high).
    """
    for one in series:
        one.require(2, "convergence")
    x = np.array([s.response[0] for s in series])
    y = np.array([100 * (s.response[-1] - s.response[0]) / (s.years[-1] - s.years[0]) for s in series])
    return cross_section([s.code for s in series], x, y, level)


@dataclass(frozen=True)
class Dispersion:
    """Standard deviation of logs across countries by year, and the ratio last to first with its interval."""

    n: int
    by_year: pd.DataFrame
    ratio: float
    low: float
    high: float
    p_value: float
    level: float


def sigma_convergence(series: Sequence[Series], level: float = 0.95) -> Dispersion:
    r"""Does the spread across countries shrink? Ratio of the last to the first standard deviation.

    Pitman (1939) and Morgan (1939): for pairs, :math:`\mathrm{var}(u)=\mathrm{var}(v)` exactly
    if :math:`u+v` and :math:`u-v` are uncorrelated. Inverting that test for :math:`u` against
    :math:`v/\rho` gives the interval of the ratio. ``by_year``: ``year, sd, low, high``, the
    bounds from chi-squared (each year alone).
    """
    import pandas as pd
    from scipy.stats import chi2
    from scipy.stats import t as student

    if len(series) < 4 or len({s.years for s in series}) > 1:
        raise NotEstimable("sigma convergence needs at least 4 countries with the same years")
    table = np.array([s.response for s in series])
    n = len(table)
    sd = table.std(axis=0, ddof=1)
    if (sd == 0).any():
        raise NotEstimable("no spread across the countries")
    first, last = table[:, 0], table[:, -1]
    ratio = float(sd[-1] / sd[0])
    r = float(np.corrcoef(first, last)[0, 1])
    quantile = student.ppf(0.5 + level / 2, n - 2)
    k = 1 + 2 * (1 - r**2) * quantile**2 / (n - 2)
    spread = math.sqrt(k + math.sqrt(k * k - 1))
    t = (ratio**2 - 1) * math.sqrt(n - 2) / (2 * ratio * math.sqrt(1 - r**2))
    tail = (1 - level) / 2
    by_year = pd.DataFrame(
        {
            "year": list(series[0].years),
            "sd": sd,
            "low": sd * math.sqrt((n - 1) / chi2.ppf(1 - tail, n - 1)),
            "high": sd * math.sqrt((n - 1) / chi2.ppf(tail, n - 1)),
        }
    )
    p = float(2 * student.sf(abs(t), n - 2))
    return Dispersion(n, by_year, ratio, ratio / spread, ratio * spread, p, level)


# ---------------------------------------------------------------- inputs and patents

INPUTS = {"gerd_intensity": ("1-2-2", "R&D intensity"), "researcher_density": ("1-2-5", "researcher density")}


def inputs_and_patents(
    report: Report, year: int = 2023, patents_year: int = 2024, leave: Sequence[str] = (), level: float = 0.95
) -> dict[str, Line]:
    """US patents per head against each input, in logarithms, one line per input of :data:`INPUTS`.

    ``leave`` are codes to leave out (such as ``USA``, whose firms patent at home).
    """
    patents = report.numbers("1-2-13", "patent_density")[patents_year]
    found = {}
    for measure, (table, _) in INPUTS.items():
        level_of = report.numbers(table, measure)[year]
        codes = [c for c in patents.index if c in level_of.index and c not in leave]
        codes = [c for c in codes if level_of[c] > 0 and patents[c] > 0]
        x, y = np.log(level_of[codes].to_numpy()), np.log(patents[codes].to_numpy())
        found[measure] = cross_section(codes, x, y, level)
    return found


def patents_panel(found: dict[str, Series], measure: str, lag: int = 1, level: float = 0.95) -> Clustered:
    """Log patents on the log input ``lag`` years before, with country and year effects.

    The coefficient is an elasticity within countries. Ten clusters are few: read the wild
    bootstrap.
    """
    y, x, group, year = [], [], [], []
    for key, patents in found.items():
        other = found.get(f"{measure}.{patents.code}")
        if patents.measure != "patents" or other is None:
            continue
        before = dict(zip(other.years, other.response, strict=True))
        for when, value in zip(patents.years, patents.response, strict=True):
            if when - lag in before:
                y.append(value)
                x.append(before[when - lag])
                group.append(key)
                year.append(when)
    if len(set(group)) < 3:
        raise NotEstimable("the panel of patents needs at least 3 countries")
    labels = np.array(group)
    effects = np.column_stack([_dummies(labels), _dummies(np.array(year))[:, 1:]])
    return clustered(np.array(y), np.array(x), effects, labels, level)
