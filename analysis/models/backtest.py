r"""Rolling-origin back-test of all forecasting models over all series of the report.

For every series with consecutive years and every origin from ``n = 3`` on, each model sees only
the values up to the origin (pooling too) and forecasts the rest. Scores per forecast:

* absolute error in per cent (of the logarithm; points on the level scale);
* scaled error :math:`|e|/\overline{|\Delta y|}`, the denominator being the mean absolute change
  within the training window (Hyndman and Koehler 2006); their mean is the MASE. A window without
  any change has no scale: such forecasts are left out of MASE and counted;
* interval score :math:`(u-l)+\frac2\alpha(l-x)_++\frac2\alpha(x-u)_+` (Gneiting and Raftery
  2007) of the 95 per cent interval, in per cent: width, plus a fine for what falls outside;
* whether the interval held the value.

*The rule*: the model with the lowest mean *scaled* interval score (interval score over the same
denominator as the scaled error; the measure of the M4 competition) is the one the book uses: it
judges centre and width, and volatile series do not drown the others. The margin to the naive forecast is bootstrapped over groups of series, as
series of a group share years and shocks; target years are few, and no bootstrap can cure that.

Work is handed to ``joblib``: within ``joblib.parallel_config(backend=...)`` it runs on whatever
that names, several processes or a Dask cluster, without a change here.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from analysis.models.forecast import MODELS, predict
from analysis.models.series import NotEstimable, Series

if TYPE_CHECKING:
    import pandas as pd

FIRST_ORIGIN = 3
SEED = 20250519
DRAWS = 2000


def task(series: Sequence[Series], known: Sequence[Series], model: str, level: float) -> pd.DataFrame:
    """All forecasts of one model from the end of ``known`` (the same series cut short) to that of ``series``.

    One row per forecast; empty if the model needs more points.
    """
    import pandas as pd

    origin, horizon = len(known[0]), len(series[0]) - len(known[0])
    try:
        p = predict(known, model, horizon)
    except NotEstimable:
        return pd.DataFrame()
    low, high = p.interval(level)
    y = np.array([s.response for s in series])
    steps = np.abs(np.diff(np.array([s.values for s in known]), axis=1)).mean(axis=1)
    step = np.abs(np.diff(y[:, :origin], axis=1)).mean(axis=1) * np.array(
        [100.0 if s.scale == "log" else 1.0 for s in series]
    )
    rows = []
    for j, one in enumerate(series):
        unit = 100.0 if one.scale == "log" else 1.0
        for h in range(1, horizon + 1):
            at, i = origin + h - 1, h - 1
            centre = float(one.back(p.mean[[j], [i]])[0])
            rows.append(
                {
                    "series": one.key, "group": one.group, "model": model, "origin": one.years[origin - 1], "n": origin,
                    "h": h, "year": one.years[at], "actual": one.values[at], "mean": centre,
                    "error": unit * (y[j, at] - p.mean[j, i]),
                    "scaled": abs(one.values[at] - centre) / steps[j] if steps[j] > 0 else np.nan,
                    "score": unit * _score(y[j, at], low[j, i], high[j, i], level),
                    "scaled_score": unit * _score(y[j, at], low[j, i], high[j, i], level) / step[j] if step[j] > 0 else np.nan,
                    "width": unit * (high[j, i] - low[j, i]),
                    "inside": bool(low[j, i] <= y[j, at] <= high[j, i]),
                    "rose": bool(one.values[at] > one.values[origin - 1]),
                    "p_rise": _above(p.mean[j, i], p.scale[j, i], p.df[j, i], y[j, origin - 1]),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def _score(x: float, low: float, high: float, level: float) -> float:
    alpha = 1 - level
    return (high - low) + 2 / alpha * (max(low - x, 0.0) + max(x - high, 0.0))


def _above(mean: float, scale: float, df: float, bound: float) -> float:
    from scipy.special import stdtr

    return float(stdtr(df, (mean - bound) / scale))


def run(
    series: Iterable[Series], models: Sequence[str] = tuple(MODELS), level: float = 0.95, n_jobs: int | None = None
) -> pd.DataFrame:
    """Every forecast of the back-test, one a row; columns as in :func:`task`.

    Series of unlike length are tested apart. Raises :class:`NotEstimable` if none is long enough.
    """
    import pandas as pd
    from joblib import Parallel, delayed

    regular = [s for s in series if len(s) > FIRST_ORIGIN and s.years[-1] - s.years[0] == len(s) - 1]
    if not regular:
        raise NotEstimable(f"a back-test needs series of more than {FIRST_ORIGIN} consecutive years")
    jobs = []
    for n in sorted({len(s) for s in regular}):
        same = [s for s in regular if len(s) == n]
        for origin in range(FIRST_ORIGIN, n):
            known = [s.until(s.years[origin - 1]) for s in same]
            jobs += [delayed(task)(same, known, m, level) for m in models]
    frames = [f for f in Parallel(n_jobs=n_jobs)(jobs) if len(f)]
    order = {m: i for i, m in enumerate(models)}
    whole = pd.concat(frames, ignore_index=True)
    ordered: pd.DataFrame = whole.sort_values("model", key=lambda c: c.map(order), kind="stable", ignore_index=True)
    return ordered


def table(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Scores by model, best scaled interval score first.

    Columns ``model, forecasts, series, mae, mase, unscaled, score, scaled_score, width, coverage``
    and, on the same forecasts, ``mae_ratio`` and ``score_ratio`` (of the scaled interval score) to
    the naive one (below 1: better). ``unscaled``: forecasts without a scale.
    """
    import pandas as pd

    base = forecasts[forecasts["model"] == "naive"].set_index(["series", "origin", "h"])
    rows = []
    for model, part in forecasts.groupby("model", sort=False):
        same = base.loc[pd.MultiIndex.from_frame(part[["series", "origin", "h"]])]
        rows.append(
            {
                "model": model, "forecasts": len(part), "series": part["series"].nunique(),
                "mae": part["error"].abs().mean(), "mase": part["scaled"].mean(),
                "unscaled": int(part["scaled"].isna().sum()), "score": part["score"].mean(),
                "scaled_score": part["scaled_score"].mean(), "width": part["width"].median(), "coverage": 100 * part["inside"].mean(),
                "mae_ratio": part["error"].abs().mean() / same["error"].abs().mean(),
                "score_ratio": part["scaled_score"].mean() / same["scaled_score"].mean(),
            }
        )  # fmt: skip
    return pd.DataFrame(rows).sort_values(["scaled_score", "model"], ignore_index=True)


def winner(forecasts: pd.DataFrame) -> str:
    """The model of the lowest mean scaled interval score among those that made every forecast."""
    scores = table(forecasts)
    complete = scores[scores["forecasts"] == scores["forecasts"].max()]
    return str(complete["model"].iloc[0])


def margin(forecasts: pd.DataFrame, model: str, column: str = "error", draws: int = DRAWS) -> dict[str, float]:
    """By how much ``model`` beats the naive forecast, per cent of the naive mean, with a 95 % interval.

    ``column``: ``error`` (absolute), ``scaled``, ``score`` or ``scaled_score``. Whole groups are drawn, seeded.
    ``wins``: groups in which the model is better, out of ``groups``.
    """
    key = ["series", "origin", "h"]
    a = forecasts[forecasts["model"] == model].set_index(key)
    b = forecasts[forecasts["model"] == "naive"].set_index(key).loc[a.index]
    both = a.assign(own=a[column].abs(), base=b[column].abs()).dropna(subset=["own", "base"])
    sums = both.groupby("group")[["own", "base"]].sum().to_numpy()
    picks = np.random.default_rng(SEED).integers(len(sums), size=(draws, len(sums)))
    drawn = sums[picks].sum(axis=1)
    gains = 100 * (1 - drawn[:, 0] / drawn[:, 1])
    low, high = np.quantile(gains, [0.025, 0.975])
    whole = sums.sum(axis=0)
    return {
        "gain": float(100 * (1 - whole[0] / whole[1])), "low": float(low), "high": float(high),
        "wins": int((sums[:, 0] < sums[:, 1]).sum()), "groups": len(sums),
    }  # fmt: skip


def by_group(forecasts: pd.DataFrame, models: Sequence[str]) -> pd.DataFrame:
    """Mean absolute error in per cent by group and model; last row all."""
    part = forecasts[forecasts["model"].isin(models)].assign(error=lambda f: f["error"].abs())
    wide = part.pivot_table(index="group", columns="model", values="error", aggfunc="mean", sort=False)[list(models)]
    wide.loc["all"] = part.groupby("model")["error"].mean()
    counts = part[part["model"] == models[0]].groupby("group").size()
    wide.insert(0, "forecasts", [int(counts.get(g, counts.sum())) for g in wide.index])
    return wide.reset_index()


def directions(
    forecasts: pd.DataFrame, model: str, bins: Sequence[float] = (0, 0.5, 0.8, 0.9, 0.95, 1)
) -> pd.DataFrame:
    """Are the probabilities of a rise what happened? ``low, high, forecasts, stated, happened`` (per cent).

    One row per bin of the stated probability; see :func:`brier` for one number.
    """
    import pandas as pd

    part = forecasts[forecasts["model"] == model]
    rows = []
    for low, high in itertools.pairwise(bins):
        inside = part[(part["p_rise"] > low) & (part["p_rise"] <= high)]
        if len(inside):
            rows.append(
                {"low": low, "high": high, "forecasts": len(inside), "stated": 100 * inside["p_rise"].mean(),
                 "happened": 100 * inside["rose"].mean()}
            )  # fmt: skip
    return pd.DataFrame(rows)


def brier(forecasts: pd.DataFrame, model: str) -> float:
    """Mean squared error of the stated probability of a rise (0.25: a coin)."""
    part = forecasts[forecasts["model"] == model]
    return float(((part["p_rise"] - part["rose"]) ** 2).mean())
