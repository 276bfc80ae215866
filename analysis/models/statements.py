"""What the text says will go on, and round targets, as probabilities or a plain "cannot tell".

Each row of ``statements.csv`` stands in the text (``seed_line``): a rise of the series ``series`` that it says goes on
(or that it expects), or a ``measure`` of a ``table`` (or of ``prose``) that is printed for too few years to be one.
Beside the probability that a pooled drift gives it stands how often a rise came in the back-test where that model was
about as sure, in the same family of series; the verdict judges the more cautious of the two. Fewer than four points give
no probability.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.models import backtest, forecast
from analysis.models.series import MINIMUM, NotEstimable, Series
from analysis.report import Report, records

DRIFT = "pooled_drift"
LIKELY, VERY_LIKELY = 0.8, 0.95


def verdict(probability: float) -> str:
    """``very likely``, ``likely``, ``cannot tell``, ``unlikely``, ``very unlikely``."""
    for bound, word in ((VERY_LIKELY, "very likely"), (LIKELY, "likely")):
        if probability >= bound:
            return word
        if probability <= 1 - bound:
            return word.replace("likely", "unlikely")
    return "cannot tell"


def table(report: Report, found: Mapping[str, Series], tested: pd.DataFrame) -> pd.DataFrame:
    """``statement, line, n, one, two, happened, of, verdict`` (per cent).

    ``one, two``: probability one and two years ahead by :data:`DRIFT`; ``happened``: how often a rise came in the back-test
    where that model gave it a probability of the same tenth, among ``of`` forecasts of the same family. Where one of the two
    is above one half and the other below, neither a rise nor a fall can be told.
    """
    known = backtest.calibration(tested[tested["model"] == DRIFT]).set_index(["family", "sure"]).to_dict("index")
    rows: list[tuple[Any, ...]] = []
    for said in records(report.resource("statements")):
        series = found.get(said["series"])
        n = len(series) if series else 0 if said["series"] else _printed(report, said["table"], said["measure"])
        try:
            if series is None or n < MINIMUM:
                raise NotEstimable("too few points")
            ahead = (
                forecast.forecast(found, [series.key], DRIFT, 2)[0] if series.regular else forecast.with_gaps(series)
            )
        except NotEstimable as reason:
            rows.append((said["statement"], said["seed_line"], n, None, None, None, None, f"cannot tell: {reason}"))
            continue
        one, two = (ahead.above(float(series.values[-1]), h) for h in (1, 2))
        held = known.get((series.family, float(backtest.about(one))), {})
        happened, of = held.get("happened"), held.get("forecasts")
        word = verdict(one if happened is None else sorted([one, happened / 100, 0.5])[1])
        rows.append((said["statement"], said["seed_line"], n, 100 * one, 100 * two, happened, of, word))
    return pd.DataFrame(rows, columns=["statement", "line", "n", "one", "two", "happened", "of", "verdict"])


def _printed(report: Report, where: str, measure: str) -> int:
    """Number of years for which a measure is printed; a table without years counts as one."""
    if where == "prose":
        prose = report.prose()
        return int(prose.loc[prose["measure"] == measure, "year"].nunique())
    return len({c.year for c in report.iter_cells([where]) if c.measure == measure}) if where in report.tables else 0


# ---------------------------------------------------------------- targets

#: Of R&D intensity, in per cent of GDP, and for how many years ahead.
TARGETS, HORIZON = (4.0, 4.2, 4.5, 5.0), 12


def targets(found: Mapping[str, Series], key: str, models: Sequence[str]) -> pd.DataFrame:
    """Probability (per cent) that a series is at or above round targets: ``model, target, year, probability``.

    A year in which the probability first exceeds one half is :func:`reached`. Horizons beyond two years are not
    back-tested: the series are too short.
    """
    rows = []
    for model in models:
        one = forecast.forecast(found, [key], model, HORIZON)[0]
        rows += [(model, t, y, 100 * one.above(t, h)) for t in TARGETS for h, y in enumerate(one.years, 1)]
    return pd.DataFrame(rows, columns=["model", "target", "year", "probability"])


def reached(table: pd.DataFrame) -> pd.DataFrame:
    """First year with a probability above one half: ``model, target, year`` (NaN where none is)."""
    likely = table.assign(year=table["year"].where(table["probability"] > 50))
    return likely.groupby(["model", "target"], sort=False)["year"].min().astype(float).reset_index()
