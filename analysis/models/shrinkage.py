"""Many small samples at once: means drawn towards their common one, variances towards the typical one.

The one place where estimates borrow from each other: country trends, pooled forecasts and the simulation
all use these functions. Arrays have one axis, the units.
"""

import math
from dataclasses import dataclass

import numpy as np

from analysis.models.series import Floats


@dataclass(frozen=True)
class Shrunk:
    """``common`` mean with its error ``se``, spread ``tau`` of the units, their ``estimate`` and its ``error``."""

    common: float
    se: float
    tau: float
    estimate: Floats
    error: Floats


def shrink(own: Floats, variance: Floats) -> Shrunk:
    """Random effects: ``own`` estimates with error ``variance``, drawn towards their precision-weighted mean.

    Spread by DerSimonian and Laird (1986), error of the mean by Knapp and Hartung (2003; Student's t with
    one degree of freedom less than units). The error of a drawn estimate adds Morris's (1983) term for the
    estimated spread. An estimate always lies between its own value and the common one.
    """
    groups = len(own)

    def centre(w: Floats) -> float:
        return float((w * own).sum() / w.sum())

    w = 1 / variance
    excess = (w * (own - centre(w)) ** 2).sum() - (groups - 1)
    between = max(0.0, float(excess / (w.sum() - (w**2).sum() / w.sum())))
    w = 1 / (variance + between)
    common = centre(w)
    squared = float((w * (own - common) ** 2).sum() / (groups - 1) / w.sum())
    kept = between / (between + variance)
    drawn = common + kept * (own - common)
    morris = 2 / max(groups - 3, 1) * (own - drawn) ** 2
    error = np.sqrt(kept * variance + (1 - kept) ** 2 * squared + morris)
    return Shrunk(common, math.sqrt(squared), math.sqrt(between), drawn, error)


def moderate(variances: Floats, df: int) -> tuple[Floats, Floats]:
    """Variances (one axis) drawn towards a common one (Smyth 2004, section 6.2) and their degrees of freedom.

    The prior is fitted to the log variances by moments. Without more spread than chance would give, all
    units share one variance; its degrees of freedom are then the total.
    """
    from scipy.optimize import brentq
    from scipy.special import digamma, zeta

    count = len(variances)
    pooled = np.full(count, float(variances.mean())), np.full(count, float(count * df))
    typical = float(np.median(variances)) or float(variances.mean())
    if typical <= 0 or count < 3:
        return pooled
    z = np.log(np.maximum(variances, 1e-5 * typical))
    e = z - digamma(df / 2) + math.log(df / 2)
    excess = float(e.var(ddof=1) - zeta(2, df / 2))  # the trigamma function, which polygamma takes longer for
    if excess <= 1e-7:
        return pooled
    prior_df = 2 * float(brentq(lambda a: zeta(2, a) - excess, 1e-4, 1e9, xtol=1e-13))
    prior = math.exp(float(e.mean()) + float(digamma(prior_df / 2)) - math.log(prior_df / 2))
    moderated = (prior_df * prior + df * variances) / (prior_df + df)
    return moderated, np.full(count, min(prior_df + df, float(count * df)))
