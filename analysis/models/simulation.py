r"""What five points can tell: do the intervals hold what they claim at these sample sizes?

Each *world* makes series with a known answer, each *method* an interval for it; the table says
how often the interval held the answer. Worlds for a single series:

* ``independent``: straight line plus independent normal errors, the textbook case;
* ``autocorrelated``: the errors are AR(1) with coefficient 0.5;
* ``random_walk``: no line at all, a random walk with drift; its "trend" is the drift;
* ``heavy_tails``: straight line plus Student's t errors with 3 degrees of freedom.

For panels (:func:`panel_coverage`): countries with random intercepts and slopes.

Results do not depend on how the work is split: every chunk has its own seed, spawned from one.
The chunks go through ``joblib``, so ``joblib.parallel_config(backend=...)`` decides where they
run; :func:`on_local_cluster` does it on a local Dask cluster.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.models import forecast
from analysis.models.growth import slope_ranks, weights
from analysis.models.series import Floats

if TYPE_CHECKING:
    import pandas as pd

SEED = 20250521
CHUNK = 5000
WORLDS = ("independent", "autocorrelated", "random_walk", "heavy_tails")

#: What the methods' intervals are for: the slope of the line (or the drift), or the next value.
METHODS = {
    "ols_t": ("slope", "least squares, Student's t"),
    "ols_z": ("slope", "least squares, normal quantile"),
    "hc3_t": ("slope", "least squares, HC3 errors"),
    "theil_sen": ("slope", "Theil-Sen, exact ranks"),
    "rw_drift_slope": ("slope", "mean change, Student's t"),
    "log_linear_ols": ("next value", "straight line extended"),
    "rw_drift": ("next value", "random walk with drift"),
    "naive": ("next value", "last value"),
    "local_level": ("next value", "local level"),
    "ets_damped": ("next value", "damped smoothing"),
}


def make_world(world: str, n: int, size: int, generator: np.random.Generator) -> tuple[Floats, float]:
    """``size`` series of ``n + 1`` values and the true slope per step."""
    slope = 0.3
    time = np.arange(n + 1)
    if world == "random_walk":
        steps = slope + generator.standard_normal((size, n))
        return np.hstack([np.zeros((size, 1)), np.cumsum(steps, axis=1)]), slope
    if world == "independent":
        noise = generator.standard_normal((size, n + 1))
    elif world == "heavy_tails":
        noise = generator.standard_t(3, (size, n + 1))
    elif world == "autocorrelated":
        shocks = generator.standard_normal((size, n + 1))
        noise = np.empty_like(shocks)
        noise[:, 0] = shocks[:, 0] / math.sqrt(1 - 0.25)
        for t in range(1, n + 1):
            noise[:, t] = 0.5 * noise[:, t - 1] + shocks[:, t]
    else:
        raise ValueError(f"world is one of {', '.join(WORLDS)}, not {world!r}")
    return slope * time + noise, slope


def hits(world: str, n: int, size: int, seed: np.random.SeedSequence, level: float = 0.95) -> dict[str, int]:
    """How many of ``size`` intervals of each method held the truth in one world."""
    from scipy.stats import norm
    from scipy.stats import t as student

    y, slope = make_world(world, n, size, np.random.default_rng(seed))
    known, future = y[:, :n], y[:, n]
    w = weights(np.arange(n, dtype=float))
    b = known @ w
    away = np.arange(n) - (n - 1) / 2
    residual = known - known.mean(axis=1, keepdims=True) - b[:, None] * away
    leverage = 1 / n + away**2 / (away @ away)
    se = np.sqrt((residual**2).sum(axis=1) / (n - 2) / (away @ away))
    robust = np.sqrt(((w * residual / (1 - leverage)) ** 2).sum(axis=1))
    t = student.ppf(0.5 + level / 2, n - 2)
    off = np.abs(b - slope)
    found = {
        "ols_t": off <= t * se,
        "ols_z": off <= norm.ppf(0.5 + level / 2) * se,
        "hc3_t": off <= t * robust,
    }
    rows, columns = np.triu_indices(n, 1)
    pairs = np.sort((known[:, columns] - known[:, rows]) / (columns - rows), axis=1)
    k, _ = slope_ranks(n, level)
    found["theil_sen"] = (pairs[:, k - 1] <= slope) & (slope <= pairs[:, -k])
    steps = np.diff(known, axis=1)
    drift_error = steps.std(axis=1, ddof=1) / math.sqrt(n - 1)
    found["rw_drift_slope"] = np.abs(steps.mean(axis=1) - slope) <= t * drift_error
    floor = np.full(size, 1e-12)
    for model in ("log_linear_ols", "rw_drift", "naive", "local_level", "ets_damped"):
        low, high = forecast.MODELS[model](known, 1, floor).interval(level)
        found[model] = (low[:, 0] <= future) & (future <= high[:, 0])
    return {name: int(held.sum()) for name, held in found.items()}


def claimed(method: str, n: int, level: float) -> float:
    """The level a method claims: ``level``, except that of Theil-Sen's ranks."""
    return slope_ranks(n, level)[1] if method == "theil_sen" else level


def coverage(
    sizes: Sequence[int] = (4, 5, 10),
    worlds: Sequence[str] = WORLDS,
    simulations: int = 10000,
    level: float = 0.95,
    n_jobs: int | None = None,
    seed: int = SEED,
) -> pd.DataFrame:
    """Claimed and attained coverage: ``target, method, world, n, simulations, claimed, attained, error`` (per cent).

    ``error`` is the simulation's own standard error.
    """
    import pandas as pd
    from joblib import Parallel, delayed

    chunks = [CHUNK] * (simulations // CHUNK) + ([simulations % CHUNK] if simulations % CHUNK else [])
    plan = [(world, n, chunk) for world in worlds for n in sizes for chunk in chunks]
    seeds = np.random.SeedSequence(seed).spawn(len(plan))
    results = Parallel(n_jobs=n_jobs)(
        delayed(hits)(w, n, c, s, level) for (w, n, c), s in zip(plan, seeds, strict=True)
    )
    totals: dict[tuple[str, int], dict[str, int]] = {}
    for (world, n, _), found in zip(plan, results, strict=True):
        kept = totals.setdefault((world, n), dict.fromkeys(METHODS, 0))
        for name, count in found.items():
            kept[name] += count
    rows = []
    for (world, n), counts in totals.items():
        for method, count in counts.items():
            share = count / simulations
            rows.append(
                {
                    "target": METHODS[method][0], "method": method, "world": world, "n": n, "simulations": simulations,
                    "claimed": 100 * claimed(method, n, level), "attained": 100 * share,
                    "error": 100 * math.sqrt(share * (1 - share) / simulations),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def shrink(own: Floats, cov: Floats, noise: Floats) -> tuple[Floats, Floats]:
    """Shrunken (intercept, slope) of a balanced panel and their prediction error covariance.

    ``own`` (…, countries, 2), ``cov`` and ``noise`` (…, 2, 2): between countries, and of an own
    estimate. The closed form of :func:`analysis.models.panel.blup`.
    """
    mean = own.mean(axis=-2, keepdims=True)
    kept = cov @ np.linalg.inv(cov + noise)
    lost = np.eye(2) - kept
    totals = mean + (own - mean) @ np.swapaxes(kept, -1, -2)
    error = lost @ cov + lost @ (cov + noise) @ np.swapaxes(lost, -1, -2) / own.shape[-2]
    return totals, error


def panel_hits(
    groups: int, n: int, spread: float, size: int, seed: np.random.SeedSequence, level: float
) -> dict[str, float]:
    """Intervals of the common slope and of the countries' own slopes that held the truth.

    ``spread``: standard deviation of the countries' slopes in units of an own slope's error.
    """
    from scipy.stats import t as student

    from analysis.models.panel import estimated_variances, rademacher

    generator = np.random.default_rng(seed)
    away = np.arange(n) - (n - 1) / 2
    gram = np.diag([1 / n, 1 / float(away @ away)])
    tau = spread * math.sqrt(gram[1, 1])
    truth = generator.standard_normal((size, groups, 2)) * np.array([1.0, tau])
    y = truth[:, :, :1] + truth[:, :, 1:] * away + generator.standard_normal((size, groups, n))
    own = np.stack([y.mean(axis=2), y @ away * gram[1, 1]], axis=2)
    residual = y - own[:, :, :1] - own[:, :, 1:] * away
    sigma2 = (residual**2).sum(axis=(1, 2)) / (groups * (n - 2))
    centred = own - own.mean(axis=1, keepdims=True)
    cov = np.swapaxes(centred, 1, 2) @ centred / (groups - 1) - sigma2[:, None, None] * gram
    values, vectors = np.linalg.eigh(cov)
    cov = (vectors * values.clip(1e-9)[:, None, :]) @ np.swapaxes(vectors, 1, 2)
    totals, error = shrink(own, cov, sigma2[:, None, None] * gram)
    slopes, common = own[:, :, 1], own[:, :, 1].mean(axis=1)
    t_groups = student.ppf(0.5 + level / 2, groups - 1)
    clustered = np.sqrt(slopes.var(axis=1, ddof=1) / groups)
    within = np.sqrt(sigma2 * gram[1, 1] / groups)
    signs = rademacher(groups) if groups <= 10 else generator.choice([-1.0, 1.0], size=(1023, groups))
    deviation = slopes - common[:, None]
    drawn = deviation @ signs.T / groups
    spread_drawn = np.sqrt(
        ((deviation**2).sum(axis=1)[:, None] - groups * drawn**2).clip(1e-300) / (groups - 1) / groups
    )
    low, high = np.quantile(drawn / spread_drawn, [0.5 - level / 2, 0.5 + level / 2], axis=1)
    statistic = common / clustered
    df_within = groups * (n - 1) - 1
    shrunken_error = np.sqrt(error[:, 1, 1][:, None] + estimated_variances(slopes, totals[:, :, 1], groups))
    own_error = np.sqrt((residual**2).sum(axis=2) / (n - 2) * gram[1, 1])
    return {
        "entity_fe": float((np.abs(statistic) <= t_groups).sum()),
        "entity_fe_wild": float(((low <= statistic) & (statistic <= high)).sum()),
        "entity_fe_unclustered": float((np.abs(common) <= student.ppf(0.5 + level / 2, df_within) * within).sum()),
        "mixed_slope": float(
            (np.abs(totals[:, :, 1] - truth[:, :, 1]) <= t_groups * shrunken_error).mean(axis=1).sum()
        ),
        "log_linear_ols": float(
            (np.abs(slopes - truth[:, :, 1]) <= student.ppf(0.5 + level / 2, n - 2) * own_error).mean(axis=1).sum()
        ),
        "width_ratio": float(
            (t_groups * shrunken_error / (student.ppf(0.5 + level / 2, n - 2) * own_error)).mean(axis=1).sum()
        ),
    }


def panel_coverage(
    groups: int = 10,
    n: int = 5,
    spreads: Sequence[float] = (0.5, 1.0, 2.0),
    simulations: int = 1000,
    level: float = 0.95,
    n_jobs: int | None = None,
    seed: int = SEED + 1,
) -> pd.DataFrame:
    """Coverage in panels: ``method, spread, groups, n, simulations, claimed, attained`` (per cent).

    ``width_ratio`` rows are not coverage: the width of the shrunken intervals in per cent of that
    of the countries' own.
    """
    import pandas as pd
    from joblib import Parallel, delayed

    seeds = np.random.SeedSequence(seed).spawn(len(spreads))
    found = Parallel(n_jobs=n_jobs)(
        delayed(panel_hits)(groups, n, s, simulations, k, level) for s, k in zip(spreads, seeds, strict=True)
    )
    rows = [
        {"method": m, "spread": s, "groups": groups, "n": n, "simulations": simulations, "claimed": 100 * level,
         "attained": 100 * count / simulations}
        for s, counts in zip(spreads, found, strict=True)
        for m, count in counts.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


def resolution(sizes: Sequence[int] = (3, 4, 5, 6, 8, 10, 20), level: float = 0.95, power: float = 0.8) -> pd.DataFrame:
    """What ``n`` points can resolve, for yearly scatter of 1 per cent about the line.

    ``n, t`` (the quantile), ``half_width`` of the slope's interval and ``detectable`` growth (found
    with the given power), both in per cent a year; ``next_value``: half-width of the prediction
    interval in per cent. All scale with the scatter.
    """
    import pandas as pd
    from scipy.optimize import brentq
    from scipy.stats import ncf
    from scipy.stats import t as student

    rows = []
    for n in sizes:
        away = np.arange(n) - (n - 1) / 2
        sxx = float(away @ away)
        t = float(student.ppf(0.5 + level / 2, n - 2))

        def shortfall(shift: float, t: float = t, df: int = n - 2) -> float:
            return float(ncf.sf(t * t, 1, df, shift * shift)) - power

        shift = brentq(shortfall, 0.1, 4 * t + 3)
        rows.append(
            {
                "n": n, "t": t, "half_width": t / math.sqrt(sxx), "detectable": shift / math.sqrt(sxx),
                "next_value": t * math.sqrt(1 + 1 / n + ((n + 1) / 2) ** 2 / sxx),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def on_local_cluster(simulations: int = 100_000, workers: int = 2, processes: bool = True) -> pd.DataFrame:
    """:func:`coverage` on a local Dask cluster (loopback only), shut down afterwards.

    The same table as without Dask, for as many simulations as one likes; for a real cluster give
    its address to ``Client`` instead.
    """
    import joblib
    from dask.distributed import Client, LocalCluster

    place: dict[str, Any] = {"host": "127.0.0.1", "protocol": "tcp", "dashboard_address": None}
    place |= {"n_workers": workers, "threads_per_worker": 1, "processes": processes}
    with (
        LocalCluster(**place) as cluster,  # type: ignore[no-untyped-call]
        Client(cluster),  # type: ignore[no-untyped-call]
        joblib.parallel_config(backend="dask"),
    ):
        return coverage(simulations=simulations)
