"""The second, independent pass: a seeded sample of the claims, and its score.

Claims are put in an order that depends on nothing but the seed and their ids (a hash),
and each chapter gives its first ones, in proportion to its number of claims and at
least one: every chapter is in the sample, and a claim added or dropped elsewhere does
not change who is drawn. The second reader gets only id, line and statement.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from analysis.report import Report

if TYPE_CHECKING:
    import pandas as pd

SEED = 20251123
SIZE = 64


def sample(report: Report, size: int = SIZE, seed: int = SEED) -> pd.DataFrame:
    """``id, seed_line, statement`` of about ``size`` claims, in the order of the lines."""
    import pandas as pd

    claims = report.claims()
    lottery = [hashlib.sha256(f"{seed}:{i}".encode()).hexdigest() for i in claims["id"]]
    claims = claims.assign(_lot=lottery, _chapter=claims["section"].str[:3], _line=claims["seed_line"].astype(int))
    parts = []
    for _, rows in claims.groupby("_chapter", sort=True):
        places = max(1, (2 * size * len(rows) + len(claims)) // (2 * len(claims)))  # nearest whole number
        parts.append(rows.sort_values("_lot", kind="stable").head(places))
    chosen = pd.concat(parts).sort_values(["_line", "id"], kind="stable")
    return chosen[["id", "seed_line", "statement"]].reset_index(drop=True)


#: What a difference between the readings touches, from the lightest.
WEIGHTS = {
    "label": "the name of the kind only",
    "reading": "a number or a form, without effect on the verdict",
    "verdict": "the verdict",
}


def disagreement(report: Report) -> pd.DataFrame:
    """Share of sampled claims read differently: ``touches, n, disagree, rate, low, high``.

    One row for any difference at all, then one for each of :data:`WEIGHTS`. ``low`` and
    ``high`` bound the rate among all claims: the exact (Clopper-Pearson) 95 % interval
    for a binomial share, in per cent like ``rate``.
    """
    import pandas as pd

    record = report.resource("second_pass")
    different = record[record["agrees"] == "no"]
    counts = {"anything": len(different)} | {w: int((different["weight"] == w).sum()) for w in WEIGHTS}
    rows = [(name, len(record), k, *_share(k, len(record))) for name, k in counts.items()]
    return pd.DataFrame(rows, columns=["touches", "n", "disagree", "rate", "low", "high"])


def _share(k: int, n: int) -> tuple[str, str, str]:
    from scipy.stats import beta

    low = 0.0 if k == 0 else float(beta.ppf(0.025, k, n - k + 1))
    high = 1.0 if k == n else float(beta.ppf(0.975, k + 1, n - k))
    return f"{100 * k / n:.1f}", f"{100 * low:.1f}", f"{100 * high:.1f}"
