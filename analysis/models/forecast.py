r"""Two or three years ahead from four or five points, with prediction intervals that know how little that is.

Every model turns rows of responses (logarithms) :math:`y_1,\dots,y_n` into Student's t predictive distributions
of :math:`y_{n+h}`:

====================  ================================================================  ==========
model                 :math:`y_{n+h}`                                                    d. o. f.
====================  ================================================================  ==========
``naive``             random walk without drift: the last value                         ``n - 1``
``rw_drift``          random walk, drift = mean change; its error grows with ``h``      ``n - 2``
``log_linear_ols``    the straight line of :mod:`analysis.models.growth`, extended      ``n - 2``
``ets_damped``        ETS(A,Ad,N) of statsmodels, smoothing constants fixed in advance  ``n - 2``
``local_level``       level + noise (statsmodels ``UnobservedComponents``)              ``n - 1``
``pooled_naive``      the last value, variance drawn towards that of the group          see below
``pooled_drift``      random walk, drift and variance drawn towards those of the group  see below
``combined``          the two pooled ones in equal parts: half the drift                averaged
====================  ================================================================  ==========

Pooling (:mod:`analysis.models.shrinkage`): drifts by random effects, variances by Smyth (2004), who also gives
the degrees of freedom. The combination averages the quantiles of its parts (Lichtendahl, Grushka-Cockayne and
Winkler 2013), with the harmonic mean of their degrees of freedom. Five points cannot tell the constants of ETS:
they are :data:`CONSTANTS`. A variance is never smaller than what rounding alone contributes. On the printed scale
the centre is the median, ``exp`` of the mean of the logarithms.
"""

import functools
import math
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.models.growth import LEVEL, changes, lines, quantile
from analysis.models.series import Floats, NotEstimable, Series
from analysis.models.shrinkage import moderate, shrink

#: Smoothing constants of level and slope and the damping of the slope, fixed before any data were seen.
CONSTANTS = (0.8, 0.1, 0.9)


@dataclass(frozen=True)
class Predictive:
    """Student's t predictive distributions of responses: arrays of shape (…, series, horizon)."""

    mean: Floats
    scale: Floats
    df: Floats

    def interval(self, level: float) -> tuple[Floats, Floats]:
        """Lower and upper bounds."""
        few, at = np.unique(self.df, return_inverse=True)  # many series, few degrees of freedom
        half = quantile(level, few)[at] * self.scale
        return self.mean - half, self.mean + half

    def above(self, bound: float | Floats) -> Floats:
        """Probability of more than ``bound`` (response scale)."""
        from scipy.special import stdtr

        return np.asarray(stdtr(self.df, (self.mean - bound) / self.scale))


def _predictive(mean: Floats, variance: Floats, df: float | Floats, floor: Floats, shape: Any) -> Predictive:
    """Assemble; ``variance`` per series times ``shape`` per horizon, floored at the rounding variance."""
    safe = np.maximum(variance, floor)[..., None] * np.broadcast_to(shape, mean.shape)
    return Predictive(mean, np.sqrt(safe), np.broadcast_to(np.asarray(df, dtype=float)[..., None], mean.shape))


def _steps(horizon: int) -> Floats:
    return np.arange(1.0, horizon + 1)


def naive(y: Floats, horizon: int, floor: Floats, pooled: bool = False) -> Predictive:
    """The last value; variance of a step from the raw changes (no drift), moderated within the group if ``pooled``."""
    n = _at_least(y, 3 if pooled else 2, "the naive forecast")
    variance, mean = (np.diff(y) ** 2).mean(axis=-1), np.repeat(y[..., -1:], horizon, axis=-1)
    variance, df = moderate(variance, n - 1) if pooled else (variance, np.float64(n - 1))
    return _predictive(mean, variance, df, floor, _steps(horizon))


def rw_drift(y: Floats, horizon: int, floor: Floats, time: Floats | None = None) -> Predictive:
    """Last value plus ``h`` mean changes; exact interval for normal independent changes.

    ``time`` gives the years where they have gaps: a step over several years varies more.
    """
    n, h = _at_least(y, 3, "a drift"), _steps(horizon)
    time = np.arange(n, dtype=float) if time is None else time
    span, (drift, error) = float(time[-1] - time[0]), changes(time, y)
    return _predictive(y[..., -1:] + h * drift[..., None], error**2 * span, n - 2, floor, h + h**2 / span)


def log_linear_ols(y: Floats, horizon: int, floor: Floats) -> Predictive:
    """The least-squares line extended, with the usual prediction interval."""
    n = _at_least(y, 3, "a line")
    fit = lines(np.arange(n, dtype=float), y)
    ahead = n - 1 + _steps(horizon)
    return _predictive(fit.at(ahead), fit.sigma**2, n - 2, floor, 1 + fit.spread(ahead) ** 2)


def _each(y: Floats, floor: Floats, df: float, one: Callable[[Floats], tuple[Any, Any]]) -> Predictive:
    """A model of statsmodels for one row after the other; ``one`` gives means and variances of a row."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # so few points have no useful likelihood, or one at a boundary
        mean, variance = (np.array(part) for part in zip(*map(one, y), strict=True))
    return Predictive(mean, np.sqrt(np.maximum(variance, floor[:, None])), np.full(mean.shape, float(df)))


def ets_damped(y: Floats, horizon: int, floor: Floats) -> Predictive:
    """Damped exponential smoothing of statsmodels, started at the first value and the mean change."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    n = _at_least(y, 3, "damped smoothing")

    def one(row: Floats) -> tuple[Any, Any]:
        drift = (row[-1] - row[0]) / (n - 1)
        start: dict[str, Any] = {"initial_level": row[0] - drift, "initial_trend": drift}
        form: dict[str, Any] = {"error": "add", "trend": "add", "damped_trend": True}
        model = ETSModel(pd.Series(row), initialization_method="known", **form, **start)
        ahead = model.smooth(np.array(CONSTANTS)).get_prediction(n, n + horizon - 1)
        return np.asarray(ahead.predicted_mean), np.asarray(ahead.forecast_variance) * n / (n - 2)

    return _each(y, floor, n - 2, one)


def local_level(y: Floats, horizon: int, floor: Floats) -> Predictive:
    """Random-walk level plus noise by maximum (diffuse) likelihood; slow, so asked for single series."""
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    n = _at_least(y, 3, "a local level")

    def one(row: Floats) -> tuple[Any, Any]:
        model = UnobservedComponents(100 * (row - row[-1]), "llevel", use_exact_diffuse=True)
        ahead = model.fit(disp=0).get_forecast(horizon)
        return row[-1] + np.asarray(ahead.predicted_mean) / 100, (np.asarray(ahead.se_mean) / 100) ** 2

    return _each(y, floor, n - 1, one)


pooled_naive = functools.partial(naive, pooled=True)


def pooled_drift(y: Floats, horizon: int, floor: Floats) -> Predictive:
    """Drawn drift and moderated variance of a group; with fewer than three series the same as ``rw_drift``."""
    n = _at_least(y, 3, "a drift")
    if y.shape[-2] < 3:
        return rw_drift(y, horizon, floor)
    h, (own, error) = _steps(horizon), changes(np.arange(n, dtype=float), y)
    variance, df = moderate(error**2 * (n - 1), n - 2)
    variance = np.maximum(variance, floor)
    drift = shrink(own, variance / (n - 1))
    spread = variance[..., None] * h + drift.error[..., None] ** 2 * h**2
    mean = y[..., -1:] + h * drift.estimate[..., None]
    return Predictive(mean, np.sqrt(spread), np.broadcast_to(df[..., None], mean.shape))


def combined(y: Floats, horizon: int, floor: Floats) -> Predictive:
    """Both pooled forecasts in equal parts: means of their quantiles (of centre and scale)."""
    a, b = pooled_naive(y, horizon, floor), pooled_drift(y, horizon, floor)
    return Predictive((a.mean + b.mean) / 2, (a.scale + b.scale) / 2, 2 / (1 / a.df + 1 / b.df))


def _at_least(y: Floats, n: int, model: str) -> int:
    if y.shape[-1] < n:
        raise NotEstimable(f"{model} needs at least {n} points, found {y.shape[-1]}")
    if not np.isfinite(y).all():
        raise NotEstimable(f"{model} needs values for all years")
    return int(y.shape[-1])


Model = Callable[[Floats, int, Floats], Predictive]

#: All models, the yardstick first, and their names for a reader.
MODELS: dict[str, tuple[Model, str]] = {
    "naive": (naive, "last value"),
    "rw_drift": (rw_drift, "last value plus mean change"),
    "log_linear_ols": (log_linear_ols, "straight line extended"),
    "ets_damped": (ets_damped, "damped exponential smoothing"),
    "local_level": (local_level, "local level"),
    "pooled_naive": (pooled_naive, "last value, pooled variance"),
    "pooled_drift": (pooled_drift, "pooled drift"),
    "combined": (combined, "half the pooled drift"),
}

#: Which models borrow from the other series of a group.
BY_GROUP = frozenset({"pooled_naive", "pooled_drift", "combined"})


@dataclass(frozen=True)
class Forecast:
    """Forecast of one series on the printed scale, with its predictive distribution behind it; bounds at ``LEVEL``."""

    series: Series
    model: str
    years: tuple[int, ...]
    mean: Floats
    low: Floats
    high: Floats
    predictive: Predictive

    def frame(self) -> pd.DataFrame:
        """``year, value, low, high``; first row the last observed point, so that a fan joins on."""
        first, last = self.series.values[-1], self.series.years[-1]
        columns = {"value": self.mean, "low": self.low, "high": self.high}
        return pd.DataFrame({"year": [last, *self.years]} | {k: [first, *v] for k, v in columns.items()})

    def above(self, threshold: float, step: int) -> float:
        """Probability that the value ``step`` years ahead exceeds ``threshold`` (printed unit)."""
        bound = math.log(threshold) if self.series.scale == "log" else threshold
        return float(self.predictive.above(bound)[0, step - 1])


def rounding_floor(series: Sequence[Series]) -> Floats:
    """Variance that the rounding of a single value contributes, the smallest a model may claim."""
    widths = [s.response_bounds[1] - s.response_bounds[0] for s in series]
    return np.array([float(np.mean(w**2)) / 12 for w in widths]).clip(1e-12)


def obstacle(series: Series) -> str:
    """Why a series cannot be forecast; empty if it can."""
    try:
        series.require(3, "a forecast", regular=True)
        series.response_bounds  # noqa: B018 - refuses a value that may stand for zero
    except NotEstimable as reason:
        return str(reason)
    return ""


def usable(series: Iterable[Series], n: int) -> list[Series]:
    """Series with ``n`` points that can be forecast."""
    return [s for s in series if len(s) == n and not obstacle(s)]


def predict(series: Sequence[Series], model: str, horizon: int) -> Predictive:
    """Predictive distributions for series of equal length, groups kept apart where the model pools."""
    if model not in MODELS:
        raise ValueError(f"model is one of {', '.join(MODELS)}, not {model!r}")
    if not isinstance(horizon, int) or horizon < 1:
        raise ValueError(f"horizon is a positive whole number of years, not {horizon!r}")
    y, floor, function = np.array([s.response for s in series]), rounding_floor(series), MODELS[model][0]
    if model not in BY_GROUP:
        return function(y, horizon, floor)
    mean, scale, df = np.empty((3, len(series), horizon))
    for group in dict.fromkeys(s.group for s in series):
        rows = [i for i, s in enumerate(series) if s.group == group]
        part = function(y[rows], horizon, floor[rows])
        mean[rows], scale[rows], df[rows] = part.mean, part.scale, part.df
    return Predictive(mean, scale, df)


def forecast(found: Mapping[str, Series], keys: Sequence[str], model: str, horizon: int = 3) -> list[Forecast]:
    """Forecasts of some series; the others in ``found`` of equal length serve for pooling."""
    for key in keys:
        if reason := obstacle(found[key]):
            raise NotEstimable(reason)
    done = {}
    for n in {len(found[k]) for k in keys}:
        rows = usable(found.values(), n) if model in BY_GROUP else [found[k] for k in keys if len(found[k]) == n]
        p = predict(rows, model, horizon)
        for one, *row in zip(rows, p.mean, p.scale, p.df, strict=True):
            done[one.key] = _ahead(one, model, Predictive(*(part[None] for part in row)))
    return [done[k] for k in keys]


def _ahead(series: Series, model: str, p: Predictive) -> Forecast:
    years = tuple(series.years[-1] + h for h in range(1, p.mean.shape[1] + 1))
    mean, low, high = (series.back(v[0]) for v in (p.mean, *p.interval(LEVEL)))
    return Forecast(series, model, years, mean, low, high, p)


def with_gaps(series: Series, horizon: int = 2) -> Forecast:
    """The random walk with drift for a series whose years have gaps."""
    return _ahead(series, "rw_drift", rw_drift(series.response[None], horizon, rounding_floor([series]), series.time))


def describe(model: str) -> str:
    """A model's name for a reader."""
    return MODELS[model][1]
