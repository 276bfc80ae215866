r"""What five points can tell: do the intervals of this part hold what they claim at these sample sizes?

Each *world* makes series with a known answer, each *method* an interval for it; the table says how often the
interval held the answer. The methods are the functions that the other modules use, called on simulated rows.
Worlds for single series: ``independent`` (a line plus independent normal errors, the textbook case),
``autocorrelated`` (errors AR(1), coefficient 0.5), ``heavy_tails`` (Student's t errors, 3 degrees of freedom),
``random_walk`` (with drift, no line), ``common_shocks`` (the same walk, a fifth of every step's variance shared by
the series of a group) and ``step`` (no slope, but a jump of three standard deviations after the first year). The
pooled forecasts get groups of :data:`GROUP` series. A seventh, ``momentum`` (changes AR(1), coefficient 0.5: growth
itself persists), is made only where it is asked for: no method here allows for it.

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
    if world == "momentum":
        return np.hstack([np.zeros((size, 1)), np.cumsum(slope + _persistent((size, n), generator), axis=1)]), slope
    if world == "step":
        return 3.0 * (time > 0) + generator.standard_normal(shape), 0.0
    if world == "independent":
        noise = generator.standard_normal(shape)
    elif world == "heavy_tails":
        noise = generator.standard_t(3, shape)
    elif world == "autocorrelated":
        noise = _persistent(shape, generator)
    else:
        raise ValueError(f"world is one of {', '.join(WORLDS)}, not {world!r}")
    return slope * time + noise, slope


def _persistent(shape: tuple[int, int], generator: np.random.Generator) -> Floats:
    """AR(1) errors, coefficient 0.5, from their stationary distribution."""
    noise = generator.standard_normal(shape)
    noise[:, 0] /= math.sqrt(1 - 0.25)
    for t in range(1, shape[1]):
        noise[:, t] += 0.5 * noise[:, t - 1]
    return noise


def momentum(n: int = 5, simulations: int = 102_000) -> float:
    """Share in per cent of the mean change's intervals that hold the truth where growth itself persists."""
    y, slope = make_world("momentum", n, simulations, np.random.default_rng(SEED + 3))
    change, error = growth.changes(np.arange(n, dtype=float), y[:, :n])
    return 100 * float(np.mean(np.abs(change - slope) <= growth.quantile(LEVEL, n - 2) * error))


def hits(world: str, n: int, size: int, seed: np.random.SeedSequence) -> dict[str, tuple[int, int]]:
    """How many intervals of each method held the truth in one world, and of how many."""
    from scipy.special import ndtri

    y, slope = make_world(world, n, size, np.random.default_rng(seed))
    known, future, time = y[:, :n], y[:, n], np.arange(n, dtype=float)
    fit, (change, error) = growth.lines(time, known), growth.changes(time, known)
    t, (_, low, high) = float(growth.quantile(LEVEL, n - 2)), growth.rank_slopes(time, known, LEVEL)
    off = np.abs(fit.slope - slope)
    found = {
        "ols_t": off <= t * fit.se,
        "ols_z": off <= ndtri(0.5 + LEVEL / 2) * fit.se,
        "hc3_t": off <= t * fit.hc3,
        "theil_sen": (low <= slope) & (slope <= high),
        "mean_change": np.abs(change - slope) <= t * error,
    }
    for model in FORECASTS:
        rows, grouped = (min(size, POOLED), POOLED) if model in forecast.BY_GROUP else (size, 0)
        whole = min(rows, grouped) // GROUP * GROUP
        parts = [part for part in (known[:whole].reshape(-1, GROUP, n), known[whole:rows]) if part.size]
        ends = [forecast.MODELS[model][0](p, 1, np.full(p.shape[:-1], 1e-12)).interval(LEVEL) for p in parts]
        below, above = np.concatenate([np.reshape(e, (2, -1)) for e in ends], axis=1)
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
    label, sxx = np.repeat(np.arange(groups), n), float(time @ time)
    design = panel.Design(np.tile(time, groups), panel.dummies(label), label)
    numbers = generator.standard_normal((size, groups + n + groups * n))  # one panel after another
    slopes, shocks, errors = np.split(numbers, [groups, groups + n], axis=1)
    truth = slopes * spread / math.sqrt(sxx)
    y = np.repeat(truth, n, axis=1) * design.x + math.sqrt(1 - common) * errors
    y += math.sqrt(common) * np.tile(shocks, groups)
    rest = design.rest(y)
    estimate, se = design.fit(rest)
    rows = growth.lines(time, y.reshape(-1, n))
    own, scatter, own_se = (v.reshape(size, groups) for v in (rows.slope, rows.sigma**2, rows.se))
    df = groups * (n - 1) - 1
    plain = np.sqrt(((rest - estimate[:, None] * design.x) ** 2).sum(axis=1) / df / sxx / groups)
    drawn = panel.draw(own, scatter, np.full(groups, n - 2), np.full(groups, sxx))[2]
    t_own, t_groups, t_all = (float(growth.quantile(LEVEL, d)) for d in (n - 2, groups - 1, df))
    held = {
        "clustered": np.abs(estimate) <= t_groups * se,
        "unclustered": np.abs(estimate) <= t_all * plain,
        "shrunken": np.abs(drawn.estimate - truth) <= t_groups * drawn.error,
        "own": np.abs(own - truth) <= t_own * own_se,
    }
    if groups <= 10:
        held["wild"] = _wild(rest, design) >= 1 - LEVEL
    return {name: float(one.mean()) for name, one in held.items()}


def _wild(rest: Floats, design: panel.Design) -> Floats:
    """The bootstrap's p-values of a zero coefficient; some rows at a time, each with all sign patterns."""
    return np.concatenate([panel.Wild(rest[i : i + 100], design).p_value(0.0) for i in range(0, len(rest), 100)])


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


def told_apart(world: str, groups: int = 17, n: int = 5, simulations: int = 2000) -> tuple[float, float]:
    """Share in per cent of panels of equal growth in which some country seems to differ from the first.

    By straight lines and by mean changes, compared as :func:`analysis.models.panel.country_trends` does at five per cent (the
    smallest of Holm's p-values is Bonferroni's). Countries' scatter differs: its logarithm has a standard deviation of one half.
    """
    generator, time, panels = np.random.default_rng(SEED + 4), np.arange(float(n)), []
    for _ in range(simulations):
        y, slope = make_world(world, n, groups, generator)
        panels.append((y[:, :n] - slope * time) * np.exp(0.5 * generator.standard_normal((groups, 1))))
    y, told = np.concatenate(panels), []
    rows, (change, error) = growth.lines(time, y), growth.changes(time, y)
    for slopes, errors, weight in ((rows.slope, rows.se, rows.away @ rows.away), (change, error, n - 1)):
        own, scatter = (v.reshape(simulations, groups) for v in (slopes, errors**2 * weight))
        variance, freedom, _ = panel.draw(own, scatter, np.full(groups, n - 2), np.full(groups, float(weight)))
        p = panel.differences(own, variance, freedom, 0)
        told.append(100 * float(np.mean(np.nanmin(p, axis=1) * (groups - 1) < 1 - LEVEL)))
    return told[0], told[1]


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
    generator = np.random.default_rng(SEED + 2)
    df = across.bell_mccaffrey(np.column_stack([np.ones(len(x)), x - x.mean()]), 1)
    label, year = np.repeat(np.arange(len(within)), within.shape[1]), np.tile(np.arange(within.shape[1]), len(within))
    effects = np.column_stack([panel.dummies(label), panel.dummies(year)[:, 1:]])
    design = panel.Design(within.ravel(), effects, label)
    t, t_df, t_groups = (float(growth.quantile(LEVEL, d)) for d in (len(x) - 2, df, design.groups - 1))
    left = within - within.mean(axis=1, keepdims=True) - within.mean(axis=0)
    most, heavy = int(np.abs(x - x.mean()).argmax()), int(left.var(axis=1).argmax())
    rows = []
    for errors, factor in (("equal", 1.0), ("larger where leverage is", 2.0)):
        scale, scale_within = np.ones(len(x)), np.where(label == heavy, factor, 1.0)
        scale[most] = factor
        drawn = generator.standard_normal((simulations, len(x) + within.size))
        fit = growth.lines(x, scale * drawn[:, : len(x)])
        rest, b = design.rest(scale_within * drawn[:, len(x) :]), np.abs(fit.slope)
        inside, se = design.fit(rest)
        held = [b <= t * fit.se, b <= t_df * fit.hc2, b <= t * fit.hc3]
        held += [np.abs(inside) <= t_groups * se, _wild(rest, design) >= 1 - LEVEL]
        shares = 100 * np.mean(held, axis=1)
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
