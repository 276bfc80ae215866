"""What the text says will go on, and round targets, as probabilities or a plain "cannot tell".

Each statement of :data:`STATEMENTS` stands in the text (``line``). Beside the probability that a pooled drift gives
it stands how often such probabilities came true in the back-test, in the same family of series; the verdict
judges whichever is nearer to one half. Fewer than four points give no probability.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.models import backtest, forecast
from analysis.models.series import MINIMUM, NotEstimable, Series
from analysis.report import Report

DRIFT = "pooled_drift"
LIKELY, VERY_LIKELY = 0.8, 0.95


#: Rises that the text says go on (or that it expects): text, key of the series, line of the text.
STATEMENTS = (
    ("R&D expenditure funded by business keeps growing", "gerd_source.BES", 996),
    ("The number of researchers keeps rising", "researchers.TWN", 1020),
    ("Researcher density keeps rising", "researcher_density.TWN", 1195),
    ("Real GDP keeps rising", "macro.real_gdp", 1209),
    ("National income per head keeps rising", "macro.national_income_per_head", 1209),
    ("Real wages keep rising", "macro.real_wage", 1209),
    ("The value-added rate of manufacturing keeps rising", "value_added_rate.C", 1508),
    ("The growth of exports goes on", "exports.exports_total", 1543),
)

#: Statements whose quantity is printed for too few years: text, line, (table or prose, measure).
SHORT = (
    ("The technology balance stays positive", 1425, ("balance", "balance")),
    ("Receipts for intellectual property keep catching up with payments", 1439, ("prose", "ip_coverage_ratio")),
)


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
    where that model was at least 80 per cent sure, among ``of`` forecasts of the same family.
    """
    known = backtest.calibration(tested, DRIFT).set_index("family")
    short = "cannot tell: too few points"
    rows: list[tuple[Any, ...]] = []
    for text, key, line in STATEMENTS:
        series = found.get(key)
        n = 0 if series is None else len(series)
        if series is None or n < MINIMUM:
            rows.append((text, line, n, None, None, None, None, short))
            continue
        try:
            ahead = forecast.forecast(found, [key], DRIFT, 2)[0] if series.regular else forecast.with_gaps(series)
        except NotEstimable as reason:
            rows.append((text, line, n, None, None, None, None, f"cannot tell: {reason}"))
            continue
        one, two = (ahead.above(float(series.values[-1]), h) for h in (1, 2))
        kind = next((name for name, groups in backtest.FAMILIES.items() if series.group in groups), "")
        happened = float(known["happened"][kind]) if kind in known.index else None
        of = int(known["forecasts"][kind]) if kind in known.index else None
        judged = [one] if happened is None or one < backtest.SURE else [one, happened / 100]
        word = verdict(min(judged, key=lambda p: abs(p - 0.5)))
        rows.append((text, line, n, 100 * one, 100 * two, happened, of, word))
    for text, line, (where, measure) in SHORT:
        rows.append((text, line, _printed(report, where, measure), None, None, None, None, short))
    return pd.DataFrame(rows, columns=["statement", "line", "n", "one", "two", "happened", "of", "verdict"])


def _printed(report: Report, where: str, measure: str) -> int:
    """Number of years for which a measure is printed; a table without years counts as one."""
    if where == "prose":
        prose = report.prose()
        return int(prose.loc[prose["measure"] == measure, "year"].nunique())
    return len({c.year for c in report.iter_cells([where]) if c.measure == measure}) if report.holding(where) else 0


# ---------------------------------------------------------------- targets

TARGET, HORIZON = "gerd_intensity.TWN", 12
TARGETS = (4.0, 4.2, 4.5, 5.0)


def targets(found: Mapping[str, Series], models: Sequence[str]) -> pd.DataFrame:
    """Probability (per cent) of being at or above round targets: ``model, target, year, probability``.

    A year in which the probability first exceeds one half is :func:`reached`. Horizons beyond two years are not
    back-tested: the series are too short.
    """
    rows = []
    for model in models:
        one = forecast.forecast(found, [TARGET], model, HORIZON)[0]
        rows += [(model, t, y, 100 * one.above(t, h)) for t in TARGETS for h, y in enumerate(one.years, 1)]
    return pd.DataFrame(rows, columns=["model", "target", "year", "probability"])


def reached(table: pd.DataFrame) -> pd.DataFrame:
    """First year with a probability above one half: ``model, target, year`` (NaN where none is)."""
    likely = table.assign(year=table["year"].where(table["probability"] > 50))
    return likely.groupby(["model", "target"], sort=False)["year"].min().astype(float).reset_index()
