r"""Two or three years ahead from four or five points, with honest prediction intervals.

Every model turns responses (logarithms) :math:`y_1,\dots,y_n` into a Student's t predictive
distribution for :math:`y_{n+h}`, so that the interval knows how few points its variance rests on:

=====================  ===============================================================  ==========
model                  :math:`y_{n+h}`                                                   d. o. f.
=====================  ===============================================================  ==========
``naive``              random walk without drift: the last value                        ``n - 1``
``rw_drift``           random walk, drift = mean change; its error grows with ``h``     ``n - 2``
``log_linear_ols``     the straight line of :mod:`analysis.models.growth`, extended     ``n - 2``
``local_level``        level + noise, level a random walk (one variance ratio)          ``n - 1``
``local_linear_trend`` level and slope random walks + noise (two variance ratios)       ``n - 2``
``ets_damped``         ETS(A,Ad,N), smoothing constants common to all series            ``n - 2``
``pooled_naive``       the last value, variance shrunken to that of the group           see below
``pooled_drift``       random walk, drift and variance shrunken to those of the group   see below
=====================  ===============================================================  ==========

*Structural models* (Harvey 1989): the variance ratios maximise the diffuse (restricted)
likelihood on a fixed grid, with the common variance concentrated out; for a few points this is a
small matrix for all series at once and needs no optimiser. statsmodels'
``UnobservedComponents`` at the same variances gives the same likelihood, forecasts and errors (a
test says so to 1e-8).

*ETS* (Hyndman, Koehler, Ord and Snyder 2008): five parameters cannot be estimated from five
points. The three smoothing constants are therefore shared by all series of a call, chosen on a
grid to minimise the sum of the series' log residual variances; level and slope at the start are
each series' own, by least squares, and their error is part of the interval.

*Pooled drift*: changes :math:`\Delta y_{jt}=\delta+d_j+e_{jt}` of all series of a group, a mixed
model with random drift, REML in closed form for a balanced panel (equal to ``MixedLM``). The
variance of a series is moderated towards that of the group (Smyth 2004), which also gives the
degrees of freedom.

A variance is never smaller than what rounding alone contributes. On the printed scale the
centre is the median, ``exp`` of the mean of the logarithms.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.models.series import Floats, NotEstimable, Series

if TYPE_CHECKING:
    import pandas as pd

GRID = 64  #: steps of the variance ratio of the local level
SIMPLEX = 20  #: steps of the two ratios of the local linear trend
ALPHAS = (0.1, 0.3, 0.5, 0.7, 0.9, 0.99)
BETAS = (0.0, 0.1, 0.3, 0.6, 0.9)  # as a fraction of alpha
PHIS = (0.80, 0.85, 0.90, 0.95, 0.98)


@dataclass(frozen=True)
class Predictive:
    """Student's t predictive distributions of responses: arrays of shape (series, horizon)."""

    mean: Floats
    scale: Floats
    df: Floats

    def interval(self, level: float) -> tuple[Floats, Floats]:
        """Lower and upper bounds."""
        from scipy.stats import t as student

        half = student.ppf(0.5 + level / 2, self.df) * self.scale
        return self.mean - half, self.mean + half


def _predictive(mean: Floats, variance: Floats, df: float | Floats, floor: Floats, shape: Any) -> Predictive:
    """Assemble; ``variance`` per series times ``shape`` per horizon, floored at the rounding variance."""
    safe = np.maximum(variance, floor)[:, None] * np.broadcast_to(shape, mean.shape)
    return Predictive(mean, np.sqrt(safe), np.broadcast_to(np.asarray(df, dtype=float).reshape(-1, 1), mean.shape))


# ---------------------------------------------------------------- one series at a time


def naive(y: Floats, horizon: int, floor: Floats) -> Predictive:
    """The last value; variance of a step from the raw changes (no drift estimated)."""
    n = _at_least(y, 2, "naive")
    steps = np.diff(y, axis=1)
    h = np.arange(1, horizon + 1)
    return _predictive(np.repeat(y[:, -1:], horizon, axis=1), (steps**2).mean(axis=1), n - 1, floor, h)


def rw_drift(y: Floats, horizon: int, floor: Floats) -> Predictive:
    """Last value plus ``h`` mean changes; exact interval for normal independent changes."""
    n = _at_least(y, 3, "rw_drift")
    steps = np.diff(y, axis=1)
    h = np.arange(1, horizon + 1)
    return _predictive(
        y[:, -1:] + h * steps.mean(axis=1)[:, None], steps.var(axis=1, ddof=1), n - 2, floor, h + h**2 / (n - 1)
    )


def log_linear_ols(y: Floats, horizon: int, floor: Floats) -> Predictive:
    """The least-squares line extended, with the usual prediction interval."""
    n = _at_least(y, 3, "log_linear_ols")
    away = np.arange(n) - (n - 1) / 2
    sxx = away @ away
    slope = y @ away / sxx
    residual = y - y.mean(axis=1, keepdims=True) - slope[:, None] * away
    ahead = (n - 1) / 2 + np.arange(1, horizon + 1)
    mean = y.mean(axis=1, keepdims=True) + slope[:, None] * ahead
    return _predictive(mean, (residual**2).sum(axis=1) / (n - 2), n - 2, floor, 1 + 1 / n + ahead**2 / sxx)


def local_level(y: Floats, horizon: int, floor: Floats) -> Predictive:
    """Random-walk level plus noise."""
    _at_least(y, 3, "local_level")
    grid = [(1 - k / GRID, k / GRID, 0.0) for k in range(GRID + 1)]
    return _structural(y, horizon, floor, 1, grid)


def local_linear_trend(y: Floats, horizon: int, floor: Floats) -> Predictive:
    """Random-walk level and slope plus noise; needs four points to say anything about the ratios."""
    _at_least(y, 4, "local_linear_trend")
    k = SIMPLEX
    grid = [(a / k, b / k, (k - a - b) / k) for a in range(k + 1) for b in range(k + 1 - a)]
    return _structural(y, horizon, floor, 2, grid)


def kernels(size: int) -> tuple[Floats, Floats, Floats]:
    """Covariances over ``size`` years of unit noise, unit random walk and unit integrated random walk."""
    start = np.tri(size, k=-1)
    twice = start @ start
    return np.eye(size), start @ start.T, twice @ twice.T


@dataclass(frozen=True)
class Structural:
    """One choice of variance ratios for ``n`` points: everything linear in the data.

    ``forecast @ y`` is the prediction, ``y @ form @ y / df`` the variance, ``shape`` its multiple
    per horizon, ``log_det`` the determinant term of the diffuse likelihood.
    """

    ratios: tuple[float, float, float]
    forecast: Floats
    form: Floats
    shape: Floats
    log_det: float
    df: int


def structural(n: int, horizon: int, diffuse: int, ratios: tuple[float, float, float]) -> Structural:
    """Best linear unbiased prediction and restricted likelihood of a structural model.

    ``diffuse``: 1 for an unknown level, 2 for an unknown level and slope. ``ratios``: variances
    of noise, level and slope, in units of their sum.
    """
    cov = np.tensordot(ratios, np.array(kernels(n + horizon)), axes=1)
    time = np.arange(n + horizon, dtype=float)
    x = np.column_stack([time**k for k in range(diffuse)])
    contrast = np.linalg.svd(x[:n])[0][:, diffuse:]
    start = x[n:] @ np.linalg.pinv(x[:n])  # unbiased; corrected below to the best
    v = contrast.T @ cov[:n, :n] @ contrast
    with_data = (cov[n:, :n] - start @ cov[:n, :n]) @ contrast
    own = cov[n:, n:] - start @ cov[:n, n:] - cov[n:, :n] @ start.T + start @ cov[:n, :n] @ start.T
    gain = np.linalg.solve(v, with_data.T).T
    return Structural(
        ratios=ratios,
        forecast=start + gain @ contrast.T,
        form=contrast @ np.linalg.solve(v, contrast.T),
        shape=np.diag(own - gain @ with_data.T),
        log_det=float(np.linalg.slogdet(v)[1]),
        df=n - diffuse,
    )


def choose(y: Floats, horizon: int, diffuse: int, grid: Sequence[tuple[float, float, float]]) -> list[Structural]:
    """For each series the grid point of highest restricted likelihood."""
    options = [structural(y.shape[1], horizon, diffuse, ratios) for ratios in grid]
    df = options[0].df
    squares = np.einsum("ji,gik,jk->jg", y, np.array([o.form for o in options]), y).clip(1e-300)
    likelihood = -0.5 * (df * np.log(squares / df) + np.array([o.log_det for o in options]))
    # equal likelihoods (a series without noise) go to the first grid point, whatever the last bit says
    best = np.argmax(likelihood >= likelihood.max(axis=1, keepdims=True) - 1e-9, axis=1)
    return [options[b] for b in best]


def _structural(
    y: Floats, horizon: int, floor: Floats, diffuse: int, grid: Sequence[tuple[float, float, float]]
) -> Predictive:
    centred = y - y.mean(axis=1, keepdims=True)
    chosen = choose(centred, horizon, diffuse, grid)
    mean = np.array([c.forecast @ row for c, row in zip(chosen, centred, strict=True)]) + y.mean(axis=1, keepdims=True)
    variance = np.array([row @ c.form @ row / c.df for c, row in zip(chosen, centred, strict=True)])
    return _predictive(mean, variance, chosen[0].df, floor, np.array([c.shape for c in chosen]))


# ---------------------------------------------------------------- exponential smoothing


@dataclass(frozen=True)
class Smoother:
    """ETS(A,Ad,N) with fixed constants as linear maps: errors ``own @ y - start @ (level, slope)``."""

    alpha: float
    beta: float
    phi: float
    own: Floats
    start: Floats
    ahead_own: Floats
    ahead_start: Floats
    shape: Floats


def smoother(n: int, horizon: int, alpha: float, beta: float, phi: float) -> Smoother:
    """The recursion ``l = l + phi b + alpha e``, ``b = phi b + beta e`` applied to unit data and states."""
    state = np.hstack([np.zeros((2, n)), np.eye(2)])  # level and slope as rows, in terms of (y, l0, b0)
    move = np.array([[1.0, phi], [0.0, phi]])
    gain = np.array([alpha, beta])
    errors = []
    for t in range(n):
        predicted = move @ state
        error = -predicted[0]
        error[t] += 1
        errors.append(error)
        state = predicted + np.outer(gain, error)
    ahead = []
    for _ in range(horizon):
        state = move @ state
        ahead.append(state[0])
    error, ahead_map = np.array(errors), np.array(ahead)
    damp = np.cumsum(phi ** np.arange(1, horizon + 1))
    kept = np.concatenate([[0.0], np.cumsum((alpha + beta * damp[: horizon - 1]) ** 2)])
    return Smoother(alpha, beta, phi, error[:, :n], -error[:, n:], ahead_map[:, :n], ahead_map[:, n:], 1 + kept)


def ets_damped(
    y: Floats, horizon: int, floor: Floats, constants: tuple[float, float, float] | None = None
) -> Predictive:
    """Damped trend; ``constants`` (alpha, beta, phi) or, by default, the best common ones on the grid."""
    n = _at_least(y, 3, "ets_damped")
    grid = [constants] if constants else [(a, a * b, p) for a in ALPHAS for b in BETAS for p in PHIS]
    best: tuple[float, Smoother, Floats, Floats] | None = None
    for alpha, beta, phi in grid:
        one = smoother(n, horizon, alpha, beta, phi)
        target = y @ one.own.T
        start = target @ np.linalg.pinv(one.start).T
        squares = ((target - start @ one.start.T) ** 2).sum(axis=1)
        score = float(np.log(np.maximum(squares / (n - 2), floor)).sum())
        if best is None or score < best[0] - 1e-9:
            best = score, one, start, squares
    assert best is not None
    _, one, start, squares = best
    mean = y @ one.ahead_own.T + start @ one.ahead_start.T
    error = one.ahead_start @ np.linalg.pinv(one.start.T @ one.start) @ one.ahead_start.T
    return _predictive(mean, squares / (n - 2), n - 2, floor, one.shape + np.diag(error))


# ---------------------------------------------------------------- pooled


@dataclass(frozen=True)
class Drift:
    """Random drifts of a group: common drift, shrunken drifts and their prediction error variances."""

    common: float
    between: float
    within: float
    shrunken: Floats
    error: Floats
    variance: Floats
    df: Floats


def random_drift(steps: Floats) -> Drift:
    """One-way random effects of changes (rows: series) by REML in closed form, variances moderated."""
    groups, m = steps.shape
    own = steps.mean(axis=1)
    common = float(own.mean())
    inside = float(((steps - own[:, None]) ** 2).sum() / (groups * (m - 1)))
    outside = m * float(own.var(ddof=1))
    between = max(0.0, (outside - inside) / m)
    if between == 0.0:
        inside = float(((steps - common) ** 2).sum() / (groups * m - 1))
    kept = between / (between + inside / m) if between > 0 else 0.0
    error = np.full(groups, between * (1 - kept) + (1 - kept) ** 2 * (between + inside / m) / groups)
    variance, df = moderate(steps.var(axis=1, ddof=1), m - 1)
    return Drift(common, between, inside, common + kept * (own - common), error, variance, df)


def moderate(variances: Floats, df: int) -> tuple[Floats, Floats]:
    """Variances shrunken towards a common one (Smyth 2004, section 6.2) and their degrees of freedom.

    The prior is fitted to the log variances by moments. Without more spread than chance would
    give, all series share one variance; its degrees of freedom are then the total.
    """
    from scipy.special import digamma, polygamma

    count = len(variances)
    typical = float(np.median(variances))
    if typical <= 0:
        typical = float(variances.mean())
    if typical <= 0 or count < 3:
        pooled = np.full(count, float(variances.mean()))
        return pooled, np.full(count, float(count * df))
    z = np.log(np.maximum(variances, 1e-5 * typical))
    e = z - digamma(df / 2) + math.log(df / 2)
    excess = float(e.var(ddof=1) - polygamma(1, df / 2))
    if excess <= 0:
        return np.full(count, float(variances.mean())), np.full(count, float(count * df))
    prior_df = 2 * _inverse_trigamma(excess)
    prior = math.exp(float(e.mean()) + float(digamma(prior_df / 2)) - math.log(prior_df / 2))
    moderated = (prior_df * prior + df * variances) / (prior_df + df)
    return moderated, np.full(count, min(prior_df + df, float(count * df)))


def _inverse_trigamma(value: float) -> float:
    from scipy.optimize import brentq
    from scipy.special import polygamma

    if value > 1e7:
        return float(1 / math.sqrt(value))
    return float(brentq(lambda a: float(polygamma(1, a)) - value, 1e-4, 1e9, xtol=1e-13))


def pooled_drift(y: Floats, horizon: int, floor: Floats) -> Predictive:
    """Shrunken drift and moderated variance of a group; with a single series the same as ``rw_drift``."""
    _at_least(y, 3, "pooled_drift")
    if len(y) < 3:
        return rw_drift(y, horizon, floor)
    drift = random_drift(np.diff(y, axis=1))
    h = np.arange(1, horizon + 1)
    safe = np.maximum(drift.variance, floor)
    variance = safe[:, None] * h + drift.error[:, None] * h**2
    mean = y[:, -1:] + h * drift.shrunken[:, None]
    return Predictive(mean, np.sqrt(variance), np.broadcast_to(drift.df[:, None], mean.shape))


def pooled_naive(y: Floats, horizon: int, floor: Floats) -> Predictive:
    """The last value with a variance moderated within the group: tells what the drift adds."""
    n = _at_least(y, 3, "pooled_naive")
    variance, df = moderate((np.diff(y, axis=1) ** 2).mean(axis=1), n - 1)
    return _predictive(np.repeat(y[:, -1:], horizon, axis=1), variance, df, floor, np.arange(1, horizon + 1))


def _at_least(y: Floats, n: int, model: str) -> int:
    if y.shape[1] < n:
        raise NotEstimable(f"{model} needs at least {n} points, found {y.shape[1]}")
    if not np.isfinite(y).all():
        raise NotEstimable(f"{model} needs values for all years")
    return int(y.shape[1])


Model = Callable[[Floats, int, Floats], Predictive]

#: All models, the yardstick first. The pooled ones and ``ets_damped`` borrow across the rows they get.
MODELS: dict[str, Model] = {
    "naive": naive,
    "rw_drift": rw_drift,
    "log_linear_ols": log_linear_ols,
    "local_level": local_level,
    "local_linear_trend": local_linear_trend,
    "ets_damped": ets_damped,
    "pooled_naive": pooled_naive,
    "pooled_drift": pooled_drift,
}

#: Which rows a model is given together: each group of comparable series, or all series at once.
BY_GROUP = frozenset({"pooled_naive", "pooled_drift"})


# ---------------------------------------------------------------- series in, forecasts out


@dataclass(frozen=True)
class Forecast:
    """Forecast of one series on the printed scale, with its predictive distribution behind it."""

    series: Series
    model: str
    years: tuple[int, ...]
    mean: Floats
    low: Floats
    high: Floats
    level: float
    predictive: Predictive

    def frame(self) -> pd.DataFrame:
        """``year, value, low, high``; first row the last observed point, so that a fan joins on."""
        import pandas as pd

        last = self.series.values[-1]
        return pd.DataFrame(
            {
                "year": [self.series.years[-1], *self.years],
                "value": [last, *self.mean],
                "low": [last, *self.low],
                "high": [last, *self.high],
            }
        )

    def above(self, threshold: float, step: int) -> float:
        """Probability that the value ``step`` years ahead exceeds ``threshold`` (printed unit)."""
        from scipy.stats import t as student

        bound = math.log(threshold) if self.series.scale == "log" else threshold
        p, i = self.predictive, step - 1
        return float(student.sf((bound - p.mean[0, i]) / p.scale[0, i], p.df[0, i]))


def rounding_floor(series: Sequence[Series]) -> Floats:
    """Variance that the rounding of a single value contributes, the smallest a model may claim."""
    widths = [s.response_bounds[1] - s.response_bounds[0] for s in series]
    return np.array([float(np.mean(w**2)) / 12 for w in widths]).clip(1e-12)


def usable(series: Iterable[Series], n: int) -> list[Series]:
    """Series with ``n`` points in consecutive years."""
    return [s for s in series if len(s) == n and s.years[-1] - s.years[0] == n - 1]


def predict(series: Sequence[Series], model: str, horizon: int) -> Predictive:
    """Predictive distributions for series of equal length, groups kept apart where the model pools."""
    if model not in MODELS:
        raise ValueError(f"model is one of {', '.join(MODELS)}, not {model!r}")
    if horizon < 1:
        raise ValueError(f"horizon is a positive number of years, not {horizon}")
    y = np.array([s.response for s in series])
    floor = rounding_floor(series)
    if model not in BY_GROUP:
        return MODELS[model](y, horizon, floor)
    groups: dict[str, list[int]] = {}
    for index, one in enumerate(series):
        groups.setdefault(one.group, []).append(index)
    shape = (len(series), horizon)
    mean, scale, df = np.empty(shape), np.empty(shape), np.empty(shape)
    for rows in groups.values():
        part = MODELS[model](y[rows], horizon, floor[rows])
        mean[rows], scale[rows], df[rows] = part.mean, part.scale, part.df
    return Predictive(mean, scale, df)


def forecast(
    found: Mapping[str, Series], keys: Sequence[str], model: str, horizon: int = 3, level: float = 0.95
) -> list[Forecast]:
    """Forecasts of some series; the others in ``found`` of equal length serve for pooling."""
    for key in keys:
        found[key].require(3, "a forecast", regular=True)
    together: dict[int, list[Series]] = {}
    for n in {len(found[k]) for k in keys}:
        together[n] = usable(found.values(), n)
    done: dict[str, Forecast] = {}
    for rows in together.values():
        whole = predict(rows, model, horizon)
        low, high = whole.interval(level)
        for index, one in enumerate(rows):
            if one.key in keys:
                own = Predictive(whole.mean[[index]], whole.scale[[index]], whole.df[[index]])
                years = tuple(one.years[-1] + h for h in range(1, horizon + 1))
                done[one.key] = Forecast(
                    one, model, years, one.back(own.mean[0]), one.back(low[index]), one.back(high[index]), level, own
                )
    return [done[k] for k in keys]


@functools.cache
def describe(model: str) -> str:
    """A model's name for a reader."""
    return {
        "naive": "naive (last value)",
        "rw_drift": "random walk with drift",
        "log_linear_ols": "log-linear trend",
        "local_level": "local level",
        "local_linear_trend": "local linear trend",
        "ets_damped": "damped exponential smoothing",
        "pooled_naive": "naive, pooled variance",
        "pooled_drift": "pooled drift",
    }[model]
