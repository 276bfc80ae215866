"""Many small samples at once: means drawn towards their common one, variances towards the typical one.

The one place where estimates borrow from each other: country trends, pooled forecasts and the simulation
all use these functions. The last axis of an array is the units; axes before it hold groups of them, each on its own.
"""

import math
from dataclasses import dataclass

import numpy as np

from analysis.models.series import Floats


@dataclass(frozen=True)
class Shrunk:
    """``common`` mean with its error ``se``, spread ``tau`` of the units, their ``estimate`` and its ``error``."""

    common: Floats
    se: Floats
    tau: Floats
    estimate: Floats
    error: Floats


def shrink(own: Floats, variance: Floats) -> Shrunk:
    """Random effects: ``own`` estimates with error ``variance``, drawn towards their precision-weighted mean.

    Spread by DerSimonian and Laird (1986), error of the mean by Knapp and Hartung (2003; Student's t with
    one degree of freedom less than units). The error of a drawn estimate adds Morris's (1983) term for the
    estimated spread. An estimate always lies between its own value and the common one.
    """
    units = own.shape[-1]

    def total(numbers: Floats) -> Floats:
        return np.asarray(numbers.sum(axis=-1, keepdims=True))

    w = 1 / variance
    excess = total(w * (own - total(w * own) / total(w)) ** 2) - (units - 1)
    between = np.maximum(0.0, excess / (total(w) - total(w**2) / total(w)))
    w = 1 / (variance + between)
    common = total(w * own) / total(w)
    squared = total(w * (own - common) ** 2) / (units - 1) / total(w)
    kept = between / (between + variance)
    drawn = common + kept * (own - common)
    morris = 2 / max(units - 3, 1) * (own - drawn) ** 2
    error = np.sqrt(kept * variance + (1 - kept) ** 2 * squared + morris)
    return Shrunk(common[..., 0], np.sqrt(squared)[..., 0], np.sqrt(between)[..., 0], drawn, error)


def moderate(variances: Floats, df: int) -> tuple[Floats, Floats]:
    """Variances drawn towards a common one (Smyth 2004, section 6.2) and their degrees of freedom.

    The prior is fitted to the log variances by moments. Without more spread than chance would give, all
    units share one variance; its degrees of freedom are then the total.
    """
    from scipy.special import digamma, zeta

    count, mean = variances.shape[-1], variances.mean(axis=-1, keepdims=True)
    pooled, most = np.broadcast_to(mean, variances.shape), np.full(variances.shape, float(count * df))
    if count < 3:
        return pooled, most
    typical = np.median(variances, axis=-1, keepdims=True)
    typical = np.where(typical > 0, typical, mean)
    z = np.log(np.maximum(variances, np.where(typical > 0, 1e-5 * typical, 1.0)))
    e = z - digamma(df / 2) + math.log(df / 2)
    # zeta(2, x) is the trigamma function, which polygamma takes longer for
    excess = e.var(axis=-1, ddof=1, keepdims=True) - zeta(2, df / 2)
    prior_df = 2 * inverse_trigamma(np.maximum(excess, 1e-7))
    prior = np.exp(e.mean(axis=-1, keepdims=True) + digamma(prior_df / 2) - np.log(prior_df / 2))
    moderated = (prior_df * prior + df * variances) / (prior_df + df)
    alike = (excess <= 1e-7) | (typical <= 0)
    return np.where(alike, pooled, moderated), np.where(alike, most, np.minimum(prior_df + df, most))


def inverse_trigamma(value: Floats) -> Floats:
    """Where the trigamma function takes these values: Newton's method on its reciprocal (Smyth 2004, appendix)."""
    from scipy.special import zeta

    at, step = 0.5 + 1 / value, value
    while (np.abs(step) > 1e-10 * at).any():
        now = zeta(2, at)
        step = now * (now / value - 1) / (2 * zeta(3, at))
        at = at + step
    return np.asarray(at)
