r"""Rolling-origin back-test of the forecasting models over the series of the report.

For every series with consecutive years (aggregates apart, as their members are in) and every origin from ``n = 3`` on,
each model sees only the values up to the origin (pooling too) and forecasts the rest:

* absolute error in per cent (of the logarithm; points on the level scale);
* scaled error :math:`|e|/\overline{|\Delta y|}` over the training window (Hyndman and Koehler 2006), mean: MASE;
* interval score :math:`(u-l)+\frac2\alpha(l-x)_++\frac2\alpha(x-u)_+` (Gneiting and Raftery 2007) of the 95 per
  cent interval, in per cent; also scaled like the error (like the MSIS of the M4 competition, but in logarithms);
* whether the interval held the value.

*The rule* (:func:`choose`): models are compared by their interval score relative to that of the naive forecast
in the same group of series, averaged over forecasts; so no scaling by a tiny change can decide. Two strategies, a model
for each group or a fixed combination, are judged *nested*: the choice is made with what was known at the last origin of
the series and judged on what followed; one model for all stands beside as a yardstick. The better one then chooses once
more with all forecasts. With one origin only (series of four years) nothing can be nested: the combination is used, and
the choice says so. Series share a year's shocks and target years are few; no bootstrap can cure that. Series do not all
end in the same year: a choice for all series may know outcomes of a year in some that it is judged on in others.

Work is handed to ``joblib``: within ``joblib.parallel_config(backend=...)`` it runs on whatever that names.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.models.forecast import MODELS, predict, usable
from analysis.models.growth import LEVEL
from analysis.models.series import Floats, NotEstimable, Series

FIRST_ORIGIN = 3
SEED = 20250519
DRAWS = 2000

#: Models that are back-tested; the local level takes too long for what it adds (30 ms a fit).
TESTED = tuple(m for m in MODELS if m != "local_level")
COMBINATION = "combined"


def task(series: Sequence[Series], origin: int, model: str) -> pd.DataFrame:
    """All forecasts of one model for series of one length, each cut to its first ``origin`` points.

    One row per forecast; empty if the model needs more points.
    """
    known = [s.only(s.years[:origin]) for s in series]
    horizon = len(series[0]) - origin
    try:
        p = predict(known, model, horizon)
    except NotEstimable:
        return pd.DataFrame()
    unit = np.array([[100.0 if s.scale == "log" else 1.0] for s in series])
    y = np.array([s.response for s in series])
    actual, values = y[:, origin:], np.array([s.values for s in series])
    low, high = p.interval(LEVEL)
    centre = np.array([s.back(m) for s, m in zip(series, p.mean, strict=True)])
    miss = (low - actual).clip(0) + (actual - high).clip(0)
    score = unit * (high - low + 2 / (1 - LEVEL) * miss)
    with np.errstate(divide="ignore", invalid="ignore"):
        step = unit * np.abs(np.diff(y[:, :origin], axis=1)).mean(axis=1, keepdims=True)
        change = np.abs(np.diff(values[:, :origin], axis=1)).mean(axis=1, keepdims=True)
        scaled = np.where(change > 0, np.abs(values[:, origin:] - centre) / change, np.nan)
        scaled_score = np.where(step > 0, score / step, np.nan)
    columns = {
        "series": np.array([[s.key] for s in series]),
        "group": np.array([[s.group] for s in series]),
        "family": np.array([[s.family] for s in series]),
        "model": model,
        "origin": np.array([[s.years[origin - 1]] for s in series]),
        "n": origin,
        "h": np.arange(1, horizon + 1),
        "year": np.array([s.years[origin:] for s in series]),
        "actual": values[:, origin:],
        "mean": centre,
        "error": unit * (actual - p.mean),
        "scaled": scaled,
        "score": score,
        "scaled_score": scaled_score,
        "width": unit * (high - low),
        "inside": miss == 0,
        "rose": actual > y[:, [origin - 1]],
        "p_rise": p.above(y[:, [origin - 1]]),
    }
    return pd.DataFrame({k: np.broadcast_to(np.asarray(v), actual.shape).ravel() for k, v in columns.items()})


def run(series: Iterable[Series], models: Sequence[str] = TESTED, n_jobs: int | None = None) -> pd.DataFrame:
    """Every forecast of the back-test, one a row; columns as in :func:`task`.

    Series of unlike length are tested apart. Raises :class:`NotEstimable` if none is long enough.
    """
    from joblib import Parallel, delayed

    members = [s for s in series if not s.aggregate]
    plan = []
    for n in sorted({len(s) for s in members if len(s) > FIRST_ORIGIN}):
        same = usable(members, n)
        plan += [(same, origin, m) for origin in range(FIRST_ORIGIN, n) for m in models if same]
    if not plan:
        raise NotEstimable(f"a back-test needs series of more than {FIRST_ORIGIN} consecutive years")
    frames = [f for f in Parallel(n_jobs=n_jobs)(delayed(task)(*p) for p in plan) if len(f)]
    whole: pd.DataFrame = pd.concat(frames, ignore_index=True)
    return whole.sort_values("model", key=lambda c: c.map(list(models).index), kind="stable", ignore_index=True)


def relative(forecasts: pd.DataFrame) -> pd.Series:
    """Interval score relative to the naive forecast's in the same group, averaged over forecasts; by model."""
    wide = forecasts.pivot_table(index="group", columns="model", values="score", aggfunc="mean")
    size = forecasts[forecasts["model"] == "naive"].groupby("group").size()
    return wide.div(wide["naive"], axis=0).mul(size, axis=0).sum() / size.sum()


def table(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Scores by model, best first by :func:`relative`.

    Columns ``model, forecasts, series, mae, mase, score, scaled_score, width, coverage, coverage_h1, coverage_h2,
    coverage_last, mae_ratio, relative``: coverage overall, one and two years ahead and of the last target year;
    ``mae_ratio`` to the naive forecast.
    """
    held, last = forecasts["inside"] * 100.0, forecasts["year"].max()
    cells = forecasts[["model", "series", "scaled", "score", "scaled_score", "width"]].assign(
        mae=forecasts["error"].abs(),
        coverage=held,
        coverage_h1=held.where(forecasts["h"] == 1),
        coverage_h2=held.where(forecasts["h"] == 2),
        coverage_last=held.where(forecasts["year"] == last),
    )
    by = cells.groupby("model", sort=False)
    frame = by.mean(numeric_only=True).rename(columns={"scaled": "mase"})
    frame = frame.assign(forecasts=by.size(), series=by["series"].nunique(), width=by["width"].median())
    frame = frame.assign(mae_ratio=frame["mae"] / frame["mae"]["naive"], relative=relative(forecasts)).reset_index()
    names = "model forecasts series mae mase score scaled_score width coverage coverage_h1 coverage_h2 coverage_last"
    return frame[[*names.split(), "mae_ratio", "relative"]].sort_values(["relative", "model"], ignore_index=True)


@dataclass(frozen=True)
class Choice:
    """The better of the first two strategies by nested score, and what it uses now.

    ``strategies``: ``strategy, nested, coverage, forecasts, low, high``: score relative to the naive forecast and coverage
    in per cent on the forecasts that were not used for choosing, and a 95 % interval over groups of series of the score
    less that of the strategy used. ``models`` gives the model by group. Where ``nested`` is false, the choice is the
    combination without a contest, and the scores are those of the very forecasts that a strategy chose with.
    """

    strategy: str
    strategies: pd.DataFrame
    models: Mapping[str, str]
    nested: bool = False

    def model(self, series: Series) -> str:
        """The model for a series; aggregates and unknown groups take the combination."""
        return self.models.get(series.group.removesuffix(" (aggregates)"), COMBINATION)


#: The first two compete; the third is the yardstick.
STRATEGIES = ("a combination for all", "a model for each group", "one model for all")


def _assign(strategy: str, known: pd.DataFrame) -> dict[str, str]:
    """The model of each group, chosen with the known forecasts."""
    groups = list(dict.fromkeys(known["group"]))
    if strategy == STRATEGIES[0]:
        return dict.fromkeys(groups, COMBINATION)
    if strategy == STRATEGIES[2]:
        return dict.fromkeys(groups, str(relative(known).idxmin()))
    wide = known.pivot_table(index="group", columns="model", values="score", aggfunc="mean")
    return {g: str(wide.loc[g].idxmin()) for g in groups}


def _apply(assigned: Mapping[str, str], forecasts: pd.DataFrame) -> pd.DataFrame:
    return forecasts[forecasts["model"] == forecasts["group"].map(assigned)]


def choose(forecasts: pd.DataFrame) -> Choice:
    """Judge the strategies nested, then choose with all forecasts; see the module."""
    last = forecasts.groupby("series")["origin"].transform("max")
    judged = forecasts[forecasts["origin"] == last]
    known = forecasts[forecasts["year"] <= last]
    nested = not known.empty
    if nested:  # a group with one origin has nothing to choose by
        judged = judged[judged["group"].isin(known["group"])]
    rows, ratios = [], []
    for strategy in STRATEGIES:
        part = _apply(_assign(strategy, known if nested else forecasts), judged)
        ratio, size = _ratios(judged, part)
        ratios.append(ratio)
        rows.append((strategy, float(ratio @ size / size.sum()), 100 * float(part["inside"].mean()), len(part)))
    frame = pd.DataFrame(rows, columns=["strategy", "nested", "coverage", "forecasts"])
    at = int(frame["nested"].iloc[:2].argmin()) if nested else 0
    frame[["low", "high"]] = [_spread(ratio - ratios[at], size) for ratio in ratios]
    best = str(frame["strategy"].iloc[at])
    return Choice(best, frame, _assign(best, forecasts), nested)


def _ratios(forecasts: pd.DataFrame, own: pd.DataFrame) -> tuple[Floats, Floats]:
    """Score of own forecasts over that of the naive one in each group of series, and the forecasts of each group."""
    naive = forecasts[forecasts["model"] == "naive"].groupby("group")["score"]
    ratio = own.groupby("group")["score"].mean() / naive.mean()
    return np.asarray(ratio, dtype=float), np.asarray(naive.size(), dtype=float)


def _spread(values: Floats, size: Floats) -> tuple[float, float]:
    """95 % interval of the mean of some values of groups, weighted by size: groups drawn anew (bootstrap)."""
    picks = np.random.default_rng(SEED).integers(len(values), size=(DRAWS, len(values)))
    drawn = (values[picks] * size[picks]).sum(axis=1) / size[picks].sum(axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def chosen(forecasts: pd.DataFrame, choice: Choice) -> pd.DataFrame:
    """The back-test forecasts of the models that the choice uses."""
    return _apply(choice.models, forecasts)


def margin(forecasts: pd.DataFrame, choice: Choice) -> tuple[float, float, float]:
    """By how much the choice's score is below the naive one, per cent, with a 95 % interval over groups of series.

    The choice was made on the same forecasts, which no interval shows; the nested score does.
    """
    ratio, size = _ratios(forecasts, chosen(forecasts, choice))
    low, high = _spread(100 * (1 - ratio), size)
    return float(100 * (1 - ratio @ size / size.sum())), low, high


def by_group(forecasts: pd.DataFrame, models: Sequence[str]) -> pd.DataFrame:
    """Mean absolute error in per cent by group and model: ``group, forecasts, …``; last row all."""
    part = forecasts[forecasts["model"].isin(models)].assign(error=lambda f: f["error"].abs())
    wide = part.pivot_table(index="group", columns="model", values="error", aggfunc="mean", sort=False)[list(models)]
    wide.loc["all"] = part.groupby("model")["error"].mean()
    counts = part[part["model"] == models[0]].groupby("group").size()
    wide.insert(0, "forecasts", [int(counts.get(g, counts.sum())) for g in wide.index])
    return wide.reset_index()


def coverage(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Attained coverage of given forecasts by target year and horizon: ``year, h, forecasts, attained`` (per cent)."""
    held = forecasts.groupby(["year", "h"])["inside"]
    return pd.DataFrame({"forecasts": held.size(), "attained": 100 * held.mean()}).reset_index()


#: How sure of a rise, by tenths; and at least four fifths sure.
TENTHS, SURE = tuple(i / 10 for i in range(11)), (0.8, 1.0)


def calibration(forecasts: pd.DataFrame, bounds: Sequence[float] = TENTHS) -> pd.DataFrame:
    """What happened one year ahead, by family of series and by how sure the given forecasts were of a rise.

    ``family, sure, forecasts, stated, happened`` (per cent); ``sure`` as :func:`about`. Where there is no such forecast
    there is no row. A family (:class:`~analysis.models.series.Measure`) is judged together: a fall of exports says
    little about researchers.
    """
    part = forecasts[(forecasts["h"] == 1) & (forecasts["family"] != "") & (forecasts["p_rise"] >= bounds[0])]
    by = part.assign(sure=about(part["p_rise"], bounds)).groupby(["family", "sure"])
    shares = 100 * by[["p_rise", "rose"]].mean().set_axis(["stated", "happened"], axis=1)
    return by.size().to_frame("forecasts").join(shares).reset_index()


def about(probability: object, bounds: Sequence[float] = TENTHS) -> Floats:
    """The lower of the two bounds that a probability (not below all) lies between, per cent; the last belongs below."""
    at = np.searchsorted(bounds[:-1], np.asarray(probability, dtype=float), side="right") - 1
    return np.asarray(100 * np.array(bounds)[at])
