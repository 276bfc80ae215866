r"""What five points can tell: do the intervals of this part hold what they claim at these sample sizes?

Each *world* makes series with a known answer, each *method* an interval for it; the table says how often the
interval held the answer. The methods are the functions that the other modules use, called on simulated rows.
Worlds for single series: ``independent`` (a line plus independent normal errors, the textbook case),
``autocorrelated`` (errors AR(1), coefficient 0.5), ``heavy_tails`` (Student's t errors, 3 degrees of freedom),
``random_walk`` (with drift, no line), ``common_shocks`` (the same walk, a fifth of every step's variance shared by
the series of a group) and ``step`` (no slope, but a jump of three standard deviations after the first year). The
pooled forecasts get groups of :data:`GROUP` series.

:func:`panel_coverage` does the same for countries with random slopes, with and without common year shocks;
:func:`leverage_coverage` for one regressor across countries with the leverage that the report has, and within
countries where one holds most of the variation.

Results do not depend on how the work is split: every chunk has its own seed, spawned from one. The chunks go
through ``joblib``, so ``joblib.parallel_config(backend=...)`` decides where they run.

A larger study, on a local Dask cluster (the extra ``dask``; for a real cluster give its address to ``Client``)::

    from dask.distributed import Client, LocalCluster
    import joblib
    from analysis.models import simulation

    place = {"host": "127.0.0.1", "protocol": "tcp", "dashboard_address": None}
    if __name__ == "__main__":
        with LocalCluster(n_workers=2, threads_per_worker=1, **place) as cluster, Client(cluster):
            with joblib.parallel_config(backend="dask"):
                table = simulation.coverage(simulations=1_000_000)
"""

import itertools
import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.models import across, forecast, growth, panel
from analysis.models.growth import LEVEL
from analysis.models.series import Floats, collect
from analysis.report import Report
from analysis.stages import once

SEED = 20250521
CHUNK = 10_200  # a multiple of GROUP
GROUP = 17
POOLED = 1_020  # series per chunk that the pooled forecasts get: 60 groups
COMMON = 0.2
WORLDS = ("independent", "autocorrelated", "heavy_tails", "random_walk", "common_shocks", "step")

#: What the methods' intervals are for: the slope of the line (or the drift), or the next value.
METHODS = {
    "ols_t": ("slope", "straight line, Student's t"),
    "ols_z": ("slope", "straight line, normal quantile"),
    "hc3_t": ("slope", "straight line, HC3 errors"),
    "theil_sen": ("slope", "median slope, exact ranks"),
    "mean_change": ("slope", "mean change, Student's t"),
}
FORECASTS = ("naive", "rw_drift", "log_linear_ols", "pooled_naive", "pooled_drift", "combined")
METHODS |= {model: ("next value", forecast.describe(model)) for model in FORECASTS}


def make_world(world: str, n: int, size: int, generator: np.random.Generator) -> tuple[Floats, float]:
    """``size`` series of ``n + 1`` values and the true slope per step."""
    slope, time, shape = 0.3, np.arange(n + 1), (size, n + 1)
    if world in ("random_walk", "common_shocks"):
        steps = generator.standard_normal((size, n))
        if world == "common_shocks":
            shared = generator.standard_normal((-(-size // GROUP), n)).repeat(GROUP, axis=0)[:size]
            steps = math.sqrt(1 - COMMON) * steps + math.sqrt(COMMON) * shared
        return np.hstack([np.zeros((size, 1)), np.cumsum(slope + steps, axis=1)]), slope
    if world == "step":
        return 3.0 * (time > 0) + generator.standard_normal(shape), 0.0
    if world == "independent":
        noise = generator.standard_normal(shape)
    elif world == "heavy_tails":
        noise = generator.standard_t(3, shape)
    elif world == "autocorrelated":
        noise = generator.standard_normal(shape)
        noise[:, 0] /= math.sqrt(1 - 0.25)
        for t in range(1, n + 1):
            noise[:, t] += 0.5 * noise[:, t - 1]
    else:
        raise ValueError(f"world is one of {', '.join(WORLDS)}, not {world!r}")
    return slope * time + noise, slope


def hits(world: str, n: int, size: int, seed: np.random.SeedSequence) -> dict[str, tuple[int, int]]:
    """How many intervals of each method held the truth in one world, and of how many."""
    from scipy.stats import norm

    y, slope = make_world(world, n, size, np.random.default_rng(seed))
    known, future, time = y[:, :n], y[:, n], np.arange(n, dtype=float)
    fit, (change, error) = growth.lines(time, known), growth.changes(time, known)
    t, (_, low, high) = float(growth.quantile(LEVEL, n - 2)), growth.rank_slopes(time, known, LEVEL)
    off = np.abs(fit.slope - slope)
    found = {
        "ols_t": off <= t * fit.se,
        "ols_z": off <= norm.ppf(0.5 + LEVEL / 2) * fit.se,
        "hc3_t": off <= t * fit.hc3,
        "theil_sen": (low <= slope) & (slope <= high),
        "mean_change": np.abs(change - slope) <= t * error,
    }
    for model in FORECASTS:
        rows, step = (min(size, POOLED), GROUP) if model in forecast.BY_GROUP else (size, size)
        parts = [known[i : i + step] for i in range(0, rows, step)]
        ends = [forecast.MODELS[model][0](part, 1, np.full(len(part), 1e-12)).interval(LEVEL) for part in parts]
        below, above = np.concatenate(ends, axis=1)[..., 0]
        found[model] = (below <= future[: len(below)]) & (future[: len(below)] <= above)
    return {name: (int(held.sum()), len(held)) for name, held in found.items()}


def coverage(
    sizes: Sequence[int] = (4, 5, 10),
    worlds: Sequence[str] = WORLDS,
    simulations: int = 102_000,
    n_jobs: int | None = None,
) -> pd.DataFrame:
    """Claimed and attained coverage: ``target, method, world, n, simulations, claimed, attained, error`` (per cent).

    ``error`` is the simulation's own standard error; the pooled forecasts get a tenth of the simulations.
    """
    from joblib import Parallel, delayed

    chunks = [min(CHUNK, simulations - done) for done in range(0, simulations, CHUNK)]
    plan = list(itertools.product(worlds, sizes, chunks))
    seeds = np.random.SeedSequence(SEED).spawn(len(plan))
    results = Parallel(n_jobs=n_jobs)(delayed(hits)(*p, s) for p, s in zip(plan, seeds, strict=True))
    keys = ["target", "method", "world", "n"]
    rows = [
        (target, method, world, n, *found[method])
        for (world, n, _), found in zip(plan, results, strict=True)
        for method, (target, _) in METHODS.items()
    ]
    table = pd.DataFrame(rows, columns=[*keys, "held", "simulations"]).groupby(keys, sort=False).sum().reset_index()
    share = table.pop("held") / table["simulations"]
    claims = [growth.slope_ranks(n, LEVEL)[1] if m == "theil_sen" else LEVEL for m, n in table[["method", "n"]].values]
    error = 100 * np.sqrt(share * (1 - share) / table["simulations"])
    return table.assign(claimed=100 * np.array(claims), attained=100 * share, error=error)


# ---------------------------------------------------------------- panels

PANEL_METHODS = {
    "clustered": "common trend, clustered, Student's t",
    "wild": "common trend, inverted wild bootstrap",
    "unclustered": "common trend, not clustered",
    "shrunken": "a country's trend, shrunken",
    "own": "a country's trend, alone",
}


#: Countries, spread of their slopes, share of common shocks.
SCENES = tuple(itertools.product((10, 17), (0.5, 1.75), (0.0, 0.2)))


def panel_hits(groups: int, spread: float, common: float, size: int, seed: np.random.SeedSequence) -> dict[str, float]:
    """Share of intervals of the common and of the countries' own slopes that held the truth.

    ``spread``: standard deviation of the countries' slopes in units of an own slope's error; ``common``: share of
    the yearly error variance that all countries share. Up to ten groups, the bootstrap too.
    """
    n = 5
    generator, time = np.random.default_rng(seed), np.arange(float(n)) - (n - 1) / 2
    label, long = np.repeat(np.arange(groups), n), np.tile(time, groups)
    effects = panel.dummies(label)
    sxx, held = float(time @ time), []
    for _ in range(size):
        truth = generator.standard_normal(groups) * spread / math.sqrt(sxx)
        shock = math.sqrt(common) * generator.standard_normal(n)
        y = truth[:, None] * time + shock + math.sqrt(1 - common) * generator.standard_normal((groups, n))
        fit = panel.clustered(y.ravel(), long, effects, label)
        rows = growth.lines(time, y)
        t_own, t_groups = float(growth.quantile(LEVEL, n - 2)), float(growth.quantile(LEVEL, groups - 1))
        residual = y - y.mean(axis=1, keepdims=True) - fit.estimate * time
        plain = math.sqrt(float((residual**2).sum()) / (groups * (n - 1) - 1) / sxx / groups)
        drawn = panel.draw(rows.slope, rows.sigma**2, np.full(groups, n - 2), np.full(groups, sxx))[2]
        one = {
            "clustered": float(fit.low <= 0 <= fit.high),
            "unclustered": float(abs(fit.estimate) <= growth.quantile(LEVEL, groups * (n - 1) - 1) * plain),
            "shrunken": float((np.abs(drawn.estimate - truth) <= t_groups * drawn.error).mean()),
            "own": float((np.abs(rows.slope - truth) <= t_own * rows.se).mean()),
        }
        if groups <= 10:
            one["wild"] = float(fit.p_wild >= 1 - LEVEL)
        held.append(one)
    return {name: float(np.mean([one[name] for one in held])) for name in held[0]}


def panel_coverage(
    scenes: Sequence[tuple[int, float, float]] = SCENES, simulations: int = 2000, n_jobs: int | None = None
) -> pd.DataFrame:
    """Coverage in panels: ``method, groups, spread, common, simulations, attained`` (per cent), one scene after another."""
    from joblib import Parallel, delayed

    seeds = np.random.SeedSequence(SEED + 1).spawn(len(scenes))
    calls = (delayed(panel_hits)(g, s, c, simulations, k) for (g, s, c), k in zip(scenes, seeds, strict=True))
    rows = [
        (method, g, s, c, simulations, 100 * share)
        for (g, s, c), found in zip(scenes, Parallel(n_jobs=n_jobs)(calls), strict=True)
        for method, share in found.items()
    ]
    return pd.DataFrame(rows, columns=["method", "groups", "spread", "common", "simulations", "attained"])


LEVERAGE_METHODS = (
    "across countries, classical",
    "across countries, HC2, Bell–McCaffrey",
    "across countries, HC3",
    "within countries, clustered",
    "within countries, inverted wild bootstrap",
)


@once
def leverage(report: Report) -> tuple[pd.DataFrame, Floats]:
    """The regressor that the report has: researcher density, as its line with US patents needs it.

    The line's points (:class:`analysis.models.across.Line`), and the densities of these countries that cover all
    years, in logarithms (countries, years).
    """
    found = collect(report)
    points = across.inputs_and_patents(report, found)["researcher_density"].points
    own = [found[f"researcher_density.{code}"] for code in points["code"]]
    whole = max((one.years for one in own), key=len)
    return points, np.array([one.response for one in own if one.years == whole])


def leverage_coverage(x: Floats, within: Floats, simulations: int = 2000) -> pd.DataFrame:
    """Coverage for the regressor that the report has: ``method, errors, simulations, attained`` (per cent).

    Across countries (``x``): classical, HC2 with Bell and McCaffrey's degrees of freedom, HC3 with ``n - 2``. Within
    countries (``within``: countries, years): clustered t and the inverted wild bootstrap. Errors are equal, or
    the variance is four times as large for the country with the highest leverage.
    """
    from statsmodels.regression.linear_model import OLS

    generator = np.random.default_rng(SEED + 2)
    design = np.column_stack([np.ones(len(x)), x - x.mean()])
    t, df = float(growth.quantile(LEVEL, len(x) - 2)), across.bell_mccaffrey(design, 1)
    t_df = float(growth.quantile(LEVEL, df))
    label, year = np.repeat(np.arange(len(within)), within.shape[1]), np.tile(np.arange(within.shape[1]), len(within))
    effects = np.column_stack([panel.dummies(label), panel.dummies(year)[:, 1:]])
    left = within - within.mean(axis=1, keepdims=True) - within.mean(axis=0)
    most, heavy = int(np.abs(x - x.mean()).argmax()), int(left.var(axis=1).argmax())
    rows = []
    for errors, factor in (("equal", 1.0), ("larger where leverage is", 2.0)):
        scale, scale_within = np.ones(len(x)), np.where(label == heavy, factor, 1.0)
        scale[most] = factor
        held = []
        for _ in range(simulations):
            fit = OLS(scale * generator.standard_normal(len(x)), design).fit()
            y = scale_within * generator.standard_normal(within.size)
            inside = panel.clustered(y, within.ravel(), effects, label)
            b = abs(float(fit.params[1]))
            across_held = (b <= t * fit.bse[1], b <= t_df * fit.HC2_se[1], b <= t * fit.HC3_se[1])
            held.append((*across_held, inside.low <= 0 <= inside.high, inside.p_wild >= 1 - LEVEL))
        shares = 100 * np.mean(held, axis=0)
        rows += [(name, errors, simulations, float(v)) for name, v in zip(LEVERAGE_METHODS, shares, strict=True)]
    return pd.DataFrame(rows, columns=["method", "errors", "simulations", "attained"])


def resolution(sizes: Sequence[int] = (3, 4, 5, 6, 8, 10, 20)) -> pd.DataFrame:
    """What ``n`` points can resolve, for yearly scatter of 1 per cent about the line.

    ``n, t`` (the quantile), ``half_width`` of the slope's interval and ``detectable`` growth (found four times in
    five), both in per cent a year; ``next_value``: half-width of the prediction interval in per cent. All scale
    with the scatter.
    """
    from scipy.optimize import brentq
    from scipy.stats import ncf

    rows = []
    for n in sizes:
        away = np.arange(n) - (n - 1) / 2
        root, t = math.sqrt(float(away @ away)), float(growth.quantile(LEVEL, n - 2))

        def shortfall(shift: float, t: float = t, df: int = n - 2) -> float:
            return float(ncf.sf(t * t, 1, df, shift * shift)) - 0.8

        shift = brentq(shortfall, 0.1, 4 * t + 3)
        rows.append((n, t, t / root, shift / root, t * math.sqrt(1 + 1 / n + ((n + 1) / 2 / root) ** 2)))
    return pd.DataFrame(rows, columns=["n", "t", "half_width", "detectable", "next_value"])
